// Package openmpic looks from elsewhere through Open MPIC, the engine that CAs
// themselves deploy for multi-perspective corroboration
// (github.com/open-mpic): a coordinator that has every perspective check CAA
// or a challenge with a resolver of its own.
//
// [Engine.Look] asks it two kinds of checks: one of CAA for each name, one of
// the challenge for each challenge name. What a perspective saw counts and is
// judged as everything else is; the coordinator's own verdict, by its own
// quorum, is kept beside it. Protocol.go has the documents, read.go makes
// perspectives of them.
package openmpic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"dns01/resolver/defect"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/web"
)

// inFlight is how many checks are asked for at a time: each of them is a
// question from every perspective.
const inFlight = 8

// limits are what the engine cannot look at.
var limits = []string{
	"Open MPIC asks the resolver of each host, whose cache may hold an older answer; it has no view of single servers, of sizes or of TCP.",
	"The parameters of CAA (RFC 8657) are judged here, by the records that it saw.",
}

// unlooked is a limit of a preflight.
const unlooked = "A challenge name that does not exist yet was not asked for there: the resolvers would remember that it does not."

// An Engine is one coordinator.
type Engine struct {
	client *web.Client
	keyed  bool // a header goes with each request
}

// New makes an engine of the URL of a coordinator, with a header such as
// "x-api-key: SECRET" or "". The error is a clause that says what to write.
func New(url, header string, o web.Options) (*Engine, error) {
	if url == "" {
		return nil, errors.New("needs the coordinator's URL; write open-mpic=https://HOST")
	}
	if header != "" {
		name, value, ok := strings.Cut(header, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" || strings.ContainsAny(name, " \t\r\n") || strings.ContainsAny(value, "\r\n") {
			return nil, errors.New(`has a header that is none; DNS01_OPEN_MPIC_HEADER is "NAME: VALUE", such as "x-api-key: SECRET"`)
		}
		o.Header = http.Header{http.CanonicalHeaderKey(name): {value}}
	}
	c, err := web.New(strings.TrimSuffix(strings.TrimSuffix(url, "/"), "/mpic"), o)
	if err != nil {
		return nil, err
	}
	return &Engine{c, header != ""}, nil
}

func (e *Engine) Name() string { return "open-mpic at " + e.client.Host() }

// Cost is nothing that anybody counts but the owner of the coordinator.
func (e *Engine) Cost(vantage.Target) string { return "" }

// A check is one thing to ask the coordinator.
type check struct {
	request
	climb     []string // of a CAA check: the names, from the target up
	challenge string   // of the other kind: the name asked
}

func (c check) String() string {
	if c.challenge != "" {
		return "TXT of " + c.challenge
	}
	return "CAA of " + c.Target
}

// Look asks for every check, some at a time.
func (e *Engine) Look(ctx context.Context, t vantage.Target) (vantage.Sight, error) {
	checks, all := checksFor(t)
	if len(checks) == 0 {
		return vantage.Sight{}, errors.New("no name of the order can be looked up")
	}
	answers := make([]response, len(checks))
	failed := make([]error, len(checks))
	var wg sync.WaitGroup
	room := make(chan struct{}, inFlight)
	for i, c := range checks {
		defect.Go(ctx, &wg, func() {
			room <- struct{}{}
			defer func() { <-room }()
			answers[i], failed[i] = e.ask(ctx, c)
		})
	}
	wg.Wait()
	s := collect(checks, answers, failed)
	s.Limits = slices.Clone(limits)
	if !all {
		s.Limits = append(s.Limits, unlooked)
	}
	if i := slices.IndexFunc(failed, func(err error) bool { return err != nil }); len(s.Perspectives) == 0 && i >= 0 {
		return vantage.Sight{Limits: s.Limits}, failed[i]
	}
	return s, nil
}

// checksFor are the checks of an order: of CAA for each climb, and of each
// challenge name whose value is known or that exists. all is false when some
// challenge name was left out: to ask a cache for a name that does not exist
// would plant a denial there.
func checksFor(t vantage.Target) (checks []check, all bool) {
	all = true
	seen := map[string]bool{}
	for _, id := range t.Survey.Identifiers {
		base := strings.TrimPrefix(id.Name, "*.")
		if !id.LookedUp() {
			continue
		}
		if !seen["caa "+base] && len(id.CAA) > 0 {
			seen["caa "+base] = true
			checks = append(checks, check{request: request{
				CheckType: "caa", Target: id.Name,
				CAA: &caaParameters{CertificateType: "tls-server", Domains: t.Issuers},
			}, climb: id.CAA})
		}
		if seen["dcv "+id.Challenge] {
			continue
		}
		seen["dcv "+id.Challenge] = true
		p := parametersFor(t, id)
		if p == nil {
			all = false
			continue
		}
		checks = append(checks, check{request: request{CheckType: "dcv", Target: base, DCV: p}, challenge: id.Challenge})
	}
	return checks, all
}

// parametersFor are those of a challenge's check: acme-dns-01 with the first
// value expected, or a change of DNS that any record makes, where there is no
// value or the challenge name is another. Nil: not to be asked.
func parametersFor(t vantage.Target, id survey.Identifier) *dcvParameters {
	prefix, ok := strings.CutSuffix(id.Challenge, "."+strings.TrimPrefix(id.Name, "*."))
	values := slices.Concat(t.Values[id.Name], t.Values[""])
	switch {
	case !ok:
		return nil
	case len(values) > 0 && prefix == "_acme-challenge":
		return &dcvParameters{Method: "acme-dns-01", Hash: values[0]}
	case len(values) > 0, exists(t.Survey, id.Challenge), cmp.Or(t.Challenge, "dns-01") == "dns-persist-01":
		return &dcvParameters{Method: "dns-change", RecordType: "TXT", Prefix: prefix, Value: new(string)}
	}
	return nil
}

// exists reports whether a challenge name has TXT records as seen from here.
func exists(s *survey.Survey, name string) bool {
	for _, a := range vantage.Answers(s, survey.Question{Name: name, Type: "TXT"}) {
		if a.Status == survey.Answered {
			return true
		}
	}
	return false
}

// ask asks for one check.
func (e *Engine) ask(ctx context.Context, c check) (response, error) {
	var r response
	_, err := e.client.Post(ctx, "mpic", c.request, &r)
	if s, ok := errors.AsType[*web.StatusError](err); ok {
		return r, e.refused(s)
	}
	if err == nil && r.Valid == nil && r.Perspectives == nil {
		return r, errors.New("it answers with JSON that is no result of Open MPIC; see whether the address is right")
	}
	return r, err
}

// refused says what a status means for whoever wrote the command, with what the
// coordinator says of it.
func (e *Engine) refused(s *web.StatusError) error {
	said := said(s.Body)
	switch s.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		if e.keyed {
			return fmt.Errorf("%w%s: it does not take the key; see to DNS01_OPEN_MPIC_HEADER", s, said)
		}
		return fmt.Errorf("%w%s: it wants a key; give its header in DNS01_OPEN_MPIC_HEADER", s, said)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return fmt.Errorf("%w%s: there is no coordinator at /mpic; give the URL that comes before that", s, said)
	case http.StatusTooManyRequests:
		return fmt.Errorf("%w%s: it is asked too often%s", s, said, web.After(s.Header))
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return fmt.Errorf("%w%s: it does not understand the request; it may be of another version than 3.5", s, said)
	}
	return fmt.Errorf("%w%s: the coordinator itself fails; try later, or see its log", s, said)
}

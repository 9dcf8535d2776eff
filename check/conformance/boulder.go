package conformance

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jmhodges/clock"
	"github.com/letsencrypt/boulder/bdns"
	corepb "github.com/letsencrypt/boulder/core/proto"
	"github.com/letsencrypt/boulder/features"
	"github.com/letsencrypt/boulder/identifier"
	blog "github.com/letsencrypt/boulder/log"
	"github.com/letsencrypt/boulder/policy"
	"github.com/letsencrypt/boulder/va"
	vapb "github.com/letsencrypt/boulder/va/proto"
	"github.com/letsencrypt/boulder/web"
	"github.com/prometheus/client_golang/prometheus"
)

// Issuer is the CA's identity in CAA records.
const Issuer = "letsencrypt.org"

// AccountPrefixes begin the CA's account URIs. The second is that of ACMEv1,
// to try what a CA with two of them does.
var AccountPrefixes = []string{
	"https://acme-v02.api.letsencrypt.org/acme/acct/",
	"https://acme-v01.api.letsencrypt.org/acme/reg/",
}

// How long the CA waits for its resolver, once. Silence is waited for in
// earnest, so a world without silence gets the long time: a slow machine must
// not look like a silent server.
const (
	hasty   = 2 * time.Second
	patient = time.Minute
)

// An Authority is Boulder's validation authority and the resolver it asks. It
// sees one world at a time.
type Authority struct {
	resolver       *Resolver
	server         *httptest.Server
	log            *blog.Mock
	patient, hasty *va.ValidationAuthorityImpl
}

// NewAuthority starts a resolver on the loopback address and Boulder on top.
func NewAuthority() (*Authority, error) {
	a := &Authority{resolver: &Resolver{}, log: blog.NewMock()}
	a.server = httptest.NewUnstartedServer(a.resolver)
	a.server.EnableHTTP2 = true // Boulder speaks nothing else
	a.server.StartTLS()
	var err error
	if a.patient, err = a.boulder(patient); err != nil {
		return nil, err
	}
	if a.hasty, err = a.boulder(hasty); err != nil {
		return nil, err
	}
	return a, nil
}

// Close stops the resolver.
func (a *Authority) Close() {
	a.server.CloseClientConnections()
	a.server.Close()
}

// boulder makes a validation authority. It is no primary, so that it asks no
// others.
func (a *Authority) boulder(timeout time.Duration) (*va.ValidationAuthorityImpl, error) {
	servers, err := bdns.NewStaticProvider([]string{strings.TrimPrefix(a.server.URL, "https://")})
	if err != nil {
		return nil, fmt.Errorf("the address of the resolver: %w", err)
	}
	const tries = 1 // more only repeat what does not change
	stats := prometheus.NewRegistry()
	client := bdns.New(timeout, servers, stats, clock.New(), tries, "", a.log, a.tls())
	features.Set(features.Config{DNSAccount01Enabled: true, DNSPersist01Enabled: true})
	now := clock.NewFake()
	now.Set(Now())
	public := func(netip.Addr) error { return nil }
	impl, err := va.NewValidationAuthorityImpl(client, nil, "", Issuer, stats, now, a.log,
		AccountPrefixes, "perspective", "ARIN", public, time.Second, false, nil, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("making a validation authority: %w", err)
	}
	return impl, nil
}

// tls trusts the resolver's certificate.
func (a *Authority) tls() *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(a.server.Certificate())
	return &tls.Config{RootCAs: roots}
}

// A Problem is the CA's answer when it refuses.
type Problem struct{ Type, Detail string }

// Validate does what the CA does for one identifier of a world: it validates
// the challenge, and when that has passed it looks at CAA. It returns nil when
// both pass.
func (a *Authority) Validate(ctx context.Context, w *World, az Authorization) (*Problem, error) {
	return unbroken(w, func() (*Problem, error) { return a.validate(ctx, w, az) })
}

// unbroken asks again where a busy host, and not the world, kept Boulder from
// hearing its resolver.
func unbroken(w *World, ask func() (*Problem, error)) (p *Problem, err error) {
	for range 3 {
		if p, err = ask(); err != nil || p == nil || !mayBeBroken(w, p.Detail) {
			break
		}
	}
	return p, err
}

// timedOut is the question that Boulder got no answer to in time.
var timedOut = regexp.MustCompile(`query timed out looking up (\S+) for (\S+)`)

// mayBeBroken reports whether a problem may be one of the connection: no reply
// that can be read, as where HTTP/2 does not begin in the two seconds that it has,
// or none in time to what the world answers.
func mayBeBroken(w *World, detail string) bool {
	if m := timedOut.FindStringSubmatch(detail); m != nil {
		return !w.Resolve(Question{m[2], m[1]}).Silent
	}
	return strings.Contains(detail, "server failure at resolver")
}

func (a *Authority) validate(ctx context.Context, w *World, az Authorization) (*Problem, error) {
	id := identifier.NewDNS(az.Identifier).ToProto()
	token, _, _ := strings.Cut(az.KeyAuthorization, ".")
	dcv, err := a.see(w).DoDCV(ctx, &vapb.PerformValidationRequest{
		Identifier:               id,
		Challenge:                &corepb.Challenge{Type: w.Method, Status: "pending", Token: token},
		Authz:                    &vapb.AuthzMeta{Id: 1, RegID: w.Account},
		ExpectedKeyAuthorization: az.KeyAuthorization,
	})
	if err != nil {
		return nil, fmt.Errorf("validating the challenge: %w", err)
	}
	if p := dcv.GetProblem(); p != nil {
		return &Problem{p.GetProblemType(), p.GetDetail()}, nil
	}
	return a.checkCAA(ctx, w, az.Identifier, w.Method)
}

// CheckCAA does what the CA does about CAA for an identifier that was
// validated by some method.
func (a *Authority) CheckCAA(ctx context.Context, w *World, id, method string) (*Problem, error) {
	return unbroken(w, func() (*Problem, error) { return a.checkCAA(ctx, w, id, method) })
}

func (a *Authority) checkCAA(ctx context.Context, w *World, id, method string) (*Problem, error) {
	caa, err := a.see(w).DoCAA(ctx, &vapb.IsCAAValidRequest{
		Identifier:       identifier.NewDNS(id).ToProto(),
		ValidationMethod: method, AccountURIID: w.Account, AuthzID: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("checking CAA: %w", err)
	}
	if p := caa.GetProblem(); p != nil {
		return &Problem{p.GetProblemType(), p.GetDetail()}, nil
	}
	return nil, nil
}

// see shows a world to the resolver, and returns a Boulder to ask it.
func (a *Authority) see(w *World) *va.ValidationAuthorityImpl {
	a.resolver.world.Store(w)
	a.log.Clear() // it keeps every line
	for _, f := range w.Fates {
		if f.silent() {
			return a.hasty
		}
	}
	return a.patient
}

// NewOrder is what the CA answers to a new order for these names, as far as
// the names alone decide it, and the problem of each name that has one when
// there are several. It returns nil when it takes them.
func NewOrder(names []string) (*Problem, map[string]Problem) {
	var ids identifier.ACMEIdentifiers
	for _, n := range names {
		ids = append(ids, identifier.NewDNS(n))
	}
	err := policy.WellFormedIdentifiers(identifier.Normalize(slices.Clone(ids)))
	if err == nil {
		return nil, nil
	}
	p := web.ProblemDetailsForError(err, "Invalid identifiers requested")
	var subs map[string]Problem
	for _, s := range p.SubProblems {
		if subs == nil {
			subs = map[string]Problem{}
		}
		subs[s.Identifier.Value] = Problem{string(s.Type), s.Detail}
	}
	return &Problem{string(p.Type), p.Detail}, subs
}

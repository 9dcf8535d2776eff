package rpl_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/dnssec"
	"dns01/resolver/rpl"
)

// How many queries dns01 lookup sends at most, and a run.
const (
	queriesOfLookup = 200
	queriesOfRun    = 5000
)

// A conclusion is what a resolver makes of a question: as far as a CA sees it,
// and with what validation found.
type conclusion struct {
	Rcode         string
	Answers       []string
	Authenticated bool
	EDE           int // -1: none
	Text          string
}

// An asker is a client and a validator. dns01 lookup has new ones for each
// question.
type asker struct {
	client    *resolver.Client
	validator *dnssec.Validator // nil without trust anchors
}

func newAsker(x resolver.Exchanger, s *rpl.Scenario, w *rpl.World, anchors []dns.RR, queries int) asker {
	c := resolver.New(resolver.Config{
		Exchanger: x, Roots: []resolver.Root{{Name: "root0.root-servers.net", Addrs: w.Roots()}},
		AllowPrivate: true, MaxQueries: queries,
	})
	a := asker{client: c}
	if len(anchors) == 0 {
		return a
	}
	now := time.Now
	if at, ok := s.Config.Now(); ok {
		now = func() time.Time { return at }
	}
	a.validator = dnssec.New(dnssec.Config{Anchors: anchors, Now: now, Fetch: c.Fetch, Support: support(s)})
	return a
}

func (a asker) answer(asked dns.Question, unchecked bool) conclusion {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer a.client.Wait()
	defer cancel()
	if a.validator == nil || unchecked {
		res := a.client.Lookup(ctx, asked.Name, asked.Qtype).Response()
		return concluded(res, dnssec.Verdict{Status: dnssec.Indeterminate, Rcode: res.Rcode})
	}
	return concluded(a.validator.Resolve(ctx, asked.Name, asked.Qtype))
}

// support is what can be checked: in a file that says so, signatures with SHA-1
// and DSA are taken as they are, as Unbound's own tests do.
func support(s *rpl.Scenario) dnssec.Support {
	all := dnssec.Unbound()
	if !fakes(s) {
		return all
	}
	all.Algorithms = append(all.Algorithms, dns.DSA, dns.DSANSEC3SHA1)
	all.Verify = func(algorithm uint8, key, signed, sig []byte) error {
		switch algorithm {
		case dns.DSA, dns.DSANSEC3SHA1, dns.RSASHA1, dns.RSASHA1NSEC3SHA1:
			return nil
		}
		return dnssec.VerifySignature(algorithm, key, signed, sig)
	}
	return all
}

func fakes(s *rpl.Scenario) bool {
	return len(s.Config.Options["fake-sha1"])+len(s.Config.Options["fake-dsa"]) > 0
}

func concluded(r dnssec.Response, v dnssec.Verdict) conclusion {
	out := conclusion{Rcode: dns.RcodeToString[v.Rcode], Authenticated: v.Status == dnssec.Secure, EDE: -1}
	switch {
	case r.Failed:
		out.Rcode = "SERVFAIL"
	case v.Status == dnssec.Bogus:
		out.Rcode = "SERVFAIL"
		if v.HasEDE {
			out.EDE, out.Text = int(v.EDE), comparableText(v.Text)
		}
	default:
		out.Answers = lines(r.Answer)
	}
	return out
}

// lines are records in comparable form: without TTLs and signatures, in order.
func lines(rrs []dns.RR) []string {
	var out []string
	for _, rr := range rrs {
		h := rr.Header()
		if h.Rrtype == dns.TypeRRSIG {
			continue
		}
		line := h.Name + " " + dns.Type(h.Rrtype).String() + " " + strings.TrimPrefix(rr.String(), h.String())
		if raw, ok := rr.(*dns.RFC3597); ok {
			line = h.Name + " " + dns.Type(h.Rrtype).String() + " " + raw.Rdata
		}
		out = append(out, strings.ToLower(line))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var fromServers = regexp.MustCompile(` from [0-9a-f.:]+( and [0-9a-f.:]+)*`)

// comparableText leaves out which of several servers an error names.
func comparableText(text string) string {
	text = strings.ReplaceAll(text, " [misc failure]", "")
	return strings.ToLower(fromServers.ReplaceAllString(text, " from …"))
}

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

// queriesOfLookup is how many dns01 lookup sends at most.
const queriesOfLookup = 200

// A conclusion is what a resolver makes of a question: as far as a CA sees it,
// and with what validation found.
type conclusion struct {
	Rcode         string
	Answers       []string
	Authenticated bool
	EDE           int // -1: none
	Text          string
}

// ourAnswer asks as dns01 lookup does: a new client and validator each time.
func ourAnswer(x resolver.Exchanger, s *rpl.Scenario, w *rpl.World, anchors []dns.RR, asked dns.Question) conclusion {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	c := resolver.New(resolver.Config{
		Exchanger: x, Roots: []resolver.Root{{Name: "root0.root-servers.net", Addrs: w.Roots()}},
		AllowPrivate: true, MaxQueries: queriesOfLookup,
	})
	defer c.Wait()
	defer cancel()
	if len(anchors) == 0 {
		res := c.Lookup(ctx, asked.Name, asked.Qtype).Response()
		return concluded(res, dnssec.Verdict{Status: dnssec.Indeterminate, Rcode: res.Rcode})
	}
	now := time.Now
	if at, ok := s.Config.Now(); ok {
		now = func() time.Time { return at }
	}
	v := dnssec.New(dnssec.Config{Anchors: anchors, Now: now, Fetch: c.Fetch})
	return concluded(v.Resolve(ctx, asked.Name, asked.Qtype))
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

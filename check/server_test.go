package check

import (
	"testing"

	"dns01/resolver/survey"
)

func TestServers(t *testing.T) {
	all := func(e edit) func(world, *Order) {
		return func(w world, _ *Order) {
			for _, l := range w.Lookups {
				if l.Zone == "example.com" {
					for _, a := range l.Answers {
						e(a)
					}
				}
			}
		}
	}
	runVerdicts(t, []verdictTest{
		{name: "no EDNS", verdict: Ready, want: []string{"note edns-unsupported"}, change: all(func(a *survey.Answer) { a.EDNS = "unsupported" })},
		{name: "no OPT in the answer is fine", verdict: Ready, change: all(func(a *survey.Answer) { a.EDNS = "absent" })},
		{name: "letter case lost", verdict: Ready, want: []string{"note case-not-preserved"}, change: all(func(a *survey.Answer) { a.CaseLost = true })},
		{name: "AA missing", verdict: Ready, want: []string{"note answer-not-authoritative"}, change: all(func(a *survey.Answer) { a.Authoritative = false })},
		{name: "NXDOMAIN for an empty non-terminal", ids: []string{"host.dc.example.com"}, verdict: AtRisk, want: []string{"warning nxdomain-for-existing-name"}, change: func(w world, _ *Order) {
			w.ask("example.com", "dc.example.com", "CAA", nxDomainAnswer)
			w.ask("example.com", "host.dc.example.com", "CAA", nxDomainAnswer)
		}},
		{name: "NXDOMAIN where only a wildcard answers below", ids: []string{"host.example.com"}, verdict: Ready, change: func(w world, _ *Order) {
			w.ask("example.com", "host.example.com", "CAA", nxDomainAnswer)
			w.ask("example.com", "_acme-challenge.host.example.com", "TXT", and(txtAnswer(v1), wildcard))
		}},
	})
}

func TestViews(t *testing.T) {
	resolver := func(e func(*survey.ResolverAnswer)) func(world, *Order) {
		return func(w world, _ *Order) {
			r := survey.ResolverAnswer{Question: survey.Question{Name: challengeName, Type: "TXT"}, Resolver: "google", Addr: addrPort("8.8.8.8:53"), TTL: 600}
			e(&r)
			w.Resolvers = append(w.Resolvers, r)
		}
	}
	runVerdicts(t, []verdictTest{
		{name: "a cache has NXDOMAIN", verdict: Ready, want: []string{"note resolver-behind"}, change: resolver(func(r *survey.ResolverAnswer) { r.Status = survey.NXDomain })},
		{name: "a cache has an old value", verdict: Ready, want: []string{"note resolver-behind"}, change: resolver(func(r *survey.ResolverAnswer) {
			r.Status, r.Records = survey.Answered, []survey.Record{{TXT: old}}
		})},
		{name: "a cache has the value", verdict: Ready, change: resolver(func(r *survey.ResolverAnswer) {
			r.Status, r.Records = survey.Answered, []survey.Record{{TXT: v1}}
		})},
		{name: "a cache did not answer", verdict: Ready, change: resolver(func(r *survey.ResolverAnswer) { r.Status = survey.Timeout })},
		{name: "IPv6-only server and no IPv6 here", verdict: Ready, want: []string{"note local-ipv6-missing"}, change: func(w world, _ *Order) {
			w.Network.IPv6 = "none"
			w.Zone("example.com").Servers[1].Addr = addr("2001:db8::2")
			w.everything("example.com", 1, lost(survey.NoRoute))
		}},
		{name: "dual stack servers and no IPv6 here", verdict: Ready, change: func(w world, _ *Order) {
			w.Network.IPv6 = "none"
			dualStack(w, lost(survey.NoRoute))
		}},
	})
}

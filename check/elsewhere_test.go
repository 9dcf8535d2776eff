package check

import (
	"net/netip"
	"testing"

	"dns01/resolver/survey"
)

// A value at another name, a slot too few, and views that the CA does not
// have: each is told for what it is.
func TestElsewhere(t *testing.T) {
	const uuid = "d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example.net"
	three := []string{"example.com", "www.example.com", "mail.example.com"}
	runVerdicts(t, []verdictTest{
		{
			name: "the value is at the doubled name", verdict: Blocked,
			want: []string{"error challenge-misplaced", "error challenge-missing because challenge-misplaced"},
			change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
				w.Misplaced = append(w.Misplaced, survey.Place{
					Challenge: challengeName, Value: v1, Name: challengeName + ".example.com", How: survey.ZoneDoubled,
					Zone: "example.com", Server: "ns1.example.com", Addr: netip.MustParseAddr("192.0.2.1"),
				})
			},
		},
		{
			name: "three names at a target for two values", ids: three, values: []string{}, verdict: Blocked,
			want: []string{"error alias-slots-exceeded", "note alias-dangling", "note alias-dangling", "note alias-dangling"},
			change: func(w world, _ *Order) {
				for _, n := range three {
					w.ask("example.com", "_acme-challenge."+n, "TXT", aliasTo(uuid))
				}
				w.ask("example.com", uuid, "TXT", nxDomainAnswer)
				w.start(uuid, "TXT", "example.com")
			},
		},
		{
			name: "the record takes the host from its wildcard", values: []string{}, verdict: Ready,
			want: []string{"note challenge-child-breaks-wildcard"},
			change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
				w.Coverings = append(w.Coverings, survey.Covering{Base: "example.com", Above: "com", Zone: "example.com"})
			},
		},
		{
			name: "the local resolver has another zone", verdict: Ready, want: []string{"note split-horizon"},
			change: func(w world, _ *Order) {
				w.Resolvers = append(w.Resolvers, survey.ResolverAnswer{
					Question: survey.Question{Name: "example.com", Type: "NS"}, Local: true, Status: survey.NXDomain, Rcode: "NXDOMAIN",
				})
			},
		},
		{
			name: "a resolver fails", verdict: Ready, want: []string{"note resolver-fails"},
			change: func(w world, _ *Order) {
				w.Resolvers = append(w.Resolvers, survey.ResolverAnswer{
					Question: survey.Question{Name: challengeName, Type: "TXT"}, Resolver: "Google", Status: survey.Lame, Rcode: "SERVFAIL",
				})
			},
		},
	})
}

package resolver_test

import (
	"testing"
	"testing/synctest"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/lab"
)

// The DS records of a zone are its parent's: asked for behind the cut, whose
// servers deny them, every unsigned zone under a signed registry without a
// proof in its referrals would seem to fail by its own servers' fault.
func TestDSIsAskedAboveTheCut(t *testing.T) {
	s, err := lab.Parse("ds", []byte(`ds

-- target --
example.com
-- servers --
ns1.example.com 192.0.2.1
-- zone example.com @ ns1.example.com --
@ A 192.0.2.80
`))
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		c := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), Allow: w.Public()})
		if r := c.Lookup(t.Context(), "example.com", dns.TypeA); r.Problem != resolver.ProblemNone {
			t.Fatalf("the zone cannot be looked up: %s", r.Reason)
		}
		r := c.Lookup(t.Context(), "example.com", dns.TypeDS)
		last := r.Hops[len(r.Hops)-1]
		if last.Zone != "com" || last.Reading.Kind != resolver.NoData || r.Problem != resolver.ProblemNone {
			t.Errorf("%s of %q (%s), want nodata of com", last.Reading.Kind, last.Zone, r.Reason)
		}
		c.Wait()
	})
}

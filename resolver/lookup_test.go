package resolver_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/lab"
)

// A way along aliases has servers of several zones to avoid when its end does
// not validate, and a zone may have no other: the one that did no harm there
// has to be asked, or one bad server of two is enough to fail.
func TestAvoidedServersCountAgain(t *testing.T) {
	const text = `aliases

-- target --
example.com
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 192.0.2.2
ns3.example.com 192.0.2.3
-- zone example.com @ ns1.example.com ns2.example.com --
_acme-challenge CNAME value.example.net.
-- zone example.net @ ns2.example.com ns3.example.com --
value TXT "x"
`
	tests := []struct {
		name         string
		avoid        []string
		alias, value string // the servers that answer; "" for any
	}{
		{"the end's other server", []string{"192.0.2.2"}, "192.0.2.1", "192.0.2.3"},
		{"both of the alias, the end's first", []string{"192.0.2.2", "192.0.2.1"}, "192.0.2.2", "192.0.2.3"},
		{"both of the alias, its own first", []string{"192.0.2.1", "192.0.2.2"}, "192.0.2.1", "192.0.2.3"},
		{"all", []string{"192.0.2.3", "192.0.2.1", "192.0.2.2"}, "192.0.2.1", "192.0.2.3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := parsed(t, text)
			synctest.Test(t, func(t *testing.T) {
				c := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), Allow: w.Public()})
				c.Lookup(t.Context(), "_acme-challenge.example.com", dns.TypeTXT)
				r := c.Lookup(t.Context(), "_acme-challenge.example.com", dns.TypeTXT, tt.avoid...)
				c.Wait()
				if r.Problem != resolver.ProblemNone {
					t.Fatalf("%s: %s", r.Problem, r.Reason)
				}
				if d := cmp.Diff([]string{tt.alias, tt.value}, answeredBy(r)); d != "" {
					t.Errorf("servers of alias and end (-want +got):\n%s", d)
				}
			})
		})
	}
}

// What the CA quotes of a failed lookup of keys tells zone, server and rcode.
func TestReasonOfFailure(t *testing.T) {
	const text = `fails

-- target --
example.com
-- servers --
ns1.example.com 192.0.2.1
-- zone example.com @ ns1.example.com --
@ A 192.0.2.80
-- faults --
ns1.example.com type=TXT servfail
ns1.example.com type=CAA refuse
`
	for qtype, want := range map[uint16]string{
		dns.TypeTXT: "all servers for this domain failed, at zone example.com. from 192.0.2.1 got SERVFAIL",
		dns.TypeCAA: "all servers for this domain failed, at zone example.com. from 192.0.2.1 got REFUSED",
	} {
		w := parsed(t, text)
		synctest.Test(t, func(t *testing.T) {
			c := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), Allow: w.Public()})
			r := c.Lookup(t.Context(), "example.com", qtype)
			c.Wait()
			if r.Reason != want {
				t.Errorf("%s: %q, want %q", dns.Type(qtype), r.Reason, want)
			}
		})
	}
}

// answeredBy are the servers whose answers a resolution went on with, but for
// referrals.
func answeredBy(r resolver.Resolution) []string {
	var addrs []string
	for _, h := range r.Hops {
		if h.Reading.Kind != resolver.Referral {
			addrs = append(addrs, h.Answers[len(h.Answers)-1].Server.String())
		}
	}
	return addrs
}

func parsed(t *testing.T, text string) *lab.World {
	t.Helper()
	s, err := lab.Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

package resolver_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A reply that lost the letter case of its question may be a spoofer's: it
// counts when every server says the same in lower case, and not otherwise.
func TestLostCaseIsCompared(t *testing.T) {
	for what, want := range map[string]resolver.Problem{"alike": resolver.ProblemNone, "differing": resolver.ProblemCase} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := answering(func(q resolver.Query, m *dns.Msg) {
					server := q.Server.Addr().As4()
					if server[0] != 8 {
						refer(m, "example.com.", "n.example.com.")
						m.Extra = append(m.Extra, a("n.example.com.", 8, 8, 8, 1), a("n.example.com.", 8, 8, 8, 2))
						return
					}
					value := "value"
					if what == "differing" {
						value += string('0' + rune(server[3]))
					}
					m.Authoritative = true
					m.Question = []dns.Question{{Name: strings.ToLower(q.Msg.Question[0].Name), Qtype: dns.TypeTXT, Qclass: dns.ClassINET}}
					m.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: m.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}, Txt: []string{value}}}
				})
				c := resolver.New(resolver.Config{Exchanger: x, Roots: []resolver.Root{{Name: "a.root.", Addrs: []netip.Addr{netip.MustParseAddr("198.41.0.4")}}}})
				if got := c.Lookup(t.Context(), "_acme-challenge.example.com", dns.TypeTXT); got.Problem != want {
					t.Errorf("problem %q, want %q (%s)", got.Problem, want, got.Reason)
				}
				c.Wait()
			})
		})
	}
}

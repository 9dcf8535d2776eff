package lab_test

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/lab"
)

// A world in which the secondary did not get the new zone.
func Example() {
	s, err := lab.Parse("stale-secondary", []byte(`The secondary has an old copy
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 192.0.2.2
-- zone example.com @ ns1.example.com ns2.example.com --
_acme-challenge TXT "the new value"
-- zone example.com @ ns2.example.com --
-- network --
rtt 0s
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := s.World()
	if err != nil {
		fmt.Println(err)
		return
	}
	m := new(dns.Msg)
	m.SetQuestion("_acme-challenge.example.com.", dns.TypeTXT)
	for _, addr := range []string{"192.0.2.1", "192.0.2.2"} {
		r, err := w.Exchange(context.Background(), resolver.Query{
			Server:    netip.AddrPortFrom(netip.MustParseAddr(addr), 53),
			Transport: resolver.UDP,
			Msg:       m,
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(addr, dns.RcodeToString[r.Msg.Rcode], len(r.Msg.Answer))
	}
	// Output:
	// 192.0.2.1 NOERROR 1
	// 192.0.2.2 NXDOMAIN 0
}

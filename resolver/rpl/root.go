package rpl

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/miekg/dns"
)

// madeRootAddr is the root server of scenarios that bring none.
var madeRootAddr = netip.AddrFrom4([4]byte{198, 41, 0, 4})

// lastStep is later than any.
const lastStep = int(^uint(0) >> 1)

// madeRoot is a root server that delegates stub zones: what a resolver that has
// none configured would have to find in their place. A forwarder for
// everything is taken for a server that has everything: the root server is
// asked at its address.
func madeRoot(zones []Zone) []Range {
	root := Range{To: lastStep}
	for i, z := range zones {
		switch {
		case z.Kind == "forward-zone" && z.Name == ".":
			root.Addrs = append(root.Addrs, z.Addrs...)
		case z.Kind == "stub-zone" && len(z.Addrs)+len(z.Hosts) > 0:
			root.Entries = append(root.Entries, referral(z, i))
		}
	}
	if len(root.Entries) > 0 {
		root.Addrs = []netip.Addr{madeRootAddr}
	}
	if len(root.Addrs) == 0 {
		return nil
	}
	return []Range{root}
}

// primed answers a question for the root servers, which nobody asks who has
// them as a stub: a file may have no answer to it, or one without addresses.
// It is nil for any other question.
func primed(roots []netip.Addr, q dns.Question, tcp bool) *Entry {
	if e := priming(roots); e.isFor(q, tcp) {
		return e
	}
	return nil
}

// priming is what root servers say of themselves.
func priming(addrs []netip.Addr) *Entry {
	e := &Entry{Match: []string{"qname", "qtype"}, Msg: &dns.Msg{}}
	e.Msg.Question = []dns.Question{{Name: ".", Qtype: dns.TypeNS, Qclass: dns.ClassINET}}
	e.Msg.Response, e.Msg.Authoritative = true, true
	for i, a := range addrs {
		host := fmt.Sprintf("root%d.root-servers.net.", i)
		e.Msg.Answer = append(e.Msg.Answer, &dns.NS{Hdr: header(".", dns.TypeNS), Ns: host})
		e.Msg.Extra = append(e.Msg.Extra, address(host, a))
	}
	return e
}

// referral leads to a stub zone, with names of its servers where the scenario
// has none.
func referral(z Zone, i int) *Entry {
	e := &Entry{Match: []string{"subdomain"}, Adjust: []string{"copy_query"}, Msg: &dns.Msg{}}
	e.Msg.Question = []dns.Question{{Name: z.Name, Qtype: dns.TypeNS, Qclass: dns.ClassINET}}
	e.Msg.Response = true
	for n, a := range z.Addrs {
		host := fmt.Sprintf("stub%d-%d.root-servers.net.", i, n)
		e.Msg.Ns = append(e.Msg.Ns, &dns.NS{Hdr: header(z.Name, dns.TypeNS), Ns: host})
		e.Msg.Extra = append(e.Msg.Extra, address(host, a))
	}
	for _, host := range z.Hosts {
		e.Msg.Ns = append(e.Msg.Ns, &dns.NS{Hdr: header(z.Name, dns.TypeNS), Ns: host})
	}
	return e
}

func header(owner string, rrtype uint16) dns.RR_Header {
	return dns.RR_Header{Name: owner, Rrtype: rrtype, Class: dns.ClassINET, Ttl: 3600}
}

func address(host string, a netip.Addr) dns.RR {
	if a.Is4() {
		return &dns.A{Hdr: header(host, dns.TypeA), A: net.IP(a.AsSlice())}
	}
	return &dns.AAAA{Hdr: header(host, dns.TypeAAAA), AAAA: net.IP(a.AsSlice())}
}

package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/miekg/dns"
)

// likeACMEDNS is a name server that answers as acme-dns does, with what zone
// files hold, until it is ended: its arguments are an address with port, then
// a file and a zone's name for each zone.
//
// It knows names by their TXT records and by what is configured; a name that
// has TXT records alone does not exist for other types. Only NXDOMAIN comes
// with a SOA. The OPT record offers 512 octets and has no DO, and nothing is
// ever truncated.
func likeACMEDNS() {
	mux := dns.NewServeMux()
	for i := 2; i+1 < len(os.Args); i += 2 {
		z, err := readStatic(os.Args[i], dns.CanonicalName(os.Args[i+1]))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		mux.Handle(z.name, z)
		mux.Handle(".", z) // it refuses nothing
	}
	failed := make(chan error)
	for _, network := range []string{"udp", "tcp"} {
		s := &dns.Server{Addr: os.Args[1], Net: network, Handler: mux}
		go func() { failed <- s.ListenAndServe() }()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	os.Exit(1)
}

// A staticZone is what such a server knows, by canonical name.
type staticZone struct {
	name    string
	soa     dns.RR
	static  map[string][]dns.RR // all but TXT
	dynamic map[string][]dns.RR // TXT
}

func readStatic(file, zone string) (*staticZone, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z := &staticZone{name: zone, static: map[string][]dns.RR{}, dynamic: map[string][]dns.RR{}}
	p := dns.NewZoneParser(f, "", file)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		name := dns.CanonicalName(rr.Header().Name)
		switch rr.Header().Rrtype {
		case dns.TypeSOA:
			z.soa = rr
			z.static[name] = append(z.static[name], rr)
		case dns.TypeTXT:
			z.dynamic[name] = append(z.dynamic[name], rr)
		default:
			z.static[name] = append(z.static[name], rr)
		}
	}
	return z, p.Err()
}

// ServeDNS implements [dns.Handler].
func (z *staticZone) ServeDNS(w dns.ResponseWriter, query *dns.Msg) {
	m := new(dns.Msg).SetReply(query)
	opt := query.IsEdns0()
	if opt != nil {
		m.SetEdns0(512, false)
	}
	switch {
	case opt != nil && opt.Version() != 0:
		m.Rcode = dns.RcodeBadVers
	case query.Opcode == dns.OpcodeQuery && len(query.Question) == 1:
		z.answer(m, query.Question[0])
	}
	_ = w.WriteMsg(m) // the asker has gone
}

func (z *staticZone) answer(m *dns.Msg, q dns.Question) {
	name := dns.CanonicalName(q.Name)
	known := z.static[name]
	for _, rr := range append(known[:len(known):len(known)], z.dynamic[name]...) {
		if rr.Header().Rrtype == q.Qtype {
			rr = dns.Copy(rr)
			rr.Header().Name = q.Name
			m.Answer = append(m.Answer, rr)
		}
	}
	m.Authoritative = name == z.name || strings.HasSuffix(name, "."+z.name)
	if len(m.Answer) == 0 && len(known) == 0 {
		m.Rcode = dns.RcodeNameError
		if m.Authoritative {
			m.Ns = []dns.RR{z.soa}
		}
	}
}

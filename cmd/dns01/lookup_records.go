package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver/dnssec"
)

// answersOf are the aliases and the records at their end, without the
// signatures over them, in zone-file form.
func answersOf(r dnssec.Response) []string {
	var lines []string
	for _, rr := range r.Answer {
		if rr.Header().Rrtype != dns.TypeRRSIG || r.Type == dns.TypeRRSIG || r.Type == dns.TypeANY {
			lines = append(lines, recordLine(rr))
		}
	}
	return lines
}

// soaOf is the SOA record that tells how long a denial may be kept (RFC 2308
// §3), for answers without records of the type asked.
func soaOf(r dnssec.Response) []string {
	if slices.ContainsFunc(r.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == r.Type || r.Type == dns.TypeANY }) {
		return nil
	}
	var lines []string
	for _, rr := range r.Authority {
		if rr.Header().Rrtype == dns.TypeSOA {
			lines = append(lines, recordLine(rr))
		}
	}
	return lines
}

// recordLine writes a record as "owner ttl IN TYPE rdata", with single spaces
// up to the RDATA.
func recordLine(rr dns.RR) string {
	rr = inLowerCase(rr)
	h := rr.Header()
	rdata := strings.TrimPrefix(rr.String(), h.String())
	if raw, ok := rr.(*dns.RFC3597); ok {
		rdata = fmt.Sprintf(`\# %d %s`, len(raw.Rdata)/2, strings.ToUpper(raw.Rdata))
	}
	return strings.TrimRight(fmt.Sprintf("%s %d %s %s %s", h.Name, h.Ttl, dns.Class(h.Class), dns.Type(h.Rrtype), rdata), " ")
}

// inLowerCase writes the names of a record in lower case: the owner, and in
// the RDATA those that may be compressed against the question (RFC 3597 §4),
// whose letter case is mixed at random.
func inLowerCase(rr dns.RR) dns.RR {
	rr = dns.Copy(rr)
	lower(&rr.Header().Name)
	switch rr := rr.(type) {
	case *dns.NS:
		lower(&rr.Ns)
	case *dns.CNAME:
		lower(&rr.Target)
	case *dns.PTR:
		lower(&rr.Ptr)
	case *dns.MX:
		lower(&rr.Mx)
	case *dns.SOA:
		lower(&rr.Ns)
		lower(&rr.Mbox)
	case *dns.MINFO:
		lower(&rr.Rmail)
		lower(&rr.Email)
	case *dns.MB:
		lower(&rr.Mb)
	case *dns.MG:
		lower(&rr.Mg)
	case *dns.MR:
		lower(&rr.Mr)
	case *dns.MD:
		lower(&rr.Md)
	case *dns.MF:
		lower(&rr.Mf)
	case *dns.DNAME:
		lower(&rr.Target)
	}
	return rr
}

func lower(name *string) { *name = strings.ToLower(*name) }

package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A zone is one copy of a zone's data. It does not change once it is built.
type zone struct {
	origin string // canonical, with the final dot
	nodes  map[string]node
	// hashed holds NSEC3 records and the signatures over them: their owners
	// are no names that a query finds (RFC 5155 §7.2.8).
	hashed map[string]node
	// glue holds addresses that only referrals carry, by owner.
	glue  map[string][]dns.RR
	chain denialChain
}

// A node is a name of a zone: its record sets by type. An empty non-terminal
// is a node without any (RFC 4592 §2.2.2).
type node map[uint16][]dns.RR

func newZone(origin string) *zone {
	return &zone{
		origin: origin,
		nodes:  map[string]node{origin: {}},
		hashed: map[string]node{},
		glue:   map[string][]dns.RR{},
	}
}

// add takes in a record and makes the names between it and the apex exist.
func (z *zone) add(rr dns.RR) error {
	owner := dns.CanonicalName(rr.Header().Name)
	if !dns.IsSubDomain(z.origin, owner) {
		return fmt.Errorf("%s is not in zone %s", owner, z.origin)
	}
	kind := rr.Header().Rrtype
	if kind == dns.TypeNSEC3 || covers(rr, dns.TypeNSEC3) {
		if z.hashed[owner] == nil {
			z.hashed[owner] = node{}
		}
		z.hashed[owner][kind] = append(z.hashed[owner][kind], rr)
		return nil
	}
	for _, name := range descent(z.origin, owner) {
		if z.nodes[name] == nil {
			z.nodes[name] = node{}
		}
	}
	n := z.nodes[owner]
	n[kind] = append(n[kind], rr)
	return nil
}

// descent returns the names from an origin down to a name below or at it,
// both included. Both are canonical.
func descent(origin, name string) []string {
	names := []string{origin}
	starts := dns.Split(name)
	for i := len(starts) - dns.CountLabel(origin) - 1; i >= 0; i-- {
		names = append(names, name[starts[i]:])
	}
	return names
}

// soa returns the zone's SOA record as negative answers carry it: its TTL is
// how long they may be cached (RFC 2308 §3).
func (z *zone) soa() *dns.SOA {
	soa := dns.Copy(z.nodes[z.origin][dns.TypeSOA][0]).(*dns.SOA)
	soa.Hdr.Ttl = min(soa.Hdr.Ttl, soa.Minttl)
	return soa
}

// An outcome is the kind of answer that a zone has to a question.
type outcome int

const (
	found     outcome = iota // records of the type asked for
	aliased                  // a CNAME, perhaps made from a DNAME: go on at target
	delegated                // a zone cut at or above the name
	noData                   // the name exists, the type does not
	noName                   // the name does not exist
	tooLong                  // a DNAME made a name that is too long
)

// A match is what a zone says to one question. rrs have the owner name in the
// letter case of the question.
type match struct {
	outcome outcome
	rrs     []dns.RR
	target  string // for aliased
	cut     string // for delegated
	empty   bool   // for noData: an empty non-terminal

	// Where it was found, for the proof of it. All names are canonical.
	name     string // that was looked up
	source   string // the owner of the records in the zone
	closest  string // the closest encloser of a name that does not exist
	wildcard string // the one that the answer, or the lack of one, comes from
}

// find looks a question up in the zone (RFC 1034 §4.3.2, step 3). The name
// lies in the zone.
func (z *zone) find(qname string, qtype uint16) match {
	name := dns.CanonicalName(qname)
	m := z.seek(name, qname, qtype)
	m.name = name
	if m.source == "" {
		m.source = name
	}
	return m
}

// seek goes down from the apex to a name, or as far as names exist.
func (z *zone) seek(name, qname string, qtype uint16) match {
	closest := z.origin
	for _, at := range descent(z.origin, name) {
		n, exists := z.nodes[at]
		if !exists {
			return z.fromWildcard(closest, qname, qtype)
		}
		// The parent answers for DS at a cut itself (RFC 4035 §3.1.4.1).
		atParent := at == name && qtype == dns.TypeDS
		if len(n[dns.TypeNS]) > 0 && at != z.origin && !atParent {
			return match{outcome: delegated, cut: at}
		}
		if len(n[dns.TypeDNAME]) > 0 && at != name {
			return fromDNAME(n[dns.TypeDNAME][0].(*dns.DNAME), qname)
		}
		closest = at
	}
	return z.nodes[name].match(qname, qtype)
}

// fromWildcard answers for a name that does not exist (RFC 4592 §3.3.1): from
// the asterisk label below the closest encloser, if there is one.
func (z *zone) fromWildcard(closest, qname string, qtype uint16) match {
	asterisk := wildcardOf(closest)
	n, exists := z.nodes[asterisk]
	if !exists {
		return match{outcome: noName, closest: closest}
	}
	m := n.expandable().match(qname, qtype)
	m.source, m.closest, m.wildcard = asterisk, closest, asterisk
	return m
}

// expandable is what a wildcard gives to other names: not its own NSEC record
// (RFC 4592 §4.8).
func (n node) expandable() node {
	if len(n[dns.TypeNSEC]) == 0 {
		return n
	}
	n = n.clone()
	n.unsign(dns.TypeNSEC)
	delete(n, dns.TypeNSEC)
	return n
}

// match answers from a node, whose records are given qname as their owner.
func (n node) match(qname string, qtype uint16) match {
	if rrs := n.records(qtype); len(rrs) > 0 {
		if alias, ok := rrs[0].(*dns.CNAME); ok && qtype != dns.TypeCNAME && qtype != dns.TypeANY {
			return match{outcome: aliased, rrs: owned(qname, rrs[:1]), target: alias.Target}
		}
		return match{outcome: found, rrs: owned(qname, rrs)}
	}
	return match{outcome: noData, empty: len(n) == 0}
}

// records returns those that answer a type: a CNAME before anything else
// (RFC 1034 §4.3.2, step 3a), everything for ANY.
func (n node) records(qtype uint16) []dns.RR {
	if qtype == dns.TypeANY {
		return n.all()
	}
	if alias := n[dns.TypeCNAME]; len(alias) > 0 {
		return alias
	}
	return n[qtype]
}

// all returns every record of the node, in the order of type numbers.
func (n node) all() []dns.RR {
	kinds := make([]uint16, 0, len(n))
	for kind := range n {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	var rrs []dns.RR
	for _, kind := range kinds {
		rrs = append(rrs, n[kind]...)
	}
	return rrs
}

// fromDNAME makes a CNAME for a name below a DNAME (RFC 6672 §3.1). It has the
// DNAME's TTL.
func fromDNAME(d *dns.DNAME, qname string) match {
	prefix := qname[:len(qname)-len(dns.CanonicalName(d.Hdr.Name))]
	target := prefix + strings.TrimPrefix(d.Target, ".")
	if d.Hdr.Name == "." {
		target = qname + strings.TrimPrefix(d.Target, ".")
	}
	// A name has at most 255 octets on the wire (RFC 1035 §2.3.4).
	source := dns.CanonicalName(d.Hdr.Name)
	if _, ok := dns.IsDomainName(target); !ok {
		return match{outcome: tooLong, rrs: []dns.RR{dns.Copy(d)}, source: source}
	}
	alias := &dns.CNAME{
		Hdr: dns.RR_Header{
			Name:   qname,
			Rrtype: dns.TypeCNAME,
			Class:  dns.ClassINET,
			Ttl:    d.Hdr.Ttl,
		},
		Target: target,
	}
	return match{outcome: aliased, rrs: []dns.RR{dns.Copy(d), alias}, target: target, source: source}
}

// owned returns copies of the records with another owner name.
func owned(owner string, rrs []dns.RR) []dns.RR {
	copies := make([]dns.RR, len(rrs))
	for i, rr := range rrs {
		copies[i] = dns.Copy(rr)
		copies[i].Header().Name = owner
	}
	return copies
}

// referral returns the NS records of a cut and the addresses that go with them.
func (z *zone) referral(cut string) (ns, glue []dns.RR) {
	ns = z.nodes[cut][dns.TypeNS]
	return ns, z.addressesOf(ns)
}

// addressesOf returns the addresses that the zone has for name servers, be it
// as glue, as its own data or below a cut (RFC 1034 §4.2.1).
func (z *zone) addressesOf(ns []dns.RR) []dns.RR {
	var addrs []dns.RR
	for _, rr := range ns {
		ns, ok := rr.(*dns.NS)
		if !ok {
			continue
		}
		name := dns.CanonicalName(ns.Ns)
		if glue := z.glue[name]; len(glue) > 0 {
			addrs = append(addrs, glue...)
			continue
		}
		addrs = append(addrs, z.nodes[name][dns.TypeA]...)
		addrs = append(addrs, z.nodes[name][dns.TypeAAAA]...)
	}
	return addrs
}

package lab

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// An edition is a copy of a zone as one host has it, from a time on.
type edition struct {
	from time.Duration
	zone *zone
}

// editions are those of one zone on one host, earliest first.
type editions []edition

// at returns the copy in force, or nil if the host does not have the zone yet.
func (e editions) at(t time.Duration) *zone {
	var z *zone
	for _, ed := range e {
		if ed.from <= t {
			z = ed.zone
		}
	}
	return z
}

// A builder makes the zones of a plan.
type builder struct {
	*plan
	zones []*zone // one for each of plan.copies, not signed

	lines   []signLine
	signers map[string]*zoneSigner // of the zones that are signed
	keys    keyring
	tampers []tamperLine
	met     map[*tamperLine]bool // those that have changed something
}

// hostings are what hosts have: editions by origin, by host.
type hostings map[string]authority

// build makes what each host has, and the trust anchors.
func (p *plan) build(s *Scenario) (hostings, []dns.RR, error) {
	b := &builder{plan: p, tampers: s.tampers, met: map[*tamperLine]bool{}}
	for _, c := range p.copies {
		z, err := b.zone(c)
		if err != nil {
			return nil, nil, err
		}
		b.zones = append(b.zones, z)
	}
	if err := b.delegateAll(s.delegations); err != nil {
		return nil, nil, err
	}
	b.primeRoot()
	if err := b.signAll(s.signs); err != nil {
		return nil, nil, err
	}
	b.publishDS()
	hosted, err := b.distribute()
	if err != nil {
		return nil, nil, err
	}
	return hosted, b.anchors(), b.unmet()
}

// delegateAll adds the delegations of all zones to their parents.
func (b *builder) delegateAll(delegations []delegationText) error {
	told := map[string]bool{}
	for _, d := range delegations {
		told[d.origin] = true
		if err := b.delegateAsTold(d); err != nil {
			return err
		}
	}
	for _, origin := range slices.Sorted(maps.Keys(b.origins)) {
		if origin != "." && !told[origin] {
			b.delegate(origin)
		}
	}
	return nil
}

// zone reads one copy and makes what its text leaves out.
func (b *builder) zone(c copyText) (*zone, error) {
	rrs, err := c.records(c.origin)
	if err != nil {
		return nil, err
	}
	z := newZone(c.origin)
	for _, rr := range rrs {
		if err := z.add(rr); err != nil {
			return nil, c.errorf("%v", err)
		}
	}
	apex := z.nodes[c.origin]
	if n := len(apex[dns.TypeSOA]); n > 1 {
		return nil, c.errorf("%d SOA records", n)
	}
	hosts := b.serving(c.origin)
	if len(apex[dns.TypeSOA]) == 0 {
		apex[dns.TypeSOA] = []dns.RR{madeSOA(c.origin, hosts[0])}
	}
	if len(apex[dns.TypeNS]) == 0 {
		apex[dns.TypeNS] = nameServers(c.origin, hosts)
	}
	return z, b.addHostAddresses(z)
}

// addHostAddresses gives the zone the addresses of the hosts that lie in it,
// unless it has anything at their name.
func (b *builder) addHostAddresses(z *zone) error {
	for _, h := range b.hosts {
		if b.enclosing(h.name) != z.origin || len(z.nodes[h.name]) > 0 {
			continue
		}
		for _, rr := range addressRecords(h.name, h.addrs) {
			if err := z.add(rr); err != nil {
				return err
			}
		}
	}
	return nil
}

// delegate adds the delegation of a zone to every copy of its parent whose
// text has none.
func (b *builder) delegate(origin string) {
	hosts := b.serving(origin)
	for _, z := range b.copiesOf(b.parent(origin)) {
		if len(z.nodes[origin][dns.TypeNS]) > 0 {
			continue
		}
		for _, ns := range nameServers(origin, hosts) {
			_ = z.add(ns) // lies in the parent
		}
		for _, h := range hosts {
			b.addGlue(z, h)
		}
	}
}

// addGlue adds the addresses of a host that lies below the zone, unless the
// zone has its own data for it.
func (b *builder) addGlue(z *zone, h string) {
	if !dns.IsSubDomain(z.origin, h) || len(z.nodes[h]) > 0 {
		return
	}
	z.glue[h] = addressRecords(h, b.addrs[h])
}

// delegateAsTold puts what a delegation section says in the place of any other
// delegation.
func (b *builder) delegateAsTold(d delegationText) error {
	rrs, err := d.records(d.origin)
	if err != nil {
		return err
	}
	for _, z := range b.copiesOf(b.parent(d.origin)) {
		if n := z.nodes[d.origin]; n != nil {
			delete(n, dns.TypeNS)
			delete(n, dns.TypeDS)
		}
		if err := z.told(d, rrs); err != nil {
			return err
		}
	}
	return nil
}

// told adds the records of a delegation section: NS and DS at the cut, and
// addresses of any name as glue.
func (z *zone) told(d delegationText, rrs []dns.RR) error {
	for _, rr := range rrs {
		owner := dns.CanonicalName(rr.Header().Name)
		switch kind := rr.Header().Rrtype; kind {
		case dns.TypeA, dns.TypeAAAA:
			z.glue[owner] = append(z.glue[owner], rr)
		case dns.TypeNS, dns.TypeDS:
			if owner != d.origin {
				return d.errorf("%s record at %s", dns.Type(kind), owner)
			}
			if err := z.add(rr); err != nil {
				return d.errorf("%v", err)
			}
		default:
			return d.errorf("a delegation has NS, DS, A and AAAA records, not %s", dns.Type(kind))
		}
	}
	return nil
}

// primeRoot lets the root give its own servers' addresses (RFC 8109 §3.3),
// although they lie in zones below it.
func (b *builder) primeRoot() {
	for _, z := range b.copiesOf(".") {
		for _, h := range b.serving(".") {
			if len(z.glue[h]) == 0 {
				b.addGlue(z, h)
			}
		}
	}
}

func (b *builder) copiesOf(origin string) []*zone {
	var zs []*zone
	for _, z := range b.zones {
		if z.origin == origin {
			zs = append(zs, z)
		}
	}
	return zs
}

// distribute gives every host its copies, signed and tampered with. A later
// section of the file replaces an earlier one of the same time.
func (b *builder) distribute() (hostings, error) {
	hosted := hostings{}
	for _, h := range b.hosts {
		hosted[h.name] = authority{}
	}
	for i, c := range b.copies {
		made := map[string]*zone{}
		for _, h := range c.hosts {
			key := b.treatment(c.origin, h)
			if made[key] == nil {
				z, err := b.treat(b.zones[i], h)
				if err != nil {
					return nil, err
				}
				made[key] = z
			}
			hosted[h][c.origin] = append(hosted[h][c.origin], edition{c.from, made[key]})
		}
	}
	for _, zones := range hosted {
		for _, e := range zones {
			slices.SortStableFunc(e, func(a, b edition) int { return cmp.Compare(a.from, b.from) })
		}
	}
	return hosted, nil
}

// treat signs a copy as a host has it, and tampers with it.
func (b *builder) treat(z *zone, h string) (*zone, error) {
	s, err := b.signer(z.origin, h)
	if err != nil {
		return nil, err
	}
	z.index()
	if s != nil {
		z = s.sign(z)
	}
	return b.spoil(z, s, h)
}

// treatment tells the hosts apart whose copies of a zone differ: by the lines
// that are about them.
func (b *builder) treatment(origin, h string) string {
	var about []int
	for _, l := range b.lines {
		if l.about(origin, h) {
			about = append(about, l.number)
		}
	}
	for i := range b.tampers {
		if l := &b.tampers[i]; l.about(b.plan, origin, h) {
			about = append(about, l.number)
		}
	}
	return fmt.Sprint(about)
}

// madeSOA has timers, in seconds, as an ordinary zone has them.
func madeSOA(origin, primary string) *dns.SOA {
	rname := "hostmaster." + origin
	if origin == "." {
		rname = "hostmaster."
	}
	return &dns.SOA{
		Hdr:     header(origin, dns.TypeSOA),
		Ns:      primary,
		Mbox:    rname,
		Serial:  2026110101,
		Refresh: 7200,
		Retry:   3600,
		Expire:  1209600,
		Minttl:  300,
	}
}

func nameServers(origin string, hosts []string) []dns.RR {
	var rrs []dns.RR
	for _, h := range hosts {
		rrs = append(rrs, &dns.NS{Hdr: header(origin, dns.TypeNS), Ns: h})
	}
	return rrs
}

func addressRecords(name string, addrs []netip.Addr) []dns.RR {
	var rrs []dns.RR
	for _, a := range addrs {
		if a.Is4() {
			rrs = append(rrs, &dns.A{Hdr: header(name, dns.TypeA), A: a.AsSlice()})
		} else {
			rrs = append(rrs, &dns.AAAA{Hdr: header(name, dns.TypeAAAA), AAAA: a.AsSlice()})
		}
	}
	return rrs
}

func header(name string, kind uint16) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: defaultTTL}
}

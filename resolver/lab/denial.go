package lab

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A denialChain is the NSEC or NSEC3 records of a zone in order, as answers
// take proofs from it.
type denialChain struct {
	owners []string        // in canonical order, or in order of hashes
	param  *dns.NSEC3PARAM // nil for NSEC
	// withheld are owners whose records are in the zone and in no proof.
	withheld map[string]bool
}

// index makes the chain from the records that the zone has, be they made here
// or given in its text. A zone without any has none.
func (z *zone) index() {
	if z.chain.withheld == nil {
		z.chain.withheld = map[string]bool{}
	}
	z.chain.owners, z.chain.param = nil, nil
	if params := z.nodes[z.origin][dns.TypeNSEC3PARAM]; len(params) > 0 {
		z.chain.param, _ = params[0].(*dns.NSEC3PARAM)
		for owner, n := range z.hashed {
			if len(n[dns.TypeNSEC3]) > 0 {
				z.chain.owners = append(z.chain.owners, owner)
			}
		}
		slices.Sort(z.chain.owners)
		return
	}
	for _, o := range z.authoritative() {
		if len(o.node[dns.TypeNSEC]) > 0 {
			z.chain.owners = append(z.chain.owners, o.name)
		}
	}
}

// signed reports whether the zone has anything to prove its answers with.
func (z *zone) signed() bool {
	return len(z.chain.owners) > 0 || len(z.nodes[z.origin][dns.TypeRRSIG]) > 0
}

// matching returns the owner of the denial record for exactly a name.
func (z *zone) matching(name string) (string, bool) {
	key := z.chainKey(name)
	return key, slices.Contains(z.chain.owners, key)
}

// covering returns the owner of the last denial record that comes before a
// name: the one whose span has it. The chain is a circle.
func (z *zone) covering(name string) (string, bool) {
	owners := z.chain.owners
	if len(owners) == 0 {
		return "", false
	}
	compare := strings.Compare
	if z.chain.param == nil {
		compare = func(a, b string) int { return strings.Compare(canonicalKey(a), canonicalKey(b)) }
	}
	i, _ := slices.BinarySearchFunc(owners, z.chainKey(name), compare)
	return owners[(i-1+len(owners))%len(owners)], true
}

// chainKey is the owner that the denial record of a name has.
func (z *zone) chainKey(name string) string {
	p := z.chain.param
	if p == nil {
		return dns.CanonicalName(name)
	}
	return hashedOwner(dns.HashName(name, dns.SHA1, p.Iterations, p.Salt), z.origin)
}

// proofs returns the owners of the denial records that an answer needs, each
// once, in the order in which they are sent.
func (z *zone) proofs(m match) []string {
	p := &proof{zone: z}
	switch m.outcome {
	case found, aliased:
		if m.wildcard != "" {
			p.noCloserMatch(m) // RFC 4035 §3.1.3.3, RFC 5155 §7.2.6
		}
	case noData:
		p.noData(m)
	case noName:
		p.noName(m)
	case delegated:
		if len(z.nodes[m.cut][dns.TypeDS]) == 0 {
			p.match(m.cut) // RFC 4035 §3.1.4, RFC 5155 §7.2.7
		}
	}
	return p.owners
}

// A proof collects denial records.
type proof struct {
	zone   *zone
	owners []string
}

func (p *proof) add(owner string, ok bool) {
	if ok && !slices.Contains(p.owners, owner) {
		p.owners = append(p.owners, owner)
	}
}

func (p *proof) hashed() bool { return p.zone.chain.param != nil }

// match shows what is at a name. One that the chain does not have lies in an
// opt-out span, which the closest provable encloser shows (RFC 5155 §7.2.4),
// or is an empty non-terminal, which the span before it shows.
func (p *proof) match(name string) {
	owner, ok := p.zone.matching(name)
	switch {
	case ok:
		p.add(owner, true)
	case p.hashed():
		p.closestEncloser(name)
	default:
		p.add(p.zone.covering(name))
	}
}

// closestEncloser shows the nearest name above that the chain has, and that
// the next closer name is not in it (RFC 5155 §7.2.1).
func (p *proof) closestEncloser(name string) (encloser string) {
	names := descent(p.zone.origin, dns.CanonicalName(name))
	for i := len(names) - 2; i >= 0; i-- {
		if owner, ok := p.zone.matching(names[i]); ok {
			p.add(owner, true)
			p.add(p.zone.covering(names[i+1]))
			return names[i]
		}
	}
	return p.zone.origin
}

// noCloserMatch shows that no name kept a wildcard from answering.
func (p *proof) noCloserMatch(m match) {
	next := m.name
	if p.hashed() {
		next = lastLabels(m.name, dns.CountLabel(m.closest)+1)
	}
	p.add(p.zone.covering(next))
}

// noData shows that a name, or the wildcard it comes from, lacks a type
// (RFC 4035 §3.1.3.1, §3.1.3.4; RFC 5155 §7.2.3 to §7.2.5).
func (p *proof) noData(m match) {
	if m.wildcard == "" {
		p.match(m.name)
		return
	}
	if p.hashed() {
		p.add(p.zone.matching(m.closest))
		p.noCloserMatch(m)
		p.add(p.zone.matching(m.wildcard))
		return
	}
	p.add(p.zone.matching(m.wildcard))
	p.noCloserMatch(m)
}

// noName shows that neither a name nor a wildcard for it exists (RFC 4035
// §3.1.3.2, RFC 5155 §7.2.2).
func (p *proof) noName(m match) {
	if p.hashed() {
		p.add(p.zone.covering(wildcardOf(p.closestEncloser(m.name))))
		return
	}
	p.add(p.zone.covering(m.name))
	p.add(p.zone.covering(wildcardOf(m.closest)))
}

// denials returns the records of a chain's owners with their signatures,
// without those that are withheld.
func (z *zone) denials(owners []string) []dns.RR {
	nodes, kind := z.nodes, dns.TypeNSEC
	if z.chain.param != nil {
		nodes, kind = z.hashed, dns.TypeNSEC3
	}
	var rrs []dns.RR
	for _, o := range owners {
		if !z.chain.withheld[o] {
			rrs = append(rrs, nodes[o][kind]...)
			rrs = append(rrs, nodes[o].signatures(kind)...)
		}
	}
	return rrs
}

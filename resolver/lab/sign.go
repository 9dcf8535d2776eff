package lab

import (
	"encoding/base64"
	"maps"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// A zoneSigner signs one zone in one way.
type zoneSigner struct {
	origin string
	signing
	ksks, zsks []*key // one for each algorithm
}

// signer makes the keys of a zone. A single key is both a KSK and a ZSK.
func (k keyring) signer(origin string, how signing) *zoneSigner {
	s := &zoneSigner{origin: origin, signing: how}
	for _, a := range how.algorithms {
		if how.single {
			csk := k.key(identity{origin, combined, a, how.bits, how.kskFlags})
			s.ksks, s.zsks = append(s.ksks, csk), append(s.zsks, csk)
			continue
		}
		s.ksks = append(s.ksks, k.key(identity{origin, keySigning, a, how.bits, how.kskFlags}))
		s.zsks = append(s.zsks, k.key(identity{origin, zoneSigning, a, how.bits, how.zskFlags}))
	}
	return s
}

// unpublished are keys of the zone that no DNSKEY set has.
func (k keyring) unpublished(s *zoneSigner) []*key {
	var keys []*key
	for _, a := range s.algorithms {
		keys = append(keys, k.key(identity{s.origin, unpublished, a, s.bits, s.kskFlags}))
	}
	return keys
}

// A keyring keeps keys, since some take long to make.
type keyring map[identity]*key

func (k keyring) key(id identity) *key {
	if k[id] == nil {
		k[id] = id.key()
	}
	return k[id]
}

// dnskeys returns the zone's DNSKEY set.
func (s *zoneSigner) dnskeys() []dns.RR {
	var rrs []dns.RR
	for _, k := range slices.Concat(s.ksks, s.zsks) {
		if !slices.Contains(rrs, dns.RR(k.dnskey)) {
			rrs = append(rrs, k.dnskey)
		}
	}
	return rrs
}

// keysFor are those that sign a type: the DNSKEY set is signed by the keys
// that the parent vouches for, everything else by those of the zone.
func (s *zoneSigner) keysFor(kind uint16) []*key {
	if kind == dns.TypeDNSKEY {
		return s.ksks
	}
	return s.zsks
}

// epoch is when every world begins, by its own clock.
var epoch = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// at is a time as RRSIG writes it (RFC 4034 §3.1.5).
func at(offset time.Duration) uint32 { return uint32(epoch.Add(offset).Unix()) }

// template is a signature over a set as the zone makes it, but for the
// signature itself.
func (s *zoneSigner) template(k *key, set []dns.RR) *dns.RRSIG {
	h := set[0].Header()
	sig := &dns.RRSIG{
		Hdr:         header(h.Name, dns.TypeRRSIG),
		TypeCovered: h.Rrtype,
		Algorithm:   k.dnskey.Algorithm,
		Labels:      uint8(signedLabels(h.Name)),
		OrigTtl:     h.Ttl,
		Expiration:  at(s.expiration),
		Inception:   at(s.inception),
		KeyTag:      k.dnskey.KeyTag(),
		SignerName:  s.origin,
	}
	sig.Hdr.Ttl = h.Ttl
	return sig
}

// complete signs a set by what the signature's own fields say.
func (k *key) complete(sig *dns.RRSIG, set []dns.RR) *dns.RRSIG {
	sig.Signature = base64.StdEncoding.EncodeToString(k.sign(signedOctets(sig, set)))
	return sig
}

// signatures signs a set with all the keys that it takes.
func (s *zoneSigner) signatures(set []dns.RR) []dns.RR {
	var sigs []dns.RR
	for _, k := range s.keysFor(set[0].Header().Rrtype) {
		sigs = append(sigs, k.complete(s.template(k, set), set))
	}
	return sigs
}

// sign returns a signed copy of a zone.
func (s *zoneSigner) sign(unsigned *zone) *zone {
	z := unsigned.clone()
	apex := z.nodes[z.origin]
	apex[dns.TypeDNSKEY] = append(apex[dns.TypeDNSKEY], s.dnskeys()...)
	if s.denial == byNSEC {
		z.chainNSEC()
	} else {
		apex[dns.TypeNSEC3PARAM] = []dns.RR{s.nsec3param()}
		z.chainNSEC3(s.iterations, s.salt, s.denial == byOptOut)
	}
	for _, o := range z.authoritative() {
		for _, kind := range slices.Sorted(maps.Keys(o.node)) {
			if o.signs(kind) {
				z.resign(s, o.node, kind)
			}
		}
	}
	for _, n := range z.hashed {
		z.resign(s, n, dns.TypeNSEC3)
	}
	z.index()
	return z
}

// nsec3param has no flags: opt-out is the chain's affair (RFC 5155 §4.1.2).
func (s *zoneSigner) nsec3param() dns.RR {
	return &dns.NSEC3PARAM{
		Hdr:        header(s.origin, dns.TypeNSEC3PARAM),
		Hash:       dns.SHA1,
		Iterations: s.iterations,
		SaltLength: uint8(len(s.salt) / 2),
		Salt:       s.salt,
	}
}

// resign puts new signatures over a set in the place of those it has.
func (z *zone) resign(s *zoneSigner, n node, kind uint16) {
	n.unsign(kind)
	if len(n[kind]) > 0 {
		n[dns.TypeRRSIG] = append(n[dns.TypeRRSIG], s.signatures(n[kind])...)
	}
}

// unsign removes the signatures over a type.
func (n node) unsign(kind uint16) {
	n[dns.TypeRRSIG] = slices.DeleteFunc(n[dns.TypeRRSIG], func(rr dns.RR) bool { return covers(rr, kind) })
	if len(n[dns.TypeRRSIG]) == 0 {
		delete(n, dns.TypeRRSIG)
	}
}

// signatures returns those that a node has over a type.
func (n node) signatures(kind uint16) []dns.RR {
	var sigs []dns.RR
	for _, rr := range n[dns.TypeRRSIG] {
		if covers(rr, kind) {
			sigs = append(sigs, rr)
		}
	}
	return sigs
}

func covers(rr dns.RR, kind uint16) bool {
	sig, ok := rr.(*dns.RRSIG)
	return ok && sig.TypeCovered == kind
}

// clone copies a zone as far as signing and tampering change it: records are
// shared, and replaced instead of changed.
func (z *zone) clone() *zone {
	c := newZone(z.origin)
	for owner, n := range z.nodes {
		c.nodes[owner] = n.clone()
	}
	for owner, n := range z.hashed {
		c.hashed[owner] = n.clone()
	}
	maps.Copy(c.glue, z.glue)
	return c
}

func (n node) clone() node {
	c := node{}
	for kind, rrs := range n {
		c[kind] = slices.Clone(rrs)
	}
	return c
}

// An owner is a name that a zone has authority for, or a cut of it.
type owner struct {
	name string
	node node
	cut  bool
}

// signs reports whether a zone signs a type at the owner: at a cut only what
// is the parent's own (RFC 4035 §2.2).
func (o owner) signs(kind uint16) bool {
	return kind != dns.TypeRRSIG && (!o.cut || kind == dns.TypeDS || kind == dns.TypeNSEC)
}

// types returns the numbers of the types that a denial record at the owner
// lists, in order (RFC 4034 §4.1.2, RFC 5155 §7.1).
func (o owner) types(extra ...uint16) []uint16 {
	signed := false
	var kinds []uint16
	for kind := range o.node {
		if o.cut && kind != dns.TypeNS && kind != dns.TypeDS {
			continue // below the cut, by rights
		}
		kinds = append(kinds, kind)
		signed = signed || o.signs(kind)
	}
	if signed || len(extra) > 0 {
		kinds = append(kinds, dns.TypeRRSIG)
	}
	kinds = append(kinds, extra...)
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// authoritative returns the owners of a zone in canonical order: without what
// lies below cuts and DNAMEs (RFC 6672 §2.4), with empty non-terminals.
func (z *zone) authoritative() []owner {
	var all []owner
	for _, name := range sortNames(maps.Keys(z.nodes)) {
		if z.occluded(name) {
			continue
		}
		n := z.nodes[name]
		all = append(all, owner{name, n, name != z.origin && len(n[dns.TypeNS]) > 0})
	}
	return all
}

func (z *zone) occluded(name string) bool {
	above := descent(z.origin, name)
	for _, at := range above[:len(above)-1] {
		n := z.nodes[at]
		if len(n[dns.TypeDNAME]) > 0 || at != z.origin && len(n[dns.TypeNS]) > 0 {
			return true
		}
	}
	return false
}

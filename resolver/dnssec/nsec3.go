package dnssec

import (
	"cmp"
	"crypto/sha1"
	"encoding/base32"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// The constants of NSEC3 (RFC 5155 §3, §11).
const (
	nsec3SHA1   = 1
	nsec3OptOut = 0x01
)

// base32hex is the alphabet of hashed owner names (RFC 5155 §3.3).
var base32hex = base32.HexEncoding.WithPadding(base32.NoPadding)

// An nsec3 is a verified NSEC3 record that can be used: known hash, no unknown
// flags (RFC 5155 §8.1, §8.2), an owner that is a hash.
type nsec3 struct {
	zone        name
	owner, next string // hashes, as octets
	optOut      bool
	types       []uint16
}

func (n *nsec3) has(t uint16) bool { return slices.Contains(n.types, t) }

func (n *nsec3) cut() bool { return n.has(dns.TypeNS) && !n.has(dns.TypeSOA) }

// covers reports whether hash lies between the two of the record. The last
// record of a zone leads back to the first.
func (n *nsec3) covers(hash string) bool {
	if len(n.owner) != len(hash) || len(n.next) != len(hash) {
		return false
	}
	if n.next <= n.owner {
		return hash > n.owner || hash < n.next
	}
	return n.owner < hash && hash < n.next
}

// A chain3 is the NSEC3 records of a message that can say something about a
// name, all of one zone and one parameter set.
type chain3 struct {
	w          *work
	zone       name
	records    []*nsec3
	iterations uint16
	salt       []byte
	problem    string // why the records cannot be used together
}

// newChain3 picks the NSEC3 records of the zone closest to q. For a DS the
// zone must be above q: the apex of the child denies nothing about it.
func (w *work) newChain3(sets []*rrset, q name, qtype uint16) *chain3 {
	c := &chain3{w: w}
	for _, s := range sets {
		zone := s.owner.parent()
		if s.rtype != dns.TypeNSEC3 || !q.under(zone) || !zone.under(cmp.Or(c.zone, root)) || !known3(s) {
			continue
		}
		if qtype == dns.TypeDS && zone == q && q != root {
			continue
		}
		c.zone = zone
	}
	for _, s := range sets {
		if s.rtype == dns.TypeNSEC3 && s.owner.parent() == c.zone {
			c.addAll(s)
		}
	}
	return c
}

func usable3(rr *dns.NSEC3) bool { return rr.Hash == nsec3SHA1 && rr.Flags&^nsec3OptOut == 0 }

func known3(s *rrset) bool {
	return slices.ContainsFunc(s.rrs, func(rr dns.RR) bool {
		n, ok := rr.(*dns.NSEC3)
		return ok && usable3(n)
	})
}

// addAll takes the usable records of a set. Different parameters mean
// different chains, which must not be mixed (RFC 5155 §8.2).
func (c *chain3) addAll(s *rrset) {
	for _, rr := range s.rrs {
		n, ok := rr.(*dns.NSEC3)
		if !ok || !usable3(n) {
			continue
		}
		salt, err := hex.DecodeString(n.Salt)
		switch {
		case err != nil && n.Salt != "-":
			c.problem = "NSEC3 salt malformed"
			return
		case len(c.records) == 0:
			c.iterations, c.salt = n.Iterations, salt
		case n.Iterations != c.iterations:
			c.problem = "NSEC3 iterations mismatch"
			return
		case string(salt) != string(c.salt):
			c.problem = "NSEC3 salt mismatch"
			return
		}
		c.records = append(c.records, read3(c.zone, s.owner, n))
	}
}

func read3(zone, owner name, rr *dns.NSEC3) *nsec3 {
	n := &nsec3{zone: zone, optOut: rr.Flags&nsec3OptOut != 0, types: rr.TypeBitMap}
	if labels := owner.labels(); len(labels) > 0 {
		n.owner = decode3(labels[0])
	}
	n.next = decode3(rr.NextDomain)
	return n
}

// decode3 reads a hash in base32hex; one that is none is "", which nothing
// matches.
func decode3(s string) string {
	b, err := base32hex.DecodeString(strings.ToUpper(s))
	if err != nil {
		return ""
	}
	return string(b)
}

// tooHigh reports whether the records want more iterations than the resolver
// computes (RFC 9276 §3.2).
func (c *chain3) tooHigh() bool {
	return len(c.records) > 0 && int(c.iterations) > c.w.v.cfg.Limits.NSEC3Iterations
}

// hash returns the hash of n under the chain's parameters (RFC 5155 §5). ok is
// false when the validation has no more of them to spend (CVE-2023-50868).
func (c *chain3) hash(n name) (hash string, ok bool) {
	k := hashKey{n, c.iterations, string(c.salt)}
	if h, ok := c.w.hashes[k]; ok {
		return h, true
	}
	if !c.w.spendHash() {
		return "", false
	}
	h := hash3(n, c.iterations, c.salt)
	c.w.hashes[k] = h
	return h, true
}

type hashKey struct {
	n          name
	iterations uint16
	salt       string
}

func hash3(n name, iterations uint16, salt []byte) string {
	buf := append([]byte(n), salt...)
	sum := sha1.Sum(buf)
	for range iterations {
		buf = append(append(buf[:0], sum[:]...), salt...)
		sum = sha1.Sum(buf)
	}
	return string(sum[:])
}

// matching returns the record that stands at the hash of n.
func (c *chain3) matching(n name) *nsec3 {
	return c.find(n, func(r *nsec3, h string) bool { return r.owner == h })
}

// covering returns the record that shows that the hash of n does not exist.
func (c *chain3) covering(n name) *nsec3 {
	return c.find(n, (*nsec3).covers)
}

func (c *chain3) find(n name, fits func(*nsec3, string) bool) *nsec3 {
	if n == "" || len(c.records) == 0 {
		return nil
	}
	h, ok := c.hash(n)
	if !ok {
		return nil
	}
	for _, r := range c.records {
		if fits(r, h) {
			return r
		}
	}
	return nil
}

// An encloser is a proven closest encloser with the records that prove it
// (RFC 5155 §8.3).
type encloser struct {
	name       name
	nextCloser *nsec3 // covers the name one label below, towards the question
}

// closestEncloser finds the deepest ancestor of q that exists, and proves that
// the next closer name does not. That q itself exists is no such proof.
func (c *chain3) closestEncloser(q name) (encloser, Status) {
	for n := q; n.under(c.zone); n = n.parent() {
		if r := c.matching(n); r != nil {
			return c.prove(q, n, r)
		}
		if n == root {
			break
		}
	}
	return encloser{}, Bogus
}

func (c *chain3) prove(q, ce name, at *nsec3) (encloser, Status) {
	switch {
	case ce == q:
		return encloser{}, Bogus
	case at.cut() && !at.has(dns.TypeDS): // the answer is from an unsigned zone below
		return encloser{}, Insecure
	case at.cut(), at.has(dns.TypeDNAME): // should have been a referral, or a DNAME
		return encloser{}, Bogus
	}
	nc := c.covering(nextCloser(q, ce))
	if nc == nil {
		return encloser{}, Bogus
	}
	return encloser{ce, nc}, Secure
}

// nextCloser is the name one label longer than ce on the way to q.
func nextCloser(q, ce name) name { return q.last(ce.count() + 1) }

// usable checks what every proof starts with: the records are of the zone
// whose keys verified them, of one chain, and cheap enough.
func (c *chain3) usable(ks *keySet) Status {
	switch {
	case len(c.records) == 0 || c.zone != ks.zone || c.problem != "":
		return Bogus
	case c.tooHigh():
		return Insecure
	}
	return Secure
}

// noName proves that q does not exist, nor a wildcard that could have answered
// for it (RFC 5155 §8.4).
func (c *chain3) noName(q name) Status {
	ce, status := c.closestEncloser(q)
	if status != Secure {
		return status
	}
	switch {
	case c.covering(ce.name.wildcard()) == nil:
		return Bogus
	case ce.nextCloser.optOut: // RFC 5155 §9.2
		return Insecure
	}
	return Secure
}

// noData proves that q has no records of qtype (RFC 5155 §8.5 to §8.7).
func (c *chain3) noData(q name, qtype uint16) Status {
	if r := c.matching(q); r != nil {
		return r.lacks(q, qtype)
	}
	ce, status := c.closestEncloser(q)
	if status == Bogus || status == Insecure && qtype != dns.TypeDS {
		return status
	}
	if status == Insecure {
		return Bogus // no next closer: nothing shown about this DS
	}
	if w := c.matching(ce.name.wildcard()); w != nil {
		if w.lacksWildcard(qtype) != Secure {
			return Bogus
		}
		if ce.nextCloser.optOut {
			return Insecure
		}
		return Secure
	}
	if ce.nextCloser.optOut { // RFC 5155 §9.2: an unsigned delegation may hide
		return Insecure
	}
	return Bogus
}

// lacks is for the record that stands at q.
func (n *nsec3) lacks(q name, qtype uint16) Status {
	switch {
	case n.has(qtype), n.has(dns.TypeCNAME):
		return Bogus
	case qtype == dns.TypeDS:
		if n.has(dns.TypeSOA) && q != root {
			return Bogus
		}
	case n.cut() && !n.has(dns.TypeDS):
		return Insecure
	case n.cut():
		return Bogus
	}
	return Secure
}

// lacksWildcard is for the record that stands at the wildcard.
func (n *nsec3) lacksWildcard(qtype uint16) Status {
	switch {
	case n.has(qtype), n.has(dns.TypeCNAME):
		return Bogus
	case qtype == dns.TypeDS && n.has(dns.TypeSOA):
		return Bogus
	case qtype != dns.TypeDS && n.cut():
		return Bogus
	}
	return Secure
}

// noExact proves, for an answer made from the wildcard under ce, that no
// closer name exists (RFC 5155 §8.8).
func (c *chain3) noExact(q, ce name) Status {
	nc := c.covering(nextCloser(q, ce))
	switch {
	case nc == nil:
		return Bogus
	case nc.optOut:
		return Insecure
	}
	return Secure
}

// noNameOrData proves one of the two: at the end of an alias the rcode does
// not tell which (RFC 6604 §3 notwithstanding).
func (c *chain3) noNameOrData(q name, qtype uint16) Status {
	nx := c.noName(q)
	if nx == Secure {
		return Secure
	}
	nodata := c.noData(q, qtype)
	if nodata == Bogus && nx == Insecure {
		return Insecure
	}
	return nodata
}

// noDS proves that q has no DS (RFC 5155 §8.6). The text says what is wrong
// when it does not.
func (c *chain3) noDS(q name, ks *keySet) (dsProof, string) {
	switch {
	case len(c.records) == 0 && c.problem == "":
		return proofBroken, "no NSEC3 records"
	case c.zone != ks.zone:
		return proofBroken, "NSEC3 name is not b32.signer name"
	case c.problem != "":
		return proofBroken, c.problem
	case c.tooHigh():
		return proofTooHigh, ""
	}
	if r := c.matching(q); r != nil {
		return r.deniesDS(q)
	}
	ce, status := c.closestEncloser(q)
	switch {
	case status != Secure:
		return proofBroken, "no NSEC3 closest encloser"
	case !ce.nextCloser.optOut:
		return proofBroken, "covering NSEC3 was not opt-out in an opt-out DS NOERROR/NODATA case"
	}
	return proofOptOut, ""
}

func (n *nsec3) deniesDS(q name) (dsProof, string) {
	switch {
	case n.has(dns.TypeSOA) && q != root:
		return proofBroken, "NSEC3 from child zone"
	case n.has(dns.TypeDS):
		return proofBroken, "NSEC3 has DS in bitmap"
	case !n.has(dns.TypeNS):
		return proofNoCut, ""
	}
	return proofNoDS, ""
}

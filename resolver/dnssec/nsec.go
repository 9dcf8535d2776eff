package dnssec

import (
	"slices"

	"github.com/miekg/dns"
)

// An nsec is an NSEC record that has been verified: what exists between two
// names of a zone, and which types at the first (RFC 4034 §4).
type nsec struct {
	owner, next name
	types       []uint16
}

// nsecOf reads the NSEC of a set; ok is false when it has none.
func nsecOf(s *rrset) (n nsec, ok bool) {
	rr := s.nsec()
	if rr == nil {
		return nsec{}, false
	}
	next, ok := parseName(rr.NextDomain)
	return nsec{s.owner, next, rr.TypeBitMap}, ok
}

func (n nsec) has(t uint16) bool { return slices.Contains(n.types, t) }

// cut reports whether the record is from the parent side of a delegation:
// it then knows nothing of the types at its owner or of the names below
// (RFC 6840 §4.1).
func (n nsec) cut() bool { return n.has(dns.TypeNS) && !n.has(dns.TypeSOA) }

// coversName reports whether the record proves that q does not exist
// (RFC 4035 §5.4).
func (n nsec) coversName(q name) bool {
	if q == n.owner {
		return false
	}
	// Names under a delegation or a DNAME are not this zone's to deny
	// (RFC 6840 §4.1).
	if q.under(n.owner) && (n.has(dns.TypeDNAME) || n.cut()) {
		return false
	}
	switch c := compare(n.owner, n.next); {
	case c == 0: // the only name of the zone
		return q.below(n.next)
	case c > 0: // the last one: it leads back to the apex
		return compare(n.owner, q) < 0 && q.below(n.next)
	default:
		return compare(n.owner, q) < 0 && compare(q, n.next) < 0
	}
}

// closestEncloser is the deepest name above q whose existence the record
// shows, given that it covers q.
func (n nsec) closestEncloser(q name) name {
	a, b := shared(n.owner, q), shared(n.next, q)
	if a.count() > b.count() {
		return a
	}
	return b
}

// deniesWildcard reports whether the record proves that the wildcard that
// could have answered q does not exist.
func (n nsec) deniesWildcard(q name) bool {
	ce := n.closestEncloser(q)
	if ce == q {
		return false
	}
	w := ce.wildcard()
	return w != "" && n.coversName(w)
}

// deniesExact reports whether the record proves, for an answer made from the
// wildcard under ce, that q itself does not exist and that no closer wildcard
// could apply (RFC 4035 §5.3.4).
func (n nsec) deniesExact(q, ce name) bool {
	return n.coversName(q) && n.closestEncloser(q) == ce
}

// insecureAbove reports whether the record is of an unsigned delegation at or
// above q: then what is asked is not the zone's own.
func (n nsec) insecureAbove(q name, qtype uint16) bool {
	if !n.cut() || n.has(dns.TypeDS) {
		return false
	}
	if qtype == dns.TypeDS {
		return q.below(n.owner)
	}
	return q.under(n.owner)
}

// deniesType reports whether the record proves that q has no records of
// qtype. When it does so for a wildcard, ce is the name under which the
// wildcard stands, and it still has to be shown that the wildcard applies.
func (n nsec) deniesType(q name, qtype uint16) (ce name, ok bool) {
	if n.owner == q {
		return "", n.lacks(q, qtype)
	}
	// An empty non-terminal: the next name is below q (RFC 4035 §3.1.3.2).
	if n.next.below(q) && compare(n.owner, q) < 0 {
		return "", true
	}
	if n.owner.wild() {
		return n.wildcardLacks(q, qtype)
	}
	return n.emptyWildcard(q)
}

// lacks is the plain case: the record stands at q.
func (n nsec) lacks(q name, qtype uint16) bool {
	switch {
	case n.has(qtype), n.has(dns.TypeCNAME):
		return false
	case qtype == dns.TypeDS:
		// DS lives at the parent: the child's apex cannot deny it.
		return !n.has(dns.TypeSOA) || q == root
	}
	return !n.cut()
}

// wildcardLacks is for the NSEC of a wildcard that could match q.
func (n nsec) wildcardLacks(q name, qtype uint16) (ce name, ok bool) {
	ce = n.owner.parent()
	if !q.below(ce) || n.has(dns.TypeCNAME) || n.cut() || n.has(qtype) {
		return "", false
	}
	return ce, true
}

// emptyWildcard is for a wildcard that is an empty non-terminal: the record
// covers it, and the next name is below it.
func (n nsec) emptyWildcard(q name) (ce name, ok bool) {
	for next := n.next; compare(n.owner, next) < 0 && !q.under(next); next = next.parent() {
		if ce := next.parent(); next.wild() && q.below(ce) {
			return ce, true
		}
	}
	return "", false
}

// A dsProof is what an NSEC says about the DS at its owner.
type dsProof int

const (
	proofNone    dsProof = iota
	proofNoDS            // a delegation without DS: unsigned below
	proofNoCut           // not a delegation at all
	proofBroken          // it contradicts the question
	proofOptOut          // NSEC3: unsigned delegations may hide here
	proofTooHigh         // NSEC3: too many iterations to look
)

// deniesDS judges the NSEC that stands at the DS owner q.
func (n nsec) deniesDS(q name) dsProof {
	switch {
	case n.has(dns.TypeSOA) && q != root: // the child's, not the parent's
		return proofBroken
	case n.has(dns.TypeDS):
		return proofBroken
	case !n.has(dns.TypeNS):
		return proofNoCut
	}
	return proofNoDS
}

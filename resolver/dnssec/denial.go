package dnssec

import (
	"github.com/miekg/dns"
)

// A proof is the result of holding the records of a part, all of them with
// verified signatures, against what the part asserts. Reason is set when the
// status is Insecure.
type proof struct {
	status Status
	reason Reason
	rcode  int // NOERROR when an NXDOMAIN turned out to be NODATA; else -1
}

func proven(s Status) proof { return proof{status: s, rcode: -1} }

// nsecs is what the NSEC records of a part say about a name, all together.
type nsecs struct {
	noType     bool // there are no records of the type at the name
	noName     bool // the name does not exist
	noWildcard bool // nor a wildcard that could have answered
	insecure   bool // the name is in an unsigned zone below
}

// readNSECs collects what the NSEC records say.
func readNSECs(sets []*rrset, q name, qtype uint16) nsecs {
	var f nsecs
	var wildcard, ce name
	depth := 0
	for _, s := range ofType(sets, dns.TypeNSEC) {
		n, ok := nsecOf(s)
		if !ok {
			continue
		}
		if under, ok := n.deniesType(q, qtype); ok {
			f.noType = true
			if under != "" {
				wildcard = under
			}
		}
		if n.coversName(q) {
			f.noName = true
			ce = n.closestEncloser(q)
		}
		// The record that shares most with the name knows the closest
		// encloser: it is that one's word on the wildcard that counts.
		if d := n.closestEncloser(q).count() + 1; d >= depth {
			if d > depth || !f.noWildcard {
				f.noWildcard = n.deniesWildcard(q)
			}
		}
		depth = n.closestEncloser(q).count() + 1
		f.insecure = f.insecure || n.insecureAbove(q, qtype)
	}
	// A wildcard without the type is a proof only with another that the name
	// does not exist and that this wildcard is the one that applies
	// (RFC 4035 §3.1.3.4).
	if wildcard != "" && wildcard != ce {
		f.noType = false
	}
	return f
}

// prove3 starts an NSEC3 proof with the records in sets; do is called when
// they can be used.
func (w *work) prove3(sets []*rrset, q name, qtype uint16, ks *keySet, do func(*chain3) Status) proof {
	c := w.newChain3(sets, q, qtype)
	p := proof{status: c.usable(ks), reason: NSEC3Iterations, rcode: -1}
	if p.status == Secure {
		p.status, p.reason = do(c), OptOut
	}
	return p
}

func has3(sets []*rrset) bool { return len(ofType(sets, dns.TypeNSEC3)) > 0 }

// provePositive is for an answer with records of the type (RFC 4035 §5.3.4):
// only one that comes from a wildcard has something to prove.
func (w *work) provePositive(p part, q name, qtype uint16, ks *keySet) proof {
	ce, ok := wildcardAmong(p.answer)
	if !ok {
		return proven(Bogus)
	}
	return w.proveExpansion(p.authority, q, qtype, ce, ks)
}

// proveAny is the same for an answer to ANY, whose NSEC records may stand in
// the answer section.
func (w *work) proveAny(p part, q name, qtype uint16, ks *keySet) proof {
	ce, ok := wildcardAmong(p.answer)
	if !ok {
		return proven(Bogus)
	}
	return w.proveExpansion(joined(p), q, qtype, ce, ks)
}

func joined(p part) []*rrset {
	return append(append([]*rrset(nil), p.answer...), p.authority...)
}

// wildcardAmong returns the closest encloser that the last expanded wildcard
// of the answer claims.
func wildcardAmong(answer []*rrset) (ce name, ok bool) {
	for _, s := range answer {
		n, ok := s.wildcardOf()
		if !ok {
			return "", false
		}
		if n != "" {
			ce = n
		}
	}
	return ce, true
}

// proveExpansion proves that q itself does not exist, for an answer made from
// the wildcard under ce. Without ce there is nothing to prove.
func (w *work) proveExpansion(sets []*rrset, q name, qtype uint16, ce name, ks *keySet) proof {
	if ce == "" {
		return proven(Secure)
	}
	for _, s := range ofType(sets, dns.TypeNSEC) {
		if n, ok := nsecOf(s); ok && n.deniesExact(q, ce) {
			return proven(Secure)
		}
	}
	if !has3(sets) {
		return proven(Bogus)
	}
	return w.prove3(sets, q, qtype, ks, func(c *chain3) Status { return c.noExact(q, ce) })
}

// proveAlias is for an answer that is a CNAME, or a DNAME with its CNAME. A
// DNAME must not come from a wildcard (RFC 6672 §3.3).
func (w *work) proveAlias(p part, q name, qtype uint16, ks *keySet) proof {
	var ce name
	for _, s := range p.answer {
		n, ok := s.wildcardOf()
		if !ok {
			return proven(Bogus)
		}
		if n != "" {
			ce = n
		}
		if ce != "" && s.rtype == dns.TypeDNAME && qtype != dns.TypeDNAME {
			return proven(Bogus)
		}
		if s.rtype == dns.TypeCNAME {
			break
		}
	}
	return w.proveExpansion(p.authority, q, qtype, ce, ks)
}

// proveNoData is for NOERROR without records (RFC 4035 §5.4, RFC 5155 §8.5).
func (w *work) proveNoData(p part, q name, qtype uint16, ks *keySet) proof {
	f := readNSECs(p.authority, q, qtype)
	switch {
	case f.insecure:
		return proof{Insecure, UnsignedDelegation, -1}
	case f.noType:
		return proven(Secure)
	case !has3(p.authority):
		return proven(Bogus)
	}
	return w.prove3(p.authority, q, qtype, ks, func(c *chain3) Status { return c.noData(q, qtype) })
}

// proveNameError is for NXDOMAIN (RFC 4035 §5.4, RFC 5155 §8.4). When the NSEC
// records prove NODATA instead, that is taken and the rcode corrected.
func (w *work) proveNameError(p part, q name, qtype uint16, ks *keySet) proof {
	f := readNSECs(p.authority, q, qtype)
	switch {
	case f.insecure:
		return proof{Insecure, UnsignedDelegation, -1}
	case f.noName && f.noWildcard:
		return proven(Secure)
	case has3(joined(p)):
		return w.prove3(joined(p), q, qtype, ks, func(c *chain3) Status { return c.noName(q) })
	}
	if w.proveNoData(p, q, qtype, ks).status == Secure {
		return proof{status: Secure, rcode: dns.RcodeSuccess}
	}
	return proven(Bogus)
}

// proveNoAnswer is for the end of an alias chain without records: the rcode
// may be the target's or not, so either proof will do, but not both at once.
func (w *work) proveNoAnswer(p part, q name, qtype uint16, ks *keySet) proof {
	f := readNSECs(p.authority, q, qtype)
	noName := f.noName && f.noWildcard
	switch {
	case f.insecure:
		return proof{Insecure, UnsignedDelegation, -1}
	case f.noType && noName:
		return proven(Bogus)
	case f.noType || noName:
		return proven(Secure)
	case !has3(p.authority):
		return proven(Bogus)
	}
	return w.prove3(p.authority, q, qtype, ks, func(c *chain3) Status { return c.noNameOrData(q, qtype) })
}

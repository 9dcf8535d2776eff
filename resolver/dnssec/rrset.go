package dnssec

import (
	"github.com/miekg/dns"
)

// An rrset is the records of one owner and type in one section, with the
// signatures over them (RFC 2181 §5, RFC 4035 §5.3).
type rrset struct {
	// owner is the name the records stand at. For an NSEC of the authority
	// section that turns out to come from a wildcard it becomes the
	// wildcard's own name: a synthesised NSEC must not prove anything about
	// its neighbours (RFC 4035 §5.3.4).
	owner name
	rtype uint16
	rrs   []dns.RR
	sigs  []*dns.RRSIG

	status    Status
	canonical [][]byte // see canonicalRdata
}

// group makes RRsets of the sections of a message, in the order in which they
// first appear. Records and signatures of one RRset that stand in different
// sections belong to the first, as in Unbound's parser. Duplicate records
// count once (RFC 2181 §5); of the signatures of one RRset at most maxSigs are
// kept (0: all). A signature over nothing in the message is an RRset of type
// RRSIG. Records whose owner does not fit a message are dropped.
func group(maxSigs int, sections ...[]dns.RR) [][]*rrset {
	g := grouping{index: make(map[setKey]*rrset), sets: make([][]*rrset, len(sections))}
	for i, section := range sections {
		for _, rr := range section {
			if _, isSig := rr.(*dns.RRSIG); !isSig {
				g.add(i, rr)
			}
		}
	}
	for i, section := range sections {
		for _, rr := range section {
			if sig, isSig := rr.(*dns.RRSIG); isSig && !g.sign(sig, maxSigs) {
				g.add(i, sig)
			}
		}
	}
	return g.sets
}

type setKey struct {
	owner name
	rtype uint16
}

// A grouping is the state of group.
type grouping struct {
	index map[setKey]*rrset
	sets  [][]*rrset // by section
}

func (g *grouping) add(section int, rr dns.RR) {
	h := rr.Header()
	owner, ok := parseName(h.Name)
	if !ok || h.Class != dns.ClassINET {
		return
	}
	k := setKey{owner, h.Rrtype}
	s := g.index[k]
	if s == nil {
		s = &rrset{owner: owner, rtype: h.Rrtype}
		g.index[k] = s
		g.sets[section] = append(g.sets[section], s)
	}
	s.addRecord(rr)
}

// sign adds a signature to the set that it covers, if that is there.
func (g *grouping) sign(sig *dns.RRSIG, maxSigs int) bool {
	owner, ok := parseName(sig.Hdr.Name)
	s := g.index[setKey{owner, sig.TypeCovered}]
	if !ok || s == nil {
		return false
	}
	s.addSignature(sig, maxSigs)
	return true
}

// maxDuplicateSearch bounds the search for duplicates, which compares pairs.
// Above it duplicates stay; they are dropped from the signed data anyway.
const maxDuplicateSearch = 64

func (s *rrset) addRecord(rr dns.RR) {
	if len(s.rrs) <= maxDuplicateSearch {
		for _, have := range s.rrs {
			if dns.IsDuplicate(have, rr) {
				return
			}
		}
	}
	s.rrs = append(s.rrs, rr)
}

func (s *rrset) addSignature(sig *dns.RRSIG, maxSigs int) {
	if maxSigs > 0 && len(s.sigs) >= maxSigs {
		return
	}
	for _, have := range s.sigs {
		if dns.IsDuplicate(have, sig) {
			return
		}
	}
	s.sigs = append(s.sigs, sig)
}

// nsec returns the NSEC record of the set, or nil.
func (s *rrset) nsec() *dns.NSEC {
	if s.rtype != dns.TypeNSEC || len(s.rrs) == 0 {
		return nil
	}
	n, _ := s.rrs[0].(*dns.NSEC)
	return n
}

// target returns where the CNAME or DNAME of the set leads.
func (s *rrset) target() (name, bool) {
	if len(s.rrs) == 0 {
		return "", false
	}
	switch rr := s.rrs[0].(type) {
	case *dns.CNAME:
		return parseName(rr.Target)
	case *dns.DNAME:
		return parseName(rr.Target)
	}
	return "", false
}

// signer returns the signer's name of the first signature, or "".
func (s *rrset) signer() name {
	if len(s.sigs) == 0 {
		return ""
	}
	n, _ := parseName(s.sigs[0].SignerName)
	return n
}

// signedBy reports whether one of the signatures names that zone.
func (s *rrset) signedBy(zone name) bool {
	for _, sig := range s.sigs {
		if n, ok := parseName(sig.SignerName); ok && n == zone {
			return true
		}
	}
	return false
}

// wildcardOf returns the name under which the wildcard stands that s was made
// from, and "" when it was not: the signatures then count as many labels as
// the owner has (RFC 4035 §5.3.2). Signatures that disagree are not ok.
func (s *rrset) wildcardOf() (ce name, ok bool) {
	if len(s.sigs) == 0 {
		return "", true
	}
	labels := s.sigs[0].Labels
	for _, sig := range s.sigs[1:] {
		if sig.Labels != labels {
			return "", false
		}
	}
	owner := s.owner
	if owner.wild() {
		owner = owner.parent()
	}
	if owner.count() > int(labels) {
		return owner.last(int(labels)), true
	}
	return "", true
}

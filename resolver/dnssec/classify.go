package dnssec

import (
	"github.com/miekg/dns"
)

// A class is what a message looks like, seen from a question: it decides what
// has to be proven.
type class int

const (
	classUnknown       class = iota
	classPositive            // records of the type
	classCNAME               // an alias to go on from
	classNoData              // no records, NOERROR
	classNameError           // no records, NXDOMAIN
	classCNAMENoAnswer       // nothing after an alias: one of the two before
	classAny                 // the answer to ANY
)

// String is the word that Unbound's reasons have for the class.
func (c class) String() string {
	switch c {
	case classPositive:
		return "positive"
	case classCNAME:
		return "cname"
	case classNoData:
		return "nodata"
	case classNameError:
		return "nameerror"
	case classCNAMENoAnswer:
		return "cnamenoanswer"
	case classAny:
		return "qtype_any"
	}
	return "unknown"
}

// classify looks at m for the question q, the first skip RRsets of the answer
// being aliases that were followed.
func classify(m *message, q name, qtype uint16, skip int) class {
	switch {
	case m.rcode == dns.RcodeNameError && len(m.answer) == 0:
		return classNameError
	case m.rcode != dns.RcodeSuccess && m.rcode != dns.RcodeNameError:
		return classUnknown
	case skip > 0 && len(m.answer) <= skip:
		return classCNAMENoAnswer
	case len(m.answer) == 0:
		return classNoData
	case m.rcode == dns.RcodeSuccess && qtype == dns.TypeANY:
		return classAny
	}
	for _, s := range m.answer[skip:] {
		// A DNAME answers a question for DNAME only at its own name;
		// below, it redirects (RFC 6672 §2.3).
		matches := s.rtype == qtype && (qtype != dns.TypeDNAME || s.owner == q)
		if m.rcode == dns.RcodeSuccess && matches {
			return classPositive
		}
		if s.rtype == dns.TypeCNAME {
			return classCNAME
		}
	}
	return classUnknown
}

// signerOf finds whose keys the part of m that answers q is signed with, and
// "" when it is not signed.
func signerOf(m *message, c class, q name, qtype uint16, skip int) name {
	switch c {
	case classPositive:
		return positiveSigner(m.answer, q, qtype, skip)
	case classCNAME:
		return aliasSigner(m.answer, skip)
	case classNoData, classNameError:
		for _, s := range m.authority {
			if s.rtype == dns.TypeNSEC || s.rtype == dns.TypeNSEC3 {
				return s.signer()
			}
		}
	case classCNAMENoAnswer:
		return closestSigner(m.authority, q)
	case classAny:
		for _, s := range m.answer[skip:] {
			if s.owner == q && len(s.sigs) > 0 {
				return s.signer()
			}
		}
		if s := m.answer[skip]; s.rtype == dns.TypeDNAME {
			return s.signer()
		}
	}
	return ""
}

func positiveSigner(answer []*rrset, q name, qtype uint16, skip int) name {
	for i := skip; i < len(answer); i++ {
		s := answer[i]
		if s.owner != q {
			continue
		}
		// A CNAME made from a DNAME is signed by the DNAME's signature
		// (RFC 6672 §5.3.1).
		if n := s.signer(); n != "" || qtype != dns.TypeCNAME || i == skip || !synthesised(s, answer[i-1]) {
			return n
		}
		return answer[i-1].signer()
	}
	return ""
}

// synthesised reports whether s can be the CNAME that dname makes.
func synthesised(s, dname *rrset) bool {
	return s.rtype == dns.TypeCNAME && dname.rtype == dns.TypeDNAME && s.owner.below(dname.owner)
}

func aliasSigner(answer []*rrset, skip int) name {
	for i := skip; i < len(answer); i++ {
		s := answer[i]
		if n := s.signer(); n != "" {
			return n
		}
		if s.rtype == dns.TypeCNAME {
			if d := dnameAbove(answer[:i], s); d != nil {
				return d.signer()
			}
		}
		if s.rtype != dns.TypeDNAME {
			break
		}
	}
	return ""
}

// dnameAbove returns the DNAME among sets that s may be made from, or nil.
func dnameAbove(sets []*rrset, s *rrset) *rrset {
	for _, d := range sets {
		if synthesised(s, d) {
			return d
		}
	}
	return nil
}

// closestSigner is the deepest signer above q among the denials.
func closestSigner(authority []*rrset, q name) name {
	var best name
	depth := 0
	for _, s := range authority {
		if s.rtype != dns.TypeNSEC && s.rtype != dns.TypeNSEC3 {
			continue
		}
		for _, sig := range s.sigs {
			n, ok := parseName(sig.SignerName)
			// The root counts too, as one label more than nothing.
			if ok && q.under(n) && n.count()+1 > depth {
				best, depth = n, n.count()+1
			}
		}
	}
	return best
}

// A part is the piece of a message that one zone answers for.
type part struct {
	answer, authority []*rrset
}

// partOf picks, from the answer after skip and from the authority section,
// what signer has signed; without a signer, what stands at owner.
func partOf(m *message, skip int, owner, signer name) part {
	var p part
	afterDNAME := false
	for i := skip; i < len(m.answer); i++ {
		s := m.answer[i]
		switch d := dnameAbove(m.answer[:i], s); {
		case signer == "":
			if s.owner == owner {
				p.answer = append(p.answer, s)
			}
		case afterDNAME && s.rtype == dns.TypeCNAME:
			p.answer = append(p.answer, s)
			afterDNAME = false
		case s.signedBy(signer):
			p.answer = append(p.answer, s)
			afterDNAME = afterDNAME || s.rtype == dns.TypeDNAME
		case len(s.sigs) == 0 && d != nil && d.signedBy(signer):
			p.answer = append(p.answer, d, s)
		}
	}
	for _, s := range m.authority {
		if signer == "" && s.owner == owner || signer != "" && s.signedBy(signer) {
			p.authority = append(p.authority, s)
		}
	}
	return p
}

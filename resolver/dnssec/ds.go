package dnssec

import (
	"cmp"
	"fmt"

	"github.com/miekg/dns"
)

// judgeDS concludes from the reply to a DS question what the name is: a
// signed delegation, an unsigned one, or none (RFC 4035 §5.2). keys are those
// of the zone above.
func (w *work) judgeDS(r Response, keys *keySet) node {
	q, _ := parseName(r.Name)
	n := w.judgeDSReply(r, q, keys)
	n.zone = q
	if w.givenUp {
		n = node{state: nodeBad, zone: q, fault: givenUp(w)}
		n.trail.fault(n.fault)
		return n
	}
	if n.state == nodeBad {
		n.fault.link = n.fault.link.orAt(keys.zone, q, dns.TypeDS)
		n.fault.link.Servers = r.servers()
		n.trail.servers(r.origin())
		n.trail.name("for DS", q)
	}
	return n
}

// orAt fills in where a fault is that has no better place.
func (l Link) orAt(zone, owner name, rtype uint16) Link {
	if l.Name == "" {
		l.Zone, l.Name, l.Type = zone.String(), owner.String(), rtype
	}
	return l
}

// givenUp is the fault of a validation that cost too much. Unbound answers
// SERVFAIL without an extended error.
func givenUp(w *work) fault {
	f := fault{
		text:   "max validation suspends reached, too many RRSIG validations",
		ede:    edeNone,
		reason: TooManySignatures,
	}
	if w.hashed > w.v.cfg.Limits.HashBatch {
		f.reason = TooManyHashes
	}
	return f
}

// badNode is a node that failed, with the words for it.
func badNode(f fault, before ...string) node {
	n := node{state: nodeBad, fault: f}
	for _, s := range before {
		n.trail.add(s)
	}
	n.trail.fault(f)
	return n
}

func (w *work) judgeDSReply(r Response, q name, keys *keySet) node {
	if r.Failed {
		return badNode(fault{text: "no DS", ede: EDENetworkError, reason: r.failedReason()},
			rcodeString(r.failedRcode()), r.detail())
	}
	m, _ := newMessage(r, w.v.cfg.Limits)
	if m == nil {
		return badNode(fault{text: "no DS", ede: EDENetworkError, reason: LookupFailed})
	}
	switch class := classify(m, q, dns.TypeDS, 0); class {
	case classPositive:
		return w.signedDelegation(m, q, keys)
	case classNoData, classNameError:
		return w.withoutDS(m, q, keys)
	case classCNAME:
		return w.aliasInsteadOfDS(m, q, keys)
	default:
		what := class.String()
		if m.rcode != dns.RcodeSuccess {
			what = rcodeString(m.rcode)
		}
		n := badNode(fault{ede: EDEBogus, reason: Other}, "no DS and", what, "message fails to prove that")
		return n
	}
}

// failedRcode is the rcode of a lookup that failed.
func (r Response) failedRcode() int {
	if r.Rcode == dns.RcodeSuccess {
		return dns.RcodeServerFailure
	}
	return r.Rcode
}

func rcodeString(rcode int) string {
	if s, ok := dns.RcodeToString[rcode]; ok {
		return s
	}
	return fmt.Sprintf("RCODE%d", rcode)
}

// signedDelegation is for a reply that has a DS RRset.
func (w *work) signedDelegation(m *message, q name, keys *keySet) node {
	ds := find(m.answer, q, dns.TypeDS)
	if ds == nil {
		return badNode(fault{text: "no DS record", ede: EDEBogus, reason: Other})
	}
	if f, _, ok := w.verify(ds, keys, false); !ok {
		return badNode(f)
	}
	n := node{state: nodeDS}
	usable := false
	for _, rr := range ds.rrs {
		if d, ok := rr.(*dns.DS); ok {
			n.ds = append(n.ds, d)
			usable = usable || w.v.cfg.Support.usable(d)
		}
	}
	if !usable {
		n.state = nodeUnsigned
		n.fault = fault{reason: AlgorithmUnsupported, link: unsupportedLink(q, n.ds)}
	}
	return n
}

func unsupportedLink(q name, dss []*dns.DS) Link {
	l := Link{Zone: q.String(), Name: q.String(), Type: dns.TypeDS}
	if len(dss) > 0 {
		l.KeyTag = dss[0].KeyTag
	}
	return l
}

// withoutDS is for a reply that denies the DS.
func (w *work) withoutDS(m *message, q name, keys *keySet) node {
	if text := unsignedDenial(m.authority); text != "" {
		return badNode(fault{text: text, ede: EDENSECMissing, reason: DenialBroken})
	}
	proof, f := w.nsecDeniesDS(m.authority, q, keys)
	switch proof {
	case proofBroken:
		// The words come without their code; the node carries it.
		return node{state: nodeBad, fault: f, trail: trail{{f.text, edeNone}}}
	case proofNone:
		return w.nsec3DeniesDS(m.authority, q, keys)
	}
	return denied(proof, q)
}

// denied is the node that a proof makes of a name.
func denied(p dsProof, q name) node {
	n := node{state: nodeUnsigned, fault: fault{reason: UnsignedDelegation, link: Link{Zone: q.String()}}}
	switch p {
	case proofNoCut:
		return node{state: nodeNoCut}
	case proofOptOut:
		n.fault.reason = OptOut
	case proofTooHigh:
		n.fault.reason = NSEC3Iterations
	}
	return n
}

// unsignedDenial says what is missing when no NSEC or NSEC3 has a signature.
func unsignedDenial(authority []*rrset) string {
	text := "no DNSSEC records"
	for _, s := range authority {
		if s.rtype != dns.TypeNSEC && s.rtype != dns.TypeNSEC3 {
			continue
		}
		if len(s.sigs) > 0 {
			return ""
		}
		if s.rtype == dns.TypeNSEC {
			text = "no signatures over NSECs"
		} else if text == "no DNSSEC records" {
			text = "no signatures over NSEC3s"
		}
	}
	return text
}

// nsecDeniesDS looks for the proof in NSEC records. proofNone means that they
// say nothing either way.
func (w *work) nsecDeniesDS(authority []*rrset, q name, keys *keySet) (dsProof, fault) {
	if s := find(authority, q, dns.TypeNSEC); s != nil {
		if f, _, ok := w.verify(s, keys, true); !ok {
			return proofBroken, f
		}
		if s.owner == q { // not made from a wildcard
			return w.nsecOwnerDS(s, q, keys, "NSEC does not prove absence of DS")
		}
	}
	return w.nsecAroundDS(ofType(authority, dns.TypeNSEC), q, keys)
}

// nsecOwnerDS reads the NSEC that stands where the DS would be; otherwise says
// what is wrong when it contradicts the question.
func (w *work) nsecOwnerDS(s *rrset, q name, keys *keySet, otherwise string) (dsProof, fault) {
	n, ok := nsecOf(s)
	if p := n.deniesDS(q); ok && p != proofBroken {
		return p, fault{}
	}
	return proofBroken, w.denialFault(otherwise, s, keys)
}

// nsecAroundDS is for a name without an NSEC of its own: an empty
// non-terminal, or one that a wildcard stands for.
func (w *work) nsecAroundDS(sets []*rrset, q name, keys *keySet) (dsProof, fault) {
	var wildcard *rrset
	var ce, wc name
	found := false
	for _, s := range sets {
		if f, _, ok := w.verify(s, keys, true); !ok {
			f.text = "NSEC for empty non-terminal did not verify."
			return proofBroken, f
		}
		n, _ := nsecOf(s)
		if under, ok := n.deniesType(q, dns.TypeDS); ok {
			found = true
			wc = cmp.Or(under, wc)
			if wc != "" && s.owner.wild() {
				wildcard = s
			}
		}
		if n.coversName(q) {
			ce = n.closestEncloser(q)
		}
	}
	switch {
	case !found:
		return proofNone, fault{}
	case wc == "":
		return proofNoCut, fault{}
	case wc != ce || wildcard == nil:
		return proofNone, fault{}
	}
	return w.nsecOwnerDS(wildcard, q, keys, "NSEC for wildcard does not prove absence of DS")
}

func (w *work) denialFault(text string, s *rrset, keys *keySet) fault {
	return fault{text, EDEBogus, DenialBroken, Link{Zone: keys.zone.String(), Name: s.owner.String(), Type: s.rtype}}
}

// nsec3DeniesDS looks for the proof in NSEC3 records.
func (w *work) nsec3DeniesDS(authority []*rrset, q name, keys *keySet) node {
	sets := ofType(authority, dns.TypeNSEC3)
	if len(sets) == 0 {
		return badNode(fault{text: "NSECs for the referral did not prove no DS", ede: EDEBogus, reason: DenialBroken})
	}
	for _, s := range sets {
		if f, _, ok := w.verify(s, keys, true); !ok {
			f.text = "not all NSEC3 records secure"
			return badNode(f)
		}
	}
	proof, text := w.newChain3(sets, q, dns.TypeDS).noDS(q, keys)
	if proof == proofBroken {
		return badNode(fault{text: text, ede: EDEBogus, reason: DenialBroken})
	}
	return denied(proof, q)
}

// aliasInsteadOfDS is for a CNAME where a DS was asked: signed by the zone
// above, it proves that there is no cut (RFC 6840 §4.3 has the same idea).
func (w *work) aliasInsteadOfDS(m *message, q name, keys *keySet) node {
	other := func(text string) node { return badNode(fault{text: text, ede: EDEBogus, reason: Other}) }
	cname := find(m.answer, q, dns.TypeCNAME)
	switch {
	case cname == nil:
		return other("validator classified CNAME but no CNAME of the queried name for DS")
	case len(cname.sigs) == 0 && m.answer[0].rtype == dns.TypeDNAME:
		return other("DS got DNAME answer")
	case len(cname.sigs) == 0:
		return other("DS got unsigned CNAME answer")
	}
	if f, _, ok := w.verify(cname, keys, false); !ok {
		return badNode(f, "CNAME in DS response was not secure.")
	}
	switch ce, ok := cname.wildcardOf(); {
	case !ok:
		return other("wildcard CNAME inconsistent signatures")
	case ce != "":
		return other("wildcard CNAME in chain of trust means no DS found and it is also not a delegation point that can be insecure")
	}
	return node{state: nodeNoCut}
}

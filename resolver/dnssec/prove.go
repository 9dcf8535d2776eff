package dnssec

import (
	"slices"

	"github.com/miekg/dns"
)

// prove checks every signature of a part with the keys of its zone, then what
// the part asserts.
func (j *judgement) prove(c class, p part, ks *keySet) outcome {
	p = j.withoutSpuriousNS(p)
	if c == classAny && len(p.answer) > j.v.cfg.Limits.AnyRRsets {
		p.answer = p.answer[:j.v.cfg.Limits.AnyRRsets]
	}
	before := len(j.trail)
	if o, ok := j.verifyAll(p, ks); !ok {
		withAnswer := c == classPositive || c == classAny || c == classCNAME
		if j.ended || !withAnswer || !j.wronglyTruncated() {
			return o
		}
		// A forwarder cut the signatures off the authority section: the
		// answer stands by itself.
		p.authority, j.m.authority = nil, nil
		j.trail = j.trail[:before]
	}
	result := j.proofOf(c, p, ks)
	if j.w.givenUp {
		return j.giveUp()
	}
	if result.rcode >= 0 {
		j.verdict.Rcode = result.rcode
	}
	if result.status != Bogus {
		return outcome{result.status, EDEBogus, result.reason, Link{Zone: ks.zone.String(), Name: j.q.String(), Type: j.qtype}}
	}
	what := c.String()
	if c == classPositive {
		what = "wildcard"
	}
	j.trail.add(what)
	j.trail.add("proof failed")
	j.trail.servers(j.m.servers)
	link := j.linkAt()
	link.Zone = ks.zone.String()
	return outcome{Bogus, EDEBogus, DenialBroken, link}
}

func (j *judgement) proofOf(c class, p part, ks *keySet) proof {
	switch c {
	case classPositive:
		return j.w.provePositive(p, j.q, j.qtype, ks)
	case classCNAME:
		return j.w.proveAlias(p, j.q, j.qtype, ks)
	case classNoData:
		return j.w.proveNoData(p, j.q, j.qtype, ks)
	case classNameError:
		return j.w.proveNameError(p, j.q, j.qtype, ks)
	case classCNAMENoAnswer:
		return j.w.proveNoAnswer(p, j.q, j.qtype, ks)
	case classAny:
		return j.w.proveAny(p, j.q, j.qtype, ks)
	}
	return proven(Bogus)
}

// giveUp is the outcome of a validation that costs too much.
func (j *judgement) giveUp() outcome {
	f := givenUp(j.w)
	j.ended = true
	j.trail.fault(f)
	return outcome{Bogus, edeNone, f.reason, j.linkAt()}
}

// verifyAll checks the signatures of a part.
func (j *judgement) verifyAll(p part, ks *keySet) (outcome, bool) {
	all := joined(p)
	for i, s := range all {
		inAnswer := i < len(p.answer)
		if inAnswer && i > 0 && all[i-1].status == Secure && synthesised(s, all[i-1]) {
			if o, ok := j.checkSynthesis(s, all[i-1]); !ok {
				return o, false
			}
			continue
		}
		f, tried, ok := j.w.verify(s, ks, !inAnswer)
		if !ok {
			return j.badSet(s, f, inAnswer), false
		}
		if !j.w.spendSignatures(tried, i+1 < len(all)) {
			return j.giveUp(), false
		}
	}
	return outcome{}, true
}

// badSet is the outcome of an RRset that does not verify.
func (j *judgement) badSet(s *rrset, f fault, inAnswer bool) outcome {
	j.trail.fault(f)
	if inAnswer && (s.rtype == dns.TypeCNAME || s.rtype == dns.TypeDNAME) {
		j.trail.add("for " + typeString(s.rtype))
	}
	j.trail.servers(j.m.servers)
	if !inAnswer {
		j.trail.add("for <" + s.owner.String() + " " + typeString(s.rtype) + " IN>")
	}
	f.link.Servers = j.m.servers
	return outcome{Bogus, f.ede, f.reason, f.link}
}

// checkSynthesis checks that a CNAME is the one that the verified DNAME before
// it makes: it needs no signature of its own then (RFC 6672 §5.3.1).
func (j *judgement) checkSynthesis(cname, dname *rrset) (outcome, bool) {
	target, ok := cname.target()
	want, ok2 := substitute(cname.owner, dname)
	switch {
	case !ok || !ok2:
		j.trail.fault(fault{text: "DNAME CNAME derivation failed", ede: EDEBogus})
	case target != want:
		j.trail.fault(fault{text: "CNAME target mismatch: not synthesized from DNAME", ede: EDEBogus})
		j.trail.name(", for", cname.owner)
		j.trail.name("CNAME", target)
		j.trail.add(",")
	default:
		cname.status = Secure
		return outcome{}, true
	}
	j.trail.servers(j.m.servers)
	return outcome{Bogus, EDEBogus, Other, Link{Zone: dname.signer().String(), Name: cname.owner.String(), Type: dns.TypeCNAME, Servers: j.m.servers}}, false
}

// substitute is where a DNAME leads a name below it (RFC 6672 §2.3). It fails
// when the result would be too long.
func substitute(n name, dname *rrset) (name, bool) {
	target, ok := dname.target()
	if !ok || !n.below(dname.owner) {
		return "", false
	}
	prefix := n[:len(n)-len(dname.owner)]
	if len(prefix)+len(target) > maxName {
		return "", false
	}
	return prefix + target, true
}

// withoutSpuriousNS drops an unsigned NS set from the authority section: a
// forwarder may have put it there from its cache, and nothing hinges on it. It
// stays when it is all there is.
func (j *judgement) withoutSpuriousNS(p part) part {
	if len(p.answer) == 0 && len(p.authority) == 1 {
		return p
	}
	for i, s := range p.authority {
		if s.rtype == dns.TypeNS && len(s.sigs) == 0 {
			p.authority = slices.Concat(p.authority[:i], p.authority[i+1:])
			j.m.authority = slices.DeleteFunc(slices.Clone(j.m.authority), func(o *rrset) bool { return o == s })
			break
		}
	}
	return p
}

// wronglyTruncated reports whether the answer is verified and all that is
// left is an NS set that is not.
func (j *judgement) wronglyTruncated() bool {
	if len(j.m.authority) != 1 || len(j.m.answer) == 0 {
		return false
	}
	if ns := j.m.authority[0]; ns.rtype != dns.TypeNS || ns.status == Secure {
		return false
	}
	return !slices.ContainsFunc(j.m.answer, func(s *rrset) bool { return s.status != Secure })
}

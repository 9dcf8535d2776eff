package dnssec

import (
	"context"

	"github.com/miekg/dns"
)

// A judgement is the validation of one message, alias by alias.
type judgement struct {
	v   *Validator
	w   *work
	ctx context.Context
	m   *message

	// The question at hand: the message's, then that of each alias. skip
	// counts the RRsets of the answer that led to it.
	q     name
	qtype uint16
	skip  int

	trail   trail
	verdict Verdict
	ede     EDE
	ended   bool // Unbound stops here with SERVFAIL, whatever the rest is
}

// Validate concludes what Unbound concludes from r. It fetches what the chain
// of trust needs and was not fetched before; it does not ask the question
// itself again: see [Validator.Resolve].
func (v *Validator) Validate(ctx context.Context, r Response) Verdict {
	none := Verdict{Status: Indeterminate, Rcode: r.Rcode, Reason: Other}
	m, ok := newMessage(r, v.cfg.Limits)
	if !ok || !r.answersAnything() {
		return none
	}
	j := &judgement{v: v, w: v.newWork(ctx), ctx: ctx, m: m, q: m.q, qtype: m.qtype, ede: edeNone}
	j.verdict.Rcode = r.Rcode
	j.run()
	return j.finish()
}

// run judges the message part by part: each alias may lead to a zone with keys
// of its own.
func (j *judgement) run() {
	for {
		c := classify(j.m, j.q, j.qtype, j.skip)
		o := j.part(c)
		j.take(o)
		if j.ended || o.status == Bogus || c != classCNAME {
			return
		}
		if !j.followAlias() {
			j.take(outcome{status: Bogus, ede: EDEBogus, reason: Other, link: j.linkAt()})
			return
		}
	}
}

// An outcome is what one part of the message comes to.
type outcome struct {
	status Status
	ede    EDE
	reason Reason
	link   Link
}

func (j *judgement) linkAt() Link {
	return Link{Name: j.q.String(), Type: j.qtype, Servers: j.m.servers}
}

// take lets the worst part decide.
func (j *judgement) take(o outcome) {
	first := j.verdict.Status == ""
	if !first && o.status.rank() >= j.verdict.Status.rank() {
		return
	}
	j.verdict.Status = o.status
	j.verdict.Reason, j.verdict.Link = o.reason, o.link
	j.ede = moreSpecific(j.ede, o.ede)
}

// followAlias makes the target of the alias the question.
func (j *judgement) followAlias() bool {
	for i := j.skip; i < len(j.m.answer); i++ {
		s := j.m.answer[i]
		if s.rtype != dns.TypeCNAME || s.owner != j.q {
			continue
		}
		target, ok := s.target()
		j.q, j.skip = target, i+1
		return ok
	}
	return false
}

// part judges the piece of the message that answers the question at hand.
func (j *judgement) part(c class) outcome {
	owner := j.lookupName()
	a := j.v.anchorFor(owner)
	signer := signerOf(j.m, c, j.q, j.qtype, j.skip)
	if signer != "" && !owner.under(signer) {
		signer = ""
	}
	// An NXDOMAIN can be signed by a zone above the anchor.
	if c == classNameError && signer != "" && a != nil && a.zone.below(signer) {
		a = j.v.anchorFor(signer)
	}
	if a == nil {
		return outcome{Indeterminate, EDEIndeterminate, NoAnchor, j.linkAt()}
	}
	target := signer
	if signer == "" {
		target = j.q
	}
	wk := j.v.descend(j.ctx, a, target, signer != "")
	j.passed(wk)
	if o, ended := j.chainEnds(wk, signer); ended {
		return o
	}
	p := part{j.m.answer, j.m.authority}
	if j.skip > 0 || c == classCNAME {
		p = partOf(j.m, j.skip, owner, signer)
	}
	return j.prove(c, p, wk.end.keys)
}

// lookupName is the name whose zone is asked for: DS records, and NSEC records
// not at an apex, belong to the zone above.
func (j *judgement) lookupName() name {
	if j.qtype == dns.TypeDS {
		return j.q.parent()
	}
	if j.qtype == dns.TypeNSEC && j.skip < len(j.m.answer) {
		if n, ok := nsecOf(j.m.answer[j.skip]); ok && !n.has(dns.TypeSOA) {
			return j.q.parent()
		}
	}
	return j.q
}

// passed takes what a walk has shown.
func (j *judgement) passed(wk walk) {
	for _, s := range wk.path {
		known := false
		for _, have := range j.verdict.Path {
			known = known || have.Zone == s.Zone
		}
		if !known {
			j.verdict.Path = append(j.verdict.Path, s)
		}
	}
}

// chainEnds deals with a walk that did not reach the keys of a signer.
func (j *judgement) chainEnds(wk walk, signer name) (outcome, bool) {
	n := wk.end
	switch {
	case n.state == nodeUnsigned:
		return outcome{Insecure, EDEBogus, n.fault.reason, n.fault.link}, true
	case n.state == nodeBad && n.fault.ede == edeNone:
		j.ended = true
		j.trail = append(j.trail, n.trail...)
		return outcome{Bogus, edeNone, n.fault.reason, n.fault.link}, true
	case n.state == nodeBad:
		j.trail = append(j.trail, n.trail...)
		j.trail.fault(fault{text: "while building chain of trust", ede: n.fault.ede})
		return outcome{Bogus, n.fault.ede, n.fault.reason, n.fault.link}, true
	case wk.offTree: // signed by a zone above the anchor
		return outcome{Bogus, EDEBogus, SignatureUnfit, j.linkAt()}, true
	case wk.noCut, signer == "":
		f := fault{text: "no signatures", ede: EDERRSIGsMissing, reason: SignatureMissing, link: j.linkAt()}
		f.link.Zone = n.zone.String()
		j.trail.fault(f)
		j.trail.servers(j.m.servers)
		return outcome{Bogus, f.ede, f.reason, f.link}, true
	}
	return outcome{}, false
}

// finish makes the verdict.
func (j *judgement) finish() Verdict {
	v := j.verdict
	if v.Status == Secure && !j.authoritySecure() {
		v.Status, v.Reason, v.Link = Bogus, Other, j.linkAt()
		j.ede = moreSpecific(j.ede, EDEBogus)
	}
	j.ede = moreSpecific(j.ede, j.trail.ede())
	switch {
	case v.Status == Bogus:
		v.Text = j.trail.text(j.m.q, j.m.qtype)
	case j.ede == EDEBogus:
		j.ede = edeNone
	}
	if j.ended {
		j.ede = edeNone
	}
	if j.ede != edeNone {
		v.EDE, v.HasEDE = j.ede, true
	}
	if v.Status == Secure {
		v.Reason, v.Link = "", Link{}
	}
	return v
}

// authoritySecure checks that a secure answer has nothing unverified in its
// authority section. One NS set beside an answer is left out instead.
func (j *judgement) authoritySecure() bool {
	for _, s := range j.m.authority {
		if s.status == Secure {
			continue
		}
		return len(j.m.answer) > 0 && s.rtype == dns.TypeNS
	}
	return true
}

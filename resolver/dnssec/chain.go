package dnssec

import (
	"context"
	"slices"

	"github.com/miekg/dns"
)

// A nodeState is what a name is in the chain of trust.
type nodeState int

const (
	nodeBad      nodeState = iota // the chain breaks here
	nodeDS                        // has a verified DS set; its keys are still to be judged
	nodeSigned                    // a zone with verified keys
	nodeUnsigned                  // a zone proven to be outside the signed tree
	nodeNoCut                     // not the apex of a zone
)

// A node is a name of the chain of trust, judged.
type node struct {
	state nodeState
	zone  name
	keys  *keySet   // when signed
	ds    []*dns.DS // the DS set, as far as there is one
	tags  []uint16  // of the DS set or the trust anchor
	fault fault     // when bad or unsigned
	trail trail     // when bad
}

type nodeKey struct{ anchor, zone name }

type nodeEntry struct {
	done chan struct{}
	n    node
	cut  bool // ended by its context
}

// node returns a node of the chain below an anchor, judged once in the life
// of the validator.
func (v *Validator) node(ctx context.Context, k nodeKey, judge func() node) node {
	for {
		e, mine := v.nodeEntry(k)
		if mine {
			e.n = judge()
			v.endNode(ctx, k, e)
			return e.n
		}
		select {
		case <-e.done:
			if !e.cut {
				return e.n
			}
		case <-ctx.Done():
			return v.interrupted(k.zone)
		}
	}
}

func (v *Validator) nodeEntry(k nodeKey) (e *nodeEntry, mine bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.nodes[k]; e != nil {
		return e, false
	}
	e = &nodeEntry{done: make(chan struct{})}
	v.nodes[k] = e
	return e, true
}

func (v *Validator) endNode(ctx context.Context, k nodeKey, e *nodeEntry) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.cut = e.n.state == nodeBad && ctx.Err() != nil; e.cut {
		delete(v.nodes, k)
	}
	close(e.done)
}

func (v *Validator) interrupted(zone name) node {
	return badNode(fault{text: "no DS", ede: EDENetworkError, reason: LookupFailed, link: Link{Zone: zone.String()}})
}

// A walk is the way down from an anchor.
type walk struct {
	end node // the last zone reached: signed, unsigned or bad
	// noCut is set when the target is no zone: end is then the zone it is
	// in.
	noCut bool
	// offTree is set when the target is not below the anchor.
	offTree bool
	path    []Step
}

// descend walks from an anchor to a target, by the DS set of every name on
// the way (RFC 4035 §5; every label may be a cut). It ends early in the first
// zone that is unsigned or bad.
func (v *Validator) descend(ctx context.Context, a *anchor, target name, signed bool) walk {
	ahead := v.newAhead(ctx)
	defer ahead.stop()
	if signed && target.under(a.zone) {
		ahead.start(v.unknown(a, target)...)
	}
	wk := walk{end: v.prime(ctx, a)}
	wk.pass(wk.end)
	wk.offTree = !target.under(a.zone)
	for c := a.zone.count() + 1; !wk.offTree && wk.end.state == nodeSigned && c <= target.count(); c++ {
		at := target.last(c)
		n := v.below(ctx, a, at, wk.end.keys, func() {
			// The next DS is asked while the keys are.
			if next := target.last(c + 1); next != at {
				ahead.start(askKey{next, dns.TypeDS})
			}
		})
		if wk.noCut = n.state == nodeNoCut; !wk.noCut {
			wk.end = n
			wk.pass(n)
		}
	}
	return wk
}

// unknown lists the lookups on the way to a signer that were not made yet and
// that the walk will come to.
func (v *Validator) unknown(a *anchor, signer name) []askKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	var keys []askKey
	for _, k := range between(a.zone, signer) {
		e := v.nodes[nodeKey{a.zone, k.n}]
		if e.stops() {
			break
		}
		if v.asks[k] == nil && e == nil {
			keys = append(keys, k)
		}
	}
	return keys
}

// stops reports whether it is known that no walk goes further down than here.
func (e *nodeEntry) stops() bool {
	if e == nil {
		return false
	}
	select {
	case <-e.done:
		return e.n.state == nodeUnsigned || e.n.state == nodeBad
	default:
		return false
	}
}

func (wk *walk) pass(n node) {
	s := Step{Zone: n.zone.String(), Status: n.status(), Reason: n.fault.reason, DS: n.tags}
	if n.state == nodeSigned {
		s.Reason = ""
		s.Keys = n.keys.tags()
	}
	wk.path = append(wk.path, s)
}

func (n node) status() Status {
	switch n.state {
	case nodeSigned:
		return Secure
	case nodeUnsigned:
		return Insecure
	}
	return Bogus
}

// prime gets the keys of an anchor's zone and holds them against the anchor.
func (v *Validator) prime(ctx context.Context, a *anchor) node {
	return v.node(ctx, nodeKey{a.zone, a.zone}, func() node {
		n := v.settle(ctx, a.zone, dns.TypeDNSKEY, func(r Response) node {
			w := v.newWork(ctx)
			n := w.judgeAnchored(r, a)
			return w.finishKeys(n, r, a.zone, "for trust anchor")
		})
		n.tags = a.tags()
		return n
	})
}

// below judges a name below a signed zone. hasDS is called when it turned out
// to be a signed delegation.
func (v *Validator) below(ctx context.Context, a *anchor, at name, above *keySet, hasDS func()) node {
	return v.node(ctx, nodeKey{a.zone, at}, func() node {
		n := v.settle(ctx, at, dns.TypeDS, func(r Response) node {
			return v.newWork(ctx).judgeDS(r, above)
		})
		if n.state != nodeDS {
			return n
		}
		hasDS()
		signed := v.settle(ctx, at, dns.TypeDNSKEY, func(r Response) node {
			w := v.newWork(ctx)
			return w.finishKeys(w.judgeKeys(r, n.ds), r, at, "for key")
		})
		signed.tags = dsTags(n.ds)
		return signed
	})
}

func dsTags(dss []*dns.DS) []uint16 {
	var tags []uint16
	for _, ds := range dss {
		tags = append(tags, ds.KeyTag)
	}
	return tags
}

// keysIn returns the DNSKEY RRset of a reply, or the node that the lack of
// one makes: with the code misplaced where the answer to an alias at the apex
// has another zone's keys.
func (w *work) keysIn(r Response, none string, misplaced EDE) (*keySet, node) {
	missing := fault{text: none + " " + r.detail(), ede: EDEDNSKEYMissing, reason: DNSKEYMissing}
	if r.Failed {
		missing.reason = r.failedReason()
		return nil, badNode(missing)
	}
	m, ok := newMessage(r, w.v.cfg.Limits)
	if !ok {
		return nil, badNode(missing)
	}
	s := find(m.answer, m.q, dns.TypeDNSKEY)
	switch {
	case s != nil:
		return newKeySet(s), node{}
	case slices.ContainsFunc(m.answer, func(s *rrset) bool { return s.rtype == dns.TypeDNSKEY }):
		missing.text, missing.ede = "DNSKEY RRset did not match DS RRset by name", misplaced
	}
	return nil, badNode(missing)
}

// judgeKeys holds the keys of a zone against its DS set.
func (w *work) judgeKeys(r Response, dss []*dns.DS) node {
	ks, missing := w.keysIn(r, "No DNSKEY record", EDEBogus)
	if ks == nil {
		return missing
	}
	status, f := w.anchoredBy(ks, dss)
	return keyNode(ks, status, f)
}

// judgeAnchored holds the keys of a zone against a trust anchor.
func (w *work) judgeAnchored(r Response, a *anchor) node {
	ks, missing := w.keysIn(r, "no DNSKEY rrset", EDEDNSKEYMissing)
	if ks == nil {
		return missing
	}
	status, f := Bogus, fault{ede: EDEBogus, reason: DSMismatch}
	if len(a.ds) > 0 {
		status, f = w.anchoredBy(ks, a.ds)
	}
	if status != Secure && w.anchoredByKeys(ks, a.keys, &f) {
		status = Secure
	}
	return keyNode(ks, status, f)
}

func keyNode(ks *keySet, status Status, f fault) node {
	switch status {
	case Secure:
		return node{state: nodeSigned, keys: ks}
	case Insecure:
		return node{state: nodeUnsigned, fault: f}
	}
	return badNode(f)
}

// finishKeys adds where and for what to a judged DNSKEY reply.
func (w *work) finishKeys(n node, r Response, zone name, what string) node {
	n.zone = zone
	if n.state == nodeBad {
		n.fault.link = n.fault.link.orAt(zone, zone, dns.TypeDNSKEY)
		n.fault.link.Servers = r.servers()
		n.trail.servers(r.origin())
		n.trail.name(what, zone)
	}
	return n
}

package main

import (
	"context"
	"time"

	"dns01/check"
	"dns01/resolver"
	"dns01/resolver/survey"
)

// A judging is what orders that are judged in one process share: the way to
// the world, and what was learnt there.
type judging struct {
	p *program
	w world
	start
	settings
	door   resolver.Exchanger // paced, for all orders
	memory *resolver.Memory   // of what they share
	silent resolver.Silent    // servers that one order has found dead
	moves  bool               // signatures are judged as of each look, by the world's clock
}

// terms are what one order is judged by.
type terms struct {
	deadline time.Duration
	probes   survey.Probing
}

func (p *program) judging(w world, from start, s settings) *judging {
	return &judging{
		p: p, w: w, start: from, settings: s,
		door:   p.door(w, s, func(resolver.Observation) {}),
		memory: resolver.NewMemory(resolver.Shared, keepFor, keepMost),
	}
}

// What orders share is kept for so long, and so many replies of it: some
// kilooctets each.
const (
	keepFor  = 5 * time.Minute
	keepMost = 20_000
)

// client is that of one order or request, over a door of its own.
func (j *judging) client(x resolver.Exchanger, names int) *resolver.Client {
	c := budgeted(j.p.clientOf(j.w, x, j.start, j.settings), names)
	c.Silent = &j.silent
	return resolver.New(c)
}

// judge looks at one order. It reports whether many questions were lost
// besides.
func (j *judging) judge(ctx context.Context, q orderLine, order check.Order, t terms) (r result) {
	r = result{orderLine: q}
	ctx, cancel := context.WithTimeout(ctx, t.deadline)
	defer cancel()
	signedAt := j.signedAt
	if j.moves {
		signedAt = j.p.clock(j.w)()
	}
	counter := &resolver.Counter{}
	var lost lossCounter
	x := j.memory.Before(resolver.Observe(j.door, func(ob resolver.Observation) { counter.Add(ob); lost.add(ob) }))
	s := survey.Take(ctx, survey.Target{Names: q.names, Unasked: check.Unasked(q.names, order), Challenge: order.Challenge, Account: order.Account}, survey.Options{
		Client: j.client(x, len(q.names)), Counter: counter,
		Exchanger: x, Now: j.p.now,
		Anchors: j.anchors, SignedAt: signedAt, Probes: t.probes,
	})
	r.report.Tool, r.report.Order, r.report.Survey = j.p.tool(), order, s
	r.report.Result = check.Judge(s, order)
	r.lossy = lost.many()
	return r
}

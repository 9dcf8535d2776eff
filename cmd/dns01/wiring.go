package main

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"dns01/check"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// A world is what is asked: the Internet, or one of the lab's.
type world struct {
	exchanger resolver.Exchanger
	roots     []resolver.Root // nil: IANA's
	allow     []netip.Prefix  // special-purpose ranges that may be asked
	anchors   []dns.RR        // of the zones that are trusted; none: nothing is validated
	signedAt  time.Time       // when signatures are judged; zero: by the clock
	caches    func() []cache
	vantages  []vantage.Vantage // who sees this world from elsewhere
	madeUp    bool              // a lab's: nothing outside of it is asked

	lab  string           // of the scenario
	now  func() time.Time // the world's own clock; nil: that of the host
	seed *uint64          // what is left to chance; nil: chance
	// judged is what validation concluded in a run whose names were replaced.
	judged *survey.Judgements
	// recall says whom a recorded run asked; nil where nothing was recorded.
	recall func(name string, qtype uint16) []netip.Addr
}

// clock is the world's own, or the host's.
func (p *program) clock(w world) func() time.Time {
	if w.now != nil {
		return w.now
	}
	return p.now
}

// luck is what one look at a world leaves to chance.
func (p *program) luck(w world) uint64 {
	switch {
	case w.seed != nil:
		return *w.seed
	case p.rand != nil:
		return p.rand.Uint64()
	}
	return rand.Uint64()
}

// normalize gives a name the form that a CA has it in.
func normalize(name string) (string, error) { return check.NormalizeName(name) }

// look does the work: ask the world, judge what it said. An order that the
// program breaks down over is unknown.
func (p *program) look(ctx context.Context, w world, o options) report.Report {
	return p.spare(o.names, o.order, func() report.Report { return p.lookTelling(ctx, w, o, nil) })
}

// lookTelling is look, and tells what happens meanwhile unless tell is nil.
func (p *program) lookTelling(ctx context.Context, w world, o options, tell func(survey.Event)) report.Report {
	ctx, cancel := context.WithTimeout(ctx, o.deadline)
	defer cancel()

	counter := &resolver.Counter{}
	observe := counter.Add
	if tell != nil {
		observe = func(ob resolver.Observation) {
			counter.Add(ob)
			tell(survey.Receiving(ob))
		}
		w.exchanger = resolver.Announce(w.exchanger, func(q resolver.Query) { tell(survey.Sending(q)) })
	}
	x := p.door(w, o.settings, observe)
	s := survey.Take(ctx, survey.Target{Names: o.names, Unasked: check.Unasked(o.names, o.order), Seek: o.seek, Challenge: o.order.Challenge, Account: o.order.Account}, survey.Options{
		Client: resolver.New(budgeted(p.clientOf(w, x, o.start, o.settings), len(o.names))), Counter: counter,
		Exchanger: x, Resolvers: p.observed(o, observe),
		Now:     p.clock(w),
		Anchors: o.anchors, SignedAt: o.signedAt, Judged: w.judged,
		Probes: o.probes, Events: tell,
	})
	p.lookElsewhere(ctx, w, o, s)
	return report.Report{
		Tool: p.tool(), Order: o.order,
		Survey: s, Result: check.Judge(s, o.order),
		Places: o.places,
	}
}

// door is the way to a world: paced, and watched.
func (p *program) door(w world, s settings, observe func(resolver.Observation)) resolver.Exchanger {
	return resolver.Pace(p.watched(w.exchanger, s, observe), s.pace)
}

// watched tells each exchange to observe, and with -v to the user.
func (p *program) watched(x resolver.Exchanger, s settings, observe func(resolver.Observation)) resolver.Exchanger {
	return resolver.Observe(x, func(ob resolver.Observation) {
		observe(ob)
		s.timeline.add(ob)
		if s.verbose {
			p.trace(ob)
		}
		if s.events {
			p.sent(ob)
		}
	})
}

// clientOf is what the client of one run needs.
func (p *program) clientOf(w world, x resolver.Exchanger, from start, s settings) resolver.Config {
	return resolver.Config{
		Exchanger: x, Roots: from.roots,
		Allow: w.allow, AllowPrivate: s.allowPrivate,
		No4: s.only6, No6: s.only4,
		Timeout: s.timeout, Recall: w.recall,
		Rand: rand.New(rand.NewPCG(p.luck(w), 1)),
	}
}

// budgeted sets how much an order may cost in all, and each server: far more
// than any needs that is no trap. An order of a hundred names in one zone costs
// 650 queries, a hundred of them to the server that is asked most.
func budgeted(c resolver.Config, names int) resolver.Config {
	c.MaxQueries, c.MaxPerServer = 5000+20*names, 400+10*names
	return c
}

// labWorld builds a scenario's world, with its caches for --resolvers to name.
// Its signatures are made for its own time, not ours.
func labWorld(s *lab.Scenario) (world, error) {
	w, err := s.World()
	if err != nil {
		return world{}, err
	}
	var cs []cache
	for _, c := range w.Caches() {
		cs = append(cs, cache{id: c.Name, addrs: []netip.AddrPort{netip.AddrPortFrom(c.Addr, 53)}, local: c.Local})
	}
	return world{
		vantages:  labVantages(w),
		exchanger: w, roots: w.Roots(), allow: w.Public(),
		anchors: w.Anchors(), signedAt: w.Epoch(),
		caches: func() []cache { return cs },
		madeUp: true, lab: s.Name, now: w.Now, seed: new(uint64(1)),
	}, nil
}

// labVantages are the places from which a lab's world can be asked too.
func labVantages(w *lab.World) []vantage.Vantage {
	ps := vantage.Places{Called: "places of the lab"}
	for _, p := range w.Perspectives() {
		ps.At = append(ps.At, vantage.Place{Name: p.Name, RIR: p.RIR, Client: resolver.New(resolver.Config{
			Exchanger: resolver.Pace(p, resolver.DefaultPacing), Roots: w.Roots(), Allow: w.Public(),
			Timeout: time.Second, Rand: rand.New(rand.NewPCG(1, 1)),
		})})
	}
	if len(ps.At) == 0 {
		return nil
	}
	return []vantage.Vantage{ps}
}

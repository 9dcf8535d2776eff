package main

import (
	"context"
	"net/netip"

	"dns01/check"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// A world is what is asked: the Internet, or one of the lab's.
type world struct {
	exchanger resolver.Exchanger
	roots     []resolver.Root // nil: IANA's
	allow     []netip.Prefix  // special-purpose ranges that may be asked
	caches    func() []cache
}

// normalize gives a name the form that a CA has it in.
func normalize(name string) (string, error) { return check.NormalizeName(name) }

// look does the work: ask the world, judge what it said.
func (p *program) look(ctx context.Context, w world, o options) report.Report {
	ctx, cancel := context.WithTimeout(ctx, o.deadline)
	defer cancel()

	counter := &resolver.Counter{}
	x := resolver.Observe(w.exchanger, func(ob resolver.Observation) {
		counter.Add(ob)
		if o.verbose {
			p.trace(ob)
		}
	})
	x = resolver.Pace(x, resolver.DefaultPacing)

	roots := w.roots
	if o.roots != nil {
		roots = o.roots
	}
	client := resolver.New(resolver.Config{
		Exchanger: x, Roots: roots,
		Allow: w.allow, AllowPrivate: o.allowPrivate,
		No4: o.only6, No6: o.only4,
		Timeout: o.timeout,
	})
	s := survey.Take(ctx, survey.Target{Names: o.names}, survey.Options{
		Client: client, Counter: counter,
		Exchanger: x, Resolvers: o.resolvers,
		Now: p.now,
	})
	return report.Report{
		Tool: p.tool(), Order: o.order,
		Survey: s, Result: check.Judge(s, o.order),
	}
}

// labWorld builds a scenario's world, with its caches for --resolvers to name.
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
		exchanger: w, roots: w.Roots(), allow: w.Public(),
		caches: func() []cache { return cs },
	}, nil
}

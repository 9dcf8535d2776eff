package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"dns01/check"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/survey"
)

// walkAnew is how long a wait goes by what it remembers of delegations and
// CAA: a delegation that has changed must not be missed for ever.
const walkAnew = time.Minute

// look takes a survey, of what is still open or of everything, and judges it.
// It reports false when the run was interrupted before it was complete.
func (wt *waiter) look(ctx context.Context, last bool) (report.Report, bool) {
	names, seek := wt.open(), map[string][]string(nil)
	all := last || wt.soon() || len(names) == 0 || wt.p.now().Sub(wt.fresh) >= walkAnew
	if all {
		wt.memory.Forget()
		names, seek = wt.o.names, wt.o.seek
	}
	counter := &resolver.Counter{}
	wt.counter.Store(counter)
	run, cancel := context.WithTimeout(ctx, wt.o.deadline)
	defer cancel()
	w := wt.rec.look(wt.p, wt.w, wt.waited())
	s := survey.Take(run, survey.Target{Names: names, Unasked: check.Unasked(names, wt.o.order), Seek: seek, Challenge: wt.o.order.Challenge, Account: wt.o.order.Account}, survey.Options{
		Client: resolver.New(budgeted(wt.p.clientOf(w, wt.asked, wt.o.start, wt.o.settings), len(names))), Counter: counter,
		Exchanger: wt.asked, Now: wt.p.now,
		Anchors: wt.o.anchors, SignedAt: wt.o.signedAt, Probes: survey.ProbesNone,
	})
	if all {
		wt.fresh = s.Started
	}
	wt.rec.done(s.Took, !all || ctx.Err() != nil)
	r := wt.judge(s)
	wt.rec.judged(s, r.Order)
	return r, ctx.Err() == nil
}

// soon reports whether the next look may be the last one, which has to be at
// everything.
func (wt *waiter) soon() bool {
	final := wt.stand == passing || wt.stand == hopeless
	return wt.o.settle == 1 || final && wt.out.InRow >= wt.o.settle-1
}

// open are the identifiers that have not passed yet, with their other form
// where a hook did not tell which is meant.
func (wt *waiter) open() []string {
	var names []string
	for _, n := range wt.o.names {
		if !wt.passed[n] {
			names = append(names, n)
		}
	}
	return names
}

// judge makes a report of a survey.
func (wt *waiter) judge(s *survey.Survey) report.Report {
	order := wt.o.order
	if !wt.o.dated {
		order.Now = wt.p.now()
	}
	judged := func(s *survey.Survey) report.Report {
		return report.Report{Tool: wt.p.tool(), Order: order, Survey: s, Result: check.Judge(s, order)}
	}
	if !wt.o.either {
		return judged(s)
	}
	return eitherForm(s, judged)
}

// eitherForm judges names of which it is not known whether they or their
// wildcards are ordered: as the name, and where that is refused for good as
// the wildcard, if that is not. CAA may allow one and forbid the other (RFC
// 8659 §4.3).
func eitherForm(s *survey.Survey, judged func(*survey.Survey) report.Report) report.Report {
	wild := func(name string) bool { return strings.HasPrefix(name, "*.") }
	blocked := map[string]bool{}
	for _, id := range judged(s).Result.Identifiers {
		blocked[id.Identifier] = id.Verdict == check.Blocked
	}
	return judged(only(s, func(name string) bool {
		base := strings.TrimPrefix(name, "*.")
		return wild(name) == (blocked[base] && !blocked["*."+base])
	}))
}

// only is a survey of some of the identifiers.
func only(s *survey.Survey, keep func(name string) bool) *survey.Survey {
	some := *s
	some.Identifiers = slices.DeleteFunc(slices.Clone(s.Identifiers), func(id survey.Identifier) bool { return !keep(id.Name) })
	return &some
}

// note takes in what a look saw.
func (wt *waiter) note(r report.Report) {
	x := &wt.out
	states := report.States(r)
	before, stand := wt.stand, wt.standOf(r, states)
	changed := wt.compare(r, states)
	x.Report = r
	x.Rounds++
	x.Waited = wt.waited()
	wt.sent(r)
	wt.stand = stand
	x.InRow++
	if stand != before {
		x.InRow = 1
	}
	wt.moved++
	if changed || stand != before {
		wt.moved = 0
	}
	wt.estimate = wt.foresee(r, x.States)
	x.Estimate = wt.estimate
	x.Blocker = wt.blocker(r.Result)
}

// sent counts what a look cost.
func (wt *waiter) sent(r report.Report) {
	wt.out.Sent.Total += r.Survey.Queries.Total
	wt.out.Sent.UDP += r.Survey.Queries.UDP
	wt.out.Sent.TCP += r.Survey.Queries.TCP
}

// compare updates what each server said last, and notes what changed.
func (wt *waiter) compare(r report.Report, states []report.State) (changed bool) {
	for _, id := range r.Result.Identifiers {
		pass := wt.passes(id, states)
		wt.passed[id.Identifier] = pass
		if wt.o.either {
			wt.passed[otherForm(id.Identifier)] = pass
		}
	}
	for _, s := range states {
		old, known := wt.seen[s.Key()]
		wt.seen[s.Key()] = s
		if known && old.Same(s) {
			continue
		}
		changed = changed || known
		wt.out.Changes = append(wt.out.Changes, report.Change{
			At: r.Survey.Started, After: r.Survey.Started.Sub(wt.out.Started), Before: old, Now: s,
		})
	}
	wt.out.States = wt.merged(states)
	return changed
}

// merged are the states of this look, and those of the names it left out.
func (wt *waiter) merged(states []report.State) []report.State {
	if len(wt.open()) == len(wt.o.names) || len(wt.out.States) == 0 {
		return states
	}
	targets := map[string]bool{}
	for _, s := range states {
		targets[s.Target] = true
	}
	all := slices.Clone(states)
	for _, s := range wt.out.States {
		if !targets[s.Target] {
			all = append(all, s)
		}
	}
	return all
}

func otherForm(name string) string {
	if base, ok := strings.CutPrefix(name, "*."); ok {
		return base
	}
	return "*." + name
}

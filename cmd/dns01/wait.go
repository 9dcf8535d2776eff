package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"dns01/check"
	"dns01/report"
	"dns01/resolver"
)

// wait returns when the CA would pass, or never will.
func (p *program) wait(ctx context.Context, args []string) (int, error) {
	f, h, err := parseWait(args)
	switch {
	case err != nil:
		return 0, err
	case f.help:
		return p.helpFor("wait")
	case f.Changed("print-hook"):
		return p.printHook(f.hook)
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	if h == nil && !f.given() {
		if h, err = hookFromEnv(p.env); err != nil {
			return 0, err
		}
	}
	if h != nil && h.over {
		return p.hookOver(f, h)
	}
	w, names := p.world, f.Args()
	if f.scenario != "" {
		if w, names, err = f.inDemo(); err != nil {
			return 0, err
		}
	}
	o, err := f.options(ctx, p, names, h, w)
	if err != nil {
		return 0, err
	}
	return p.waitFor(ctx, w, o)
}

// hookOver answers a hook that has nothing to wait for.
func (p *program) hookOver(f *waitFlags, h *hookCall) (int, error) {
	if h.say != "timeout" {
		return h.status, nil
	}
	total, err := f.duration("for", f.total)
	if err != nil {
		return 0, err
	}
	interval, err := f.duration("interval", f.interval)
	if err != nil {
		return 0, err
	}
	_, err = fmt.Fprintf(p.stdout, "{\"timeout\": %.0f, \"interval\": %.0f}\n", total.Seconds(), interval.Seconds())
	return h.status, delivered(err)
}

// waitFor waits, shows how it ended, and does what was to follow.
func (p *program) waitFor(ctx context.Context, w world, o waitOptions) (int, error) {
	rec, err := p.startRecording(w, o.options)
	if err != nil {
		return 0, err
	}
	defer rec.drop()
	wt := p.newWaiter(w, o)
	wt.record(rec)
	x, err := wt.run(ctx)
	if err != nil {
		return 0, err
	}
	if err := rec.save(); err != nil {
		return 0, err
	}
	if err := errors.Join(p.showWait(x, o), o.timeline.write()); err != nil {
		return 0, err
	}
	switch x.Ending {
	case report.Arrived:
		return p.follow(ctx, o.then)
	case report.Never:
		return statusBlocked, nil
	case report.NotYet:
		return statusRetry, nil
	case report.Interrupted:
		p.say("dns01: interrupted; the report holds what was known by then")
	}
	return statusUnknown, nil
}

// showWait writes the end of a wait as asked for.
func (p *program) showWait(x report.Wait, o waitOptions) error {
	switch {
	case o.json:
		return delivered(report.WaitJSON(p.stdout, x, o.jsonl))
	case o.quiet:
		_, err := fmt.Fprintln(p.stdout, x.Ending)
		return delivered(err)
	}
	return delivered(report.WaitText(p.stdout, x, p.textOptions(o.settings)))
}

// A waiter looks again and again.
type waiter struct {
	p *program
	w world
	o waitOptions

	memory   *resolver.Memory   // of what seldom changes between looks
	asked    resolver.Exchanger // memory, with what it is asked recorded if so wished
	rec      *recorder
	counter  atomic.Pointer[resolver.Counter] // of the look under way
	progress *progress

	out      report.Wait
	seen     map[string]report.State // by State.Key
	passed   map[string]bool         // identifiers that passed when last looked at
	stand    standing                // of the last look
	fresh    time.Time               // when everything was last asked anew
	moved    int                     // looks since something changed
	lag      lag
	estimate report.Estimate
	provider bool // the estimate is what a DNS host is known to take
}

func (p *program) newWaiter(w world, o waitOptions) *waiter {
	wt := &waiter{p: p, w: w, o: o, seen: map[string]report.State{}, passed: map[string]bool{}}
	wt.memory = resolver.NewMemory(resolver.Lasts, 0, 0)
	wt.asked = wt.memory.Before(p.door(w, o.settings, func(ob resolver.Observation) { wt.counter.Load().Add(ob) }))
	wt.progress = p.newProgress(o.settings)
	wt.out.Started, wt.out.Settle = p.now(), o.settle
	return wt
}

// run looks until the wait is over. Every round is one look; what ends the
// wait has been seen in as many rounds in a row as it takes to believe, the
// last of them with everything asked anew.
func (wt *waiter) run(ctx context.Context) (report.Wait, error) {
	wt.progress.begin(wt.o)
	defer wt.progress.end()
	for {
		last := wt.left() <= 0
		r, ok := wt.look(ctx, last)
		if !ok {
			return wt.cutShort(r), nil
		}
		wt.note(r)
		last = last || wt.left() <= 0 && wt.complete()
		ending := wt.ending(last)
		pause := wt.pause()
		if ending != "" {
			pause = 0
		}
		if err := wt.tell(pause); err != nil {
			return wt.out, err
		}
		if ending != "" {
			wt.out.Ending = ending
			return wt.out, nil
		}
		if !sleep(ctx, pause) {
			return wt.interrupted(), nil
		}
	}
}

// cutShort is the end when a look is interrupted. It counts only when there is
// no other; what it sent was sent.
func (wt *waiter) cutShort(r report.Report) report.Wait {
	if wt.out.Rounds == 0 {
		wt.note(r)
	} else {
		wt.sent(r)
	}
	return wt.interrupted()
}

// interrupted is the end that somebody else made.
func (wt *waiter) interrupted() report.Wait {
	wt.out.Ending, wt.out.Waited = report.Interrupted, wt.waited()
	return wt.out
}

func (wt *waiter) waited() time.Duration { return wt.p.now().Sub(wt.out.Started) }

// left is the time that the wait may go on.
func (wt *waiter) left() time.Duration { return wt.o.total - wt.waited() }

// ending says whether the wait is over after a look, and how. What passes, or
// never will, is confirmed even beyond the time allowed.
func (wt *waiter) ending(last bool) report.Ending {
	switch wt.stand {
	case passing:
		if wt.out.InRow >= wt.o.settle && wt.complete() {
			return report.Arrived
		}
		return ""
	case hopeless:
		if wt.out.InRow >= wt.o.settle && wt.complete() {
			return report.Never
		}
		return ""
	case unseen:
		if last || wt.out.InRow >= wt.o.settle+moreLooks {
			return report.CannotLook
		}
		return ""
	}
	if last {
		return report.NotYet
	}
	return ""
}

// moreLooks is how many looks more than the others it takes to believe that
// nothing can be seen from here: a network comes back.
const moreLooks = 3

// complete reports whether the last look was at everything, nothing of it
// from memory.
func (wt *waiter) complete() bool { return wt.fresh.Equal(wt.out.Survey.Started) }

// pause is how long to wait for the next look: longer and longer while nothing
// moves, short when something did or is to be confirmed, never longer than
// there is time, and not before a time until which nothing can happen.
func (wt *waiter) pause() time.Duration {
	d := wt.o.first
	if wt.stand != passing && wt.stand != hopeless {
		for range min(wt.moved, 20) {
			d = min(d+d/2, wt.o.long)
		}
	}
	d -= time.Duration(wt.p.chance() * float64(d) / 5)
	if until := wt.estimate.From.Sub(wt.p.now()); !wt.estimate.From.IsZero() && until > 0 {
		d = min(until, 2*wt.o.long)
	}
	if left := wt.left(); left > 0 {
		return min(d, left)
	}
	return min(d, wt.o.first)
}

// chance is a number from 0 to 1, so that many waits do not look in step.
func (p *program) chance() float64 {
	if p.rand == nil {
		return rand.Float64()
	}
	return p.rand.Float64()
}

// sleep waits, and reports whether the context lasted.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// tell shows a round to whoever follows the wait.
func (wt *waiter) tell(pause time.Duration) error {
	wt.progress.round(wt, pause)
	if !wt.o.jsonl {
		return nil
	}
	return delivered(report.WaitLine(wt.p.stdout, report.Round{
		Number: wt.out.Rounds, At: wt.p.now(), Waited: wt.waited(),
		Verdict: wt.out.Result.Verdict, Passing: wt.stand == passing,
		InRow: wt.out.InRow, Settle: wt.o.settle, Queries: wt.out.Survey.Queries.Total,
		States: wt.out.States, Changes: wt.changes(), Estimate: wt.estimate, Next: pause,
	}))
}

// changes are those that the last look saw.
func (wt *waiter) changes() []report.Change {
	all := wt.out.Changes
	for i, c := range all {
		if c.At.Equal(wt.out.Survey.Started) {
			return all[i:]
		}
	}
	return nil
}

// hasSet reports whether every server of a target that answers has the set.
func hasSet(states []report.State, target string) bool {
	some := false
	for _, s := range states {
		if s.Target != target || !s.Usable {
			continue
		}
		if !s.Has {
			return false
		}
		some = true
	}
	return some
}

// passes reports whether an identifier has what is waited for: the CA's view
// passes, and no server that answers is without the set. With --strict every
// path has to be sound.
func (wt *waiter) passes(id check.IdentifierResult, states []report.State) bool {
	sound := id.Verdict == check.Ready || id.Verdict == check.AtRisk && !wt.o.strict
	return sound && hasSet(states, id.Challenge.Target)
}

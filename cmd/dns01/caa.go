package main

import (
	"context"
	"fmt"

	"dns01/check"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/survey"
)

// caa judges CAA alone: what is published, what would be, or what a zone's
// text has.
func (p *program) caa(ctx context.Context, args []string) (int, error) {
	f := newCAAFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("caa")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	w, err := f.world(p.world)
	if err != nil {
		return 0, err
	}
	o, err := f.options(ctx, p, w)
	if err != nil {
		return 0, err
	}
	return p.decideIn(ctx, w, o)
}

// decideIn decides in a world, shows what comes of it and returns the status.
func (p *program) decideIn(ctx context.Context, w world, o caaOptions) (int, error) {
	r, err := p.decide(ctx, w, o)
	if err != nil {
		return 0, err
	}
	if err := p.showCAA(r, o.settings); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		p.say("dns01: interrupted; the report holds what was known by then")
		return statusUnknown, nil
	}
	return statusOf(r.Verdict(), o.strict), nil
}

// decide looks, or takes what is judged in place of the DNS, and judges it for
// every CA; with suppositions twice.
func (p *program) decide(ctx context.Context, w world, o caaOptions) (report.CAAReport, error) {
	r := report.CAAReport{
		Tool: p.tool(), Source: o.source(), Challenge: o.order.Challenge, Account: o.order.Account,
		Supposed: o.supposed, Intent: o.intent, Publish: o.publish, Directory: o.directory,
	}
	if r.Survey = o.offline(); r.Survey == nil {
		var err error
		if r.Survey, err = p.lookAtCAA(ctx, w, o); err != nil {
			return r, err
		}
	}
	now := r.Survey
	if len(o.supposed) > 0 {
		var err error
		if now, err = check.Suppose(r.Survey, o.supposed); err != nil {
			return r, usagef("--what-if: %v", err)
		}
	}
	for _, ca := range o.cas {
		v := report.CAAView{CA: ca, Now: check.JudgeCAA(now, o.orderAt(ca))}
		if len(o.supposed) > 0 {
			v.Before = new(check.JudgeCAA(r.Survey, o.orderAt(ca)))
		}
		r.Views = append(r.Views, v)
	}
	return r, nil
}

// lookAtCAA asks for CAA at every name of the climbs, and for nothing else
// that does not lead there.
func (p *program) lookAtCAA(ctx context.Context, w world, o caaOptions) (*survey.Survey, error) {
	rec, err := p.startRecording(w, options{names: o.names, start: o.start, settings: o.settings})
	if err != nil {
		return nil, err
	}
	defer rec.drop()
	w = rec.into(p, w)
	ctx, cancel := context.WithTimeout(ctx, o.deadline)
	defer cancel()
	counter := &resolver.Counter{}
	x := p.door(w, o.settings, counter.Add)
	s := survey.Take(ctx, survey.Target{Names: o.names, OnlyCAA: true}, survey.Options{
		Client: resolver.New(budgeted(p.clientOf(w, x, o.start, o.settings), len(o.names))), Counter: counter, Exchanger: x,
		Now: p.clock(w), Anchors: o.anchors, SignedAt: o.signedAt, Judged: w.judged,
	})
	rec.began(s)
	rec.done(s.Took, false)
	rec.concluded(s)
	return s, rec.save()
}

// showCAA writes the report as asked for.
func (p *program) showCAA(r report.CAAReport, s settings) error {
	switch {
	case s.json:
		return delivered(report.CAAJSON(p.stdout, r))
	case s.quiet:
		_, err := fmt.Fprintln(p.stdout, r.Verdict())
		return delivered(err)
	}
	return delivered(report.CAAText(p.stdout, r, p.textOptions(s)))
}

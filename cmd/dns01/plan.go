package main

import (
	"context"

	"dns01/check"
	"dns01/check/plan"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/survey"
)

// plan says how certificates are to be ordered so that all values fit. It asks
// nothing, unless --look lets it read what the DNS has.
func (p *program) plan(ctx context.Context, args []string) (int, error) {
	f := newPlanFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("plan")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	w, err := f.world(p.world)
	if err != nil {
		return 0, err
	}
	o, err := p.planOptions(ctx, f, w)
	if err != nil {
		return 0, err
	}
	if o.look {
		seen, whole, err := p.see(ctx, w, o)
		if err != nil {
			return 0, err
		}
		if !whole {
			p.say("dns01: the DNS could not be read in full; the plan rests on what was seen")
		}
		o.request.Seen = seen
	}
	pl := report.Planned{Tool: p.tool(), Plan: plan.Make(o.request), Looked: o.look}
	if err := p.showPlan(pl, o); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return statusUnknown, nil
	}
	if !pl.Plan.Works {
		return statusBlocked, nil
	}
	return statusOK, nil
}

// see reads what the DNS has at the challenge names, as before an order. It
// asks no cache, and says whether it saw everything.
func (p *program) see(ctx context.Context, w world, o planOptions) (seen map[string]check.ChallengeResult, whole bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.deadline)
	defer cancel()
	rec, err := p.startRecording(w, options{names: o.request.Names, start: o.start, settings: o.settings})
	if err != nil {
		return nil, false, err
	}
	defer rec.drop()
	w = rec.into(p, w)
	x := p.door(w, o.settings, func(resolver.Observation) {})
	s := survey.Take(ctx, survey.Target{Names: o.request.Names}, survey.Options{
		Client: resolver.New(budgeted(p.clientOf(w, x, o.start, o.settings), len(o.request.Names))), Exchanger: x,
		Now: p.now, Anchors: o.anchors, SignedAt: o.signedAt, Judged: w.judged,
	})
	r := check.Judge(s, check.Order{CA: o.request.CA, Challenge: "dns-01", Now: o.request.Now})
	seen = map[string]check.ChallengeResult{}
	whole = true
	for _, id := range r.Identifiers {
		if len(id.Challenge.RoomAt) > 0 {
			seen[id.Identifier] = id.Challenge
		}
		whole = whole && id.Verdict != check.Unknown
	}
	rec.done(s.Took, false)
	rec.concluded(s)
	return seen, whole, rec.save()
}

func (p *program) showPlan(pl report.Planned, o planOptions) error {
	switch {
	case o.zone:
		return delivered(report.PlanZone(p.stdout, pl))
	case o.json:
		return delivered(report.PlanJSON(p.stdout, pl))
	}
	return delivered(report.PlanText(p.stdout, pl, p.textOptions(o.settings)))
}

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
	pl := report.Planned{Tool: p.tool(), Looked: o.look}
	if o.look {
		if o.request.Seen, pl.Unread, err = p.see(ctx, w, o); err != nil {
			return 0, err
		}
		if len(pl.Unread) > 0 {
			p.say("dns01: the DNS could not be read in full; the plan rests on what was seen")
		}
	}
	pl.Plan = plan.Make(o.request)
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
// asks no cache, and names the identifiers about which it could not see all.
func (p *program) see(ctx context.Context, w world, o planOptions) (seen map[string]check.ChallengeResult, unread []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.deadline)
	defer cancel()
	rec, err := p.startRecording(w, options{names: o.request.Names, start: o.start, settings: o.settings})
	if err != nil {
		return nil, nil, err
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
	for _, id := range r.Identifiers {
		if len(id.Challenge.RoomAt) > 0 {
			seen[id.Identifier] = id.Challenge
		}
		if id.Verdict == check.Unknown {
			unread = append(unread, id.Identifier)
		}
	}
	rec.done(s.Took, false)
	rec.concluded(s)
	return seen, unread, rec.save()
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

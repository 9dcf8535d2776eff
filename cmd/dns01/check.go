package main

import (
	"context"
	"errors"
	"slices"

	"dns01/report"
)

// check is the preflight: one order, one verdict; several orders when the
// names come from files that hold several.
func (p *program) check(ctx context.Context, args []string) (int, error) {
	f := newCheckFlags("check")
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("check")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	names := f.Args()
	if len(names) > 0 && names[0] == "check" { // "dns01 --json check NAME"
		names = names[1:]
	}
	w, names, err := f.world(p.world, names)
	if err != nil {
		return 0, err
	}
	run, err := p.runOptions(ctx, f, names, w)
	if err != nil {
		return 0, err
	}
	return p.play(ctx, w, run)
}

// runOptions are what one run of check or demo is asked for.
type runOptions struct {
	orders  []options
	outputs outputs
	settings
}

// runOptions makes sense of flags and names, for a world. The error is a
// usageError.
func (p *program) runOptions(ctx context.Context, f *checkFlags, names []string, w world) (run runOptions, err error) {
	if run.outputs, err = f.readOutputs(); err != nil {
		return run, err
	}
	orders, err := p.orders(f.flags, names)
	if err != nil {
		return run, err
	}
	var all []string
	ids := make([][]string, len(orders))
	places := make([]map[string]report.Place, len(orders))
	for i, o := range orders {
		if ids[i], places[i], err = o.identifiers(); err != nil {
			return run, err
		}
		all = append(all, ids[i]...)
	}
	whole, err := p.optionsFor(ctx, f.flags, all, w)
	if err != nil {
		return run, err
	}
	run.settings = whole.settings
	if whole.tape.file != "" && len(orders) > 1 {
		return run, usagef("--record keeps one order, and here are %d; record them one by one", len(orders))
	}
	for i := range orders {
		run.orders = append(run.orders, whole.only(ids[i], places[i]))
	}
	return run, nil
}

// only is the part of the options that is about some of the names.
func (o options) only(names []string, places map[string]report.Place) options {
	values := map[string][]string{}
	for name, vs := range o.order.Values {
		if name == "" || slices.Contains(names, name) {
			values[name] = vs
		}
	}
	o.names, o.places, o.order.Values = names, places, values
	if o.seek != nil {
		o.seek = values
	}
	return o
}

// play looks at a world for each order, shows what is found and returns the
// status. A run that was interrupted shows what is known, and its status says
// that this is not all.
func (p *program) play(ctx context.Context, w world, run runOptions) (int, error) {
	var rs []report.Report
	var shown error // what keeps the standard output from being written keeps nothing else
	for i, o := range run.orders {
		o.events = run.outputs.stdout() == "jsonl"
		if o.events {
			shown = errors.Join(shown, p.begin(o))
		}
		r, err := p.recorded(ctx, w, o)
		if err != nil {
			return 0, err
		}
		rs = append(rs, r)
		shown = errors.Join(shown, p.show(r, i, run))
		if ctx.Err() != nil {
			break
		}
	}
	if len(run.orders) > 1 && run.outputs.stdout() == "text" {
		shown = errors.Join(shown, delivered(report.Tally(p.stdout, rs, p.textOptions(run.settings))))
	}
	if err := errors.Join(shown, p.deliver(rs, run.outputs, run.settings), run.timeline.write()); err != nil {
		return 0, err
	}
	if ctx.Err() == nil {
		return run.outputs.statusFor(rs), nil
	}
	p.say("dns01: interrupted; the report holds what was known by then")
	if left := len(run.orders) - len(rs); left > 0 {
		p.say("dns01: %d of %d orders were not looked at", left, len(run.orders))
	}
	return statusUnknown, nil
}

// recorded looks for one order, and keeps what was asked and answered where
// that is wished.
func (p *program) recorded(ctx context.Context, w world, o options) (report.Report, error) {
	rec, err := p.startRecording(w, o)
	if err != nil {
		return report.Report{}, err
	}
	defer rec.drop()
	w, o.resolvers = rec.into(p, w), rec.resolvers(o.resolvers)
	r := p.look(ctx, w, o)
	if err := suppose(&r, o.supposed); err != nil {
		return r, err
	}
	rec.began(r.Survey)
	rec.done(r.Survey.Took, ctx.Err() != nil)
	rec.concluded(r.Survey)
	rec.judged(r.Survey, r.Order)
	rec.saw(r.Survey)
	return r, rec.save()
}

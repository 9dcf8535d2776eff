package main

import (
	"context"
	"errors"
)

// check is the preflight: one order, one verdict.
func (p *program) check(ctx context.Context, args []string) (int, error) {
	f := newFlags("check")
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
	o, err := p.options(ctx, f, names, p.world)
	if err != nil {
		return 0, err
	}
	return p.play(ctx, p.world, o)
}

// play looks at a world, shows what is found and returns the status. A run
// that was interrupted shows what is known, and its status says that this is
// not all.
func (p *program) play(ctx context.Context, w world, o options) (int, error) {
	rec, err := p.startRecording(w, o)
	if err != nil {
		return 0, err
	}
	defer rec.drop()
	w, o.resolvers = rec.into(p, w), rec.resolvers(o.resolvers)
	r := p.look(ctx, w, o)
	if err := suppose(&r, o.supposed); err != nil {
		return 0, err
	}
	interrupted := ctx.Err() != nil
	rec.done(r.Survey.Took, interrupted)
	if err := errors.Join(p.show(r, o.settings), o.timeline.write()); err != nil {
		return 0, err
	}
	if err := rec.save(); err != nil {
		return 0, err
	}
	if interrupted {
		p.say("dns01: interrupted; the report holds what was known by then")
		return statusUnknown, nil
	}
	return statusOf(r.Result.Verdict, o.strict), nil
}

package main

import (
	"context"
	"sync"

	"dns01/resolver/survey"
	"dns01/tui"
)

// replayScreen shows a recorded run. What it came to is judged again; there is
// nobody to ask.
func (p *program) replayScreen(ctx context.Context, f *tuiFlags) (tui.Config, error) {
	if f.NArg() > 0 {
		return tui.Config{}, usagef("--replay shows what was recorded, not %q as well", f.Arg(0))
	}
	rec, err := p.readRecording(f.replay)
	if err != nil {
		return tui.Config{}, err
	}
	if rec.Command == "lookup" || rec.Command == "caa" {
		return tui.Config{}, usagef(`%s is of "dns01 %s", which looks at less than the screen shows; use "dns01 replay %s"`, f.replay, rec.Command, f.replay)
	}
	t, err := threaded(rec, 0)
	if err != nil {
		return tui.Config{}, err
	}
	if rec.Lab == "" {
		p.now = t.world.now // facts of that time
	}
	o, err := p.recordedOptions(ctx, t)
	if err != nil {
		return tui.Config{}, err
	}
	var mu sync.Mutex
	var events []survey.Event
	r := p.lookTelling(ctx, t.world, o, func(e survey.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	})
	cfg := p.screenOf(f, f.flags, t.world, o)
	cfg.Look, cfg.Opened, cfg.Told = nil, &r, events
	cfg.Savers = cfg.Savers[:len(cfg.Savers)-1] // the recording is there already
	return cfg, nil
}

// recordedOptions are those of the run that was recorded.
func (p *program) recordedOptions(ctx context.Context, t *threadedTape) (options, error) {
	r := newReplayFlags()
	if t.rec.Command != "check" && t.rec.Command != "demo" {
		r.probe, r.noCaches = "none", true
	}
	if err := p.again(r.flags, t.rec, newReplayFlags(), nil); err != nil {
		return options{}, err
	}
	o, err := p.options(ctx, r.flags, r.Args(), t.world)
	if !r.noCaches {
		o.resolvers = t.resolvers
	}
	return o, err
}

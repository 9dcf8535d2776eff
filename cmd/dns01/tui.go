package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
	"github.com/charmbracelet/x/term"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/lab"
	"dns01/resolver/recording"
	"dns01/resolver/survey"
	"dns01/testdata"
	"dns01/tui"
)

// tui is check as a terminal program: live, to walk through, to look again.
func (p *program) tui(ctx context.Context, args []string) (int, error) {
	f := newTUIFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("tui")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	cfg, err := p.screenProgram(ctx, f)
	if err != nil {
		return 0, err
	}
	t, err := p.terminalFor(f)
	if err != nil {
		return 0, err
	}
	out, err := tui.Run(ctx, t, cfg)
	if err != nil {
		return 0, err
	}
	return p.leave(out, f.strict)
}

// leave prints what the user kept, and tells the last verdict.
func (p *program) leave(out tui.Outcome, strict bool) (int, error) {
	for _, text := range out.Kept {
		if _, err := fmt.Fprintln(p.stdout, text); err != nil {
			return 0, delivered(err)
		}
	}
	return statusOf(out.Verdict, strict), nil
}

// screenProgram makes the configuration that the flags ask for.
func (p *program) screenProgram(ctx context.Context, f *tuiFlags) (tui.Config, error) {
	switch {
	case f.replay != "" && f.demo != "":
		return tui.Config{}, usagef("--replay and --demo contradict each other; give one of them")
	case f.replay != "":
		return p.replayScreen(ctx, f)
	case f.demo == "":
		o, err := p.options(ctx, f.flags, f.Args(), p.world)
		if err != nil {
			return tui.Config{}, err
		}
		return p.screenOf(f, f.flags, p.world, o), nil
	}
	s, err := f.inDemo()
	if err != nil {
		return tui.Config{}, err
	}
	return p.demoScreen(ctx, f, s)
}

// screenOf is the configuration for one world, in which asked says how to look.
func (p *program) screenOf(f *tuiFlags, asked *flags, w world, o options) tui.Config {
	tapes := &tapeBox{asked: asked}
	return tui.Config{
		Names: o.names, Order: o.order,
		Look:       p.lookFor(w, o, tapes),
		Value:      f.valueReader(o.names),
		Accept:     f.accepts,
		Challenges: []string{"dns-01", "dns-account-01", "dns-persist-01"},
		Savers:     p.savers(tapes),
		Now:        p.clock(w),
		Renderer:   tui.Renderer(p.stdout, p.colored(f.color)),
		ASCII:      f.ascii || !p.unicode(),
		Copy:       p.clipboard(),
	}
}

// lookFor is the run that the screen starts: over these names, for this order.
func (p *program) lookFor(w world, o options, tapes *tapeBox) func(context.Context, []string, check.Order, func(survey.Event)) report.Report {
	return func(ctx context.Context, names []string, order check.Order, tell func(survey.Event)) report.Report {
		o := o
		o.names, o.order = names, order
		if o.probes != survey.ProbesNone {
			o.seek = order.Values
		}
		if l, ok := w.exchanger.(*lab.World); ok {
			o.signedAt = l.Now() // its clock can be set forward
		}
		o.tape = tapes.tape(order)
		rec := &recorder{Recorder: recording.NewRecorder(p.recordingHeader(w, o))}
		w := rec.into(p, w)
		o.resolvers = rec.resolvers(o.resolvers)
		r := p.lookTelling(ctx, w, o, tell)
		rec.began(r.Survey)
		rec.done(r.Survey.Took, ctx.Err() != nil)
		rec.saw(r.Survey)
		rec.judged(r.Survey, r.Order)
		tapes.keep(r.Survey, rec.whole())
		return r
	}
}

// demoScreen is the configuration for a made-up world.
func (p *program) demoScreen(ctx context.Context, f *tuiFlags, s *lab.Scenario) (tui.Config, error) {
	d := demoFlags()
	if err := d.parse(s.Target); err != nil {
		return tui.Config{}, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	w, err := labWorld(s)
	if err != nil {
		return tui.Config{}, err
	}
	o, err := p.options(ctx, d.flags, d.Args(), w)
	if err != nil {
		return tui.Config{}, err
	}
	cfg := p.screenOf(f, d.flags, w, o)
	cfg.Demo = &tui.Demo{
		Name: s.Name, Title: s.Title, Story: s.Story,
		Advance: func() string { return advance(w) },
		Open: func(name string) (tui.Config, error) {
			s, err := scenario(name)
			if err != nil {
				return tui.Config{}, err
			}
			return p.demoScreen(ctx, f, s)
		},
	}
	cfg.Demo.Others = worldTitles()
	return cfg, nil
}

// worldTitles are the worlds by their names and the first lines of their
// files: to build each of them would keep the user waiting.
func worldTitles() []tui.Choice {
	var all []tui.Choice
	for _, name := range testdata.Scenarios() {
		all = append(all, tui.Choice{Name: name, Title: testdata.Title(name)})
	}
	return all
}

// advance sets a made-up world's clock to its next change.
func advance(w world) string {
	l, ok := w.exchanger.(*lab.World)
	if !ok {
		return ""
	}
	at, ok := l.AdvanceToEdit()
	if !ok {
		return ""
	}
	return report.About(at)
}

// terminalFor is the terminal that the program runs in.
func (p *program) terminalFor(f *tuiFlags) (tui.Terminal, error) {
	shown := p.stdout
	if w, ok := shown.(*inert); ok { // no runner reads what a person sees and types
		shown = w.Writer
	}
	in, out := fileOf(p.stdin), fileOf(shown)
	if in == nil || out == nil || !term.IsTerminal(in.Fd()) || !term.IsTerminal(out.Fd()) || p.env("TERM") == "dumb" {
		return tui.Terminal{}, usagef(`tui needs a terminal to draw on and to read keys from; use "dns01 check" where there is none`)
	}
	return tui.Terminal{In: in, Out: out, Mouse: f.mouse}, nil
}

// clipboard sends text to the terminal's clipboard (OSC 52), through tmux and
// screen where they stand between.
func (p *program) clipboard() func(string) {
	return func(text string) {
		seq := osc52.New(text)
		switch {
		case p.env("TMUX") != "":
			seq = seq.Tmux()
		case strings.HasPrefix(p.env("TERM"), "screen"):
			seq = seq.Screen()
		}
		_, _ = io.WriteString(p.stdout, seq.String()) // nobody can see whether it is taken
	}
}

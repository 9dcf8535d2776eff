package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"dns01/check"
	"dns01/resolver"
	"dns01/resolver/recording"
	"dns01/resolver/survey"
)

// replayFlags are those of replay, as given.
type replayFlags struct {
	*checkFlags
	look int // 0: the last whole one
}

func newReplayFlags() *replayFlags {
	f := &replayFlags{checkFlags: newCheckFlags("replay")}
	f.IntVar(&f.look, "look", 0, "")
	f.hide(elsewhere)
	return f
}

// elsewhere are flags without meaning where all answers are known already.
var elsewhere = []string{"file", "root-hints", "csr", "cert", "certbot", "manifest", "caddyfile", "vantage", "vantage-budget"}

// replay judges a recording again.
func (p *program) replay(ctx context.Context, args []string) (int, error) {
	given := allReplayFlags()
	if err := given.parse(args); err != nil {
		return 0, err
	}
	switch {
	case given.help:
		return p.helpFor("replay")
	case given.NArg() == 0:
		return 0, usagef(`no recording given; make one with --record FILE and write "dns01 replay FILE"`)
	case given.NArg() > 1:
		return 0, usagef("replay judges one recording, not %q as well", given.Arg(1))
	}
	for _, name := range elsewhere {
		if given.Changed(name) {
			return 0, usagef("--%s has no meaning in a replay: the recording has what was asked and where it began; leave it out", name)
		}
	}
	rec, err := p.readRecording(given.Arg(0))
	if err != nil {
		return 0, err
	}
	return p.playRecording(ctx, rec, given, args)
}

// allReplayFlags are those of every command whose recordings can be judged
// again: which of them have a meaning, only the file tells.
func allReplayFlags() *replayFlags {
	f := newReplayFlags()
	newCAAFlags().VisitAll(func(x *pflag.Flag) {
		if f.Lookup(x.Name) == nil && !slices.Contains(outside, x.Name) {
			f.AddFlag(x)
		}
	})
	return f
}

// outside are flags of caa that ask no recording.
var outside = []string{"zone-file", "origin", "intent", "demo"}

// playRecording makes the recorded run again, with the flags of args after its
// own.
func (p *program) playRecording(ctx context.Context, rec *recording.Recording, given *replayFlags, args []string) (int, error) {
	tape, err := threaded(rec, given.look)
	if err != nil {
		return 0, err
	}
	if rec.Lab == "" {
		p.now = tape.world.now // facts of that time
	}
	var status int
	switch rec.Command {
	case "caa":
		status, err = p.decideAgain(ctx, tape, given, args)
	case "lookup":
		status, err = p.lookAgain(ctx, tape, given, args)
	default:
		status, err = p.checkAgain(ctx, tape, given, args)
	}
	if missing := tape.player.Missing(); err == nil && len(missing) > 0 {
		p.say("dns01: %s", notInRecording(missing))
	}
	return status, err
}

// notInRecording says what was asked in vain, the first few by name.
func notInRecording(missing []string) string {
	const few = 3
	s, more := "question is", ""
	if len(missing) > 1 {
		s = "questions are"
	}
	if n := len(missing) - few; n > 0 {
		missing, more = missing[:few], fmt.Sprintf(" and %d more", n)
		return fmt.Sprintf("%d %s not in the recording: %s%s", n+few, s, strings.Join(missing, ", "), more)
	}
	return fmt.Sprintf("%d %s not in the recording: %s", len(missing), s, strings.Join(missing, ", "))
}

// readRecording reads a file, or the standard input for "-". The error is a
// usageError.
func (p *program) readRecording(name string) (*recording.Recording, error) {
	rec, err := p.parseRecording(name)
	if name == "-" {
		name = "the standard input"
	}
	if _, ok := errors.AsType[*recording.SyntaxError](err); ok {
		return nil, usagef("%s, %v", name, err)
	}
	if err != nil {
		return nil, usagef("%s cannot be read: %s", name, reason(err))
	}
	return rec, nil
}

func (p *program) parseRecording(name string) (*recording.Recording, error) {
	if name == "-" {
		return recording.Read(p.stdin)
	}
	file, err := openInput(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return recording.Read(io.Reader(file))
}

// again gives a command the recorded flags, those of args after them, and the
// recorded names, as if it had been called with them.
func (p *program) again(f *flags, rec *recording.Recording, given *replayFlags, args []string) error {
	for _, flag := range rec.Flags {
		name, _, ok := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
		if !ok || !slices.Contains(keptFlags, name) {
			return usagef("the recording was made with %q, which this dns01 does not know; use a newer one", flag)
		}
		if f.Lookup(name) == nil || overridden(given.FlagSet, name) {
			continue
		}
		if err := f.parse([]string{flag}); err != nil {
			return err
		}
	}
	if f.Lookup("value") != nil && !given.Changed("value") && !given.Changed("token") {
		for _, v := range rec.Values {
			f.values = append(f.values, strings.TrimPrefix(v.Name+"="+v.TXT, "="))
			if v.Token+v.Thumbprint != "" {
				f.comesFrom(v.TXT, check.Source{Token: v.Token, Thumbprint: v.Thumbprint})
			}
		}
	}
	if err := f.parse(args); err != nil {
		return err
	}
	if err := f.readEnv(p.env, ownVariables); err != nil {
		return err
	}
	f.command = rec.Command // a recording of a replay is one of the same command
	return f.parse(append([]string{"--"}, rec.Names...))
}

// overridden reports whether a flag was given that takes another's place.
func overridden(given *pflag.FlagSet, name string) bool {
	for _, group := range [][]string{{"ipv4", "ipv6"}, {"no-probe", "probe"}} {
		if slices.Contains(group, name) && slices.ContainsFunc(group, given.Changed) {
			return true
		}
	}
	return given.Changed(name)
}

// A threaded recording is one ready to be played.
type threadedTape struct {
	rec       *recording.Recording
	player    *recording.Player
	look      recording.Look
	world     world
	resolvers []survey.Resolver
}

// threaded makes a world of a look of a recording: of the last whole one
// unless a number is given.
func threaded(rec *recording.Recording, number int) (*threadedTape, error) {
	n := number - 1
	if number == 0 {
		n = len(rec.Looks) - 1
		for n > 0 && rec.Looks[n].Part {
			n--
		}
	}
	if len(rec.Looks) == 0 {
		return nil, usagef("nothing was asked in this recording: the run ended before")
	}
	if n < 0 || n >= len(rec.Looks) {
		return nil, usagef("--look %d is not in the recording, which has %d", number, len(rec.Looks))
	}
	judged, err := judgedBefore(rec)
	if err != nil {
		return nil, err
	}
	t := &threadedTape{rec: rec, look: rec.Looks[n], player: recording.NewPlayer(&rec.Looks[n])}
	at := rec.Started.Add(t.look.At)
	var cs []cache
	for _, r := range rec.Resolvers {
		s := survey.Resolver{Name: r.Name, Addr: r.Addr, Local: r.Local, Transport: r.Transport, Around: r.Around}
		switch r.Transport {
		case resolver.DoT, resolver.DoH:
			s.Exchanger = t.player.Exchanger(r.Name)
		default:
			cs = append(cs, cache{id: r.Name, addrs: []netip.AddrPort{r.Addr}, local: r.Local})
		}
		t.resolvers = append(t.resolvers, s)
	}
	t.world = world{
		exchanger: t.player.Exchanger(""), roots: rec.Roots, allow: rec.Allow,
		anchors: rec.Anchors, signedAt: rec.SignedAt,
		caches: func() []cache { return cs },
		madeUp: true, lab: rec.Lab, vantages: vantagesOf(t.look),
		now:  func() time.Time { return at },
		seed: &t.look.Seed, judged: judged, recall: t.player.Recall,
	}
	if rec.Lab != "" && !rec.Redacted { // once names are others, any order is better than theirs
		t.world.recall = t.player.RecallOne
	}
	return t, nil
}

// checkAgain is check in a recording. What did not probe or ask caches then
// does not now.
func (p *program) checkAgain(ctx context.Context, t *threadedTape, given *replayFlags, args []string) (int, error) {
	run, err := p.optionsAgain(ctx, t, given, args)
	if err != nil {
		return 0, err
	}
	return p.play(ctx, t.world, run)
}

// optionsAgain are those of a recorded check, with the flags of args.
func (p *program) optionsAgain(ctx context.Context, t *threadedTape, given *replayFlags, args []string) (runOptions, error) {
	f := newReplayFlags()
	if t.rec.Command != "check" && t.rec.Command != "demo" {
		f.probe, f.noCaches = "none", true
	}
	if err := p.again(f.flags, t.rec, given, args); err != nil {
		return runOptions{}, err
	}
	run, err := p.runOptions(ctx, f.checkFlags, f.Args(), t.world)
	if err == nil && f.resolvers == "" && !f.noCaches {
		for i := range run.orders {
			run.orders[i].resolvers = t.resolvers
		}
	}
	return run, err
}

// lookAgain is lookup in a recording.
func (p *program) lookAgain(ctx context.Context, t *threadedTape, given *replayFlags, args []string) (int, error) {
	f := newReplayFlags()
	if err := p.again(f.flags, t.rec, given, args); err != nil {
		return 0, err
	}
	l := &lookupFlags{flags: f.flags, traced: f.verbose}
	o, err := l.optionsFor(append(f.Args(), t.rec.Type), t.world)
	if err != nil {
		return 0, err
	}
	return p.lookupIn(ctx, t.world, o)
}

// decideAgain is caa in a recording.
func (p *program) decideAgain(ctx context.Context, t *threadedTape, given *replayFlags, args []string) (int, error) {
	f := newCAAFlags()
	f.Int("look", 0, "")
	if err := p.again(f.flags, t.rec, given, args); err != nil {
		return 0, err
	}
	o, err := f.options(ctx, p, t.world)
	if err != nil {
		return 0, err
	}
	return p.decideIn(ctx, t.world, o)
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"dns01/report"
	"dns01/resolver/recording"
)

// The exit statuses of diff are those of diff(1).
const (
	statusSame      = 0
	statusDifferent = 1
)

// diffFlags are those of diff, as given.
type diffFlags struct{ *flags }

func newDiffFlags() *diffFlags {
	f := &diffFlags{flags: noFlags("diff")}
	f.StringVar(&f.format, "format", "text", "")
	f.BoolVar(&f.json, "json", false, "")
	f.BoolVarP(&f.quiet, "quiet", "q", false, "")
	f.StringVar(&f.color, "color", "auto", "")
	f.BoolVarP(&f.help, "help", "h", false, "")
	return f
}

// diff compares two runs: recordings or JSON reports.
func (p *program) diff(ctx context.Context, args []string) (int, error) {
	f := newDiffFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("diff")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	if err := f.check(); err != nil {
		return 0, err
	}
	before, after, err := p.documents(ctx, f.Args())
	if err != nil {
		return 0, err
	}
	ds := report.Differences(before, after)
	if err := p.showDiff(f, before, after, ds); err != nil {
		p.say("dns01: %v", err)
		return statusUsage, nil
	}
	if len(ds) > 0 {
		return statusDifferent, nil
	}
	return statusSame, nil
}

// check makes sense of the flags.
func (f *diffFlags) check() error {
	switch {
	case f.NArg() != 2:
		return usagef("diff compares two files, not %d; write \"dns01 diff BEFORE AFTER\"", f.NArg())
	case f.Arg(0) == "-" && f.Arg(1) == "-":
		return usagef("one of the two can be the standard input, not both")
	case f.format != "text" && f.format != "json" && f.format != "markdown":
		return usagef("%s is text, json or markdown, not %q", f.source("format"), f.format)
	case f.json && f.Changed("format") && f.format != "json" && !f.fromEnv["format"]:
		return usagef("--json and --format %s contradict each other; give one of them", f.format)
	case f.quiet && (f.json || f.format != "text"):
		return usagef("-q prints nothing, and --json and --format say how; give one of them")
	case f.color != "auto" && f.color != "always" && f.color != "never":
		return usagef("%s is auto, always or never, not %q", f.source("color"), f.color)
	}
	return nil
}

func (p *program) showDiff(f *diffFlags, before, after report.Document, ds []report.Difference) error {
	switch {
	case f.quiet:
		return nil
	case f.json || f.format == "json":
		return delivered(report.DiffJSON(p.stdout, before, after, ds))
	case f.format == "markdown":
		return delivered(report.DiffMarkdown(p.stdout, before, after, ds))
	}
	return delivered(report.DiffText(p.stdout, before, after, ds, p.textOptions(settings{color: f.color})))
}

// documents reads both files, side by side: a recording takes as long as its
// run took.
func (p *program) documents(ctx context.Context, files []string) (before, after report.Document, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { before, err = p.document(ctx, files[0]); return err })
	g.Go(func() (err error) { after, err = p.document(ctx, files[1]); return err })
	return before, after, g.Wait()
}

// document reads a report, or judges a recording again. The error is a
// usageError.
func (p *program) document(ctx context.Context, name string) (report.Document, error) {
	var in io.Reader = p.stdin
	if name != "-" {
		file, err := openInput(name)
		if err != nil {
			return report.Document{}, usagef("%s cannot be read: %s", name, reason(err))
		}
		defer file.Close()
		in = file
	}
	b := bufio.NewReader(in)
	first, err := b.Peek(1)
	switch {
	case errors.Is(err, io.EOF):
		return report.Document{}, usagef("%s is empty; it should hold a recording or a JSON report", name)
	case err != nil:
		return report.Document{}, usagef("%s cannot be read: %s", name, reason(err))
	case bytes.ContainsAny(first, "{ \t\r\n[\""):
		d, err := report.ReadDocument(name, b)
		if err != nil {
			return d, usagef("%s cannot be compared: %v", name, err)
		}
		return d, nil
	}
	rec, err := recording.Read(b)
	if err != nil {
		return report.Document{}, usagef("%s, %v", name, err)
	}
	r, err := p.judgeAgain(ctx, name, rec)
	return report.DocumentOf(name, r), err
}

// judgeAgain is the report on a recording as check would make it.
func (p *program) judgeAgain(ctx context.Context, name string, rec *recording.Recording) (report.Report, error) {
	if rec.Command == "lookup" || rec.Command == "caa" {
		return report.Report{}, usagef("%s is a recording of %s; diff compares those of check, wait and plan", name, rec.Command)
	}
	t, err := threaded(rec, 0)
	if err != nil {
		return report.Report{}, err
	}
	run, err := p.optionsAgain(ctx, t, newReplayFlags(), nil)
	if err != nil {
		return report.Report{}, err
	}
	if len(run.orders) != 1 {
		return report.Report{}, usagef("%s holds %d orders; diff compares one with one", name, len(run.orders))
	}
	o := run.orders[0]
	if rec.Lab == "" {
		o.order.Now = t.world.now()
	}
	r := p.look(ctx, t.world, o)
	if missing := t.player.Missing(); len(missing) > 0 {
		p.say("dns01: %s: %s", name, notInRecording(missing))
	}
	return r, nil
}

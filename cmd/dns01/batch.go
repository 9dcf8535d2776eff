package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"dns01/check"
	"dns01/report"
	"dns01/testdata"
)

// batchFlags are those of check that have a meaning for many orders, and its
// own.
type batchFlags struct {
	*flags
	natsFlags
	lostAfter string
	shard     string
	failOn    string
	jobs      int
	inOrder   bool
	full      bool
	output    string
	resume    bool
	input     string
	scenario  string
}

// eachOrder are flags of check that say what one order is about.
var eachOrder = []string{"value", "token", "thumbprint", "file", "resolvers", "no-caches", "json", "format", "record", "redact", "what-if", "vantage", "vantage-budget"}

func newBatchFlags() *batchFlags {
	all := newFlags("batch")
	some := noFlags("batch").FlagSet
	all.VisitAll(func(x *pflag.Flag) {
		if !slices.Contains(eachOrder, x.Name) {
			some.AddFlag(x)
		}
	})
	all.FlagSet = some
	all.resolvers = "none"
	all.probe, all.Lookup("probe").DefValue = "none", "none"

	f := &batchFlags{flags: all}
	f.IntVar(&f.jobs, "jobs", 64, "")
	f.BoolVar(&f.inOrder, "in-order", false, "")
	f.BoolVar(&f.full, "full", false, "")
	f.StringVarP(&f.output, "output", "o", "", "")
	f.BoolVar(&f.resume, "resume", false, "")
	f.StringVar(&f.input, "input", "", "")
	f.StringVar(&f.scenario, "demo", "", "")
	f.StringVar(&f.failOn, "fail-on", "error,unknown", "")
	f.StringVar(&f.shard, "shard", "", "")
	f.StringVar(&f.url, "nats", "", "")
	f.StringVar(&f.lostAfter, "lost-after", "15s", "")
	f.defineNATS(f.FlagSet)
	return f
}

// batch judges many orders and writes one JSON line for each.
func (p *program) batch(ctx context.Context, args []string) (int, error) {
	f := newBatchFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("batch")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	w, err := p.batchWorld(f)
	if err != nil {
		return 0, err
	}
	o, err := p.batchOptions(ctx, f, w)
	if err != nil {
		return 0, err
	}
	return p.runBatch(ctx, w, o)
}

// batchOptions are what all orders of a batch have in common.
type batchOptions struct {
	start
	settings
	order   check.Order // without values
	file    string      // "-" is the standard input
	input   string
	jobs    int
	inOrder bool
	full    bool
	output  string // "" is the standard output
	resume  bool
	dated   bool // --now was given
	limit   limit
	shard   shard
	fleet   *fleetOptions // nil: orders are judged here
}

// batchWorld is the Internet, or one of the lab's.
func (p *program) batchWorld(f *batchFlags) (world, error) {
	if f.scenario == "" {
		return p.world, nil
	}
	if !slices.Contains(testdata.Scenarios(), f.scenario) {
		return world{}, usagef(`there is no world %q%s; "dns01 demo --list" lists those there are`, f.scenario, didYouMean(f.scenario, testdata.Scenarios()))
	}
	s, err := scenario(f.scenario)
	if err != nil {
		return world{}, err
	}
	return labWorld(s)
}

func (p *program) batchOptions(ctx context.Context, f *batchFlags, w world) (o batchOptions, err error) {
	o = batchOptions{input: f.input, jobs: f.jobs, inOrder: f.inOrder, full: f.full, output: f.output, resume: f.resume, dated: f.now != ""}
	if o.settings, err = f.settings(); err != nil {
		return o, err
	}
	if o.order, err = p.order(ctx, f.flags, nil, w); err != nil {
		return o, err
	}
	if o.start, err = f.start(w); err != nil {
		return o, err
	}
	if o.limit, err = f.readLimit(f.failOn); err != nil {
		return o, err
	}
	if o.shard, err = f.share(); err != nil {
		return o, err
	}
	if o.fleet, err = p.fleetOptions(ctx, f, w); err != nil {
		return o, err
	}
	switch f.NArg() {
	case 0:
		o.file = "-"
	case 1:
		o.file = f.Arg(0)
	default:
		return o, usagef("batch reads one list, not %q as well; for names use \"dns01 check\"", f.Arg(1))
	}
	switch {
	case o.jobs < 1 || o.jobs > 10_000:
		return o, usagef("--jobs %d is not a number of orders at once, 1 to 10000", o.jobs)
	case o.resume && o.output == "":
		return o, usagef("--resume goes on with a file of results; name it with --output FILE")
	case o.resume && o.file == "-":
		return o, usagef("--resume needs to read the list from the beginning; name its file instead of the standard input")
	case o.input != "" && !slices.Contains(orderForms, o.input):
		return o, usagef("--input is %s, not %q", strings.Join(orderForms, ", "), o.input)
	}
	return o, nil
}

// runBatch reads orders, judges them side by side, and writes what was found.
func (p *program) runBatch(ctx context.Context, w world, o batchOptions) (int, error) {
	in, size, err := p.openOrders(o)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	b, err := p.newBatch(ctx, w, o)
	switch {
	case err != nil && ctx.Err() != nil:
		return p.interrupted(0, o), nil
	case err != nil:
		return 0, err
	}
	if b.fleet != nil {
		defer b.fleet.close(ctx)
	}
	return b.judgeAll(ctx, in, size)
}

// newBatch is a batch that has not begun, with its results open.
func (p *program) newBatch(ctx context.Context, w world, o batchOptions) (b *batch, err error) {
	b = &batch{judging: p.judging(w, o.start, o.settings), o: o, limit: newGovernor(o.jobs)}
	if o.fleet != nil {
		if b.fleet, err = p.openFleet(ctx, &b.o); err != nil {
			return nil, err
		}
		b.limit = newCrew(b.o.jobs)
	}
	if b.out, b.done, err = p.openResults(o); err != nil && b.fleet != nil {
		b.fleet.close(ctx)
	}
	b.worst = b.statusBefore()
	return b, err
}

// judgeAll judges the list, which has so many octets, and closes the results.
func (b *batch) judgeAll(ctx context.Context, in io.Reader, size int64) (int, error) {
	b.progress = b.p.newBatchProgress(b.o, size)
	err := b.run(ctx, newOrderReader(in, b.o))
	if errors.Is(err, emptyList) {
		return 0, errors.Join(b.out.discard(), err)
	}
	b.progress.end(b.sum)
	if errors.Is(err, errReaderGone) {
		b.p.say("dns01: %v; stopped after %s", errReaderGone, plural(b.sum.Orders, "order"))
		return statusUnknown, errors.Join(b.out.Close(), b.o.timeline.write())
	}
	if err := errors.Join(err, b.out.Close(), b.o.timeline.write()); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return b.p.interrupted(b.sum.Orders, b.o), nil
	}
	return b.status(), nil
}

// interrupted tells of a batch that was told to end after so many orders.
func (p *program) interrupted(orders int, o batchOptions) int {
	p.say("dns01: interrupted after %s; %s", plural(orders, "order"), goOn(o))
	return statusUnknown
}

// goOn says how an interrupted batch is continued.
func goOn(o batchOptions) string {
	if o.output == "" || o.file == "-" {
		return "with a list in a file and --output FILE, --resume goes on where a batch was"
	}
	return "--resume goes on from there"
}

// judge looks at one order.
func (b *batch) judge(ctx context.Context, q orderLine) result {
	if q.err != nil {
		return result{orderLine: q}
	}
	order := b.o.order
	if !b.o.dated {
		order.Now = b.p.now()
	}
	order.Values, order.Sources = q.values, q.sources
	if q.account != "" {
		order.Account = q.account
	}
	r := result{orderLine: q}
	r.report = b.p.spare(q.names, order, func() report.Report {
		if b.fleet != nil {
			r = b.judgeElsewhere(ctx, q)
		} else {
			r = b.judging.judge(ctx, q, order, terms{b.o.deadline, b.o.probes})
		}
		return r.report
	})
	return r
}

// openOrders opens the list. The size is 0 where it is not known.
func (p *program) openOrders(o batchOptions) (io.ReadCloser, int64, error) {
	if o.file == "-" {
		if f := fileOf(p.stdin); f != nil && screenOf(f).terminal && !o.quiet {
			p.say("dns01: reading the list from the terminal, an order a line; Ctrl-D ends it")
		}
		return io.NopCloser(p.stdin), 0, nil
	}
	f, err := openInput(o.file)
	if errors.Is(err, errFolder) {
		return nil, 0, usagef("%s is a folder; name a file with an order a line", o.file)
	}
	if err != nil {
		return nil, 0, usagef("the list %s cannot be read: %s", o.file, reason(err))
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return f, 0, nil
	}
	return f, info.Size(), nil
}

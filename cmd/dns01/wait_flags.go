package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// waitFlags are those of wait, as given.
type waitFlags struct {
	*flags
	total, interval string
	settle          int
	then            string
	hook            string // --print-hook
	scenario        string // --demo
}

// withoutMeaning are flags of check that a wait does not have: it asks no
// cache, which would plant a denial there, and probes nothing.
var withoutMeaning = []string{"resolvers", "no-caches", "no-probe", "probe", "what-if", "vantage", "vantage-budget"}

// newWaitFlags are those of check that have a meaning here, and its own.
func newWaitFlags() *waitFlags {
	all := newFlags("wait")
	all.defineNameFiles()
	some := noFlags("wait").FlagSet
	all.VisitAll(func(x *pflag.Flag) {
		if !slices.Contains(withoutMeaning, x.Name) {
			some.AddFlag(x)
		}
	})
	all.FlagSet = some
	all.resolvers, all.probe = "none", "none"

	f := &waitFlags{flags: all}
	f.StringVar(&f.total, "for", "10m", "")
	f.StringVar(&f.interval, "interval", "2s", "")
	f.IntVar(&f.settle, "settle", 2, "")
	f.StringVar(&f.then, "then", "", "")
	f.StringVar(&f.hook, "print-hook", "", "")
	f.StringVar(&f.scenario, "demo", "", "")
	return f
}

// parseWait reads the arguments: flags, then either names or what a client
// passes to its hook, where "-" at the beginning of a value makes no flag.
func parseWait(args []string) (*waitFlags, *hookCall, error) {
	f := newWaitFlags()
	f.SetInterspersed(false)
	if err := f.parse(args); err != nil {
		return nil, nil, err
	}
	h, err := hookFromArgs(f.Args())
	if h != nil || err != nil {
		return f, h, err
	}
	f = newWaitFlags()
	return f, nil, f.parse(args)
}

// given reports whether the arguments or the environment name something to
// wait for.
func (f *waitFlags) given() bool {
	return f.NArg()+len(f.values)+len(f.tokens) > 0 || f.namesElsewhere() || f.scenario != ""
}

// waitOptions are flags and names that make sense.
type waitOptions struct {
	options
	total       time.Duration
	first, long time.Duration // pauses: the shortest, and the longest
	settle      int
	either      bool // see hookCall
	dated       bool // --now is given: the order is judged as of then
	jsonl       bool
	then        string
}

// longestPause is how long a wait does not look when nothing moves.
const longestPause = 30 * time.Second

// maxSettle keeps the confirmation of a wait within reason.
const maxSettle = 100

// options makes sense of flags, names and what a hook told. The error is a
// usageError.
func (f *waitFlags) options(ctx context.Context, p *program, names []string, h *hookCall, w world) (o waitOptions, err error) {
	if f.format == "jsonl" {
		o.jsonl, f.format = true, "json"
	}
	if h != nil {
		names = h.names
	}
	if o.options, err = p.options(ctx, f.flags, names, w); err != nil {
		return o, err
	}
	if h != nil {
		o.order.Values, o.seek, o.either = h.values, h.values, h.either
		o.order.Sources = h.sources
	}
	o.dated, o.then = f.now != "", f.then
	if o.total, err = f.duration("for", f.total); err != nil {
		return o, err
	}
	if o.first, err = f.duration("interval", f.interval); err != nil {
		return o, err
	}
	o.long = max(o.first, longestPause)
	if o.settle = f.settle; o.settle < 1 || o.settle > maxSettle {
		return o, usagef("%s %d makes no sense; it is how many looks in a row have to pass, from 1 to %d", f.source("settle"), f.settle, maxSettle)
	}
	return o, everyNameHasValue(o.options)
}

// everyNameHasValue wants something to wait for.
func everyNameHasValue(o options) error {
	if len(o.order.Values[""]) > 0 {
		return nil
	}
	var without []string
	for _, n := range o.names {
		if len(o.order.Values[n]) == 0 {
			without = append(without, n)
		}
	}
	switch len(without) {
	case 0:
		return nil
	case len(o.names):
		return usagef(`there is nothing to wait for; give the TXT value with --value, or let a client call this as its hook ("dns01 help wait")`)
	}
	return usagef("there is no value for %s to wait for; give one with --value %s=TXT", strings.Join(without, ", "), without[0])
}

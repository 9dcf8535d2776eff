package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"dns01/check"
	"dns01/resolver/lab"
)

// tuiFlags are those of tui, as given.
type tuiFlags struct {
	*flags
	demo         string // scenario, "" for the world outside
	replay       string // file of a recording, ""
	ascii, mouse bool
}

// noUseOnScreen are flags of check that say what is printed.
var noUseOnScreen = []string{"format", "json", "verbose", "quiet", "record", "trace", "what-if"}

// newTUIFlags are those of check that have a meaning here, and its own.
func newTUIFlags() *tuiFlags {
	all := newFlags("tui")
	some := noFlags("tui").FlagSet
	all.VisitAll(func(x *pflag.Flag) {
		if !slices.Contains(noUseOnScreen, x.Name) {
			some.AddFlag(x)
		}
	})
	all.FlagSet = some
	f := &tuiFlags{flags: all}
	f.StringVar(&f.demo, "demo", "", "")
	f.Lookup("demo").NoOptDefVal = showcase
	f.StringVar(&f.replay, "replay", "", "")
	f.BoolVar(&f.ascii, "ascii", false, "")
	f.BoolVar(&f.mouse, "mouse", false, "")
	return f
}

// inDemo is the scenario that --demo means, which may stand after it as a word
// of its own.
func (f *tuiFlags) inDemo() (*lab.Scenario, error) {
	name, words := f.demo, f.Args()
	if len(words) > 0 && name == showcase {
		name, words = words[0], words[1:]
	}
	if len(words) > 0 {
		return nil, usagef("--demo plays one world as it is, not %q as well", words[0])
	}
	var wrong error
	f.Visit(func(x *pflag.Flag) {
		if slices.Contains(foreign, x.Name) && !f.fromEnv[x.Name] {
			wrong = usagef("%s has no meaning with --demo: its world brings its own; leave it out", dashed(x))
		}
	})
	if wrong != nil {
		return nil, wrong
	}
	return scenario(name)
}

// valueReader reads an expected value as --value does.
func (f *tuiFlags) valueReader(names []string) func(string) (string, string, error) {
	return func(text string) (string, string, error) {
		name, value, err := f.named("value", strings.TrimSpace(text), names)
		return name, digested(value), err
	}
}

// accepts checks an order as the flags of its parts are checked.
func (f *tuiFlags) accepts(o check.Order) error {
	g := *f.flags
	g.account, g.challenge, g.values, g.tokens = o.Account, o.Challenge, nil, nil
	for _, vs := range o.Values {
		g.values = append(g.values, vs...)
	}
	if err := g.checkChallenge(); err != nil {
		return err
	}
	return g.checkAccount()
}

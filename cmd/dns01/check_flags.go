package main

import (
	"fmt"
	"slices"

	"github.com/spf13/pflag"
)

// checkFlags are those of check and demo, as given: newFlags, and what the report
// is written as.
type checkFlags struct {
	*flags
	outputs  []string
	failOn   string
	nagios   bool
	scenario string // --demo; demo itself names it otherwise
}

// fixedByWorld are the flags that say what a made-up world brings itself.
var fixedByWorld = []string{"root-hints", "trust-anchor", "allow-private", "vantage-budget"}

// newCheckFlags defines them all.
func newCheckFlags(command string) *checkFlags {
	f := &checkFlags{flags: newFlags(command)}
	f.StringArrayVar(&f.outputs, "output", nil, "")
	f.StringVar(&f.failOn, "fail-on", "error,unknown", "")
	f.BoolVar(&f.nagios, "nagios", false, "")
	f.defineNameFiles()
	if command == "check" {
		f.StringVar(&f.scenario, "demo", "", "")
	}
	return f
}

// world is the one that --demo names, with the names that it is about when no
// others are given; or the one at hand.
func (f *checkFlags) world(w world, names []string) (world, []string, error) {
	if f.scenario == "" {
		return w, names, nil
	}
	var wrong error
	f.Visit(func(x *pflag.Flag) {
		if slices.Contains(fixedByWorld, x.Name) && !f.fromEnv[x.Name] {
			wrong = usagef("%s has no meaning with --demo: its world brings its own; leave it out", dashed(x))
		}
	})
	if wrong != nil {
		return w, nil, wrong
	}
	f.rootHints, f.trustAnchors, f.allowPrivate, f.vantageBudget = "", nil, false, "" // from the environment
	s, err := scenario(f.scenario)
	if err != nil {
		return w, nil, err
	}
	if w, err = labWorld(s); err != nil || len(names) > 0 || f.namesElsewhere() {
		return w, names, err
	}
	d := demoFlags()
	if err := d.parse(s.Target); err != nil {
		return w, nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	if len(f.values)+len(f.tokens) == 0 {
		f.values, f.tokens, f.thumbprint = d.values, d.tokens, d.thumbprint
	}
	return w, d.Args(), nil
}

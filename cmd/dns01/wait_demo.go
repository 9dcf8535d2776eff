package main

import (
	"fmt"
	"slices"

	"github.com/spf13/pflag"
)

// inLab is the world of a scenario, for a command that has --demo. What the
// flags say of the real world has no meaning there.
func (f *flags) inLab(name string) (world, []string, error) {
	var wrong error
	f.Visit(func(x *pflag.Flag) {
		if slices.Contains(foreign, x.Name) && !f.fromEnv[x.Name] {
			wrong = usagef("%s has no meaning with --demo: its world brings its own; leave it out", dashed(x))
		}
	})
	if wrong != nil {
		return world{}, nil, wrong
	}
	f.file, f.rootHints, f.trustAnchors, f.allowPrivate = "", "", nil, false // from the environment
	s, err := scenario(name)
	if err != nil {
		return world{}, nil, err
	}
	w, err := labWorld(s)
	return w, s.Target, err
}

// inDemo is the world that --demo names. Without names of its own the wait is
// for what the scenario's command line asks of it.
func (f *waitFlags) inDemo() (world, []string, error) {
	w, target, err := f.inLab(f.scenario)
	if err != nil || f.NArg() > 0 || f.namesElsewhere() {
		return w, f.Args(), err
	}
	d := demoFlags()
	if err := d.parse(target); err != nil {
		return w, nil, fmt.Errorf("scenario %s: %w", f.scenario, err)
	}
	if len(f.values)+len(f.tokens) == 0 {
		f.values, f.tokens, f.thumbprint = d.values, d.tokens, d.thumbprint
	}
	return w, d.Args(), nil
}

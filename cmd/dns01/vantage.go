package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/globalping"
	"dns01/resolver/vantage/openmpic"
	"dns01/resolver/vantage/web"
)

// An engine is a kind of vantage that --vantage can name.
type engine struct {
	name string
	form string // how to write it
	// make makes one of what stands behind "=", "" for nothing. The error is
	// a clause that says what to write instead.
	make func(p *program, f *flags, at string) (vantage.Vantage, error)
	// lab says that it may be asked of a made-up world: who answers there may
	// see one too.
	lab bool
}

// engines are all there are, in the order in which help names them.
func engines() []engine {
	return []engine{
		{name: "nats", form: "nats=URL", make: natsVantage, lab: true},
		{name: "open-mpic", form: "open-mpic=URL", make: (*program).openMPIC},
		{name: "globalping", form: "globalping[=PLACES]", make: (*program).globalping},
	}
}

// named reports whether all that is wished for is this engine.
func (e engine) named(args []string) bool {
	return !slices.ContainsFunc(args, func(arg string) bool { name, _, _ := strings.Cut(arg, "="); return name != e.name })
}

// openMPIC is the coordinator at a URL. The header with its key comes from the
// environment: a command line can be read by every process.
func (p *program) openMPIC(f *flags, at string) (vantage.Vantage, error) {
	return openmpic.New(at, p.env("DNS01_OPEN_MPIC_HEADER"), p.webOptions(f))
}

// globalping is Globalping, asked from places. Its address is another one in
// tests alone.
func (p *program) globalping(f *flags, at string) (vantage.Vantage, error) {
	budget, err := f.budget()
	if err != nil {
		return nil, err
	}
	return globalping.New(cmp.Or(p.globalpingAPI, globalping.API), at, globalping.Options{
		Token: p.env("DNS01_GLOBALPING_TOKEN"), Budget: budget, Web: p.webOptions(f),
	})
}

// budget reads --vantage-budget; 0 is as many tests as an hour gives.
func (f *flags) budget() (int, error) {
	if f.vantageBudget == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(f.vantageBudget)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0, usagef("%s is how many tests may be spent, such as 100, not %q", f.source("vantage-budget"), f.vantageBudget)
	}
	return n, nil
}

func (p *program) webOptions(f *flags) web.Options {
	return web.Options{AllowPrivate: f.allowPrivate, TLS: p.tls}
}

// vantages reads --vantage. The error is a usageError.
func (p *program) vantages(f *flags, w world) ([]vantage.Vantage, error) {
	if len(f.vantage) == 0 && f.Changed("vantage-budget") && !f.fromEnv["vantage-budget"] {
		return nil, usagef("--vantage-budget says what --vantage globalping may spend; give that beside it")
	}
	if w.madeUp && len(f.vantage) > 0 {
		if f.fromEnv["vantage"] {
			return nil, nil
		}
		if !slices.ContainsFunc(engines(), func(e engine) bool { return e.lab && e.named(f.vantage) }) {
			return nil, usagef("--vantage has no meaning where the world is made up: nobody elsewhere sees it; leave it out")
		}
	}
	var all []vantage.Vantage
	for _, arg := range f.vantage {
		v, err := p.vantage(f, arg)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// vantage makes one of its text.
func (p *program) vantage(f *flags, arg string) (vantage.Vantage, error) {
	name, at, _ := strings.Cut(arg, "=")
	var names, forms []string
	for _, e := range engines() {
		if e.name == name {
			v, err := e.make(p, f, at)
			if wrong, ok := errors.AsType[usageError](err); ok {
				return nil, wrong
			} else if err != nil {
				return nil, usagef("%s %s %v", f.source("vantage"), e.name, err)
			}
			return v, nil
		}
		names, forms = append(names, e.name), append(forms, e.form)
	}
	hint := didYouMean(name, names)
	if hint == "" {
		hint = "; write one of " + strings.Join(forms, ", ")
	}
	return nil, usagef("%s %.40q is no engine that is known%s", f.source("vantage"), name, hint)
}

// lookElsewhere asks the vantages of a world and of the options what they see,
// and adds it to the survey. What that spends is told first.
func (p *program) lookElsewhere(ctx context.Context, w world, o options, s *survey.Survey) {
	all := o.vantages
	if len(all) == 0 { // a made-up world has places of its own, unless others are asked
		all = w.vantages
	}
	if len(all) == 0 {
		return
	}
	t := vantage.Target{Survey: s, Values: o.order.Values, Challenge: o.order.Challenge, Account: o.order.Account}
	if o.order.CA != nil {
		t.Issuers = o.order.CA.Identities
	}
	for _, v := range all {
		if cost := v.Cost(t); cost != "" && !o.quiet && ctx.Err() == nil {
			p.say("dns01: asking %s: %s", v.Name(), cost)
		}
	}
	vantage.Look(ctx, t, all)
}

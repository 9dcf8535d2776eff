package main

import (
	"strings"
	"time"

	"dns01/resolver/lab"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/nats"
)

// agentFlags are those of agent, as given.
type agentFlags struct {
	*flags
	natsFlags
	perspective, rir, drain string
	jobs                    int
	scenario                string
}

func newAgentFlags() *agentFlags {
	f := &agentFlags{flags: noFlags("agent")}
	f.StringVar(&f.url, "nats", "", "")
	f.StringVar(&f.perspective, "perspective", "", "")
	f.StringVar(&f.rir, "rir", "", "")
	f.IntVar(&f.jobs, "jobs", 16, "")
	f.StringVar(&f.drain, "drain", "25s", "")
	f.defineNATS(f.FlagSet)
	f.defineAsking()
	f.StringVar(&f.pace, "pace", "100/s", "")
	f.StringVar(&f.scenario, "demo", "", "")
	f.BoolVarP(&f.verbose, "verbose", "v", false, "")
	f.BoolVarP(&f.quiet, "quiet", "q", false, "")
	f.BoolVarP(&f.help, "help", "h", false, "")
	f.deadline, f.format, f.color, f.probe = "30s", "text", "never", "none"
	return f
}

// agentOptions are flags that make sense.
type agentOptions struct {
	nats        nats.Options
	perspective string
	rir         string
	jobs        int
	drain       time.Duration
	start
	settings
}

// options makes sense of the flags, for a world. The error is a usageError.
func (f *agentFlags) options(w world) (o agentOptions, err error) {
	o.perspective, o.jobs = f.perspective, f.jobs
	if f.NArg() > 0 {
		return o, usagef("an agent takes no names, such as %q: those come over NATS", f.Arg(0))
	}
	if f.url == "" {
		return o, usagef("--nats URL is missing: the NATS server that requests come from, such as nats://nats.example.net:4222")
	}
	if o.nats, err = f.natsOptions(f.natsFlags); err != nil {
		return o, err
	}
	if f.perspective == "" {
		return o, usagef("--perspective NAME is missing: what to call this place, such as eu-west")
	}
	known := strings.Join(vantage.Registries(), ", ")
	if f.rir == "" {
		return o, usagef("--rir is missing: the internet registry of the region that this agent stands in, one of %s", known)
	}
	if o.rir = vantage.Registry(f.rir); o.rir == "" {
		return o, usagef("%s %q is no regional internet registry; those are %s", f.source("rir"), f.rir, known)
	}
	if err := (&nats.Agent{Perspective: f.perspective, RIR: o.rir}).Check(); err != nil {
		return o, usagef("%s: %s", f.source("perspective"), err)
	}
	if f.jobs < 1 || f.jobs > 1000 {
		return o, usagef("--jobs %d is not a number of requests at once, 1 to 1000", f.jobs)
	}
	if o.drain, err = f.duration("drain", f.drain); err != nil {
		return o, err
	}
	if o.settings, err = f.settings(); err != nil {
		return o, err
	}
	o.start, err = f.start(w)
	return o, err
}

// world is the one that --demo names, or the one at hand. A made-up world that
// has a place of the agent's name is seen from there.
func (f *agentFlags) world(w world) (world, error) {
	if f.scenario == "" {
		return w, nil
	}
	w, _, err := f.inLab(f.scenario)
	if err != nil {
		return w, err
	}
	if l, ok := w.exchanger.(*lab.World); ok {
		for _, p := range l.Perspectives() {
			if p.Name == f.perspective {
				w.exchanger = p
			}
		}
	}
	return w, nil
}

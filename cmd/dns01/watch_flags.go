package main

import (
	"context"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"dns01/cmd/dns01/internal/watch"
)

// watchFlags are those of batch that have a meaning for looks without end,
// and its own.
type watchFlags struct {
	*flags
	interval     string
	jobs         int
	most         int
	damping      int
	unknownAfter string
	listen       string
	hosts        []string
	webhook      string
	private      bool
	onChange     string
	state        string
	input        string
	scenario     string
}

// eachLook are flags of check that say what one look is about, or how it ends.
var eachLook = append([]string{"now", "strict", "trace", "color"}, eachOrder...)

func newWatchFlags() *watchFlags {
	all := newFlags("watch")
	some := noFlags("watch").FlagSet
	all.VisitAll(func(x *pflag.Flag) {
		if !slices.Contains(eachLook, x.Name) {
			some.AddFlag(x)
		}
	})
	all.FlagSet = some
	all.resolvers = "none"
	all.probe, all.Lookup("probe").DefValue = "none", "none"

	f := &watchFlags{flags: all}
	f.StringVar(&f.interval, "interval", "1h", "")
	f.IntVar(&f.jobs, "jobs", 16, "")
	f.IntVar(&f.most, "max-orders", 10_000, "")
	f.IntVar(&f.damping, "damping", 2, "")
	f.StringVar(&f.unknownAfter, "unknown-after", "", "")
	f.StringVar(&f.listen, "listen", "127.0.0.1:9953", "")
	f.StringArrayVar(&f.hosts, "host", nil, "")
	f.StringVar(&f.webhook, "webhook", "", "")
	f.BoolVar(&f.private, "allow-private-webhook", false, "")
	f.StringVar(&f.onChange, "on-change", "", "")
	f.StringVar(&f.state, "state", "", "")
	f.StringVar(&f.input, "input", "", "")
	f.StringVar(&f.scenario, "demo", "", "")
	return f
}

// watchOptions are flags that make sense.
type watchOptions struct {
	settings
	interval time.Duration
	damping  watch.Damping
	jobs     int
	listen   string   // "" for nowhere
	hosts    []string // names that it is asked for by, besides
	sinks    []watch.Sink
	state    *stateFile // nil for none
	list     *watchedList
}

// shortestInterval is how often an order may be looked at, outside of a
// made-up world: other people's servers answer.
const shortestInterval = time.Minute

func (p *program) watchOptions(ctx context.Context, f *watchFlags) (o watchOptions, err error) {
	w, own, err := p.watchWorld(f)
	if err != nil {
		return o, err
	}
	if o.settings, err = f.settings(); err != nil {
		return o, err
	}
	if o.interval, err = f.duration("interval", f.interval); err != nil {
		return o, err
	}
	if o.damping, err = f.dampingOf(o.interval); err != nil {
		return o, err
	}
	switch o.jobs = f.jobs; {
	case o.interval < time.Second || o.interval < shortestInterval && !w.madeUp:
		return o, usagef("%s %s is too often for other people's servers; write %s or more", f.source("interval"), f.interval, shortestInterval)
	case f.jobs < 1 || f.jobs > 1000:
		return o, usagef("%s %d is not a number of looks at once, 1 to 1000", f.source("jobs"), f.jobs)
	case f.most < 1:
		return o, usagef("%s %d leaves no order; write 1 or more", f.source("max-orders"), f.most)
	}
	if o.listen, err = f.listenAt(); err != nil {
		return o, err
	}
	if o.hosts, err = f.hostNames(); err != nil {
		return o, err
	}
	if o.sinks, err = p.watchSinks(f); err != nil {
		return o, err
	}
	if o.list, err = p.watchedList(ctx, f, w, own, o); err != nil {
		return o, err
	}
	o.state, err = f.stateFile()
	return o, err
}

// watchWorld is the Internet, or one of the lab's with what is asked of it.
func (p *program) watchWorld(f *watchFlags) (world, []string, error) {
	if f.scenario == "" {
		return p.world, nil, nil
	}
	return f.inLab(f.scenario)
}

// listenAt reads --listen: an address of this host with a port, or none.
func (f *watchFlags) listenAt() (string, error) {
	if f.listen == "none" {
		if f.webhook == "" && f.onChange == "" {
			return "", usagef("%s none leaves nobody to be told; add --webhook or --on-change", f.source("listen"))
		}
		return "", nil
	}
	host, port, err := net.SplitHostPort(f.listen)
	if n, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || n > 65535 {
		return "", usagef("%s %q is not an address with a port; write 127.0.0.1:9953, or none", f.source("listen"), f.listen)
	}
	return net.JoinHostPort(host, port), nil
}

// hostNames reads --host: names of this watch, or addresses.
func (f *watchFlags) hostNames() ([]string, error) {
	if len(f.hosts) > 0 && f.listen == "none" {
		return nil, usagef("%s is a name to answer to, and --listen none answers nobody; leave one of them out", f.source("host"))
	}
	for _, name := range f.hosts {
		if name == "" || strings.ContainsAny(name, " /@*") {
			return nil, usagef("%s %q is not the name of a host; write it as the proxy in front passes it on, such as watch.example.net", f.source("host"), name)
		}
	}
	return f.hosts, nil
}

// watchSinks are where changes are told.
func (p *program) watchSinks(f *watchFlags) (sinks []watch.Sink, err error) {
	if f.private && f.webhook == "" {
		return nil, usagef("%s says where --webhook may go, and there is none; leave it out", f.source("allow-private-webhook"))
	}
	if f.webhook != "" {
		h, err := watch.NewWebhook(f.webhook, f.private)
		if err != nil {
			return nil, usagef("%s cannot be used: %v", f.source("webhook"), err)
		}
		h.Authorization = p.env("DNS01_WEBHOOK_AUTHORIZATION")
		h.Agent = p.tool().Name + "/" + p.tool().Version
		sinks = append(sinks, h.Sink())
	}
	if f.onChange == "" {
		return sinks, nil
	}
	words := strings.Fields(f.onChange)
	if len(words) == 0 {
		return nil, usagef("%s is empty; name a program, as in /etc/dns01/changed", f.source("on-change"))
	}
	if words[0], err = exec.LookPath(words[0]); err != nil {
		return nil, usagef("%s: %v; name a program that is there, no shell reads the text", f.source("on-change"), err)
	}
	return append(sinks, watch.Command{Words: words, Output: inherited(p.stderr)}.Sink()), nil
}

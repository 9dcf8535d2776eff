package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"dns01/check"
	"dns01/cmd/dns01/internal/watch"
	"dns01/report"
	"dns01/resolver"
)

// watch keeps looking at a list of orders, and serves what it sees.
func (p *program) watch(ctx context.Context, args []string) (int, error) {
	f := newWatchFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("watch")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	o, err := p.watchOptions(ctx, f)
	if err != nil {
		return 0, err
	}
	return p.runWatch(ctx, o)
}

// How long a watch may go on, once it is to end, with changes that are to be
// told, and with requests that are being answered.
const (
	graceToTell   = 5 * time.Second
	graceToAnswer = 3 * time.Second
)

// pollList is how often to see whether the list has changed, at most.
const pollList = 10 * time.Second

// runWatch watches until the context ends. That is how a service ends: it is
// no failure.
func (p *program) runWatch(ctx context.Context, o watchOptions) (int, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w, err := p.newWatch(ctx, o)
	if err != nil {
		return 0, err
	}
	server, err := p.serveWatch(w, o, stop)
	if err != nil {
		return 0, err
	}
	w.Run(ctx)
	server.end()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return 0, err
	}
	if !o.quiet {
		p.say("dns01: the watch has ended")
	}
	return statusOK, nil
}

// newWatch reads the list for the first time. Signals are heard as long as the
// context lasts.
func (p *program) newWatch(ctx context.Context, o watchOptions) (*watch.Watcher, error) {
	var hangup <-chan struct{}
	if p.hangup != nil {
		hangup = p.hangup(ctx)
	}
	c := watch.Config{
		Interval: o.interval, Deadline: o.deadline, Jobs: o.jobs, Damping: o.damping,
		Load: o.list.load, Poll: min(o.interval, pollList), Hangup: hangup,
		Sinks: o.sinks, Grace: graceToTell,
		Now: p.now, Say: func(text string) { p.say("dns01: %s", text) }, Tool: p.tool(),
	}
	if o.state != nil {
		o.state.say, o.state.quiet = c.Say, o.quiet
		var err error
		if c.State, err = o.state.load(); err != nil {
			return nil, err
		}
		c.Save = o.state.save
	}
	return watch.New(c)
}

// A watchServer answers HTTP requests. The zero value answers none.
type watchServer struct {
	http *http.Server
	done chan struct{}
}

// serveWatch begins to listen. When that ends by itself, the watch does.
func (p *program) serveWatch(w *watch.Watcher, o watchOptions, stop context.CancelCauseFunc) (watchServer, error) {
	if o.listen == "" {
		return watchServer{}, nil
	}
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return watchServer{}, usagef("--listen %s: %s; name another address or port", o.listen, listenReason(err))
	}
	s := watchServer{done: make(chan struct{}), http: &http.Server{
		Handler:           watch.NewHosts(o.listen, l.Addr(), o.hosts).Guard(w.Handler()),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       log.New(sayer{p}, "", 0),
	}}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(netutil.LimitListener(l, mostConnections)); !errors.Is(err, http.ErrServerClosed) {
			stop(fmt.Errorf("listening on %s: %w", o.listen, err))
		}
	}()
	if !o.quiet {
		p.say("dns01: watching %s every %s; http://%s/ has metrics, healthz and report/NAME", plural(o.list.size, "order"), o.interval, l.Addr())
	}
	return s, nil
}

// mostConnections is how many are answered at once.
const mostConnections = 100

func listenReason(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// end lets requests be answered that are under way, and stops.
func (s watchServer) end() {
	if s.http == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), graceToAnswer)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	<-s.done
}

// A sayer passes lines on to stderr.
type sayer struct{ p *program }

func (s sayer) Write(b []byte) (int, error) {
	s.p.say("dns01: %s", strings.TrimSpace(string(b)))
	return len(b), nil
}

// watchedOrders makes the looks that orders of a list need. They share what
// they ask as those of a batch do, for a twentieth of the interval: a look that
// confirms another comes later than that.
func (p *program) watchedOrders(w world, o batchOptions, interval time.Duration) func(orderLine) watch.Order {
	j := p.judging(w, o.start, o.settings)
	j.moves = w.now != nil
	j.memory = resolver.NewMemory(resolver.Shared, min(keepFor, interval/20), keepMost)
	orderOf := func(q orderLine) check.Order {
		order := o.order
		order.Now, order.Values = p.now(), q.values
		if q.account != "" {
			order.Account = q.account
		}
		return order
	}
	return func(q orderLine) watch.Order {
		return watch.Order{
			Identifiers: q.names,
			Mark:        fmt.Sprintf("%q %q %q", q.names, q.account, q.values),
			Look: func(ctx context.Context) report.Report {
				return j.judge(ctx, q, orderOf(q), terms{o.deadline, o.probes}).report
			},
			Unseen: func(reason string) report.Report { return p.unseen(q.names, orderOf(q), reason) },
		}
	}
}

// dampingOf makes sense of the flags.
func (f *watchFlags) dampingOf(interval time.Duration) (d watch.Damping, err error) {
	d = watch.Damping{InRow: f.damping, Unknown: 3 * interval, Most: 4, Window: 12 * interval}
	if f.damping < 1 || f.damping > 100 {
		return d, usagef("%s %d is not how often a verdict has to be seen, 1 to 100", f.source("damping"), f.damping)
	}
	if f.unknownAfter != "" {
		d.Unknown, err = f.duration("unknown-after", f.unknownAfter)
	}
	return d, err
}

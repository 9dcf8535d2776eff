package resolver

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver/defect"
)

// A Line is what shows of the way out of this host: who has been heard last.
// Clients that ask at the same time may share one. The zero value works, and it
// is safe for concurrent use.
type Line struct {
	mu    sync.Mutex
	heard map[wayOut]time.Time // when the query was sent, of those answered the last to be sent
	lost  map[wayOut]time.Time // likewise of those that were not
}

// A wayOut is one transport to the addresses of one family.
type wayOut struct {
	family    int
	transport Transport
}

// note takes in how a query ended that was sent at a time.
func (l *Line) note(q Query, at time.Time, r Reply, failure Failure) {
	w := wayOut{family(q.Server.Addr()), q.Transport}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.heard == nil {
		l.heard, l.lost = map[wayOut]time.Time{}, map[wayOut]time.Time{}
	}
	switch {
	case r.Kept: // nothing was sent
	case gone(failure) && at.After(l.lost[w]):
		l.lost[w] = at
	case (failure == "" || failure == Malformed || failure == Mismatched || failure == Closed) && at.After(l.heard[w]):
		l.heard[w] = at
	}
}

// gone reports whether a failure is what a line looks like that is dead: silence,
// or no way out any more.
func gone(f Failure) bool { return f == Timeout || f == NoRoute }

// fadedAt returns when a query was sent that was lost, after all those that were
// answered; the zero time when there is none.
func (l *Line) fadedAt(w wayOut) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost[w].After(l.heard[w]) {
		return l.lost[w]
	}
	return time.Time{}
}

// since reports whether somebody has answered a query that was sent at a time
// or later, over a transport and to an address of a family. The zero time asks
// whether anybody has.
func (l *Line) since(a netip.Addr, t Transport, at time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	heard, some := l.heard[wayOut{family(a), t}]
	return some && !heard.Before(at)
}

// A watch tells a server that is silent from a line that is dead: for all that
// a client can see of one server, they are the same. It begins with a query,
// and if nobody has answered a query of that time or later when half of the
// wait is over, it asks servers that did answer before. Where nobody has since
// the first of the queries that were lost, it asks them promptly: they have to
// be heard of what was sent when the last one was, not of what was sent later,
// when the line may be back.
type watch struct {
	c      *Client
	server netip.Addr
	over   Transport
	begun  time.Time

	stop   context.CancelFunc
	ended  chan struct{}
	silent bool // all that were asked besides
	first  bool // the first of them was
}

// promptly is soon enough, and late enough for what fails at once.
const promptly = 20 * time.Millisecond

// watch begins with a query that is about to be sent and waited for so long.
// The first one that was lost before it was sent at a time, the zero time if
// none was. Where nobody of the server's family was ever heard, the other family
// tells.
func (c *Client) watch(ctx context.Context, server netip.Addr, over Transport, timeout time.Duration, lost time.Time) *watch {
	if f := family(server); over == UDP && !c.anyAlive(f) && c.anyAlive(1-f) {
		server = unspecified[1-f]
	}
	ctx, stop := context.WithCancel(ctx)
	w := &watch{c: c, server: server, over: over, begun: time.Now(), stop: stop, ended: make(chan struct{})}
	wait := timeout / 2
	if !lost.IsZero() && !c.cfg.Line.since(server, over, lost) {
		wait = promptly
	}
	go func() {
		defer close(w.ended)
		defer defect.Catch(ctx)
		if idle(ctx, wait) {
			w.ask(ctx, timeout-wait)
		}
	}()
	return w
}

// end ends the watch, at once if the query was answered. It reports whether
// nobody is heard any more, or was not at first: then silence to the query tells
// nothing, and it is worth another one.
func (w *watch) end(answered bool) (dead, back bool) {
	if answered {
		w.stop()
	}
	<-w.ended
	w.stop()
	if answered {
		return false, false
	}
	dead = w.silent && !w.heard()
	return dead, w.first && !dead
}

func (w *watch) heard() bool { return w.c.cfg.Line.since(w.server, w.over, w.begun) }

// ask asks others, unless somebody is heard, or another watch of that time
// already does.
func (w *watch) ask(ctx context.Context, timeout time.Duration) {
	if w.heard() {
		return
	}
	x, mine := w.c.control(w)
	if mine {
		x.run(ctx, w, timeout)
	}
	select {
	case <-x.ended:
		w.silent, w.first = x.silent, x.first
	case <-ctx.Done():
	}
}

// A control is what watches have asked to find out whether the line is dead.
type control struct {
	begun  time.Time
	ended  chan struct{}
	silent bool
	first  bool
}

// control returns the one that has begun since the watch, or a new one.
func (c *Client) control(w *watch) (x *control, mine bool) {
	way := wayOut{family(w.server), w.over}
	c.mu.Lock()
	defer c.mu.Unlock()
	if x := c.watched[way]; x != nil && !x.begun.Before(w.begun) {
		return x, false
	}
	x = &control{begun: time.Now(), ended: make(chan struct{})}
	c.watched[way] = x
	return x, true
}

// run asks one server, and another when that takes half of the time.
func (x *control) run(ctx context.Context, w *watch, timeout time.Duration) {
	defer close(x.ended)
	others := w.c.controls(w.server, w.over)
	lost := make([]bool, len(others))
	var wg sync.WaitGroup
	for i, a := range others {
		if i > 0 && !idle(ctx, timeout/2) || w.heard() {
			break
		}
		left := timeout - time.Duration(i)*timeout/2
		defect.Go(ctx, &wg, func() {
			o, sent := w.c.probe(ctx, a, w.over, Probe{Name: ".", Type: dns.TypeSOA}, left, nil)
			lost[i] = gone(FailureOf(o.Err))
			if sent {
				w.c.controlled.Add(1)
			}
		})
	}
	wg.Wait()
	x.silent = len(others) > 0 && !slices.Contains(lost, false)
	x.first = len(others) > 0 && lost[0]
}

// idle lets time pass, and reports whether the context lasted.
func idle(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// unspecified are addresses of which only the family counts.
var unspecified = [2]netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}

// mostControls is how many servers are asked.
const mostControls = 2

// Controls returns how many queries were sent to find out whether the line is
// dead.
func (c *Client) Controls() int { return int(c.controlled.Load()) }

// LineFaded reports whether what was asked last over UDP was lost, to one of the
// address families that worked before.
func (c *Client) LineFaded() bool {
	return slices.ContainsFunc(unspecified[:], func(a netip.Addr) bool {
		return !c.cfg.Line.fadedAt(wayOut{family(a), UDP}).IsZero()
	})
}

// LineDied reports whether the line is dead over UDP by now: what was asked
// last was lost, to one of the address families that worked before, and so is
// what others are asked.
func (c *Client) LineDied(ctx context.Context) bool {
	dead := make([]bool, 2)
	var wg sync.WaitGroup
	for i, server := range unspecified {
		since := c.cfg.Line.fadedAt(wayOut{i, UDP})
		if since.IsZero() || ctx.Err() != nil {
			continue
		}
		defect.Go(ctx, &wg, func() {
			w := &watch{c: c, server: server, over: UDP, begun: since}
			w.ask(ctx, 2*c.cfg.Timeout)
			dead[i] = w.silent && !w.heard()
		})
	}
	wg.Wait()
	return slices.Contains(dead, true)
}

// controls are root servers of the same family: nobody is more certain to be
// there. There are none where nobody of the family was ever heard: then it is
// no line that has died.
func (c *Client) controls(server netip.Addr, t Transport) []netip.Addr {
	if t == TCP && !c.cfg.Line.since(server, t, time.Time{}) || !c.anyAlive(family(server)) {
		return nil
	}
	return c.rootsBeside(server)
}

// HearIPv6 asks root servers over IPv6 when nobody has answered over it yet.
// Servers that are silent there may be all that were asked over it, and then it
// is not known whose fault the silence is.
func (c *Client) HearIPv6(ctx context.Context) {
	const ipv6 = 1
	if c.anyAlive(ipv6) {
		return
	}
	ctx, heard := context.WithCancel(ctx)
	defer heard()
	var wg sync.WaitGroup
	for _, a := range c.rootsBeside(unspecified[ipv6]) {
		defect.Go(ctx, &wg, func() {
			o, sent := c.probe(ctx, a, UDP, Probe{Name: ".", Type: dns.TypeSOA}, 2*c.cfg.Timeout, nil)
			if sent {
				c.controlled.Add(1)
			}
			if FailureOf(o.Err) == "" {
				heard()
			}
		})
	}
	wg.Wait()
}

// rootsBeside are root servers of the same family as a server, but not itself,
// those that have answered before in front.
func (c *Client) rootsBeside(server netip.Addr) []netip.Addr {
	var all []netip.Addr
	for i := range c.cfg.Roots {
		r := c.cfg.Roots[(i+int(c.spread%uint64(len(c.cfg.Roots))))%len(c.cfg.Roots)]
		for _, a := range r.Addrs {
			if a != server && family(a) == family(server) && c.Askable(a) {
				all = append(all, a)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b netip.Addr) int {
		return cmp.Compare(c.silence(a), c.silence(b))
	})
	return all[:min(mostControls, len(all))]
}

// silence is 0 for an address that has answered before, and 1 for others.
func (c *Client) silence(a netip.Addr) int {
	if c.Heard(a) {
		return 0
	}
	return 1
}

// anyAlive reports whether an address of a family has answered before.
func (c *Client) anyAlive(f int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for a, h := range c.hosts {
		if family(a) == f && h.isAlive() {
			return true
		}
	}
	return false
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/lab"
)

// A tap is the way to a world over the sockets that are used in earnest, and
// knows what was sent.
type tap struct {
	resolver.Live

	begun time.Time

	mu      sync.Mutex
	traffic traffic
	busy    map[netip.Addr]int
}

// A traffic is what was sent: in messages, as the report counts them.
type traffic struct {
	total, caa int
	busiest    int                        // exchanges under way at one address
	sent       map[netip.Addr][]time.Time // to one address
	same       map[string]int             // by address, name and type
	told       []string                   // each exchange, where a run is told at length
}

func newTap(w *lab.World) *tap {
	return &tap{
		Live: resolver.Live{Sockets: w}, begun: time.Now(), busy: map[netip.Addr]int{},
		traffic: traffic{sent: map[netip.Addr][]time.Time{}, same: map[string]int{}},
	}
}

// begin notes an exchange that begins; the function returned, that it is over.
func (x *tap) begin(q resolver.Query) func() {
	a := q.Server.Addr()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.busy[a]++
	x.traffic.busiest = max(x.traffic.busiest, x.busy[a])
	return func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.busy[a]--
	}
}

func (x *tap) note(q resolver.Query, at time.Time, m *dns.Msg, err error) {
	if f := resolver.FailureOf(err); f == resolver.NoRoute {
		return // nothing was sent
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	t := &x.traffic
	t.total++
	asked := q.Msg.Question[0]
	if asked.Qtype == dns.TypeCAA {
		t.caa++
	}
	a := q.Server.Addr()
	t.sent[a] = append(t.sent[a], at)
	t.same[fmt.Sprint(a, " ", dns.CanonicalName(asked.Name), " ", dns.Type(asked.Qtype))]++
	if onlyChaos() {
		t.told = append(t.told, fmt.Sprintf("%8s +%-8s %s %s %s %s %s", at.Sub(x.begun), time.Since(at), q.Transport, a, asked.Name, dns.Type(asked.Qtype), becameOf(m, err)))
	}
}

// becameOf is what became of an exchange, in short.
func becameOf(m *dns.Msg, err error) string {
	if err != nil {
		return string(resolver.FailureOf(err))
	}
	return fmt.Sprintf("%s, %d records", dns.RcodeToString[m.Rcode], len(m.Answer))
}

func (x *tap) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	defer x.begin(q)()
	at := time.Now()
	r, err := x.Live.Exchange(ctx, q)
	x.note(q, at, r.Msg, err)
	return r, err
}

func (x *tap) Overhear(ctx context.Context, q resolver.Query) (netip.AddrPort, resolver.Reply, error) {
	defer x.begin(q)()
	at := time.Now()
	from, r, err := x.Live.Overhear(ctx, q)
	x.note(q, at, r.Msg, err)
	return from, r, err
}

func (x *tap) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	defer x.begin(qs[0])()
	at := time.Now()
	rs, err := x.Live.Converse(ctx, qs)
	for i := range rs {
		x.note(qs[i], at, rs[i].Msg, nil)
	}
	if len(rs) < len(qs) {
		x.note(qs[len(rs)], at, nil, err)
	}
	return rs, err
}

// chaosWorld is the lab's world of a scenario over sockets, with this host's
// clock as the mishap has it.
func chaosWorld(s *lab.Scenario, m mishap) (world, *tap, func() time.Time, error) {
	lw, err := labWorld(s)
	if err != nil {
		return world{}, nil, nil, err
	}
	w := lw.exchanger.(*lab.World)
	w.Start()
	begun := time.Now()
	clock := func() time.Time {
		now := w.Now()
		for _, s := range m.steps {
			if time.Since(begun) >= s.after {
				now = now.Add(s.by)
			}
		}
		return now
	}
	x := newTap(w)
	seed := m.seed
	lw.exchanger, lw.now, lw.seed, lw.signedAt = x, clock, &seed, time.Time{}
	return lw, x, clock, nil
}

// An ending output takes so many octets and no more.
type endingOutput struct {
	bytes.Buffer
	left int // -1: no end
	err  error
	hit  bool
}

func (o *endingOutput) Write(b []byte) (int, error) {
	if o.left < 0 || len(b) <= o.left {
		if o.left >= 0 {
			o.left -= len(b)
		}
		return o.Buffer.Write(b)
	}
	o.hit = true
	n, _ := o.Buffer.Write(b[:o.left])
	o.left = 0
	return n, o.err
}

func (m mishap) output() *endingOutput {
	o := &endingOutput{left: m.full, err: syscall.ENOSPC}
	if m.pipe {
		o.err = errors.Join(syscall.EPIPE)
	}
	return o
}

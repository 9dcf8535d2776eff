package resolver

import (
	"context"
	"maps"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pacing is how politely one server address is asked. Zero fields mean no
// such limit.
type Pacing struct {
	InFlight  int     // queries waiting for a reply at one address
	PerSecond float64 // rate once the burst is used up
	Burst     int
}

// DefaultPacing is never more than a CA itself will do, so that our own
// burst does not cause the failure we would report.
var DefaultPacing = Pacing{InFlight: 16, PerSecond: 100, Burst: 100}

// Pace wraps x so that no server address is asked faster than p allows, and
// more slowly once it shows signs of limiting the rate of its answers.
func Pace(x Exchanger, p Pacing) Exchanger {
	if p.InFlight <= 0 && p.PerSecond <= 0 {
		return x
	}
	return &pacer{x: x, p: p, lanes: map[netip.Addr]*lane{}, sweep: leastLanes}
}

type pacer struct {
	x Exchanger
	p Pacing

	mu    sync.Mutex
	lanes map[netip.Addr]*lane
	sweep int // how many lanes there may be before those at rest are forgotten
}

// A long run over very many addresses forgets those at rest: where nothing has
// been asked for longer than it takes to fill a burst again, and much longer
// where there were signs of a limit.
const (
	leastLanes = 4096
	rest       = 10 * time.Second
	longRest   = 5 * time.Minute
)

type lane struct {
	slots chan struct{} // nil: no limit
	rate  *rate.Limiter // nil: no limit

	busy int       // queries that wait to be sent or answered; guarded by the pacer
	used time.Time // when the last of them ended

	backoff
}

// enter returns the lane of an address, which has to be left again.
func (p *pacer) enter(a netip.Addr) *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.lanes[a]
	if !ok {
		p.forget()
		l = &lane{}
		if p.p.InFlight > 0 {
			l.slots = make(chan struct{}, p.p.InFlight)
		}
		if p.p.PerSecond > 0 {
			l.rate = rate.NewLimiter(rate.Limit(p.p.PerSecond), max(p.p.Burst, 1))
		}
		p.lanes[a] = l
	}
	l.busy++
	return l
}

func (p *pacer) leave(l *lane) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.busy--
	l.used = time.Now()
}

// forget drops the lanes at rest once there are twice as many as were left the
// last time. The mutex is held.
func (p *pacer) forget() {
	if len(p.lanes) < p.sweep {
		return
	}
	now := time.Now()
	maps.DeleteFunc(p.lanes, func(_ netip.Addr, l *lane) bool {
		rested := now.Sub(l.used)
		return l.busy == 0 && (rested > longRest || rested > rest && !l.limited())
	})
	p.sweep = max(leastLanes, 2*len(p.lanes))
}

func (p *pacer) Exchange(ctx context.Context, q Query) (Reply, error) {
	l := p.enter(q.Server.Addr())
	defer p.leave(l)
	done, err := l.admit(ctx, 1)
	if err != nil {
		return Reply{}, err
	}
	defer done()
	r, err := p.x.Exchange(ctx, q)
	l.learn(q, err, time.Now(), p.p)
	return r, err
}

// admit waits until an address may be asked n queries more, one after
// another. done has to be called once the last is answered.
func (l *lane) admit(ctx context.Context, n int) (done func(), err error) {
	done = func() {}
	if l.slots != nil {
		select {
		case l.slots <- struct{}{}:
			done = func() { <-l.slots }
		case <-ctx.Done():
			return nil, Ended(ctx)
		}
	}
	for range n {
		if l.rate == nil {
			break
		}
		if err := l.rate.Wait(ctx); err != nil {
			done()
			return nil, &Error{Failure: Canceled, Err: err}
		}
	}
	return done, nil
}

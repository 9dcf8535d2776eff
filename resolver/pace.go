package resolver

import (
	"context"
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
	return &pacer{x: x, p: p, lanes: map[netip.Addr]*lane{}}
}

type pacer struct {
	x Exchanger
	p Pacing

	mu    sync.Mutex
	lanes map[netip.Addr]*lane
}

type lane struct {
	slots chan struct{} // nil: no limit
	rate  *rate.Limiter // nil: no limit

	backoff
}

func (p *pacer) lane(a netip.Addr) *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l, ok := p.lanes[a]; ok {
		return l
	}
	l := &lane{}
	if p.p.InFlight > 0 {
		l.slots = make(chan struct{}, p.p.InFlight)
	}
	if p.p.PerSecond > 0 {
		l.rate = rate.NewLimiter(rate.Limit(p.p.PerSecond), max(p.p.Burst, 1))
	}
	p.lanes[a] = l
	return l
}

func (p *pacer) Exchange(ctx context.Context, q Query) (Reply, error) {
	done, err := p.admit(ctx, q.Server.Addr(), 1)
	if err != nil {
		return Reply{}, err
	}
	defer done()
	r, err := p.x.Exchange(ctx, q)
	p.lane(q.Server.Addr()).learn(q, err, time.Now())
	return r, err
}

// admit waits until an address may be asked n queries more, one after
// another. done has to be called once the last is answered.
func (p *pacer) admit(ctx context.Context, a netip.Addr, n int) (done func(), err error) {
	l := p.lane(a)
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

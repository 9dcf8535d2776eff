package resolver

import (
	"context"
	"net/netip"
	"sync"

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

// Pace wraps x so that no server address is asked faster than p allows.
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
	l := p.lane(q.Server.Addr())
	if l.slots != nil {
		select {
		case l.slots <- struct{}{}:
			defer func() { <-l.slots }()
		case <-ctx.Done():
			return Reply{}, Ended(ctx)
		}
	}
	if l.rate != nil {
		if err := l.rate.Wait(ctx); err != nil {
			return Reply{}, &Error{Canceled, err}
		}
	}
	return p.x.Exchange(ctx, q)
}

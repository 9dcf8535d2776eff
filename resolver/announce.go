package resolver

import (
	"context"
	"net/netip"
)

// Announce wraps x and calls f before every exchange: with [Observe] it tells
// what is under way. f must be safe for concurrent use and must not block.
func Announce(x Exchanger, f func(Query)) Exchanger { return announcer{x, f} }

type announcer struct {
	x Exchanger
	f func(Query)
}

func (a announcer) Exchange(ctx context.Context, q Query) (Reply, error) {
	a.f(q)
	return a.x.Exchange(ctx, q)
}

// Overhear implements [Listener].
func (a announcer) Overhear(ctx context.Context, q Query) (netip.AddrPort, Reply, error) {
	a.f(q)
	return Overheard(ctx, a.x, q)
}

// Converse implements [Converser].
func (a announcer) Converse(ctx context.Context, qs []Query) ([]Reply, error) {
	for _, q := range qs {
		a.f(q)
	}
	return Conversed(ctx, a.x, qs)
}

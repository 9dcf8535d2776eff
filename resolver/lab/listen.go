package lab

import (
	"context"
	"net/netip"
	"time"

	"dns01/resolver"
)

// Overhear is Exchange from a socket that takes a reply from wherever it
// comes, and says from where.
func (w *World) Overhear(ctx context.Context, q resolver.Query) (netip.AddrPort, resolver.Reply, error) {
	return w.exchange(ctx, q, socket{open: true})
}

// Converse asks several questions over one connection, all at once, and
// returns the replies up to the first question without one.
func (w *World) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	var rs []resolver.Reply
	var took time.Duration
	for i, q := range qs {
		_, r, err := w.exchange(ctx, q, socket{before: i})
		if err != nil {
			return rs, err
		}
		took += r.RTT
		r.RTT = took
		rs = append(rs, r)
	}
	return rs, nil
}

// source is where a reaction to a query for an address comes from.
func (r reaction) source(asked netip.AddrPort) netip.AddrPort {
	if r.elsewhere {
		return netip.AddrPortFrom(asked.Addr().Next(), asked.Port())
	}
	return asked
}

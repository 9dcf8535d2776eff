package lab

import (
	"context"
	"net/netip"

	"dns01/resolver"
)

// Overhear is Exchange from a socket that takes a reply from wherever it
// comes, and says from where.
func (w *World) Overhear(ctx context.Context, q resolver.Query) (netip.AddrPort, resolver.Reply, error) {
	return w.exchange(ctx, q, socket{open: true})
}

// Converse asks several questions over one connection, each once the one
// before is answered, up to the first without a reply.
func (w *World) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	var rs []resolver.Reply
	for i, q := range qs {
		_, r, err := w.exchange(ctx, q, socket{before: i})
		if err != nil {
			return rs, err
		}
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

package resolver

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"
)

// A Listener can take a reply from wherever it comes: over a socket that is
// not connected to the server. A CA's resolver does not take such a reply
// (RFC 5452 §9.1), so this only explains silence. An [Exchanger] may be one
// besides; wrappers pass it on.
type Listener interface {
	Overhear(ctx context.Context, q Query) (from netip.AddrPort, r Reply, err error)
}

// Overhear implements [Listener].
func (l Live) Overhear(ctx context.Context, q Query) (netip.AddrPort, Reply, error) {
	ctx, cancel := q.Context(ctx)
	defer cancel()
	m := q.Msg.Copy()
	m.Id = randomID()
	wire, err := m.Pack()
	if err != nil {
		return netip.AddrPort{}, Reply{}, &Error{Failure: Malformed, Err: err}
	}
	conn, err := l.listen(ctx, q.Server.Addr())
	if err != nil {
		return netip.AddrPort{}, Reply{}, &Error{Failure: NoRoute, Err: err}
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	start := time.Now()
	if _, err := conn.WriteTo(wire, net.UDPAddrFromAddrPort(q.Server)); err != nil {
		return netip.AddrPort{}, Reply{}, dialError(ctx, UDP, err)
	}
	buf := make([]byte, 65535)
	for strays := 0; strays < maxStrays; strays++ {
		n, sender, err := conn.ReadFrom(buf)
		if err != nil {
			return netip.AddrPort{}, Reply{}, ioError(ctx, err)
		}
		if got, ok, err := accept(m, buf[:n]); ok {
			return sourceOf(sender), Reply{Msg: got, Size: n, Wire: slices.Clone(buf[:n]), RTT: time.Since(start), Strays: strays}, err
		}
	}
	return netip.AddrPort{}, Reply{}, &Error{Failure: Mismatched, Err: nil}
}

// sourceOf is the address that a datagram came from.
func sourceOf(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	from := u.AddrPort()
	return netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

// Overhear implements [Listener].
func (p *pacer) Overhear(ctx context.Context, q Query) (netip.AddrPort, Reply, error) {
	l := p.enter(q.Server.Addr())
	defer p.leave(l)
	done, err := l.admit(ctx, 1)
	if err != nil {
		return netip.AddrPort{}, Reply{}, err
	}
	defer done()
	return Overheard(ctx, p.x, q)
}

// Overhear implements [Listener].
func (o observer) Overhear(ctx context.Context, q Query) (netip.AddrPort, Reply, error) {
	at := time.Now()
	from, r, err := Overheard(ctx, o.x, q)
	o.f(Observation{Query: q, Reply: r, Err: err, At: at, Took: Lasted(at, r, err)})
	return from, r, err
}

// Overheard lets an exchanger listen if it can. One that cannot hears only
// the server itself.
func Overheard(ctx context.Context, x Exchanger, q Query) (netip.AddrPort, Reply, error) {
	if l, ok := x.(Listener); ok {
		return l.Overhear(ctx, q)
	}
	r, err := x.Exchange(ctx, q)
	return q.Server, r, err
}

// overhear asks an address in plain DNS for something, and notes who answers.
func (q *asking) overhear(ctx context.Context, timeout time.Duration) netip.AddrPort {
	query := Query{
		Server: netip.AddrPortFrom(q.server, 53), Transport: UDP,
		Msg: question(q.name, q.qtype, form{plain: true}, q.c.rng.of(q.server, q.name, q.qtype, "from anywhere")), Timeout: timeout,
	}
	o := Observation{Query: query, At: time.Now()}
	if ctx.Err() != nil || !q.c.spend(q.server) {
		return netip.AddrPort{}
	}
	var from netip.AddrPort
	from, o.Reply, o.Err = Overheard(ctx, q.c.cfg.Exchanger, query)
	o.Took = Lasted(o.At, o.Reply, o.Err)
	q.c.cfg.Line.note(query, o.At, o.Reply, FailureOf(o.Err))
	q.answer.Exchanges = append(q.answer.Exchanges, o)
	if o.Err != nil {
		return netip.AddrPort{}
	}
	return from
}

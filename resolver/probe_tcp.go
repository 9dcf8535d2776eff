package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// A Converser can put several questions over one TCP connection, all of them at
// once, without waiting for the answer to the one before (RFC 7766 §6.2.1.1).
// It returns the replies up to the first question without one, and the reason
// for that. An [Exchanger] may be one besides; wrappers pass it on.
type Converser interface {
	Converse(ctx context.Context, qs []Query) ([]Reply, error)
}

// Converse implements [Converser]. All queries are for one server. Replies may
// come in any order.
func (l Live) Converse(ctx context.Context, qs []Query) ([]Reply, error) {
	if len(qs) == 0 {
		return nil, nil
	}
	start := time.Now()
	first, cancel := qs[0].Context(ctx)
	defer cancel()
	conn, err := l.dial(first, Query{Server: qs[0].Server, Transport: TCP})
	if err != nil {
		return nil, dialError(first, TCP, err)
	}
	defer conn.Close()
	ctx, done := qs[0].Context(ctx)
	defer done()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	c := conversation{replies: make([]*Reply, len(qs))}
	if err := c.ask(conn, qs); err != nil {
		return nil, ioError(ctx, err)
	}
	for range qs {
		if err := c.hear(conn, start); err != nil {
			return c.heard(), ioError(ctx, err)
		}
	}
	return c.heard(), nil
}

// A conversation is several questions on one connection.
type conversation struct {
	asked   []*dns.Msg
	replies []*Reply // nil: none yet
}

// ask writes all questions with one write.
func (c *conversation) ask(conn net.Conn, qs []Query) error {
	var framed []byte
	for _, q := range qs {
		m := q.Msg.Copy()
		m.Id = randomID()
		wire, err := m.Pack()
		if err != nil {
			return &Error{Failure: Malformed, Err: err}
		}
		framed = binary.BigEndian.AppendUint16(framed, uint16(len(wire)))
		framed = append(framed, wire...)
		c.asked = append(c.asked, m)
	}
	_, err := conn.Write(framed)
	return err
}

// hear reads one reply, to whichever question.
func (c *conversation) hear(conn net.Conn, start time.Time) error {
	wire, err := readFramed(conn)
	if err != nil {
		return err
	}
	for i, m := range c.asked {
		if c.replies[i] != nil {
			continue
		}
		got, ok, err := accept(m, wire)
		if err != nil {
			return err
		}
		if ok {
			c.replies[i] = &Reply{Msg: got, Wire: wire, Size: len(wire), RTT: time.Since(start)}
			return nil
		}
	}
	return &Error{Failure: Mismatched, Err: errors.New("the reply is to another query")}
}

// heard are the replies up to the first question without one.
func (c *conversation) heard() []Reply {
	var rs []Reply
	for _, r := range c.replies {
		if r == nil {
			break
		}
		rs = append(rs, *r)
	}
	return rs
}

// Converse implements [Converser]: one place in flight, and a token a query.
func (p *pacer) Converse(ctx context.Context, qs []Query) ([]Reply, error) {
	if len(qs) == 0 {
		return nil, nil
	}
	l := p.enter(qs[0].Server.Addr())
	defer p.leave(l)
	done, err := l.admit(ctx, len(qs))
	if err != nil {
		return nil, err
	}
	defer done()
	return Conversed(ctx, p.x, qs)
}

// Converse implements [Converser].
func (o observer) Converse(ctx context.Context, qs []Query) ([]Reply, error) {
	at := time.Now()
	rs, err := Conversed(ctx, o.x, qs)
	for i, r := range rs {
		o.f(Observation{Query: qs[i], Reply: r, At: at, Took: r.RTT})
	}
	if err != nil && len(rs) < len(qs) {
		o.f(Observation{Query: qs[len(rs)], Err: err, At: at, Took: Lasted(at, Reply{}, err)})
	}
	return rs, err
}

// Conversed lets an exchanger converse if it can. One that cannot asks each
// question by itself: what is learnt is only that TCP answers.
func Conversed(ctx context.Context, x Exchanger, qs []Query) ([]Reply, error) {
	if c, ok := x.(Converser); ok {
		return c.Converse(ctx, qs)
	}
	var rs []Reply
	for _, q := range qs {
		r, err := x.Exchange(ctx, q)
		if err != nil {
			return rs, err
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// Converse asks one address several questions over one TCP connection. What
// is returned ends with the first that failed; it is empty when nothing could
// be sent.
func (c *Client) Converse(ctx context.Context, server netip.Addr, ps ...Probe) []Observation {
	var qs []Query
	for _, p := range ps {
		if ctx.Err() != nil || !c.spend(server) {
			return nil
		}
		qs = append(qs, Query{
			Server: netip.AddrPortFrom(server, 53), Transport: TCP,
			Msg: p.message(c.rng.of(server, TCP, p)), Timeout: c.cfg.Timeout,
		})
	}
	at := time.Now()
	rs, err := Conversed(ctx, c.cfg.Exchanger, qs)
	var all []Observation
	for i, r := range rs {
		all = append(all, Observation{Query: qs[i], Reply: r, At: at, Took: r.RTT})
	}
	if err == nil || len(rs) == len(qs) {
		return all
	}
	if f := FailureOf(err); len(all) == 0 && f.unsent() {
		return nil
	}
	return append(all, Observation{Query: qs[len(rs)], Err: err, At: at, Took: Lasted(at, Reply{}, err)})
}

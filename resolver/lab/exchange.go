package lab

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// Exchange carries one query to a server of this world and its reply back, as
// resolver.Exchanger says. Over TCP the handshake takes a round trip of its
// own. A query to an address where nobody lives is lost.
func (w *World) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	_, r, err := w.exchange(ctx, q, socket{})
	return r, err
}

// A socket is what a query is sent from.
type socket struct {
	open   bool   // takes replies from anywhere
	before int    // how many queries it has carried
	from   string // the perspective where it is open; "" for here
}

// exchange also tells where the reply comes from.
func (w *World) exchange(ctx context.Context, q resolver.Query, from socket) (netip.AddrPort, resolver.Reply, error) {
	var nobody netip.AddrPort
	w.Start()
	addr := q.Server.Addr().Unmap()
	if from.from == "" && w.network.cutOff(addr, w.elapsed()) {
		return nobody, resolver.Reply{}, fail(resolver.NoRoute, nil)
	}
	query, wire, err := w.query(q.Msg)
	if err != nil {
		return nobody, resolver.Reply{}, fail(resolver.Malformed, err)
	}
	ctx, cancel := q.Context(ctx)
	defer cancel()
	sent := time.Now()
	s := w.byAddr[addr]
	if from.from == "" {
		s = w.reached(addr, q)
	}
	if s == nil {
		return nobody, resolver.Reply{}, lasted(silence(ctx), q, sent)
	}
	r, err := w.roundTrip(ctx, s, q, wire, from)
	if err != nil {
		return nobody, resolver.Reply{}, lasted(err, q, sent)
	}
	r.wire = r.datagram()
	reply, err := receive(r)
	if err != nil {
		return nobody, resolver.Reply{}, fail(resolver.Malformed, err)
	}
	switch {
	case accepts(query, reply):
		return r.source(q.Server), resolver.Reply{Msg: reply, Size: len(r.wire), Wire: r.wire, RTT: r.took, Strays: len(r.strays)}, nil
	case q.Transport == resolver.UDP:
		return nobody, resolver.Reply{}, lasted(mismatched(silence(ctx)), q, sent)
	}
	return nobody, resolver.Reply{}, fail(resolver.Mismatched, nil)
}

// reached is the server that gets a query, nil when nobody does. Where the
// network intercepts DNS, that is its own cache, whoever was meant.
func (w *World) reached(addr netip.Addr, q resolver.Query) *server {
	s := w.byAddr[addr]
	if w.network.intercepts(s, q, w.elapsed()) {
		for _, c := range w.servers {
			if c.local {
				return c
			}
		}
	}
	if s == nil || w.network.blocks(s, q, w.elapsed()) {
		return nil
	}
	return s
}

// query gives a message an ID of its own and packs it. The server gets what
// the wire holds, not what the caller holds.
func (w *World) query(m *dns.Msg) (*dns.Msg, []byte, error) {
	if m == nil {
		return nil, nil, errors.New("no message")
	}
	query := m.Copy()
	query.Id = uint16(w.ids.Add(1))
	wire, err := query.Pack()
	return query, wire, err
}

// roundTrip waits for the query to arrive and for the response to come back.
func (w *World) roundTrip(ctx context.Context, s *server, q resolver.Query, wire []byte, from socket) (reaction, error) {
	half := w.network.roundTrip / 2
	there := half
	if half > 0 {
		there += q.Apart()
	}
	if from.before > 0 {
		half, there = 0, 0 // it came with the first, and is answered behind it
	}
	if err := wait(ctx, there); err != nil {
		return reaction{}, err
	}
	if q.Server.Port() != port {
		return reaction{}, w.refused(ctx, there, half)
	}
	arrived := new(dns.Msg)
	if err := arrived.Unpack(wire); err != nil {
		return reaction{}, fail(resolver.Malformed, err)
	}
	r, err := w.react(s, q.Transport, arrived, from)
	switch {
	case err != nil:
		return reaction{}, fail(resolver.Malformed, err)
	case r.failure == resolver.Unreachable:
		return reaction{}, w.refused(ctx, there, half+r.delay)
	}
	back := half + r.delay + time.Duration(r.pieces(r.wire)-1)*r.drip
	if q.Transport == resolver.TCP && from.before == 0 {
		back += w.network.roundTrip
	}
	r.took = there + back
	switch {
	case r.failure != "":
		return reaction{}, failing(ctx, r.failure, there, back)
	case r.wire == nil, r.elsewhere && !from.open:
		// A connected socket does not get what comes from elsewhere.
		if len(r.strays) > 0 {
			return reaction{}, mismatched(silence(ctx))
		}
		return reaction{}, silence(ctx)
	case q.Transport == resolver.TCP && r.cut > 0:
		return reaction{}, failing(ctx, resolver.Closed, there, back)
	}
	return r, wait(ctx, back)
}

// headerSize is that of a message without sections (RFC 1035 §4.1.1).
const headerSize = 12

// port is the only one that servers listen on.
const port = 53

// refused is what comes back after a while from a port where nobody listens.
func (w *World) refused(ctx context.Context, there, back time.Duration) error {
	return failing(ctx, resolver.Unreachable, there, back)
}

// failing is a failure that comes back after a while.
func failing(ctx context.Context, f resolver.Failure, there, back time.Duration) error {
	if err := wait(ctx, back); err != nil {
		return err
	}
	return &resolver.Error{Failure: f, Took: there + back}
}

// lasted adds to a failure that came with the end of a query's time how long
// that was, by the world's own measure.
func lasted(err error, q resolver.Query, sent time.Time) error {
	e, ok := errors.AsType[*resolver.Error](err)
	if !ok || e.Failure != resolver.Timeout && e.Failure != resolver.Mismatched {
		return err
	}
	e.Took = q.Timeout
	if errors.Is(err, resolver.ErrHurried) {
		e.Took = time.Since(sent).Round(10 * time.Millisecond)
	}
	return err
}

// receive reads what has come. RDATA that is not valid for its type is given
// as the octets it was written with.
func receive(r reaction) (*dns.Msg, error) {
	m := new(dns.Msg)
	err := m.Unpack(r.wire)
	if r.cut == 0 && err != nil && hasOpaque(r.msg) {
		return r.msg.Copy(), nil
	}
	return m, err
}

func hasOpaque(m *dns.Msg) bool {
	for _, rr := range m.Answer {
		if _, ok := rr.(*dns.RFC3597); ok {
			return true
		}
	}
	return false
}

// accepts reports whether a client takes a message as the reply to its query:
// the same ID and question, letter case aside. One that says nothing but that
// the query was not understood may leave out the question.
func accepts(query, m *dns.Msg) bool {
	if !m.Response || m.Id != query.Id {
		return false
	}
	if len(m.Question) == 0 {
		return m.Rcode != dns.RcodeSuccess
	}
	if len(m.Question) != 1 || len(query.Question) != 1 {
		return len(m.Question) == len(query.Question)
	}
	got, want := m.Question[0], query.Question[0]
	return got.Qtype == want.Qtype && got.Qclass == want.Qclass && strings.EqualFold(got.Name, want.Name)
}

// wait lets time pass, or says why the context ended first.
func wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return resolver.Ended(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return resolver.Ended(ctx)
	}
}

// silence waits for the end of the context.
func silence(ctx context.Context) error {
	<-ctx.Done()
	return resolver.Ended(ctx)
}

// mismatched is the failure of a query whose time ended after a reply to
// something else had come.
func mismatched(err error) error {
	if resolver.FailureOf(err) == resolver.Timeout {
		return fail(resolver.Mismatched, err)
	}
	return err
}

func fail(f resolver.Failure, err error) error {
	return &resolver.Error{Failure: f, Err: err}
}

var _ resolver.Exchanger = (*World)(nil)

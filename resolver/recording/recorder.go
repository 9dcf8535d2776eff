package recording

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A Recorder notes exchanges. It is safe for concurrent use.
type Recorder struct {
	header Header

	mu    sync.Mutex
	looks []*look
}

// look is one under way.
type look struct {
	Look
	began time.Time
	notes []*note
}

// NewRecorder begins a recording.
func NewRecorder(h Header) *Recorder { return &Recorder{header: h} }

// Look begins a look, at a time since the start, with the seed that its client
// has. What is asked from now on belongs to it.
func (r *Recorder) Look(at time.Duration, seed uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.header.Lab != "" {
		at = 0
	}
	r.looks = append(r.looks, &look{Look: Look{At: at, Seed: seed}, began: time.Now()})
}

// Done ends the look: it took so long, and was only a part of one if so.
func (r *Recorder) Done(took time.Duration, part bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.looks[len(r.looks)-1]
	l.Part = part
	if r.header.Lab == "" {
		l.Took = took
	}
}

// Recording returns what was noted so far.
func (r *Recorder) Recording() *Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := &Recording{Header: r.header}
	for _, l := range r.looks {
		done := l.Look
		notes := slices.DeleteFunc(slices.Clone(l.notes), func(n *note) bool {
			return n.Query == nil // it could not be packed, and was not sent
		})
		slices.SortStableFunc(notes, inOrder)
		for _, n := range notes {
			done.Exchanges = append(done.Exchanges, *n.Exchange)
		}
		rec.Looks = append(rec.Looks, done)
	}
	return rec
}

// inOrder puts exchanges of the same moment in the order of what they asked, so
// that the same run makes the same file.
func inOrder(a, b *note) int {
	return cmp.Or(cmp.Compare(a.Sent, b.Sent),
		cmp.Compare(order(a.Query), order(b.Query)),
		a.Server.Compare(b.Server), cmp.Compare(a.Resolver, b.Resolver), cmp.Compare(a.Way, b.Way),
		cmp.Compare(form(a.Query), form(b.Query)), a.at.Compare(b.at), bytes.Compare(a.Query, b.Query))
}

// form is how a query is put, letter case aside: those that are put alike keep
// the order in which they began.
func form(query []byte) string {
	m := new(dns.Msg)
	if m.Unpack(query) != nil {
		return ""
	}
	return content(m)
}

// order is the question of a query such that names sort from the root.
func order(query []byte) string {
	m := new(dns.Msg)
	if m.Unpack(query) != nil || len(m.Question) != 1 {
		return ""
	}
	labels := dns.SplitDomainName(strings.ToLower(m.Question[0].Name))
	slices.Reverse(labels)
	return fmt.Sprintf("%s %05d", strings.Join(labels, "\x00"), m.Question[0].Qtype)
}

// Exchanger passes queries on to x and notes them. url names the resolver that
// x asks, whatever the query says; "" for the servers that queries name.
func (r *Recorder) Exchanger(x resolver.Exchanger, url string) resolver.Exchanger {
	return &tap{r: r, x: x, url: url}
}

// A tap is the way through a recorder.
type tap struct {
	r   *Recorder
	x   resolver.Exchanger
	url string
}

// Exchange implements [resolver.Exchanger].
func (t *tap) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	note := t.begin(q, Way(q.Transport))
	reply, err := t.x.Exchange(ctx, q)
	return reply, t.end(note, netip.AddrPort{}, reply, err)
}

// Overhear implements [resolver.Listener].
func (t *tap) Overhear(ctx context.Context, q resolver.Query) (netip.AddrPort, resolver.Reply, error) {
	note := t.begin(q, Overheard)
	from, reply, err := resolver.Overheard(ctx, t.x, q)
	return from, reply, t.end(note, from, reply, err)
}

// Converse implements [resolver.Converser].
func (t *tap) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	first := time.Now()
	replies, err := resolver.Conversed(ctx, t.x, qs)
	for i, q := range qs[:min(len(qs), len(replies)+1)] {
		note := t.begin(q, following(i))
		t.restart(note, first)
		if i < len(replies) {
			_ = t.end(note, netip.AddrPort{}, replies[i], nil)
			first = first.Add(replies[i].RTT)
		} else if err != nil {
			err = t.end(note, netip.AddrPort{}, resolver.Reply{}, err)
		}
	}
	return replies, err
}

// following is the way of a query that has others before it on its connection.
func following(i int) Way { return Way(fmt.Sprintf("tcp+%d", i)) }

// A note is an exchange that has begun.
type note struct {
	*Exchange
	look *look
	lab  bool
	at   time.Time
	more time.Duration // what a lab lets silence last beyond its time
}

func (n *note) started(at time.Time) {
	n.at = at
	if !n.lab {
		n.Sent = at.Sub(n.look.began)
	}
}

// restart says that an exchange began earlier than it was noted.
func (t *tap) restart(n *note, at time.Time) {
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	n.started(at)
}

// begin notes that a query is sent.
func (t *tap) begin(q resolver.Query, w Way) *note {
	x := &Exchange{Server: q.Server, Resolver: t.url, Way: w, Timeout: q.Timeout, Query: packed(q.Msg), Failure: resolver.Canceled}
	if t.url != "" {
		x.Server = netip.AddrPort{}
	}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	if len(t.r.looks) == 0 {
		t.r.looks = append(t.r.looks, &look{began: time.Now()})
	}
	l := t.r.looks[len(t.r.looks)-1]
	n := &note{Exchange: x, look: l, lab: t.r.header.Lab != ""}
	if n.lab {
		n.more = q.Apart()
	}
	n.started(time.Now())
	l.notes = append(l.notes, n)
	return n
}

// end notes what became of it. It returns the error, with the time that was
// noted, so that everybody goes by the same.
func (t *tap) end(n *note, from netip.AddrPort, reply resolver.Reply, err error) error {
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	n.Failure = resolver.FailureOf(err)
	n.Took = resolver.Lasted(n.at, reply, err)
	if n.Failure == resolver.Timeout || n.Failure == resolver.Mismatched {
		n.Took += n.more
	}
	switch {
	case n.Failure == resolver.Canceled:
		n.Took = 0 // how long it was let wait says nothing
	case err != nil:
	default:
		n.Reply, n.Strays, n.From = octets(reply), reply.Strays, from
	}
	if err == nil || n.Took == 0 {
		return err
	}
	return &resolver.Error{Failure: n.Failure, Err: err, Took: n.Took}
}

// packed is a query as it is sent, with the ID 0.
func packed(m *dns.Msg) []byte {
	m = m.Copy()
	m.Id = 0
	wire, err := m.Pack()
	if err != nil {
		return nil // then nothing was sent either
	}
	return wire
}

// octets are those of a reply, with the ID 0.
func octets(r resolver.Reply) []byte {
	wire := slices.Clone(r.Wire)
	if wire == nil {
		return packed(r.Msg)
	}
	if len(wire) >= 2 {
		wire[0], wire[1] = 0, 0
	}
	return wire
}

var (
	_ resolver.Exchanger = (*tap)(nil)
	_ resolver.Listener  = (*tap)(nil)
	_ resolver.Converser = (*tap)(nil)
)

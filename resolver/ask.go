package resolver

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver/defect"
)

// An Answer is what one question to one address came to, after the retries
// and fallbacks that a CA's resolver makes. It always exists.
type Answer struct {
	Server netip.Addr
	Name   string // canonical
	Type   uint16

	Msg       *dns.Msg // the message that counts; nil when Failure is set
	Failure   Failure  // why none came
	Size      int      // octets of Msg on the wire
	Transport Transport
	RTT       time.Duration

	NeedsTCP   bool           // the UDP reply was truncated
	TCPFailure Failure        // with NeedsTCP: why TCP brought nothing
	TCPOnly    bool           // silent over UDP though TCP answers
	Plain      bool           // answered only without EDNS
	PlainOnly  bool           // silent to EDNS though it answers plain DNS
	SmallOnly  bool           // silent to an offer of UDPSize though it answers one of 512 octets
	Elsewhere  netip.AddrPort // where replies come from that nobody takes, if it was heard
	CaseLost   bool           // the question came back in other letter case

	Exchanges []Observation // in the order they were made
}

type ask struct {
	server netip.Addr
	name   string
	qtype  uint16
}

type flight struct {
	done   chan struct{}
	answer *Answer
}

// Ask asks one address one question, as a CA's Unbound would: over UDP with
// EDNS and mixed case; again after silence; over TCP when truncated; without
// EDNS after FORMERR or NOTIMP; in lower case when the case was not kept. The
// same question to the same address is asked once in the life of the client.
func (c *Client) Ask(ctx context.Context, server netip.Addr, name string, qtype uint16) *Answer {
	key := ask{server, canonical(name), qtype}
	c.mu.Lock()
	f, known := c.asked[key]
	if !known {
		f = &flight{done: make(chan struct{})}
		c.asked[key] = f
	}
	c.mu.Unlock()
	if !known {
		deepen()
		f.answer = c.ask(ctx, key)
		close(f.done)
	}
	select {
	case <-f.done:
		return f.answer
	case <-ctx.Done():
		return &Answer{Server: server, Name: key.name, Type: qtype, Failure: Canceled}
	}
}

// deepen gives a goroutine at once the stack that an exchange takes. Each
// question has a goroutine of its own, and growing its stack by doubling, with
// more frames to move every time, cost a seventh of a batch.
//
//go:noinline
func deepen() {
	var room [12 << 10]byte
	runtime.KeepAlive(&room)
}

func (c *Client) ask(ctx context.Context, key ask) *Answer {
	q := &asking{c: c, ask: key, answer: &Answer{Server: key.server, Name: key.name, Type: key.qtype}}
	q.udp(ctx, form{})
	a := q.answer
	if a.Msg != nil && (a.Msg.Rcode == dns.RcodeFormatError || a.Msg.Rcode == dns.RcodeNotImplemented) {
		q.withoutEDNS(ctx)
	}
	if a.CaseLost {
		q.lowerCase(ctx)
	}
	if a.Msg != nil && a.Msg.Rcode == dns.RcodeServerFailure {
		q.retry(ctx)
	}
	if a.Msg != nil && a.Msg.Truncated && a.Transport == UDP {
		q.tcp(ctx, form{lower: a.CaseLost, plain: a.Plain})
	}
	return a
}

// asking is one question on its way to an answer.
type asking struct {
	c *Client
	ask
	answer *Answer
}

// send makes one exchange.
func (q *asking) send(ctx context.Context, t Transport, f form, timeout time.Duration) Observation {
	return q.exchange(ctx, q.query(t, f, timeout))
}

func (q *asking) query(t Transport, f form, timeout time.Duration) Query {
	return Query{
		Server:    netip.AddrPortFrom(q.server, 53),
		Transport: t,
		Msg:       question(q.name, q.qtype, f, q.c.rng.of(q.server, q.name, q.qtype, t, f)),
		Timeout:   timeout,
	}
}

// exchange notes an exchange as evidence.
func (q *asking) exchange(ctx context.Context, query Query) Observation {
	o := Observation{Query: query, At: time.Now()}
	switch {
	case ctx.Err() != nil:
		o.Err = Ended(ctx)
		return o // nothing was sent
	case !q.c.spend(q.server):
		o.Err = &Error{Failure: Limit}
		return o
	}
	o.Reply, o.Err = q.c.cfg.Exchanger.Exchange(ctx, query)
	o.Took = Lasted(o.At, o.Reply, o.Err)
	q.c.routed(q.server, query.Transport, o.Reply, FailureOf(o.Err))
	q.c.cfg.Line.note(query, o.At, o.Reply, FailureOf(o.Err))
	if FailureOf(o.Err) == NoRoute && q.c.cfg.Line.since(q.server, UDP, time.Time{}) {
		o.Err = &Error{Failure: LineDead, Err: o.Err} // there was a way before
	}
	q.c.hold(&o)
	q.answer.Exchanges = append(q.answer.Exchanges, o)
	return o
}

// take makes an exchange the one that counts.
func (q *asking) take(o Observation) {
	a := q.answer
	a.Transport = o.Query.Transport
	if o.Err != nil {
		a.Msg, a.Size, a.RTT, a.Failure = nil, 0, 0, FailureOf(o.Err)
		return
	}
	a.Msg, a.Size, a.RTT, a.Failure = o.Reply.Msg, o.Reply.Size, o.Reply.RTT, ""
	q.checkQuestion(o)
}

// checkQuestion judges the question section of the reply. One without a
// question is of use only when it is an error (RFC 1035 §4.1.2).
func (q *asking) checkQuestion(o Observation) {
	a := q.answer
	if len(a.Msg.Question) == 0 {
		if a.Msg.Rcode == dns.RcodeSuccess || a.Msg.Rcode == dns.RcodeNameError {
			a.Msg, a.Failure = nil, Malformed
		}
		return
	}
	if _, kept := sameQuestion(o.Query.Msg.Question[0], a.Msg.Question[0]); !kept {
		a.CaseLost = true
	}
}

// hurries is how many tries of a question may be given up early. It is sent
// three times, and four times when one was.
const hurries = 2

// udp asks until something comes or patience ends. An address that has never
// answered is sounded out once, not once for each question.
func (q *asking) udp(ctx context.Context, f form) {
	h := q.c.host(q.server)
	defer h.explain(q.answer)
	if h.isDead() {
		q.unasked(ctx)
		return
	}
	silent := q.c.cfg.Silent.lately(q.server)
	hurried := 0
	for try := 0; try < 3+min(hurried, 1); try++ {
		switch h.again(ctx, try, silent) {
		case giveUp:
			q.unasked(ctx)
			return
		case forAll:
			h.expect(silent)
			if !q.sound(ctx, f, h) {
				q.unasked(ctx)
				return
			}
		}
		o := q.try(ctx, f, h, try, hurried)
		q.take(o)
		if errors.Is(o.Err, ErrHurried) {
			hurried++
			h.lose()
		}
		switch FailureOf(o.Err) {
		case Timeout, Mismatched, Malformed:
			continue
		case "":
			h.answered(o.Reply.RTT, o.Reply.Kept)
		}
		return
	}
}

// try makes the try-th exchange over UDP. Of those before it, some were given up
// early; the first may be, and the last has an eye on whether others are heard.
func (q *asking) try(ctx context.Context, f form, h *host, try, hurried int) Observation {
	timeout := q.c.cfg.Timeout << min(try-hurried, 1)
	if try == 2+min(hurried, 1) {
		return q.last(ctx, UDP, f, timeout, q.begun())
	}
	query := q.query(UDP, f, timeout)
	if try < hurries {
		query.Hurry = h.hurry(try)
	}
	return q.exchange(ctx, query)
}

// unasked says why there is no answer where nothing was sent for it, or nothing
// more. What silence means is left open when the run has ended: that was about to
// be found out.
func (q *asking) unasked(ctx context.Context) {
	a := q.answer
	switch {
	case ctx.Err() != nil:
		a.Failure, a.Transport = Canceled, UDP
	case a.Failure == "":
		a.Failure, a.Transport = Timeout, UDP
	}
}

// begun is when the question was put first, the zero time when it was not yet.
func (q *asking) begun() time.Time {
	if len(q.answer.Exchanges) == 0 {
		return time.Time{}
	}
	return q.answer.Exchanges[0].At
}

// last makes an exchange with an eye on whether others are heard, and one more
// where they are by now and were not when it was made. What was asked before it
// was lost since the time that is given, the zero time where nothing was.
func (q *asking) last(ctx context.Context, t Transport, f form, timeout time.Duration, lost time.Time) Observation {
	w := q.c.watch(ctx, q.server, t, timeout, lost)
	o := q.send(ctx, t, f, timeout)
	switch dead, back := w.end(FailureOf(o.Err) != Timeout); {
	case dead:
		o.Err = &Error{Failure: LineDead, Err: o.Err}
	case back && !lost.IsZero():
		return q.last(ctx, t, f, timeout, time.Time{})
	}
	return o
}

// sound finds out whether a silent address is dead: the plainest question
// there is, the SOA, over UDP and TCP side by side. A server that drops only
// some types answers it, one whose UDP is lost answers over TCP. If it takes
// long, plain DNS is tried too, with an ear for who answers.
func (q *asking) sound(ctx context.Context, f form, h *host) bool {
	probe := func() *asking {
		p := &asking{c: q.c, ask: q.ask, answer: &Answer{}}
		p.qtype = dns.TypeSOA
		return p
	}
	udp, tcp, plain, small := probe(), probe(), probe(), probe()
	var from netip.AddrPort
	patience := q.c.cfg.Timeout
	answered, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	defect.Go(ctx, &wg, func() { tcp.send(ctx, TCP, f, 2*patience) })
	defect.Go(ctx, &wg, func() {
		select {
		case <-answered.Done():
		case <-time.After(patience / 2):
			from = plain.overhear(ctx, 2*patience-patience/2)
		}
	})
	o := udp.last(ctx, UDP, f, 2*patience, q.begun())
	failure := FailureOf(o.Err)
	dead := failure == NoRoute || failure == LineDead
	if failure != Timeout && failure != Mismatched {
		stop() // not silent
	}
	switch failure := FailureOf(o.Err); {
	case udp.answer.replied():
		h.sounded(true, silence{})
		q.c.cfg.Silent.note(q.server, false)
	case failure == Timeout && !dead:
		q.c.cfg.Silent.note(q.server, true)
	}
	wg.Wait()
	switch {
	case udp.answer.replied():
	case dead:
		h.unsound()
	default:
		s := silence{tcpOnly: tcp.answer.replied()}
		switch asked := netip.AddrPortFrom(q.server, 53); {
		case from == asked:
			// Two questions with EDNS were lost: a third tells it from chance. That
			// to plain DNS is small, too.
			udp.send(ctx, UDP, f, patience)
			if !udp.answer.replied() {
				s.smallOnly = small.sendSmall(ctx, f, patience)
				s.plainOnly = !s.smallOnly
			}
		case from.IsValid():
			s.elsewhere = from
		}
		h.sounded(udp.answer.replied(), s)
	}
	q.answer.Exchanges = slices.Concat(q.answer.Exchanges, udp.answer.Exchanges, tcp.answer.Exchanges, plain.answer.Exchanges, small.answer.Exchanges)
	return udp.answer.replied()
}

// sendSmall asks with room for 512 octets only, and reports whether something
// comes.
func (q *asking) sendSmall(ctx context.Context, f form, timeout time.Duration) bool {
	o, sent := q.c.probe(ctx, q.server, UDP, Probe{Name: q.name, Type: q.qtype, Lower: f.lower, Size: dns.MinMsgSize}, timeout, nil)
	if sent {
		q.answer.Exchanges = append(q.answer.Exchanges, o)
	}
	return sent && o.Err == nil
}

// replied reports whether some exchange brought a reply.
func (a *Answer) replied() bool {
	return slices.ContainsFunc(a.Exchanges, func(o Observation) bool { return o.Err == nil })
}

func (q *asking) tcp(ctx context.Context, f form) {
	a := q.answer
	a.NeedsTCP = true
	o := q.last(ctx, TCP, f, 3*time.Second, time.Time{}) // Unbound's tcp-auth-query-timeout
	switch failure := FailureOf(o.Err); failure {
	case "":
	case Canceled, Limit, NotRecorded, LineDead: // our doing, not the server's: what the answer is stays open
		a.Msg, a.Size, a.Failure = nil, 0, failure
		return
	default:
		a.TCPFailure = failure
		return
	}
	if o.Reply.Msg.Truncated {
		a.TCPFailure = Malformed
		return
	}
	q.take(o)
}

// withoutEDNS asks again in plain DNS (RFC 6891 §6.2.2) and keeps what comes
// if the server likes that better.
func (q *asking) withoutEDNS(ctx context.Context) {
	o := q.send(ctx, UDP, form{plain: true}, q.c.cfg.Timeout)
	if o.Err != nil {
		return
	}
	if rc := o.Reply.Msg.Rcode; rc != dns.RcodeFormatError && rc != dns.RcodeNotImplemented {
		q.answer.Plain = true
		q.take(o)
	}
}

// lowerCase asks again without mixed case, so that what counts is an answer
// to the question as every client puts it.
func (q *asking) lowerCase(ctx context.Context) {
	o := q.send(ctx, UDP, form{lower: true, plain: q.answer.Plain}, q.c.cfg.Timeout)
	if o.Err != nil {
		return
	}
	q.take(o)
	q.answer.CaseLost = true
}

// retry asks again after a SERVFAIL: one may be a hiccup, and a CA's resolver asks
// again too. Where nothing comes of that, what the server said stands.
func (q *asking) retry(ctx context.Context) {
	o := q.send(ctx, UDP, form{lower: q.answer.CaseLost, plain: q.answer.Plain}, q.c.cfg.Timeout)
	switch FailureOf(o.Err) {
	case Timeout, Mismatched, Malformed:
		return
	}
	q.take(o)
}

// spend takes one query from the run's budget, and from that for an address:
// whoever is named as the server of a hostile zone, or has names that it leads
// to, is not flooded by us. Nothing is sent for what could not be kept.
func (c *Client) spend(server netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sent >= c.cfg.MaxQueries || c.sentTo[server] >= c.cfg.MaxPerServer || c.held >= c.cfg.MaxHeld {
		return false
	}
	c.sent++
	c.sentTo[server]++
	return true
}

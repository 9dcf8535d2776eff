package rpl

import (
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// A World is the servers of a scenario at one of its questions. It is safe for
// concurrent use.
type World struct {
	s      *Scenario
	ranges []Range
	roots  []netip.Addr
	// whole is set when forwarders stand for the servers of everything: their
	// answers are then the zones' own.
	whole bool
	// Terse is set where what a file does not say is left out for brevity, and
	// a server answers SERVFAIL, as all of Deckard's do. Else it is silent.
	Terse bool

	mu     sync.Mutex
	now    Question
	spoken map[*Entry]bool // replies that are given once
}

// NewWorld returns the servers of a scenario. A scenario that leads to zones
// by stubs or forwarders alone gets a root server.
func NewWorld(s *Scenario) *World {
	w := &World{s: s, ranges: s.Ranges, roots: s.Config.Roots()}
	if len(w.roots) > 0 {
		return w
	}
	if made := madeRoot(s.Config.Zones); made != nil {
		w.roots = made[0].Addrs
		w.ranges = slices.Concat(made, s.Ranges)
		w.whole = len(made[0].Entries) == 0
	}
	return w
}

// Roots are the addresses of the root servers; none when the scenario has
// nothing that a resolver could find from a root.
func (w *World) Roots() []netip.Addr { return w.roots }

// Addrs are all addresses that answer something at some step.
func (w *World) Addrs() []netip.Addr {
	all := slices.Clone(w.roots)
	for _, r := range w.ranges {
		all = append(all, r.Addrs...)
	}
	for _, s := range w.s.Steps {
		if s.Verb != "REPLY" || s.Entry == nil {
			continue
		}
		all = append(all, s.Addrs...)
		all = append(all, mentioned(s.Entry.Msg)...)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all)
}

// mentioned are the addresses in a message: where replies are given by step,
// nothing else says who gives them.
func mentioned(m *dns.Msg) []netip.Addr {
	var out []netip.Addr
	for _, rr := range slices.Concat(m.Answer, m.Ns, m.Extra) {
		var a netip.Addr
		switch rr := rr.(type) {
		case *dns.A:
			a, _ = netip.AddrFromSlice(rr.A.To4())
		case *dns.AAAA:
			a, _ = netip.AddrFromSlice(rr.AAAA)
		}
		if a.IsValid() {
			out = append(out, a)
		}
	}
	return out
}

// At puts the world at a question of the scenario.
func (w *World) At(q Question) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.spoken = q, map[*Entry]bool{}
}

// Answer is what a server says to a query, nil for nothing. Bytes that are no
// message come as raw.
func (w *World) Answer(q *dns.Msg, to netip.Addr, tcp bool) (m *dns.Msg, raw []byte) {
	if len(q.Question) == 0 {
		return nil, nil
	}
	e := w.entry(q.Question[0], to, tcp)
	if slices.Contains(w.roots, to) && (e == nil || w.addressless(e)) {
		if p := primed(w.roots, q.Question[0], tcp); p != nil {
			e = p
		}
	}
	switch {
	case e == nil && (w.s.Config.Deckard || w.Terse):
		return new(dns.Msg).SetRcode(q, dns.RcodeServerFailure), nil
	case e == nil || slices.Contains(e.Adjust, "do_not_answer"):
		return nil, nil
	case e.Raw != nil:
		return nil, e.rawTo(q)
	}
	m = e.replyTo(q)
	if w.whole {
		m.Authoritative, m.RecursionAvailable = true, false
	}
	return m, nil
}

// addressless reports whether an entry tells no address and is not signed
// either, so that another can stand for it.
func (w *World) addressless(e *Entry) bool {
	return len(mentioned(e.Msg)) == 0 && e.Raw == nil && len(w.s.Config.Options["trust-anchor"]) == 0
}

func (w *World) entry(q dns.Question, to netip.Addr, tcp bool) *Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.ranges {
		if w.now.At < r.From || w.now.At > r.To || len(r.Addrs) > 0 && !slices.Contains(r.Addrs, to) {
			continue
		}
		if i := slices.IndexFunc(r.Entries, func(e *Entry) bool { return e.isFor(q, tcp) }); i >= 0 {
			return r.Entries[i]
		}
		if w.s.Config.Deckard {
			return nil // the first range that knows the server has the word
		}
	}
	return w.once(q, to, tcp)
}

// once finds a reply of a step: the first that was not given yet, else the
// last that was, since how often a resolver asks again is its own affair.
func (w *World) once(q dns.Question, to netip.Addr, tcp bool) *Entry {
	var last *Entry
	for _, s := range w.s.Steps {
		switch {
		case s.Verb != "REPLY" || s.Entry == nil || s.At < w.now.At || s.At > w.until():
			continue
		case len(s.Addrs) > 0 && !slices.Contains(s.Addrs, to) || !s.Entry.isFor(q, tcp):
			continue
		}
		last = s.Entry
		if !w.spoken[last] {
			break
		}
	}
	if last != nil {
		w.spoken[last] = true
	}
	return last
}

// until is the last step at which replies to the question of now are given.
func (w *World) until() int {
	if w.now.Want == nil {
		return lastStep
	}
	return w.now.Until
}

// isFor reports whether an entry is an answer to a question.
func (e *Entry) isFor(q dns.Question, tcp bool) bool {
	if len(e.Msg.Question) == 0 {
		return len(e.Match) == 0 || e.Raw != nil
	}
	have := e.Msg.Question[0]
	for _, m := range e.Match {
		var ok bool
		switch m {
		case "qname":
			ok = strings.EqualFold(have.Name, q.Name)
		case "qtype":
			ok = have.Qtype == q.Qtype
		case "question", "all":
			ok = strings.EqualFold(have.Name, q.Name) && have.Qtype == q.Qtype
		case "subdomain":
			ok = dns.IsSubDomain(dns.CanonicalName(have.Name), dns.CanonicalName(q.Name))
		case "tcp":
			ok = tcp
		case "udp":
			ok = !tcp
		default:
			ok = true
		}
		if !ok {
			return false
		}
	}
	return true
}

// replyTo makes the message that answers a query. Files write questions in
// lower case and expect no mixing of letter cases: it is kept.
func (e *Entry) replyTo(q *dns.Msg) *dns.Msg {
	m := e.Msg.Copy()
	m.Id = q.Id
	asked := q.Question[0]
	same := len(m.Question) > 0 && strings.EqualFold(m.Question[0].Name, asked.Name) && m.Question[0].Qtype == asked.Qtype
	if same || slices.Contains(e.Adjust, "copy_query") {
		m.Question = []dns.Question{asked}
	}
	if e.Has("DO") && q.IsEdns0() != nil && m.IsEdns0() == nil {
		m.SetEdns0(4096, true)
	}
	return m
}

func (e *Entry) rawTo(q *dns.Msg) []byte {
	raw := slices.Clone(e.Raw)
	if len(raw) >= 2 && !slices.Contains(e.Adjust, "raw_id") {
		raw[0], raw[1] = byte(q.Id>>8), byte(q.Id)
	}
	return raw
}

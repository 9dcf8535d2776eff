package survey

import (
	"context"
	"slices"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

const (
	unknownType = 65534  // of the range for private use (RFC 6895 §3.1)
	unknownFlag = 0x0080 // of the EDNS flags
)

// A prober puts the questions of the plan to one address of a zone.
type prober struct {
	*zone
	s *Server
}

// probes reports whether the zone's servers are probed. A registry's are not
// ours to probe.
func (z *zone) probes() bool { return z.t.o.Probes != ProbesNone && !z.Public }

// probe begins with an address once it has said something about the zone's
// SOA. What an answer is worth that has none is found out in any case: a verdict
// hangs on it, and the questions are those that a CA's resolver falls back on.
func (z *zone) probe(s *Server, soa *Answer) {
	p := prober{z, s}
	switch {
	case z.Public:
	case soa.Status == Answered:
		if z.probes() {
			p.start(soa)
		}
	case soa.Rcode != "" && soa.Rcode != "BADVERS":
		z.t.begin(p.whyNoSOA)
	}
}

// doubt looks closer at an address once both are known, where its SOA was lost:
// the NS records tell as well whether it denies its own zone. Nil is not known
// yet.
func (z *zone) doubt(s *Server, soa, ns *Answer) {
	if soa == nil || ns == nil || soa.Rcode != "" || z.Public {
		return
	}
	switch p := (prober{z, s}); {
	case ns.Status.denies():
		z.t.begin(p.whyNoSOA)
	case ns.Rcode == "":
		p.leaveOpen()
	}
}

// start asks side by side what is asked of each address. What needs EDNS is
// left out where there is none.
func (p prober) start(soa *Answer) {
	plain := soa.EDNS == "unsupported"
	p.t.begin(func() { p.unknownType(plain) })
	if soa.EDNS == "" {
		p.t.begin(p.version)
		p.t.begin(p.extras)
	}
	if p.t.o.Probes == ProbesDeep {
		p.t.begin(func() { p.deep(soa.EDNS == "") })
	}
}

// question is the SOA of the zone, to be made odd.
func (p prober) question() resolver.Probe { return resolver.Probe{Name: p.Name, Type: dns.TypeSOA} }

// send asks over UDP, twice if need be, and counts.
func (p prober) send(q resolver.Probe) []resolver.Observation {
	all := p.t.c.Probe(p.t.ctx, p.s.Addr, q)
	p.t.probed.Add(int64(len(all)))
	return all
}

// once asks once, over either transport.
func (p prober) once(t resolver.Transport, q resolver.Probe) (resolver.Observation, bool) {
	o, sent := p.t.c.ProbeOnce(p.t.ctx, p.s.Addr, t, q)
	if sent {
		p.t.probed.Add(1)
	}
	return o, sent
}

// briskly asks once over UDP, without waiting for what is as good as lost.
func (p prober) briskly(q resolver.Probe) (resolver.Observation, bool) {
	o, sent := p.t.c.ProbeBriskly(p.t.ctx, p.s.Addr, q)
	if sent {
		p.t.probed.Add(1)
	}
	return o, sent
}

// A reply is the observation that counts for a probe, with all that were made.
type reply struct {
	resolver.Observation
	exchanges []Exchange
}

// ask puts an odd question over UDP. Silence counts only when an ordinary
// question is answered between two odd ones that are not: it reports false
// when nothing can be concluded.
func (p prober) ask(q resolver.Probe) (r reply, ok bool) {
	all := p.send(q)
	if len(all) > 0 && failed(all[len(all)-1]) == "timeout" {
		control := p.send(p.question())
		if len(control) == 0 || failed(control[len(control)-1]) != "" {
			return r, false
		}
		again, sent := p.briskly(q)
		if !sent {
			return r, false
		}
		all = append(all, again)
	}
	if len(all) == 0 {
		return r, false
	}
	r.Observation = all[len(all)-1]
	r.exchanges = p.exchanges(q, all)
	return r, true
}

// exchanges digests what was observed of a probe.
func (p prober) exchanges(q resolver.Probe, all []resolver.Observation) []Exchange {
	var es []Exchange
	for _, o := range all {
		e := exchange(p.s.Name, o)
		e.Options = digOptions(q)
		es = append(es, e)
	}
	return es
}

// record notes an outcome, unless the same probe has one already.
func (p prober) record(o Probe) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.s.Probe(o.ID) == nil {
		p.s.Probes = append(p.s.Probes, o)
	}
}

// judged asks a question and records what words make of the answer.
func (p prober) judged(id string, q resolver.Probe, words func(resolver.Observation) []string) (reply, bool) {
	r, ok := p.ask(q)
	if ok {
		p.record(outcome(id, words(r.Observation), r.exchanges))
	}
	return r, ok
}

// tcp asks two questions on one connection. It does not wait for what UDP
// brings, since a connection takes a round trip more, but says nothing of a
// server that does not answer for the zone.
func (p prober) tcp(known <-chan *Answer) {
	soa, all := p.question(), p.converse(false)
	answer := <-known
	if answer == nil || len(all) == 0 {
		return
	}
	if failed(all[0]) == "" && (answer.Status == Timeout || answer.Status == Unreachable) {
		p.mu.Lock()
		answer.OverTCP = true
		p.mu.Unlock()
	}
	if answer.Status != Answered {
		return
	}
	if answer.EDNS == "unsupported" && failed(all[0]) == "" {
		soa.Plain = true
		if all = p.converse(true); len(all) == 0 {
			return
		}
	}
	if failed(all[0]) == "timeout" || refusal(all[0]) {
		// Slow to connect, at the limit of its rate, or a hiccup: once more, with
		// patience.
		if o, sent := p.once(resolver.TCP, soa); sent {
			all = append(all, o)
			if failed(o) == "" && !refusal(o) {
				all = all[len(all)-1:]
			}
		}
	}
	p.keep(all)
	var words []string
	switch first := all[0]; {
	case failed(first) != "":
		words = append(words, failed(first))
	case first.Reply.Msg.Rcode != dns.RcodeSuccess:
		words = append(words, "error")
	case failed(all[len(all)-1]) == "closed":
		words = append(words, "one")
	}
	p.record(outcome("tcp", words, p.exchanges(soa, all)))
}

// keep notes what came over TCP.
func (p prober) keep(all []resolver.Observation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range all {
		if failed(o) == "" {
			p.talks[p.s.Addr] = append(p.talks[p.s.Addr], o)
		}
	}
}

// refusal reports whether an answer is an error.
func refusal(o resolver.Observation) bool {
	return failed(o) == "" && o.Reply.Msg.Rcode != dns.RcodeSuccess
}

// converse puts both questions.
func (p prober) converse(plain bool) []resolver.Observation {
	first, second := p.question(), p.challenge()
	first.Plain, second.Plain = plain, plain
	all := p.t.c.Converse(p.t.ctx, p.s.Addr, first, second)
	p.t.probed.Add(int64(len(all)))
	return all
}

// challenge is the TXT question of the first challenge name in the zone, or
// else the zone's NS: an answer of an ordinary size.
func (p prober) challenge() resolver.Probe {
	for _, id := range p.t.s.Identifiers {
		if id.Invalid == "" && resolver.InZone(id.Challenge, p.Name) {
			return resolver.Probe{Name: id.Challenge, Type: dns.TypeTXT}
		}
	}
	return resolver.Probe{Name: p.Name, Type: dns.TypeNS}
}

// unknownType asks for a type that the zone cannot have, which also shows what
// the server's negative answers look like.
func (p prober) unknownType(plain bool) {
	q := p.question()
	q.Type, q.Plain = unknownType, plain
	r, ok := p.judged("type65534", q, typeWords)
	if !ok || amiss(r.Observation) != "" || r.Reply.Msg.Truncated {
		return
	}
	a := &resolver.Answer{Server: p.s.Addr, Name: p.Name, Type: unknownType, Msg: r.Reply.Msg, Size: r.Reply.Size, Transport: resolver.UDP, RTT: r.Reply.RTT}
	d := digest(Question{p.Name, resolver.TypeName(unknownType)}, p.s.Name, a, resolver.Read(p.Name, a))
	d.Exchanges = r.exchanges
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shapes[p.s.Addr] = d
}

// version asks with EDNS version 1 and an unknown option at once, and with the
// version alone to learn which of them is not understood.
func (p prober) version() {
	q := p.question()
	q.Version, q.Option = 1, true
	r, ok := p.ask(q)
	if !ok {
		return
	}
	words, es := versionWords(r.Observation), r.exchanges
	if len(words) > 0 {
		q.Option = false
		alone, ok := p.ask(q)
		if !ok {
			return
		}
		echoed := failed(r.Observation) == "" && option(r.Reply.Msg, resolver.OptionCode) != nil
		words, es = versionWords(alone.Observation), append(es, alone.exchanges...)
		if echoed {
			words = append(words, "echoed")
		}
	}
	p.record(outcome("edns1", words, es))
}

// extras asks with an unknown option, an unknown flag and a cookie at once,
// and with each alone when that fails.
func (p prober) extras() {
	q := p.question()
	q.Option, q.Flags, q.Cookie = true, unknownFlag, true
	r, ok := p.ask(q)
	if !ok {
		return
	}
	if amiss(r.Observation) == "" || badCookie(r.Observation) {
		opt, flags, cookie := extraWords(r.Observation)
		p.record(outcome("ednsopt", opt, r.exchanges))
		p.record(outcome("ednsflags", flags, r.exchanges))
		p.record(outcome("cookie", cookie, r.exchanges))
		return
	}
	for _, one := range []struct {
		id    string
		put   func(*resolver.Probe)
		words func(opt, flags, cookie []string) []string
	}{
		{"ednsopt", func(q *resolver.Probe) { q.Option = true }, func(opt, _, _ []string) []string { return opt }},
		{"ednsflags", func(q *resolver.Probe) { q.Flags = unknownFlag }, func(_, flags, _ []string) []string { return flags }},
		{"cookie", func(q *resolver.Probe) { q.Cookie = true }, func(_, _, cookie []string) []string { return cookie }},
	} {
		q := p.question()
		one.put(&q)
		p.t.begin(func() {
			p.judged(one.id, q, func(o resolver.Observation) []string {
				if w := amiss(o); w != "" && !badCookie(o) {
					return []string{w}
				}
				return one.words(extraWords(o))
			})
		})
	}
}

// whyNoSOA finds out whether a server that does not answer for the apex SOA,
// which every server of the zone has, would do so without EDNS or in lower
// case.
func (p prober) whyNoSOA() {
	q := p.question()
	q.Plain, q.Lower = true, true
	r, ok := p.insist(q)
	if !ok {
		p.leaveOpen()
		return
	}
	if !p.hasSOA(r.Observation) {
		if refers(r.Reply.Msg) {
			p.leaveOpen() // it does not speak of the zone this time, and denied something of it another
		}
		return
	}
	q.Plain = false
	lower, ok := p.insist(q)
	switch es := append(r.exchanges, lower.exchanges...); {
	case !ok:
		p.leaveOpen()
	case p.hasSOA(lower.Observation):
		p.record(outcome("case", []string{"differs"}, es))
	default:
		p.record(outcome("edns", []string{"refused"}, es))
	}
}

// insisting is how often a question is asked until a message comes that can be
// read.
const insisting = 3

// insist asks a question on which hangs what a server's denials are worth. What
// was cut off is no answer: a server that limits its rate sends that by chance.
func (p prober) insist(q resolver.Probe) (r reply, ok bool) {
	var es []Exchange
	for range insisting {
		r, ok = p.ask(q)
		es = append(es, r.exchanges...)
		if ok && failed(r.Observation) == "" {
			break
		}
	}
	r.exchanges = es
	return r, ok && failed(r.Observation) == "" && !r.Reply.Msg.Truncated
}

// leaveOpen notes that it is not known whether the server denies its own zone, or
// why.
func (p prober) leaveOpen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, p.s.Addr)
}

// hasSOA reports whether a reply answers the question for the zone's SOA.
func (p prober) hasSOA(o resolver.Observation) bool {
	if amiss(o) != "" {
		return false
	}
	for _, rr := range o.Reply.Msg.Answer {
		if rr.Header().Rrtype == dns.TypeSOA && name(rr.Header().Name) == p.Name {
			return true
		}
	}
	return false
}

// refers reports whether a reply sends elsewhere.
func refers(m *dns.Msg) bool {
	return !m.Authoritative && m.Rcode == dns.RcodeSuccess && len(m.Answer) == 0 &&
		slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS })
}

// pause lets time pass, and reports whether the run goes on.
func (t *taker) pause(d time.Duration) bool { return pause(t.ctx, d) }

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

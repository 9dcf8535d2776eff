package survey

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// window is the time in which name servers count answers, and a little more.
const window = 1100 * time.Millisecond

// slip is an answer that was truncated without need, or nil: a sign of a limit
// on the rate of answers.
func slip(as []*Answer) *Answer {
	i := slices.IndexFunc(as, func(a *Answer) bool {
		return a.NeedsTCP && a.TCP == "" && a.EDNS == "" && a.Bytes <= resolver.UDPSize
	})
	if i < 0 {
		return nil
	}
	return as[i]
}

// A loss is how many queries went over UDP for what was answered in the end, how
// many of them were lost, and how many questions had to be asked again for that.
type loss struct{ sent, lost, again int }

func (l *loss) add(es []Exchange) {
	if len(es) == 0 || es[len(es)-1].Failure != "" || es[len(es)-1].Transport != "udp" {
		return
	}
	n := 0
	for _, e := range es {
		if e.Transport == "udp" {
			l.sent++
		}
		if e.lost(es[len(es)-1]) {
			n++
		}
	}
	l.lost += n
	l.again += min(n, 1)
}

// lost reports whether no reply came in the time that the next one took twice.
func (e Exchange) lost(next Exchange) bool {
	return e.Transport == "udp" && e.Failure == string(resolver.Timeout) && e.RTT > 2*next.RTT
}

// losses are those of each address.
func (t *taker) losses() map[netip.Addr]*loss {
	at := map[netip.Addr]*loss{}
	add := func(addr netip.Addr, es []Exchange) {
		if at[addr] == nil {
			at[addr] = &loss{}
		}
		at[addr].add(es)
	}
	for _, l := range t.lookups {
		for _, a := range l.Answers {
			add(a.Addr, a.Exchanges)
		}
	}
	for _, z := range t.zones {
		for _, s := range z.Servers {
			for _, a := range []*Answer{s.SOA, s.NS} {
				if a != nil {
					add(s.Addr, a.Exchanges)
				}
			}
			for _, probe := range s.Probes {
				add(s.Addr, probe.Exchanges)
			}
		}
	}
	return at
}

// drops reports whether an address of the zone has lost questions, two at
// least, and more queries than chance loses on the way to others: a line that
// loses everybody's is no limit.
func (z *zone) drops(addr netip.Addr, at map[netip.Addr]*loss) bool {
	chance := 0.01 / float64(len(at)) // that any of them is taken for one
	here := at[addr]
	if here == nil || here.again < 2 {
		return false
	}
	var others loss
	for a, l := range at {
		if z.byAddr[a] == nil {
			others.sent += l.sent
			others.lost += l.lost
		}
	}
	return atLeast(here.lost, here.sent, others.share()) < chance
}

// share is the part that a line loses: one in twenty, until more has been seen
// of it.
func (l loss) share() float64 { return float64(l.lost+1) / float64(l.sent+20) }

// atLeast is how likely it is that k or more of n are lost, when each is with
// probability p.
func atLeast(k, n int, p float64) float64 {
	fewer, term := 0.0, math.Pow(1-p, float64(n))
	for i := range k {
		fewer += term
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
	}
	return 1 - fewer
}

// A refused question is one that came back with REFUSED or SERVFAIL.
type refused struct {
	t resolver.Transport
	q resolver.Probe
}

// refusals are the questions that a server refused though it answers others: by
// a limit, if they are many. One is a matter of that question.
func (p prober) refusals(as []*Answer) []refused {
	var all []refused
	for _, a := range as {
		if a.Status == Lame && (a.Lame == "refused" || a.Lame == "servfail") {
			all = append(all, refused{resolver.UDP, resolver.Probe{Name: a.Name, Type: dns.StringToType[a.Type]}})
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range []string{"edns1", "tcp", "type65534", "ednsflags", "cookie", "ednsopt"} {
		if o := p.s.Probe(id); o.Is("refused") || o.Is("servfail") || o.Is("error") {
			all = append(all, p.oddly(id))
		}
	}
	return all
}

// oddly is the question of a probe that is asked of each address.
func (p prober) oddly(id string) refused {
	r := refused{resolver.UDP, p.question()}
	switch id {
	case "tcp":
		r.t = resolver.TCP
	case "edns1":
		r.q.Version = 1
	case "ednsopt":
		r.q.Option = true
	case "ednsflags":
		r.q.Flags = unknownFlag
	case "cookie":
		r.q.Cookie = true
	case "type65534":
		r.q.Type = unknownType
	}
	return r
}

// relents reports whether one of several questions that were refused is answered
// after a pause: then it was not refused for itself.
func (p prober) relents(all []refused) bool {
	if len(all) < 2 || !p.t.pause(2*window) {
		return false
	}
	last := all[len(all)-1]
	o, sent := p.once(last.t, last.q)
	return sent && failed(o) == "" && o.Reply.Msg.Rcode != dns.RcodeRefused && o.Reply.Msg.Rcode != dns.RcodeServerFailure
}

// rate looks for a limit where there are signs of one.
func (p prober) rate(slip *Answer, drops bool, refused []refused) {
	drops = drops || p.relents(refused)
	if slip != nil && !p.slips(slip) {
		slip = nil // a matter of size, not of rate
	}
	if p.t.o.Probes == ProbesDeep || drops || slip != nil {
		p.ramp()
	}
}

// slips reports whether an answer that came truncated comes whole when asked
// for again after a while. If not, the server truncates what would fit.
func (p prober) slips(a *Answer) bool {
	if !p.t.pause(window) {
		return false
	}
	q := resolver.Probe{Name: a.Name, Type: dns.StringToType[a.Type]}
	o, sent := p.once(resolver.UDP, q)
	if !sent || failed(o) != "" {
		return false
	}
	if !o.Reply.Msg.Truncated {
		return true
	}
	early := outcome("truncates", []string{"early"}, p.exchanges(q, []resolver.Observation{o}))
	early.Detail = fmt.Sprintf("the answer of %d octets to %s %s", a.Bytes, a.Name, a.Type)
	p.record(early)
	return false
}

// steps are how an address is asked: so many questions in a second each. With
// those asked slowly to make sure, 40 in all.
var steps = [...]int{5, 10, 19}

const slowly = 6

// few is how many questions of a step may stay without an answer by chance.
const few = 1

// ramp asks the same question faster and faster, up to the first sign of a
// limit. A server that has answered one step has forgotten nothing that it could
// hold against the next: only before the first it is left alone for a while. A
// bad line loses slow questions too.
func (p prober) ramp() {
	q := resolver.Probe{Name: p.Name, Type: dns.TypeCAA}
	if !p.t.pause(window) {
		return
	}
	for _, n := range steps {
		all := p.burst(q, n)
		if p.t.ctx.Err() != nil {
			return
		}
		word, missing := limited(all)
		if word == "" {
			continue
		}
		if !p.answersSlowly(q, len(all)-missing, missing) {
			return // it fails whatever the rate
		}
		o := outcome("rate", []string{word}, p.exchanges(q, all[len(all)-1:]))
		o.Detail = fmt.Sprintf("of %d questions within a second %d are not answered whole", len(all), missing)
		p.record(o)
		return
	}
	p.record(outcome("rate", nil, nil))
}

// answersSlowly reports whether every answer comes whole at two a second, once
// a limit has had time to forget a second in which so many were answered and so
// many were not: BIND counts these too, and makes up for them second by second.
func (p prober) answersSlowly(q resolver.Probe, answered, missing int) bool {
	forgets := window + time.Duration(missing)*time.Second/time.Duration(max(answered, 1))
	for i := range slowly {
		d := min(forgets, 3*window)
		if i > 0 {
			d = 500 * time.Millisecond
		}
		if !p.t.pause(d) {
			return false
		}
		if o, sent := p.briskly(q); !sent || !whole([]resolver.Observation{o}) {
			return false
		}
	}
	return true
}

// whole reports whether all answers came, and not truncated.
func whole(all []resolver.Observation) bool {
	return !slices.ContainsFunc(all, func(o resolver.Observation) bool {
		return amiss(o) != "" || o.Reply.Msg.Truncated
	})
}

// burst asks n times within a second, side by side.
func (p prober) burst(q resolver.Probe, n int) []resolver.Observation {
	all := make([]resolver.Observation, n)
	sent := make([]bool, n)
	done := make(chan int, n)
	for i := range n {
		go func() {
			defer func() { done <- i }()
			defer defect.Catch(p.t.ctx)
			all[i], sent[i] = p.briskly(q)
		}()
		if !p.t.pause(time.Second / time.Duration(n)) {
			n = i + 1
			break
		}
	}
	for range n {
		<-done
	}
	var got []resolver.Observation
	for i := range n {
		if sent[i] {
			got = append(got, all[i])
		}
	}
	return got
}

// limited tells what became of a burst: the word for the sign that it shows,
// and how many answers are not whole.
func limited(all []resolver.Observation) (word string, missing int) {
	var drops, refusals, slips int
	for _, o := range all {
		switch w := amiss(o); {
		case w == "timeout":
			drops++
		case w == "refused" || w == "servfail":
			refusals++
		case w == "" && o.Reply.Msg.Truncated:
			slips++
		}
	}
	missing = drops + refusals + slips
	switch {
	case drops > few, drops > 0 && slips > few: // who lets some slip drops the others
		return "drops", missing
	case refusals > few:
		return "refused", missing
	case slips > few:
		return "slips", missing
	}
	return "", missing
}

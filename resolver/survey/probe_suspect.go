package survey

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// suspect follows up what looks odd once all answers are there. Nothing waits
// for it any more but the report.
func (t *taker) suspect() {
	if t.o.Probes == ProbesNone || t.ctx.Err() != nil {
		return
	}
	t.control()
	// What is there is read before anything is added.
	var follow []func()
	for _, z := range t.zones {
		if z.Public {
			continue
		}
		follow = append(follow, z.caseAgain)
		for _, s := range z.Servers {
			if s.Special != "" || s.SOA == nil || !s.SOA.Status.Usable() {
				continue
			}
			p, as := prober{z, s}, z.answersOf(s)
			slip, losses := p.signs(as)
			if t.o.Probes == ProbesDeep {
				follow = append(follow, func() { p.kin(as) })
			}
			follow = append(follow, func() { p.large(as) }, func() { p.rate(slip, losses) })
		}
	}
	for _, f := range follow {
		t.wg.Go(f)
	}
	t.wg.Wait()
}

// large finds out whether an answer that never came is too large for the way.
func (p prober) large(as []*Answer) {
	i := slices.IndexFunc(as, func(a *Answer) bool { return a.Status == Timeout && (a.Type == "TXT" || a.Type == "CAA") })
	if i < 0 {
		return
	}
	q := resolver.Probe{Name: as[i].Name, Type: dns.StringToType[as[i].Type]}
	tcp, sent := p.once(resolver.TCP, q)
	if !sent || failed(tcp) != "" || tcp.Reply.Size <= dns.MinMsgSize {
		return
	}
	es := p.exchanges(q, []resolver.Observation{tcp})
	q.Size = dns.MinMsgSize
	small, ok := p.ask(q)
	if !ok || failed(small.Observation) != "" {
		return
	}
	o := outcome("large", []string{"lost"}, slices.Concat(lastOf(as[i]), es, small.exchanges))
	o.Detail = fmt.Sprintf("an answer of %d octets to %s %s does not arrive over UDP", tcp.Reply.Size, as[i].Name, as[i].Type)
	p.record(o)
}

// maxCaseLookups is how many questions of a zone are asked again in lower case.
const maxCaseLookups = 3

// caseAgain does what a resolver does that got its question back in another
// letter case: it asks all servers again, several times, and compares.
func (z *zone) caseAgain() {
	done := 0
	for _, l := range z.sortedLookups() {
		lost := slices.DeleteFunc(slices.Clone(l.Answers), func(a *Answer) bool { return !a.CaseLost || !a.Status.Usable() })
		if len(lost) == 0 || done == maxCaseLookups {
			continue
		}
		done++
		var addrs []netip.Addr
		for _, a := range l.Answers {
			if a.Status.Usable() {
				addrs = append(addrs, a.Addr)
			}
		}
		first := z.t.c.Ask(z.t.ctx, lost[0].Addr, l.Name, dns.StringToType[l.Type])
		asked, agree := z.t.c.Agree(z.t.ctx, addrs, first)
		z.t.probed.Add(int64(len(asked)))
		if agree || z.t.ctx.Err() != nil {
			continue
		}
		z.t.mu.Lock()
		for _, a := range lost {
			a.CaseDiffers = true
		}
		z.t.mu.Unlock()
	}
}

// sortedLookups are the lookups at the zone, TXT before CAA.
func (z *zone) sortedLookups() []*lookup {
	z.t.mu.Lock()
	defer z.t.mu.Unlock()
	var ls []*lookup
	for key, l := range z.t.lookups {
		if key.zone == z.Name {
			ls = append(ls, l)
		}
	}
	slices.SortFunc(ls, func(a, b *lookup) int {
		return cmp.Or(-cmp.Compare(a.Type, b.Type), byTree(a.Name, b.Name))
	})
	return ls
}

// window is the time in which name servers count answers, and a little more.
const window = 1100 * time.Millisecond

// signs are those of a limit on the rate of answers: an answer truncated
// without need, and how many were lost and came when asked for again.
func (p prober) signs(as []*Answer) (slip *Answer, losses int) {
	for _, a := range as {
		if a.NeedsTCP && a.TCP == "" && a.EDNS == "" && a.Bytes <= resolver.UDPSize && slip == nil {
			slip = a
		}
		if a.Status.Usable() && a.Transport == "udp" && lostOnce(a.Exchanges) {
			losses++
		}
	}
	for _, probe := range p.s.Probes {
		if lostOnce(probe.Exchanges) {
			losses++
		}
	}
	return slip, losses
}

// rate looks for a limit where there are signs of one.
func (p prober) rate(slip *Answer, losses int) {
	if slip != nil && !p.slips(slip) {
		slip = nil // a matter of size, not of rate
	}
	if p.t.o.Probes == ProbesDeep || losses >= 2 || slip != nil {
		p.ramp()
	}
}

// lostOnce reports whether a reply over UDP came only when asked for again.
func lostOnce(es []Exchange) bool {
	lost := slices.ContainsFunc(es, func(e Exchange) bool { return e.Failure == string(resolver.Timeout) && e.Transport == "udp" })
	return lost && es[len(es)-1].Failure == ""
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
// limit. A bad line loses slow questions too.
func (p prober) ramp() {
	q := resolver.Probe{Name: p.Name, Type: dns.TypeCAA}
	for _, n := range steps {
		if !p.t.pause(window) {
			return
		}
		all := p.burst(q, n)
		word, missing := limited(all)
		if word == "" {
			continue
		}
		if !p.answersSlowly(q) {
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
// a limit has had time to forget: BIND counts what it did not answer too, and
// makes up for it second by second.
func (p prober) answersSlowly(q resolver.Probe) bool {
	for i := range slowly {
		d := 3 * window
		if i > 0 {
			d = 500 * time.Millisecond
		}
		if !p.t.pause(d) {
			return false
		}
		if o, sent := p.once(resolver.UDP, q); !sent || !whole([]resolver.Observation{o}) {
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
			all[i], sent[i] = p.once(resolver.UDP, q)
			done <- i
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

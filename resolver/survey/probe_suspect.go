package survey

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// suspect follows up what looks odd once all answers are there. Nothing waits
// for it any more but the report.
func (t *taker) suspect() {
	if t.o.Probes == ProbesNone || t.ctx.Err() != nil {
		t.clearTCP()
		t.ownCase()
		t.allCaseAgain()
		t.leaveLarge()
		return
	}
	t.control()
	t.faces()
	// What is there is read before anything is added.
	at := t.losses()
	var follow []func()
	for _, z := range t.zones {
		if z.Public {
			continue
		}
		follow = append(follow, z.caseAgain)
		if t.o.Probes == ProbesDeep {
			follow = append(follow, z.askAbove)
		}
		for _, s := range z.Servers {
			if s.Special != "" || s.SOA == nil || !s.SOA.Status.Usable() {
				continue
			}
			p, as := prober{z, s}, z.answersOf(s)
			slip, drops, refused := slip(as), z.drops(s.Addr, at), p.refusals(as)
			if t.o.Probes == ProbesDeep {
				follow = append(follow, func() { p.kin(as) })
			}
			follow = append(follow, func() { p.large(as) }, func() { p.rate(slip, drops, refused) })
		}
	}
	for _, f := range follow {
		t.begin(f)
	}
	t.wg.Wait()
	if t.lost > 0 && t.s.Network.Large == "" {
		t.s.Network.Large = t.ownLarge()
	}
	t.leaveLarge()
}

// leaveLarge leaves open why answers did not come that may be large, where the
// run ended before it was found out, or TCP, by which it is, does not work here.
func (t *taker) leaveLarge() {
	n := &t.s.Network
	if n.Large != "" || t.ctx.Err() == nil && (n.TCP == "" || t.o.Probes == ProbesNone) {
		return
	}
	if t.losesData() && !t.arrives(max(t.lost, dns.MinMsgSize+1)) {
		n.Large = "unclear"
	}
}

// losesData reports whether TXT or CAA answers did not come from an address that
// is there.
func (t *taker) losesData() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.lookups {
		if slices.ContainsFunc(l.Answers, func(a *Answer) bool { return mayBeLarge(a) && t.c.Heard(a.Addr) }) {
			return true
		}
	}
	return false
}

// mayBeLarge reports whether an answer never came whose size is not known.
func mayBeLarge(a *Answer) bool {
	return a.Status == Timeout && (a.Type == "TXT" || a.Type == "CAA")
}

// allCaseAgain does for every zone what a CA's resolver does, where nothing is
// probed.
func (t *taker) allCaseAgain() {
	for _, z := range t.zones {
		if !z.Public {
			t.begin(z.caseAgain)
		}
	}
	t.wg.Wait()
}

// large finds out whether an answer that never came is too large for the way.
func (p prober) large(as []*Answer) {
	i := slices.IndexFunc(as, mayBeLarge)
	if i < 0 {
		return
	}
	q := resolver.Probe{Name: as[i].Name, Type: dns.StringToType[as[i].Type]}
	tcp, sent := p.once(resolver.TCP, q)
	size, how := tcp.Reply.Size, fmt.Sprintf("an answer of %d octets", tcp.Reply.Size)
	switch {
	case !sent:
		return
	case failed(tcp) == "timeout": // TCP may have gone, too
		size, how = dns.MinMsgSize+1, "an answer of unknown size"
	case failed(tcp) != "" || size <= dns.MinMsgSize:
		return
	}
	es := p.exchanges(q, []resolver.Observation{tcp})
	q.Size = dns.MinMsgSize
	small, ok := p.ask(q)
	if !ok || failed(small.Observation) != "" {
		return
	}
	p.t.lostAt(min(size, resolver.UDPSize))
	o := outcome("large", []string{"lost"}, slices.Concat(lastOf(as[i]), es, small.exchanges))
	o.Detail = fmt.Sprintf("%s to %s %s does not arrive over UDP", how, as[i].Name, as[i].Type)
	p.record(o)
}

// lostAt notes the size of an answer that does not arrive over UDP.
func (t *taker) lostAt(octets int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost == 0 || octets < t.lost {
		t.lost = octets
	}
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

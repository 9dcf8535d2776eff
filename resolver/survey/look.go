package survey

import (
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

func glueOf(d *resolver.Delegation) []netip.Addr {
	var addrs []netip.Addr
	for _, ns := range d.NS {
		addrs = append(addrs, ns.Glue...)
	}
	return addrs
}

// look asks a zone's servers a question: all of them, or a few of a registry's.
func (t *taker) look(d *resolver.Delegation, q Question, hops, cuts int) {
	l := t.lookup(d, q)
	if l == nil {
		return
	}
	z := t.zone(d)
	if z.Public {
		t.askSome(l, d, hops)
		t.unasked(l, d)
		return
	}
	if cuts > maxZoneCuts {
		l.cut("cuts")
		return
	}
	ask := func(name string, addr netip.Addr) {
		t.begin(func() {
			if t.c.Off(addr) {
				t.off(l, name, addr)
				return
			}
			t.note(l, name, t.answer(l.Zone, addr, q), hops, cuts)
		})
	}
	if t.thin(l) {
		z.one(l, ask)
		return
	}
	z.each(ask)
}

// follow resolves the target of an alias that l has found. A target in the
// same zone has often been answered with the alias.
func (t *taker) follow(l *lookup, target string, hops int) {
	q := Question{target, l.Type}
	if d := t.c.Deepest(target); d.Zone != l.Zone || resolver.Public(l.Zone) {
		t.resolve(q, q, hops)
		return
	}
	t.mu.Lock()
	if _, begun := t.s.Starts[q]; !begun {
		t.from[q] = l
	}
	t.mu.Unlock()
	t.resolve(q, q, hops)
}

// leave notes a question that is not resolved, which makes it a gap.
func (t *taker) leave(q Question) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.s.Starts[q]; !ok {
		t.s.Starts[q] = ""
	}
}

// answer returns what an address says to a question: as it said together with
// an alias that leads there, or asked for it.
func (t *taker) answer(zone string, addr netip.Addr, q Question) *resolver.Answer {
	t.mu.Lock()
	from := t.from[q]
	t.mu.Unlock()
	if from != nil && from.Zone == zone {
		a := t.answer(zone, addr, from.Question)
		if next, ok := resolver.Continue(zone, a, q.Name); ok {
			return next
		}
	}
	return t.c.Ask(t.ctx, addr, q.Name, dns.StringToType[q.Type])
}

// off notes an address of a family that is switched off.
func (t *taker) off(l *lookup, server string, addr netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.Answers = append(l.Answers, &Answer{Question: l.Question, Owner: l.Name, Server: server, Addr: addr, Status: NotAsked, Lame: "switched-off"})
}

// enough is how many of a registry's addresses have to answer a question, and
// late after how long another is asked beside those that have not: by then two
// tries are lost where servers are near.
const (
	enough = 2
	late   = time.Second
)

// askSome asks the servers of a registry's zone until two have answered, or
// three have been asked and one has.
func (t *taker) askSome(l *lookup, d *resolver.Delegation, hops int) {
	z := t.zone(d)
	qtype := dns.StringToType[l.Type]
	answered := make(chan struct{}, enough+1)
	var asked []netip.Addr
	waiting := 0
	ask := func(n int) {
		for _, addr := range t.pick(d, l, asked, n) {
			asked = append(asked, addr)
			waiting++
			go func() {
				defer func() { answered <- struct{}{} }()
				defer defect.Catch(t.ctx)
				t.note(l, z.serverName(addr), t.c.Ask(t.ctx, addr, l.Name, qtype), hops, 0)
			}()
		}
	}
	timer := time.NewTimer(late)
	defer timer.Stop()
	for ask(max(1, enough-l.usable())); waiting > 0; {
		more := false
		select {
		case <-answered:
			waiting--
			more = waiting == 0
		case <-timer.C:
			more = true
		}
		if more && len(asked) <= enough && l.usable() < enough && t.ctx.Err() == nil {
			ask(1)
		}
	}
}

// pick chooses n addresses of a registry's zone that l has not asked yet,
// those known to answer first.
func (t *taker) pick(d *resolver.Delegation, l *lookup, asked []netip.Addr, n int) []netip.Addr {
	var addrs []netip.Addr
	for _, s := range t.c.OrderFor(t.c.Addresses(t.ctx, d), l.Name, dns.StringToType[l.Type]) {
		if !l.has(s.Addr) && !slices.Contains(asked, s.Addr) && !slices.Contains(addrs, s.Addr) {
			addrs = append(addrs, s.Addr)
		}
	}
	return addrs[:min(n, len(addrs))]
}

// note adds an answer to a lookup and follows where it leads.
func (t *taker) note(l *lookup, server string, a *resolver.Answer, hops, cuts int) {
	r := resolver.Read(l.Zone, a)
	ans := digest(l.Question, server, a, r)
	ans.Disputed = resolver.Disagree(l.Zone, a)
	if intercepted(l.Zone, ans) {
		ans.Status, ans.Lame = NotAsked, "intercepted"
	}
	if z := t.known(l.Zone); z != nil && z.Public {
		z.seen(server, a.Server)
	}
	t.mu.Lock()
	l.Answers = append(l.Answers, ans)
	t.mu.Unlock()
	if t.ctx.Err() != nil {
		t.validate(l.Zone, a, r, ans) // which says that it is too late
		return
	}
	switch r.Kind {
	case resolver.Referral:
		child := t.c.Learn(l.Zone, a, r)
		if t.first(l, "cut "+child.Zone) {
			t.look(child, l.Question, hops, cuts+1)
		}
	case resolver.Aliased:
		if t.first(l, "alias "+r.Alias.To) {
			t.tell(HopFollowed{l.Name, r.Alias.To, l.Type})
			if !t.branches(l) {
				t.leave(Question{r.Alias.To, l.Type})
				return
			}
			t.follow(l, r.Alias.To, hops+1)
		}
	}
	t.probeWildcard(l, a, ans)
	t.cover(l, a, ans)
	t.validate(l.Zone, a, r, ans)
}

// known returns the gatherer of a zone that has one.
func (t *taker) known(name string) *zone {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.zones[name]
}

// intercepted reports whether something else answers in place of a root
// server: those are authoritative and offer no recursion (RFC 7720 §2).
func intercepted(zone string, a *Answer) bool {
	return zone == "." && a.Recursion && !a.Authoritative
}

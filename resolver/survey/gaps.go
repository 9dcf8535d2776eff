package survey

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"

	"dns01/resolver"
)

// Ended is the reason of a gap that a run leaves which is over, "" while it goes
// on.
func Ended(ctx context.Context) string {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "deadline"
	case ctx.Err() != nil:
		return "interrupted"
	}
	return ""
}

// gaps writes down what could not be looked at, and why.
func (t *taker) gaps(ctx context.Context) {
	why := cmp.Or(Ended(ctx), "limit")
	s := t.s
	t.silentRoot()
	t.discountForged()
	for q, zone := range s.Starts {
		if zone == "" {
			delete(s.Starts, q)
			s.Gaps = append(s.Gaps, Gap{Question: q, Reason: why})
		}
	}
	if t.ended {
		s.Gaps = append(s.Gaps, Gap{Reason: why})
	}
	if t.died {
		s.Gaps = append(s.Gaps, Gap{Reason: string(resolver.LineDead)})
	}
	for _, z := range t.zones {
		for _, a := range z.open {
			if t.denies(z.Name, a) {
				s.Gaps = append(s.Gaps, Gap{Question{z.Name, "SOA"}, z.Name, a, "denial-open"})
			}
		}
	}
	for _, l := range s.Lookups {
		if l.Undecided {
			s.Gaps = append(s.Gaps, Gap{Question: l.Question, Zone: l.Zone, Reason: cmp.Or(Ended(ctx), string(resolver.LineDead))})
		}
		usable := slices.ContainsFunc(l.Answers, func(a *Answer) bool { return a.Status.Usable() })
		for _, a := range l.Answers {
			switch {
			case a.Status == NotAsked && a.Lame != "":
				s.Gaps = append(s.Gaps, Gap{l.Question, l.Zone, a.Addr, a.Lame})
				a.Lame = ""
			case a.Status == Truncated && (s.Network.TCP == "untried" || s.Network.TCP == "wavers"):
				s.Gaps = append(s.Gaps, Gap{l.Question, l.Zone, a.Addr, "tcp-" + s.Network.TCP})
			case a.Status.Usable() && a.Unjudged() && ctx.Err() == nil:
				s.Gaps = append(s.Gaps, Gap{l.Question, l.Zone, a.Addr, "keys-unseen"})
			case a.Status == NotAsked, a.Status.Usable() && a.Unjudged():
				s.Gaps = append(s.Gaps, Gap{l.Question, l.Zone, a.Addr, why})
			case a.Status == NoRoute && !usable:
				s.Gaps = append(s.Gaps, Gap{l.Question, l.Zone, a.Addr, "no-route"})
			}
		}
	}
	slices.SortFunc(s.Gaps, func(a, b Gap) int {
		return cmp.Or(byTree(a.Name, b.Name), cmp.Compare(a.Type, b.Type), a.Addr.Compare(b.Addr))
	})
}

// denies reports whether an address has denied something in a zone.
func (t *taker) denies(zone string, addr netip.Addr) bool {
	for _, l := range t.s.Lookups {
		if l.Zone == zone && slices.ContainsFunc(l.Answers, func(a *Answer) bool { return a.Addr == addr && a.Status.denies() }) {
			return true
		}
	}
	return false
}

// silentRoot marks the answers of root servers as not asked when none of them
// gave a usable one, or when all of them were silent to a question: thirteen
// operators do not fail together, our own network does.
func (t *taker) silentRoot() {
	var root []*Answer
	for _, l := range t.s.Lookups {
		if l.Zone != "." {
			continue
		}
		root = append(root, l.Answers...)
		if !slices.ContainsFunc(l.Answers, func(a *Answer) bool { return a.Status != Timeout && !a.Status.Ours() }) {
			unheard(l.Answers)
		}
	}
	z := t.zones["."]
	if z == nil || z.used || slices.ContainsFunc(root, func(a *Answer) bool { return a.Status.Usable() }) {
		return
	}
	unheard(root)
}

// forged is the reason of a gap that forgeries leave.
const forged = "forged"

// discountForged marks as not asked what brought nothing, of servers in whose name
// forgeries come, and in root servers' names as well: whoever sends them does so to
// this host, and the true reply was drowned. Where one question brought silence and
// another forgeries, some of those were lost, too.
func (t *taker) discountForged() {
	for _, z := range t.zones {
		for _, s := range z.Servers {
			for _, a := range z.answersOf(s) {
				t.drown(a)
			}
		}
	}
	for _, l := range t.lookups {
		for _, a := range l.Answers {
			t.drown(a)
		}
	}
}

// drown marks an answer as not asked where forgeries are all that may have come.
func (t *taker) drown(a *Answer) {
	if a.Status == Timeout && t.c.Forged(a.Addr) {
		a.Status, a.Lame = NotAsked, forged
	}
}

// unheard marks answers of root servers as not asked.
func unheard(root []*Answer) {
	for _, a := range root {
		if a.Status != NoRoute && a.Lame != string(resolver.NotRecorded) && a.Lame != rootFails { // a line that is dead from the start
			a.Status, a.Lame = NotAsked, "root-silent"
		}
	}
}

// count takes over the query counts, and what they tell of our network.
func (t *taker) count() {
	t.s.Network.IPv4, t.s.Network.IPv6 = t.c.Network()
	t.s.Network.Quickest = t.c.Quickest()
	t.s.Queries.Probes = int(t.probed.Load()) + t.c.Controls()
	if t.o.Counter == nil {
		return
	}
	c := t.o.Counter.Counts()
	q := &t.s.Queries
	q.UDP, q.TCP, q.Total = c.UDP, c.TCP, c.UDP+c.TCP
	q.CAA = c.ByType[257]
	q.ByServer = map[string]int{}
	for a, n := range c.ByServer {
		q.ByServer[a.String()] = n
	}
}

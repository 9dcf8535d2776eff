package main

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"

	"github.com/miekg/dns"

	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/dnssec"
)

// notes are taken while a lookup goes on: every exchange, and what was
// concluded from it. They are safe for concurrent use.
type notes struct {
	mu        sync.Mutex
	exchanges []resolver.Observation
	hops      []resolver.Hop
	bogus     []bogusAnswer
	names     map[netip.Addr][]string // of hosts, as address records have it
}

// A bogusAnswer is one that validation threw away: of this type, from there.
type bogusAnswer struct {
	qtype  uint16
	server string
}

func newNotes(roots []resolver.Root) *notes {
	if roots == nil {
		roots = resolver.BuiltinRoots()
	}
	n := &notes{names: map[netip.Addr][]string{}}
	for _, r := range roots {
		for _, a := range r.Addrs {
			n.named(a, bareName(r.Name))
		}
	}
	return n
}

func (n *notes) named(a netip.Addr, host string) {
	if !slices.Contains(n.names[a], host) {
		n.names[a] = append(n.names[a], host)
	}
}

// exchange notes one query and what came back.
func (n *notes) exchange(ob resolver.Observation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.exchanges = append(n.exchanges, ob)
	if ob.Err != nil {
		return
	}
	for _, rr := range slices.Concat(ob.Reply.Msg.Answer, ob.Reply.Msg.Extra) {
		var ip []byte
		switch rr := rr.(type) {
		case *dns.A:
			ip = rr.A
		case *dns.AAAA:
			ip = rr.AAAA
		}
		if a, ok := netip.AddrFromSlice(ip); ok {
			n.named(a.Unmap(), bareName(rr.Header().Name))
		}
	}
}

// hop notes what the resolver concludes.
func (n *notes) hop(h resolver.Hop) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hops = append(n.hops, h)
}

// fetch is the client's, and notes which servers a validator wants to avoid:
// they gave bogus answers.
func (n *notes) fetch(c *resolver.Client) dnssec.Fetch {
	return func(ctx context.Context, name string, qtype uint16, avoid []string) dnssec.Response {
		n.thrownAway(qtype, avoid)
		return c.Fetch(ctx, name, qtype, avoid)
	}
}

func (n *notes) thrownAway(qtype uint16, servers []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range servers {
		n.bogus = append(n.bogus, bogusAnswer{qtype, s})
	}
}

// trace puts the notes in order: each exchange with its conclusion.
func (n *notes) trace(r dnssec.Response, v dnssec.Verdict) []report.LookupStep {
	if v.Status == dnssec.Bogus && !r.Failed {
		n.thrownAway(r.Type, append([]string{r.Server}, r.Via...))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	slices.SortStableFunc(n.exchanges, byTime)
	way := n.way(r)
	steps := make([]report.LookupStep, len(n.exchanges))
	for i, ob := range n.exchanges {
		steps[i] = n.step(ob)
		steps[i].OnWay = steps[i].OnWay && ob.Query.Msg.Question[0].Qtype == r.Type && slices.Contains(way, steps[i].Name)
	}
	return steps
}

// byTime orders exchanges, those of one moment by server and question.
func byTime(a, b resolver.Observation) int {
	p, q := a.Query.Msg.Question[0], b.Query.Msg.Question[0]
	return cmp.Or(a.At.Compare(b.At),
		cmp.Compare(bareName(p.Name), bareName(q.Name)), cmp.Compare(p.Qtype, q.Qtype),
		a.Query.Server.Compare(b.Query.Server), cmp.Compare(a.Query.Transport, b.Query.Transport))
}

// way are the names that the aliases lead through, the first one asked for.
func (n *notes) way(r dnssec.Response) []string {
	names := []string{bareName(r.Name)}
	for _, h := range n.hops {
		if h.Type == r.Type && slices.Contains(names, h.Name) && h.Reading.Kind == resolver.Aliased {
			names = append(names, h.Reading.Alias.To)
		}
	}
	for _, rr := range r.Answer {
		if c, ok := rr.(*dns.CNAME); ok {
			names = append(names, bareName(c.Target))
		}
	}
	return names
}

// step says what one exchange came to.
func (n *notes) step(ob resolver.Observation) report.LookupStep {
	q := ob.Query.Msg.Question[0]
	use := n.useOf(ob)
	s := report.LookupStep{
		Zone: use.zone, Name: bareName(q.Name), Type: dns.Type(q.Qtype).String(),
		Server: ob.Query.Server.Addr(), Host: n.host(ob.Query.Server.Addr(), use.zone),
		Transport: string(ob.Query.Transport), EDNS: ob.Query.Msg.IsEdns0() != nil,
		Taken: use.taken, OnWay: use.last, Took: ob.Took,
	}
	s.Outcome, s.Detail = outcomeIn(use.zone, ob)
	if ob.Err != nil {
		return s
	}
	s.Rcode, s.Bytes = rcodeName(ob.Reply.Msg.Rcode), ob.Reply.Size
	s.CaseLost = len(ob.Reply.Msg.Question) > 0 && ob.Reply.Msg.Question[0].Name != q.Name
	if s.Taken && s.Outcome != string(resolver.Referral) && slices.Contains(n.bogus, bogusAnswer{q.Qtype, s.Server.String()}) {
		s.Taken, s.Bogus = false, true
	}
	return s
}

// A use is what an exchange was for.
type use struct {
	zone  string // whose servers were asked, or ""
	last  bool   // its answer came to this
	taken bool   // and the resolver went on with it
}

// useOf finds the hop that an exchange belongs to. One that no hop has was not
// waited for, or made to compare answers in lower case: it belongs where the
// same question was asked.
func (n *notes) useOf(ob resolver.Observation) use {
	var u, similar use
	q := ob.Query.Msg.Question[0]
	for _, h := range n.hops {
		if h.Type == q.Qtype && h.Name == bareName(q.Name) {
			similar.zone = h.Zone
		}
		for i, a := range h.Answers {
			if last, found := countsIn(a, ob); found {
				u.zone = h.Zone
				u.last = u.last || last
				u.taken = u.taken || last && i == len(h.Answers)-1 && h.Reading.Kind.Usable()
			}
		}
	}
	if u.zone == "" {
		return similar
	}
	return u
}

// countsIn reports whether an exchange was made for an answer, and whether it
// is the one that counts: the reply taken, or the last that put the question.
// Others only found out whether the server is alive.
func countsIn(a *resolver.Answer, ob resolver.Observation) (counts, found bool) {
	last := -1
	for i, x := range a.Exchanges {
		found = found || x.Query.Msg == ob.Query.Msg
		if x.Query.Msg.Question[0].Qtype == a.Type {
			last = i
		}
	}
	switch {
	case !found:
		return false, false
	case a.Msg == nil:
		return a.Exchanges[last].Query.Msg == ob.Query.Msg, true
	}
	return a.Msg == ob.Reply.Msg, true
}

// host is the name of a server, the one that the zone's delegation gives if it
// goes by several.
func (n *notes) host(a netip.Addr, zone string) string {
	names := n.names[a]
	if len(names) == 0 {
		return ""
	}
	for _, h := range n.hops {
		for _, name := range h.Reading.ChildNS {
			if h.Reading.Child == zone && slices.Contains(names, name) {
				return name
			}
		}
	}
	return names[0]
}

// outcomeIn is what a resolver makes of one exchange with a server of zone:
// the kind of reading, or of failure, and what it leads to or why.
func outcomeIn(zone string, ob resolver.Observation) (outcome, detail string) {
	if ob.Err != nil {
		return string(resolver.FailureOf(ob.Err)), ""
	}
	if ob.Reply.Msg.Truncated {
		return string(resolver.Cut), ""
	}
	if zone == "" {
		zone = "."
	}
	q := ob.Query.Msg.Question[0]
	r := resolver.Read(zone, &resolver.Answer{
		Server: ob.Query.Server.Addr(), Name: bareName(q.Name), Type: q.Qtype,
		Msg: ob.Reply.Msg, Size: ob.Reply.Size, Transport: ob.Query.Transport,
	})
	switch r.Kind {
	case resolver.Referral:
		return string(r.Kind), r.Child
	case resolver.Aliased:
		return string(r.Kind), r.Alias.To
	case resolver.Lame:
		return string(r.Kind), r.Lame
	}
	return string(r.Kind), r.Weak
}

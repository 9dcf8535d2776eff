package survey

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// around looks once more, through a resolver, where direct DNS does not leave
// this network or is answered by somebody else. The first resolver that may be
// asked so and answers stands in for all servers; [Survey.Via] names it. What
// it says is one view, and may be as old as its cache.
func (t *taker) around() {
	if t.ctx.Err() != nil || !t.barred() {
		return
	}
	for _, r := range t.o.Resolvers {
		if r.Around && t.through(r) {
			t.s.Via = r.Name
			return
		}
	}
}

// barred reports whether not even the root could be asked.
func (t *taker) barred() bool {
	z := t.known(".")
	if z == nil || z.used {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	asked := false
	for key, l := range t.lookups {
		if key.zone != "." {
			continue
		}
		asked = asked || slices.ContainsFunc(l.Answers, func(a *Answer) bool { return a.Status != NoRoute })
		if slices.ContainsFunc(l.Answers, func(a *Answer) bool { return a.Status.Usable() }) {
			return false
		}
	}
	return asked
}

// through asks a resolver all that a CA looks up. It reports false when no
// message came.
func (t *taker) through(r Resolver) bool {
	var qs []Question
	for _, id := range t.s.Identifiers {
		if id.Invalid != "" {
			continue
		}
		qs = append(qs, Question{id.Challenge, "TXT"})
		for _, name := range id.CAA {
			qs = append(qs, Question{name, "CAA"})
		}
	}
	slices.SortFunc(qs, func(a, b Question) int { return cmp.Or(byTree(a.Name, b.Name), cmp.Compare(a.Type, b.Type)) })
	qs = slices.Compact(qs)
	answers := make([]*Answer, len(qs))
	var wg sync.WaitGroup
	for i, q := range qs {
		defect.Go(t.ctx, &wg, func() { answers[i] = t.throughOne(r, q) })
	}
	wg.Wait()
	if !slices.ContainsFunc(answers, func(a *Answer) bool { return a.Rcode != "" }) {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, q := range qs {
		zone := registrable(q.Name)
		t.s.Starts[q] = zone
		l := &lookup{Lookup: Lookup{Zone: zone, Question: q, Answers: answers[i : i+1]}, t: t, led: map[string]bool{}}
		t.lookups[lookupKey{zone, q}] = l
	}
	return true
}

// registrable is the domain below the registry's that a name lies in, or the
// name itself where that is a registry's.
func registrable(name string) string {
	for below := name; ; {
		_, above, found := strings.Cut(below, ".")
		if !found || resolver.Public(above) {
			return below
		}
		below = above
	}
}

// throughOne asks a resolver one question. What did not come, or not in time,
// is our lack, not a server's.
func (t *taker) throughOne(r Resolver, q Question) *Answer {
	o := t.askResolver(r, q, cacheTimeout)
	a := &resolver.Answer{Server: r.Addr.Addr(), Name: q.Name, Type: dns.StringToType[q.Type], Transport: o.Query.Transport, RTT: o.Took, Failure: resolver.FailureOf(o.Err)}
	if o.Err == nil {
		// A resolver has no authority, and offers recursion: neither is odd.
		a.Msg, a.Size = o.Reply.Msg.Copy(), o.Reply.Size
		a.Msg.Authoritative, a.Msg.RecursionAvailable = true, false
	}
	d := wholeChain(q, r.Name, a)
	d.Exchanges = []Exchange{exchange("", o)}
	if !r.Addr.IsValid() {
		d.Exchanges[0].Server = r.Name
	}
	if d.Rcode == "" {
		d.Status = NotAsked
	}
	return d
}

// wholeChain digests a message that holds the aliases of several zones.
func wholeChain(q Question, server string, a *resolver.Answer) *Answer {
	reading := resolver.Read(".", a)
	d := digest(q, server, a, reading)
	aliases := d.Aliases
	for range maxHops {
		if reading.Kind != resolver.Aliased {
			break
		}
		next, ok := resolver.Continue(".", a, reading.Alias.To)
		if !ok {
			break
		}
		a, reading = next, resolver.Read(".", next)
		d = digest(Question{next.Name, q.Type}, server, a, reading)
		aliases = append(aliases, d.Aliases...)
	}
	d.Question, d.Aliases = q, aliases
	return d
}

package survey

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// Limits on what is asked of resolvers about zones that are silent here.
const (
	mostShut      = 4 // zones
	mostResolvers = 3 // resolvers for each
	mostHosts     = 2 // of its name servers that have no address
	mostPlain     = 2 // of its addresses that are asked once more
	mostTries     = 4 // of a question that a resolver is silent to
)

// tryWaits is how long a resolver is waited for, but the last time. One that
// hears the servers needs less.
const tryWaits = 1500 * time.Millisecond

// A View is what others get from a zone none of whose servers has an answer
// here: either they answer nobody, or they answer others.
type View struct {
	// Answers are what resolvers elsewhere said just now: to a name made up for
	// the question right below the zone, which no cache holds, and for its NS
	// records, which tell whether it is these servers that were asked.
	Answers []ResolverAnswer
	// Plain are those of the servers that do answer here, in lower case and
	// without EDNS: it is not us whom they shut out, but how we ask.
	Plain []Exchange
	// Cut means that the run ended before that was known.
	Cut bool
}

// Shuts reports whether an answer is what a server gives that shuts somebody
// out: nothing, or REFUSED. One that is heard in any other way does not.
func (a *Answer) Shuts() bool {
	switch a.Status {
	case Timeout:
		return a.EDNS == "" && a.Late == 0 && !a.Elsewhere.IsValid() && !a.OverTCP
	case Unreachable:
		return !a.OverTCP
	case Lame:
		return a.Lame == "refused"
	}
	return false
}

// Shut reports whether nothing of use was heard of a zone, in the answers of
// its servers that are given: whoever asks may be shut out.
func (z *Zone) Shut(answers []*Answer) bool {
	shut := slices.ContainsFunc(z.Problems, NameServerProblem.unheard)
	for _, a := range answers {
		if a.Status.Ours() {
			continue
		}
		if !a.Shuts() {
			return false
		}
		shut = true
	}
	return shut
}

// unheard reports whether a name server's own zone had no answer for us.
func (p NameServerProblem) unheard() bool { return p.Reason == "timeout" || p.Reason == "failed" }

// elsewhere asks resolvers about the zones that nothing was heard of. A label
// that nobody has asked for before has to be looked up: so what comes back was
// said by the servers of the zone a moment ago.
func (t *taker) elsewhere() {
	rs := t.elsewhereAsked()
	if len(rs) == 0 {
		return
	}
	zs := t.shut()
	for _, z := range zs {
		z.Elsewhere = &View{}
		if t.ctx.Err() == nil {
			t.begin(func() { z.ask(rs) })
		}
	}
	t.wg.Wait()
	for _, z := range zs {
		z.Elsewhere.Cut = t.ctx.Err() != nil
	}
}

// elsewhereAsked are the resolvers that are no part of this network, as far as
// is known: this host's own may have a zone of its own by the name.
func (t *taker) elsewhereAsked() []Resolver {
	rs := slices.DeleteFunc(slices.Clone(t.o.Resolvers), func(r Resolver) bool { return r.Local && !r.Around || r.Name == t.s.Via })
	return rs[:min(mostResolvers, len(rs))]
}

// shut are the zones that nothing was heard of, the highest first.
func (t *taker) shut() []*zone {
	var zs []*zone
	for _, z := range t.zones {
		var as []*Answer
		for _, s := range z.Servers {
			as = append(as, z.answersOf(s)...)
		}
		if z.Name != "." && !z.used && z.Shut(as) {
			zs = append(zs, z)
		}
	}
	slices.SortFunc(zs, func(a, b *zone) int { return byTree(a.Name, b.Name) })
	return zs[:min(mostShut, len(zs))]
}

// ask asks all of the resolvers side by side, and the servers once more as
// plainly as can be where one of the resolvers has heard them.
func (z *zone) ask(rs []Resolver) {
	answers := make([][]ResolverAnswer, len(rs))
	var wg sync.WaitGroup
	for i, r := range rs {
		defect.Go(z.t.ctx, &wg, func() { answers[i] = z.askResolver(r) })
	}
	wg.Wait()
	z.Elsewhere.Answers = slices.Concat(answers...)
	if slices.ContainsFunc(z.Elsewhere.Answers, ResolverAnswer.Fresh) {
		z.Elsewhere.Plain = z.plainly()
	}
}

// askResolver asks for a made-up name; where that was answered for the zone's NS
// records, and for names below those of name servers that have no address here.
func (z *zone) askResolver(r Resolver) []ResolverAnswer {
	as := []ResolverAnswer{z.insist(r, func(try int) Question { return z.madeUp(r, z.Name, try) })}
	if !as[0].Fresh() {
		return as
	}
	as = append(as, z.insist(r, func(int) Question { return Question{z.Name, "NS"} }))
	asked := 0
	for _, p := range z.Problems {
		if p.unheard() && asked < mostHosts {
			asked++
			as = append(as, z.insist(r, func(try int) Question { return z.madeUp(r, p.Server, try) }))
		}
	}
	return as
}

// insist asks a resolver again where nothing comes: a question or an answer got
// lost, or the resolver waits for servers that are silent to it, and has found
// that out by the next one. The last goes over TCP, in case that UDP does not get
// through.
func (z *zone) insist(r Resolver, question func(try int) Question) ResolverAnswer {
	var a ResolverAnswer
	for try := range mostTries - 1 {
		a = z.t.cachedWithin(tryWaits, r, question(try))
		if a.Status != Timeout || z.t.ctx.Err() != nil {
			return a
		}
	}
	if cmp.Or(r.Transport, resolver.UDP) == resolver.UDP {
		r.Transport = resolver.TCP
	}
	return z.t.cached(r, question(mostTries-1))
}

// madeUp is a question below a name that nobody has asked a resolver before,
// another one for each try.
func (z *zone) madeUp(r Resolver, below string, try int) Question {
	return Question{z.t.c.ProbeLabel(fmt.Sprintf("%s %s %d", r.Name, below, try)) + "." + below, "TXT"}
}

// Fresh reports whether an answer to a made-up name comes from servers that were
// asked for it: not from what a resolver can tell by itself.
func (r ResolverAnswer) Fresh() bool {
	const synthesized = 29 // EDE (RFC 8914 §5.2)
	return r.Type == "TXT" && r.EDECode != synthesized &&
		(r.Status == Answered || (r.Status == NXDomain || r.Status == NoData) && r.SOA != "")
}

// plainly asks servers for the zone's SOA in lower case and without EDNS, and
// returns the exchanges that brought it.
func (z *zone) plainly() []Exchange {
	asked := z.Servers[:min(mostPlain, len(z.Servers))]
	answers := make([][]Exchange, len(asked))
	var wg sync.WaitGroup
	for i, s := range asked {
		if s.Special != "" || z.t.c.Off(s.Addr) {
			continue
		}
		defect.Go(z.t.ctx, &wg, func() {
			o, sent := z.t.c.ProbeOnce(z.t.ctx, s.Addr, resolver.UDP, resolver.Probe{Name: z.Name, Type: dns.TypeSOA, Lower: true, Plain: true})
			if sent {
				z.t.probed.Add(1)
			}
			if sent && amiss(o) == "" {
				answers[i] = []Exchange{exchange(s.Name, o)}
			}
		})
	}
	wg.Wait()
	return slices.Concat(answers...)
}

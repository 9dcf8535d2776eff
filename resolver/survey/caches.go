package survey

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// cacheTimeout is how long a cache may take: it may have to resolve.
const cacheTimeout = 3 * time.Second

// askCaches asks every cache for the challenge names that all authoritative
// servers answer alike. A name that does not exist yet is never asked for:
// that would plant a negative answer in the cache.
func (t *taker) askCaches() {
	if t.ctx.Err() != nil {
		return
	}
	var asked []Question
	for _, id := range t.s.Identifiers {
		q := Question{id.Challenge, "TXT"}
		if id.Invalid != "" || slices.Contains(asked, q) || !t.agreed(q, 0) {
			continue
		}
		asked = append(asked, q)
		for _, r := range t.o.Resolvers {
			t.wg.Go(func() { t.askCache(r, q) })
		}
	}
	t.wg.Wait()
	slices.SortStableFunc(t.s.Resolvers, func(a, b ResolverAnswer) int {
		return strings.Compare(a.Resolver, b.Resolver)
	})
}

// agreed reports whether every server that q leads to gave the same records.
func (t *taker) agreed(q Question, hops int) bool {
	zone := t.s.Starts[q]
	for range maxZoneCuts {
		l := t.lookups[lookupKey{zone, q}]
		if l == nil || len(l.Answers) == 0 || hops > maxHops {
			return false
		}
		first := l.Answers[0]
		for _, a := range l.Answers {
			if a.Status.Ours() {
				continue
			}
			if !a.Status.Usable() || a.Status != first.Status || a.Child != first.Child ||
				signature(a) != signature(first) || !slices.Equal(recordSet(a), recordSet(first)) {
				return false
			}
		}
		switch first.Status {
		case Answered:
			return true
		case Aliased:
			return t.agreed(Question{first.Owner, q.Type}, hops+len(first.Aliases))
		case Referral:
			zone = first.Child
		default:
			return false
		}
	}
	return false
}

func (t *taker) askCache(r Resolver, q Question) {
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(q.Name), dns.StringToType[q.Type])
	m.SetEdns0(resolver.UDPSize, false)
	query := resolver.Query{Server: r.Addr, Transport: resolver.UDP, Msg: m, Timeout: cacheTimeout}
	o := t.exchange(query)
	if o.Err == nil && o.Reply.Msg.Truncated {
		query.Transport = resolver.TCP
		o = t.exchange(query)
	}
	ans := ResolverAnswer{
		Question: q, Resolver: r.Name, Local: r.Local, Addr: r.Addr,
		RTT: o.Took, Exchange: exchange("", o),
	}
	ans.read(o)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Resolvers = append(t.s.Resolvers, ans)
}

func (t *taker) exchange(q resolver.Query) resolver.Observation {
	o := resolver.Observation{Query: q, At: time.Now()}
	o.Reply, o.Err = t.o.Exchanger.Exchange(t.ctx, q)
	o.Took = time.Since(o.At)
	return o
}

// read digests what a cache answered: the chain may be whole in one message,
// whatever zones it runs through.
func (r *ResolverAnswer) read(o resolver.Observation) {
	a := &resolver.Answer{Name: r.Name, Type: dns.StringToType[r.Type], Transport: o.Query.Transport}
	a.Failure = resolver.FailureOf(o.Err)
	a.Msg = o.Reply.Msg
	reading := resolver.Read(".", a)
	for range maxHops {
		if reading.Kind != resolver.Aliased {
			break
		}
		next, ok := resolver.Continue(".", a, reading.Alias.To)
		if !ok {
			break
		}
		a, reading = next, resolver.Read(".", next)
	}
	r.Status = status(a, reading)
	if a.Msg == nil {
		return
	}
	r.Rcode, r.EDE = rcode(a.Msg.Rcode), extended(a.Msg)
	for i, rr := range reading.Records {
		rec := record(rr)
		r.Records = append(r.Records, rec)
		if i == 0 || rec.TTL < r.TTL {
			r.TTL = rec.TTL
		}
	}
	if len(r.Records) == 0 && reading.SOA != nil {
		r.TTL = soa(reading.SOA).NegativeTTL
	}
}

// extended returns the first extended error of a message in words (RFC 8914).
func extended(m *dns.Msg) string {
	opt := m.IsEdns0()
	if opt == nil {
		return ""
	}
	for _, o := range opt.Option {
		if e, ok := o.(*dns.EDNS0_EDE); ok {
			return fmt.Sprintf("%s %q", dns.ExtendedErrorCodeToString[e.InfoCode], e.ExtraText)
		}
	}
	return ""
}

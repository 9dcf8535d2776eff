package survey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// cacheTimeout is how long a cache may take: it may have to resolve.
const cacheTimeout = 3 * time.Second

// askCaches asks caches what they hold, and only for what all authoritative
// servers have and answer alike: the TXT records of challenge names, and of
// this host's own resolver the name servers of their zones, which are others
// where it sees a private copy of a zone. A name that does not exist yet is
// never asked for: that would plant a negative answer in the cache.
func (t *taker) askCaches() {
	if t.ctx.Err() != nil || len(t.o.Resolvers) == 0 {
		return
	}
	var asked []Question
	for _, id := range t.s.Identifiers {
		q := Question{id.Challenge, "TXT"}
		if id.Invalid == "" && !slices.Contains(asked, q) && t.agreed(q, 0) {
			asked = append(asked, q)
			t.askEach(q, func(r Resolver) bool { return r.Name != t.s.Via })
		}
		z := t.served(strings.TrimPrefix(id.Name, "*."))
		if z == nil || !z.agreedNS() || slices.Contains(asked, Question{z.Name, "NS"}) {
			continue
		}
		asked = append(asked, Question{z.Name, "NS"})
		t.askEach(Question{z.Name, "NS"}, func(r Resolver) bool { return r.Local })
	}
	t.wg.Wait()
	slices.SortStableFunc(t.s.Resolvers, func(a, b ResolverAnswer) int {
		return cmp.Or(strings.Compare(a.Resolver, b.Resolver), byTree(a.Name, b.Name), strings.Compare(a.Type, b.Type))
	})
}

// askEach asks some of the caches a question.
func (t *taker) askEach(q Question, which func(Resolver) bool) {
	for _, r := range t.o.Resolvers {
		if which(r) {
			t.begin(func() { t.askCache(r, q) })
		}
	}
}

// agreedNS reports whether every server of a zone that may be asked gave the
// same NS records.
func (z *zone) agreedNS() bool {
	var first *Answer
	for _, s := range z.Servers {
		switch {
		case s.Special != "" || s.NS == nil || s.NS.Status.Ours():
			continue
		case s.NS.Status != Answered:
			return false
		case first == nil:
			first = s.NS
		case !slices.Equal(recordSet(first), recordSet(s.NS)):
			return false
		}
	}
	return first != nil
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
	ans := t.cached(r, q)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Resolvers = append(t.s.Resolvers, ans)
}

// cached is what a resolver says to a question.
func (t *taker) cached(r Resolver, q Question) ResolverAnswer {
	return t.cachedWithin(cacheTimeout, r, q)
}

// cachedWithin is cached for who waits no longer than that.
func (t *taker) cachedWithin(wait time.Duration, r Resolver, q Question) ResolverAnswer {
	o := t.askResolver(r, q, wait)
	ans := ResolverAnswer{
		Question: q, Resolver: r.Name, Local: r.Local, Addr: r.Addr,
		RTT: o.Took, Exchange: exchange("", o),
	}
	if !r.Addr.IsValid() {
		ans.Exchange.Server = r.Name
	}
	ans.read(o)
	return ans
}

// askResolver asks a resolver the way that it is asked, over TCP as needed.
func (t *taker) askResolver(r Resolver, q Question, wait time.Duration) resolver.Observation {
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(q.Name), dns.StringToType[q.Type])
	m.SetEdns0(resolver.UDPSize, false)
	query := resolver.Query{Server: r.Addr, Transport: cmp.Or(r.Transport, resolver.UDP), Msg: m, Timeout: wait}
	x := r.Exchanger
	if x == nil {
		x = t.o.Exchanger
	}
	o := t.exchange(x, query)
	if o.Err == nil && o.Reply.Msg.Truncated && query.Transport == resolver.UDP {
		query.Transport = resolver.TCP
		o = t.exchange(x, query)
	}
	return o
}

func (t *taker) exchange(x resolver.Exchanger, q resolver.Query) resolver.Observation {
	o := resolver.Observation{Query: q, At: time.Now()}
	o.Reply, o.Err = x.Exchange(t.ctx, q)
	o.Took = resolver.Lasted(o.At, o.Reply, o.Err)
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
	r.Rcode = rcode(a.Msg.Rcode)
	r.EDE, r.EDECode = extended(a.Msg)
	for i, rr := range reading.Records {
		rec := RecordOf(rr)
		r.Records = append(r.Records, rec)
		if i == 0 || rec.TTL < r.TTL {
			r.TTL = rec.TTL
		}
	}
	if len(r.Records) == 0 && reading.SOA != nil {
		own := soa(reading.SOA)
		r.SOA, r.TTL = own.Zone, own.NegativeTTL
	}
}

// extended returns the first extended error of a message in words, escaped,
// and its code (RFC 8914).
func extended(m *dns.Msg) (words string, code int) {
	opt := m.IsEdns0()
	if opt == nil {
		return "", 0
	}
	for _, o := range opt.Option {
		e, ok := o.(*dns.EDNS0_EDE)
		if !ok {
			continue
		}
		name, known := dns.ExtendedErrorCodeToString[e.InfoCode]
		if !known {
			name = fmt.Sprintf("extended error %d", e.InfoCode)
		}
		if e.ExtraText != "" {
			name += fmt.Sprintf(" %+q", e.ExtraText)
		}
		return name, int(e.InfoCode)
	}
	return "", 0
}

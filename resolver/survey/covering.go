package survey

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A sibling is a random name and what it has, asked once for all the names
// beside it.
type sibling struct {
	done   chan struct{}
	answer *Answer
}

// cover finds out whether a wildcard above the base name of an identifier
// answers for it, at the server that gave ans, which has just said something
// about CAA there. Most zones cost one question: a random name beside the
// base name does not exist.
func (t *taker) cover(l *lookup, a *resolver.Answer, ans *Answer) {
	base := l.Name
	if l.Type != "CAA" || base == l.Zone || t.o.Probes == ProbesNone || !t.isBase(base) || t.public(l.Zone) {
		return
	}
	switch ans.Status {
	case Answered, NoData, Aliased:
	default:
		return
	}
	t.mu.Lock()
	done := t.covered[base]
	t.covered[base] = true
	t.mu.Unlock()
	if done {
		return
	}
	t.begin(func() { t.coverAt(l.Zone, base, ans.Server, a.Server) })
}

// isBase reports whether a name is that of an identifier without "*.".
func (t *taker) isBase(name string) bool {
	return slices.ContainsFunc(t.s.Identifiers, func(id Identifier) bool { return strings.TrimPrefix(id.Name, "*.") == name })
}

func (t *taker) public(zone string) bool {
	z := t.known(zone)
	return z != nil && z.Public
}

// coverAt asks for a random name beside the base name, and where a wildcard
// gives it addresses, for one below: what does not exist has nothing below it
// that would keep the wildcard away.
func (t *taker) coverAt(zone, base, server string, addr netip.Addr) {
	ask := func(name, qtype string) *Answer { return t.ask(zone, server, addr, Question{name, qtype}) }
	_, above, _ := strings.Cut(base, ".")
	for _, qtype := range []string{"A", "AAAA"} {
		beside := t.siblingOf(zone, above, qtype, ask)
		if beside.Status == NoData {
			continue
		}
		if hasRecords(beside) {
			t.coveredBy(zone, base, beside, ask)
		}
		return
	}
}

// coveredBy notes what the wildcard that answered for a sibling of the base
// name has to do with the base name itself.
func (t *taker) coveredBy(zone, base string, beside *Answer, ask func(name, qtype string) *Answer) {
	_, above, _ := strings.Cut(base, ".")
	c := Covering{Base: base, Above: above, Zone: zone, Server: beside.Server}
	below := t.siblingOf(zone, base, beside.Type, ask)
	evidence := []*Answer{beside, below}
	switch {
	case below.Status == NXDomain:
		c.Exists = true
		for _, qtype := range []string{"A", "AAAA"} {
			own := ask(base, qtype)
			if own.Status != NoData {
				return // it has an address, or we do not know
			}
			evidence = append(evidence, own)
		}
	case !hasRecords(below) || signature(below) != signature(beside):
		return // a wildcard below the base name: it exists
	}
	for _, a := range evidence {
		c.Exchanges = append(c.Exchanges, lastOf(a)...)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Coverings = append(t.s.Coverings, c)
}

// siblingOf is what a random name right below parent has. Who asks first asks
// for all; the others wait without holding a lock.
func (t *taker) siblingOf(zone, parent, qtype string, ask func(name, qtype string) *Answer) *Answer {
	t.mu.Lock()
	key := lookupKey{zone, Question{parent, qtype}}
	s, known := t.beside[key]
	if !known {
		s = &sibling{done: make(chan struct{})}
		t.beside[key] = s
	}
	t.mu.Unlock()
	if known {
		<-s.done
		return s.answer
	}
	defer close(s.done)
	name := t.c.ProbeLabel(qtype+" "+parent) + "." + parent
	s.answer = &Answer{Status: NotAsked}
	if _, ok := dns.IsDomainName(name); ok && len(name) <= 253 {
		s.answer = ask(name, qtype)
	}
	return s.answer
}

// hasRecords reports whether an answer has records of the type, or an alias.
func hasRecords(a *Answer) bool { return a.Status == Answered || a.Status == Aliased }

package survey

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// How often an address that may have several machines behind it is asked again,
// and how many questions of a zone that are.
const (
	maxFaceRounds  = 3
	maxFaceLookups = 4
)

// faces finds addresses behind which several machines answer (a load balancer,
// anycast) that do not have the same data. Nothing is asked for as long as an
// address says the same each time: the serial comes with every denial, and the
// challenge is asked for over TCP too.
func (t *taker) faces() {
	var look []func()
	for _, z := range t.zones {
		if z.Public {
			continue
		}
		for _, s := range z.Servers {
			if s.Special == "" && s.SOA != nil && s.SOA.Status.Usable() && !s.SOA.CaseLost { // else see caseAgain
				p := prober{z, s}
				varies := p.serialVaries() || Varies(p.answersOf(s)) // read before anything is added
				look = append(look, func() { p.faces(varies) })
			}
		}
	}
	for _, f := range look {
		defect.Go(t.ctx, &t.wg, f)
	}
	t.wg.Wait()
}

// faces asks an address again, in what decides, if it was seen to say this and
// that.
func (p prober) faces(varies bool) {
	if differs := p.overTCP(); !differs && !varies {
		return
	}
	asked := 0
	for _, l := range p.sortedLookups() {
		if asked == maxFaceLookups || l.Type != "TXT" && l.Type != "CAA" || l.of(p.s) == nil {
			continue
		}
		asked++
		for range maxFaceRounds {
			if o, sent := p.briskly(resolver.Probe{Name: l.Name, Type: dns.StringToType[l.Type]}); sent {
				l.again(p.s, o)
			}
		}
	}
}

// overTCP compares what the conversation over TCP brought for the challenge
// with what was said over UDP.
func (p prober) overTCP() bool {
	p.mu.Lock()
	talk := p.talks[p.s.Addr]
	p.mu.Unlock()
	for _, o := range talk {
		q := o.Query.Msg.Question[0]
		if l := p.t.lookupOf(p.Name, Question{name(q.Name), resolver.TypeName(q.Qtype)}); l != nil && l.again(p.s, o) {
			return true
		}
	}
	return false
}

// again adds to a lookup what an address says when it is asked once more, if it
// is something else than before, and reports that.
func (l *lookup) again(s *Server, o resolver.Observation) bool {
	before := l.of(s)
	if before == nil || failed(o) != "" || o.Reply.Msg.Truncated || l.t.ctx.Err() != nil {
		return false
	}
	a := l.answer(s.Addr, o)
	now := digest(l.Question, s.Name, a, resolver.Read(l.Zone, a))
	if !now.Status.Usable() || slices.ContainsFunc(before, func(b *Answer) bool { return !b.Status.Usable() || b.saying() == now.saying() }) {
		return false
	}
	l.t.note(l, s.Name, a, 0, 0)
	return true
}

// of are the answers of an address.
func (l *lookup) of(s *Server) []*Answer {
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	var as []*Answer
	for _, a := range l.Answers {
		if a.Addr == s.Addr {
			as = append(as, a)
		}
	}
	return as
}

// saying is what two answers to one question have in common that say the same.
func (a *Answer) saying() string {
	parts := []string{string(a.Status), a.Child}
	for _, al := range a.Aliases {
		parts = append(parts, al.To)
	}
	var set []string
	for _, r := range a.Records {
		if a.Type == "TXT" {
			set = append(set, r.TXT) // however it is split into strings
			continue
		}
		set = append(set, r.Text)
	}
	slices.Sort(set)
	return strings.Join(append(parts, slices.Compact(set)...), "\n")
}

// Varies reports whether one address has given several answers to one question:
// then not each of its answers comes from the same copy of the zone.
func Varies(as []*Answer) bool {
	said := map[Question]string{}
	for _, a := range as {
		before, ok := said[a.Question]
		if ok && before != a.saying() {
			return true
		}
		said[a.Question] = a.saying()
	}
	return false
}

// serialVaries reports whether an address gave the zone's SOA with several
// serials.
func (p prober) serialVaries() bool {
	as := p.answersOf(p.s)
	p.mu.Lock()
	if d := p.shapes[p.s.Addr]; d != nil {
		as = append(as, d)
	}
	talk := p.talks[p.s.Addr]
	p.mu.Unlock()
	serials := map[string]bool{}
	for _, a := range as {
		if a.SOA != nil && a.SOA.Zone == p.Name {
			serials[fmt.Sprint(a.SOA.Serial)] = true
		}
	}
	for _, o := range talk {
		for _, rr := range o.Reply.Msg.Answer {
			if soa, ok := rr.(*dns.SOA); ok && name(soa.Hdr.Name) == p.Name {
				serials[fmt.Sprint(soa.Serial)] = true
			}
		}
	}
	return len(serials) > 1
}

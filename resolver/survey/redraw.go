package survey

import (
	"slices"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// Limits of asking once more for values that no answer had.
const (
	mostRedrawn     = 10 // lookups, about
	redrawnServers  = 2  // of each, at one address
	redrawsOfVaried = 6  // of an address that says this and that
)

// redraw asks once more for values that no server has: what stands behind an
// address may be several machines, or something that makes up its answer for
// each question (round robin, Lua records), and each perspective of a CA draws
// anew. An address that then says something else is asked some times more. A
// value that was found at another name has gone there, and is no matter of luck.
func (t *taker) redraw(target Target) {
	if len(target.Seek) == 0 || t.ctx.Err() != nil {
		return
	}
	values := map[*lookup][]string{}
	var done []string
	for _, id := range t.s.Identifiers {
		if id.Invalid != "" || slices.Contains(done, id.Challenge) || len(values) >= mostRedrawn {
			continue
		}
		done = append(done, id.Challenge)
		sought := target.sought(id.Challenge)
		if !slices.ContainsFunc(sought, t.unheard) {
			continue
		}
		for _, l := range t.ends(Question{id.Challenge, "TXT"}, sought) {
			values[l] = append(values[l], sought...)
		}
	}
	for l, sought := range values {
		servers := l.terminal()
		for _, s := range servers[:min(redrawnServers, len(servers))] {
			t.begin(func() { l.draw(s, sought) })
		}
	}
	t.wg.Wait()
}

// unheard reports whether a value was seen nowhere.
func (t *taker) unheard(value string) bool {
	if slices.ContainsFunc(t.s.Misplaced, func(p Place) bool { return p.Value == value }) {
		return false
	}
	for _, l := range t.lookups {
		if l.Type == "TXT" && l.holds([]string{value}) {
			return false
		}
	}
	return true
}

// ends are the lookups at which the resolution of a question ends, nil where
// some answer has all of the values.
func (t *taker) ends(q Question, values []string) []*lookup {
	var ls []*lookup
	seen := map[lookupKey]bool{}
	for next := []lookupKey{{t.s.Starts[q], q}}; len(next) > 0; next = next[1:] {
		l := t.lookups[next[0]]
		if l == nil || seen[next[0]] {
			continue
		}
		seen[next[0]] = true
		if l.holds(values) {
			return nil
		}
		if !t.public(l.Zone) && !slices.ContainsFunc(l.Answers, func(a *Answer) bool { return a.CaseLost }) { // else see caseAgain
			ls = append(ls, l)
		}
		for _, a := range l.Answers {
			switch to := (Question{a.Owner, q.Type}); a.Status {
			case Referral:
				next = append(next, lookupKey{a.Child, q})
			case Aliased:
				next = append(next, lookupKey{t.s.Starts[to], to})
			}
		}
	}
	return ls
}

// holds reports whether one of the answers has all of the values.
func (l *lookup) holds(values []string) bool {
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	return slices.ContainsFunc(l.Answers, func(a *Answer) bool {
		return !slices.ContainsFunc(values, func(v string) bool {
			return !slices.ContainsFunc(a.Records, func(r Record) bool { return r.TXT == v })
		})
	})
}

// draw asks an address once more, and further as long as its answers differ.
func (l *lookup) draw(s *Server, values []string) {
	for n := 0; l.drawOnce(s) && n < redrawsOfVaried && Varies(l.of(s)) && !l.holds(values); n++ {
	}
}

// terminal are the servers whose answers end the lookup, each at one address, but
// for those that need TCP or no EDNS for it.
func (l *lookup) terminal() []*Server {
	var ss []*Server
	as := slices.Clone(l.Answers)
	slices.SortFunc(as, func(a, b *Answer) int { return a.Addr.Compare(b.Addr) })
	for _, a := range as {
		if a.Status != Answered && !a.Status.denies() || a.NeedsTCP || a.EDNS != "" {
			continue
		}
		if !slices.ContainsFunc(ss, func(s *Server) bool { return s.Addr == a.Addr || s.Name == a.Server }) {
			ss = append(ss, &Server{Name: a.Server, Addr: a.Addr})
		}
	}
	return ss
}

// drawOnce asks an address once more, and reports whether it answered.
func (l *lookup) drawOnce(s *Server) bool {
	o, sent := l.t.c.ProbeWatched(l.t.ctx, s.Addr, resolver.Probe{Name: l.Name, Type: dns.StringToType[l.Type]})
	if !sent {
		return false
	}
	if l.t.o.Probes != ProbesNone {
		l.t.probed.Add(1) // as what faces asks
	}
	l.again(s, o)
	return failed(o) == ""
}

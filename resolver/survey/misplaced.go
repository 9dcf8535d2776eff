package survey

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// maxPlaces is how many names are asked for the missing values of one
// challenge name.
const maxPlaces = 14

// seek looks for values that no server has at the challenge name: one
// question to one server for each name where a value is likely to have gone.
// How people go astray is known for dns-01 alone.
func (t *taker) seek(target Target) {
	values := target.Seek
	if len(values) == 0 || t.ctx.Err() != nil || target.Challenge != "" && target.Challenge != DNS01 {
		return
	}
	var done []string
	for _, id := range t.s.Identifiers {
		if id.Invalid != "" || slices.Contains(done, id.Challenge) {
			continue
		}
		done = append(done, id.Challenge)
		s := t.reachedBy(Question{id.Challenge, "TXT"})
		missing := slices.DeleteFunc(target.sought(id.Challenge), func(v string) bool { return slices.Contains(s.values, v) })
		if len(missing) == 0 || !s.answered {
			continue
		}
		s.challenge, s.missing = id.Challenge, missing
		for _, g := range t.guesses(id, s) {
			t.begin(func() { t.lookAt(s, g) })
		}
	}
	t.wg.Wait()
}

// sought are the values for every identifier that has the challenge name.
func (t Target) sought(challenge string) []string {
	all := slices.Clone(t.Seek[""])
	for name, vs := range t.Seek {
		if name != "" && t.identifier(name).Challenge == challenge {
			all = append(all, vs...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A search is what is known of a challenge name before values are looked for
// elsewhere.
type search struct {
	challenge string
	missing   []string
	values    []string // that some server has, there or at the end of the aliases
	targets   []string // where the aliases lead, first to last
	answered  bool     // some server of a zone that is not a registry's answers
}

// reachedBy gathers what every path of a question's resolution comes to.
func (t *taker) reachedBy(q Question) search {
	var s search
	seen := map[lookupKey]bool{}
	next := []lookupKey{{t.s.Starts[q], q}}
	for len(next) > 0 {
		k := next[0]
		next = next[1:]
		l := t.lookups[k]
		if l == nil || seen[k] {
			continue
		}
		seen[k] = true
		for _, a := range l.Answers {
			s.answered = s.answered || a.Status.Usable() && !t.public(l.Zone)
			for _, r := range a.Records {
				s.values = append(s.values, r.TXT)
			}
			for _, al := range a.Aliases {
				if !slices.Contains(s.targets, al.To) {
					s.targets = append(s.targets, al.To)
				}
			}
			switch a.Status {
			case Referral:
				next = append(next, lookupKey{a.Child, q})
			case Aliased:
				to := Question{a.Owner, q.Type}
				next = append(next, lookupKey{t.s.Starts[to], to})
			}
		}
	}
	return s
}

// A guess is a name at which a value may stand, and the server that can tell.
type guess struct {
	name string
	how  Astray
	zone string
	who  string
	addr netip.Addr
}

// guesses are the names to ask about, the likeliest first.
func (t *taker) guesses(id Identifier, s search) []guess {
	base := strings.TrimPrefix(id.Challenge, challengeLabel)
	zone, target, targetZone := t.served(base).name(), "", ""
	if n := len(s.targets); n > 0 {
		target = s.targets[n-1]
		targetZone = t.served(target).name()
	}
	wildcard := slices.ContainsFunc(t.s.Identifiers, func(o Identifier) bool { return o.Name == "*."+base })
	var gs []guess
	for _, g := range astray(base, zone, target, targetZone, wildcard) {
		if len(gs) == maxPlaces {
			break
		}
		if _, known := t.s.Starts[Question{g.name, "TXT"}]; known {
			continue // asked already: another challenge of the order, or a target
		}
		z := t.served(g.name)
		s := z.newest()
		if s == nil {
			continue
		}
		g.zone, g.who, g.addr = z.Name, s.Name, s.Addr
		gs = append(gs, g)
	}
	return gs
}

// astray lists the names at which a value may stand that belongs at
// _acme-challenge.base, in the zone given, or at the target of its aliases
// ("" for none). Without a zone of ours there is nobody to ask.
func astray(base, zone, target, targetZone string, wildcard bool) []guess {
	var gs []guess
	add := func(how Astray, name string) {
		known := slices.ContainsFunc(gs, func(g guess) bool { return g.name == name })
		if _, ok := dns.IsDomainName(name); ok && len(name) <= 253 && !known && name != challengeLabel+base && name != target {
			gs = append(gs, guess{name: name, how: how})
		}
	}
	if zone != "" {
		add(ZoneDoubled, challengeLabel+base+"."+zone)
		add(AtBase, base)
		if wildcard {
			add(LiteralWildcard, challengeLabel+"*."+base)
			add(LiteralWildcard, challengeLabel+`\\*.`+base) // the label \*, written for a zone file
		}
		if _, up, ok := strings.Cut(base, "."); ok && base != zone {
			add(OneUp, challengeLabel+up)
			add(AtApex, challengeLabel+zone)
		}
		for _, label := range []string{"acme-challenge.", "_acme_challenge.", "_acme-challange."} {
			add(Misspelt, label+base)
		}
		add(OneDown, challengeLabel+"www."+base)
		add(ChallengeDoubled, challengeLabel+challengeLabel+base)
		add(PersistName, "_validation-persist."+base)
	}
	if target != "" && targetZone != "" {
		add(TargetDoubled, target+"."+targetZone)
		add(BelowTarget, challengeLabel+target)
		if above, ok := strings.CutPrefix(target, challengeLabel); ok {
			add(AboveTarget, above)
		}
	}
	return gs
}

// served returns the deepest zone around a name that is not a registry's, nil
// when there is none.
func (t *taker) served(name string) *zone {
	var deepest *zone
	for _, z := range t.zones {
		if !z.Public && resolver.InZone(name, z.Name) && (deepest == nil || len(z.Name) > len(deepest.Name)) {
			deepest = z
		}
	}
	return deepest
}

// name is "" for no zone.
func (z *zone) name() string {
	if z == nil {
		return ""
	}
	return z.Name
}

// newest returns the server with the newest copy of a zone: there a value
// shows first. It is nil when none answers.
func (z *zone) newest() *Server {
	if z == nil {
		return nil
	}
	serial := func(s *Server) uint32 {
		if s.SOA.SOA == nil {
			return 0
		}
		return s.SOA.SOA.Serial
	}
	var best *Server
	for _, s := range z.Servers {
		if s.SOA == nil || !s.SOA.Status.Usable() {
			continue
		}
		// Serial number arithmetic (RFC 1982 §3.2).
		if best == nil || int32(serial(s)-serial(best)) > 0 ||
			serial(s) == serial(best) && s.Addr.Compare(best.Addr) < 0 {
			best = s
		}
	}
	return best
}

// lookAt asks about one name, and when a missing value stands there, whether
// a random sibling has it too: then a wildcard does.
func (t *taker) lookAt(s search, g guess) {
	a := t.ask(g.zone, g.who, g.addr, Question{g.name, "TXT"})
	found := valuesOf(a, s.missing)
	if len(found) == 0 {
		return
	}
	_, parent, _ := strings.Cut(g.name, ".")
	wild := t.siblingOf(g.zone, parent, "TXT", func(name, qtype string) *Answer {
		return t.ask(g.zone, g.who, g.addr, Question{name, qtype})
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, v := range found {
		if len(valuesOf(wild, []string{v})) > 0 {
			continue
		}
		t.s.Misplaced = append(t.s.Misplaced, Place{
			Challenge: s.challenge, Value: v, Name: g.name, How: g.how,
			Zone: g.zone, Server: g.who, Addr: g.addr, Exchanges: lastOf(a),
		})
	}
}

// valuesOf are those of some values that stand in an answer.
func valuesOf(a *Answer, vs []string) []string {
	var out []string
	for _, r := range a.Records {
		if slices.Contains(vs, r.TXT) && !slices.Contains(out, r.TXT) {
			out = append(out, r.TXT)
		}
	}
	slices.Sort(out)
	return out
}

// sortPlaces puts what was found on the side in the order of names.
func (t *taker) sortPlaces() {
	slices.SortFunc(t.s.Misplaced, func(a, b Place) int {
		return cmp.Or(byTree(a.Challenge, b.Challenge), cmp.Compare(a.Value, b.Value), byTree(a.Name, b.Name))
	})
	slices.SortFunc(t.s.Coverings, func(a, b Covering) int { return byTree(a.Base, b.Base) })
}

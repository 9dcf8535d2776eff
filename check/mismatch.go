package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// mismatch compares the NS set at the parent with the zone's own.
func (j *judge) mismatch(h *zoneHealth) []draft {
	z := h.zone
	own := ownNS(z)
	if len(z.ParentNS) == 0 || len(own) == 0 {
		return nil
	}
	parent, child := without(z.ParentNS, own), without(own, z.ParentNS)
	if len(parent)+len(child) == 0 {
		return nil
	}
	var parts []string
	if len(parent) > 0 {
		parts = append(parts, fmt.Sprintf("only %s lists %s", parentOf(z), series(parent)))
	}
	if len(child) > 0 {
		parts = append(parts, fmt.Sprintf("only the zone itself lists %s", series(child)))
	}
	f := finding("delegation-mismatch", z.Name, fmt.Sprintf("For %s, %s", z.Name, strings.Join(parts, " and ")))
	bad := j.harmful(h, unite(parent, child))
	other := j.otherwise(h, unite(parent, child))
	switch all := append(bad, other...); {
	case len(all) == 0:
		f.Detail += "; all of them serve the same data."
	default:
		f.Detail += "; " + strings.Join(first(mostNamed, all), ", ") + "."
	}
	right := slices.DeleteFunc(unite(z.ParentNS, own), func(n string) bool {
		return slices.ContainsFunc(append(bad, other...), func(b string) bool { return strings.HasPrefix(b, n+" ") })
	})
	f.Fix = fmt.Sprintf("Make the NS records of %s in %s%s and in the zone itself the same: %s.", z.Name, parentOf(z), registrar(z), series(right))
	if len(right) == 0 {
		f.Fix = fmt.Sprintf("Make the NS records of %s in %s%s and in the zone itself the same: the servers that have the zone.", z.Name, parentOf(z), registrar(z))
	}
	if len(bad) == 0 {
		f.Severity = Note // whether the CA sees the other data is told where it matters
	}
	f.Servers = unite(parent, child)
	return []draft{{Finding: f}}
}

// ownNS is the zone's own NS set, without names that only the server of that
// name still lists: an old copy of the zone names the server that has it.
func ownNS(z *survey.Zone) []string {
	var own []string
	for _, n := range z.ChildNS {
		others, listed := 0, 0
		for _, s := range z.Servers {
			if s.Name == n || s.NS == nil || s.NS.Status != survey.Answered {
				continue
			}
			others++
			if slices.Contains(s.NS.NS, n) {
				listed++
			}
		}
		if others == 0 || listed > 0 {
			own = append(own, n)
		}
	}
	if len(own) == 0 {
		return z.ChildNS
	}
	return own
}

// harmful tells which of the servers that one side alone lists do not serve
// the zone, or serve other data than the delegation's.
func (j *judge) harmful(h *zoneHealth, only []string) []string {
	var bad []string
	for _, s := range h.servers {
		switch {
		case !slices.Contains(only, s.Name) || brokenIPv6(h, s):
		case slices.Contains(unfit, s.state):
			bad = append(bad, host(s.Name, s.Addr)+" "+said(s.answer))
		case s.state == special:
			bad = append(bad, host(s.Name, s.Addr)+" is in a range that is never asked")
		case s.state == serving && !s.InParent && j.servesOther(h.zone, s, only):
			bad = append(bad, host(s.Name, s.Addr)+" has other data")
		}
	}
	for _, p := range h.zone.Problems {
		if slices.Contains(only, p.Server) && !ourProblem(p) {
			bad = append(bad, p.Server+" "+problemWord(p.Reason))
		}
	}
	return bad
}

// otherwise tells which of the servers that the parent alone lists serve other
// data than those that both sides list.
func (j *judge) otherwise(h *zoneHealth, only []string) []string {
	var other []string
	for _, s := range h.in(serving) {
		if slices.Contains(only, s.Name) && j.servesOther(h.zone, s, only) {
			other = append(other, host(s.Name, s.Addr)+" has other data")
		}
	}
	return other
}

// givenUp reports whether answers came from servers that the parent lists and the
// zone itself does not.
func (az *authorization) givenUp(zone string, as []*survey.Answer) bool {
	z := az.s.Zone(zone)
	if z == nil || len(as) == 0 {
		return false
	}
	own := ownNS(z)
	return len(own) > 0 && all(as, func(a *survey.Answer) bool {
		s := serverAt(z, a)
		return s != nil && s.InParent && !slices.Contains(own, s.Name)
	})
}

// beyondDelegation are the answers that would let a lookup pass, of servers
// that the zone lists and the parent does not, where no server of the delegation
// has what is expected.
func (az *authorization) beyondDelegation(e *end) []*survey.Answer {
	z := az.s.Zone(e.zone())
	if z == nil || !az.want.validation() || az.txtTally().may() {
		return nil
	}
	var as []*survey.Answer
	for _, a := range e.at.Answers {
		if s := serverAt(z, a); s == nil || s.InParent || a.Status != survey.Answered || !validates(a) {
			continue
		}
		there := terminal(e.at, a, e.trail)
		there.answers = []*survey.Answer{a}
		if az.validates(&there) == passes {
			as = append(as, a)
		}
	}
	return as
}

// hasMoved reports whether what is expected stands beyond the delegation, and
// the zone lists none of the servers that the parent does: the zone has moved,
// and its delegation has not. Servers that it does list may follow yet.
func (az *authorization) hasMoved(e *end) bool {
	return az.givenUp(e.zone(), e.answers) && len(az.beyondDelegation(e)) > 0
}

// notFollowed adds to a finding that a value is missing which servers have it
// that the parent does not list: the others are behind.
func (az *authorization) notFollowed(f Finding, e *end) Finding {
	as := az.beyondDelegation(e)
	if len(as) == 0 || az.givenUp(e.zone(), e.answers) {
		return f
	}
	z := az.s.Zone(e.zone())
	f.Detail = fmt.Sprintf("%s; %s %s what is expected, and %s does not list %s.", strings.TrimSuffix(f.Detail, "."),
		who(as), verb(len(serverNames(as)), "has", "have"), parentOf(z), verb(len(serverNames(as)), "it", "them"))
	f.Fix = fmt.Sprintf("Wait until %s %s it too, or bring %s up to date: check the zone transfer of %s.",
		series(serverNames(e.answers)), verb(len(serverNames(e.answers)), "has", "have"), verb(len(serverNames(e.answers)), "it", "them"), z.Name)
	f.Evidence = append(f.Evidence, evidence(as...)...)
	return f
}

// moved turns the finding that parent and zone list different servers into the
// cause of a missing value that stands at those of the zone alone.
func (az *authorization) moved(f Finding) Finding {
	for _, e := range az.txt.ends {
		as := az.beyondDelegation(e)
		if e.zone() != f.Name || !az.hasMoved(e) {
			continue
		}
		z := az.s.Zone(f.Name)
		f.Severity = Error
		f.Detail = fmt.Sprintf("For %s, %s lists %s, which %s not have what is expected at %s; %s, which only the zone itself lists, %s it.",
			z.Name, parentOf(z), series(serverNames(e.answers)), verb(len(serverNames(e.answers)), "does", "do"), e.owner(),
			series(serverNames(as)), verb(len(serverNames(as)), "has", "have"))
		f.Fix = fmt.Sprintf("Change the NS records of %s in %s%s to %s. Until then publish at the servers that they name now.",
			z.Name, parentOf(z), registrar(z), series(ownNS(z)))
		f.Servers, f.Evidence = hosts(as), evidence(append(slices.Clone(e.answers), as...)...)
	}
	return f
}

// partsAtGivenUp reports whether servers that a zone has given up lead to another
// outcome than the others.
func (az *authorization) partsAtGivenUp(zone string) bool {
	at, bad, _ := az.parting()
	for i, l := range at {
		if l.Zone == zone && az.givenUp(zone, bad[i]) {
			return true
		}
	}
	return false
}

// servesOther reports whether a server answers some question as no server of
// the delegation does: none that the zone lists too, if there is one.
func (j *judge) servesOther(z *survey.Zone, s serverHealth, only []string) bool {
	replaced := !s.InParent && len(without(z.ParentNS, only)) == 0
	for _, l := range j.s.Lookups {
		if l.Zone != z.Name {
			continue
		}
		var theirs, usual []*survey.Answer
		for _, a := range l.Answers {
			if !a.Status.Usable() {
				continue
			}
			if a.Addr == s.Addr {
				theirs = append(theirs, a)
			} else if o := serverAt(z, a); o != nil && o.InParent && (replaced || !slices.Contains(only, o.Name)) {
				usual = append(usual, a)
			}
		}
		for _, a := range theirs {
			if len(usual) > 0 && !slices.ContainsFunc(usual, func(b *survey.Answer) bool { return alike(a, b) }) {
				return true
			}
		}
	}
	return false
}

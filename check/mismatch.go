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
	if len(z.ParentNS) == 0 || len(z.ChildNS) == 0 {
		return nil
	}
	parent, child := without(z.ParentNS, z.ChildNS), without(z.ChildNS, z.ParentNS)
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
	f.Fix = fmt.Sprintf("Make the NS records of %s in %s%s and in the zone itself the same: %s.",
		z.Name, parentOf(z), registrar(z), series(unite(z.ParentNS, z.ChildNS)))
	bad := j.harmful(h, unite(parent, child))
	if len(bad) == 0 {
		f.Severity = Note
		f.Detail += "; all of them serve the same data."
	} else {
		f.Detail += "; " + strings.Join(bad, ", ") + "."
	}
	f.Servers = unite(parent, child)
	return []draft{{Finding: f}}
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
		case s.state == serving && !s.InParent && j.servesOther(h.zone, s):
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

// servesOther reports whether a server answers some question as no server of
// the delegation does.
func (j *judge) servesOther(z *survey.Zone, s serverHealth) bool {
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
			} else if o := serverAt(z, a); o != nil && o.InParent {
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

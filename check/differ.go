package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// reach tallies the outcomes that a move may lead to.
func (az *authorization) reach(m move, seen map[*step]bool) tally {
	var t tally
	if m.end != nil {
		t.add(az.validates(m.end))
		return t
	}
	if seen[m.to] {
		return t
	}
	seen[m.to] = true
	for _, n := range m.to.moves {
		r := az.reach(n, seen)
		t = tally{t.pass || r.pass, t.fail || r.fail, t.unsure || r.unsure}
	}
	return t
}

// parting finds the steps at which servers part into those that lead to a pass
// and those that lead to a failure.
func (az *authorization) parting() (at []*survey.Lookup, bad, good [][]*survey.Answer) {
	for _, s := range az.txt.steps {
		var b, g []*survey.Answer
		for _, m := range s.moves {
			switch t := az.reach(m, map[*step]bool{}); {
			case m.answer == nil || az.onlyCaseFails(s.at, m):
			case t.fail && !t.may():
				b = append(b, m.answer)
			case t.pass:
				g = append(g, m.answer)
			}
		}
		if len(b) > 0 && len(g) > 0 {
			at, bad, good = append(at, s.at), append(bad, b), append(good, g)
		}
	}
	return at, bad, good
}

// notOnEveryServer raises that it depends on the server what the CA sees.
func (az *authorization) notOnEveryServer() {
	at, bad, good := az.parting()
	for i, l := range at {
		if f, ok := az.halfDelegated(l, bad[i], good[i]); ok {
			az.told[l.Zone] = f.place()
			az.raise(f, place{})
			continue
		}
		f := finding("challenge-not-on-every-server", az.id.Challenge, az.without(l, bad[i], good[i]))
		f.Servers, f.Evidence = hosts(bad[i]), evidence(bad[i]...)
		if az.want.validation() {
			f.Fix = fmt.Sprintf("Wait until %s %s too, or bring %s up to date: check the zone transfer of %s.",
				who(bad[i]), verb(len(serverNames(bad[i])), "has it", "have it"), verb(len(serverNames(bad[i])), "it", "them"), l.Zone)
		} else {
			f.Fix = fmt.Sprintf("Bring the servers of %s to the same data: check the zone transfer to %s.", l.Zone, who(bad[i]))
		}
		if len(varying(bad[i], good[i])) == len(bad[i]) {
			f.Fix = fixMachines(bad[i])
			if drawn(slices.Concat(bad[i], varying(good[i], bad[i]))) {
				f.Fix += fmt.Sprintf(" If the answer is made anew for each question, put plain TXT records at %s, all of which each answer has.", l.Name)
			}
		}
		f.Fix += az.quorumOf()
		cause := az.told[l.Zone]
		if rule := az.blindAll(l, bad[i]); rule != "" {
			az.told[l.Zone] = f.place()
			az.raise(f, place{rule, l.Zone})
			continue
		}
		if az.givenUp(l.Zone, bad[i]) {
			f.Fix = fmt.Sprintf("Take %s out of the NS records of %s in %s%s: the zone itself does not list %s.", series(serverNames(bad[i])), l.Zone,
				parentOf(az.s.Zone(l.Zone)), registrar(az.s.Zone(l.Zone)), verb(len(serverNames(bad[i])), "it", "them"))
			az.differ(l.Zone, f)
			az.raise(f, place{"delegation-mismatch", l.Zone})
			continue
		}
		if cause.rule != "alias-beside-records" {
			cause = place{}
			az.differ(l.Zone, f)
		}
		az.raise(f, cause)
	}
}

// without tells which servers lack the values, and what they have instead.
func (az *authorization) without(l *survey.Lookup, bad, good []*survey.Answer) string {
	has := series(shownEach(alikes(bad)))
	if len(varying(bad, good)) == len(bad) {
		return fmt.Sprintf("Asked again for %s of %s, %s now what lets it pass, now something else: %s.%s",
			l.Type, l.Name, who(bad)+" "+agreeing(serverNames(bad), "gives"), has, machines(slices.Concat(bad, varying(good, bad))))
	}
	if !az.want.validation() {
		return fmt.Sprintf("At %s, %s; with %s the lookup passes.%s", l.Name, has, who(good), machines(several(slices.Concat(bad, good))))
	}
	return fmt.Sprintf("%s %s is expected at %s; %s.%s", who(good), agreeing(serverNames(good), "has what"), l.Name, has, machines(several(slices.Concat(bad, good))))
}

// txtDiffers raises TXT answers that differ where no more exact finding does:
// harmless where every one of them passes now, a sign of a server that does
// not follow where a value is still to be published.
func (az *authorization) txtDiffers() {
	for _, s := range az.txt.steps {
		if _, told := az.told[s.at.Zone]; told {
			continue
		}
		if f, ok := az.dataDiffers(s); ok {
			if az.want.validation() {
				f.Severity = Note
			}
			az.raise(f, place{})
			az.differ(s.at.Zone, f)
		}
	}
}

// differ notes that a finding tells of servers of a zone that disagree.
func (az *authorization) differ(zone string, f Finding) {
	az.told[zone] = f.place()
	if _, ok := az.differing[zone]; !ok {
		az.differing[zone] = f.place()
	}
}

// toCompare are the answers of a step that may be compared. A server that
// refers to a zone below says the same as one that serves that zone too, if
// that one answers as the servers there do.
func toCompare(s *step) []*survey.Answer {
	var direct, referring, below []*survey.Answer
	for _, m := range s.moves {
		switch {
		case m.answer == nil:
		case m.answer.Status != survey.Referral:
			direct = append(direct, m.answer)
		default:
			referring = append(referring, m.answer)
			if m.to != nil {
				below = append(below, toCompare(m.to)...)
			}
		}
	}
	served := func(a *survey.Answer) bool {
		return slices.ContainsFunc(below, func(b *survey.Answer) bool { return alike(a, b) })
	}
	if slices.ContainsFunc(direct, served) {
		return direct
	}
	return append(direct, referring...)
}

// dataDiffers compares the usable answers of a step.
func (az *authorization) dataDiffers(s *step) (Finding, bool) {
	as := toCompare(s)
	groups := alikes(as)
	if len(groups) < 2 {
		return Finding{}, false
	}
	f := finding("zone-data-differs", s.at.Zone, fmt.Sprintf("Asked for %s records of %s, %s.", s.at.Type, s.at.Name, series(shownEach(groups)))+machines(several(as)))
	f.Servers = hosts(as)
	for _, g := range groups {
		f.Evidence = append(f.Evidence, evidence(g[0])...)
	}
	f.Fix = fmt.Sprintf("Bring the servers of %s to the same data: check the zone transfer.", s.at.Zone)
	return f, true
}

// alikes groups answers that say the same.
func alikes(as []*survey.Answer) [][]*survey.Answer {
	var groups [][]*survey.Answer
	for _, a := range as {
		i := slices.IndexFunc(groups, func(g []*survey.Answer) bool { return alike(g[0], a) })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], a)
	}
	return groups
}

// shownEach tells what groups of servers have.
func shownEach(groups [][]*survey.Answer) []string {
	var parts []string
	for _, g := range groups {
		parts = append(parts, who(g)+" "+agreeing(serverNames(g), shown(g[0])))
	}
	return parts
}

// shown tells what a usable answer holds.
func shown(a *survey.Answer) string {
	switch {
	case a.Status == survey.Referral:
		return "refers to " + a.Child
	case a.Status == survey.Aliased, a.Status == survey.Answered && len(a.Aliases) > 0:
		return "has an alias to " + a.Aliases[len(a.Aliases)-1].To
	case a.Status == survey.Answered && a.Type == "TXT":
		return "has " + quotes(values(a))
	case a.Status == survey.Answered:
		return "has " + recordsOf(a)
	}
	return said(a)
}

// recordsOf tells the first few records of an answer.
func recordsOf(a *survey.Answer) string {
	const most, long = 6, 300
	ts := first(most, texts(a))
	for i, t := range ts {
		if len(t) > long {
			ts[i] = fmt.Sprintf("%s... (%d octets)", t[:long], len(t))
		}
	}
	return strings.Join(ts, ", ")
}

// alike reports whether two usable answers say the same.
func alike(a, b *survey.Answer) bool {
	target := func(x survey.Alias) string { return x.To }
	return a.Status == b.Status && a.Child == b.Child &&
		slices.EqualFunc(a.Aliases, b.Aliases, func(x, y survey.Alias) bool { return target(x) == target(y) }) &&
		slices.Equal(texts(a), texts(b))
}

// varying are those of some answers whose servers have given others to the same
// question too.
func varying(as, others []*survey.Answer) []*survey.Answer {
	return slices.DeleteFunc(slices.Clone(as), func(a *survey.Answer) bool {
		return !slices.ContainsFunc(others, func(o *survey.Answer) bool { return o.Addr == a.Addr })
	})
}

// several are those of some answers whose server has given more than one of them.
func several(as []*survey.Answer) []*survey.Answer {
	return slices.DeleteFunc(slices.Clone(as), func(a *survey.Answer) bool {
		return !slices.ContainsFunc(as, func(o *survey.Answer) bool { return o != a && o.Addr == a.Addr })
	})
}

// drawn reports whether servers that vary give TXT records each time, as one does
// that draws one of several for each question.
func drawn(as []*survey.Answer) bool {
	return all(as, func(a *survey.Answer) bool { return a.Status == survey.Answered && a.Type == "TXT" })
}

// machines tells why servers say this and that; "" for none.
func machines(as []*survey.Answer) string {
	switch {
	case len(as) == 0:
		return ""
	case drawn(as):
		return fmt.Sprintf(" Either several machines stand behind %s, not all with the same data, or the answer is made anew for each question (round robin, Lua record).", who(as))
	}
	return fmt.Sprintf(" Behind %s stand several machines, not all with the same data.", who(as))
}

// fixMachines is what to change where several machines stand behind an address.
func fixMachines(as []*survey.Answer) string {
	return fmt.Sprintf("Bring all machines behind %s (load balancer, anycast) to the same data before the CA looks.", who(as))
}

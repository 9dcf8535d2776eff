package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var shutRules = []*Rule{
	{
		ID: "answers-others-only", Subject: "views", Severity: Note,
		Title:  "The servers of a zone answer others, and not this host",
		Why:    "A firewall, a block list or a rate limit before these servers, or in this network, keeps them from this host. The CA stands elsewhere, and what it sees is not known here.",
		Fix:    "Run the check from another network, or have other places look (--vantage).",
		Source: "RFC 8906 §3.1; RFC 9199 §7",
	},
}

// A shutOut is a zone whose servers have no answer for us and do answer others.
type shutOut struct {
	zone   *survey.Zone
	heard  []survey.ResolverAnswer // by resolvers, each once
	places []string                // perspectives that hear them
}

// shutOut tells whether we are shut out of a zone; nil when we are not, or when
// nobody else was heard of it.
func (j *judge) shutOut(name string) *shutOut {
	return j.shutOuts()[name]
}

// shutOuts are all such zones by name.
func (j *judge) shutOuts() map[string]*shutOut {
	if j.shut != nil {
		return j.shut
	}
	j.shut, j.barred = map[string]*shutOut{}, map[netip.Addr]bool{}
	for _, z := range j.s.Zones {
		if z.Name == "." || z.Elsewhere == nil && len(j.s.Perspectives)+len(j.s.Vantages) == 0 {
			continue
		}
		var as []*survey.Answer
		for _, s := range z.Servers {
			as = append(as, j.answersOf(z, s)...)
		}
		if !z.Shut(as) {
			continue
		}
		out := &shutOut{zone: z, heard: heardElsewhere(z), places: j.placesThatHear(z)}
		if !out.known() && !j.undecided(z) {
			continue
		}
		j.shut[z.Name] = out
		for _, s := range z.Servers {
			j.barred[s.Addr] = true
		}
	}
	return j.shut
}

// known reports whether others were heard to be answered.
func (out *shutOut) known() bool { return len(out.heard)+len(out.places) > 0 }

// undecided reports whether nobody can say whom a zone shuts out that nothing is
// heard of: the run ended when others were to be asked, or what they had to say
// did not come through to us.
func (j *judge) undecided(z *survey.Zone) bool {
	ended := slices.ContainsFunc(j.s.Gaps, func(g survey.Gap) bool {
		return g.Question == survey.Question{} && (g.Reason == "deadline" || g.Reason == "interrupted")
	})
	if z.Elsewhere == nil {
		return ended && len(j.s.Vantages) > 0
	}
	return z.Elsewhere.Cut || ended && len(j.s.Vantages) > 0 || len(z.Elsewhere.Plain) == 0 && j.missed(z)
}

// missed reports whether resolvers may have heard a zone's servers without our
// hearing of it: one had an answer of them, and what would tell which servers it
// asked was lost; or none had any word for us, on a line on which others are lost
// as well. A resolver needs long to find a dead zone dead, so that its silence
// alone means nothing.
func (j *judge) missed(z *survey.Zone) bool {
	as := z.Elsewhere.Answers
	unheard := func(r survey.ResolverAnswer) bool { return r.Rcode == "" }
	if all(as, unheard) {
		return len(as) > 0 && j.lossy(z.Name)
	}
	return slices.ContainsFunc(as, func(r survey.ResolverAnswer) bool {
		lost := func(o survey.ResolverAnswer) bool { return o.Resolver == r.Resolver && o.Addr == r.Addr && unheard(o) }
		return r.Fresh() && slices.ContainsFunc(as, lost)
	})
}

// lossy reports whether servers that answer, outside of a zone, left a question
// of ours without an answer, as they all do once the line is dead.
func (j *judge) lossy(zone string) bool {
	dead := func(g survey.Gap) bool { return g.Reason == "line-dead" }
	if n := j.s.Network; slices.ContainsFunc(j.s.Gaps, dead) || n.TCP != "" && n.TCP != "untried" || n.UDP != "" {
		return true
	}
	answers, lost := map[netip.Addr]bool{}, map[netip.Addr]bool{}
	for _, l := range j.s.Lookups {
		if within(l.Zone, zone) {
			continue
		}
		for _, a := range l.Answers {
			answers[a.Addr] = answers[a.Addr] || a.Status.Usable()
			lost[a.Addr] = lost[a.Addr] || slices.ContainsFunc(a.Exchanges, func(x survey.Exchange) bool { return x.Failure != "" })
		}
	}
	for addr := range lost {
		if lost[addr] && answers[addr] {
			return true
		}
	}
	return false
}

// bars reports whether a server had no answer for us, and none of its zone's
// servers had, while others are answered.
func (j *judge) bars(a *survey.Answer) bool {
	j.shutOuts()
	return a.Shuts() && j.barred[a.Addr]
}

// heardElsewhere are the answers of resolvers that show that the servers of a
// zone answer others. A resolver that has other servers for the zone, from before
// a move, shows nothing; nor does any if it is how we ask that they do not like.
func heardElsewhere(z *survey.Zone) []survey.ResolverAnswer {
	if z.Elsewhere == nil || len(z.Elsewhere.Plain) > 0 {
		return nil
	}
	var heard []survey.ResolverAnswer
	for _, r := range z.Elsewhere.Answers {
		by := func(o survey.ResolverAnswer) bool { return o.Resolver == r.Resolver && o.Addr == r.Addr }
		same := func(o survey.ResolverAnswer) bool {
			return by(o) && o.Type == "NS" && o.Name == z.Name && shares(nsNames(o), unite(z.ParentNS, z.ChildNS))
		}
		found := func(o survey.ResolverAnswer) bool { return by(o) && o.Fresh() && !within(o.Name, z.Name) }
		if !r.Fresh() || !within(r.Name, z.Name) || r.SOA != "" && r.SOA != z.Name || slices.ContainsFunc(heard, by) {
			continue
		}
		if slices.ContainsFunc(z.Elsewhere.Answers, same) && (len(z.Servers) > 0 || slices.ContainsFunc(z.Elsewhere.Answers, found)) {
			heard = append(heard, r)
		}
	}
	return heard
}

// placesThatHear are the perspectives that got an answer of a zone's servers.
func (j *judge) placesThatHear(z *survey.Zone) []string {
	var places []string
	for _, p := range j.s.Perspectives {
		direct := slices.ContainsFunc(p.Servers, func(a *survey.Answer) bool {
			return a.Status.Usable() && slices.ContainsFunc(z.Servers, func(s *survey.Server) bool { return s.Addr == a.Addr })
		})
		through := slices.ContainsFunc(p.Answers, func(a survey.PerspectiveAnswer) bool {
			return a.Status.Usable() && j.lookup(z.Name, a.Question) != nil
		})
		if direct || through {
			places = append(places, p.Name)
		}
	}
	return places
}

// explainShutOut raises that servers answer others only, and returns the finding
// that explains what could not be looked at.
func (az *authorization) explainShutOut() place {
	var first place
	for _, z := range az.passed() {
		out := az.shutOut(z.Name)
		if out == nil || !out.known() {
			continue
		}
		f := az.shutOutFinding(out)
		az.raise(f, place{})
		if first == (place{}) {
			first = f.place()
		}
	}
	return first
}

func (az *authorization) shutOutFinding(out *shutOut) Finding {
	z := out.zone
	as := az.shuttingAnswers(z)
	here := problems(z.Problems)
	if len(as) > 0 {
		here = saidEach(as)
	}
	f := finding("answers-others-only", z.Name, fmt.Sprintf("No server of %s has an answer for this host: %s. %s.", z.Name, here, capital(out.others())))
	f.Servers, f.Evidence = hosts(as), evidence(as...)
	if len(as) == 0 {
		f.Servers = slices.Clone(z.ParentNS)
	}
	for _, r := range out.heard {
		f.Evidence = append(f.Evidence, r.Exchange)
	}
	f.Fix = fmt.Sprintf("Run the check from another network, or have other places look (--vantage). If it has to work from here: ask the operator of %s whether the address of this host is blocked or limited, and see that no firewall of your own keeps port 53 there closed.",
		series(few(z.ParentNS)))
	return f
}

// shuttingAnswers are what the servers of a zone said, one answer each.
func (j *judge) shuttingAnswers(z *survey.Zone) []*survey.Answer {
	var as []*survey.Answer
	for _, s := range z.Servers {
		all := j.answersOf(z, s)
		if i := slices.IndexFunc(all, func(a *survey.Answer) bool { return a.Shuts() }); i >= 0 {
			as = append(as, all[i])
		}
	}
	return as
}

// others tells who hears the servers.
func (out *shutOut) others() string {
	var parts []string
	if len(out.heard) > 0 {
		var names []string
		for _, r := range out.heard {
			names = unite(names, []string{resolverName(r)})
		}
		what := out.heard[0].Rcode
		if out.heard[0].Status == survey.NoData {
			what = "no record"
		}
		parts = append(parts, fmt.Sprintf("they answer others: %s got %s just now, for a name made up for it that no cache holds", series(names), what))
	}
	if len(out.places) > 0 {
		parts = append(parts, fmt.Sprintf("they answer %s", series(few(out.places))))
	}
	return strings.Join(parts, "; ")
}

// notHeardElsewhere tells what others get of a dead zone, as a sentence to add:
// nothing either, or that nobody was asked.
func (j *judge) notHeardElsewhere(h *zoneHealth) string {
	z := h.zone
	switch {
	case len(h.in(quiet, unreachable)) == 0 || len(h.in(muted...)) > 0:
		return ""
	case z.Elsewhere == nil:
		return " Whether they answer others is not known: no resolver elsewhere was asked (see --resolvers)."
	}
	var fail, other []string
	for _, r := range z.Elsewhere.Answers {
		switch {
		case r.Status == survey.Lame && within(r.Name, z.Name):
			fail = unite(fail, []string{resolverName(r)})
		case r.Type == "NS" && r.Status == survey.Answered && !shares(nsNames(r), unite(z.ParentNS, z.ChildNS)):
			other = unite(other, []string{fmt.Sprintf("%s still has %s for it, from before a change of servers", resolverName(r), series(few(nsNames(r))))})
		}
	}
	said := ""
	if len(fail) > 0 {
		said = fmt.Sprintf(" %s %s no answer from them either.", capital(series(fail)), verb(len(fail), "gets", "get"))
	}
	if len(other) > 0 {
		said += fmt.Sprintf(" %s; the CA has no such cache.", capital(series(other)))
	}
	return said
}

// dropsMixedCase reports whether servers that are silent to a CA's resolver
// answer in lower case: without EDNS in mixed case they were asked, too.
func dropsMixedCase(z *survey.Zone) bool { return z.Elsewhere != nil && len(z.Elsewhere.Plain) > 0 }

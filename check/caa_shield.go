package check

import (
	"fmt"
	"slices"

	"dns01/resolver/survey"
)

// zoneAt is the zone that answers for CAA at a name of the climb, "" when that
// was not seen.
func (az *authorization) zoneAt(name string) string {
	if l := az.start(survey.Question{Name: name, Type: "CAA"}); l != nil {
		return l.Zone
	}
	return ""
}

// whereCAA tells whose zone it is at which a CAA lookup fails, where that is not
// plainly the identifier's own; it goes behind a sentence.
func (az *authorization) whereCAA(e climbEnd) string {
	own := az.zoneAt(az.id.CAA[0])
	switch {
	case len(e.end.aliases) > 0:
		return fmt.Sprintf(" That is where the alias at %s leads.", e.name)
	case e.end.zone() != own && own != "" && within(own, e.end.zone()):
		return fmt.Sprintf(" That is the parent zone %s, above your zone %s.", e.end.zone(), own)
	}
	return ""
}

// orShield is the other way out of a lookup that fails above the identifier: a
// record of one's own where lookups work. It goes behind a fix.
func (az *authorization) orShield(e climbEnd) string {
	i := slices.Index(az.id.CAA, e.name)
	if i < 1 || az.identity() == "" {
		return ""
	}
	return fmt.Sprintf("\nOr add a CAA record of your own; the climb then ends before %s:\n%s", e.name, az.shieldRecord(az.shieldName(i)))
}

// shieldName is where a record ends the climb before its i-th name: the
// closest name below that another zone answers for, or else the name below.
func (az *authorization) shieldName(i int) string {
	for k := i - 1; k >= 0; k-- {
		if az.zoneAt(az.id.CAA[k]) != az.zoneAt(az.id.CAA[i]) {
			return az.id.CAA[k]
		}
	}
	return az.id.CAA[i-1]
}

// unshielded notes, where the climb passes and no record ends it early, zones
// above whose servers failed for CAA, lost queries or were slow.
func (az *authorization) unshielded() {
	own := az.zoneAt(az.id.CAA[0])
	for i, r := range az.climb.seen {
		name := az.id.CAA[i]
		if i == 0 || own == "" || az.zoneAt(name) == own || !passable(r) {
			continue
		}
		shaky := az.shaky(r)
		if len(shaky) == 0 {
			continue
		}
		f := finding("caa-unshielded", name, fmt.Sprintf(
			"No CAA record ends the climb below %s, so it hangs on the servers of %s: asked for CAA of %s, %s.",
			name, az.zoneAt(name), name, series(az.shakySaid(shaky))))
		f.Servers, f.Evidence = hosts(shaky), everyExchange(shaky)
		if az.registry(az.zoneAt(name)) {
			f.Servers = serverNames(shaky)
		}
		f.Fix = fmt.Sprintf("Add a CAA record of your own; the climb then ends before %s:\n%s", name, az.shieldRecord(az.shieldName(i)))
		az.raise(f, place{})
	}
}

// passable reports whether the climb may go on after a name.
func passable(r *resolution) bool {
	return slices.ContainsFunc(r.ends, func(e *end) bool { return e.kind == noData || e.kind == nxDomain })
}

// shaky are the answers of the first step that a lookup may fail on another
// time.
func (az *authorization) shaky(r *resolution) []*survey.Answer {
	var as []*survey.Answer
	for _, s := range r.steps[:min(1, len(r.steps))] {
		for _, a := range s.at.Answers {
			if !a.Status.Ours() && (!a.Status.Usable() || inVain(a) > 0 || az.delay(a.Addr) >= asksAgain) {
				as = append(as, a)
			}
		}
	}
	return as
}

// inVain counts the queries behind an answer that came to nothing.
func inVain(a *survey.Answer) int {
	n := 0
	for _, x := range a.Exchanges {
		if x.Failure == "timeout" || x.Rcode == "SERVFAIL" {
			n++
		}
	}
	return n
}

// shakySaid tells what is wrong with each of those answers.
func (az *authorization) shakySaid(as []*survey.Answer) []string {
	var parts []string
	for _, a := range as {
		how := fmt.Sprintf("takes %d ms", az.rtt(a.Addr).Milliseconds())
		switch n := inVain(a); {
		case !a.Status.Usable():
			how = said(a)
		case n > 0:
			how = fmt.Sprintf("answers at try %d", n+1)
		}
		parts = unite(parts, []string{a.Server + " " + how})
	}
	return parts
}

// everyExchange is the evidence for answers of which not the last query alone
// tells.
func everyExchange(as []*survey.Answer) []survey.Exchange {
	const most = 6
	var es []survey.Exchange
	for _, a := range as {
		es = append(es, a.Exchanges...)
	}
	return es[:min(most, len(es))]
}

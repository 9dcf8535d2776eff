package check

import (
	"fmt"
	"slices"
)

// caaDecisionDiffers raises that it depends on the server what CAA decides:
// at each name where one end of the lookup leads to a refusal and another to a
// pass.
func (az *authorization) caaDecisionDiffers() {
	for i, r := range az.climb.seen {
		var bad, good []*end
		for _, e := range r.ends {
			switch t := az.leads(i, e); {
			case e.caseLost && e.failure == timedOut: // it says the same as the others
			case t.fail && !t.may():
				bad = append(bad, e)
			case t.pass:
				good = append(good, e)
			}
		}
		if len(bad) > 0 && len(good) > 0 {
			az.caaParts(az.id.CAA[i], bad[0], good[0])
		}
	}
}

// leads tallies what an end at one name of the climb may come to.
func (az *authorization) leads(i int, e *end) tally {
	var t tally
	e = az.atTLD(az.id.CAA[i], e)
	switch {
	case e.kind != noData && e.kind != nxDomain:
		t.add(az.stop(az.id, az.id.CAA[i], e).outcome)
	case i+1 == len(az.climb.seen):
		t.add(passes)
	default:
		t = az.above(i + 1)
	}
	return t
}

// above tallies what the climb may come to from one of its names upwards. An
// end without records leads to the name above, whichever server gave it.
func (az *authorization) above(from int) tally {
	var t tally
	for _, e := range az.climb.ends {
		if e.name == "" || slices.Index(az.id.CAA, e.name) >= from {
			t.add(e.outcome)
		}
	}
	return t
}

// caaParts is one name at which servers part.
func (az *authorization) caaParts(name string, bad, good *end) {
	f := finding("caa-differs-between-servers", name, fmt.Sprintf("CAA of %s: with what %s %s the CA refuses, with what %s %s it does not.",
		name, who(bad.answers), az.caaShown(bad), who(good.answers), az.caaShown(good)))
	f.Servers, f.Evidence = hosts(bad.answers), evidence(bad.answers...)
	f.Fix = fmt.Sprintf("Bring the servers of %s to the same data: check the zone transfer to %s.", bad.zone(), who(bad.answers)) + az.quorumOf()
	several := varying(bad.answers, good.answers)
	f.Detail += machines(several)
	if len(several) == len(bad.answers) {
		f.Fix = fixMachines(bad.answers)
	}
	az.raise(f, place{})
	az.differ(bad.zone(), f)
}

// caaShown tells what servers have for CAA, as a relative clause goes on.
func (az *authorization) caaShown(e *end) string {
	n := len(serverNames(e.answers))
	if e.kind != records {
		return verb(n, "says (no CAA record)", "say (no CAA record)")
	}
	return fmt.Sprintf("%s (%s)", verb(n, "says", "say"), recordsOf(e.answers[0]))
}

// caaDiffers notes CAA answers that differ without changing the decision.
func (az *authorization) caaDiffers() {
	for _, r := range az.climb.seen {
		for _, s := range r.steps {
			if _, told := az.told[s.at.Zone]; told || az.registry(s.at.Zone) {
				continue
			}
			if f, ok := az.dataDiffers(s); ok {
				f.Severity = Note
				az.raise(f, place{})
				az.differ(s.at.Zone, f)
			}
		}
	}
}

package check

import (
	"fmt"
	"slices"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// endsAt is where the aliases of an identifier's challenge name lead: the name
// on which every path agrees, or else the challenge name itself.
func (j *judge) endsAt(id survey.Identifier) string {
	owner := ""
	for _, e := range j.resolve(survey.Question{Name: id.Challenge, Type: "TXT"}).ends {
		if e.loop || e.long || owner != "" && e.owner() != owner {
			return id.Challenge
		}
		owner = e.owner()
	}
	if owner == "" {
		return id.Challenge
	}
	return owner
}

// A service is a known target where an identifier's value is looked for.
type service struct {
	known.Target
	slot string // the name whose values it shares with others
}

// recognised is a sentence about the service: certain where the name says it.
func (s service) recognised() string {
	if s.UUIDLabel {
		return fmt.Sprintf(" That has the form of an %s name. %s", s.Name, s.Trap)
	}
	return fmt.Sprintf(" That is %s. %s", s.Name, s.Trap)
}

// serviceOf recognises the target of an identifier. What looks like acme-dns
// by its UUID alone is something else when its values have another TTL, or
// when there are more of them than that software keeps.
func (j *judge) serviceOf(id survey.Identifier) (service, bool) {
	owner := j.endsAt(id)
	t, ok := known.TargetOf(owner)
	if !ok {
		return service{}, false
	}
	for _, e := range j.resolve(survey.Question{Name: id.Challenge, Type: "TXT"}).ends {
		for _, a := range e.answers {
			if t.UUIDLabel && e.kind == records && (len(values(a)) > t.Slots || a.Records[0].TTL > t.TTL) {
				return service{}, false
			}
		}
	}
	return service{t, t.Slot(owner)}, true
}

// sharing are the identifiers whose values share the slots of one name, those
// that the CA refuses beforehand left out.
func (j *judge) sharing(s service) []survey.Identifier {
	var ids []survey.Identifier
	for _, id := range j.s.Identifiers {
		if _, refused := j.refused[id.Name]; refused || id.Invalid != "" {
			continue
		}
		if slices.ContainsFunc(ids, func(o survey.Identifier) bool { return o.Name == id.Name }) {
			continue
		}
		if o, ok := j.serviceOf(id); ok && o.ID == s.ID && o.slot == s.slot {
			ids = append(ids, id)
		}
	}
	return ids
}

// crowd is the service whose slots this order exceeds at the name of this
// identifier, with the identifiers that share it. Each of them needs a value
// of its own; values that are given tell how many.
func (az *authorization) crowd() (service, []survey.Identifier, bool) {
	s, ok := az.serviceOf(az.id)
	if !ok || s.Slots == 0 || az.persistent() {
		return s, nil, false
	}
	ids := az.sharing(s)
	n := len(ids)
	if az.want.validation() {
		var vs []string
		for _, id := range ids {
			vs = unite(vs, az.expect(id).values)
		}
		n = len(vs)
	}
	return s, ids, n > s.Slots
}

// crowdedAt reports whether, in preflight, an end that would do otherwise
// fails because the order needs more values there than stay. A value that is
// given is looked for instead.
func (az *authorization) crowdedAt(e *end) bool {
	if az.want.validation() || e.kind == failed || e.kind == unseen || e.blind != "" {
		return false
	}
	if e.kind == nxDomain && (az.unregistered() != "" || az.doubled(e) != nil) {
		return false
	}
	_, _, over := az.crowd()
	return over
}

// slotsExceeded raises that not all values of the order can stand at once. It
// returns the finding that explains why some are missing.
func (az *authorization) slotsExceeded() place {
	s, ids, over := az.crowd()
	if !over || az.want.validation() && !az.txtTally().fail {
		return place{}
	}
	var names []string
	for _, id := range ids {
		names = append(names, id.Name)
	}
	f := finding("alias-slots-exceeded", s.slot, fmt.Sprintf("%s need a value each at %s, and %s keeps %s there.",
		series(names), s.slot, s.Name, count(s.Slots, "value")))
	f.Fix = az.roomyFix(s, ids)
	az.raise(f, place{})
	return f.place()
}

// roomyFix says how the order fits.
func (az *authorization) roomyFix(s service, ids []survey.Identifier) string {
	const plan = "\"dns01 plan\" shows orders that fit."
	own := az.endsAt(az.id) == az.id.Challenge
	switch {
	case own:
		return fmt.Sprintf("Order the names one after another, or order the wildcard alone, or host the domain where a name may have several values. %s", plan)
	case ids[0].Challenge != ids[len(ids)-1].Challenge:
		return fmt.Sprintf("Give each name a target of its own, or order %s at a time. %s", count(s.Slots, "name"), plan)
	}
	return fmt.Sprintf("Order %s at a time, or let the challenge name point elsewhere. %s", count(s.Slots, "name"), plan)
}

// crowdedProblem is what the CA would return when another identifier's value
// has pushed this one's out. Which value it shows is for the order to decide.
func (az *authorization) crowdedProblem() Problem {
	s, _, _ := az.crowd()
	return Problem{"validation", "unauthorized", incorrectTXT("<value of another name>", s.Slots, az.id.Challenge)}
}

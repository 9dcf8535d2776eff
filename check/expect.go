package check

import (
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// An expectation is what TXT values an identifier needs.
type expectation struct {
	values []string // all of them have to be there; none in preflight
	others []string // those of other identifiers that share the challenge name or its target
	// enough tells of records that do in the place of values, whatever else
	// is there; nil where each value has to be there itself.
	enough func(have []string) bool
}

// expect gathers the values for an identifier: its own and those meant for
// the whole order. Where several identifiers lead to one name, the sets stand
// there together and each identifier is judged on its own.
func (j *judge) expect(id survey.Identifier) expectation {
	var w expectation
	w.values = unite(j.valuesOf(id.Name), j.o.Values[""])
	if !j.valuesAreNamed() { // a zone may have more names than can be compared with each other
		return w
	}
	for _, other := range j.s.Identifiers {
		if other.Name == id.Name || other.Invalid != "" || other.Challenge != id.Challenge && j.endsAt(other) != j.endsAt(id) {
			continue
		}
		for _, v := range j.valuesOf(other.Name) {
			if !slices.Contains(w.values, v) {
				w.others = unite(w.others, []string{v})
			}
		}
	}
	return w
}

// valuesAreNamed reports whether some values are for one identifier alone.
func (j *judge) valuesAreNamed() bool {
	for name := range j.o.Values {
		if name != "" {
			return true
		}
	}
	return false
}

// valuesOf are the values given for one identifier, however it was written.
func (j *judge) valuesOf(identifier string) []string {
	var vs []string
	for name, given := range j.o.Values {
		if name != "" && strings.EqualFold(strings.TrimSuffix(name, "."), identifier) {
			vs = unite(vs, given)
		}
	}
	slices.Sort(vs)
	return vs
}

// unite joins sets in order.
func unite(sets ...[]string) []string {
	var u union
	for _, s := range sets {
		u.add(s...)
	}
	return u.all
}

// A union is a set in the order in which its members came. Servers decide how
// many there are, so none is compared with all of them.
type union struct {
	all []string
	has map[string]bool // those of all, once there are some
}

// handful is how many members are as quickly compared one by one.
const handful = 16

func (u *union) holds(v string) bool {
	return u.has[v] || u.has == nil && slices.Contains(u.all, v)
}

func (u *union) add(vs ...string) {
	for _, v := range vs {
		if u.holds(v) {
			continue
		}
		u.all = append(u.all, v)
		switch {
		case u.has != nil:
			u.has[v] = true
		case len(u.all) > handful:
			u.has = map[string]bool{}
			for _, v := range u.all {
				u.has[v] = true
			}
		}
	}
}

// validation reports whether this identifier's value is asked for. An order
// with values for some identifiers only is a preflight for the others.
func (w expectation) validation() bool { return len(w.values) > 0 }

// missing are the values that a set lacks.
func (w expectation) missing(have []string) []string {
	if w.enough != nil && w.enough(have) {
		return nil
	}
	return without(w.values, have)
}

// without returns what stands in a and not in b.
func without(a, b []string) []string {
	var known union
	known.add(b...)
	var out []string
	for _, v := range a {
		if !known.holds(v) {
			out = append(out, v)
		}
	}
	return out
}

// values are the TXT values of an answer as a set: strings joined, raw octets,
// sorted, since servers rotate records.
func values(a *survey.Answer) []string {
	var vs []string
	for _, r := range a.Records {
		vs = append(vs, r.TXT)
	}
	slices.Sort(vs)
	return slices.Compact(vs)
}

// values at an end: all its answers have the same.
func (e *end) values() []string {
	if e.kind != records || len(e.answers) == 0 {
		return nil
	}
	return values(e.answers[0])
}

// validates says whether the CA's challenge lookup passes when it ends so.
// Values are compared octet for octet. In preflight only what keeps a value
// published later from being seen fails.
func (az *authorization) validates(e *end) outcome {
	switch {
	case e.kind == unseen:
		return unsure
	case e.kind == failed, e.blind != "", az.unregistered() != "" && e.kind == nxDomain:
		return fails
	case !az.want.validation():
		if e.kind == nxDomain && az.doubled(e) != nil || az.nowhere(e) != "" || az.crowdedAt(e) {
			return fails
		}
		if e.open {
			return unsure
		}
		return passes
	case len(az.want.missing(e.values())) > 0:
		return fails
	}
	return passes
}

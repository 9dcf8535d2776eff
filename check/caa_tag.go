package check

import (
	"fmt"
	"slices"

	"dns01/caa"
)

// misspelledTags raises records whose property is a misspelling of issue or
// issuewild: they are there for everybody to see, and count for nothing.
func (az *authorization) misspelledTags(e climbEnd, set []caa.Record) {
	cause := az.misspelledAt(e) != (place{})
	for i, r := range e.decision.Records {
		if r.Meant == "" {
			continue
		}
		f := finding("caa-property-misspelled", e.name, fmt.Sprintf("At %s, %s counts for nothing: %s is no property, and %s is meant.",
			e.at(), set[i], quote(set[i].Tag), r.Meant))
		switch {
		case cause:
			f.Severity = Error
		case e.decision.Allowed && !az.corrected(e, set).Allowed:
			f.Detail += fmt.Sprintf(" Once it is corrected, %s may not issue.", az.caName())
		}
		f.Servers, f.Evidence = hosts(e.end.answers), evidence(e.end.answers[0])
		f.Fix = caaRecord(e.end.owner(), r.Meant, set[i].Value)
		az.raise(f, place{})
	}
}

// misspelledAt is the place of the misspelled tags of a set, if they are why
// the CA is refused: with the tags corrected it would be allowed.
func (az *authorization) misspelledAt(e climbEnd) place {
	if e.decision.Allowed || az.climb.tally().may() {
		return place{}
	}
	if !az.corrected(e, recordSet(e.end.answers[0])).Allowed {
		return place{}
	}
	return place{"caa-property-misspelled", e.name}
}

// corrected decides a set as if its misspelled tags were right.
func (az *authorization) corrected(e climbEnd, set []caa.Record) caa.Decision {
	set = slices.Clone(set)
	for i, r := range e.decision.Records {
		if r.Meant != "" {
			set[i].Tag = r.Meant
		}
	}
	return caa.Decide(set, az.request(az.id), az.profile())
}

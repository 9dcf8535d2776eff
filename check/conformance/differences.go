package conformance

import (
	"slices"
	"strings"
)

// A Difference is a known way in which dns01 and the release of Boulder that
// is built here disagree about worlds. Any other disagreement is an error.
type Difference struct {
	Reason string
	// Release is the first release of Boulder that does as dns01 does, or ""
	// when none does and dns01 is wrong.
	Release string
	// Applies reports whether a world has what they disagree on.
	Applies func(*World) bool
}

// Differences are those of dns01's reading of the newest release.
var Differences = []Difference{
	{
		Reason:  "the tag of a CAA parameter may have hyphens inside, and may not be empty (RFC 8659 §4.2)",
		Release: "v0.20261105.0",
		Applies: anyParameterTag(func(tag string) bool { return tag == "" || strings.Contains(tag, "-") }),
	},
}

// Faults are those of dns01 itself, whatever the release. Each is to be mended
// and then taken out; an entry that explains nothing any more fails the test.
var Faults []Difference

// anyCAA is true of worlds with such a CAA record.
func anyCAA(fits func(rdata []byte) bool) func(*World) bool {
	return func(w *World) bool {
		for _, n := range w.Nodes {
			if slices.ContainsFunc(n.CAA, fits) {
				return true
			}
		}
		return false
	}
}

// anyParameterTag is true of worlds with a CAA parameter of such a tag.
func anyParameterTag(fits func(string) bool) func(*World) bool {
	return anyCAA(func(rdata []byte) bool {
		_, parameters, _ := strings.Cut(string(rdata), ";")
		for part := range strings.SplitSeq(parameters, ";") {
			tag, _, found := strings.Cut(part, "=")
			if found && fits(strings.Trim(tag, " \t")) {
				return true
			}
		}
		return false
	})
}

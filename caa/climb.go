package caa

import "strings"

// Climb returns the names at which CAA has to be looked up for an identifier,
// in order: the name itself without a wildcard label, and every parent up to
// and including the TLD; not the root (RFC 8659 §3). Names are lower case and
// without final dots. It is nil for the empty name and the root.
func Climb(name string) []string {
	name = strings.TrimRight(lower(name), ".")
	name = strings.TrimPrefix(name, "*.")
	var names []string
	for name != "" {
		names = append(names, name)
		_, name, _ = strings.Cut(name, ".")
	}
	return names
}

// An Answer is what the lookup at one name of the climb came to.
type Answer struct {
	Name    string
	Records []Record // of the name, or of the end of its aliases
	// NXDomain is set when the name does not exist. It counts as no records.
	NXDomain bool
	// Failed is set when the lookup brought no answer that counts: a time-out,
	// SERVFAIL, a bogus or truncated answer, RDATA that does not parse.
	Failed bool
}

// A Selection is where the climb ended. At most one of Relevant and Failed is
// an index into the answers; the other, or both, are -1.
type Selection struct {
	Relevant int // the answer whose records are the relevant record set
	Failed   int // the answer whose failure hides what might be above it
	Records  []Record
}

// Select walks the answers of a climb, in its order, to the relevant record
// set: the first that has records, of whatever tag (RFC 8659 §3). A failure
// before that ends the walk, since it may hide records (RFC 8659 §5.4); one
// above the relevant set is harmless.
func Select(climb []Answer, p Profile) Selection {
	for i, a := range climb {
		switch {
		case a.Failed, a.NXDomain && p.NXDomainAtTLDFails && !strings.Contains(a.Name, "."):
			return Selection{Relevant: -1, Failed: i}
		case len(a.Records) > 0:
			return Selection{Relevant: i, Failed: -1, Records: a.Records}
		}
	}
	return Selection{Relevant: -1, Failed: -1}
}

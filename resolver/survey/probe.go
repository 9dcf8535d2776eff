package survey

import "slices"

// Probing is how much of the probe plan is asked.
type Probing string

// The ways of probing. Without any, servers are known by the answers to the
// questions that a CA asks, and by those alone.
const (
	ProbesNone    Probing = ""
	ProbesDefault Probing = "default" // few questions, more where something is odd
	ProbesDeep    Probing = "deep"    // the whole plan
)

// A Grade is what a probe's outcome means for a CA.
type Grade string

// The grades.
const (
	OK     Grade = "ok"
	Odd    Grade = "odd"    // against the standards, and of no consequence for a CA
	Broken Grade = "broken" // costs a CA's resolver tries and time, or the answer
)

// A Probe is how one server address took one question of the plan.
type Probe struct {
	ID    string // of the plan
	Grade Grade
	// Words say what was seen, in the short words of the plan: "ok" alone, or
	// each thing amiss.
	Words     []string
	Detail    string // more about it, as a sentence without final dot, escaped; may be empty
	Exchanges []Exchange
}

// Is reports whether a word stands among those of the outcome.
func (p *Probe) Is(word string) bool { return p != nil && slices.Contains(p.Words, word) }

// Probe returns the probe of that id, or nil when it was not asked.
func (s *Server) Probe(id string) *Probe {
	for i := range s.Probes {
		if s.Probes[i].ID == id {
			return &s.Probes[i]
		}
	}
	return nil
}

// grade gives an outcome the grade of its worst word.
func grade(id string, words []string) Grade {
	g := OK
	for _, w := range words {
		switch o := planned(id).outcome(w); {
		case o.Grade == Broken:
			return Broken
		case o.Grade == Odd:
			g = Odd
		}
	}
	return g
}

// fine are the words of an outcome as it should be.
var fine = []string{"ok"}

// outcome makes a probe of what was seen; without words it is fine.
func outcome(id string, words []string, exchanges []Exchange) Probe {
	if len(words) == 0 {
		words = fine
	}
	return Probe{ID: id, Grade: grade(id, words), Words: words, Exchanges: exchanges}
}

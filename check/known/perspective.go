package known

import "time"

// Perspectives is how many places a CA looks from (Baseline Requirements
// §3.2.2.9): a primary one, and remote ones that corroborate it.
type Perspectives struct {
	// Remotes is how many remote perspectives the CA says it uses; 0 when it
	// does not say.
	Remotes int
	// Minimum is the fewest remotes it may work with.
	Minimum Schedule[int]
	// Regions is how many regional internet registries the remotes that
	// agree have to span.
	Regions Schedule[int]
}

// RemotesAt returns how many remote perspectives to count with at a time, and
// whether the CA has said so; else it is the fewest that are allowed.
func (p Perspectives) RemotesAt(t time.Time) (n int, stated bool) {
	if p.Remotes > 0 {
		return p.Remotes, true
	}
	return p.Minimum.At(t), false
}

// Quorum returns how many of n remote perspectives may fail to corroborate:
// one of two to five, two of six or more, none of fewer (Baseline
// Requirements §3.2.2.9).
func Quorum(n int) (mayFail int) {
	switch {
	case n >= 6:
		return 2
	case n >= 2:
		return 1
	}
	return 0
}

// baselinePerspectives are the least that the Baseline Requirements ask of
// every publicly trusted CA.
func baselinePerspectives() Perspectives {
	return Perspectives{
		Minimum: Schedule[int]{
			{Value: 2},
			{From: day(2026, time.March, 15), Value: 3},
			{From: day(2026, time.June, 15), Value: 4},
			{From: day(2026, time.December, 15), Value: 5},
		},
		Regions: Schedule[int]{
			{Value: 1},
			{From: day(2026, time.March, 15), Value: 2},
		},
	}
}

// baselineSource covers baselinePerspectives.
func baselineSource() Source {
	return Source{
		Facts: "Perspectives",
		URL:   "https://github.com/cabforum/servercert/blob/main/docs/BR.md",
		Date:  "2026-05-04",
	}
}

package known

import "time"

// A Baseline is what the Baseline Requirements allow every publicly trusted CA
// at most, as of a day. What a CA says of itself may be less.
type Baseline struct {
	// AuthorizationReuse is how long a validation may be used (§4.2.1), and
	// PersistReuse one by a persistent record (§3.2.2.4.22).
	AuthorizationReuse time.Duration
	PersistReuse       time.Duration
	Validity           time.Duration // of a certificate (§6.3.2)
	// CAAAge is how old a CAA lookup may be at issuance, if the TTL is not
	// longer (§3.2.2.8.1).
	CAAAge time.Duration
	// Remotes is the fewest remote perspectives, Regions how many regional
	// internet registries those that agree span (§3.2.2.9).
	Remotes, Regions int
}

// BaselineAt returns what holds at a time.
func BaselineAt(t time.Time) Baseline {
	p := baselinePerspectives()
	return Baseline{
		AuthorizationReuse: baselineReuse().At(t),
		PersistReuse:       days(10),
		Validity:           baselineValidity().At(t),
		CAAAge:             8 * time.Hour,
		Remotes:            p.Minimum.At(t),
		Regions:            p.Regions.At(t),
	}
}

// BaselineSource is where that was read.
func BaselineSource() Source {
	s := baselineSource()
	s.Facts = "AuthorizationReuse PersistReuse Validity CAAAge Remotes Regions"
	return s
}

func baselineReuse() Schedule[time.Duration] {
	return Schedule[time.Duration]{
		{Value: days(398)},
		{From: day(2026, time.March, 15), Value: days(200)},
		{From: day(2027, time.March, 15), Value: days(100)},
		{From: day(2029, time.March, 15), Value: days(10)},
	}
}

func baselineValidity() Schedule[time.Duration] {
	return Schedule[time.Duration]{
		{Value: days(398)},
		{From: day(2026, time.March, 15), Value: days(200)},
		{From: day(2027, time.March, 15), Value: days(100)},
		{From: day(2029, time.March, 15), Value: days(47)},
	}
}

// ReuseAt is how long the CA may use a validation at a time: what it says for
// the profile, "" for its default, within what the Baseline Requirements
// allow. The CA has said so when stated is set; else it is the most allowed.
func (c *CA) ReuseAt(profile string, t time.Time) (reuse time.Duration, stated bool) {
	most := BaselineAt(t).AuthorizationReuse
	p, _ := c.Profile(profile)
	if own := p.AuthorizationReuse.At(t); own > 0 {
		return min(own, most), true
	}
	return most, false
}

package caa

// A Departure is a point on which a profile reads a set otherwise than the
// RFCs do, and so comes to another decision.
type Departure struct {
	ID   string // stable: "issuer-case"
	Text string // what the profile does, as a sentence without final dot
}

// A point is one field of a profile.
type point struct {
	Departure
	take func(to *Profile, from Profile)
}

// points are all fields of a Profile that change what a set allows.
func points() []point {
	return []point{
		{Departure{"critical-flags", "other flag bits than 128 count as critical"},
			func(to *Profile, from Profile) { to.CriticalFlags = from.CriticalFlags }},
		{Departure{"known-properties", "a property of the registry is not known, which matters once it is critical"},
			func(to *Profile, from Profile) { to.KnownTags = from.KnownTags }},
		{Departure{"issuer-case", "issuers are compared octet by octet, letter case included"},
			func(to *Profile, from Profile) { to.IssuerIgnoreCase = from.IssuerIgnoreCase }},
		{Departure{"issuer-grammar", "an issuer that is no domain name is compared as it stands"},
			func(to *Profile, from Profile) { to.IssuerGrammar = from.IssuerGrammar }},
		{Departure{"parameter-tags", "the tags of parameters have another grammar"},
			func(to *Profile, from Profile) { to.ParamTags = from.ParamTags }},
		{Departure{"parameter-case", "parameters are known in lower case only; in any other they restrict nothing"},
			func(to *Profile, from Profile) { to.ParamTagsIgnoreCase = from.ParamTagsIgnoreCase }},
		{Departure{"restrictions", "accounturi and validationmethods are not honoured"},
			func(to *Profile, from Profile) { to.Restrictions = from.Restrictions }},
		{Departure{"two-methods", "two validationmethods in one record are refused"},
			func(to *Profile, from Profile) { to.RefuseTwoMethods = from.RefuseTwoMethods }},
		{Departure{"methods-to-match", "validationmethods is read up to the method sought only, so that a fault behind it does not count"},
			func(to *Profile, from Profile) { to.MethodsToMatch = from.MethodsToMatch }},
	}
}

// Departures returns why a profile decides a set otherwise than [RFC8659]
// does: each point that alone would turn the decision, or where only several
// together do, those up to the one that turns it. It is nil when both allow or
// both refuse.
func Departures(set []Record, req Request, p Profile) []Departure {
	rfc := Decide(set, req, RFC8659).Allowed
	if Decide(set, req, p).Allowed == rfc {
		return nil
	}
	var alone, together []Departure
	sum := RFC8659
	turned := false
	for _, pt := range points() {
		one := RFC8659
		pt.take(&one, p)
		if Decide(set, req, one).Allowed != rfc {
			alone = append(alone, pt.Departure)
		}
		if turned || !differ(RFC8659, p, pt) {
			continue
		}
		pt.take(&sum, p)
		together = append(together, pt.Departure)
		turned = Decide(set, req, sum).Allowed != rfc
	}
	if alone != nil {
		return alone
	}
	return together
}

// differ reports whether two profiles part on a point.
func differ(a, b Profile, pt point) bool {
	from := Profile{}
	with := from
	pt.take(&from, a)
	pt.take(&with, b)
	return !from.equal(with)
}

// equal compares everything but the names.
func (p Profile) equal(q Profile) bool {
	if len(p.KnownTags) != len(q.KnownTags) {
		return false
	}
	for i := range p.KnownTags {
		if p.KnownTags[i] != q.KnownTags[i] {
			return false
		}
	}
	return p.CriticalFlags == q.CriticalFlags &&
		p.IssuerIgnoreCase == q.IssuerIgnoreCase && p.IssuerGrammar == q.IssuerGrammar &&
		p.ParamTags == q.ParamTags && p.ParamTagsIgnoreCase == q.ParamTagsIgnoreCase &&
		p.Restrictions == q.Restrictions && p.RefuseTwoMethods == q.RefuseTwoMethods &&
		p.MethodsToMatch == q.MethodsToMatch && p.NXDomainAtTLDFails == q.NXDomainAtTLDFails
}

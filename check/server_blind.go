package check

import (
	"slices"

	"dns01/resolver/survey"
)

// blind returns the rule that says why an answer denies nothing, or "": the
// server does not understand how the CA's resolver asks, and denies whatever
// is asked so. A value published later would not be seen there either.
func (j *judge) blind(l *survey.Lookup, a *survey.Answer) string {
	if a.Status != survey.NoData && a.Status != survey.NXDomain {
		return ""
	}
	if a.Rcode == "BADVERS" {
		return "edns-version-mishandled"
	}
	z := j.s.Zone(l.Zone)
	if z == nil || a.CaseLost {
		return ""
	}
	switch s := serverAt(z, a); {
	case s == nil:
	case s.Probe("case").Is("differs"):
		return "case-answers-differ"
	case j.lacks(z, s) && !j.open(l, a):
		return "nameserver-lame"
	}
	return ""
}

// lacks reports whether a server denies the apex of the zone, which another one of
// the delegation has, and has nothing else of it: it answers with authority for
// whatever it is asked.
func (j *judge) lacks(z *survey.Zone, s *survey.Server) bool {
	return noApex(apex(s)) && slices.ContainsFunc(z.Servers, func(o *survey.Server) bool {
		a := apex(o)
		return o.InParent && a != nil && a.Status == survey.Answered
	}) && !slices.ContainsFunc(j.answersOf(z, s), func(a *survey.Answer) bool {
		return a.Status == survey.Answered || a.Status == survey.Aliased || a.Status == survey.Referral
	})
}

// apex is what a server said of the zone's SOA record, or of its NS records where
// that was lost: every server of a zone has both. Nil where it was not asked.
func apex(s *survey.Server) *survey.Answer {
	if s.SOA != nil && s.SOA.Rcode != "" {
		return s.SOA
	}
	return s.NS
}

// noApex reports whether an answer about the apex denies that there is a zone.
func noApex(a *survey.Answer) bool {
	return a != nil && a.Authoritative && (a.Status == survey.NoData || a.Status == survey.NXDomain)
}

// open reports whether it could not be found out if the server of a denial
// denies its own zone too, or why.
func (j *judge) open(l *survey.Lookup, a *survey.Answer) bool {
	if l.Type != "TXT" || a.Status != survey.NoData && a.Status != survey.NXDomain {
		return false
	}
	return slices.ContainsFunc(j.s.Gaps, func(g survey.Gap) bool {
		return g.Reason == "denial-open" && g.Zone == l.Zone && g.Addr == a.Addr
	})
}

// blindAll returns that rule when it is the same for all of some answers.
func (j *judge) blindAll(l *survey.Lookup, as []*survey.Answer) string {
	rule := j.blind(l, as[0])
	if slices.ContainsFunc(as, func(a *survey.Answer) bool { return j.blind(l, a) != rule }) {
		return ""
	}
	return rule
}

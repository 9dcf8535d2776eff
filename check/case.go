package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// caseFails reports whether the CA's resolver, having got an answer in which
// the letter case of its question is lost, gives up: it asks all servers again
// and compares what they say (Unbound's caps-for-id fallback).
func (j *judge) caseFails(l *survey.Lookup, a *survey.Answer, all []*survey.Answer) bool {
	if !a.CaseLost || j.registry(l.Zone) {
		return false
	}
	if a.CaseDiffers {
		return true // asked again, they did
	}
	return slices.ContainsFunc(all, func(o *survey.Answer) bool { return o.Status.Usable() && !bogus(o) && sayings(o) != sayings(a) })
}

// sayings is what two answers have to share to count as the same there: the
// rcode, authority, and records, the SOA of a denial included; not TTLs.
func sayings(a *survey.Answer) string {
	parts := []string{a.Rcode, fmt.Sprint(a.Authoritative)}
	for _, al := range a.Aliases {
		parts = append(parts, al.From+" CNAME "+al.To)
	}
	parts = append(parts, texts(a)...)
	if a.SOA != nil && a.Status != survey.Answered {
		parts = append(parts, fmt.Sprintf("%s SOA %d", a.SOA.Zone, a.SOA.Serial))
	}
	return strings.Join(parts, "\n")
}

// onlyCaseFails reports whether a server has what is expected, and fails for
// its loss of letter case alone.
func (az *authorization) onlyCaseFails(l *survey.Lookup, m move) bool {
	if m.end == nil || !m.end.caseLost {
		return false
	}
	e := terminal(l, m.answer, m.end.trail)
	e.answers = []*survey.Answer{m.answer}
	return az.validates(&e) == passes
}

// caseEnd raises that a lookup fails on lost letter case, and returns the
// finding.
func (az *authorization) caseEnd(e *end) place {
	more := fmt.Sprintf("and the servers of %s do not all say the same", e.zone())
	if all(e.answers, func(a *survey.Answer) bool { return a.CaseDiffers }) && len(az.candidates(e.at)) == len(e.answers) {
		more = "and asked again in lower case it says now this, now that"
	}
	f := finding("case-answers-differ", e.zone(), fmt.Sprintf("%s %s for %s %s with the question in another letter case, %s.",
		who(e.answers), agreeing(serverNames(e.answers), "answers"), e.at.Name, e.at.Type, more))
	f.Servers, f.Evidence = hosts(e.answers), evidence(e.answers...)
	az.raise(f, place{})
	return f.place()
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// How the CA's resolver makes sure of an answer whose question came back in
// another letter case (Unbound's caps-for-id fallback): it wants replies that
// agree, and has only so many questions for one address.
const (
	caseReplies    = 3  // for each address of the zone
	maxCaseReplies = 16 // in all
	askedAtMost    = 5  // outbound-msg-retry
)

// caseFailure is how a lookup fails at the CA's resolver that got an answer in
// which the letter case of its question is lost: it asks all servers again and
// compares what they say. It is "" where it does not.
func (j *judge) caseFailure(l *survey.Lookup, a *survey.Answer, all []*survey.Answer) failure {
	if !a.CaseLost || j.registry(l.Zone) {
		return ""
	}
	differs := func(o *survey.Answer) bool { return o.Status.Usable() && !bogus(o) && sayings(o) != sayings(a) }
	switch n := j.confirmation(all); {
	case a.CaseDiffers, slices.ContainsFunc(all, differs):
		return servfail
	case n.had < n.wanted:
		return timedOut
	}
	return ""
}

// A confirmation is how many replies are needed to believe an answer, and how
// many come before silence has taken more time than there is.
type confirmation struct {
	wanted, had, addrs int
	silent             []*survey.Answer
}

func (j *judge) confirmation(all []*survey.Answer) confirmation {
	var n confirmation
	heard := map[string]bool{}
	for _, a := range all {
		at := a.Addr.String()
		if known, seen := heard[at]; !seen || !known {
			heard[at] = !silent(a) || j.ours(a)
		}
	}
	n.addrs = len(heard)
	for _, a := range all {
		if !heard[a.Addr.String()] {
			n.silent = append(n.silent, a)
		}
	}
	n.wanted = min(caseReplies*n.addrs, maxCaseReplies)
	for _, h := range heard {
		if h {
			n.had += askedAtMost
		}
	}
	return n
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
	if e.failure == timedOut {
		return az.unconfirmed(e)
	}
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

// unconfirmed raises that silent servers keep the resolver from making sure of
// an answer.
func (az *authorization) unconfirmed(e *end) place {
	n := az.confirmation(az.candidates(e.at))
	by := fmt.Sprintf("%s %s for %s", who(e.answers), agreeing(serverNames(e.answers), "answers"), e.zone())
	f := finding("case-not-confirmed", e.zone(), fmt.Sprintf(
		"%s with the question in another letter case. The CA's resolver then wants %d replies that agree, for %d addresses, and puts a question to each at most %d times; %s %s.",
		by, n.wanted, n.addrs, askedAtMost, who(n.silent), agreeing(serverNames(n.silent), "does not answer")))
	f.Servers, f.Evidence = hosts(e.answers), evidence(append(slices.Clone(e.answers), n.silent...)...)
	f.Fix = fmt.Sprintf("Have %s keep the letter case of questions. Or bring %s back, or take %s out of the address and NS records of %s.",
		who(e.answers), who(n.silent), verb(len(n.silent), "it", "them"), e.zone())
	az.raise(f, place{})
	return f.place()
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// predict tells what the CA would return for this identifier on each path
// that fails, each text once: at validation the challenge first, then CAA.
// The texts are those of Let's Encrypt's software, octet for octet.
func (az *authorization) predict() []Problem {
	var ps []Problem
	add := func(p Problem) {
		if !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	for _, e := range az.txt.ends {
		switch {
		case az.validates(e) != fails:
		case az.crowdedAt(e):
			add(az.crowdedProblem())
		default:
			add(az.challengeProblem(e))
		}
	}
	if !az.txtTally().may() {
		return ps
	}
	for _, e := range az.climb.ends {
		if e.outcome == fails {
			add(caaProblem(e, az.id.Name))
		}
	}
	return ps
}

// challengeProblem is the answer of the CA to a challenge that fails, by its
// type.
func (az *authorization) challengeProblem(e *end) Problem {
	if az.persistent() {
		return az.persistProblem(e)
	}
	p := txtProblem(e, az.id.Challenge)
	if az.challenge() == survey.DNSAccount01 && p.Type == "unauthorized" {
		p.Detail += fmt.Sprintf(" (account: %q)", az.o.Account)
	}
	return p
}

// txtProblem is the answer of the CA to a challenge lookup that fails. It
// shows the challenge name, never the target of an alias.
func txtProblem(e *end, challenge string) Problem {
	switch e.kind {
	case nxDomain:
		return Problem{"validation", "dns", lookupDetail(noTLD, "TXT", challenge)}
	case failed:
		return Problem{"validation", "dns", failureDetail(e, "TXT", challenge)}
	case records:
		return Problem{"validation", "unauthorized", incorrectTXT(firstTXT(e.answers), len(e.answers[0].Records), challenge)}
	}
	return Problem{"validation", "unauthorized", "No TXT record found at " + challenge}
}

// caaProblem is the answer of the CA to a climb that fails.
func caaProblem(e climbEnd, identifier string) Problem {
	prefix := fmt.Sprintf("While processing CAA for %s: ", identifier)
	if e.decision != nil {
		return Problem{"validation", "caa", prefix + fmt.Sprintf("CAA record for %s prevents issuance", e.name)}
	}
	return Problem{"validation", "dns", prefix + failureDetail(e.end, "CAA", e.name)}
}

// failureDetail is the text for a lookup that ended in failure: the extended
// error of the CA's resolver takes the place of the rcode, if there is one.
func failureDetail(e *end, qtype, name string) string {
	if i := slices.IndexFunc(e.answers, bogus); e.bogus && e.failure != timedOut && e.answers[i].Security.EDE >= 0 {
		s := e.answers[i].Security
		d := fmt.Sprintf("DNS problem: looking up %s for %s: %s", qtype, name, known.ExtendedError(s.EDE))
		if s.Text != "" {
			d += ": " + textAsAsked(s.Text, qtype, name)
		}
		return d
	}
	return lookupDetail(e.failure, qtype, name)
}

// textAsAsked is the text of an extended error with the question that the CA
// asked: at the end of an alias the text was worded for the target.
func textAsAsked(text, qtype, name string) string {
	rest := wordsOfResolver.ReplaceAllLiteralString(text, "")
	if len(rest) == len(text) {
		return text
	}
	return fmt.Sprintf("validation failure <%s %s IN>: %s", absolute(name), qtype, rest)
}

// lookupDetail is the text for a lookup that failed.
func lookupDetail(f failure, qtype, name string) string {
	d := fmt.Sprintf("DNS problem: %s looking up %s for %s", f, qtype, name)
	switch f {
	case noTLD:
		d += " - check that a DNS record exists for this domain"
	case servfail:
		d += " - the domain's nameservers may be malfunctioning"
	}
	return d
}

// firstTXT is the value of the record that comes first: as answered, or any
// one, the same every time, where servers rotate records.
func firstTXT(as []*survey.Answer) string {
	first := as[0].Records[0].TXT
	if all(as, func(a *survey.Answer) bool { return a.Records[0].TXT == first }) {
		return first
	}
	return values(as[0])[0]
}

// incorrectTXT is the text when n records are there and none matches. It
// shows the first: in the zone-file escapes of the CA's DNS library, cut to
// 100 octets, then quoted as Go does.
func incorrectTXT(txt string, n int, name string) string {
	const most = 100
	first := Escape(txt)
	if len(first) > most {
		first = first[:most] + "..."
	}
	more := ""
	if n > 1 {
		more = fmt.Sprintf(" (and %d more)", n-1)
	}
	return fmt.Sprintf("Incorrect TXT record %q%s found at %s", strings.ToValidUTF8(first, "\uFFFD"), more, name)
}

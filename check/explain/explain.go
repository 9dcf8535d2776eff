package explain

import (
	"fmt"
	"strings"
	"time"

	"dns01/check/known"
)

// A Category is what kind of failure it is, for programs to act upon.
type Category string

// The categories.
const (
	TXTMissing      Category = "txt-missing"       // no TXT record at the challenge name
	TXTWrong        Category = "txt-wrong"         // TXT records, none with the value
	TXTLookupFailed Category = "txt-lookup-failed" // the TXT query got no usable answer
	CAAForbids      Category = "caa-forbids"       // CAA records exclude the CA
	CAALookupFailed Category = "caa-lookup-failed" // a CAA query got no usable answer
	DNSSEC          Category = "dnssec"            // an answer does not validate
	PolicyRefused   Category = "policy-refused"    // the CA takes no such name, or order
	RateLimited     Category = "rate-limited"      // a limit of the CA
	CAInternal      Category = "ca-internal"       // the CA's own fault
	ClientPrecheck  Category = "client-precheck"   // the client's own look, the CA not asked yet
	ClientConfig    Category = "client-config"     // the client could not do its part
	OtherChallenge  Category = "other-challenge"   // of http-01 or tls-alpn-01
	OrderState      Category = "order-state"       // the order or authorization is not as the client thinks
	Unknown         Category = "unknown"
)

// A Stage is how far the order came.
type Stage string

// The stages.
const (
	NewOrder     Stage = "new-order"
	Validation   Stage = "validation"
	Finalize     Stage = "finalize"
	BeforeCA     Stage = "before-ca"
	UnknownStage Stage = "unknown"
)

// A Retry says whether trying again, with nothing changed, can pass.
type Retry string

// The answers.
const (
	Yes   Retry = "yes"
	No    Retry = "no"
	Maybe Retry = "maybe"
)

// A Culprit is whose fault it can be.
type Culprit string

// The culprits.
const (
	DomainOwner Culprit = "domain-owner" // whoever keeps the records of the name
	DNSOperator Culprit = "dns-operator" // whoever runs the name servers
	Registry    Culprit = "registry"     // whoever runs the zones above the domain
	CA          Culprit = "ca"
	Client      Culprit = "client"  // the ACME client or its configuration
	Network     Culprit = "network" // the network where the client runs
	Somebody    Culprit = "unknown"
)

// An Outcome is how the story told by the text ended.
type Outcome string

// The outcomes.
const (
	Failed    Outcome = "failed"
	Waiting   Outcome = "waiting"   // nothing failed yet
	Succeeded Outcome = "succeeded" // if anything failed, a later attempt passed
	NoOutcome Outcome = "none"      // neither failure nor success
)

// An Explanation is what a text comes to. Names carry no final dot and are in
// lower case; every string is free of control characters.
type Explanation struct {
	Problem             // the one that decides
	Outcome   Outcome   //
	About     []string  // the identifiers of the problem that decides; Identifiers has all that failed
	Others    []Problem // for other identifiers of the same attempt, and of sub-problems
	Earlier   []Problem // of earlier attempts, when they differ
	CA        *known.CA // who was asked, or nil
	Client    string    // "certbot", …, or ""
	Challenge string    // challenge type that the text speaks of, or ""
	Check     []string  // command to run next, in words; empty when it would not help
	Truncated bool      // only the end of the text was read
}

// A Problem is one error.
type Problem struct {
	Category    Category
	Stage       Stage
	Identifiers []string // as ordered, with "*."
	LookedUp    *Question
	Secondary   bool // a remote perspective of the CA saw it, the primary did not
	Retry       Retry
	RetryAfter  *time.Duration // from now; nil when not known
	RetryNote   string         // what a retry costs, a sentence, or ""
	Culprit     Culprit
	Summary     string   // what happened, a sentence
	Advice      string   // what to do, sentences
	Findings    []string // ids of rules that dns01 check is likely to report
	Type        string   // ACME problem type, the last part of the URN, or ""
	Status      int      // HTTP status, or 0
	Seen        string   // the TXT value that the CA saw, or ""
	Quote       string   // the words that were recognised, redacted
}

// A Question is what was looked up.
type Question struct{ Name, Type string }

// Explain says what a text means, with times as of now.
func Explain(text string, now time.Time) Explanation {
	plain, cut := plainText(text)
	t := newText(plain)
	found := t.scan()
	x := t.decide(found, now)
	x.Truncated = cut
	x.CA, x.Client = t.ca(), t.client()
	x.RetryNote = cost(&x.Problem, x.CA)
	x.Challenge = t.challenge()
	x.complete(t)
	return x
}

// complete adds what follows from the whole: names that only the context has,
// and the command to run.
func (x *Explanation) complete(t *text) {
	requested := t.requested()
	if len(x.Identifiers) == 0 {
		x.Identifiers = requested
	}
	wild := wildcardsOnly(t.ordered())
	x.Identifiers, x.About = wild(x.Identifiers), wild(x.About)
	for i := range x.Others {
		x.Others[i].Identifiers = wild(x.Others[i].Identifiers)
	}
	x.Check = x.command()
	if x.Seen != "" {
		x.Seen = redact(x.Seen)
	}
}

// mostNames is how many names are put on a command line.
const mostNames = 10

// command is the check that tells more, or nil when the DNS has no part in it.
func (x *Explanation) command() []string {
	if x.Outcome == Succeeded || len(x.Identifiers) == 0 || !x.Category.concernsDNS() {
		return nil
	}
	words := []string{"dns01", "check"}
	if x.CA != nil && x.CA.ID != "letsencrypt" {
		words = append(words, "--ca", x.CA.ID)
	}
	n := len(words)
	for _, id := range x.Identifiers {
		if len(words)-n < mostNames && strings.Contains(id, ".") {
			words = append(words, id)
		}
	}
	if len(words) == n {
		return nil
	}
	return words
}

// concernsDNS reports whether a look at the DNS can tell more.
func (c Category) concernsDNS() bool { return c != OtherChallenge && c != CAInternal }

// cost is what trying again costs where a validation failed.
func cost(p *Problem, ca *known.CA) string {
	if p.Retry == No || p.Stage != Validation && p.Stage != Finalize || p.Category == RateLimited || p.Category == OrderState {
		return ""
	}
	const counts = "each failed validation counts"
	if ca == nil {
		ca, _ = known.Find("letsencrypt")
	}
	l, ok := known.RateLimitsOf(ca)
	if !ok {
		return ""
	}
	n := l.AuthorizationFailuresPerHour
	every := time.Hour / time.Duration(n)
	return fmt.Sprintf("%s (%s allows %d an hour for a name and account, then one every %s)", counts, ca.Name, n, spoken(every))
}

// spoken is a duration of whole hours, minutes or seconds, more than one, in
// words.
func spoken(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}

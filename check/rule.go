package check

import (
	"time"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// A Severity is the consequence of a finding, in SARIF's words.
type Severity string

// The severities. An error needs a MUST or a CA's documented behaviour behind it.
const (
	Error   Severity = "error"   // a CA that asks now refuses
	Warning Severity = "warning" // it may refuse: depending on server, place or time
	Note    Severity = "note"    // nothing fails, worth knowing
)

// A Rule is a fault that can be found, described once. ID is permanent.
type Rule struct {
	ID       string
	Subject  string // name, delegation, dnssec, alias, challenge, caa, server, views
	Severity Severity
	Title    string // the fault, as a sentence without final dot
	// Otherwise is when a finding has another severity than the rule: "an
	// error when no server is left", or "".
	Otherwise string
	Why       string // why a CA refuses, or may
	Fix       string // what to do
	Source    string // RFC section or CA document
}

// A Finding is a rule broken in one place.
type Finding struct {
	Rule        *Rule
	Severity    Severity // may differ from the rule's, as the rule says
	Transient   bool     // a retry may pass without any change
	Identifiers []string // of the order, those concerned
	Name        string   // the DNS name where it is
	Servers     []string // "ns2.example.net (192.0.2.53)"
	Detail      string   // one sentence with the values seen, escaped
	Fix         string   // the exact record or command, or Rule.Fix when empty
	Because     string   // id of the finding that explains this one
	Evidence    []survey.Exchange
}

// A Verdict is what will become of an order, or of one identifier.
type Verdict string

// The verdicts, best first.
const (
	Ready   Verdict = "ready"
	AtRisk  Verdict = "at_risk"
	Retry   Verdict = "retry"
	Unknown Verdict = "unknown"
	Blocked Verdict = "blocked"
)

// A Mode is the question asked.
type Mode string

// Preflight asks "may I order?": a missing TXT record is normal. Validation
// asks "is it published?": the expected values have to be there.
const (
	Preflight  Mode = "preflight"
	Validation Mode = "validation"
)

// An Order is what is to be judged.
type Order struct {
	CA        *known.CA
	Account   string // account URI, or "" when not known
	Challenge string // "dns-01" (or ""), "dns-account-01" or "dns-persist-01"
	// Values are the TXT values expected, by identifier; those under "" are
	// expected for every identifier together. Empty means [Preflight]. For
	// dns-persist-01 there are none: the record stands before the order.
	Values map[string][]string
	// Sources tells what a value of Values is made of, where that is known.
	Sources map[string]Source
	// Profile is the CA's certificate profile, or "" for its default.
	Profile string
	// Now is the time at which dated facts are judged.
	Now time.Time
}

// Mode returns the question that the order asks.
func (o Order) Mode() Mode {
	if o.Challenge == survey.DNSPersist01 {
		return Validation
	}
	for _, vs := range o.Values {
		if len(vs) > 0 {
			return Validation
		}
	}
	return Preflight
}

// A Result is the judgement of an order.
type Result struct {
	Mode        Mode
	Verdict     Verdict
	RetryAfter  time.Duration // for Retry: when to try again
	Identifiers []IdentifierResult
	Findings    []Finding // errors first; a consequence right after its cause
	// NewOrder is how the CA refuses the order at once, nil when it takes it.
	// Finalize is what it would answer at finalize to an order whose
	// validations are all so old that CAA is looked up again
	// ([known.CA.CAARecheckAfter]); nil when that passes or cannot be.
	NewOrder, Finalize *Refusal
	CAAQueries         int // CAA queries the CA will send for the order, all perspectives
}

// An IdentifierResult is the judgement of one identifier.
type IdentifierResult struct {
	Identifier string
	Verdict    Verdict
	RetryAfter time.Duration
	Challenge  ChallengeResult
	CAA        CAAResult
	Predicted  []Problem // what the CA would answer, by stage; empty when it passes
	// Secondary are the same problems at validation as they read when remote
	// perspectives have them, and the primary one has not: possible where some
	// paths pass.
	Secondary []Problem
	Rechecked []Problem // what it would answer at finalize, if CAA is looked up again then
	// Perspectives are what each place elsewhere that looked comes to.
	Perspectives []PerspectiveResult
}

// A PerspectiveResult is how an identifier fares at one remote perspective.
type PerspectiveResult struct {
	Name, RIR, Vantage string // as the survey.Perspective has them
	Challenge, CAA     Standing
	// Problems are what the CA would answer if this perspective decided: of
	// the challenge, of CAA.
	Problems []Problem
}

// A Standing is how one respect fares at a perspective.
type Standing string

const (
	PerspectivePasses  Standing = "passes"
	PerspectiveFails   Standing = "fails"
	PerspectiveDepends Standing = "depends"   // on which server is asked
	PerspectiveUnknown Standing = "not-known" // it was not looked at, or cannot be told
)

// A ChallengeResult tells where the challenge value is looked for.
type ChallengeResult struct {
	Name   string   // _acme-challenge.…
	Target string   // where the aliases end
	Chain  []string // every name from Name to Target
	Values []string // seen at Target, united over the servers, escaped
	// Strings is how many character-strings each of Values stands in, the most
	// where records differ. A CA joins them.
	Strings []int
	Bytes   int // largest TXT answer seen, in octets; 0 when none
	Room    int // how many more 43-character values fit 1232 octets

	RoomAt   map[int]int // the same for each of SizeLimits
	Needed   int         // values of this order that are still to be published at Target
	Forecast int         // octets of the TXT answer with those
	Service  string      // ID of the known.Target that Target belongs to, or ""
	Slots    int         // values that it keeps at a time; 0 when not limited or not known
}

// A CAAResult tells how the climb was decided.
type CAAResult struct {
	RelevantName string // where the relevant set was found, or ""
	Via          string // the alias target it came from, or ""
	Records      []string
	Authorized   *bool  // nil when not known
	Reason       string // one sentence
	Queries      int    // questions of the climb at the CA: one a label
}

// A Problem is an ACME problem document as the CA would return it.
type Problem struct {
	Stage  string // "new-order", "validation", "finalize"
	Type   string // "dns", "unauthorized", "caa", …: the last part of the URN
	Detail string
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/caa"
)

var caaRules = []*Rule{
	{
		ID: "caa-critical-unknown", Subject: "caa", Severity: Error,
		Title:  "A CAA record is critical, and the CA does not know its property",
		Why:    "A CA must not issue when it does not understand a critical property, whatever the other records say.",
		Fix:    "Set the record's flags to 0, or remove it.",
		Source: "RFC 8659 §4.1",
	},
	{
		ID: "caa-malformed", Subject: "caa", Severity: Error,
		Title:     "The CAA record that should authorise the CA cannot be parsed by it",
		Otherwise: "a note when another record authorises it",
		Why:       "A value that breaks the grammar authorises nobody.",
		Fix:       "Correct the record's value.",
		Source:    "RFC 8659 §4.2",
	},
	{
		ID: "caa-account-mismatch", Subject: "caa", Severity: Error,
		Title:     "The CAA record names an account (accounturi) that is not known to be yours",
		Otherwise: "a warning when the account is not known",
		Why:       "The record authorises the CA for that account only, and the two URIs are compared as text.",
		Fix:       "Put the URI of the account that orders into the record.",
		Source:    "RFC 8657 §3",
	},
	{
		ID: "caa-method-forbidden", Subject: "caa", Severity: Error,
		Title:  "The CAA record excludes the challenge type (validationmethods)",
		Why:    "The record authorises the CA for the listed methods only.",
		Fix:    "Add the challenge type to validationmethods.",
		Source: "RFC 8657 §4",
	},
	{
		ID: "caa-issuer-misspelled", Subject: "caa", Severity: Error,
		Title:  "The CAA record names an issuer close to the CA's identity, and not equal",
		Why:    "The CA compares the issuer with its identity exactly.",
		Fix:    "Write the CA's identity exactly as it publishes it.",
		Source: "RFC 8659 §4.2; https://letsencrypt.org/docs/caa/",
	},
	{
		ID: "caa-property-misspelled", Subject: "caa", Severity: Note,
		Title:     "The property of a CAA record is misspelled: issue or issuewild is meant",
		Otherwise: "an error when the CA is refused for want of that record",
		Why:       "A CA passes over a property that it does not know and that is not critical, so the record neither allows nor restricts anything.",
		Fix:       "Write the tag as issue or issuewild.",
		Source:    "RFC 8659 §4.1 and §4.2",
	},
	{
		ID: "caa-forbids-wildcard", Subject: "caa", Severity: Error,
		Title:  "CAA's issuewild excludes the CA for the wildcard; its issue would allow it",
		Why:    "For wildcard names the issuewild records alone count, as soon as there is one.",
		Fix:    "Add an issuewild record for the CA.",
		Source: "RFC 8659 §4.3",
	},
	{
		ID: "caa-forbids", Subject: "caa", Severity: Error,
		Title:  "The CAA records authorise other CAs only, or nobody",
		Why:    "The CA may issue only when a record of the relevant set names it.",
		Fix:    "Add an issue record for the CA.",
		Source: "RFC 8659 §4.2",
	},
	{
		ID: "caa-truncated", Subject: "caa", Severity: Error,
		Title:  "The CAA answer is truncated and TCP does not help",
		Why:    "The CA's resolver throws the answer away, so the lookup fails.",
		Fix:    "Remove CAA records that are not needed, and open TCP port 53.",
		Source: "RFC 7766 §5; RFC 8659 §6.1",
	},
	{
		ID: "caa-lookup-failed", Subject: "caa", Severity: Error,
		Title:  "The lookup of CAA records fails",
		Why:    "A CA must not issue when it cannot tell whether CAA records exist, unless a name further down has records.",
		Fix:    "Make the name servers answer CAA queries: NOERROR with an empty answer when there is none.",
		Source: "RFC 8659 §3 and §6; Baseline Requirements §3.2.2.8.1",
	},
	{
		ID: "caa-lookup-timeout", Subject: "caa", Severity: Error,
		Title:  "CAA queries get no answer",
		Why:    "A CA must not issue when it cannot tell whether CAA records exist, unless a name further down has records.",
		Fix:    "Let CAA queries (type 257) through the firewall, or upgrade the name server.",
		Source: "RFC 8659 §6.1; Baseline Requirements §3.2.2.8.1",
	},
	{
		ID: "caa-lookup-failed-above", Subject: "caa", Severity: Error,
		Title:  "The lookup of CAA records fails at a registry's zone",
		Why:    "The climb goes up to the top level domain, and a failure there stops issuance too. It is the registry's fault.",
		Fix:    "Add a CAA record of your own: the climb ends there.",
		Source: "RFC 8659 §3; Baseline Requirements §3.2.2.8.1",
	},
	{
		ID: "caa-differs-between-servers", Subject: "caa", Severity: Warning,
		Title:  "Servers of one zone disagree on the CAA records, and it changes the decision",
		Why:    "The CA asks one of them, at random, from several places of the world.",
		Fix:    "Bring the servers to the same zone data: check the transfer to the one that differs.",
		Source: "RFC 8659 §3; RFC 1996 §1",
	},
	{
		ID: "caa-restriction-not-enforced", Subject: "caa", Severity: Note,
		Title:  "A parameter restricts nothing as it is written",
		Why:    "The CA does not know a parameter of that spelling and passes over it, so the record allows more than it says.",
		Fix:    "Write accounturi and validationmethods exactly so, in lower case.",
		Source: "RFC 8657 §3 and §4",
	},
	{
		ID: "caa-unshielded", Subject: "caa", Severity: Note,
		Title:  "No CAA record of one's own, and a zone above answers CAA queries unreliably",
		Why:    "Without a record the climb goes on to the top level domain, and the CA refuses when it meets a lookup on the way that fails.",
		Fix:    "Add a CAA record of your own: the climb ends there.",
		Source: "RFC 8659 §3; Baseline Requirements §3.2.2.8.1",
	},
	{
		ID: "caa-query-burst", Subject: "caa", Severity: Note,
		Title:  "The CA will send very many CAA queries for this order at once",
		Why:    "Every perspective asks for every name up to the top level domain, for each identifier anew. Servers that limit rates or are slow lose some of that, and one lost lookup fails its identifier.",
		Fix:    "Order fewer names at a time, or a wildcard in the place of names beside each other.",
		Source: "RFC 8659 §3; Let's Encrypt: boulder va/caa.go",
	},
	{
		ID: "caa-recheck-due", Subject: "caa", Severity: Note,
		Title:  "The trouble with CAA strikes at finalize too, where an old validation is reused",
		Why:    "CAA has to have been looked up within eight hours before the certificate is signed, however long a validation may be reused.",
		Fix:    "Mend CAA before the order.",
		Source: "Baseline Requirements §3.2.2.8; Let's Encrypt: boulder ra/ra.go",
	},
	{
		ID: "caa-from-alias", Subject: "caa", Severity: Note,
		Title:  "The relevant CAA records come from the target of an alias",
		Why:    "A CAA lookup follows aliases like any other, so the target's operator decides which CA may issue.",
		Fix:    "Nothing, if that is intended; with address records instead of the CNAME your own CAA records count.",
		Source: "RFC 8659 §3",
	},
}

// explainCAA raises what the ends of the climb show. Where the challenge fails
// on every path the CA never comes to CAA; it is told all the same, since it
// is next.
func (az *authorization) explainCAA() {
	t := az.climb.tally()
	for _, e := range az.climb.ends {
		switch {
		case e.end == nil:
		case e.end.kind == failed:
			az.caaFailed(e)
		case e.decision != nil && (!e.decision.Allowed && !t.may() || e.decision.Unknown):
			az.refuses(e)
		}
		if e.decision != nil && e.end != nil {
			az.caaRemarks(e)
		}
	}
	if t.fail && t.may() {
		az.caaDecisionDiffers()
	}
	az.caaDiffers()
	if t.may() {
		az.caaAbove()
		az.unshielded()
	}
	az.recheckDue()
}

// caaTrouble is the finding about CAA that this identifier fails by; none
// where that follows from something else.
func (az *authorization) caaTrouble() place {
	for _, d := range az.drafts {
		if d.Rule.Subject == "caa" && d.Severity != Note && d.cause == (place{}) && slices.Contains(d.Identifiers, az.id.Name) {
			return d.place()
		}
	}
	return place{}
}

// reasonRule is the rule for a reason to refuse.
func reasonRule(r caa.Reason) string {
	switch r {
	case caa.WildcardExcluded:
		return "caa-forbids-wildcard"
	case caa.AccountMismatch, caa.AccountUnknown:
		return "caa-account-mismatch"
	case caa.MethodForbidden, caa.MethodUnknown:
		return "caa-method-forbidden"
	case caa.CriticalUnknown:
		return "caa-critical-unknown"
	case caa.Malformed:
		return "caa-malformed"
	case caa.Misspelled:
		return "caa-issuer-misspelled"
	}
	return "caa-forbids"
}

// refuses raises that the relevant set does not authorise the CA, or hangs on
// an account that is not known.
func (az *authorization) refuses(e climbEnd) {
	d := e.decision
	f := finding(reasonRule(d.Reason), e.name, fmt.Sprintf("The CAA records at %s do not allow this: %s.", e.at(), d.Detail))
	if d.Unknown {
		f.Severity = Warning
		f.Detail = fmt.Sprintf("The CAA records at %s may not allow this: %s.", e.at(), d.Detail)
	}
	f.Servers, f.Evidence = hosts(e.end.answers), evidence(e.end.answers...)
	f.Fix = az.allow(e)
	if p := az.misspelledAt(e); p != (place{}) {
		f.Fix = "Correct the tag of that record."
		az.raise(f, p)
		return
	}
	az.raise(f, place{})
}

// at names where the set was found, the alias target included.
func (e climbEnd) at() string {
	if e.end != nil && len(e.end.aliases) > 0 {
		return fmt.Sprintf("%s (from its alias target %s)", e.name, e.end.owner())
	}
	return e.name
}

// allow is the record that would authorise the CA, ready to paste.
func (az *authorization) allow(e climbEnd) string {
	identity := az.identity()
	if identity == "" {
		return ""
	}
	owner, d := e.name, e.decision
	own := ""
	if az.registry(e.end.zone()) && az.below(e.name) != e.name {
		return fmt.Sprintf("Add a CAA record of your own; the climb then ends before %s:\n%s", e.name, az.shieldRecord(az.below(e.name)))
	}
	if len(e.end.aliases) > 0 {
		own = fmt.Sprintf("Have the operator of %s add it, or replace the CNAME at %s:\n", e.end.owner(), e.name)
		owner = e.end.owner()
	}
	var responsible caa.Record
	if d.Record >= 0 {
		responsible = recordSet(e.end.answers[0])[d.Record]
	}
	tag := "issue"
	if strings.EqualFold(responsible.Tag, "issuewild") || d.Reason == caa.WildcardExcluded {
		tag = "issuewild"
	}
	switch d.Reason {
	case caa.CriticalUnknown:
		return fmt.Sprintf("Remove this record at %s, or set its flags to 0:\n%s IN CAA %s", owner, absolute(owner), responsible)
	case caa.AccountUnknown:
		return fmt.Sprintf("Say which account orders (--account), or see that it is the one in:\n%s IN CAA %s", absolute(owner), responsible)
	case caa.AccountMismatch, caa.MethodForbidden, caa.Malformed, caa.Misspelled:
		return own + caaRecord(owner, tag, caa.Mended(responsible.Value, az.request(az.id), az.profile()))
	}
	return own + caaRecord(owner, tag, identity)
}

// identity is the CA's identity in CAA records, "" when not known.
func (j *judge) identity() string {
	if j.ca == nil || len(j.ca.Identities) == 0 {
		return ""
	}
	return j.ca.Identities[0]
}

// caaRemarks notes what is odd about a set, whatever it decides.
func (az *authorization) caaRemarks(e climbEnd) {
	set := recordSet(e.end.answers[0])
	for i, r := range e.decision.Records {
		if len(r.Unenforced) > 0 {
			az.notEnforced(e, set[i], r.Unenforced)
		}
		if r.Relevant && r.Reason == caa.Malformed && e.decision.Allowed {
			f := finding("caa-malformed", e.name, fmt.Sprintf("At %s another record authorises %s, but %s does not: %s.", e.name, az.caName(), set[i], r.Detail))
			f.Severity = Note
			f.Evidence = evidence(e.end.answers[0])
			az.raise(f, place{})
		}
	}
	az.misspelledTags(e, set)
	if len(e.end.aliases) > 0 {
		f := finding("caa-from-alias", e.name, fmt.Sprintf("%s is an alias, and the CAA records come from its target %s.", e.name, e.end.owner()))
		f.Evidence = evidence(e.end.answers[0])
		az.raise(f, place{})
	}
}

func parameters(ps []caa.Param) []string {
	var ss []string
	for _, p := range ps {
		ss = append(ss, p.String())
	}
	return ss
}

// notEnforced raises that parameters of a record restrict nothing for how they
// are spelled, and what the record would come to with them spelled right.
func (az *authorization) notEnforced(e climbEnd, r caa.Record, ps []caa.Param) {
	f := finding("caa-restriction-not-enforced", e.name, fmt.Sprintf("At %s, %s in %s %s nothing: %s passes over what is not spelled accounturi or validationmethods.",
		e.name, series(parameters(ps)), r, verb(len(ps), "restricts", "restrict"), az.caName()))
	req := az.request(az.id)
	right := r
	right.Value = caa.Respelled(r.Value, az.profile())
	if d := caa.Decide([]caa.Record{right}, req, az.profile()); !d.Allowed {
		f.Detail += fmt.Sprintf(" Spelled right, it does not allow this order: %s. The record to copy does.", d.Detail)
	}
	f.Fix = caaRecord(e.end.owner(), r.Tag, caa.Mended(r.Value, req, az.profile()))
	f.Evidence = evidence(e.end.answers[0])
	az.raise(f, place{})
}

func (j *judge) caName() string {
	if j.ca == nil {
		return "the CA"
	}
	return j.ca.Name
}

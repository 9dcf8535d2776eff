package caa

import (
	"fmt"
	"strings"
)

// A Request is what a CA is asked for, and what it is to be compared with.
type Request struct {
	// Issuers are the CA's identities: any one authorises.
	Issuers []string
	// Brands are other words for the CA, to recognise misspellings by.
	Brands   []string
	Wildcard bool // the identifier begins with "*."
	// Account is the ACME account's URI, "" when not known.
	Account string
	// AccountPrefixes begin the account URIs of the CA, a decimal number
	// follows. With several, an account is known under each of them. Without
	// any, URIs are compared as they are.
	AccountPrefixes []string
	// Method is the challenge type, such as "dns-01", "" when not known.
	Method string
}

// A Decision is what a record set comes to.
type Decision struct {
	Allowed bool
	// Unknown is set when Allowed hangs on an account or method that the
	// request does not tell.
	Unknown bool
	Reason  Reason
	Detail  string // one sentence with the values, escaped, without final dot
	Record  int    // index of the responsible record, or -1
	Records []RecordDecision
}

// A RecordDecision is what one record of the set says.
type RecordDecision struct {
	Relevant bool // it takes part in the decision
	Allowed  bool
	Unknown  bool
	Reason   Reason
	Detail   string
	// Unenforced are parameters that would restrict the record if they were
	// spelled as RFC 8657 has them, and that the profile passes over.
	Unenforced []Param
	// Meant is the property that a tag is a misspelling of, "issue" or
	// "issuewild", where the tag is none that the profile or IANA knows.
	Meant string
}

// Decide says whether a relevant record set allows a request (RFC 8659 §4).
// The set is that of the name where the climb ended, and empty when no name of
// the climb has records.
func Decide(set []Record, req Request, p Profile) Decision {
	if len(set) == 0 {
		return Decision{Allowed: true, Reason: NoRecords, Record: -1,
			Detail: "there is no CAA record: any CA may issue"}
	}
	tag := relevantTag(set, req.Wildcard)
	d := Decision{Record: -1, Records: make([]RecordDecision, len(set))}
	for i, r := range set {
		d.Records[i] = p.judge(r, tag, req)
	}
	return d.conclude(set, req, p)
}

// relevantTag returns the property that decides: issuewild for a wildcard if
// the set has one, else issue (RFC 8659 §4.3).
func relevantTag(set []Record, wildcard bool) string {
	if !wildcard {
		return "issue"
	}
	for _, r := range set {
		if lower(r.Tag) == "issuewild" {
			return "issuewild"
		}
	}
	return "issue"
}

// judge decides one record; tag is the property that counts.
func (p Profile) judge(r Record, tag string, req Request) RecordDecision {
	switch {
	case !p.knows(r.Tag) && r.Flags&p.CriticalFlags != 0:
		return RecordDecision{Relevant: true, Reason: CriticalUnknown, Meant: p.meant(r.Tag),
			Detail: fmt.Sprintf("the property %s has flags %d, which make it critical, and the CA does not know it", quote(r.Tag), r.Flags)}
	case !p.knows(r.Tag):
		d := notRelevant("the property %s is not known and not critical", quote(r.Tag))
		d.Meant = p.meant(r.Tag)
		return d
	case lower(r.Tag) == tag:
		d := p.authorize(r.Value, req)
		d.Relevant = true
		return d
	case lower(r.Tag) == "issue":
		return notRelevant("an issue property does not count for a wildcard beside issuewild")
	case lower(r.Tag) == "issuewild":
		return notRelevant("an issuewild property counts for wildcards only")
	}
	return notRelevant("the property %s does not restrict this kind of certificate", quote(lower(r.Tag)))
}

func notRelevant(format string, args ...any) RecordDecision {
	return RecordDecision{Reason: NotRelevant, Detail: fmt.Sprintf(format, args...)}
}

// authorize decides the value of one issue property.
func (p Profile) authorize(value string, req Request) RecordDecision {
	is, err := ParseIssue(value, p)
	identity, ok := p.identity(is.Issuer, req.Issuers)
	switch {
	case is.Issuer == "":
		return RecordDecision{Reason: Nobody, Detail: fmt.Sprintf("%s names no issuer: nobody may issue", quote(value))}
	case !ok:
		return notOurs(is.Issuer, req)
	case err != nil:
		return RecordDecision{Reason: Malformed, Detail: fmt.Sprintf("%s cannot be parsed, so it authorises nobody: %s", quote(value), why(err))}
	}
	d := p.restrict(is.Params, req)
	if d.Detail == "" {
		d.Detail = fmt.Sprintf("%s authorises %s", quote(value), quote(identity))
	}
	return d
}

// why is the reason in a SyntaxError.
func why(err error) string {
	if e, ok := err.(*SyntaxError); ok {
		return e.Why
	}
	return escape(err.Error())
}

// identity returns the identity of the CA that an issuer equals.
func (p Profile) identity(issuer string, identities []string) (string, bool) {
	for _, id := range identities {
		if p.sameIssuer(issuer, id) {
			return id, true
		}
	}
	return "", false
}

// notOurs tells how an issuer that is none of the CA's identities misses them.
func notOurs(issuer string, req Request) RecordDecision {
	if id, ok := unseparated(issuer, req.Issuers); ok {
		return RecordDecision{Reason: Malformed,
			Detail: fmt.Sprintf(`%s goes on after %s without a ";", so all of it counts as the issuer's name`, quote(issuer), quote(id))}
	}
	if id, how, ok := misspelling(issuer, req); ok {
		return RecordDecision{Reason: Misspelled,
			Detail: fmt.Sprintf("%s is not %s: %s", quote(issuer), quote(id), how)}
	}
	if len(req.Issuers) == 0 {
		return RecordDecision{Reason: OtherIssuer, Detail: fmt.Sprintf("%s is authorised, and the CA has no identity", quote(issuer))}
	}
	return RecordDecision{Reason: OtherIssuer,
		Detail: fmt.Sprintf("%s is authorised, not %s", quote(issuer), quote(req.Issuers[0]))}
}

// conclude makes the decision of the set from those of its records: a critical
// property that is not known forbids whatever the others say (RFC 8659 §4.5);
// else one record that authorises is enough, and none relevant allows.
func (d Decision) conclude(set []Record, req Request, p Profile) Decision {
	best, relevant := -1, 0
	for i, r := range d.Records {
		if !r.Relevant {
			continue
		}
		relevant++
		if best < 0 || r.weight() > d.Records[best].weight() {
			best = i
		}
	}
	if relevant == 0 {
		d.Allowed, d.Reason = true, NoRelevantProperty
		d.Detail = noneRelevant(set, req.Wildcard)
		return d
	}
	r := d.Records[best]
	d.Allowed, d.Unknown, d.Reason, d.Record, d.Detail = r.Allowed, r.Unknown, r.Reason, best, r.Detail
	switch r.Reason {
	case OtherIssuer, Nobody:
		return d.excluded(set, req, p)
	}
	return d
}

// weight orders relevant records by how much they decide.
func (r RecordDecision) weight() int {
	switch {
	case r.Reason == CriticalUnknown:
		return 100
	case r.Allowed && !r.Unknown:
		return 50
	case r.Allowed:
		return 40
	}
	return r.Reason.blame()
}

// excluded completes a refusal in which no record comes close to the CA: it
// names all that are authorised, and tells whether only a wildcard is refused.
func (d Decision) excluded(set []Record, req Request, p Profile) Decision {
	if d.Reason == OtherIssuer {
		d.Detail = fmt.Sprintf("only %s authorised, not %s", d.others(set, p), quote(first(req.Issuers)))
	}
	if !req.Wildcard || lower(set[d.Record].Tag) != "issuewild" {
		return d
	}
	plain := req
	plain.Wildcard = false
	if Decide(set, plain, p).Allowed {
		d.Reason = WildcardExcluded
		d.Detail = "for wildcards issuewild alone counts, and it refuses: " + d.Detail
	}
	return d
}

// others lists the issuers that the relevant records authorise, with the verb.
func (d Decision) others(set []Record, p Profile) string {
	var names []string
	for i, r := range d.Records {
		if r.Reason != OtherIssuer {
			continue
		}
		is, _ := ParseIssue(set[i].Value, p)
		names = append(names, quote(is.Issuer))
	}
	const most = 5
	verb := " are"
	switch {
	case len(names) == 1:
		verb = " is"
	case len(names) > most:
		names = append(names[:most], fmt.Sprintf("%d more", len(names)-most))
	}
	return strings.Join(names, ", ") + verb
}

// noneRelevant is the sentence for a set that says nothing about the request.
func noneRelevant(set []Record, wildcard bool) string {
	kind := "a name that is no wildcard"
	if wildcard {
		kind = "a wildcard"
	}
	records := "the CAA records restrict"
	if len(set) == 1 {
		records = "the CAA record restricts"
	}
	return fmt.Sprintf("%s nothing for %s: any CA may issue", records, kind)
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var persistRules = []*Rule{
	{
		ID: "persist-record-invalid", Subject: "challenge", Severity: Error,
		Title:  "No dns-persist-01 record authorises this order",
		Why:    "A record has to name the CA and exactly the account that orders, policy=wildcard for a wildcard name, and a persistUntil that is not over. It stands for its own name alone, not for names below.",
		Fix:    "Publish a record that names the CA and the account.",
		Source: "draft-ietf-acme-dns-persist-01 §4.1; Baseline Requirements §3.2.2.4.22; Let's Encrypt: boulder va/dns_persist.go",
	},
}

// persistent reports whether the challenge is a record that stands for all
// orders of an account, in place of a value of each.
func (j *judge) persistent() bool { return j.challenge() == survey.DNSPersist01 }

// A standing is what the records at a name come to for one identifier.
type standing struct {
	authorizes bool
	complaints []complaint
}

// A complaint is one record in the CA's name that does not do.
type complaint struct {
	record string // as it stands
	syntax bool
	text   string // the CA's
}

// standing judges the records of an answer, in the order given: the first that
// authorises the order decides.
func (az *authorization) standing(records []string) standing {
	var s standing
	for _, text := range records {
		r, err := parsePersistRecord(Escape(text))
		switch {
		case r.issuer != az.identity():
			continue
		case err != nil:
			s.complaints = append(s.complaints, complaint{text, true, fmt.Sprintf(
				"Parsing DNS-PERSIST-01 challenge TXT record with issuer-domain-name %q: %s", r.issuer, err)})
			continue
		}
		account := az.o.Account
		if account == "" && az.accountOfCA(r.account) {
			account = r.account
		}
		if err := r.authorizes(account, az.wildcard(), az.o.Now); err != nil {
			s.complaints = append(s.complaints, complaint{text, false, fmt.Sprintf(
				"Checking DNS-PERSIST-01 challenge TXT record with issuer-domain-name %q: %s", r.issuer, err)})
			continue
		}
		return standing{authorizes: true}
	}
	return s
}

// accountOfCA reports whether a URI may be that of an account of the CA.
func (j *judge) accountOfCA(uri string) bool {
	return j.ca == nil || slices.ContainsFunc(j.ca.AccountPrefixes, func(p string) bool { return strings.HasPrefix(uri, p) })
}

func (az *authorization) wildcard() bool { return strings.HasPrefix(az.id.Name, "*.") }

// problem is what the CA returns for records of which none does: complaints
// about form before those about what they say.
func (s standing) problem() Problem {
	for _, syntax := range []bool{true, false} {
		var texts []string
		for _, c := range s.complaints {
			if c.syntax == syntax {
				texts = append(texts, c.text)
			}
		}
		switch {
		case len(texts) == 0:
		case syntax:
			return Problem{Stage: "validation", Type: "malformed", Detail: strings.Join(texts, "; ")}
		default:
			return Problem{Stage: "validation", Type: "unauthorized", Detail: strings.Join(texts, "; ")}
		}
	}
	return Problem{Stage: "validation", Type: "unauthorized", Detail: "No valid TXT record found for DNS-PERSIST-01 challenge"}
}

// persistProblem is the answer of the CA to a lookup of the record that fails,
// or to records of which none does.
func (az *authorization) persistProblem(e *end) Problem {
	const prefix = "Retrieving TXT records for DNS-PERSIST-01 challenge: "
	switch e.kind {
	case nxDomain:
		return Problem{Stage: "validation", Type: "dns", Detail: prefix + lookupDetail(noTLD, "TXT", az.id.Challenge)}
	case failed:
		return Problem{Stage: "validation", Type: "dns", Detail: prefix + failureDetail(e, "TXT", az.id.Challenge)}
	case records:
		return az.standing(inOrder(e.answers)).problem()
	}
	return Problem{Stage: "validation", Type: "unauthorized", Detail: "No TXT record found for DNS-PERSIST-01 challenge"}
}

// inOrder are the values as the answers have them, or sorted where servers
// rotate records.
func inOrder(as []*survey.Answer) []string {
	given := func(a *survey.Answer) []string {
		var vs []string
		for _, r := range a.Records {
			vs = append(vs, r.TXT)
		}
		return vs
	}
	first := given(as[0])
	if all(as, func(a *survey.Answer) bool { return slices.Equal(given(a), first) }) {
		return first
	}
	return values(as[0])
}

// persistValue is a record that would authorise this order.
func (az *authorization) persistValue() string {
	account := az.o.Account
	if account == "" {
		account = "<account URI>"
	}
	v := fmt.Sprintf("%s; accounturi=%s", az.identity(), account)
	for _, id := range az.s.Identifiers {
		if id.Challenge == az.id.Challenge && strings.HasPrefix(id.Name, "*.") {
			return v + "; policy=wildcard"
		}
	}
	return v
}

// persistInvalid is the finding for records of which none authorises the
// order.
func (az *authorization) persistInvalid(e *end) Finding {
	owner := e.owner()
	s := az.standing(e.values())
	if len(s.complaints) == 0 {
		return finding("persist-record-invalid", az.id.Challenge, fmt.Sprintf(
			"At %s, no record names %s: %s.", owner, az.identity(), quotes(e.values())))
	}
	var parts []string
	for _, c := range s.complaints {
		_, why, _ := strings.Cut(c.text, ": ")
		parts = append(parts, fmt.Sprintf("%s does not do: %s", quote(c.record), why))
	}
	return finding("persist-record-invalid", az.id.Challenge, fmt.Sprintf("At %s, %s.", owner, strings.Join(first(mostNamed, parts), "; ")))
}

// persistUnsure warns of a record that names an account when ours is not
// known.
func (az *authorization) persistUnsure() {
	if !az.persistent() || az.o.Account != "" {
		return
	}
	for _, e := range az.txt.ends {
		if e.kind != records || !az.standing(e.values()).authorizes {
			continue
		}
		f := finding("persist-record-invalid", az.id.Challenge, fmt.Sprintf(
			"At %s, %s stands for one account, and which one orders is not known.", e.owner(), quotes(e.values())))
		f.Severity = Warning
		f.Evidence = evidence(e.answers...)
		f.Fix = "Say which account orders (--account)."
		az.raise(f, place{})
	}
}

// missingSomewhere counts the ends of the lookup without a record that does.
func (az *authorization) missingSomewhere() int {
	n := 0
	for _, e := range az.txt.ends {
		if len(az.want.missing(e.values())) > 0 {
			n++
		}
	}
	return n
}

package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dns01/resolver/survey"
)

var dnssecRules = []*Rule{
	{
		ID: "dnssec-ds-mismatch", Subject: "dnssec", Severity: Error,
		Title:  "No key of the zone matches the DS records at its parent",
		Why:    "The parent vouches for a key that the zone does not have, so the CA's validating resolver takes every answer of the zone for forged and answers SERVFAIL.",
		Fix:    "Replace the DS records at the registrar by those of the zone's key signing key, or remove them.",
		Source: "RFC 4035 §5.2",
	},
	{
		ID: "dnssec-dnskey-missing", Subject: "dnssec", Severity: Error,
		Title:  "The parent has DS records and the zone has no DNSKEY",
		Why:    "The parent says that the zone is signed. Served without keys, as after a move to another DNS host, all its answers count as forged.",
		Fix:    "Remove the DS records at the registrar, or sign the zone again and publish the DS records of its key.",
		Source: "RFC 4035 §5.2",
	},
	{
		ID: "dnssec-signature-expired", Subject: "dnssec", Severity: Error,
		Title:  "Signatures have expired",
		Why:    "The CA's resolver holds signatures against its clock without any tolerance, and answers SERVFAIL for what they cover.",
		Fix:    "Have the zone signed again, and look for why its signer stopped.",
		Source: "RFC 4035 §5.3.1; Unbound, val-sig-skew-min 0",
	},
	{
		ID: "dnssec-signature-not-yet-valid", Subject: "dnssec", Severity: Error,
		Title:  "Signatures are not valid yet",
		Why:    "The CA's resolver holds signatures against its clock without any tolerance, and answers SERVFAIL for what they cover.",
		Fix:    "Correct the clock of the machine that signs, and sign again; or wait until the signatures begin.",
		Source: "RFC 4035 §5.3.1; Unbound, val-sig-skew-min 0",
	},
	{
		ID: "dnssec-signature-missing", Subject: "dnssec", Severity: Error,
		Title:  "The parent has DS records and answers carry no signatures",
		Why:    "Below a DS every answer has to be signed; the CA's resolver takes one without a signature for forged.",
		Fix:    "Sign the zone and serve the signatures, or remove the DS records at the registrar.",
		Source: "RFC 4035 §5.2; Unbound, harden-dnssec-stripped",
	},
	{
		ID: "dnssec-denial-broken", Subject: "dnssec", Severity: Error,
		Title:  "The absence of a name or type is not proven",
		Why:    "A signed zone has to prove with NSEC or NSEC3 records that something is not there. CAA is mostly not there: without the proof the CA's lookup fails.",
		Fix:    "Have the zone signed again, with a complete NSEC or NSEC3 chain, and update the name server's software.",
		Source: "RFC 4035 §5.4; RFC 5155 §8",
	},
	{
		ID: "dnssec-bogus", Subject: "dnssec", Severity: Error,
		Title:  "Answers do not validate",
		Why:    "The CA's resolver validates DNSSEC and answers SERVFAIL where it fails.",
		Fix:    "Have the zone signed again, and compare the DS records at the parent with its keys.",
		Source: "RFC 4035 §5",
	},
	{
		ID: "dnssec-server-differs", Subject: "dnssec", Severity: Warning,
		Title:  "Some servers' answers validate and others' do not",
		Why:    "The CA's resolver asks another server after a bogus answer, a few times; it gets there, or it runs out of time.",
		Fix:    "Bring the servers to the same signed copy of the zone.",
		Source: "RFC 4035 §5; Unbound, val-max-restart",
	},
	{
		ID: "dnssec-signature-expiring", Subject: "dnssec", Severity: Note,
		Title:  "Signatures end soon",
		Why:    "When they end before the zone is signed again, every lookup of the CA fails.",
		Fix:    "See that the zone's signer runs; it should renew signatures well before they end.",
		Source: "RFC 6781 §4.4.2",
	},
	{
		ID: "dnssec-algorithm-unsupported", Subject: "dnssec", Severity: Note,
		Title:  "The zone is signed with algorithms that the CA's resolver does not know",
		Why:    "It takes the zone for unsigned: nothing fails, and nothing is protected.",
		Fix:    "Sign with ECDSA P-256 (algorithm 13) and publish a SHA-256 DS record.",
		Source: "RFC 4035 §5.2; RFC 8624 §3",
	},
	{
		ID: "dnssec-nsec3-iterations", Subject: "dnssec", Severity: Note,
		Title:  "NSEC3 uses more iterations than the CA's resolver accepts",
		Why:    "It takes such proofs for unsigned; other resolvers fail.",
		Fix:    "Sign again with 0 iterations and no salt.",
		Source: "RFC 9276 §3.1; Unbound, val-nsec3-keysize-iterations 150",
	},
	{
		ID: "dnssec-signed-without-ds", Subject: "dnssec", Severity: Note,
		Title:  "The zone is signed and its parent has no DS record",
		Why:    "Without a DS no resolver validates: the signatures protect nothing.",
		Fix:    "Publish the DS record of the zone's key at the registrar, if the zone is meant to be protected.",
		Source: "RFC 4035 §2.4",
	},
}

// bogusRule names the rule for each reason that validation gives.
var bogusRule = map[string]string{
	"signature-expired":       "dnssec-signature-expired",
	"signature-not-yet-valid": "dnssec-signature-not-yet-valid",
	"signature-missing":       "dnssec-signature-missing",
	"dnskey-missing":          "dnssec-dnskey-missing",
	"ds-mismatch":             "dnssec-ds-mismatch",
	"denial-broken":           "dnssec-denial-broken",
}

// bogus reports whether a validating resolver throws an answer away.
func bogus(a *survey.Answer) bool {
	return a.Status.Usable() && a.Security != nil && a.Security.Status == "bogus"
}

func ruleOfBogus(s *survey.Security) string {
	if id, ok := bogusRule[s.Reason]; ok {
		return id
	}
	return "dnssec-bogus"
}

// explainDNSSEC raises what validation found on the way of this identifier.
func (az *authorization) explainDNSSEC() {
	for _, z := range az.passed() {
		az.explainTrust(z)
	}
	for _, r := range az.questions() {
		for _, s := range r.steps {
			az.partlyBogus(s.at)
		}
	}
}

// bogusEnd raises why no server's answer validates, and returns the finding.
func (az *authorization) bogusEnd(e *end) place {
	i := slices.IndexFunc(e.answers, bogus)
	if i < 0 {
		return place{}
	}
	s := e.answers[i].Security
	zone := brokenZone(s, e.zone())
	f := finding(ruleOfBogus(s), zone, az.saidBogus(zone, s))
	f.Transient = s.Reason == "signature-not-yet-valid"
	f.Fix = az.bogusFix(zone, s)
	if same := slices.DeleteFunc(slices.Clone(e.answers), func(a *survey.Answer) bool { return !bogus(a) }); !az.registry(zone) {
		f.Servers, f.Evidence = hosts(same), evidence(same...)
	}
	az.raise(f, place{})
	return f.place()
}

// brokenZone is the zone whose link of the chain broke.
func brokenZone(s *survey.Security, asked string) string {
	if s.Zone != "" {
		return s.Zone
	}
	return asked
}

// saidBogus tells what broke, with the values that show it.
func (az *authorization) saidBogus(zone string, s *survey.Security) string {
	what := zone
	if s.Name != "" {
		what = fmt.Sprintf("%s %s", s.Name, s.Type)
	}
	var d string
	switch s.Reason {
	case "signature-expired":
		d = fmt.Sprintf("The signature over %s by key %d expired at %s", what, s.KeyTag, moment(s.Expiration))
	case "signature-not-yet-valid":
		d = fmt.Sprintf("The signature over %s by key %d is valid from %s to %s", what, s.KeyTag, moment(s.Inception), moment(s.Expiration))
	case "signature-missing":
		d = fmt.Sprintf("There is no signature over %s, though %s", what, az.vouched(zone))
	case "dnskey-missing":
		d = fmt.Sprintf("%s has no DNSKEY, though %s", zone, az.vouched(zone))
	case "ds-mismatch":
		d = fmt.Sprintf("No DNSKEY of %s fits: %s", zone, az.vouched(zone))
	case "denial-broken":
		d = fmt.Sprintf("The answer that denies %s has no NSEC or NSEC3 record that proves it", what)
	default:
		d = fmt.Sprintf("%s does not validate", what)
	}
	if s.Text != "" {
		d += fmt.Sprintf("; the CA's resolver says: %s", Escape(s.Text))
	}
	if az.registry(zone) {
		d += ". It is the registry's fault"
	}
	return d + "."
}

// vouched tells of the DS records at a zone's parent.
func (j *judge) vouched(zone string) string {
	z := j.s.Zone(zone)
	if z == nil || len(z.DS) == 0 {
		return fmt.Sprintf("the chain of trust says that %s is signed", zone)
	}
	var tags []string
	for _, ds := range z.DS {
		tag, _, _ := strings.Cut(ds, " ")
		tags = unite(tags, []string{tag})
	}
	return fmt.Sprintf("the parent has a DS record for key %s", series(tags))
}

// bogusFix says what to change, with the record at hand.
func (az *authorization) bogusFix(zone string, s *survey.Security) string {
	if az.registry(zone) {
		return "Report it to the registry; nothing of yours can mend it."
	}
	z := az.s.Zone(zone)
	if z == nil || len(z.DS) == 0 {
		return ""
	}
	switch s.Reason {
	case "dnskey-missing", "ds-mismatch":
		fix := rule(ruleOfBogus(s)).Fix + " At the parent stands:"
		for _, ds := range z.DS {
			fix += fmt.Sprintf("\n%s. IN DS %s", zone, ds)
		}
		return fix
	}
	return ""
}

// partlyBogus raises that some servers of a zone give answers that do not
// validate while others' do.
func (az *authorization) partlyBogus(l *survey.Lookup) {
	var bad, good []*survey.Answer
	for _, a := range az.candidates(l) {
		switch {
		case bogus(a):
			bad = append(bad, a)
		case a.Status.Usable():
			good = append(good, a)
		}
	}
	if len(bad) == 0 || len(good) == 0 {
		return
	}
	s := bad[0].Security
	id := "dnssec-server-differs"
	if s.Reason == "signature-expired" || s.Reason == "signature-not-yet-valid" {
		id = ruleOfBogus(s)
	}
	f := finding(id, l.Zone, fmt.Sprintf("%s gives answers that do not validate, %s gives ones that do. %s",
		who(bad), who(good), az.saidBogus(brokenZone(s, l.Zone), s)))
	f.Severity = Warning
	f.Servers, f.Evidence = hosts(bad), evidence(bad...)
	f.Fix = fmt.Sprintf("Bring %s to the copy of %s that the other servers have.", who(bad), l.Zone)
	az.raise(f, place{})
}

// explainTrust raises what is worth knowing of a zone's signatures although
// nothing fails.
func (az *authorization) explainTrust(z *survey.Zone) {
	if az.registry(z.Name) || z.Trust == nil {
		return
	}
	switch {
	case z.Trust.Reason == "algorithm-unsupported":
		az.raise(finding("dnssec-algorithm-unsupported", z.Name, fmt.Sprintf(
			"The DS records of %s (%s) name only algorithms or digests that the CA's resolver does not know.", z.Name, series(z.DS))), place{})
	case len(z.DS) == 0 && z.Trust.Status == "insecure" && z.Trust.Reason == "unsigned-delegation" && az.signedApex(z):
		az.raise(finding("dnssec-signed-without-ds", z.Name, fmt.Sprintf("%s is signed, and %s has no DS record for it.", z.Name, z.Parent)), place{})
	}
	az.explainSignatures(z)
}

// signedApex reports whether the zone's own apex records come signed.
func (az *authorization) signedApex(z *survey.Zone) bool {
	return slices.ContainsFunc(z.Servers, func(s *survey.Server) bool { return s.SOA != nil && s.SOA.Signed })
}

// explainSignatures looks at the signatures of answers that validate.
func (az *authorization) explainSignatures(z *survey.Zone) {
	var first *survey.Answer
	for _, r := range az.questions() {
		for _, st := range r.steps {
			if st.at.Zone != z.Name {
				continue
			}
			for _, a := range az.candidates(st.at) {
				if a.Security == nil {
					continue
				}
				if a.Security.Reason == "nsec3-iterations" {
					f := finding("dnssec-nsec3-iterations", z.Name, fmt.Sprintf("What %s denies counts as unsigned: its NSEC3 records have more than 150 iterations.", z.Name))
					az.raise(f, place{})
				}
				if a.Security.Status == "secure" && az.endsSoon(a) && (first == nil || a.SignedUntil.Before(first.SignedUntil)) {
					first = a
				}
			}
		}
	}
	if first == nil {
		return
	}
	f := finding("dnssec-signature-expiring", z.Name, fmt.Sprintf("A signature over %s %s ends at %s.", first.Name, first.Type, moment(first.SignedUntil)))
	f.Evidence = evidence(first)
	az.raise(f, place{})
}

// endsSoon reports whether the time left of a signature is short: less than
// two days, and less than a tenth of its life. Signers that sign each answer
// use short lives on purpose.
func (j *judge) endsSoon(a *survey.Answer) bool {
	const soon = 48 * time.Hour
	left := a.SignedUntil.Sub(j.s.ValidatedAt)
	return left > 0 && left < soon && left < a.SignedUntil.Sub(a.SignedFrom)/10
}

// moment is a time as people read it, to the second.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

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
		Fix:    "Have the zone signed again, with a complete NSEC or NSEC3 chain, by software that is up to date.",
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

// ruleOfBogus is the rule for an answer that does not validate. What the CA's
// resolver misses is not always what is wrong: where nothing is there it looks
// for a signature, though the proof is what should be signed; where data comes
// unsigned it looks for the proof that it may.
func ruleOfBogus(l *survey.Lookup, a *survey.Answer) string {
	denied := a.Status == survey.NoData || a.Status == survey.NXDomain
	switch reason := a.Security.Reason; {
	case reason == "signature-missing" && denied && a.Signed && a.Security.Name == a.Name && a.Security.Type == a.Type:
		return "dnssec-denial-broken"
	case unsignedData(l, a):
		return "dnssec-signature-missing"
	case bogusRule[reason] != "":
		return bogusRule[reason]
	}
	return "dnssec-bogus"
}

// unsignedData reports whether a signed zone answers with unsigned records, or
// as a zone below it that is not signed, and does not prove that there is one.
func unsignedData(l *survey.Lookup, a *survey.Answer) bool {
	return a.Security.Reason == "denial-broken" && a.Security.Type == "DS" && a.Security.Zone == l.Zone && !a.Signed &&
		(a.Status == survey.Answered || undelegated(l.Zone, a) != "")
}

// undelegated is the zone below another in whose name its servers deny
// something, "" if they do not.
func undelegated(zone string, a *survey.Answer) string {
	if a.SOA != nil && a.SOA.Zone != zone && within(a.SOA.Zone, zone) {
		return a.SOA.Zone
	}
	return ""
}

// keysTimedOut reports whether an answer could not be validated because no
// server answered for a zone's keys. The CA gives up before its resolver does.
func keysTimedOut(a *survey.Answer) bool {
	return bogus(a) && a.Security.Reason == "lookup-failed" && strings.Contains(a.Security.Text, "timeout")
}

// begins is when every signature at which a lookup failed will have begun to
// count; the zero time where that is not all that is wrong.
func (j *judge) begins(e *end) time.Time {
	var latest time.Time
	for _, a := range e.answers {
		if !bogus(a) || a.Security.Reason != "signature-not-yet-valid" || !a.Security.Inception.Before(a.Security.Expiration) {
			return time.Time{}
		}
		if a.Security.Inception.After(latest) {
			latest = a.Security.Inception
		}
	}
	return latest
}

// untilSigned is how long it takes until the signatures that are not valid
// yet are, over every lookup of this identifier; 0 when none is.
func (az *authorization) untilSigned() time.Duration {
	var wait time.Duration
	for _, r := range az.questions() {
		for _, e := range r.ends {
			if t := az.begins(e); !t.IsZero() {
				wait = max(wait, t.Sub(az.s.ValidatedAt))
			}
		}
	}
	return wait
}

// explainDNSSEC raises what validation found on the way of this identifier.
// Why no server's answer validates is raised where it ends a lookup, as the
// cause of what fails there: see unusable.
func (az *authorization) explainDNSSEC() {
	for _, z := range az.passed() {
		if az.registry(z.Name) {
			continue
		}
		az.partlyBogus(z)
		az.explainTrust(z)
		az.explainIterations(z)
		az.explainExpiring(z)
	}
}

// bogusEnd raises why no server's answer validates, and returns the finding.
func (az *authorization) bogusEnd(e *end) place {
	var first place
	for _, a := range e.answers {
		if !bogus(a) {
			continue
		}
		b := az.breach(az.blame(e.at, a))
		if len(b.faults) == 0 {
			continue
		}
		f := finding(b.rule, b.zone, az.saidBreach(b)+az.whose(b.zone)+".")
		f.Transient = b.rule == "dnssec-signature-not-yet-valid"
		f.Fix = az.breachFix(b)
		f.Servers, f.Evidence = az.breachServers(b)
		az.raise(f, az.whyBogus(b))
		if first == (place{}) {
			first = f.place()
		}
	}
	return first
}

// whose says who has to mend a zone, where that is not plainly the user.
func (az *authorization) whose(zone string) string {
	switch {
	case az.registry(zone):
		return ". It is the registry's fault"
	case !within(strings.TrimPrefix(az.id.Name, "*."), zone) && !within(zone, strings.TrimPrefix(az.id.Name, "*.")):
		return ". It is for the operator of " + zone + " to mend"
	}
	return ""
}

// breachServers are the servers of the zone that is to blame, and what shows
// it. Of a registry's servers a few are asked, which is no matter.
func (j *judge) breachServers(b breach) ([]string, []survey.Exchange) {
	z := j.s.Zone(b.zone)
	if z == nil || j.registry(b.zone) {
		return nil, evidence(b.answers...)
	}
	if keys := j.keysAsked(b.zone); keys != nil && b.ofKeys() {
		return hosts(keys.Answers), evidence(keys.Answers...)
	}
	if b.answeredBy(z) {
		return hosts(b.answers), evidence(b.answers...)
	}
	return labels(j.health(z).in(serving)), evidence(b.answers...)
}

// whyBogus is the finding that explains why there are no signatures, or why the
// keys of a zone could not be looked up.
func (az *authorization) whyBogus(b breach) place {
	z := az.s.Zone(b.zone)
	keys := az.keysAsked(b.zone)
	if z == nil {
		return place{}
	}
	if b.withoutEDNS() {
		return place{"edns-unsupported", z.Name}
	}
	if b.faults[0].Reason != "lookup-failed" || keys == nil {
		return place{}
	}
	h := az.health(z)
	for _, d := range slices.Concat(az.tcpUnavailable(h), az.mishandled(h, "DNSKEY")) {
		if slices.ContainsFunc(keys.Answers, func(a *survey.Answer) bool { return slices.Contains(d.Servers, host(a.Server, a.Addr)) }) {
			az.raise(d.Finding, d.cause)
			return d.place()
		}
	}
	return place{}
}

// partlyBogus raises that some servers of a zone give answers that do not
// validate while others' do: a finding for each way.
func (az *authorization) partlyBogus(z *survey.Zone) {
	var met []string
	for _, r := range az.questions() {
		for _, s := range r.steps {
			for _, b := range az.breachesOf(s.at) {
				if s.at.Zone == z.Name && !slices.Contains(met, b.rule) {
					met = append(met, b.rule)
				}
			}
		}
	}
	for _, id := range met {
		b := az.partlyBreach(z.Name, id)
		if b.rule != "dnssec-signature-expired" && b.rule != "dnssec-signature-not-yet-valid" {
			id = "dnssec-server-differs"
		}
		bad := serverNames(b.answers)
		f := finding(id, z.Name, fmt.Sprintf("%s %s answers for %s that do not validate, %s %s ones that do. %s.",
			who(b.answers), verb(len(bad), "gives", "give"), z.Name,
			who(b.good), verb(len(serverNames(b.good)), "gives", "give"), az.saidBreach(b)))
		f.Severity = Warning
		f.Servers, f.Evidence = hosts(b.answers), evidence(b.answers...)
		f.Fix = fmt.Sprintf("Bring %s to the copy of %s that the other servers have.", who(b.answers), z.Name)
		az.raise(f, az.whyBogus(b))
	}
}

// explainTrust raises what is worth knowing of a zone's place in the chain of
// trust although nothing fails.
func (az *authorization) explainTrust(z *survey.Zone) {
	if z.Trust == nil {
		return
	}
	switch {
	case z.Trust.Reason == "algorithm-unsupported":
		f := finding("dnssec-algorithm-unsupported", z.Name, fmt.Sprintf(
			"%s has for %s %s, and the CA's resolver knows none of them.", parentOf(z), z.Name, saidDSTypes(z.DS)))
		f.Fix = rule("dnssec-algorithm-unsupported").Fix + fmt.Sprintf(" In %s%s stands:%s", parentOf(z), registrar(z), dsRecords(z))
		az.raise(f, place{})
	case len(z.DS) == 0 && z.Trust.Status == "insecure" && (z.Trust.Reason == "unsigned-delegation" || z.Trust.Reason == "opt-out") && az.signedApex(z) && az.parentSecure(z):
		f := finding("dnssec-signed-without-ds", z.Name, fmt.Sprintf("%s is signed, and %s has no DS record for it.", z.Name, parentOf(z)))
		az.raise(f, place{})
	}
}

// parentSecure reports whether the chain of trust reaches the zone above: only
// then would a DS record be of use.
func (j *judge) parentSecure(z *survey.Zone) bool {
	p := j.s.Zone(z.Parent)
	return p != nil && p.Trust != nil && p.Trust.Status == "secure"
}

// signedApex reports whether the zone's own apex records come signed.
func (j *judge) signedApex(z *survey.Zone) bool {
	return slices.ContainsFunc(z.Servers, func(s *survey.Server) bool { return s.SOA != nil && s.SOA.Signed })
}

// validated are the answers of a zone to this identifier's questions that were
// judged.
func (az *authorization) validated(z *survey.Zone) []*survey.Answer {
	var as []*survey.Answer
	for _, r := range az.questions() {
		for _, st := range r.steps {
			if st.at.Zone != z.Name {
				continue
			}
			for _, a := range az.candidates(st.at) {
				if a.Security != nil {
					as = append(as, a)
				}
			}
		}
	}
	return as
}

// explainIterations raises that denials of a zone count as unsigned.
func (az *authorization) explainIterations(z *survey.Zone) {
	as := slices.DeleteFunc(az.validated(z), func(a *survey.Answer) bool { return a.Security.Reason != "nsec3-iterations" })
	if len(as) == 0 {
		return
	}
	f := finding("dnssec-nsec3-iterations", z.Name, fmt.Sprintf(
		"%s is signed, and what it denies counts as unsigned all the same: its NSEC3 records have more than 150 iterations.", z.Name))
	f.Evidence = evidence(as[0])
	az.raise(f, place{})
}

// explainExpiring raises that a signature of an answer that validates ends
// soon, the first one of the zone.
func (az *authorization) explainExpiring(z *survey.Zone) {
	as := slices.DeleteFunc(az.validated(z), func(a *survey.Answer) bool { return a.Security.Status != "secure" || !az.endsSoon(a) })
	if len(as) == 0 {
		return
	}
	first := slices.MinFunc(as, func(a, b *survey.Answer) int { return a.SignedUntil.Compare(b.SignedUntil) })
	f := finding("dnssec-signature-expiring", z.Name, fmt.Sprintf("In %s, a signature with %s %s ends at %s, in %s.",
		z.Name, first.Name, first.Type, moment(first.SignedUntil), timeLeft(first.SignedUntil.Sub(az.s.ValidatedAt))))
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

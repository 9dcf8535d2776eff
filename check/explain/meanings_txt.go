package explain

import (
	"regexp"
	"strings"
)

// txtWrong is a TXT record that is not the one.
var txtWrong = &meaning{
	tier: decisive, byCA: true, category: TXTWrong, stage: Validation, retry: Maybe, culprit: DomainOwner, acme: "unauthorized", qtype: "TXT",
	what:     "The CA found another TXT value at {name} than the order needs: \"{seen}\".",
	advice:   "If the value is an earlier order's, the new one is not on every server yet, or was never written: wait until all authoritative servers have it, then try again. If a name and its wildcard are ordered together, both values have to stand there at once: see that the second is added and does not replace the first.",
	findings: []string{"challenge-value-stale", "challenge-wrong-value", "challenge-values-incomplete", "challenge-not-on-every-server", "alias-slots-exceeded"},
}

// wrongValues are TXT values that tell by their looks what went wrong, the
// first one that matches.
var wrongValues = []struct {
	looks *regexp.Regexp
	meaning
}{
	{regexp.MustCompile(`^["']`), meaning{
		retry:    No,
		what:     "The TXT value at {name} has quotation marks in it: they belong to the zone file, not to the value.",
		advice:   "Write the value without quotation marks (few provider APIs want one pair).",
		findings: []string{"challenge-value-quoted"},
	}},
	{regexp.MustCompile(`^[\w-]{43}\.[\w-]{43}`), meaning{
		retry:    No,
		what:     "The TXT record at {name} holds a key authorization, not its digest.",
		advice:   "Publish the base64url form of the SHA-256 digest of the key authorization, 43 characters: what the client calls the validation or TXT value (RFC 8555 §8.4).",
		findings: []string{"challenge-value-is-key-authorization"},
	}},
	{regexp.MustCompile(`(?i)^(?:v=|google-site|ms=|_?globalsign|[a-z-]+-verification)`), meaning{
		retry:    Maybe,
		what:     "The CA found a TXT record of another use at {name} (\"{seen}\"): mostly a wildcard record answers, because the challenge's own does not exist.",
		advice:   "Create the record at {name} itself; it then stands in place of the wildcard's.",
		findings: []string{"challenge-wildcard-answer", "challenge-missing"},
	}},
	{regexp.MustCompile(`^(?:[\w-]+\.)+[A-Za-z]{2,}\.?$`), meaning{
		retry:    No,
		what:     "The TXT record at {name} holds a host name (\"{seen}\"): it was meant as a CNAME.",
		advice:   "Delete the TXT record and make a CNAME to that host.",
		findings: []string{"challenge-value-is-hostname"},
	}},
	{regexp.MustCompile(`^\s*$`), meaning{
		retry:    Maybe,
		what:     "The TXT record at {name} was empty when the CA looked.",
		advice:   "Some providers keep an empty record after the clean-up. Publish the value and wait until every server has it, then try again.",
		findings: []string{"challenge-wrong-value", "challenge-not-on-every-server"},
	}},
}

// txtWrongAs is what a wrong TXT value means, by its looks.
func txtWrongAs(value string) *meaning {
	for i := range wrongValues {
		if wrongValues[i].looks.MatchString(strings.TrimSpace(value)) {
			m := *txtWrong
			w := &wrongValues[i]
			m.retry, m.what, m.advice, m.findings = w.retry, w.what, w.advice, w.findings
			return &m
		}
	}
	return txtWrong
}

// txtMeanings are about the challenge's TXT record.
func txtMeanings() []*meaning {
	missing := []string{"challenge-no-txt", "challenge-misplaced", "challenge-not-on-every-server", "alias-dangling"}
	return []*meaning{
		{
			tier: decisive, byCA: true, category: TXTMissing, stage: Validation, retry: Maybe, culprit: DomainOwner, acme: "unauthorized", qtype: "TXT",
			what:     "The name {name} exists, and had no TXT record when the CA looked.",
			advice:   "If the record has only just been made, wait until every authoritative server has it, then try again. Otherwise it stands at another name (at the domain itself, or with the zone's name doubled), was removed too early, or the name is an alias to one without TXT.",
			findings: missing,
			forms: []string{
				"no txt record found at {name}", "no txt records found at {name}", "no txt record found for {name}",
				"no txt records found for {name}", "no txt-record found for {name}", "no txt record at {name}",
				"txt record for {name} not found", "txt record not found at {name}", "could not find txt record for {name}",
				"unable to find txt record for {name}", "did not find txt record for {name}", "txt record {name} not found",
				"could not find a txt record at {name}", "failed to find txt record at {name}",
				"no dns txt record found for {name}", "txt records found at {name}: none",
			},
		},
		{
			tier: decisive, byCA: true, category: TXTMissing, stage: Validation, retry: Maybe, culprit: DomainOwner, acme: "unauthorized",
			what:     "The CA found no TXT record for the DNS challenge of {ident}.",
			advice:   "Publish the record, wait until every authoritative server has it, then try again.",
			findings: missing,
			forms:    []string{"no txt records found for dns challenge", "no txt record found for dns challenge", "no valid txt record found for dns challenge", "no txt record found", "dns-01 txt record not found"},
		},
		{
			tier: decisive, byCA: true, category: TXTWrong, stage: Validation, retry: Maybe, culprit: DomainOwner, acme: "unauthorized", qtype: "TXT",
			what:     "The CA found TXT values at {name}, and not the one that the order needs.",
			advice:   txtWrong.advice,
			findings: txtWrong.findings,
			forms: []string{
				"no valid txt record found at {name}", "no matching txt record found at {name}", "incorrect txt record found at {name}", "incorrect txt record at {name}", "txt record at {name} does not match", "txt record for {name} does not match",
				"txt record mismatch for {name}", "wrong txt record for {name}", "invalid txt record for {name}", "txt record {name} does not match",
				"incorrect txt record found for {name}", "txt record value mismatch at {name}", "unexpected txt record at {name}",
			},
		},
		{
			tier: decisive, byCA: true, category: TXTWrong, stage: Validation, retry: Maybe, culprit: DomainOwner, acme: "unauthorized",
			what:     "The CA found TXT values for {ident}, and not the one that the order needs.",
			advice:   txtWrong.advice,
			findings: txtWrong.findings,
			forms: []string{
				"correct value not found for dns challenge", "correct value not found for dns-01 challenge", "incorrect txt record", "keyauthorization does not match; expected",
				"txt record did not match", "txt value does not match", "the txt record does not contain the expected value", "incorrect validation value in txt",
				"did not find expected txt record", "dns challenge value mismatch",
			},
		},
	}
}

// persistMeanings are about the record of dns-persist-01.
func persistMeanings() []*meaning {
	return []*meaning{
		{
			tier: decisive, byCA: true, category: TXTMissing, stage: Validation, retry: Maybe, culprit: DomainOwner, acme: "unauthorized",
			what:     "The CA found no record for dns-persist-01 at _validation-persist of {ident}.",
			advice:   "Publish the TXT record at _validation-persist in front of exactly this name (a record of the parent does not count), with issuer, accounturi and, for a wildcard, policy=wildcard.",
			findings: []string{"persist-record-invalid"},
			forms:    []string{"no txt record found for dns-persist-01 challenge"},
		},
		{
			tier: decisive, byCA: true, category: TXTWrong, stage: Validation, retry: No, culprit: DomainOwner, acme: "unauthorized",
			what:     "The record for dns-persist-01 does not authorise this order.",
			advice:   "Write the record anew: one issuer, the accounturi of the account that orders, policy=wildcard for wildcards, a persistUntil in the future, no \";\" at the end.",
			findings: []string{"persist-record-invalid"},
			forms: []string{
				"no valid txt record found for dns-persist-01 challenge", "parsing dns-persist-01 challenge txt record{*}: {*}",
				"checking dns-persist-01 challenge txt record{*}: {*}", "accounturi mismatch: expected {*}, got", "policy mismatch: expected {*}wildcard{*}, got",
			},
		},
	}
}

// lookupMeanings are lookups of the challenge's TXT record that brought none.
func lookupMeanings() []*meaning {
	return []*meaning{
		{
			tier: decisive, byCA: true, category: TXTLookupFailed, stage: Validation, retry: Maybe, culprit: DNSOperator, acme: "dns", qtype: "TXT",
			what:     "The CA could not look up the TXT records of {name}.",
			advice:   "See that every server of the zone answers the query properly.",
			findings: []string{"nameserver-lame", "nameserver-silent", "type-mishandled"},
			forms: []string{
				"error looking up txt records for domain {ident}", "error retrieving txt records for dns challenge (\"lookup {name} on", "failed to lookup txt record for {name}",
				"error retrieving txt records for dns challenge", "dns query for txt of {name} failed", "txt lookup for {name} failed", "error querying txt for {name}",
			},
		},
		{
			tier: decisive, byCA: true, category: DNSSEC, stage: Validation, retry: No, culprit: DNSOperator, acme: "dns",
			what:     "An answer of the zone of {ident} does not validate (DNSSEC).",
			advice:   "Mend the chain of trust: compare the DS at the registrar with the keys of the zone, and see that the signatures are there and in force. Waiting does not help.",
			findings: []string{"dnssec-bogus", "dnssec-ds-mismatch", "dnssec-dnskey-missing", "dnssec-signature-expired"},
			forms: []string{
				"dnssec validation failed", "dnssec validation failure", "dnssec: bogus", "dnssec: dnskey missing", "dnssec: signature expired", "dnssec: rrsigs missing", "dnssec: nsec missing",
				"validation failure <{name} {type} in>", "dnssec verification failed", "dnssec error",
			},
		},
	}
}

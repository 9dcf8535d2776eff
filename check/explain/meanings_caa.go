package explain

// caaMeanings are about CAA records.
func caaMeanings() []*meaning {
	forbids := []string{"caa-forbids", "caa-forbids-wildcard", "caa-account-mismatch", "caa-method-forbidden", "caa-critical-unknown", "caa-malformed", "caa-issuer-misspelled", "caa-from-alias"}
	return []*meaning{
		{
			tier: decisive, byCA: true, category: CAAForbids, stage: Validation, retry: No, culprit: DomainOwner, acme: "caa", qtype: "CAA",
			what:     "The CAA records found at {name} do not let this CA issue.",
			advice:   "Add a record that does (for Let's Encrypt: 0 issue \"letsencrypt.org\"), or mend the one that should: the CA's name is compared letter by letter, accounturi and validationmethods have to fit, issuewild decides for wildcards, and a \";\" at the end after a parameter spoils a record. At the end of a CNAME the records of the target count. Waiting does not help.",
			findings: forbids,
			forms: []string{
				"caa record for {name} prevents issuance", "caa records for {name} prevent issuance", "caa record at {name} prevents issuance",
				"caa records for {name} do not allow", "caa record for {name} does not allow", "caa record of {name} does not permit",
				"caa check failed for {name}", "caa checking failed for {name}", "caa policy of {name} forbids", "caa for {name} forbids",
				"caa records forbid issuance for {name}", "certificate authority authorization (caa) record for {name}", "caa validation failed for {name}",
				"caa records of {name} forbid", "not authorized by caa records of {name}", "caa record {*} found at {name} forbids",
			},
		},
		{
			tier: decisive, byCA: true, category: CAAForbids, stage: Validation, retry: No, culprit: DomainOwner, acme: "caa",
			what:     "CAA records do not let this CA issue for {ident}.",
			advice:   "Add a record that does (for Let's Encrypt: 0 issue \"letsencrypt.org\"; for ZeroSSL: 0 issue \"sectigo.com\"; for Google: 0 issue \"pki.goog\"), at the name or the nearest parent that has CAA records. Waiting does not help.",
			findings: forbids,
			forms: []string{
				"caa record prevents issuance", "caa records prevent issuance", "caa record forbids", "caa records forbid", "caa record does not authorize",
				"certificate authority authorization (caa) records forbid the ca", "caa check failed", "prevented by caa", "forbidden by caa", "caa rechecking failed", "caa violation",
				"blocked by caa", "disallowed by caa", "caa authorization failed", "a caa record prevents", "the caa record", "caa records do not permit", "not allowed by caa", "caa_error", "caa record does not include", "caa records do not include", "caa does not allow", "caa record mismatch",
			},
		},
		{
			tier: decisive, category: CAAForbids, stage: BeforeCA, retry: No, culprit: DomainOwner,
			what:     "The client's own look at the CAA records says that they do not let this CA issue for {ident}; the CA was not asked yet.",
			advice:   "Add a record that names the CA, at the name or the nearest parent that has CAA records. Old releases of cert-manager judge wildcards wrongly: update it.",
			findings: forbids,
			forms:    []string{"caa record does not match issuer", "caa records do not include", "caa check: no record for this issuer"},
		},
		{
			tier: decisive, byCA: true, category: CAALookupFailed, stage: Validation, retry: Maybe, culprit: DNSOperator, acme: "dns", qtype: "CAA",
			what:     "The CA could not look up the CAA records of {name}.",
			advice:   "See that every server of the zone answers CAA queries (type 257) properly, also when there is no such record.",
			findings: []string{"caa-lookup-failed", "caa-lookup-timeout", "type-mishandled"},
			forms: []string{
				"error looking up caa for {name}", "failed to lookup caa for {name}", "caa lookup failed for {name}", "caa lookup for {name} failed", "unable to retrieve caa records for {name}",
				"caa query failed for {name}", "error querying caa records for {name}", "could not retrieve caa records for {name}", "caa lookup error for {name}",
			},
		},
		{
			tier: after, byCA: true, category: CAALookupFailed, stage: Finalize, retry: Maybe, culprit: Somebody, acme: "caa",
			what:     "The CA looked at the CAA records again before issuing, because the validations are older than 7 hours, and several names failed.",
			advice:   "The sub-problems tell what each name failed of. A fresh order validates anew.",
			findings: []string{"caa-recheck-due", "caa-lookup-failed"},
			forms:    []string{"rechecking caa for {ident} and {n} more identifiers failed", "rechecking caa:"},
		},
	}
}

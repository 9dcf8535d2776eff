package explain

// refused is a name or an order that a CA does not take.
func refused(what, advice string, findings []string, forms ...string) *meaning {
	return &meaning{
		tier: decisive, byCA: true, category: PolicyRefused, stage: NewOrder, retry: No, culprit: Client, acme: "rejectedIdentifier",
		what: what, advice: advice, findings: findings, forms: forms,
	}
}

// cannot is a refusal in the words of Let's Encrypt's software, with the name
// and, as sub-problems or old versions have it, without.
func cannot(reason string) []string {
	return []string{"cannot issue for {ident}: " + reason, reason}
}

// nameMeanings are names that are none, or have a form that a CA does not take.
func nameMeanings() []*meaning {
	several := refused("The CA refuses names of the order.",
		"The sub-problems tell which, and why.",
		[]string{"name-invalid"},
		"cannot issue for {ident}: {*} (and {n} more problems", "cannot issue for {ident}:", "error creating new order :: cannot issue for multiple domains", "invalid identifiers requested")
	several.broad = true
	return []*meaning{
		several,
		refused("The CA takes no such name as {ident}: a character or a hyphen is where none may be.",
			"Order for a host name of letters, digits and inner hyphens: no underscore, port, path or space. A wildcard one level up covers a host with an underscore. Internationalized names have to be given as A-labels (xn--…).",
			[]string{"name-invalid"},
			append(cannot("domain name contains an invalid character"), "invalid dns identifier [{ident}", "invalid dns identifier {ident}", "contains an invalid character", "invalid character in dns name", "does not match the dns name pattern", "invalid domain name {ident}", "is not a valid domain name", "invalid identifier {ident}", "the domain name {ident} is invalid", "domain name is invalid")...),
		refused("The CA refuses {ident}: it needs at least one dot.",
			"Give the full domain name.",
			[]string{"name-invalid", "name-has-no-public-suffix"},
			append(cannot("domain name needs at least one dot"), "name needs at least one dot")...),
		refused("The CA refuses {ident}: the wildcard is malformed.",
			"A wildcard is one \"*.\" in front of a name, nothing else.",
			[]string{"name-invalid"},
			append(append(append(cannot("domain name has more than one wildcard"), cannot("domain name contains an invalid wildcard")...), cannot("wildcard domain names are not supported")...),
				"wildcard names are not supported", "wildcard domain is not supported", "wildcards not allowed", "does not support wildcard")...),
		refused("The CA refuses {ident}: it has more than 10 labels.",
			"Order for a shorter name, or for a wildcard further up.",
			[]string{"name-invalid"},
			append(cannot("domain name has more than 10 labels (parts)"), "domain name has more than {n} labels", "name has too many labels")...),
		refused("The CA refuses {ident}: it is too long, or one of its labels is.",
			"A name has at most 253 characters, a label 63.",
			[]string{"name-invalid"},
			append(append(cannot("domain name is longer than 253 bytes"), cannot("domain has a label (component between dots) longer than 63 bytes")...), "cumulative length of all identifier values")...),
		refused("The CA refuses {ident}: dots are where none may be.",
			"Write the name without two dots in a row and without a dot at the end.",
			[]string{"name-invalid"},
			append(append(cannot("domain name can not have two dots in a row"), cannot("domain name ends in a dot")...), "two dots in a row")...),
		refused("The CA refuses {ident}: a label begins like an internationalized one and is none.",
			"Convert the name to A-labels with current software (IDNA 2008).",
			[]string{"name-invalid"},
			append(append(cannot("domain name contains malformed punycode"), cannot("domain name contains an invalid label in a reserved format")...), "malformed punycode", "contains a malformed idn")...),
		refused("The CA refuses {ident}: it is an IP address.",
			"Order for a domain name. Let's Encrypt issues for addresses with the shortlived profile only, and never over DNS.",
			[]string{"name-invalid"},
			append(append(cannot("identifier type is dns but value is an ip address"), cannot("ip address is invalid")...), "the acme server can not issue a certificate for an ip address", "ip address identifiers are not supported", "unsupported identifier: type {*}ip")...),
		refused("An identifier of the order is empty.",
			"Look for an empty value or a stray comma in the client's list of domains.",
			[]string{"name-invalid"},
			append(cannot("identifier value (name) is empty"), "newOrder request included empty identifier", "order included empty identifier", "newOrder request did not specify any identifiers", "did not specify any identifiers", "no identifiers in order")...),
	}
}

// policyMeanings are good names that a CA does not issue for.
func policyMeanings() []*meaning {
	return []*meaning{
		refused("The CA refuses {ident}: it does not end in a public suffix.",
			"Order for a name under a public top level domain, or use a private CA for internal names.",
			[]string{"name-has-no-public-suffix", "tld-does-not-exist"},
			append(cannot("domain name does not end with a valid public suffix (tld)"), "name does not end in a public suffix", "does not end with a valid public suffix", "not a public domain", "is not a publicly valid domain", "internal name", "reserved domain")...),
		refused("The CA refuses {ident}: it is itself a public suffix.",
			"Order for a name with at least one label more.",
			[]string{"name-is-public-suffix"},
			append(append(cannot("domain name is an icann tld"), cannot("domain name is a wildcard for an icann tld")...), "name is a public suffix", "is a public suffix")...),
		refused("The CA does not issue for {ident}: its policy forbids the name.",
			"The CA keeps a list of names that it does not issue for (well known brands, names abused before, top level domains under sanctions). Ask the CA, or take another one. Nothing in the DNS changes this.",
			nil,
			append(cannot("the acme server refuses to issue a certificate for this domain name, because it is forbidden by policy"),
				"refuses to issue a certificate for this domain name", "policy forbids issuing for name", "policy forbids issuing for {ident}", "forbidden by policy",
				"name is blacklisted", "domain is blacklisted", "is on the deny list", "high risk domain", "high-risk domain", "domain {ident} is not allowed", "sanctioned", "policy does not allow issuing", "the domain is not permitted", "prohibited by policy", "domain is blocked by the ca")...),
		refused("The CA refuses {ident}: its labels repeat, as in names that a server orders a certificate for because somebody asked for them.",
			"Restrict the client's on-demand issuance to names that exist.",
			nil, "disallowed identifier requested", "domain name contains too many subdomain labels indicative of recursive on-demand issuance"),
	}
}

// orderMeanings are orders that a CA does not take for anything but one name.
func orderMeanings() []*meaning {
	return []*meaning{
		refused("The order has both {ident} and the wildcard that covers it.",
			"Leave out the name or the wildcard, or order two certificates.",
			[]string{"name-redundant-with-wildcard"},
			"domain name {ident} is redundant with a wildcard domain", "is redundant with a wildcard domain in the same request", "redundant with a wildcard"),
		refused("The order has more names than the CA takes in one certificate.",
			"Split the names over several orders, or use a wildcard.",
			[]string{"order-too-large"},
			"order cannot contain more than {n}", "order cannot contain more than", "csr contains more than {n} dns names", "csr identifier count is not at minimum 1 or at maximum", "too many names in certificate", "too many domains in request", "exceeds the maximum number of sans", "too many identifiers", "maximum number of domains"),
		refused("The CA does not take this kind of identifier, or not with this profile.",
			"Order for domain names, with a profile that takes them.",
			nil,
			"newOrder request included unsupported identifier", "the acme server has disabled this identifier type", "default profile does not permit", "profile {word} does not permit", "identifier type {word} not supported", "unsupported identifier type"),
		{
			tier: decisive, byCA: true, category: ClientConfig, stage: NewOrder, retry: No, culprit: Client, acme: "invalidProfile",
			what:   "The CA does not offer this certificate profile, or not to this account.",
			advice: "Leave the profile out, or name one that the CA's directory lists. Let's Encrypt has classic, tlsserver and shortlived.",
			forms:  []string{"is not permitted to use certificate profile", "unknown certificate profile", "profile {word} is not recognized", "profile name {word} not recognized", "not a recognized profile name", "requested profile {word} is not available", "invalid certificate profile"},
		},
	}
}

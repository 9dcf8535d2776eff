package explain

// ownWords is what a client says before it asks the CA.
func ownWords(c Category, retry Retry, culprit Culprit, what, advice string, forms ...string) *meaning {
	return &meaning{tier: decisive, category: c, stage: BeforeCA, retry: retry, culprit: culprit, what: what, advice: advice, forms: forms}
}

// asSummary is for words whose reason stands beside them.
func (m *meaning) asSummary() *meaning {
	m.tier = summary
	return m
}

func (m *meaning) asBroad() *meaning {
	m.broad = true
	return m
}

// panelMeanings are what hosting panels and storage boxes with an ACME client
// of their own say.
func panelMeanings() []*meaning {
	const free = " The CA has not been asked yet: nothing counts against its limits."
	return []*meaning{
		// cPanel (AutoSSL)
		ownWords(ClientConfig, No, Client,
			"cPanel has no zone for {ident} in the account, so it cannot publish the DNS record.",
			"Add the domain to the account, or leave the name out of the certificate (SSL/TLS Status, Exclude from AutoSSL). With DNS elsewhere a wildcard needs a client that can write there.",
			"does not control a domain named {ident}"),
		ownWords(OtherChallenge, No, DomainOwner,
			"cPanel found no address for {ident}, and leaves the name out.",
			"Publish an A or AAAA record that leads to this server, or exclude the name from AutoSSL. A name whose DNS is on this server needs none for DNS DCV: see the line of that."+free,
			"{ident} does not resolve to any ip addresses on the internet"),
		ownWords(ClientPrecheck, Maybe, DomainOwner,
			"cPanel's own look failed for the names of this certificate, so it did not ask the CA.",
			"The lines of each name before this one, \"DNS DCV\" and \"HTTP DCV\", tell why: the name leads elsewhere, or its DNS is not on this server."+free,
			"total_dcv_failure", "secured_domain_dcv_failure", "no_unsecured_domain_passed_dcv", "every domain failed dcv", "without a reduction of coverage").asSummary(),
		ownWords(ClientConfig, No, Client,
			"AutoSSL does not replace a certificate that it did not make.",
			"Allow it: in WHM under Manage AutoSSL, Options, replace invalid or expiring certificates that are not AutoSSL's. Or remove the certificate.",
			"certificate_is_externally_signed"),
		// Synology DSM
		ownWords(OtherChallenge, No, Client,
			"DSM does dns-01 for the names of Synology's own DDNS only, and goes on with http-01 for any other.",
			"Open port 80 to the box while it orders, or use a client on it that can write at your DNS provider.",
			"not synology ddns").asSummary(),
		ownWords(RateLimited, Maybe, Client,
			"DSM was refused by a limit of the CA; it does not say which.",
			"Wait, and find out why earlier orders failed or repeated. Another name helps only where the limit is of this one; the log (/var/log/messages) has the CA's own words.",
			"maximum number of certificate requests has been reached for this domain name"),
		ownWords(Unknown, Maybe, Somebody,
			"DSM got an error from the CA and does not say which.",
			"The CA's own words stand in /var/log/messages on the box; \"syno-letsencrypt renew-all -vv\" as root prints them. Most often port 80 is not open to the world, which DSM needs for names that are not Synology's.",
			"failed to connect to let's encrypt. please make sure the domain name is valid", "unexpect httpcode").asSummary(),
	}
}

// webServerMeanings are what web servers with an ACME client of their own say,
// and clients of few words.
func webServerMeanings() []*meaning {
	return []*meaning{
		// getssl
		ownWords(ClientPrecheck, No, Client,
			"getssl could not find the name servers of {ident}.",
			"Set AUTH_DNS_SERVER in its configuration, and see that dig, drill, host or nslookup works from here. The CA has not been asked yet: nothing counts against its limits.",
			"couldn't find primary dns server"),
		ownWords(ClientConfig, Maybe, Client,
			"getssl's command that publishes the TXT record failed.",
			"Run the script of DNS_ADD_COMMAND by hand, with the domain and a value: what it prints tells.",
			"dns_add_command failed for domain {ident}", "dns_add_command not defined").asBroad(),
		// Apache mod_md
		ownWords(ClientConfig, No, Client,
			"Apache could not run the command of MDChallengeDns01.",
			"See that the file exists, is executable for the user that httpd starts as, and begins with its interpreter (#!).",
			"{ident}: dns-01 setup command failed to execute", "dns-01 setup command failed to execute"),
		ownWords(ClientConfig, Maybe, Client,
			"The command of MDChallengeDns01 could not publish the TXT record.",
			"Run it by hand as the user of httpd, \"COMMAND setup DOMAIN VALUE\": what it prints tells.",
			"{ident}: dns-01 setup command returns {n}", "dns-01 setup command returns", "problem[challenge-setup-failure]").asBroad(),
		ownWords(ClientConfig, No, Client,
			"Apache can do none of the challenges that the CA offers for this name.",
			"A wildcard needs dns-01: set MDChallengeDns01 to a command that publishes the TXT record. Otherwise let port 80 or 443 reach this server.",
			"none of the acme challenge methods configured for this domain are suitable", "problem[challenge-mismatch]"),
		// Traefik
		ownWords(ClientConfig, No, Client,
			"A router names a certificate resolver that Traefik does not have, and is served with the default certificate.",
			"See an earlier line \"is skipped from the resolvers list\" for the reason, such as the rights of acme.json. If there is none, the name in the router is not that under certificatesResolvers in the static configuration.",
			"uses a nonexistent certificate resolver", "is skipped from the resolvers list").asBroad(),
		// Certify The Web, OPNsense
		{tier: summary, category: Unknown, stage: Validation, retry: Maybe, culprit: Somebody,
			what:   "A validation failed; the text does not say why.",
			advice: "The CA's own words stand in the log of that certificate (Certify The Web: Status, Open Log; OPNsense: the ACME log at debug level 3), next to \"detail\".",
			forms:  []string{"validation of the required challenges did not complete success", "validation for certificate failed: {ident}", "ca considers answer to challenge invalid"}},
	}
}

package explain

// precheckMeanings are the client's own look at the DNS, before the CA is
// asked. No failure is counted yet.
func precheckMeanings() []*meaning {
	const free = " The CA has not been asked yet: nothing counts against its limits."
	findings := []string{"challenge-not-on-every-server", "challenge-missing", "resolver-behind", "split-horizon", "local-port53-blocked"}
	check := func(culprit Culprit, what, advice string, forms ...string) *meaning {
		return &meaning{
			tier: decisive, category: ClientPrecheck, stage: BeforeCA, retry: Maybe, culprit: culprit, qtype: "TXT",
			what: what, advice: advice + free, findings: findings, forms: forms,
		}
	}
	waits := check(Somebody,
		"The client waits for the TXT record of {ident} to be seen.",
		"Wait. If it never ends though the authoritative servers have the record, the client looks elsewhere: a resolver that still has the old \"does not exist\", a private view of the zone, or port 53 intercepted on the way. Let it ask public resolvers, or the authoritative servers.",
		"waiting for dns-01 challenge propagation: dns record for {ident} not yet propagated", "waiting for dns-01 challenge propagation", "dns record for {ident} not yet propagated", "not yet propagated", "waiting for dns record propagation", "waiting for the record to propagate",
		"not valid yet, let's wait", "not valid yet, let us wait", "sleeping {n} seconds to wait for txt record propagation", "let's check each dns record now", "preliminary validation failed: {*}will retry", "no txt records found on nameserver", "preliminary validation failed", "will retry in {n} seconds (retry", "dns propagation: waiting")
	waits.tier = waiting
	late := check(Somebody,
		"The client did not see its TXT record everywhere in time; it gave up before it asked the CA.",
		"Give the provider more time (the client's propagation timeout), and see that the record stands at the right name on all servers.",
		"propagation: time limit exceeded", "time limit exceeded: last error", "timed out waiting for record to fully propagate", "timed out waiting for {*} to propagate", "time limit exceeded", "dns propagation check failed", "propagation check failed", "pre-validation failed", "prevalidation failed",
		"unable to find matching txt record for {name}", "timeout during dns propagation", "no txt records found on any", "failed to verify txt record", "txt record not yet propagated", "record has not propagated", "dns record has not propagated", "records have not propagated", "timed out waiting for dns propagation", "timeout waiting for dns", "dns propagation timeout", "propagation timeout",
		"gave wrong result", "dns challenge self-check failed", "dns check failed for {ident}", "checking dns for {ident}{*} gave wrong result", "txt record was not found in public dns", "dns record was not found after", "could not verify that the txt record", "dns problem: not propagated", "dns validation record has not", "failed to validate the dns record", "dns txt check failed",
		"could not find the txt record {*} in dns", "the txt record was not found on", "failed pre-check", "dns verification failed, ", "the dns record for {name} is not visible")
	late.broad = true
	silent := check(Network,
		"A DNS query of the client got no answer.",
		"The client's network does not let DNS through, or the server that it asked does not answer from there. Let the client ask public resolvers, or open port 53 outwards.",
		"read udp {*}:53: i/o timeout", "read udp {*}:53: read: connection refused")
	silent.broad = true
	return []*meaning{
		waits, late, silent,
		check(Somebody,
			"The client asked {name} and did not get the TXT record that it published; it gave up before it asked the CA.",
			"One server or resolver does not have the record yet: give the provider more time (the client's propagation timeout), and see that all servers are in step.",
			"ns {name} did not return the expected txt record", "did not return the expected txt record"),
		check(Network,
			"The client's own DNS query got no answer: it gave up before it asked the CA.",
			"The client's network does not let DNS through, or the server that it asked does not answer from there. Let the client ask public resolvers, open port 53 outwards, or switch its own check off and wait instead.",
			"propagation: time limit exceeded: last error: {*}i/o timeout", "time limit exceeded: last error: {*}i/o timeout", "time limit exceeded: last error: {*}connection refused", "time limit exceeded: last error: {*}network is unreachable", "\"propagation check failed\" {*}i/o timeout", "propagation check failed{*}i/o timeout",
			"dns call error: {*}i/o timeout", "propagation check failed{*}connection refused", "propagation check failed{*}no such host"),
		check(DNSOperator,
			"A server answered the client's own query with {word}: it gave up before it asked the CA.",
			"The client may look at a private view of the zone, or at servers that no longer serve it. Compare the name servers it names with those of the registry.",
			"ns {*} returned {word} for {name}", "time limit exceeded: last error: {*}returned {word} for {name}", "unexpected response code '{word}' for {name}", "propagation check failed{*}returned {word} for {name}"),
		check(DomainOwner,
			"cPanel's own look at the DNS of {ident} did not find its test record; the CA was not asked yet.",
			"See that the domain's name servers are those that this server writes to, or put the record where they are.",
			"local dcv error ({ident}", "local dns dcv error ({ident}", "dns dcv: the dns query to", "dns dcv: no local authority: {ident}", "dns dcv: no local authority", "no local authority: {ident}"),
		check(Network,
			"The client's resolver could not look up the challenge's TXT record; the CA was not asked yet.",
			"Look at the resolver that the client uses (in containers often one of the network itself), and let it ask public resolvers.",
			"lookup {name} on {*}: no such host", "checking dns propagation: {*}", "the dns response does not contain an answer to the question: {name} in", "the dns query name does not exist: {name}", "all nameservers failed to answer the query {name}", "could not resolve txt for {name}", "querying authoritative nameservers: {*}", "dns response for {name} is {word}"),
	}
}

// clientSide is a fault on the client's side, before the CA is asked.
func clientSide(retry Retry, culprit Culprit, what, advice string, forms ...string) *meaning {
	return &meaning{tier: decisive, category: ClientConfig, stage: BeforeCA, retry: retry, culprit: culprit, what: what, advice: advice, forms: forms}
}

// providerMeanings are faults at the API of the DNS provider.
func providerMeanings() []*meaning {
	cleanup := clientSide(Maybe, Client,
		"The client could not remove a TXT record afterwards.",
		"Remove leftover values by hand; they do no harm but make answers large.",
		"error removing txt", "error deleting txt", "error deleting record", "error deleting dns", "failed to delete txt", "failed to remove dns", "error cleaning up", "cleaning up failed", "cleanup failed", "failed to clean up", "could not clean up", "error removing record", "failed to delete record", "acme: error cleaning up", "unable to delete dns", "cleaning up solver", "cleaning up challenge", "dns record deletion failed", "removing txt failed", "error rm webroot", "dns_del_command failed for domain {ident}", "dns-01 teardown command")
	cleanup.cleans = true
	cleanup.tier = summary
	unpublished := clientSide(Maybe, Client,
		"The client could not publish the TXT record at the provider.",
		"Read what the provider's API said beside it: a right that is missing, a name that it does not take, a record that stands in the way (a CNAME, or one left over), or a fault of its own.",
		"error presenting token", "error presenting challenge", "presenting challenge: ", "presenting for challenge", "could not present challenge", "error adding txt", "error add txt for domain", "error adding dns", "add txt record error", "adding txt record failed", "failed to create txt record", "failed to add txt", "failed to add dns record", "failed to create dns record", "error creating txt record", "error creating dns record", "unable to add txt", "could not add txt", "failed to create record",
		"adding temporary record for zone", "adding record failed", "failed to update dns", "error encountered during dns", "dns update failed", "received response from server: refused", "received response from server: notauth", "update failed: refused", "update failed: notauth", "tsig error", "error communicating with the {*} api", "error finding {*} zone", "error adding record", "api error: ", "error while publishing", "publishing challenge failed",
		"invalidchangebatch", "but it already exists", "tried to create resource record set", "rrset of type txt", "non multivalue answer rrset exists", "has incorrect value", "an identical record already exists", "record already exists", "dns record already exists", "already contains an rrset", "error add txt", "unable to create dns record", "invalid change batch", "unable to update txt record", "failed to change route 53 record set", "failed to change record set", "error updating {*} dns record", "failed to set dns record", "could not create record")
	unpublished.broad = true
	return []*meaning{
		cleanup, unpublished,
		clientSide(No, Client,
			"The client found no zone of the provider's account that {ident} belongs to.",
			"See that the zone is in the account that the credentials are of, that the API token may read it, and that the client follows a CNAME where the challenge is delegated to another zone. A private resolver with a zone of its own confuses the search.",
			"could not find zone for {ident}", "could not find zone", "failed to find zone {name}", "failed to find zone", "zone not found", "could not determine zone for domain {name}", "could not determine zone", "could not determine the zone", "unable to determine zone", "unable to determine base domain for {ident}", "unable to determine base domain",
			"could not find the start of authority", "could not find the zone", "no matching zone", "no hosted zone found", "unable to find a hosted zone", "unable to find a route53 hosted zone for {ident}", "unable to find hosted zone", "no such zone", "unable to find dns zone", "domain not found in account", "no zones found", "zone could not be found", "failed to get zone", "failed to find managed zone", "unable to identify zone", "could not find domain", "domain does not exist in the account",
			"found no zones for domain {ident}", "found no zones for {ident}", "found no zones for", "no zone found for {ident}", "unable to get the zone", "expected 1 zone, got 0", "expected 1 zone", "invalid domain", "cannot find root domain", "can not find root domain", "cannot find the zone", "can not find zone", "zone {word} not found"),
		clientSide(No, Client,
			"The DNS provider's API did not accept the client's credentials.",
			"Make a new token with the right to edit this zone's records, for the right account, and give it to the client as its manual says: the right variables or file, no quotation marks or line feeds in it, no restriction to other addresses.",
			"invalid api token", "requires permission", "invalid access token", "invalid request headers", "authentication failed", "authentication error", "invalid credentials", "invalid api key", "unable to authenticate", "not authorized to perform: route53", "is not authorized to perform", "accessdenied", "access denied", "unauthorized_client", "invalidclienttokenid", "signaturedoesnotmatch", "expired token", "expiredtoken",
			"insufficient permissions", "insufficient authentication scopes", "unable to authenticate with the dns provider", "9109", "code: 9103", "error code 10000", "error code 6003", "code\":10000", "code\":6003", "authenticate you. check", "api key is invalid", "api token is invalid", "bad credentials", "wrong password", "login failed", "unknown x-auth-key", "permission denied for zone", "forbidden: {*}zone", "you do not have permission",
			"this call has not been granted", "perhaps your object identifier is invalid", "could not route to /client", "invalid_grant", "authorizationfailed", "unauthorized ip", "invalid request ip", "401 unauthorized", "status code: 401", "status: 401", "error 401", "http 401", "403 forbidden: {*}record", "not have access to this zone"),
		clientSide(No, Client,
			"The client has no credentials for the DNS provider.",
			"Give them as its manual says, in the environment of the process that runs (a timer or service has not that of your shell) or in its file.",
			"some credentials information are missing", "credentials missing", "missing credentials", "no credentials", "you didn't specify {*} api key", "you didn't specify a", "you don't specify", "you did not specify", "please create your key and try again", "please create you key and try again", "missing property in credentials configuration file", "error parsing credentials configuration", "credentials not found",
			"unable to locate credentials", "nocredentialproviders", "api token is not set", "missing environment variable", "missing required", "file not found: {*}.ini", "does not exist: {*}.ini", "credentials file", "error getting {*}from secret", "secret \"{*}\" not found", "error getting cloudflare secret", "error instantiating {*} challenge solver", "could not load credentials", "default credentials", "credential is null"),
		clientSide(Maybe, DNSOperator,
			"The DNS provider's API limits requests, or is down.",
			"Try again later; ask for fewer names at a time.",
			"throttling: rate exceeded", "throttlingexception", "rate exceeded", "priorrequestnotcomplete", "api rate limit exceeded", "too many requests to the api", "api is unavailable", "api is down", "bad gateway: {*}dns", "provider api {*}503", "more than {n} requests per"),
	}
}

// clientMeanings are faults of the client itself, its plugins and hooks.
func clientMeanings() []*meaning {
	return []*meaning{
		clientSide(No, Client,
			"The client's plugin or hook for the DNS provider is missing or does not work.",
			"Install it for the same client and version (pip, snap and packages do not see each other's), or update both.",
			"the requested {word} plugin does not appear to be installed", "plugin does not appear to be installed", "unrecognized dns provider", "unrecognized arguments: --dns-", "unknown dns provider", "dns provider not found", "module not registered: dns.providers", "unknown module: dns.providers", "cannot find dns api hook for", "can not find dns api hook for", "cannot find dns api hook", "can not find dns api",
			"could not choose appropriate plugin", "no module named", "modulenotfounderror", "importerror", "has no attribute", "versionconflict", "contextualversionconflict", "could not find plugin", "plugin not found", "no such plugin", "wildcard domains are not supported by this plugin", "not a valid dns plugin", "the manual plugin is not working", "unsupported dns provider", "no provider named",
			"acme.dns: {*}no such file", "failed calling webhook", "no dns provider", "the server is currently unable to handle the request (post"),
		clientSide(No, Client,
			"The client's hook failed.",
			"Run the hook by hand with the variables that the client sets, and read what it says.",
			"hook '{*}' for {ident} reported error code", "reported error code {n}", "hook command {*} returned error code {n}", "manual-auth-hook command {*} returned error code", "--manual-auth-hook command", "hook command", "returned error code", "hook script failed", "hook returned with non-zero", "hook failed", "pre hook failed", "error when run pre hook", "deploy_challenge hook returned", "error output from manual-auth-hook", "exit status 1: {*}present", "external program failed", "auth hook failed", "challenge hook", "process exited with code"),
		clientSide(No, Client,
			"The client has no way left to do a challenge that the CA offers for {ident}.",
			"For wildcards CAs offer DNS challenges only: set up dns-01. If dns-01 is set up, look further up for why it failed.",
			"client with the currently selected authenticator does not support any combination of challenges", "does not support any combination of challenges", "no plugin for domain {ident}", "no solvers available for remaining challenges (configured=[{*}] offered=[{*}] remaining", "could not determine solvers", "no supported challenge", "no configured challenge solvers can be used", "no challenge solver", "challenge type {word} not supported", "no domain validation is supported for wildcard",
			"domain validation method not supported", "wildcard domains require dns", "no supported challenges", "not able to solve any of the offered challenges", "none of the offered challenge", "unable to find a challenge", "no valid challenge", "cannot get domain token entry", "can not get domain token entry", "can not get domain new authz", "no suitable challenge", "wildcard domain requires dns", "wildcard certificate is not supported in webroot mode"),
		clientSide(No, Client,
			"The client's own files or settings are in the way.",
			"Mend what the message names: rights, syntax, a missing file, another instance that runs.",
			"another instance of certbot is already running", "unsafe permissions on credentials configuration file", "permission denied: {*}letsencrypt", "the following error was encountered: {*}permission denied", "either run as root, or set --config-dir", "parsefail", "error while parsing", "syntax error in", "no such file or directory: {*}renewal", "renewal configuration file {*} is broken", "live directory exists for", "unknown issuer", "referenced issuer", "issuer not ready", "not a valid email", "invalid configuration", "acme.json are too open", "permissions {word} for {*}acme.json",
			"the nonexistent certificate resolver", "unable to get acme account", "error initializing issuer", "issuer is not ready", "missing command line flag", "please use --force", "please install", "command not found"),
	}
}

// accountMeanings are about the account at the CA and the form of requests.
func accountMeanings() []*meaning {
	account := func(acme, what, advice string, forms ...string) *meaning {
		return &meaning{
			tier: decisive, byCA: true, category: ClientConfig, stage: UnknownStage, retry: No, culprit: Client, acme: acme,
			what: what, advice: advice, forms: forms,
		}
	}
	unverified := account("malformed",
		"The CA does not accept the signature of the client's request.",
		"Update the client; see that the account key is whole and the clock right.",
		"unable to validate jws")
	unverified.broad = true
	return []*meaning{
		account("externalAccountRequired",
			"The CA wants an external account binding (EAB), or did not accept the one given.",
			"Get a key id and HMAC key from the CA (for Google each is good once and for 7 days) and give both to the client; for ZeroSSL acme.sh can get them by e-mail address.",
			"externalaccountrequired", "external account binding jws verification failed", "external account binding", "eab credentials", "eab kid", "requires external account", "no eab", "eab is required", "please update your account with an email address first", "acme.sh --register-account -m my@example.com", "unknown external account", "invalid eab"),
		account("accountDoesNotExist",
			"The CA knows no such account.",
			"Register again. Accounts of the staging environment, of another CA or of the first ACME version do not exist here.",
			"account does not exist", "no account exists with the provided key", "accountdoesnotexist", "no registration exists matching provided key", "account not found", "account {word} not found", "account is not valid, has status", "unable to validate jws :: account", "account has been deactivated", "account deactivated"),
		account("invalidContact",
			"The CA does not accept the contact address of the account.",
			"Give a real e-mail address, or none: made-up domains such as example.com are refused.",
			"contact email has forbidden domain", "contact email contains invalid character", "contact email has invalid domain", "invalid contact domain", "unable to parse email address", "invalid email address", "is not a valid e-mail address", "error creating new account :: contact", "error creating new account :: invalid contact", "invalid contact", "domain name does not end with a valid public suffix (tld)\" for contact", "unable to register an account with acme server"),
		account("badCSR",
			"The CA does not accept the certificate request or its key.",
			"Make a new key (RSA of 2048, 3072 or 4096 bits, P-256 or P-384) and request; leave out what the CA does not issue (names over 64 characters in the common name, must-staple).",
			"error parsing certificate request", "invalid csr", "csr is invalid", "key too small", "cn was longer than", "common name is too long", "key is not acceptable", "public key is forbidden", "key is weak", "csr contains", "unsupported key type", "unsupported elliptic curve", "ocsp must-staple extension is no longer available", "ocsp must staple", "certificate public key must be different than account key", "unable to validate csr", "csr generation failed"),
		account("userActionRequired",
			"The CA wants the account's holder to agree to new terms.",
			"Agree to them, with the client's option for it.",
			"useractionrequired", "must agree to terms of service", "terms of service have changed", "terms of service are not agreed", "please review the terms of service"),
		unverified,
		account("malformed",
			"The CA does not accept the form or the signature of the client's request.",
			"Update the client; see that the account key is whole and the clock right.",
			"jws verification error", "request payload did not parse as json", "error parsing jws", "parse error reading jws", "error unmarshaling", "invalid content-type header", "no key id in jws header", "method not allowed", "acmev1 is deprecated", "the v1 api is no longer", "acme v1 is deprecated", "client sent an unacceptable anti-replay", "jws header parameter 'url' incorrect", "account creation on acmev1 is disabled"),
	}
}

// networkMeanings are connections from the client to the CA that fail.
func networkMeanings() []*meaning {
	return []*meaning{{
		tier: decisive, category: ClientConfig, stage: BeforeCA, retry: Maybe, culprit: Network,
		what:   "The client could not reach the CA's API.",
		advice: "Look at the network where the client runs: its resolver, firewall, proxy, IPv6, clock and root certificates. The CA's status page tells whether it is up. Nothing counts against its limits.",
		forms: []string{
			"could not resolve host: {*}acme", "failed to resolve '{*}acme", "lookup acme-v02.api.letsencrypt.org", "lookup acme-staging-v02.api.letsencrypt.org", "lookup acme.zerossl.com", "lookup dv.acme-v02.api.pki.goog", "could not resolve host",
			"get directory at '{*}': ", "get directory at", "cannot get directory", "can not init api for", "cannot init api for", "could not connect to acme", "failed to establish a new connection", "max retries exceeded with url", "connect to acme-v02.api.letsencrypt.org port 443",
			"name or service not known", "temporary failure in name resolution", "getaddrinfo enotfound", "please refer to https://curl.haxx.se/libcurl/c/libcurl-errors.html for error code: {n}", "libcurl-errors.html for error code: {n}",
			"certificate verify failed", "x509: certificate signed by unknown authority", "x509: certificate has expired", "certificate is not yet valid", "ssl certificate problem", "peer's certificate issuer is not recognized", "an error occurred while sending the request", "unable to connect to the remote server",
			"failed to register acme account: get", "performing request: {*}context deadline exceeded", "connection reset by peer while", "net/http: tls handshake timeout", "problem connecting to server", "requests.exceptions.connectionerror", "requests.exceptions.readtimeout", "read timed out. (read timeout", "connect: network is unreachable", "connect: no route to host", "dial tcp {*}:443: i/o timeout", "dial tcp {*}:443: connect: connection refused", "dial tcp {*}:14000", "proxyconnect tcp", "cannot connect to proxy", "could not get nonce", "unable to connect to acme", "acme directory {*}timed out",
		},
	}}
}

// summaryMeanings say that something failed and not what.
func summaryMeanings() []*meaning {
	return []*meaning{
		{
			tier: summary, category: Unknown, stage: Validation, retry: Maybe, culprit: Somebody,
			what:   "A validation failed; the text does not say why.",
			advice: "The error that the CA gave is in the client's log (certbot: letsencrypt.log; acme.sh: --debug 2; cert-manager: kubectl describe challenge), next to \"detail\". ZeroSSL gives none: look at CAA, which has to name sectigo.com, and at the TXT record on every server.",
			forms: []string{
				"some challenges have failed", "certbot failed to authenticate some domains", "challenge failed for domain {ident}", "challenge did not pass for {ident}", "challenge did not pass", "failed authorization procedure", "challenge is invalid", "challenge validation has failed", "authorization result: invalid", "authorization failed", "invalid status, {ident}:", "invalid status", "verify error:\"error\"", "the server could not validate",
				"challenge failed", "authorizations for these names not found or not valid", "domain validation failed", "validation failed for {ident}", "failed to validate challenge", "validating challenge '{*}' failed", "status: invalid", "\"status\":\"invalid\"", "\"status\": \"invalid\"", "authorization for identifier {ident} is invalid", "acme authorization for {ident}", "verification failed", "challenges_failed", "unable to obtain acme certificate for domains", "could not get certificate from issuer",
				"obtaining certificate: ", "could not issue", "couldn't issue", "failed to renew certificate {ident} with error", "failed to renew certificate", "renewal failed", "all renewals failed", "certificate request failed", "create certificate failed", "an acme dns challenge failed", "dns challenge failed", "the following renewals failed", "failed to obtain certificate", "error obtaining certificate", "create new order error", "failed to create order", "failed to wait for order resource",
				"could not validate {ident}", "the certificate request has failed to complete and will be retried", "has failed to complete", "issuance failed", "acme error", "authorization invalid for {ident}", "submit-challengevalidation : authorization invalid", "unable to verify the domain", "failed to verify domain",
			},
		},
		{
			tier: summary, category: Unknown, stage: UnknownStage, retry: Maybe, culprit: Somebody,
			what:   "Something went wrong; the text does not say what.",
			advice: "Give the client's log with debugging on, above all the lines with \"urn:ietf:params:acme:error\".",
			forms:  []string{"an unexpected error occurred", "something went wrong", "please add '--debug'", "task error", "internal error: ", "traceback (most recent call last)", "[error]", "level=error", "\"level\":\"error\"", "error: ", "failed: "},
		},
	}
}

// progressMeanings are successes, and the beginnings of attempts.
func progressMeanings() []*meaning {
	return []*meaning{
		{
			kind: success,
			forms: []string{
				"the dry run was successful", "all simulated renewals succeeded", "successfully received certificate", "congratulations! your certificate", "congratulations, all renewals succeeded", "all renewals succeeded", "-----begin cert success", "cert success.", "your cert is in", "server responded with a certificate", "certificate obtained successfully", "certificate(s) obtained successfully", "certificate renewed successfully", "certificate fetched from issuer successfully", "the certificate has been successfully issued", "certificate has been successfully issued",
				"certificate is up to date and has not expired", "order completed successfully", "order status: valid", "order status is valid", "certificate issued successfully", "the certificate was issued", "your certificate is saved at", "certificate is saved at", "downloading certificate... done", "done! certificate", " + done!", "creating fullchain.pem", "certificate successfully renewed", "task ok", "successfully issued", "successfully renewed", "acme_certificate{*}creation complete", "certificate created", "authorizations valid for all domains. retrieving issued certificate", "/live/{ident}/fullchain.pem (success)",
				"installing full chain to", "the let's encrypt certificate has been issued", "renewal succeeded", "certificate {ident} was renewed", "\"certificate\": \"https://acme", "\"certificate\":\"https://acme",
			},
		},
		{
			kind:  idle,
			forms: []string{"not yet due for renewal", "not due for renewal yet", "no renewals were attempted", "skipping. next renewal time is", "skip, next renewal time is", "no hooks were run. certificate not due", "certificate will not expire (longer than", "no renewal needed"},
		},
		{
			kind: attempt,
			forms: []string{
				"obtaining a new certificate", "requesting a certificate for", "renewing an existing certificate", "acme: obtaining bundled san certificate", "acme: trying renewal", "single domain='", "multi domain='", "requesting new certificate order from ca", "creating a new order '", "saving debug log to", "certbot version:", "order created: ", "created order ",
			},
		},
	}
}

package explain

import "time"

// internalMeanings are the CA's own faults.
func internalMeanings() []*meaning {
	internal := func(stage Stage, what string, forms ...string) *meaning {
		return &meaning{
			tier: decisive, byCA: true, category: CAInternal, stage: stage, retry: Yes, culprit: CA, acme: "serverInternal",
			what: what, forms: forms,
			advice: "Not yours to mend: try again in some minutes, and look at the CA's status page if it stays. A validation that failed this way counts against the limit of failures too.",
		}
	}
	gateway := internal(UnknownStage, "A gateway before the CA's API answered that the service is down or overloaded.",
		"504 gateway time-out", "504 gateway timeout", "502 bad gateway", "503 service unavailable", "503 service temporarily unavailable", "status code: 504", "status code 504", "status code: 502", "status code 502", "520 origin", "error code: 520", "error code: 522")
	gateway.broad = true
	return []*meaning{
		internal(Validation, "The CA's perspectives did not get their check done.",
			"secondary validation rpc failed", "secondary validation rpc canceled", "secondary validation rpc returned malformed result", "secondary validation rpc",
			"validation failed but the problem is unavailable", "remote performvalidation rpc failed", "remote performvalidation rpcs"),
		internal(Validation, "The CA has too few remote perspectives at work.",
			"insufficient remote perspectives"),
		internal(Validation, "The parts of the CA that validate could not be reached.",
			"could not communicate with va", "error performing validation", "va did not respond"),
		internal(UnknownStage, "The CA is down for maintenance, or overloaded.",
			"the service is down for maintenance", "service is temporarily unavailable", "temporarily unavailable for maintenance", "scheduled maintenance", "the server is currently unable to handle the request"),
		gateway,
		internal(UnknownStage, "The CA had an internal error.",
			"the server experienced an internal error", "an internal server error occurred", "internal server error", "error creating new registration", "internal error while", "unexpected error, please try again", "error finalizing order :: unable to", "error finalizing order :: internal",
			"error retrieving account", "error retrieving order", "failed to get registration by key", "timeout while waiting for the ca", "unable to meet ca sct embedding requirements", "getting scts failed"),
	}
}

// stateMeanings are orders, authorizations and nonces that are not as the
// client thinks.
func stateMeanings() []*meaning {
	state := func(t tier, retry Retry, stage Stage, acme, what, advice string, forms ...string) *meaning {
		return &meaning{
			tier: t, byCA: true, category: OrderState, stage: stage, retry: retry, culprit: Client, acme: acme,
			what: what, advice: advice, forms: forms,
		}
	}
	processing := state(decisive, Maybe, Validation, "",
		"The CA wants more time than the client gives: the validation is still being processed.",
		"Some CAs (ZeroSSL, Sectigo) look again and again by themselves. Leave the TXT record in place, see that the DNS is right, and ask for the state of the same order later.",
		"the retryafter={n} value is too large", "value is too large (> 600), will not retry anymore", "the retryafter value is too large", "order status is processing", "giving up waiting for the order", "authorization timed out", "timed out waiting for authorization", "timed out waiting for order")
	processing.culprit = Somebody
	processing.wait = time.Hour
	pending := state(waiting, Maybe, Validation, "",
		"The CA is still at work on the order.",
		"Leave the TXT record in place and wait: the client asks again by itself.",
		"waiting on certificate issuance from order", "order is still pending", "pending, the ca is processing your order", "processing, the ca is processing your order", "order still processing", "waiting for authorization to become valid", "challenge is still pending", "waiting for validation")
	pending.culprit = Somebody
	return []*meaning{
		processing, pending,
		state(decisive, Yes, Validation, "malformed",
			"The authorization is no longer pending: it was used, has failed or has expired.",
			"Start a new order; a failed challenge is final. Wait for the records by asking the servers rather than by sleeping: an authorization of Let's Encrypt's short profiles lives one hour.",
			"unable to update challenge :: authorization must be pending", "authorization must be pending", "expired authorization", "authorization has expired", "authorization is expired", "authorization is not pending", "challenge is not pending", "unable to update challenge", "authz is expired", "the authorization is already", "cannot update challenge with status"),
		state(decisive, Yes, Finalize, "orderNotReady",
			"The order is not ready to be finalized: not all of its authorizations are valid.",
			"Look for the validation that failed, or start a new order.",
			"order's status ({word}) is not acceptable for finalization", "order's status (", "is not acceptable for finalization", "order is not ready", "order is not in ready state", "order status is not ready", "order not ready"),
		state(decisive, Yes, NewOrder, "malformed",
			"The CA knows no such order or authorization any more.",
			"Start a new order; make the client forget the old one.",
			"no order for id", "order not found", "no such authorization", "no such challenge", "order has expired", "order is expired", "expired order", "certificate request has expired", "no such order", "unable to find authorization", "authorization not found", "order expired"),
		state(decisive, No, Finalize, "unauthorized",
			"The certificate request does not name the same identifiers as the order.",
			"Make the request anew with exactly the names of the order: the common name counts as one.",
			"csr does not specify same identifiers as order", "csr does not contain the same identifiers", "order includes different number of names than csr", "order includes different number of dnsnames identifiers than csr", "csr is missing order domain", "does not match the identifiers in the order"),
		state(decisive, No, NewOrder, "alreadyReplaced",
			"The certificate that the order is to replace has been replaced already.",
			"Use the newer certificate, or order without the renewal information.",
			"alreadyreplaced", "has already been replaced", "cannot indicate an order replaces certificate", "already marked as replaced"),
		state(after, Yes, UnknownStage, "badNonce",
			"The CA did not accept the nonce of a request: it was old, or used already.",
			"Clients try again by themselves; if it stays, something between the client and the CA keeps or changes answers (a proxy), or the client waited too long between two requests.",
			"jws has an invalid anti-replay nonce", "invalid anti-replay nonce", "bad nonce", "badnonce", "jws has no anti-replay nonce", "nonce is not valid", "invalid nonce"),
		state(after, Maybe, Finalize, "",
			"The CA did not issue at the end: the order has become invalid, because a validation failed or the CA refused.",
			"Look for the failed challenge: its error tells why. Then start a new order.",
			"sign error, wrong status", "sign failed, finalize code is not 200", "order became invalid, unable to finalize", "failed to finalize order"),
		state(after, Maybe, UnknownStage, "",
			"The order has become invalid, because a validation failed or the CA refused.",
			"Look for the failed challenge: its error tells why. Then start a new order.",
			"order is in {word} state", "order resource to become ready: order is in", "the order's state is invalid", "order status is invalid", "order status: invalid", "order became invalid",
			"order has become invalid", "failed to retrieve order resource", "marked as invalid by the acme server", "get authz objec with invalid status"),
	}
}

// otherChallengeMeanings are failures of http-01 and tls-alpn-01.
func otherChallengeMeanings() []*meaning {
	other := func(retry Retry, acme, what, advice string, forms ...string) *meaning {
		return &meaning{
			tier: decisive, byCA: true, category: OtherChallenge, stage: Validation, retry: retry, culprit: DomainOwner, acme: acme,
			what: what, advice: advice + " dns-01 needs none of this: no reachable server and no open port.", forms: forms,
		}
	}
	fetching := other(Maybe, "connection", "The CA could not fetch the http-01 answer of {ident}.",
		"See that port 80 is open to the whole world on every address that the name has, IPv6 included, and where redirects lead.",
		"fetching https://{*}: ", "fetching http://{*}: ")
	fetching.broad = true
	return []*meaning{
		fetching,
		other(Maybe, "connection", "The CA could not reach a server of {ident} for the http-01 or tls-alpn-01 challenge.",
			"See that port 80 (443 for tls-alpn-01) is open to the whole world on every address that the name has, IPv6 included.",
			"timeout during connect (likely firewall problem)", "timeout during connect", "timeout after connect", "timeout during read", "error getting validation data", "connection refused (likely firewall", "http-01 challenge failed: {*}connection refused",
			"fetching http://{*}: timeout", "fetching http://{*}: connection refused", "fetching http://{*}: connection reset", "failed to connect to {name} for http-01"),
		other(No, "unauthorized", "The server of {ident} gave another answer to the http-01 challenge than the CA expected.",
			"Have the web server hand out the files below /.well-known/acme-challenge/ from where the client writes them, over plain HTTP too, and see that all addresses of the name lead to it.",
			"invalid response from http://{name}", "invalid response from https://{name}", "the key authorization file from the server did not match this challenge", "key authorization file", "404 not found\" (and", "challenge file contents", "file wasn't available", "the http-01 challenge file"),
		other(No, "unauthorized", "The server of {ident} did not do the tls-alpn-01 challenge.",
			"Let the client answer on port 443 itself, with no proxy or CDN that ends TLS before it.",
			"cannot negotiate alpn protocol", "incorrect validation certificate for tls-alpn-01", "tls-alpn-01 challenge", "received certificate with {*} expected", "incorrect validation certificate for tls-sni", "remote error: tls: no application protocol"),
		other(No, "dns", "The CA found no address for {ident}, which http-01 and tls-alpn-01 need.",
			"Publish an A or AAAA record.",
			"no valid a records found for {ident}", "no valid ip addresses found for {ident}", "no valid aaaa records found for {ident}", "no valid a records found", "unknownhost :: no valid"),
		other(No, "connection", "The address of {ident} is not one that the CA connects to.",
			"Publish a public address; private and reserved ones are refused.",
			"ip address not in allowed", "reserved ip address", "private ip address", "ip address is in a reserved address block", "private address space"),
		other(Maybe, "tls", "The TLS connection to the server of {ident} failed.",
			"See that the server speaks TLS on the port that the challenge or a redirect leads to.",
			"server only speaks http, not tls", "tls handshake timeout", "acme:error:tls", "failed to negotiate tls"),
		{
			tier: decisive, category: OtherChallenge, stage: BeforeCA, retry: Maybe, culprit: DomainOwner, broad: true,
			what:   "cPanel's own look at the web server of {ident} failed; the CA was not asked yet.",
			advice: "See that the name leads to this server and that it serves /.well-known/, or use DNS.",
			forms:  []string{"local http dcv error ({ident}"},
		},
		{
			tier: waiting, category: OtherChallenge, stage: BeforeCA, retry: Maybe, culprit: Client,
			what:   "The client's own look at the http-01 answer of {ident} failed; the CA was not asked yet.",
			advice: "See that the name leads to the server that answers, from where the client runs too. dns-01 needs no reachable server.",
			forms:  []string{"failed to perform self check get request", "wrong status code {*}, expected", "presented key ({*}) did not match expected", "did not get expected response when querying endpoint", "http01 self check failed", "self check failed", "for some reason could not reach http", "waiting for http-01 challenge propagation"},
		},
	}
}

// typeMeanings are ACME problem types (RFC 8555 §6.7) without a text that is
// known.
func typeMeanings() []*meaning {
	typ := func(name string, c Category, s Stage, r Retry, u Culprit, what, advice string) *meaning {
		return &meaning{
			tier: general, byCA: true, category: c, stage: s, retry: r, culprit: u, acme: name, what: what, advice: advice,
			forms: []string{"acme:error:" + name},
		}
	}
	const text = " The detail beside the type tells more."
	return []*meaning{
		typ("caa", CAAForbids, Validation, No, DomainOwner, "CAA records do not let this CA issue.", "Add a CAA record that names the CA, or mend the one that should."),
		typ("dns", TXTLookupFailed, Validation, Maybe, DNSOperator, "The CA had a problem with a DNS query.", "See that all servers of the zone answer properly."),
		typ("unauthorized", Unknown, UnknownStage, Maybe, Somebody, "The CA refused: unauthorized. At a validation that is a value that is missing or wrong; elsewhere an account without the right.", text[1:]),
		typ("rateLimited", RateLimited, UnknownStage, Yes, Client, "A limit of the CA is reached.", "Wait as long as the message or the Retry-After header says, and find out why so many requests were made."),
		typ("serverInternal", CAInternal, UnknownStage, Yes, CA, "The CA had an internal error.", "Not yours to mend: try again in some minutes, and look at the CA's status page if it stays."),
		typ("rejectedIdentifier", PolicyRefused, NewOrder, No, Client, "The CA does not issue for this name.", "Ask the CA, or take another one."+text),
		typ("unsupportedIdentifier", PolicyRefused, NewOrder, No, Client, "The CA does not take this kind of identifier.", "Order for domain names."),
		typ("invalidProfile", ClientConfig, NewOrder, No, Client, "The CA does not offer this certificate profile.", "Leave the profile out, or name one that the CA's directory lists."),
		typ("badCSR", ClientConfig, Finalize, No, Client, "The CA does not accept the certificate request.", "Look at the key type and size, the names and the extensions of the request."+text),
		typ("badPublicKey", ClientConfig, UnknownStage, No, Client, "The CA does not accept the public key.", "Take RSA of 2048, 3072 or 4096 bits, or P-256 or P-384."),
		typ("badSignatureAlgorithm", ClientConfig, UnknownStage, No, Client, "The CA does not accept the signature algorithm of the request.", "Update the client."),
		typ("accountDoesNotExist", ClientConfig, UnknownStage, No, Client, "The CA knows no such account.", "Register again; an account of the staging environment or of another CA does not exist here."),
		typ("externalAccountRequired", ClientConfig, UnknownStage, No, Client, "The CA wants an external account binding (EAB).", "Get the key id and the HMAC key from the CA and give them to the client."),
		typ("userActionRequired", ClientConfig, UnknownStage, No, Client, "The CA wants the account's holder to do something, mostly to agree to new terms.", "Open the address in the message."),
		typ("invalidContact", ClientConfig, UnknownStage, No, Client, "The CA does not accept the contact address.", "Give a real e-mail address, or none."),
		typ("unsupportedContact", ClientConfig, UnknownStage, No, Client, "The CA does not take this kind of contact.", "Give an e-mail address with mailto:."),
		typ("malformed", OrderState, UnknownStage, No, Client, "The CA does not understand the request, or it does not fit the state of the order.", "Update the client and start a new order."+text),
		typ("orderNotReady", OrderState, Finalize, Yes, Client, "The order is not ready to be finalized.", "Look for the validation that failed, or start a new order."),
		typ("alreadyRevoked", OrderState, UnknownStage, No, Client, "The certificate is revoked already.", "Nothing to do."),
		typ("alreadyReplaced", OrderState, NewOrder, No, Client, "The certificate that the order is to replace has been replaced already.", "Use the newer one, or order without the renewal information."),
		typ("connection", OtherChallenge, Validation, Maybe, DomainOwner, "The CA could not connect to a server of the name: that is for http-01 or tls-alpn-01.", "Open the port to the world, or use dns-01."),
		typ("incorrectResponse", TXTWrong, Validation, Maybe, DomainOwner, "The CA got another response to the challenge than the right one.", "See that every server gives the value of this order."),
		typ("compound", Unknown, UnknownStage, Maybe, Somebody, "Several things are wrong.", "The sub-problems tell what each name failed of."),
	}
}

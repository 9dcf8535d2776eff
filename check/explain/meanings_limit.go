package explain

import (
	"fmt"
	"time"

	"dns01/check/known"
)

// limitMeanings are the limits of CAs. The numbers are those of Let's Encrypt.
func limitMeanings() []*meaning {
	ca, _ := known.Find("letsencrypt")
	l, _ := known.RateLimitsOf(ca)
	limit := func(wait time.Duration, what, advice string, forms ...string) *meaning {
		return &meaning{
			tier: decisive, byCA: true, order: true, category: RateLimited, stage: NewOrder, retry: Yes, culprit: Client, acme: "rateLimited",
			wait: wait, what: what, advice: advice, forms: forms,
		}
	}
	failures := limit(l.FailureRefill,
		"Too many validations of {ident} failed within an hour for this account, so the CA takes no order for it now.",
		fmt.Sprintf("Stop the automatic retries and find out why the validations failed: that error stands in an earlier log. Let's Encrypt allows %d failures an hour for a name and account; one more is free every %s. Try against the staging environment meanwhile, where 200 are allowed.", l.AuthorizationFailuresPerHour, spoken(l.FailureRefill)),
		"too many failed authorizations ({n}) for {ident} in the last", "too many failed authorizations recently", "too many failed authorizations for {ident}", "too many failed authorizations",
		"too many failed validations", "too many invalid authorizations", "failed validation limit")
	failures.findings = []string{"challenge-missing", "challenge-wrong-value", "caa-forbids"}
	paused := limit(0,
		"The CA has paused {ident} for this account: its validations failed for weeks without a success.",
		"Mend what fails, then lift the pause in the CA's portal, whose address stands in the message. Waiting does not help.",
		"your account is temporarily prevented from requesting certificates for {ident} and possibly others", "your account is temporarily prevented from requesting certificates", "identifiers are paused", "is paused for this account")
	paused.retry = No
	account := limit(l.RegistrationRefill,
		"Too many accounts were registered from this address.",
		fmt.Sprintf("Keep the account and its key over restarts (on a volume, for a container) and do not make one for each order. Let's Encrypt allows %d accounts an address in 3 hours; one more is free every %s.", l.RegistrationsPer3Hours, spoken(l.RegistrationRefill)),
		"too many new registrations ({n}) from this ip address in the last", "too many new registrations", "too many registrations for this ip", "too many registrations from this ip", "too many accounts")
	account.stage = UnknownStage
	ipRange := limit(l.RegistrationRefill48,
		"Too many accounts were registered from this range of IPv6 addresses.",
		fmt.Sprintf("Keep the account and its key over restarts. Let's Encrypt allows %d accounts a /48 in 3 hours; one more is free every %s.", l.RegistrationsPer48, spoken(l.RegistrationRefill48)),
		"too many new registrations ({n}) from this /48", "too many registrations for this ip range", "from this /48 subnet of ipv6 addresses")
	ipRange.stage = UnknownStage
	busy := limit(0,
		"Too many requests were sent to the CA's API at once.",
		"Slow the client down and obey the Retry-After header; try again in some minutes.",
		"service busy; retry later", "service busy, retry later", "rate limit for {*}/{*} reached", "rate limit for '/acme", "your ip, {*} has been rate limited", "429 too many requests :: urn", "too many requests; slow down")
	busy.stage, busy.wait = UnknownStage, time.Minute
	return []*meaning{
		failures, paused, account, ipRange, busy,
		limit(l.NewOrderRefill,
			"This account has made too many orders.",
			fmt.Sprintf("Let's Encrypt allows %d orders an account in 3 hours; one more is free every %s. See that nothing orders in a loop.", l.NewOrdersPer3Hours, spoken(l.NewOrderRefill)),
			"too many new orders ({n}) from this account in the last", "too many new orders recently", "too many new orders"),
		limit(l.SameSetRefill,
			"Too many certificates for exactly these names have been issued already.",
			fmt.Sprintf("Use the certificate that was issued (look in the client's store and backups) and see that the client keeps it. Let's Encrypt allows %d in 7 days for the same set; one more is free every %s, and a set that differs in one name is another one. Nothing lifts this limit.", l.SameSetPerWeek, spoken(l.SameSetRefill)),
			"too many certificates ({n}) already issued for this exact set of {word} in the last {word}: {ident}", "too many certificates ({n}) already issued for this exact set of domains in the last {n} hours: {ident}", "too many certificates ({n}) already issued for this exact set of identifiers in the last", "too many certificates ({n}) already issued for this exact set of domains", "too many certificates already issued for exact set of domains: {ident}", "too many certificates already issued for exact set of domains",
			"already issued for this exact set of", "too many duplicate certificates"),
		limit(l.PerDomainRefill,
			"Too many certificates have been issued for names under one registered domain.",
			fmt.Sprintf("Let's Encrypt allows %d in 7 days for a registered domain, whoever orders; one more is free every %s. Renewals with ARI do not count. Put names together, use a wildcard, or ask for a higher limit; a provider of subdomains belongs on the Public Suffix List.", l.CertificatesPerDomainPerWeek, spoken(l.PerDomainRefill)),
			"too many certificates ({n}) already issued for {ident} in the last", "too many certificates already issued for: {ident}", "too many certificates already issued for {ident}"),
		limit(0,
			"This account has too many validations that were begun and not finished.",
			"Finish or deactivate them, or wait until they expire; see that the client does not leave orders behind.",
			"too many currently pending authorizations", "too many pending authorizations", "too many pending orders"),
		limit(0,
			"A limit of the CA is reached.",
			"Wait as long as the message or the Retry-After header says. Find out first why so many requests were made: a client that retries in a loop, or one that does not keep its account or certificates.",
			"rate limited: see https://letsencrypt.org/docs/rate-limits", "there were too many requests of a given type", "rate limit exceeded for this account", "too many certificates", "certificate quota exceeded", "quota exceeded for this acme account", "request rate limit exceeded"),
	}
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var challengeRules = []*Rule{
	{
		ID: "challenge-wildcard-answer", Subject: "challenge", Severity: Error,
		Title:     "A wildcard TXT record answers in place of a record of its own",
		Otherwise: "a note in preflight",
		Why:       "The challenge name has no record, so the CA reads whatever the wildcard says.",
		Fix:       "Publish the value at the challenge name itself: an explicit name goes before a wildcard.",
		Source:    "RFC 4592 §2.2.1; RFC 8555 §8.4",
	},
	{
		ID: "challenge-lookup-failed", Subject: "challenge", Severity: Error,
		Title:  "The lookup of the challenge name fails, and passes a moment later",
		Why:    "The CA looks once. What its resolver gets in the moment in which a server starts, or loads the zone anew, fails the validation.",
		Fix:    "Repeat the order later. If it fails again, look in the server's log for what it does at that time.",
		Source: "RFC 8555 §8.4; RFC 1035 §4.1.1",
	},
	{
		ID: "challenge-misplaced", Subject: "challenge", Severity: Error,
		Title:  "The expected value stands at another name",
		Why:    "The CA looks at the challenge name alone, and finds nothing of this order there.",
		Fix:    "Publish the value at the challenge name, and remove it where it stands now.",
		Source: "RFC 8555 §8.4; RFC 1035 §5.1",
	},
	{
		ID: "challenge-missing", Subject: "challenge", Severity: Error,
		Title:  "The challenge name does not exist though a value is expected",
		Why:    "The CA's lookup comes to NXDOMAIN.",
		Fix:    "Publish the TXT record at the challenge name, and check that the client wrote to the zone that is delegated.",
		Source: "RFC 8555 §8.4; RFC 2308 §2.1",
	},
	{
		ID: "challenge-no-txt", Subject: "challenge", Severity: Error,
		Title:  "The challenge name exists without a TXT record though a value is expected",
		Why:    "The CA finds no TXT record to compare.",
		Fix:    "Publish the TXT record at the challenge name.",
		Source: "RFC 8555 §8.4; RFC 2308 §2.2",
	},
	{
		ID: "challenge-values-incomplete", Subject: "challenge", Severity: Error,
		Title:  "Some of the expected values are there and some are missing",
		Why:    "A name and its wildcard share one challenge name and need a value each, at the same time. The CA refuses the identifier whose value is missing.",
		Fix:    "Add the missing value beside the others, do not replace them.",
		Source: "RFC 8555 §8.4",
	},
	{
		ID: "challenge-value-quoted", Subject: "challenge", Severity: Error,
		Title:  "The value is wrapped in literal quote characters",
		Why:    "Quotes belong to zone files, not to the value; the CA compares octet for octet.",
		Fix:    "Publish the value without quotes.",
		Source: "RFC 8555 §8.4; RFC 1035 §5.1",
	},
	{
		ID: "challenge-value-padded", Subject: "challenge", Severity: Error,
		Title:  "The value differs by white space, letter case, encoding or characters that do not show",
		Why:    "The CA compares octet for octet; it trims nothing and decodes nothing.",
		Fix:    "Publish the value again, exactly.",
		Source: "RFC 8555 §8.4",
	},
	{
		ID: "challenge-value-is-key-authorization", Subject: "challenge", Severity: Error,
		Title:  "A token or key authorization stands where its digest belongs",
		Why:    "DNS-01 wants the base64url of the SHA-256 digest of the key authorization, 43 characters. What http-01 and some scripts publish is the text before it is digested.",
		Fix:    "Publish base64url(SHA-256(token.thumbprint)), without padding.",
		Source: "RFC 8555 §8.4",
	},
	{
		ID: "challenge-value-stale", Subject: "challenge", Severity: Error,
		Title:  "The only values look like those of an earlier order",
		Why:    "Each order has new values; the CA does not take old ones. A token that was not digested looks the same: given --token and --thumbprint, dns01 tells them apart.",
		Fix:    "Publish this order's value and remove the old one; check the result of the client's or DNS host's API call.",
		Source: "RFC 8555 §8.4",
	},
	{
		ID: "challenge-value-is-hostname", Subject: "challenge", Severity: Error,
		Title:  "The TXT record holds a host name that should have been a CNAME",
		Why:    "A TXT record delegates nothing; the CA compares its text with the value.",
		Fix:    "Replace the TXT record by a CNAME to that host name.",
		Source: "RFC 8555 §8.4; RFC 1034 §3.6.2",
	},
	{
		ID: "challenge-wrong-value", Subject: "challenge", Severity: Error,
		Title:  "TXT records are there, none has the expected value",
		Why:    "The CA compares each record with the one value that the order expects.",
		Fix:    "Publish the expected value.",
		Source: "RFC 8555 §8.4",
	},
	{
		ID: "challenge-over-message-size", Subject: "challenge", Severity: Error,
		Title:  "The TXT answer does not fit a DNS message",
		Why:    "It is truncated over TCP too, and the CA's resolver throws it away.",
		Fix:    "Remove old TXT values from the challenge name.",
		Source: "RFC 1035 §4.2.2; RFC 7766 §8",
	},
	{
		ID: "challenge-needs-tcp", Subject: "challenge", Severity: Note,
		Title:     "The TXT answer is larger than 1232 octets: TCP port 53 has to work on every server",
		Otherwise: "an error when it does not",
		Why:       "The CA's resolver takes 1232 octets over UDP and asks for more over TCP.",
		Fix:       "Remove old values, and keep TCP port 53 open on every server.",
		Source:    "RFC 7766 §5; RFC 9715 §3",
	},
	{
		ID: "challenge-over-4096", Subject: "challenge", Severity: Warning,
		Title:  "The TXT answer is larger than 4096 octets",
		Why:    "Let's Encrypt documents that it may refuse large answers, and other CAs have limits of this size.",
		Fix:    "Remove old TXT values from the challenge name.",
		Source: "https://letsencrypt.org/docs/challenge-types/",
	},
	{
		ID: "challenge-not-on-every-server", Subject: "challenge", Severity: Warning,
		Title:  "Some servers have the expected values and some have not",
		Why:    "The CA asks one of them, at random, from several places of the world.",
		Fix:    "Wait until the change has reached every server before asking for validation.",
		Source: "RFC 8555 §8.4; RFC 1996 §1",
	},
	{
		ID: "challenge-leftover-values", Subject: "challenge", Severity: Note,
		Title:  "Values of earlier orders are still there",
		Why:    "They do no harm as long as the answer stays small.",
		Fix:    "Let the client remove its values after validation.",
		Source: "RFC 8555 §8.4",
	},
	{
		ID: "challenge-child-breaks-wildcard", Subject: "challenge", Severity: Note,
		Title:  "Publishing the challenge makes a wildcard stop answering for the name itself",
		Why:    "A record below a name makes the name exist, and a wildcard answers only for names that do not. The certificate is issued; the host cannot be reached as long as the record stands.",
		Fix:    "Give the name address records of its own, or order the wildcard instead.",
		Source: "RFC 4592 §2.2.2 and §2.2.3",
	},
}

// explainChallenge raises what the ends of the challenge lookup show.
func (az *authorization) explainChallenge() {
	t := az.txtTally()
	if t.fail && t.may() {
		az.notOnEveryServer()
	}
	for _, e := range az.txt.ends {
		switch {
		case az.validates(e) != fails:
			az.leftovers(e)
		case e.kind == failed:
			az.challengeFailed(e)
		case !t.may():
			az.absent(e)
		}
	}
	az.misplaced()
	az.persistUnsure()
	az.wildcardTXT(t)
	az.childBreaksWildcard()
	az.sizes()
	az.lasting()
	az.txtDiffers()
}

// challengeFailed raises why the challenge cannot be looked up.
func (az *authorization) challengeFailed(e *end) {
	if e.loop || e.long {
		return // an alias finding says it
	}
	cause := az.unusable(e)
	if !az.stuckAtTCP(e) {
		if cause == (place{}) {
			az.raise(az.unexplained(e), place{})
		}
		return
	}
	large := slices.DeleteFunc(slices.Clone(e.answers), func(a *survey.Answer) bool { return !truncated(a) })
	f := finding("challenge-needs-tcp", az.id.Challenge,
		fmt.Sprintf("The TXT answer for %s does not fit %d octets, and TCP brings nothing: %s.", e.owner(), udpPayload, saidEach(large)))
	if all(large, truncatedTwice) && cause.rule != "tcp-unavailable" {
		f = finding("challenge-over-message-size", az.id.Challenge,
			fmt.Sprintf("The TXT answer for %s does not fit a DNS message: %s.", e.owner(), saidEach(large)))
		cause = place{}
	}
	f.Severity = Error
	f.Servers, f.Evidence = hosts(large), evidence(large...)
	f.Fix = fmt.Sprintf("Remove old TXT values at %s, and open TCP port 53 to %s.", e.owner(), who(large))
	az.raise(f, cause)
}

// stuckAtTCP reports whether a lookup fails for want of TCP: what every server
// says that is good for anything does not fit UDP.
func (az *authorization) stuckAtTCP(e *end) bool {
	if !slices.ContainsFunc(e.answers, truncated) {
		return false
	}
	z := az.s.Zone(e.zone())
	return all(e.answers, func(a *survey.Answer) bool {
		return truncated(a) || z != nil && slices.ContainsFunc(az.health(z).servers, func(s serverHealth) bool {
			return s.Addr == a.Addr && slices.Contains(unfit, s.state)
		})
	})
}

// unexplained is the finding for a lookup that fails at one name of a zone
// that is served otherwise.
func (az *authorization) unexplained(e *end) Finding {
	if recovered(e.at) {
		return momentary(e)
	}
	f := finding("type-mishandled", e.owner(), fmt.Sprintf("Asked for TXT records of %s, %s.", e.owner(), failing(e)))
	f.Servers, f.Evidence = hosts(e.answers), evidence(e.answers...)
	return f
}

// momentary is the finding for a lookup that failed, and did not when it was
// asked again.
func momentary(e *end) Finding {
	f := finding("challenge-lookup-failed", e.owner(), fmt.Sprintf("Asked for TXT records of %s, %s.", e.owner(), failing(e))+cameAndWent(e.at))
	f.Transient = true
	f.Servers, f.Evidence = hosts(e.answers), evidence(append(slices.Clone(e.answers), recoveries(e.at)...)...)
	return f
}

// absent raises that an expected value is not there. Everything is looked at
// at the end of the aliases, since the value belongs there.
func (az *authorization) absent(e *end) {
	if !az.want.validation() {
		return // explained as an unregistered domain or a doubled target
	}
	name, owner := az.id.Challenge, e.owner()
	missing := az.want.missing(e.values())
	f := finding("challenge-missing", name, fmt.Sprintf("%s does not exist at %s.", owner, az.where(e)))
	switch {
	case e.kind == noData:
		f = finding("challenge-no-txt", name, fmt.Sprintf("%s exists and has no TXT record at %s.", owner, az.where(e)))
	case e.kind == records && az.persistent():
		f = az.persistInvalid(e)
	case e.kind == records && az.partly(e.values()):
		f = finding("challenge-values-incomplete", name, az.incomplete(e.values(), missing))
	case e.kind == records:
		id, detail := misread(e.values(), missing, az.o.Sources)
		if other := az.valueOfAnother(e.values()); id == "challenge-value-stale" && other != "" {
			id, detail = "challenge-wrong-value", other
		}
		f = finding(id, name, fmt.Sprintf("At %s, %s.", owner, detail))
		if az.joined(e.values()) {
			missing = slices.Sorted(slices.Values(without(unite(az.want.values, az.want.others), e.values())))
		}
	}
	f.Evidence = evidence(e.answers...)
	if !az.registry(e.zone()) {
		f.Servers = hosts(e.answers)
	}
	f.Fix = az.publish(owner, missing)
	if az.joined(e.values()) {
		f.Fix = "Publish a record for each value, in the place of that one:\n" + f.Fix
	}
	f = az.notFollowed(f, e)
	if n := len(e.aliases); n > 0 && az.valueAsTarget(e.aliases[n-1]) != "" {
		f.Fix = az.publish(e.aliases[n-1].From, missing)
	}
	cause := az.whyAbsent(e)
	if cause.rule == "domain-not-registered" || cause.rule == "tld-does-not-exist" {
		f.Fix = "Once the domain resolves:\n" + f.Fix
	}
	if f.Rule.ID == "challenge-value-is-hostname" {
		f.Fix = fmt.Sprintf("Delete the TXT record and add:\n%s 300 IN CNAME %s", absolute(owner), absolute(strings.TrimSuffix(Escape(hostnameIn(e.values())), ".")))
	}
	az.raise(f, cause)
}

// joined reports whether expected values stand in one record: each needs its
// own, for all identifiers alike.
func (az *authorization) joined(have []string) bool {
	return slices.ContainsFunc(have, func(v string) bool {
		return slices.ContainsFunc(unite(az.want.values, az.want.others), func(w string) bool { return twoInOne(v, w) })
	})
}

// valueOfAnother tells that one of the values is that of another identifier of
// this order, as a sentence without its end; "" when none is.
func (az *authorization) valueOfAnother(have []string) string {
	for _, id := range az.s.Identifiers {
		for _, v := range az.valuesOf(id.Name) {
			if id.Challenge != az.id.Challenge && slices.Contains(have, v) {
				return fmt.Sprintf("%s is the value for %s", quote(v), id.Name)
			}
		}
	}
	return ""
}

// hostnameIn is the first value that reads as a host name.
func hostnameIn(vs []string) string {
	if i := slices.IndexFunc(vs, hostname); i >= 0 {
		return vs[i]
	}
	return ""
}

// publish is what to add: the records, ready to paste.
func (az *authorization) publish(owner string, missing []string) string {
	var lines []string
	for _, v := range missing {
		lines = append(lines, txtRecord(owner, v))
	}
	return strings.Join(lines, "\n")
}

// where names the servers of an end: each, or those of a registry, of which
// any two were asked.
func (az *authorization) where(e *end) string {
	if az.registry(e.zone()) {
		return serversOf(e.zone())
	}
	return who(e.answers)
}

// serversOf names the servers of a registry.
func serversOf(zone string) string {
	if zone == "." {
		return "the root servers"
	}
	return "the servers of " + zone
}

// partly reports whether the values are part of what this order expects.
func (az *authorization) partly(have []string) bool {
	expected := unite(az.want.values, az.want.others)
	return shares(have, expected)
}

// incomplete tells which values are there and which are not.
func (az *authorization) incomplete(have, missing []string) string {
	expected := unite(az.want.values, az.want.others)
	there := len(expected) - len(without(expected, have))
	return fmt.Sprintf("%s of the %d values expected at %s %s there, and %s %s missing.",
		fmt.Sprint(there), len(expected), az.id.Challenge, verb(there, "is", "are"), quotes(missing), verb(len(missing), "is", "are"))
}

// whyAbsent is the finding that explains a missing value.
func (az *authorization) whyAbsent(e *end) place {
	name := az.id.Challenge
	if e.blind != "" {
		return place{e.blind, e.zone()}
	}
	switch domain := az.unregistered(); {
	case domain != "" && e.kind == nxDomain && strings.Contains(domain, "."):
		return place{"domain-not-registered", domain}
	case domain != "" && e.kind == nxDomain:
		return place{"tld-does-not-exist", domain}
	case az.hasMoved(e):
		return place{"delegation-mismatch", e.zone()}
	case az.astray() != place{}:
		return az.astray()
	case e.kind == nxDomain && len(e.aliases) > 0:
		return place{"alias-dangling", name}
	}
	if s, _, over := az.crowd(); over {
		return place{"alias-slots-exceeded", s.slot}
	}
	for _, a := range e.answers {
		if a.Wildcard && len(a.Aliases) == 0 {
			return place{"challenge-wildcard-answer", name}
		}
	}
	if p := az.besidePlace(); p != (place{}) {
		return p
	}
	return az.wildcardPlace()
}

// leftovers notes values of earlier orders.
func (az *authorization) leftovers(e *end) {
	old := slices.DeleteFunc(without(e.values(), unite(az.want.values, az.want.others)), func(v string) bool {
		return !looksLikeDigest(v) && !IsKeyAuthorization(v) && digestOtherwise(v) == ""
	})
	if len(old) == 0 || slices.ContainsFunc(e.answers, func(a *survey.Answer) bool { return a.Wildcard }) {
		return
	}
	f := finding("challenge-leftover-values", az.id.Challenge,
		fmt.Sprintf("%s still has %s of other orders: %s.", e.owner(), count(len(old), "value"), quotes(old)))
	f.Detail += misformed(old)
	f.Evidence = evidence(e.answers[0])
	f.Fix = fmt.Sprintf("Remove the old TXT records at %s.", e.owner())
	az.raise(f, place{})
}

// misformed warns that what published the old values will publish the next one
// in a form that no CA takes; "" where they are in the right one.
func misformed(old []string) string {
	what := "That"
	for _, v := range old {
		if len(old) > 1 {
			what = quote(v)
		}
		how := digestOtherwise(v)
		if IsKeyAuthorization(v) {
			how = fmt.Sprintf("a key authorization; DNS-01 wants the digest, which would be %s", quote(Digest(v)))
		}
		if how != "" {
			return fmt.Sprintf(" %s is %s. What published it must not do so again.", what, how)
		}
	}
	return ""
}

// wildcardTXT raises TXT records that a wildcard made up.
func (az *authorization) wildcardTXT(t tally) {
	var as []*survey.Answer
	for _, e := range az.txt.ends {
		for _, a := range e.answers {
			if e.kind == records && a.Wildcard && len(e.aliases) == 0 {
				as = append(as, a)
			}
		}
	}
	if len(as) == 0 || az.want.validation() && !t.fail {
		return
	}
	name := az.id.Challenge
	f := finding("challenge-wildcard-answer", name,
		fmt.Sprintf("%s has no record of its own: a wildcard answers with %s.", name, quotes(values(as[0]))))
	f.Servers, f.Evidence = hosts(as), evidence(as...)
	f.Fix = fmt.Sprintf("Publish the value at %s itself: it goes before the wildcard.", name)
	if az.want.validation() {
		f.Fix += "\n" + az.publish(name, az.want.values)
	} else {
		f.Severity = Note // the value that is published will go before it
	}
	az.raise(f, place{})
}

// stringsOf is in how many character-strings each value stands, at most.
func (az *authorization) stringsOf() map[string]int {
	n := map[string]int{}
	for _, e := range az.txt.ends {
		for _, a := range e.answers {
			for _, r := range a.Records {
				n[r.TXT] = max(n[r.TXT], r.Strings)
			}
		}
	}
	return n
}

// challengeResult tells where the value is looked for, and what is there.
func (az *authorization) challengeResult() ChallengeResult {
	res := ChallengeResult{Name: az.id.Challenge, Target: az.id.Challenge, Chain: []string{az.id.Challenge}}
	var have union
	for _, e := range az.txt.ends {
		if len(e.chain) > len(res.Chain) && !e.loop {
			res.Chain, res.Target = slices.Clone(e.chain), e.owner()
		}
		have.add(e.values()...)
		for _, a := range e.answers {
			if a.Status == survey.Answered {
				res.Bytes = max(res.Bytes, a.Bytes)
			}
		}
	}
	parts := az.stringsOf()
	for _, v := range have.all {
		res.Values = append(res.Values, Escape(v))
		res.Strings = append(res.Strings, parts[v])
	}
	if s, ok := az.serviceOf(az.id); ok {
		res.Service, res.Slots = s.ID, s.Slots
	}
	az.measure(&res)
	return res
}

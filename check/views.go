package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var viewsRules = []*Rule{
	{
		ID: "could-not-look", Subject: "views", Severity: Note,
		Title:  "A question that decides the verdict could not be asked or answered from here",
		Why:    "Nothing is known to be wrong; without the answer the CA's decision cannot be told.",
		Fix:    "Check this host's network, allow more time (--deadline), or run the check elsewhere.",
		Source: "RFC 8906 §3.1",
	},
	{
		ID: "resolver-behind", Subject: "views", Severity: Note,
		Title:  "A resolver still has an old or negative answer",
		Why:    "The CA asks the authoritative servers and does not see it; clients that check through this resolver wait for it.",
		Fix:    "Do not wait for this resolver, or wait until its answer has expired.",
		Source: "RFC 2308 §5; RFC 1035 §7.4",
	},
	{
		ID: "local-ipv6-missing", Subject: "views", Severity: Note,
		Title:  "This host has no IPv6: servers with IPv6 only were not looked at",
		Why:    "The CA may reach these servers, and what they say is not known here.",
		Fix:    "Run the check from a host with IPv6 to see them too.",
		Source: "RFC 3901 §4",
	},
}

// explainViews raises what was not seen, and where caches differ.
func (az *authorization) explainViews(v Verdict) {
	cause := az.explainNetwork(v)
	if v == Unknown {
		az.couldNotLook(cause)
	}
	az.withoutIPv6()
	az.explainCaches(v)
}

// couldNotLook tells which questions are open, and why.
func (az *authorization) couldNotLook(cause place) {
	var open []string
	for _, r := range az.questions() {
		if slices.ContainsFunc(r.ends, func(e *end) bool { return e.kind == unseen || e.open }) {
			open = append(open, fmt.Sprintf("%s of %s", r.question.Type, r.question.Name))
		}
	}
	if len(open) == 0 {
		open = []string{"what decides about " + az.id.Name}
	}
	detail := fmt.Sprintf("Could not look up %s: %s.", series(open), az.whyNotSeen())
	az.raise(finding("could-not-look", az.id.Challenge, detail), cause)
}

// whyNotSeen tells what kept us from looking.
func (j *judge) whyNotSeen() string {
	n := j.s.Network
	down := func(s string) bool { return s == "none" || s == "silent" || s == "" }
	var reasons []string
	for _, g := range j.s.Gaps {
		reasons = unite(reasons, []string{gapReason(g.Reason)})
	}
	switch {
	case n != (survey.Network{}) && down(n.IPv4) && down(n.IPv6) && (n.IPv4 == "silent" || n.IPv6 == "silent"):
		return "no server answers, the root's included, so DNS does not get out of this network"
	case n != (survey.Network{}) && down(n.IPv4) && down(n.IPv6):
		return "this host has no network"
	case len(reasons) == 0 && len(j.shutOuts()) > 0:
		return "the servers that have it do not answer this host"
	case len(reasons) == 0:
		return "no server that counts could be asked from here"
	}
	slices.Sort(reasons)
	return strings.Join(reasons, "; ")
}

// gapReason puts survey.Gap.Reason in words.
func gapReason(r string) string {
	switch r {
	case "deadline":
		return "the time allowed for the run was over"
	case "interrupted":
		return "the run was interrupted"
	case "no-route":
		return "this host has no route to the servers"
	case "limit":
		return "a limit on the number of questions was reached"
	case "switched-off":
		return "one of IPv4 and IPv6 was switched off"
	case "root-silent":
		return "no root server answers"
	case "root-fails":
		return "root servers answer with nothing but SERVFAIL"
	case "tcp-untried":
		return "an answer needs TCP, and whether TCP leaves this network could not be found out"
	case "tcp-wavers":
		return "an answer needs TCP, and TCP did not leave this network for a while"
	case "denial-open":
		return "a server denies what it is asked, and whether it would do so in lower case too could not be found out"
	case "keys-unseen":
		return "the keys that signatures are checked with could not be asked for from here"
	case "line-dead":
		return "servers that answered at first are silent too, so the network of this host went away"
	case "forged":
		return "somebody answers what this host asks with guesses, in the name of root servers too, and nothing else came"
	case "intercepted":
		return "something in between answers for the servers"
	case "not-recorded":
		return "the answers are not in the recording"
	}
	return Escape(r)
}

// withoutIPv6 notes servers that have IPv6 addresses only, where this host
// has no IPv6.
func (az *authorization) withoutIPv6() {
	if n := az.s.Network.IPv6; n != "none" && n != "silent" {
		return
	}
	for _, z := range az.passed() {
		if z.Public || z.Name == "." {
			continue
		}
		h := az.health(z)
		only := slices.DeleteFunc(h.unseen(), func(s serverHealth) bool {
			return slices.ContainsFunc(h.servers, func(o serverHealth) bool { return o.Name == s.Name && o.Addr.Is4() })
		})
		if len(only) == 0 {
			continue
		}
		f := finding("local-ipv6-missing", z.Name, fmt.Sprintf("%s of %s %s IPv6 only and could not be asked.",
			series(labels(only)), z.Name, verb(len(only), "has", "have")))
		f.Servers = labels(only)
		az.raise(f, place{})
	}
}

// resolversBehind notes caches that lack the values which the authoritative
// servers have.
func (az *authorization) resolversBehind() {
	if t := az.txtTally(); !az.want.validation() || t.fail || t.unsure {
		return
	}
	for _, r := range az.s.Resolvers {
		if r.Question != az.txt.question || !behind(r, az.want) {
			continue
		}
		f := finding("resolver-behind", az.id.Challenge, fmt.Sprintf("%s still %s for %s%s.", capital(resolverName(r)), resolverSaid(r), r.Name, expiry(r)))
		f.Servers = []string{Escape(r.Resolver)}
		f.Evidence = []survey.Exchange{r.Exchange}
		if r.TTL > 0 {
			f.Fix = fmt.Sprintf("Do not wait for this resolver: %s does not ask it. Its answer expires in %d s.", az.caName(), r.TTL)
		}
		var cause place
		if r.Local && slices.ContainsFunc(az.s.Resolvers, az.horizonSplit) {
			cause = place{"split-horizon", az.homeZone().Name}
		}
		az.raise(f, cause)
	}
}

// behind reports whether a cache has an answer that lacks expected values.
func behind(r survey.ResolverAnswer, want expectation) bool {
	switch r.Status {
	case survey.NXDomain, survey.NoData, survey.Answered:
	default:
		return false
	}
	var have []string
	for _, rec := range r.Records {
		have = append(have, rec.TXT)
	}
	return len(want.missing(have)) > 0
}

func resolverName(r survey.ResolverAnswer) string {
	name := Escape(r.Resolver)
	switch {
	case r.Local && (name == "" || name == "local"):
		return "the local resolver"
	case r.Local:
		return "the local resolver " + name
	}
	return name
}

func resolverSaid(r survey.ResolverAnswer) string {
	switch r.Status {
	case survey.NXDomain:
		return "has NXDOMAIN"
	case survey.NoData:
		return "has no TXT record"
	}
	return "has an older answer"
}

func expiry(r survey.ResolverAnswer) string {
	if r.TTL == 0 {
		return ""
	}
	return fmt.Sprintf(", for %d s more", r.TTL)
}

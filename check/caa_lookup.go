package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// caaFailed raises that a lookup of the climb fails.
func (az *authorization) caaFailed(e climbEnd) {
	f := az.caaFailure(e)
	f.Transient = e.transient
	f.Servers, f.Evidence = hosts(e.end.answers), evidence(e.end.answers...)
	if az.registry(e.end.zone()) {
		f.Servers = serverNames(e.end.answers)
	}
	cause := az.whyCAAFailed(e)
	switch cause.rule {
	case "", "type-mishandled", "tcp-unavailable", "tld-does-not-exist":
	default:
		if !az.registry(e.end.zone()) {
			f.Fix = fmt.Sprintf("Nothing of its own: it passes once %s is mended.", cause.rule)
		}
	}
	f.Detail += askedAgain(e)
	if recovered(e.end.at) {
		f.Fix = "Repeat the order later. If it fails again: " + strings.ToLower(f.Fix[:1]) + f.Fix[1:]
	}
	if e.end.at != nil {
		f.Evidence = append(f.Evidence, evidence(recoveries(e.end.at)...)...)
	}
	az.raise(f, cause)
}

// whyCAAFailed is the finding that explains a failed CAA lookup.
func (az *authorization) whyCAAFailed(e climbEnd) place {
	switch {
	case e.end.loop:
		f := loopFinding(e.end)
		az.raise(f, place{})
		return f.place()
	case e.end.long:
		f := longFinding(e.end)
		az.raise(f, place{})
		return f.place()
	case e.end.failure == noTLD:
		return place{"tld-does-not-exist", e.name}
	case recovered(e.end.at):
		return place{}
	}
	return az.unusable(e.end)
}

// caaFailure picks the rule for a failed CAA lookup.
func (az *authorization) caaFailure(e climbEnd) Finding {
	what := fmt.Sprintf("CAA records of %s cannot be looked up: %s.%s", e.name, failing(e.end), az.whereCAA(e))
	servers := e.end.zone()
	switch {
	case e.end.failure == noTLD:
		f := finding("caa-lookup-failed-above", e.name, fmt.Sprintf("The CAA lookup at %s comes to NXDOMAIN, which %s takes for a failure.", e.name, az.caName()))
		f.Fix = "Correct the name: there is no such top level domain."
		return f
	case e.end.failure == resolverFailure:
		f := finding("caa-malformed", e.name, fmt.Sprintf("A CAA record of %s cannot be parsed, and that spoils the whole answer: %s.", e.name, badRecords(e.end)))
		f.Fix = fmt.Sprintf("Publish the record again in a form that the name server knows:\n%s", az.shieldRecord(e.end.owner()))
		return f
	case az.registry(e.end.zone()) && len(e.end.aliases) == 0:
		f := finding("caa-lookup-failed-above", e.name, fmt.Sprintf("CAA records of %s cannot be looked up: %s. That is above your domain: the registry's fault.", e.name, saidByName(e.end.answers)))
		f.Fix = fmt.Sprintf("Add a CAA record of your own; the climb then ends before %s:\n%s", e.name, az.shieldRecord(az.below(e.name)))
		if az.below(e.name) == e.name {
			f.Fix = "Report it to the registry, and try again later."
		}
		return f
	case az.stuckAtTCP(e.end):
		f := finding("caa-truncated", e.name, what)
		f.Fix = fmt.Sprintf("Remove CAA records of %s that are not needed, and open TCP port 53 to %s.", e.end.owner(), who(e.end.answers)) + az.orShield(e)
		return f
	case e.end.failure == timedOut:
		f := finding("caa-lookup-timeout", e.name, what)
		f.Fix = fmt.Sprintf("Let queries of type CAA (257) reach the servers of %s, and have them answered.", servers) + az.orShield(e)
		return f
	}
	f := finding("caa-lookup-failed", e.name, what)
	f.Fix = fmt.Sprintf("Have the servers of %s answer CAA queries with NOERROR, empty when there is no record.", servers) + az.orShield(e)
	return f
}

// badRecords shows the records that do not parse.
func badRecords(e *end) string {
	var parts []string
	for _, a := range e.answers {
		for _, r := range a.Records {
			if r.Bad != "" {
				parts = unite(parts, []string{fmt.Sprintf("%s (%s)", rdata(r), Escape(r.Bad))})
			}
		}
	}
	return series(parts)
}

// below is the name of the climb that is closest to the root and still the
// user's own, under a registry's name.
func (az *authorization) below(name string) string {
	own := name
	for _, n := range az.id.CAA {
		if n == name {
			break
		}
		if l := az.start(survey.Question{Name: n, Type: "CAA"}); l == nil || !az.registry(l.Zone) || az.s.Zone(n) != nil && !az.s.Zone(n).Public {
			own = n
		}
	}
	return own
}

// shieldRecord is a CAA record that allows the CA.
func (az *authorization) shieldRecord(owner string) string {
	return caaRecord(owner, "issue", az.identity())
}

// caaAbove warns of a registry whose servers drop CAA queries although a set
// further down ends the climb before: a resolver without a cache comes past
// these servers with its CAA query, since it does not minimise names.
func (az *authorization) caaAbove() {
	for _, name := range az.id.CAA {
		q := survey.Question{Name: name, Type: "CAA"}
		r := az.resolve(q)
		if slices.Contains(az.climb.seen, r) || !az.registry(name) {
			continue
		}
		for _, e := range r.ends {
			if e.kind != failed || e.zone() != name || !slices.ContainsFunc(e.answers, silent) {
				continue
			}
			f := finding("caa-lookup-failed-above", name, fmt.Sprintf(
				"CAA records of %s cannot be looked up: %s. A CAA record further down ends the climb before, but the queries for it pass the same servers. It is the registry's fault.", name, saidByName(e.answers)))
			f.Severity = Warning
			f.Servers, f.Evidence = serverNames(e.answers), evidence(e.answers...)
			f.Fix = "Report it to the registry, and repeat the order if it fails."
			az.raise(f, place{})
		}
	}
}

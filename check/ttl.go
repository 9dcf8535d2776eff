package check

import (
	"fmt"
	"slices"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// From when on caches keep old data too long for an order, in seconds. A
// value's TTL of one hour is the least that some DNS hosts take; fifteen
// minutes is what registries have for names that do not exist.
const (
	longTTL         = 3600
	longNegativeTTL = 900
)

var ttlRules = []*Rule{
	{
		ID: "challenge-ttl-long", Subject: "challenge", Severity: Note,
		Title:  "The TTL at the challenge name keeps an old set of values in caches",
		Why:    "Whoever has asked before the value was published goes on with what was there then, for as long as the TTL says: public resolvers, the client's own check, and a CA that caches.",
		Fix:    "Give challenge records a TTL of 60 to 300 seconds.",
		Source: "RFC 1035 §3.2.1; RFC 2181 §5.2",
	},
	{
		ID: "challenge-negative-ttl-long", Subject: "challenge", Severity: Note,
		Title:  "The negative TTL keeps \"does not exist\" in caches long after publication",
		Why:    "Whoever asks before the value is published keeps the denial for the lower one of the SOA's TTL and its minimum field: public resolvers, the client's own check, and a CA that caches.",
		Fix:    "Publish before the first question is asked, or lower the minimum field of the SOA record.",
		Source: "RFC 2308 §5",
	},
}

// lasting raises what caches go on saying after the value is published. Only
// answers without the whole set matter: those with it may be kept.
func (az *authorization) lasting() {
	az.longTTL()
	az.longNegativeTTL()
}

// longTTL notes a set that lacks a value, or, before the order, one that will
// lack it, and that caches keep too long.
func (az *authorization) longTTL() {
	var slow *survey.Answer
	for _, e := range az.txt.ends {
		if e.kind != records || az.want.validation() && az.validates(e) != fails {
			continue
		}
		for _, a := range e.answers {
			if ttlOf(a) > longTTL && (slow == nil || ttlOf(a) > ttlOf(slow)) {
				slow = a
			}
		}
	}
	if slow == nil {
		return
	}
	f := finding("challenge-ttl-long", slow.Owner, fmt.Sprintf(
		"The TXT records at %s have a TTL of %d s: a cache that asked before keeps them that long. %s", slow.Owner, ttlOf(slow), az.cached()))
	f.Fix = fmt.Sprintf("Give the TXT records at %s a TTL of 60 to 300 seconds.", slow.Owner)
	f.Evidence = evidence(slow)
	az.raise(f, place{})
}

// ttlOf is the TTL of the records of an answer; they share one (RFC 2181
// §5.2), and where they do not a cache takes the lowest.
func ttlOf(a *survey.Answer) uint32 {
	if len(a.Records) == 0 {
		return 0
	}
	return slices.MinFunc(a.Records, func(x, y survey.Record) int { return int(x.TTL) - int(y.TTL) }).TTL
}

// longNegativeTTL notes a denial that caches keep too long while the value is
// awaited. The zone that denies is the one above where the name is not
// delegated yet.
func (az *authorization) longNegativeTTL() {
	if !az.want.validation() {
		return
	}
	var slow *survey.Answer
	for _, e := range az.txt.ends {
		if e.kind != noData && e.kind != nxDomain {
			continue
		}
		for _, a := range e.answers {
			if a.SOA != nil && a.SOA.NegativeTTL > longNegativeTTL && (slow == nil || a.SOA.NegativeTTL > slow.SOA.NegativeTTL) {
				slow = a
			}
		}
	}
	if slow == nil {
		return
	}
	soa := slow.SOA
	f := finding("challenge-negative-ttl-long", soa.Zone, fmt.Sprintf(
		"The SOA record of %s lets caches keep \"%s does not exist\" for %d s (the lower one of its TTL, %d, and its minimum field, %d). %s",
		soa.Zone, slow.Owner, soa.NegativeTTL, soa.TTL, soa.Minimum, az.cached()))
	f.Fix = fmt.Sprintf("Do not ask public resolvers for %s before every server of the zone has the value.", slow.Owner)
	if !az.registry(soa.Zone) {
		f.Fix += fmt.Sprintf("\nSet the minimum field of the SOA record of %s to 300 seconds or less.", soa.Zone)
	}
	f.Evidence = evidence(slow)
	az.raise(f, place{})
}

// cached tells whom that concerns.
func (az *authorization) cached() string {
	const others = "public resolvers and a client's own check through them"
	if c, ok := known.CachingOf(az.ca); ok && c.None {
		return fmt.Sprintf("%s keeps nothing and does not see it; %s do.", az.caName(), others)
	}
	return fmt.Sprintf("%s may see it, and so do %s.", az.caName(), others)
}

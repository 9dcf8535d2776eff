package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check/known"
	"dns01/resolver/survey"
)

var horizonRules = []*Rule{
	{
		ID: "split-horizon", Subject: "views", Severity: Warning,
		Title:     "The local resolver sees another zone than the public",
		Otherwise: "a note when the CA's view is fine",
		Why:       "The CA sees the public zone alone. A client that writes to the zone seen from here, or checks there, works on the wrong one.",
		Fix:       "Publish the value in the public zone, and let the client check at public resolvers or at the authoritative servers.",
		Source:    "RFC 9499 §6 (split DNS)",
	},
	{
		ID: "resolver-fails", Subject: "views", Severity: Note,
		Title:  "A resolver fails where the authoritative servers are fine",
		Why:    "The CA has a resolver of its own and does not ask this one; clients that check through it wait in vain.",
		Fix:    "Check through another resolver, or at the authoritative servers.",
		Source: "RFC 8914 §4; RFC 2308 §7.1",
	},
}

// explainCaches raises what caches see differently. That is never the CA's
// view, so it explains what people and clients see.
func (az *authorization) explainCaches(v Verdict) {
	for _, r := range az.s.Resolvers {
		if az.horizonSplit(r) {
			az.raise(az.splitHorizon(r, v), place{})
		}
		if az.concerns(r) && r.Status == survey.Lame {
			az.raise(resolverFails(r), place{})
		}
	}
	az.resolversBehind()
}

// concerns reports whether a cache was asked about this identifier.
func (az *authorization) concerns(r survey.ResolverAnswer) bool {
	return r.Question == az.txt.question || r.Type == "NS" && az.homeZone() != nil && r.Name == az.homeZone().Name
}

// homeZone is the zone that the identifier itself lies in, nil when it is not
// known.
func (az *authorization) homeZone() *survey.Zone {
	base := strings.TrimPrefix(az.id.Name, "*.")
	var home *survey.Zone
	for _, z := range az.s.Zones {
		if !z.Public && z.Name != "." && within(base, z.Name) && (home == nil || len(z.Name) > len(home.Name)) {
			home = z
		}
	}
	return home
}

// horizonSplit reports whether a cache of this host names other servers for
// the identifier's zone than the public does, none of them the same. The
// authoritative servers agree on theirs, or it would not have been asked.
func (az *authorization) horizonSplit(r survey.ResolverAnswer) bool {
	if !r.Local || r.Type != "NS" || !az.concerns(r) {
		return false
	}
	switch r.Status {
	case survey.NoData, survey.NXDomain:
		return true
	case survey.Answered:
		z := az.homeZone()
		return !shares(nsNames(r), unite(z.ParentNS, z.ChildNS))
	}
	return false
}

// nsNames are the name servers that a cache gave.
func nsNames(r survey.ResolverAnswer) []string {
	var ns []string
	for _, rec := range r.Records {
		ns = append(ns, Escape(strings.ToLower(strings.TrimSuffix(rec.Text, "."))))
	}
	slices.Sort(ns)
	return ns
}

func (az *authorization) splitHorizon(r survey.ResolverAnswer, v Verdict) Finding {
	z := az.homeZone()
	sees := "no name server for " + z.Name
	switch r.Status {
	case survey.NXDomain:
		sees = "no " + z.Name + " at all"
	case survey.Answered:
		sees = fmt.Sprintf("%s on %s", z.Name, series(nsNames(r)))
	}
	f := finding("split-horizon", z.Name, fmt.Sprintf("%s sees %s; the public sees it on %s. %s",
		capital(resolverName(r)), sees, series(z.ParentNS), az.whichSide(r)))
	f.Servers, f.Evidence = []string{Escape(r.Resolver)}, []survey.Exchange{r.Exchange}
	f.Fix = fmt.Sprintf("Publish in the zone on %s: that is what %s reads. Let the client check there, or at public resolvers.", series(z.ParentNS), az.caName())
	if v == Ready {
		f.Severity = Note
	}
	return f
}

// whichSide tells what the local zone is likely to be.
func (az *authorization) whichSide(r survey.ResolverAnswer) string {
	for _, ns := range nsNames(r) {
		if h, ok := known.PrivateZoneHost(ns); ok {
			return fmt.Sprintf("%s has that server name for its private zones.", h.Name)
		}
	}
	if r.Status == survey.Answered && r.TTL > 0 {
		return fmt.Sprintf("It is a zone of this network, or a delegation from before a move, which it keeps for %d s more.", r.TTL)
	}
	return "It has a zone of its own by that name, or blocks it."
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// resolverFails tells of a cache that answers with an error.
func resolverFails(r survey.ResolverAnswer) Finding {
	why := "without saying why"
	if r.EDE != "" {
		why = "and says why: " + strings.ReplaceAll(r.EDE, `"`, "'")
		if w := edeMeans(r.EDECode); w != "" {
			why += ", that is, " + w
		}
	}
	f := finding("resolver-fails", r.Name, fmt.Sprintf("%s answers %s for %s %s, %s.", capital(resolverName(r)), r.Rcode, r.Name, r.Type, why))
	f.Servers, f.Evidence = []string{Escape(r.Resolver)}, []survey.Exchange{r.Exchange}
	return f
}

// edeMeans puts the cause behind an extended error code (RFC 8914 §4) in
// plain words, "" for those that say it themselves.
func edeMeans(code int) string {
	switch code {
	case 1, 2:
		return "it does not know an algorithm that signs the zone"
	case 5, 6, 9, 10, 11, 12:
		return "it cannot validate the zone's signatures"
	case 7:
		return "a signature has expired"
	case 8:
		return "a signature is not valid yet, or its clock is wrong"
	case 13:
		return "it remembers a failure and has not asked again"
	case 15, 16, 17, 18:
		return "it refuses the name by a policy of its own"
	case 20, 22, 23:
		return "it got no answer from the zone's servers"
	}
	return ""
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// A stray is a missing value that stands at another name.
type stray struct {
	survey.Place
	other string // of this order, whose challenge the name is; or ""
}

// strays are the missing values of this identifier that were seen elsewhere:
// where the survey looked for them, or at the challenge name of another
// identifier.
func (az *authorization) strays() []stray {
	if !az.want.validation() || az.txtTally().may() {
		return nil
	}
	missing := slices.DeleteFunc(slices.Clone(az.want.values), func(v string) bool {
		return slices.ContainsFunc(az.txt.ends, func(e *end) bool { return slices.Contains(e.values(), v) })
	})
	var found []stray
	for _, p := range az.s.Misplaced {
		if p.Challenge == az.id.Challenge && slices.Contains(missing, p.Value) {
			found = append(found, stray{Place: p})
		}
	}
	for _, id := range az.s.Identifiers {
		if id.Challenge != az.id.Challenge && az.endsAt(id) != az.endsAt(az.id) {
			found = append(found, az.swapped(id, missing, found)...)
		}
	}
	return found
}

// swapped are values that stand at the challenge of another identifier, which
// does not expect them.
func (az *authorization) swapped(id survey.Identifier, missing []string, known []stray) []stray {
	expected := az.expect(id)
	var found []stray
	for _, e := range az.resolve(survey.Question{Name: id.Challenge, Type: "TXT"}).ends {
		for _, v := range e.values() {
			a := e.answers[0]
			told := func(s stray) bool { return s.Value == v && s.Name == e.owner() }
			if !slices.Contains(missing, v) || slices.Contains(unite(expected.values, expected.others), v) || a.Wildcard ||
				slices.ContainsFunc(known, told) || slices.ContainsFunc(found, told) {
				continue
			}
			found = append(found, stray{other: id.Name, Place: survey.Place{
				Challenge: az.id.Challenge, Value: v, Name: e.owner(),
				Zone: e.zone(), Server: a.Server, Addr: a.Addr, Exchanges: evidence(a),
			}})
		}
	}
	return found
}

// astray is where misplaced values are told of, if there are any.
func (az *authorization) astray() place {
	if len(az.strays()) == 0 {
		return place{}
	}
	return place{"challenge-misplaced", az.id.Challenge}
}

// misplaced raises where missing values stand instead.
func (az *authorization) misplaced() {
	found := az.strays()
	if len(found) == 0 {
		return
	}
	var parts, servers, fixes []string
	var es []survey.Exchange
	for _, s := range found {
		owner := az.endsAt(az.id)
		parts = append(parts, fmt.Sprintf("%s is expected at %s and stands at %s: %s", quote(s.Value), owner, s.Name, az.how(s)))
		servers = unite(servers, []string{host(s.Server, s.Addr)})
		fixes = unite(fixes, []string{az.publish(owner, []string{s.Value})})
		es = append(es, s.Exchanges...)
	}
	f := finding("challenge-misplaced", az.id.Challenge, "The value "+strings.Join(first(mostNamed, parts), "; ")+".")
	f.Servers, f.Evidence = servers, es
	f.Fix = strings.Join(append([]string{advice(found[0])}, fixes...), "\n")
	az.raise(f, place{})
}

// how tells what happened to a name.
func (az *authorization) how(s stray) string {
	base := strings.TrimPrefix(az.id.Name, "*.")
	switch s.How {
	case survey.ZoneDoubled:
		return "the name of the zone was added to a name that was complete"
	case survey.ChallengeDoubled:
		return "the label _acme-challenge was added twice"
	case survey.AtBase:
		return "the label _acme-challenge is missing"
	case survey.OneUp, survey.AtApex:
		return "that is the challenge name of " + strings.TrimPrefix(s.Name, challengeLabel)
	case survey.OneDown:
		return "that is the challenge name of www." + base
	case survey.LiteralWildcard:
		return fmt.Sprintf("a wildcard validates at the name without its asterisk, the same as %s", base)
	case survey.Misspelt:
		label, _, _ := strings.Cut(s.Name, ".")
		return fmt.Sprintf("the label is %s, not _acme-challenge", quote(label))
	case survey.PersistName:
		return "that is where dns-persist-01 has its record"
	case survey.BelowTarget:
		return "the alias leads to the target itself, without a label before it"
	case survey.AboveTarget:
		return "the alias leads to a name with the label _acme-challenge"
	case survey.TargetDoubled:
		return "the name of the target's zone was added to a name that was complete"
	}
	if s.other != "" {
		return "that is where " + s.other + " has its value"
	}
	return "nobody looks there"
}

const challengeLabel = "_acme-challenge."

// advice says how to write the name where it belongs.
func advice(s stray) string {
	switch s.How {
	case survey.ZoneDoubled, survey.TargetDoubled:
		return fmt.Sprintf("Enter the name relative to the zone %s, or with a final dot. Remove the record at %s and publish:", s.Zone, s.Name)
	case survey.BelowTarget, survey.AboveTarget:
		return fmt.Sprintf("Let the client write to the target of the alias as it stands. Remove the record at %s and publish:", s.Name)
	}
	return fmt.Sprintf("Remove the record at %s and publish:", s.Name)
}

// childBreaksWildcard notes that the record for the challenge takes the base
// name away from a wildcard that answers for it now, or did.
func (az *authorization) childBreaksWildcard() {
	base := strings.TrimPrefix(az.id.Name, "*.")
	for _, c := range az.s.Coverings {
		if c.Base != base || c.Exists && !az.stands() {
			continue
		}
		f := finding("challenge-child-breaks-wildcard", c.Above, fmt.Sprintf(
			"A wildcard answers with addresses for %s, until a record stands below the name, as that of the challenge will.", az.coveredNames(c.Above)))
		if c.Exists {
			f.Detail = fmt.Sprintf("%s stands below this name, which has no address of its own: the wildcard does not answer for it.", az.id.Challenge)
		}
		f.Fix = fmt.Sprintf("Give the name an address record of its own, order *.%s instead, or remove the challenge record as soon as the CA has looked.", c.Above)
		f.Evidence = c.Exchanges
		az.raise(f, place{})
	}
}

// coveredNames are the names of the order for which a wildcard answers, in
// words that are the same for each of them.
func (az *authorization) coveredNames(above string) string {
	var names []string
	for _, c := range az.s.Coverings {
		if c.Above == above && !c.Exists {
			names = append(names, c.Base)
		}
	}
	const most = 3
	if more := len(names) - most; more > 0 {
		names = append(names[:most:most], fmt.Sprintf("%d more", more))
	}
	return series(names)
}

// stands reports whether the challenge name has a record of its own.
func (az *authorization) stands() bool {
	return slices.ContainsFunc(az.txt.ends, func(e *end) bool {
		if len(az.fromWildcard()) > 0 || slices.ContainsFunc(e.answers, func(a *survey.Answer) bool { return a.Wildcard }) {
			return false
		}
		return e.kind == records || e.kind == noData || len(e.aliases) > 0
	})
}

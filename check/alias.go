package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var aliasRules = []*Rule{
	{
		ID: "alias-loop", Subject: "alias", Severity: Error,
		Title:  "The aliases lead back to where they began",
		Why:    "The CA's resolver follows them until its limit and gives up with SERVFAIL.",
		Fix:    "Let one of the aliases point at a name that has the record itself.",
		Source: "RFC 1034 §3.6.2 and §5.2.2",
	},
	{
		ID: "alias-too-long", Subject: "alias", Severity: Error,
		Title:     "The chain of aliases is longer than the CA's resolver follows",
		Otherwise: "a warning when one more would be",
		Why:       "The resolver starts over at most 11 times and then gives up with SERVFAIL.",
		Fix:       "Let the challenge name point directly at the last name of the chain.",
		Source:    "RFC 1034 §3.6.2; Unbound, max-query-restarts",
	},
	{
		ID: "alias-from-wildcard", Subject: "alias", Severity: Error,
		Title:     "The alias comes from a wildcard: the challenge name has no record of its own",
		Otherwise: "a warning in preflight",
		Why:       "The value is looked for at the target of the wildcard's alias, where nobody publishes it.",
		Fix:       "Create the challenge name itself, as TXT or as a CNAME of its own: an explicit name goes before a wildcard.",
		Source:    "RFC 4592 §2.2.1",
	},
	{
		ID: "alias-target-doubled", Subject: "alias", Severity: Error,
		Title:  "The target of the alias ends with the zone's name twice",
		Why:    "A target without a final dot is relative: the zone's name was appended to a name that was already complete.",
		Fix:    "Write the target with a final dot, or without the zone's name.",
		Source: "RFC 1035 §5.1",
	},
	{
		ID: "alias-slots-exceeded", Subject: "alias", Severity: Error,
		Title:  "More identifiers of this order share one name than it can hold values",
		Why:    "Each identifier needs a value of its own while the CA looks. The name keeps so many, and the next one pushes the oldest out.",
		Fix:    "Give each name a target of its own, or order fewer names at a time.",
		Source: "RFC 8555 §8.4; https://github.com/acme-dns/acme-dns",
	},
	{
		ID: "alias-target-lame", Subject: "alias", Severity: Error,
		Title:  "The zone of the alias's target does not answer",
		Why:    "The value can only be read at the target, and the lookup there fails.",
		Fix:    "Have the operator of the target's zone mend it, or point the alias elsewhere.",
		Source: "RFC 1034 §3.6.2; RFC 1912 §2.8",
	},
	{
		ID: "alias-dangling", Subject: "alias", Severity: Error,
		Title:     "The target of the alias does not exist",
		Otherwise: "a note in preflight, if somebody has the domain of the target",
		Why:       "The CA reads NXDOMAIN for the challenge name. Before the first value is published this is normal for an acme-dns registration.",
		Fix:       "Publish the value at the target, or let the alias point at a registration that exists.",
		Source:    "RFC 2308 §2.1",
	},
	{
		ID: "alias-beside-records", Subject: "alias", Severity: Warning,
		Title:     "A CNAME and other records stand at one name",
		Otherwise: "an error when no server gives the CA what it has to see",
		Why:       "That is not allowed, and which of them counts depends on the server asked.",
		Fix:       "Delete the records beside the CNAME, or the CNAME.",
		Source:    "RFC 2181 §10.1; RFC 1034 §3.6.2",
	},
	{
		ID: "alias-foreign-operator", Subject: "alias", Severity: Note,
		Title:  "Validation of this name is delegated to another operator's zone",
		Why:    "Whoever controls that zone can obtain certificates for the name, and its faults are not yours to mend.",
		Fix:    "Nothing, if that is intended.",
		Source: "RFC 8555 §8.4",
	},
	{
		ID: "challenge-name-delegated", Subject: "alias", Severity: Note,
		Title:  "The challenge name is a zone of its own",
		Why:    "The value has to be published on the servers of that zone, not on those of the zone above.",
		Fix:    "Nothing, if that is intended; tools that look at the parent's servers only do not find the value.",
		Source: "RFC 1034 §4.2",
	},
}

// explainAliases raises what is wrong between the challenge name and the end
// of its aliases.
func (az *authorization) explainAliases() {
	for _, e := range az.txt.ends {
		az.aliasEnd(e)
	}
	az.wildcardAlias()
	az.slotsExceeded()
	az.besideRecords()
	az.foreignOperator()
	if z := az.s.Zone(az.id.Challenge); z != nil {
		f := finding("challenge-name-delegated", z.Name, fmt.Sprintf("%s is a zone of its own on %s.", z.Name, series(z.ParentNS)))
		f.Servers = slices.Clone(z.ParentNS)
		az.raise(f, place{})
	}
}

// aliasEnd raises what is wrong with one chain.
func (az *authorization) aliasEnd(e *end) {
	switch {
	case e.loop:
		az.raise(loopFinding(e), place{})
	case e.long, e.restarts == maxRestarts:
		az.raise(longFinding(e), place{})
	}
	if len(e.aliases) == 0 || e.loop || e.long {
		return
	}
	switch e.kind {
	case failed:
		az.targetLame(e)
	case nxDomain:
		az.dangling(e)
	}
}

// arrows shows a chain of names.
func arrows(chain []string) string {
	const most = 13
	if len(chain) > most {
		chain = append(slices.Clone(chain[:most-1]), fmt.Sprintf("%d more", len(chain)-most+1))
	}
	return strings.Join(chain, " -> ")
}

func loopFinding(e *end) Finding {
	last := e.aliases[len(e.aliases)-1]
	f := finding("alias-loop", e.chain[0], fmt.Sprintf("The aliases loop: %s.", arrows(e.chain)))
	met := slices.Clone(e.answers)
	for _, a := range e.at.Answers {
		if sawLoop(a) && !slices.Contains(met, a) {
			met = append(met, a) // it noticed, and answered SERVFAIL
		}
	}
	slices.SortStableFunc(met, func(a, b *survey.Answer) int { return a.Addr.Compare(b.Addr) })
	f.Servers, f.Evidence = hosts(met), evidence(met...)
	f.Fix = fmt.Sprintf("Change one of these CNAME records, for example that of %s, to a name that has the record itself.", last.From)
	return f
}

func longFinding(e *end) Finding {
	f := finding("alias-too-long", e.chain[0], fmt.Sprintf("The aliases go on for %s: %s.", count(len(e.aliases), "hop"), arrows(e.chain)))
	f.Fix = fmt.Sprintf("%s 300 IN CNAME %s", absolute(e.chain[0]), absolute(e.owner()))
	switch {
	case e.failure == nameTooLong:
		f.Detail = fmt.Sprintf("A DNAME above %s makes a name of it that is longer than 255 octets.", e.owner())
		f.Fix = fmt.Sprintf("Give %s a CNAME of its own outside what the DNAME moves, or move it to a shorter name.", e.chain[0])
	case e.long:
		f.Fix = "Let " + e.chain[0] + " point directly at the name where the chain ends."
	default:
		f.Severity = Warning
	}
	f.Evidence = evidence(e.answers...)
	return f
}

// targetLame raises that the lookup fails at the target.
func (az *authorization) targetLame(e *end) {
	f := finding("alias-target-lame", az.id.Challenge,
		fmt.Sprintf("%s leads to %s, and the servers of %s fail: %s.", az.id.Challenge, e.owner(), e.zone(), failing(e)))
	f.Servers, f.Evidence = hosts(e.answers), evidence(e.answers...)
	f.Fix = fmt.Sprintf("Have whoever runs %s mend it, or change the CNAME at %s.", e.zone(), e.aliases[len(e.aliases)-1].From)
	az.raise(f, az.unusable(e))
}

// failing tells what the answers of a failed end were.
func failing(e *end) string {
	switch {
	case e.loop:
		return "the aliases loop"
	case e.long:
		return "the chain of aliases is too long"
	}
	if len(e.answers) == 0 {
		return "none can be asked"
	}
	if e.caseLost {
		return who(e.answers) + " " + agreeing(serverNames(e.answers), "answers") + " with the question in another letter case"
	}
	if all(e.answers, validates) {
		return who(e.answers) + " " + agreeing(serverNames(e.answers), "answers") + " too late"
	}
	return saidEach(e.answers)
}

// dangling raises that the target does not exist: normal before the first
// value is published.
func (az *authorization) dangling(e *end) {
	last := e.aliases[len(e.aliases)-1]
	if v := az.valueAsTarget(last); v != "" {
		az.valueInAlias(e, last, v)
		return
	}
	var cause place
	if a := az.doubled(e); a != nil {
		f := finding("alias-target-doubled", az.id.Challenge,
			fmt.Sprintf("The CNAME at %s points at %s, which ends with the zone's name twice and does not exist.", a.From, a.To))
		f.Evidence = evidence(e.answers...)
		f.Fix = fmt.Sprintf("%s 300 IN CNAME %s", absolute(a.From), absolute(halved(*a)))
		az.raise(f, place{})
		cause = f.place()
	}
	domain := az.nowhere(e)
	if domain != "" {
		f := az.nobodysTarget(e, domain)
		az.raise(f, place{})
		cause = f.place()
	}
	f := finding("alias-dangling", az.id.Challenge, fmt.Sprintf("%s leads to %s, which does not exist.", az.id.Challenge, e.owner()))
	f.Evidence = evidence(e.answers...)
	if cause == (place{}) {
		cause = az.astray()
	}
	if !az.want.validation() && domain == "" {
		f.Severity = Note
	}
	if !az.want.validation() && cause == (place{}) {
		f.Detail = fmt.Sprintf("%s leads to %s, which does not exist, as is usual before the first value is published there.", az.id.Challenge, e.owner())
	}
	if whole := az.undotted(last); whole != "" && cause == (place{}) {
		f.Detail += fmt.Sprintf(" If %s was meant, its final dot is missing in the zone, which then adds its own name.", whole)
	}
	f.Fix = fmt.Sprintf("Publish the TXT value at %s, or change the CNAME at %s.", e.owner(), last.From)
	switch {
	case cause != place{}:
		f.Fix = "Correct the target of the CNAME."
	case len(az.want.values) > 0:
		f.Fix = fmt.Sprintf("Publish the value where the alias leads, or change the CNAME at %s:\n%s",
			last.From, txtRecord(e.owner(), az.want.values[0]))
	}
	az.raise(f, cause)
}

// valueAsTarget is the expected value that was entered as the target of an
// alias, alone or with the zone's name behind it; "" for none.
func (az *authorization) valueAsTarget(a survey.Alias) string {
	label, _, _ := strings.Cut(a.To, ".")
	i := slices.IndexFunc(az.want.values, func(v string) bool { return strings.EqualFold(v, label) })
	if i < 0 {
		return ""
	}
	return az.want.values[i]
}

// valueInAlias tells that a CNAME was made where a TXT record belongs.
func (az *authorization) valueInAlias(e *end, a survey.Alias, v string) {
	f := finding("alias-dangling", az.id.Challenge, fmt.Sprintf(
		"%s leads to %s, which does not exist: the value was entered as the target of a CNAME, where a TXT record belongs.", a.From, a.To))
	f.Evidence = evidence(e.answers...)
	f.Fix = fmt.Sprintf("Remove the CNAME at %s and publish the value as TXT:\n%s", a.From, txtRecord(a.From, v))
	az.raise(f, place{})
}

// doubled finds an alias on the way to an end whose target ends with the name
// of a zone twice, a zone that the alias's owner lies in.
func (az *authorization) doubled(e *end) *survey.Alias {
	for i, a := range e.aliases {
		if halved(a) != "" {
			return &e.aliases[i]
		}
	}
	return nil
}

// halved is the target of an alias without the doubled name, "" when it is
// not doubled.
func halved(a survey.Alias) string {
	for z := up(a.From); strings.Contains(z, "."); z = up(z) {
		if z == "." {
			break
		}
		if once, ok := strings.CutSuffix(a.To, "."+z); ok && (once == z || strings.HasSuffix(once, "."+z)) {
			return once
		}
	}
	return ""
}

// undotted is the target of an alias without the name of its owner's zone, where
// what is left reads as a domain name of its own and a value is expected there;
// "" otherwise. Before that a target may well be missing, and "app.dev" stand in
// a zone for a host.
func (az *authorization) undotted(a survey.Alias) string {
	home := az.homeZone()
	if home == nil || !az.want.validation() {
		return ""
	}
	once, ok := strings.CutSuffix(a.To, "."+home.Name)
	if !ok || within(once, home.Name) {
		return ""
	}
	if suffix, known := icannSuffix(once); !known || suffix == once {
		return ""
	}
	return once
}

func (f Finding) place() place { return place{f.Rule.ID, f.Name} }

// fromWildcard are the answers with an alias that a wildcard made up.
func (az *authorization) fromWildcard() []*survey.Answer {
	var as []*survey.Answer
	for _, s := range az.txt.steps {
		for _, m := range s.moves {
			if m.answer != nil && m.answer.Wildcard && len(m.answer.Aliases) > 0 {
				as = append(as, m.answer)
			}
		}
	}
	return as
}

// wildcardPlace is where an alias from a wildcard is told, if there is one.
func (az *authorization) wildcardPlace() place {
	as := az.fromWildcard()
	if len(as) == 0 {
		return place{}
	}
	return place{"alias-from-wildcard", as[0].Aliases[0].From}
}

// wildcardAlias raises aliases that a wildcard made up.
func (az *authorization) wildcardAlias() {
	as := az.fromWildcard()
	if len(as) == 0 {
		return
	}
	a := as[0].Aliases[0]
	f := finding("alias-from-wildcard", a.From, fmt.Sprintf("%s has no record of its own: a wildcard answers with a CNAME to %s.", a.From, a.To))
	f.Servers, f.Evidence = hosts(as), evidence(as...)
	switch {
	case !az.want.validation():
		f.Severity = Warning
	case !az.txtTally().fail:
		f.Severity = Note
	}
	f.Fix = fmt.Sprintf("Create %s itself, as TXT or as a CNAME of its own: it goes before the wildcard.", a.From)
	if az.want.validation() {
		f.Fix += "\n" + txtRecord(a.From, az.want.values[0])
	}
	az.raise(f, place{})
}

// besideRecords raises a CNAME that has other records beside it: servers with
// the same serial, one of which follows the CNAME while another does not.
func (az *authorization) besideRecords() {
	for _, s := range az.txt.steps {
		own, aliased := beside(s)
		if len(own) == 0 || len(aliased) == 0 {
			continue
		}
		if z := az.s.Zone(s.at.Zone); z != nil && len(serials(az.health(z))) > 0 {
			continue // two versions of the zone
		}
		says := fmt.Sprintf("%s %s the alias, %s the records", who(aliased), verb(len(serverNames(aliased)), "gives", "give"), who(own))
		if slices.Equal(aliased, own) {
			says = fmt.Sprintf("%s %s both, and the CA's resolver follows what it reads first", who(own), verb(len(serverNames(own)), "gives", "give"))
		}
		f := finding("alias-beside-records", s.at.Name, fmt.Sprintf("%s has a CNAME to %s and TXT records: %s.", s.at.Name, aliased[0].Aliases[0].To, says))
		if az.txtTally() == (tally{fail: true}) {
			f.Severity = Error
		}
		f.Servers, f.Evidence = hosts(append(aliased, own...)), evidence(aliased[0], own[0])
		f.Fix = fmt.Sprintf("Delete the TXT records at %s, or the CNAME.", s.at.Name)
		az.raise(f, place{})
		az.differ(s.at.Zone, f)
	}
}

// besidePlace is where it is told that the challenge's alias has records beside
// it, if it has.
func (az *authorization) besidePlace() place {
	for _, d := range az.drafts {
		if d.Rule.ID == "alias-beside-records" && slices.ContainsFunc(az.txt.steps, func(s *step) bool { return s.at.Name == d.Name }) {
			return d.place()
		}
	}
	return place{}
}

// beside parts the answers of a step into those with records at the name
// asked and those with an alias there.
func beside(s *step) (own, aliased []*survey.Answer) {
	for _, m := range s.moves {
		switch a := m.answer; {
		case a == nil:
		case len(a.Shadowed) > 0:
			own, aliased = append(own, a), append(aliased, a)
		case len(a.Aliases) > 0 && !slices.ContainsFunc(a.Records, func(r survey.Record) bool { return r.Owner == a.Name }):
			aliased = append(aliased, a)
		case len(a.Aliases) > 0:
			own, aliased = append(own, a), append(aliased, a)
		case a.Status == survey.Answered:
			own = append(own, a)
		}
	}
	return own, aliased
}

// foreignOperator notes that the value lives in a zone on other servers.
func (az *authorization) foreignOperator() {
	if len(az.txt.steps) == 0 {
		return
	}
	home := az.s.Zone(az.txt.steps[0].at.Zone)
	for _, e := range az.txt.ends {
		away := az.s.Zone(e.zone())
		if len(e.aliases) == 0 || e.loop || e.long || home == nil || away == nil || away.Public || within(away.Name, home.Name) || within(home.Name, away.Name) ||
			shares(home.ParentNS, away.ParentNS) {
			continue
		}
		f := finding("alias-foreign-operator", az.id.Challenge,
			fmt.Sprintf("%s leads to %s in the zone %s on %s.", az.id.Challenge, e.owner(), away.Name, series(away.ParentNS)))
		if s, ok := az.serviceOf(az.id); ok {
			f.Detail += s.recognised()
		}
		f.Servers = slices.Clone(away.ParentNS)
		az.raise(f, az.wildcardPlace())
		return
	}
}

package check

import (
	"slices"
	"strings"

	"dns01/caa"
	"dns01/resolver/survey"
)

// A CAAJudgement is what CAA alone comes to: no challenge, no limits on the
// order. Of the findings only those that bear on it are there. Climbs has one
// climb for each identifier of Result, in the same order.
type CAAJudgement struct {
	Result
	Climbs []CAAClimb
	Load   CAALoad
}

// A CAAClimb is the walk from an identifier up to its TLD (RFC 8659 §3), with
// every name that the CA asks for: it asks for all of them, whatever the first
// ones say.
type CAAClimb struct {
	Identifier string
	Steps      []CAAStep
	// Readings decide the set that the walk ends at: as the CA reads it, then
	// as RFC 8659 says, where that is another reading. Empty where the walk
	// ends at a failure, or could not be seen.
	Readings []CAAReading
	// Departures are the points on which the CA's reading comes to another
	// decision than the RFC's.
	Departures []caa.Departure
	// Responsible is the record that decides at the CA, and Owner where it
	// stands; nil when no record does.
	Responsible *caa.Record
	Owner       string
}

// A CAAReading is one way to read a set.
type CAAReading struct {
	Profile string // of dns01/caa: "boulder", "rfc8659"
	caa.Decision
}

// A CAARole is what one name of a climb has to do with the decision.
type CAARole string

// The roles. Where servers disagree the role is the one that matters most.
const (
	Decides    CAARole = "decides"      // its records are the relevant set
	ClimbsOn   CAARole = "climbs-on"    // no records: the next name counts
	Fails      CAARole = "fails"        // the failure ends the walk
	NotSeen    CAARole = "not-seen"     // we could not look
	NotReached CAARole = "not-reached"  // above the deciding name: without effect
	MayMatter  CAARole = "may-be-asked" // it counts only where servers below disagree
)

// A CAAStep is one name of a climb.
type CAAStep struct {
	Name     string
	Zone     string // whose servers answered, "" when nobody was asked
	Role     CAARole
	Outcomes []CAAOutcome // one where all servers agree
}

// A CAAOutcome is one thing that servers said of a name.
type CAAOutcome struct {
	Kind    string // "records", "no-records", "nxdomain", "failure", "not-seen"
	Failure string // for failure, in the CA's words: "SERVFAIL", "query timed out"
	Via     string // the alias target that it comes from, or ""
	Servers []string
	Records []CAARecordOutcome
}

// A CAARecordOutcome is one record, with what the CA makes of it.
type CAARecordOutcome struct {
	Text string // RDATA, escaped
	Bad  string // why it does not parse, or ""
	caa.RecordDecision
}

// JudgeCAA says what a CA decides by CAA alone, from a survey that holds at
// least the climbs. It is pure, as [Judge] is.
func JudgeCAA(s *survey.Survey, o Order) CAAJudgement {
	j := newJudge(s, o)
	out := CAAJudgement{Result: Result{Mode: Preflight}}
	verdicts := map[string]Verdict{}
	for _, id := range s.Identifiers {
		if _, again := verdicts[id.Name]; again {
			continue
		}
		r, c := j.onlyCAA(id)
		verdicts[id.Name] = r.Verdict
		out.Identifiers, out.Climbs = append(out.Identifiers, r), append(out.Climbs, c)
	}
	j.foldSerials()
	drafts := fit(j.drafts, verdicts)
	for i := range out.Identifiers {
		endanger(&out.Identifiers[i], drafts)
	}
	out.Findings = aboutCAA(arrange(drafts))
	out.conclude()
	out.Load = j.load(out.Climbs)
	out.CAAQueries = out.Load.Queries
	return out
}

// onlyCAA judges one identifier. A name that is refused before any DNS is
// asked has no climb.
func (j *judge) onlyCAA(id survey.Identifier) (IdentifierResult, CAAClimb) {
	res := IdentifierResult{Identifier: id.Name}
	if rule, detail, found := NameProblem(id.Name); id.Invalid != "" || found && rule == "name-invalid" {
		if detail == "" {
			rule, detail = "name-invalid", id.Invalid
		}
		j.raise(id.Name, finding(rule, id.Name, j.refusedName(id.Name, rule, detail)), place{})
		res.Verdict = Blocked
		if p := NewOrderProblem([]string{id.Name}, 0, true); p != nil {
			res.Predicted = []Problem{p.Problem}
		}
		return res, CAAClimb{Identifier: id.Name}
	}
	az := &authorization{judge: j, id: id, want: j.expect(id), told: map[string]place{},
		txt: &resolution{question: survey.Question{Name: id.Challenge, Type: "TXT"}}}
	az.climb = j.climbCAA(id)
	res.CAA = az.caaResult()
	res.Verdict = az.climb.verdict()
	for _, e := range az.climb.ends {
		if p := caaProblem; e.outcome == fails && !slices.Contains(res.Predicted, p(e, id.Name)) {
			res.Predicted = append(res.Predicted, p(e, id.Name))
		}
	}
	if res.Verdict == Retry {
		res.RetryAfter = j.retryAfter()
	}
	az.explainZones()
	az.explainServers()
	az.explainDNSSEC()
	az.explainCAA()
	az.explainViews(res.Verdict)
	return res, az.shown()
}

// verdict weighs every end of a climb alone.
func (c climb) verdict() Verdict {
	t := c.tally()
	switch {
	case !t.may() && c.transient():
		return Retry
	case !t.may():
		return Blocked
	case t.unsure:
		return Unknown
	case t.fail || slices.ContainsFunc(c.ends, func(e climbEnd) bool { return e.decision != nil && e.decision.Unknown }):
		return AtRisk
	}
	return Ready
}

// aboutCAA leaves out what is only worth knowing about other subjects.
func aboutCAA(fs []Finding) []Finding {
	var out []Finding
	for _, f := range fs {
		causes := slices.ContainsFunc(fs, func(g Finding) bool { return g.Because == f.Rule.ID })
		if f.Severity != Note || f.Rule.Subject == "caa" || f.Rule.ID == "could-not-look" || f.Because == "" && causes {
			out = append(out, f)
		}
	}
	return slices.DeleteFunc(out, func(f Finding) bool {
		return f.Severity == Note && f.Because != "" &&
			!slices.ContainsFunc(out, func(g Finding) bool { return g.Rule.ID == f.Because })
	})
}

// shown is the climb as the user reads it.
func (az *authorization) shown() CAAClimb {
	c := CAAClimb{Identifier: az.id.Name}
	reached, sure := true, true
	for _, name := range az.id.CAA {
		r := az.resolve(survey.Question{Name: name, Type: "CAA"})
		s, empty, stops := az.caaStep(name, r)
		switch {
		case !reached:
			s.Role = NotReached
		case !sure && s.Role == ClimbsOn:
			s.Role = MayMatter
		}
		reached = reached && empty
		sure = sure && !stops
		c.Steps = append(c.Steps, s)
	}
	e := az.climb.telling()
	if e.decision == nil {
		return c
	}
	az.read(&c, e)
	return c
}

// read decides the set at the end of a climb in each reading.
func (az *authorization) read(c *CAAClimb, e climbEnd) {
	var set []caa.Record
	if e.end != nil && e.end.kind == records {
		set = recordSet(e.end.answers[0])
	}
	for _, p := range []caa.Profile{az.profile(), caa.RFC8659} {
		if !slices.ContainsFunc(c.Readings, func(r CAAReading) bool { return r.Profile == p.Name }) {
			c.Readings = append(c.Readings, CAAReading{p.Name, caa.Decide(set, az.request(az.id), p)})
		}
	}
	c.Departures = caa.Departures(set, az.request(az.id), az.profile())
	if i := c.Readings[0].Record; i >= 0 {
		c.Responsible, c.Owner = &set[i], e.end.owner()
	}
}

// caaStep is one name of a climb, and whether the walk may go on after it and
// may end at it.
func (az *authorization) caaStep(name string, r *resolution) (s CAAStep, empty, stops bool) {
	s = CAAStep{Name: name, Role: ClimbsOn}
	weight := func(r CAARole) int { return slices.Index([]CAARole{ClimbsOn, NotSeen, Decides, Fails}, r) }
	for _, e := range r.ends {
		e = az.atTLD(name, e)
		if s.Zone == "" {
			s.Zone = e.zone()
		}
		o, role := az.caaOutcome(e)
		if role == ClimbsOn {
			empty = true
		} else {
			stops = true
		}
		if weight(role) > weight(s.Role) {
			s.Role = role
		}
		s.Outcomes = append(s.Outcomes, o)
	}
	return s, empty, stops
}

// caaOutcome is one end of the lookup at a name.
func (az *authorization) caaOutcome(e *end) (CAAOutcome, CAARole) {
	o := CAAOutcome{Servers: hosts(e.answers)}
	if len(e.chain) > 1 {
		o.Via = e.owner()
	}
	if len(e.answers) > 0 {
		o.Records = az.caaRecords(e.answers[0])
	}
	switch e.kind {
	case records:
		o.Kind = "records"
		return o, Decides
	case failed:
		o.Kind, o.Failure = "failure", string(e.failure)
		return o, Fails
	case unseen:
		o.Kind = "not-seen"
		return o, NotSeen
	case nxDomain:
		o.Kind = "nxdomain"
		return o, ClimbsOn
	}
	o.Kind = "no-records"
	return o, ClimbsOn
}

// caaRecords are the records of an answer with what the CA makes of each.
func (az *authorization) caaRecords(a *survey.Answer) []CAARecordOutcome {
	var out []CAARecordOutcome
	set := recordSet(a)
	d := caa.Decide(set, az.request(az.id), az.profile())
	for i, r := range set {
		out = append(out, CAARecordOutcome{Text: r.String(), RecordDecision: d.Records[i]})
	}
	for _, r := range a.Records {
		if r.Bad != "" {
			out = append(out, CAARecordOutcome{Text: rdata(r), Bad: Escape(r.Bad)})
		}
	}
	return out
}

// A CAALoad is how many CAA queries the CA will send for the names, as
// separate authorizations, and whose servers they reach.
type CAALoad struct {
	Labels       int  // questions: one for each name of each climb
	Perspectives int  // places that ask: the primary and the remote ones
	Stated       bool // the CA has said how many remotes; else it is the fewest allowed
	Queries      int  // Labels times Perspectives
	Zones        []ZoneLoad
}

// A ZoneLoad is the part of it that a zone's servers answer, each query by one
// of them. Referrals on the way and tries after a failure come on top.
type ZoneLoad struct {
	Zone    string
	Queries int
	Servers int // addresses that the parent's referral leads to; 0 when not known
}

// load counts what the CA will send: every perspective asks for every name of
// every climb.
func (j *judge) load(climbs []CAAClimb) CAALoad {
	l := CAALoad{Perspectives: 1}
	if j.ca != nil {
		remotes, stated := j.ca.Perspectives.RemotesAt(j.o.Now)
		l.Perspectives, l.Stated = 1+remotes, stated
	}
	byZone := map[string]int{}
	for _, c := range climbs {
		l.Labels += len(c.Steps)
		for _, s := range c.Steps {
			byZone[s.Zone] += l.Perspectives
		}
	}
	l.Queries = l.Labels * l.Perspectives
	for zone, n := range byZone {
		if zone != "" {
			l.Zones = append(l.Zones, ZoneLoad{zone, n, j.addresses(zone)})
		}
	}
	slices.SortFunc(l.Zones, func(a, b ZoneLoad) int {
		if a.Queries != b.Queries {
			return b.Queries - a.Queries
		}
		return strings.Compare(a.Zone, b.Zone)
	})
	return l
}

// addresses counts the servers of a zone that a CA may ask; 0 for a registry's,
// of which only some were seen.
func (j *judge) addresses(zone string) int {
	z := j.s.Zone(zone)
	if z == nil || j.registry(zone) {
		return 0
	}
	n := 0
	for _, s := range z.Servers {
		if s.Special == "" && s.InParent {
			n++
		}
	}
	return n
}

// Worst returns the verdict that weighs most, Ready of none.
func Worst(vs ...Verdict) Verdict {
	worst := Ready
	for _, v := range vs {
		if gravity(v) > gravity(worst) {
			worst = v
		}
	}
	return worst
}

package check

import (
	"slices"
	"strings"

	"dns01/caa"
	"dns01/resolver/survey"
)

// A climb is the CAA part of an authorization: every way that the walk from
// the name up to its TLD may end (RFC 8659 §3).
type climb struct {
	ends []climbEnd
	seen []*resolution // of the names that the walk may reach
}

// A climbEnd is one way: at a name with records, at a name whose lookup
// failed, or past the TLD with nothing found.
type climbEnd struct {
	name      string // where in the climb; "" past the TLD
	end       *end
	decision  *caa.Decision // for records, and past the TLD
	outcome   outcome
	transient bool // failed, and may pass later with no change
}

func (c climb) tally() tally {
	var t tally
	for _, e := range c.ends {
		t.add(e.outcome)
	}
	return t
}

// transient reports whether every end is a failure that may pass by itself.
func (c climb) transient() bool {
	return len(c.ends) > 0 && all(c.ends, func(e climbEnd) bool { return e.transient })
}

// climbCAA replays the CA's walk. The CA asks for all names at once and then
// reads the answers from the name upwards: the first that failed ends the
// walk, and so does the first with records.
func (j *judge) climbCAA(id survey.Identifier) climb {
	var c climb
	for _, name := range id.CAA {
		r := j.resolve(survey.Question{Name: name, Type: "CAA"})
		c.seen = append(c.seen, r)
		empty := false
		for _, e := range r.ends {
			e = j.atTLD(name, e)
			if e.kind == noData || e.kind == nxDomain {
				empty = true
				continue
			}
			c.ends = append(c.ends, j.stop(id, name, e))
		}
		if !empty {
			return c
		}
	}
	if len(id.CAA) == 0 {
		c.ends = append(c.ends, climbEnd{outcome: unsure})
		return c
	}
	d := caa.Decide(nil, j.request(id), j.profile())
	c.ends = append(c.ends, climbEnd{decision: &d, outcome: passes})
	return c
}

// atTLD makes NXDOMAIN for a name of one label a failure where the CA does.
func (j *judge) atTLD(name string, e *end) *end {
	if e.kind != nxDomain || strings.Contains(name, ".") || !j.profile().NXDomainAtTLDFails {
		return e
	}
	f := *e
	f.kind, f.failure = failed, noTLD
	return &f
}

// noTLD is the failure of a CAA lookup at a TLD that does not exist.
const noTLD failure = "NXDOMAIN"

// stop is the end of the climb at one name.
func (j *judge) stop(id survey.Identifier, name string, e *end) climbEnd {
	c := climbEnd{name: name, end: e}
	switch e.kind {
	case failed:
		c.outcome, c.transient = fails, j.transient(e)
	case unseen:
		c.outcome = unsure
	case records:
		d := caa.Decide(recordSet(e.answers[0]), j.request(id), j.profile())
		c.decision, c.outcome = &d, fails
		if d.Allowed {
			c.outcome = passes
		}
	}
	return c
}

// recordSet is the CAA set of an answer, in an order of its own: servers
// rotate records.
func recordSet(a *survey.Answer) []caa.Record {
	var texts []string // each made once: servers decide how many there are
	of := map[string]caa.Record{}
	for _, r := range a.Records {
		if r.CAA != nil {
			text := r.CAA.String()
			texts, of[text] = append(texts, text), *r.CAA
		}
	}
	slices.Sort(texts)
	var set []caa.Record
	for _, text := range texts {
		set = append(set, of[text])
	}
	return set
}

// request is what the CA compares CAA records with.
func (j *judge) request(id survey.Identifier) caa.Request {
	req := caa.Request{
		Wildcard: strings.HasPrefix(id.Name, "*."),
		Account:  j.o.Account,
		Method:   j.challenge(),
	}
	if j.ca != nil {
		req.Issuers, req.Brands, req.AccountPrefixes = j.ca.Identities, j.ca.Words(), j.ca.AccountPrefixes
	}
	return req
}

// profile is how the CA reads CAA records; the RFCs' way where it is not known.
func (j *judge) profile() caa.Profile {
	if j.ca != nil {
		if p, ok := caa.ProfileNamed(j.ca.CAAReading); ok {
			return p
		}
	}
	return caa.RFC8659
}

// transient reports whether a failed lookup may pass later with no change: when
// it passed a moment later; at a registry's servers, when they did not all fail
// alike, or when one of them gave a proper answer before it failed; or when
// signatures are about to begin.
func (j *judge) transient(e *end) bool {
	if e.bogus {
		return !j.begins(e).IsZero()
	}
	if recovered(e.at) {
		return true
	}
	z := j.s.Zone(e.zone())
	if z == nil || !z.Public || e.failure == noTLD || e.loop || e.long {
		return false
	}
	for _, a := range e.answers {
		if a.Status != e.answers[0].Status || a.Lame != e.answers[0].Lame || answeredOnce(a) {
			return true
		}
	}
	return false
}

// answeredOnce reports whether some exchange behind a failed answer went well.
func answeredOnce(a *survey.Answer) bool {
	for _, x := range a.Exchanges {
		if x.Rcode == "NOERROR" && !strings.Contains(x.Flags, "tc") {
			return true
		}
	}
	return false
}

// caaResult tells how the climb was decided, by the end that counts most: a
// refusal before anything else.
func (az *authorization) caaResult() CAAResult {
	res := CAAResult{Queries: len(az.id.CAA)}
	if len(az.climb.ends) == 0 {
		return res
	}
	t := az.climb.tally()
	if !t.unsure && t.pass != t.fail {
		res.Authorized = &t.pass
	}
	e := az.climb.telling()
	res.Reason = e.reason()
	if e.end == nil || e.end.kind != records {
		return res
	}
	res.RelevantName = e.name
	if len(e.end.chain) > 1 {
		res.Via = e.end.owner()
	}
	// Servers rotate records; what a reader sees must not.
	res.Records = texts(e.end.answers[0])
	return res
}

// telling is the end to tell about.
func (c climb) telling() climbEnd {
	for _, o := range []outcome{fails, unsure} {
		for _, e := range c.ends {
			if e.outcome == o {
				return e
			}
		}
	}
	return c.ends[0]
}

// reason is the end of the climb in one sentence.
func (e climbEnd) reason() string {
	switch {
	case e.decision != nil && e.name == "":
		return "no name from the identifier up to its TLD has a CAA record: any CA may issue"
	case e.decision != nil:
		return "at " + e.name + ", " + e.decision.Detail
	case e.end == nil, e.end.kind == unseen:
		return "the CAA records could not be looked at"
	}
	return "looking up CAA at " + e.name + ": " + string(e.end.failure)
}

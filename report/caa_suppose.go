package report

import (
	"fmt"
	"strings"

	"dns01/check"
)

// A Turn is a name that fares differently at a CA with what is supposed.
type Turn struct {
	Identifier string
	Before     check.Verdict
	After      check.Verdict
	// By is the record that decides now, in zone-file form; "" when none does.
	By string
	// Dropped is where the set stood that decided before and is gone, "" when
	// it was none of those dropped.
	Dropped string
}

// A Supposition is what would be with other CAA records: the changes, and the
// judgements and climbs without and with them. Both judgements have the same
// identifiers, and a climb for each.
type Supposition struct {
	Changes              []check.CAAChange
	Before               check.Result
	ClimbsBefore, Climbs []check.CAAClimb
}

// turns are the names whose verdict changes with what is supposed.
func (s Supposition) turns(after check.Result) []Turn {
	var out []Turn
	for i, now := range after.Identifiers {
		before := s.Before.Identifiers[i]
		if now.Verdict == before.Verdict {
			continue
		}
		t := Turn{Identifier: now.Identifier, Before: before.Verdict, After: now.Verdict}
		for _, c := range s.Changes {
			s.blame(&t, c, i, now)
		}
		out = append(out, t)
	}
	return out
}

// blame notes the part that a change has in a turn.
func (s Supposition) blame(t *Turn, c check.CAAChange, i int, now check.IdentifierResult) {
	climb := s.Climbs[i]
	record := func(text string) string { return fmt.Sprintf("%s. IN CAA %s", c.Owner, text) }
	switch {
	case climb.Responsible != nil && c.Owner == climb.Owner && c.Has(climb.Responsible.String()):
		t.By = record(climb.Responsible.String())
	case c.Spoils() != "" && now.Verdict == check.Blocked:
		t.By = record(c.Spoils())
	case len(c.Records) > 0 && climb.Responsible == nil && c.Owner == now.CAA.RelevantName:
		t.By = record(c.Records[0].Text)
	case c.Owner == s.ClimbsBefore[i].Owner && !c.Add:
		t.Dropped = c.Owner
	}
}

// turns are those of one CA.
func (v CAAView) turns(changes []check.CAAChange) []Turn {
	if v.Before == nil {
		return nil
	}
	return Supposition{changes, v.Before.Result, v.Before.Climbs, v.Now.Climbs}.turns(v.Now.Result)
}

// jsonWithoutOf is how one name fares without what is supposed.
type jsonWithoutOf struct {
	Identifier string `json:"identifier"`
	jsonWithout
}

func (s Supposition) withoutJSON(after check.Result) []jsonWithoutOf {
	turned := map[string]Turn{}
	for _, t := range s.turns(after) {
		turned[t.Identifier] = t
	}
	return each(s.Before.Identifiers, func(i check.IdentifierResult) jsonWithoutOf {
		return jsonWithoutOf{bare(i.Identifier), jsonWithout{i.Verdict, visible(i.CAA.Reason), visible(turned[i.Identifier].By)}}
	})
}

// writeSupposition tells the same in the report of an order.
func writeSupposition(p *page, r Report) {
	if r.Supposition == nil {
		return
	}
	p.blank()
	writeSupposedRecords(p, r.Supposition.Changes)
	writeTurns(p, caName(r.Order.CA), r.Supposition.turns(r.Result))
}

// writeSupposed tells what is supposed and what it turns.
func writeSupposed(p *page, r CAAReport) {
	if len(r.Supposed) == 0 {
		return
	}
	p.blank()
	writeSupposedRecords(p, r.Supposed)
	for _, v := range r.Views {
		writeTurns(p, caName(v.CA), v.turns(r.Supposed))
	}
}

func writeSupposedRecords(p *page, changes []check.CAAChange) {
	for _, c := range changes {
		p.para(0, 2, supposedWords(c))
		for _, rec := range c.Records {
			p.verbatim(4, fmt.Sprintf("%s. IN CAA %s", bare(c.Owner), rec.Text))
		}
	}
}

func writeTurns(p *page, ca string, turns []Turn) {
	if len(turns) == 0 {
		p.para(0, 2, fmt.Sprintf("For %s it changes no verdict.", ca))
	}
	for n, t := range turns {
		if n == manyIdentifiers && !p.Verbose {
			p.para(2, 4, fmt.Sprintf("… and %d more names (-v shows them)", len(turns)-n))
			return
		}
		writeTurn(p, ca, t)
	}
}

func supposedWords(c check.CAAChange) string {
	switch {
	case len(c.Records) == 0:
		return fmt.Sprintf("Supposed that %s has no CAA record.", bare(c.Owner))
	case c.Add:
		return fmt.Sprintf("Supposed that %s has, beside what is published:", bare(c.Owner))
	}
	return fmt.Sprintf("Supposed that %s has, in place of what is published:", bare(c.Owner))
}

func writeTurn(p *page, ca string, t Turn) {
	line := fmt.Sprintf("For %s it turns %s from %s to %s", ca, bare(t.Identifier), word(t.Before), word(t.After))
	switch {
	case t.By != "":
		p.para(0, 2, line+", by this record:")
		p.verbatim(4, t.By)
	case t.Dropped != "":
		p.para(0, 2, fmt.Sprintf("%s, since the records at %s are gone.", line, bare(t.Dropped)))
	default:
		p.para(0, 2, line+".")
	}
}

// word is a verdict inside a sentence.
func word(v check.Verdict) string { return strings.ReplaceAll(string(v), "_", " ") }

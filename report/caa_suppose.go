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

// turns are the names of a view whose verdict changes with what is supposed.
func (v CAAView) turns(changes []check.CAAChange) []Turn {
	if v.Before == nil {
		return nil
	}
	var out []Turn
	for i, now := range v.Now.Identifiers {
		before := v.Before.Identifiers[i]
		if now.Verdict == before.Verdict {
			continue
		}
		t := Turn{Identifier: now.Identifier, Before: before.Verdict, After: now.Verdict}
		for _, c := range changes {
			climb := v.Now.Climbs[i]
			switch {
			case climb.Responsible != nil && c.Owner == climb.Owner && c.Has(climb.Responsible.String()):
				t.By = fmt.Sprintf("%s. IN CAA %s", c.Owner, climb.Responsible)
			case c.Spoils() != "" && now.Verdict == check.Blocked:
				t.By = fmt.Sprintf("%s. IN CAA %s", c.Owner, c.Spoils())
			case len(c.Records) > 0 && climb.Responsible == nil && c.Owner == now.CAA.RelevantName:
				t.By = fmt.Sprintf("%s. IN CAA %s", c.Owner, c.Records[0].Text)
			case c.Owner == v.Before.Climbs[i].Owner && !c.Add:
				t.Dropped = c.Owner
			}
		}
		out = append(out, t)
	}
	return out
}

// writeSupposed tells what is supposed and what it turns.
func writeSupposed(p *page, r CAAReport) {
	if len(r.Supposed) == 0 {
		return
	}
	p.blank()
	for _, c := range r.Supposed {
		p.para(0, 2, supposedWords(c))
		for _, rec := range c.Records {
			p.verbatim(4, fmt.Sprintf("%s. IN CAA %s", bare(c.Owner), rec.Text))
		}
	}
	for _, v := range r.Views {
		turns := v.turns(r.Supposed)
		if len(turns) == 0 {
			p.para(0, 2, fmt.Sprintf("For %s it changes no verdict.", caName(v.CA)))
		}
		for n, t := range turns {
			if n == manyIdentifiers && !p.Verbose {
				p.para(2, 4, fmt.Sprintf("… and %d more names (-v shows them)", len(turns)-n))
				break
			}
			writeTurn(p, caName(v.CA), t)
		}
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

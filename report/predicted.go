package report

import (
	"fmt"
	"strings"

	"dns01/check"
)

// A predicted is an answer that the CA would or may give, and to whom.
type predicted struct {
	check.Problem        // of the first name
	would         string // "would" or "may"
	names         []string
	own           bool // each name has the text with itself in it
}

// writePredicted has what the CA would answer, once for all names that get the
// same, or the same but for their name.
func writePredicted(p *page, r Report) {
	answers := predictedOf(r, p.Verbose)
	for n, a := range answers {
		if n == manyIdentifiers && !p.Verbose {
			p.para(0, 0, fmt.Sprintf("… and %d more answers (-v shows them)", len(answers)-n))
			return
		}
		p.blank()
		p.para(0, 2, fmt.Sprintf("%s %s answer for %s (%s):", caName(r.Order.CA), a.would, a.whom(), a.Stage))
		p.para(2, 4, a.Type+": "+a.Detail)
		writeSubproblems(p, r.Result.NewOrder, a.Problem)
	}
}

func (a predicted) whom() string {
	switch others := a.names[1:]; {
	case !a.own:
		return some(a.names)
	case len(others) <= namedInVerdict:
		return a.names[0] + ", and likewise for " + strings.Join(others, " and ")
	default:
		return fmt.Sprintf("%s, and likewise for %d more", a.names[0], len(others))
	}
}

// predictedOf gathers the answers in the order of the names; with every one
// that differs at all by itself, if so wished.
func predictedOf(r Report, every bool) []*predicted {
	type key struct {
		check.Problem
		would string
	}
	var answers []*predicted
	exact, alike := map[key]*predicted{}, map[key]*predicted{}
	for _, i := range distinct(r.Result.Identifiers) {
		would := "would"
		if i.Verdict == check.AtRisk {
			would = "may"
		}
		for _, x := range i.Predicted {
			k := key{x, would}
			shape := k
			shape.Detail = strings.ReplaceAll(x.Detail, strings.TrimPrefix(i.Identifier, "*."), "\x00")
			a := exact[k]
			if a == nil && !every {
				a = alike[shape]
			}
			switch {
			case a == nil:
				a = &predicted{Problem: x, would: would}
				answers = append(answers, a)
				alike[shape] = a
			case a.Problem != x:
				a.own = true
			}
			exact[k] = a
			a.names = append(a.names, bare(i.Identifier))
		}
	}
	return answers
}

// writeSubproblems has a line for each identifier that a refusal is about,
// under the problem that it has for all of them.
func writeSubproblems(p *page, refusal *check.Refusal, problem check.Problem) {
	if refusal == nil || refusal.Problem != problem {
		return
	}
	for n, s := range refusal.Subproblems {
		if n == manyIdentifiers && !p.Verbose {
			p.para(4, 6, fmt.Sprintf("… and %d more (-v shows them)", len(refusal.Subproblems)-n))
			return
		}
		p.para(4, 6, fmt.Sprintf("%s: %s: %s", bare(s.Identifier), s.Type, s.Detail))
	}
}

package report

// The rules of the text form:
//
//   - The verdict comes first, on one line with its cause. Then the findings,
//     worst first: what was seen, what to change, the query that shows it.
//     Then the servers, what the CA would answer, and what it all cost.
//   - A consequence is one line under its cause.
//   - What is well takes a line, not a table.
//   - Records to publish and commands to run stand on lines of their own, are
//     never broken in the middle of a word, and can be pasted.
//   - Every state has a word; colour only repeats it.

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"dns01/check"
	"dns01/resolver/survey"
)

// TextOptions say how text is laid out. Width is in columns, 80 when zero;
// 40 is still readable. Color adds ANSI colours, ASCII leaves no octet above
// 0x7e, Verbose shows what is otherwise summed up.
type TextOptions struct {
	Width   int
	Color   bool
	ASCII   bool
	Verbose bool
}

// Text writes r for a person. The error is the writer's.
func Text(w io.Writer, r Report, o TextOptions) error {
	if r.Survey == nil {
		r.Survey = &survey.Survey{}
	}
	p := newPage(w, o)
	writeVerdict(p, r)
	writeSupposition(p, r)
	writeFindings(p, r.Result)
	writeIdentifiers(p, r.Result)
	writeServers(p, r)
	writeStrings(p, r)
	writeElsewhere(p, r)
	if p.Verbose {
		writeProbes(p, r.Survey)
	}
	writeRoom(p, r.Result)
	writePredicted(p, r)
	writeFooter(p, r)
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// verdictWords are how the verdicts read on the screen.
var verdictWords = map[check.Verdict]string{
	check.Ready:   "READY",
	check.AtRisk:  "AT RISK",
	check.Retry:   "RETRY",
	check.Unknown: "UNKNOWN",
	check.Blocked: "BLOCKED",
}

// Tally writes how many orders came to which verdict, the gravest first, for
// whoever has scrolled past the first of them. The error is the writer's.
func Tally(w io.Writer, rs []Report, o TextOptions) error {
	p := newPage(w, o)
	var parts []string
	for _, v := range []check.Verdict{check.Blocked, check.Unknown, check.Retry, check.AtRisk, check.Ready} {
		n := 0
		for _, r := range rs {
			if r.Result.Verdict == v {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, p.style.verdict(v, verdictWord(v))))
		}
	}
	_, err := fmt.Fprintf(w, "\n%s: %s\n", count(len(rs), "order", "orders"), strings.Join(parts, ", "))
	return err
}

func writeVerdict(p *page, r Report) {
	word := verdictWord(r.Result.Verdict)
	p.hanging(p.style.verdict(r.Result.Verdict, word), len(word)+2, 2, headline(r))
}

func verdictWord(v check.Verdict) string {
	if w, ok := verdictWords[v]; ok {
		return w
	}
	return strings.ToUpper(string(v))
}

// namedInVerdict is how many identifiers the verdict line can name.
const namedInVerdict = 2

// orderName names the identifiers of the order, those of its verdict first.
func orderName(r Report) string {
	var worst, others []string
	for _, i := range distinct(r.Result.Identifiers) {
		if i.Verdict == r.Result.Verdict {
			worst = append(worst, bare(i.Identifier))
		} else {
			others = append(others, bare(i.Identifier))
		}
	}
	names := worst
	if len(names) == 0 {
		names = others
	}
	switch {
	case len(names) == 0:
		return "no name"
	case len(names) <= namedInVerdict:
		return strings.Join(names, " and ")
	}
	return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
}

// consequence says what the CA would do.
func consequence(r Report) string {
	ca := caName(r.Order.CA)
	switch r.Result.Verdict {
	case check.Ready:
		if r.Result.Mode == check.Validation {
			return ca + " would find the value and issue"
		}
		return ca + " would see a value published now"
	case check.AtRisk:
		return ca + " may refuse"
	case check.Retry:
		if d := r.Result.RetryAfter; d > 0 {
			return ca + " would refuse now; try again in " + about(d)
		}
		return ca + " would refuse now; try again later"
	case check.Blocked:
		return ca + " would refuse"
	}
	return "could not find out whether " + ca + " would issue"
}

// kept are the findings, beside those about this network, that tell what kept us
// from looking.
var kept = []string{"could-not-look", "answers-others-only", "root-fails"}

// leading returns the finding that the verdict rests on, or nil: the first
// cause of the severity that goes with it, and for an unknown verdict what
// kept us from looking.
func leading(res check.Result) *check.Finding {
	rests := func(f *check.Finding) bool { return f.Severity == check.Error }
	switch res.Verdict {
	case check.Ready:
		return nil
	case check.AtRisk:
		rests = func(f *check.Finding) bool { return f.Severity == check.Warning }
	case check.Unknown:
		rests = func(f *check.Finding) bool {
			return slices.Contains(kept, f.Rule.ID) || strings.HasPrefix(f.Rule.ID, "local-")
		}
	}
	for i := range res.Findings {
		if f := &res.Findings[i]; f.Because == "" && rests(f) {
			return f
		}
	}
	return nil
}

// distinct leaves out identifiers that are given again.
func distinct(ids []check.IdentifierResult) []check.IdentifierResult {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(ids), func(i check.IdentifierResult) bool {
		again := seen[i.Identifier]
		seen[i.Identifier] = true
		return again
	})
}

// manyIdentifiers is how many lines the identifiers of one verdict get before
// the others are only counted.
const manyIdentifiers = 8

// writeIdentifiers has a line for each identifier, worst first, unless the
// verdict line has said it all.
func writeIdentifiers(p *page, res check.Result) {
	ids := distinct(res.Identifiers)
	alike := !slices.ContainsFunc(ids, func(i check.IdentifierResult) bool { return i.Verdict != res.Verdict })
	said := alike && (len(ids) <= namedInVerdict || len(ids) > manyIdentifiers && !p.Verbose)
	if len(ids) < 2 || said {
		return
	}
	p.blank()
	for _, v := range []check.Verdict{check.Blocked, check.Unknown, check.Retry, check.AtRisk, check.Ready} {
		writeIdentifiersOf(p, ids, v)
	}
}

func writeIdentifiersOf(p *page, ids []check.IdentifierResult, v check.Verdict) {
	word := p.style.verdict(v, verdictWord(v))
	lines, more := 0, 0
	for _, i := range ids {
		switch {
		case i.Verdict != v:
		case lines == manyIdentifiers && !p.Verbose:
			more++
		default:
			lines++
			p.hanging(word, 9, 2, bare(i.Identifier))
		}
	}
	if more > 0 {
		p.hanging(word, 9, 2, fmt.Sprintf("and %d more", more))
	}
}

// some lists names, the first ones only when there are many.
func some(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:2], ", "), len(names)-2)
}

func writeFooter(p *page, r Report) {
	q := r.Survey.Queries
	p.blank()
	p.para(0, 0, fmt.Sprintf("%s (%d UDP, %d TCP)%s in %s", count(q.Total, "query", "queries"), q.UDP, q.TCP, probedCount(q.Probes), elapsed(r.Survey.Took)))
}

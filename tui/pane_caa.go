package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver/survey"
)

// caaPane shows the climb as a ladder, the set that decides, and what each CA
// makes of it. Its editor supposes other records at a name of the climb: the
// decision follows at once, and nothing is published.
type caaPane struct{ supposed supposition }

func (caaPane) title() string { return "CAA" }

// A caaAnswer is what CAA alone comes to for one identifier at one CA.
type caaAnswer struct {
	check.CAAClimb
	verdict check.Verdict
	reason  string
}

// answer judges CAA of the subject for an order, with what is supposed.
func (p caaPane) answer(s subject, o check.Order) caaAnswer {
	return answerOf(p.supposed.over(alone(s)), o)
}

// alone is the survey of the subject's identifier only: other identifiers of a
// large order cost time and change nothing here.
func alone(s subject) *survey.Survey {
	one := *s.report.Survey
	one.Identifiers = slices.DeleteFunc(slices.Clone(one.Identifiers), func(i survey.Identifier) bool { return i.Name != s.name })
	return &one
}

func answerOf(sv *survey.Survey, o check.Order) caaAnswer {
	j := check.JudgeCAA(sv, o)
	if len(j.Climbs) == 0 {
		return caaAnswer{verdict: check.Unknown, reason: "this name has no climb"}
	}
	return caaAnswer{j.Climbs[0], j.Identifiers[0].Verdict, j.Identifiers[0].CAA.Reason}
}

// word is the answer in one word.
func (a caaAnswer) word() string {
	switch a.verdict {
	case check.Ready:
		return "YES"
	case check.AtRisk:
		return "MAYBE"
	case check.Retry:
		return "NOT NOW"
	case check.Blocked:
		return "NO"
	}
	return "UNKNOWN"
}

func (a caaAnswer) String() string { return a.word() + ": " + cmp.Or(a.reason, "see Findings") }

func (p caaPane) table(s subject) table {
	if s.report == nil {
		return table{rows: []row{{key: "none", cells: []string{"Not looked at yet"}}}}
	}
	a := p.answer(s, s.order)
	t := table{cols: []column{{least: 26}, {least: 24}}}
	t.rows = append(t.rows, caption(fmt.Sprintf("May %s issue for %s? %s", caName(s.order), s.name, a)))
	if len(p.supposed) > 0 {
		t.rows = append(t.rows, supposedRow(s, a))
	}
	for _, step := range a.Steps {
		t.rows = append(t.rows, p.stepRow(step, a))
		t.rows = append(t.rows, recordRows(step)...)
	}
	t.rows = append(t.rows, caption("What each CA makes of it"))
	sv := p.supposed.over(alone(s))
	for _, ca := range known.CAs() {
		t.rows = append(t.rows, caRow(s, sv, ca))
	}
	return t
}

func caName(o check.Order) string {
	if o.CA == nil {
		return "the CA"
	}
	return o.CA.Name
}

// supposedRow says that not all of this is published, and what it changes.
func supposedRow(s subject, a caaAnswer) row {
	was := answerOf(alone(s), s.order)
	text := fmt.Sprintf("WHAT IF: not published. The answer stays %s", a.word())
	if was.word() != a.word() {
		text = fmt.Sprintf("WHAT IF: not published. It turns %s into %s", was.word(), a.word())
	}
	return row{key: "supposed", cells: []string{text}, look: verdictLook(a.verdict)}
}

func (p caaPane) stepRow(step check.CAAStep, a caaAnswer) row {
	var found []string
	for _, o := range step.Outcomes {
		found = append(found, outcomeWords(o))
	}
	says := listed(found, "nobody was asked")
	l := plain
	switch step.Role {
	case check.Decides, check.Fails:
		says, l = says+"; the climb ends here", verdictLook(a.verdict)
	case check.NotReached:
		says, l = says+"; not reached", faint
	case check.MayMatter:
		says += "; counts where servers below disagree"
	}
	if p.supposed.has(step.Name) {
		says += " (supposed)"
	}
	return row{key: "rung " + step.Name, cells: []string{step.Name, says}, look: l}
}

func outcomeWords(o check.CAAOutcome) string {
	says := "no record"
	switch o.Kind {
	case "records":
		says = counted(len(o.Records), "record")
	case "nxdomain":
		says = "does not exist, so no record"
	case "failure":
		says = "lookup fails: " + o.Failure
	case "not-seen":
		says = "could not be looked at"
	}
	if o.Via != "" {
		says += ", by the alias to " + o.Via
	}
	return says
}

// recordRows are the records of a rung, each with what it says where the set
// decides.
func recordRows(step check.CAAStep) []row {
	var rows []row
	n := 0
	for _, o := range step.Outcomes {
		for _, r := range o.Records {
			says, l := recordWords(r)
			if step.Role == check.NotReached {
				says, l = "", faint
			}
			rows = append(rows, row{
				key:   fmt.Sprintf("record %s %d", step.Name, n),
				cells: []string{"  " + r.Text, says}, look: l,
			})
			n++
		}
	}
	return rows
}

func recordWords(r check.CAARecordOutcome) (string, look) {
	switch {
	case r.Bad != "":
		return "cannot be read: " + r.Bad, bad
	case !r.Relevant:
		return "no part in it: " + r.Detail, faint
	case r.Unknown:
		return "allows if: " + r.Detail, warn
	case r.Allowed:
		return "allows: " + r.Detail, good
	}
	return "refuses: " + r.Detail, bad
}

func caRow(s subject, sv *survey.Survey, ca *known.CA) row {
	o, mark := s.order, ""
	if o.CA != nil && o.CA.ID == ca.ID {
		mark = " " + s.marks.here
	} else {
		o.CA, o.Account = ca, "" // an account is one CA's
	}
	a := answerOf(sv, o)
	return row{
		key:   "ca " + ca.ID,
		cells: []string{ca.Name + mark, a.String()},
		look:  verdictLook(a.verdict),
	}
}

func (p caaPane) detail(s subject, r row, o report.TextOptions) string {
	if s.report == nil {
		return ""
	}
	var b strings.Builder
	for _, c := range r.cells {
		b.WriteString(report.Paragraph(c, 4, o))
	}
	if name, ok := strings.CutPrefix(r.key, "rung "); ok {
		for _, line := range p.saidAt(s, name) {
			b.WriteString(report.Paragraph(line, 2, o))
		}
	}
	b.WriteString("\n" + report.Paragraph("a adds a record here, m changes the one under the cursor, d drops it, u takes all of that back. Nothing is published: the answer for each CA follows at once.", 0, o))
	if len(p.supposed) > 0 {
		b.WriteString("\nTo publish:\n")
		for _, line := range p.supposed.zoneLines() {
			b.WriteString("  " + report.Clean(line, o.ASCII) + "\n")
		}
	}
	return b.String()
}

// saidAt tells which servers said what of CAA at a name.
func (p caaPane) saidAt(s subject, name string) []string {
	var lines []string
	for _, step := range p.answer(s, s.order).Steps {
		if step.Name != name {
			continue
		}
		for _, o := range step.Outcomes {
			lines = append(lines, fmt.Sprintf("%s: %s", listed(o.Servers, "nobody"), outcomeWords(o)))
		}
	}
	return lines
}

func (p caaPane) copied(s subject, r row) string {
	if s.report == nil {
		return ""
	}
	if len(p.supposed) > 0 {
		return strings.Join(p.supposed.zoneLines(), "\n")
	}
	name, i, ok := recordAt(r.key)
	if set := p.setAt(s, name); ok && i < len(set) {
		return name + ". IN CAA " + set[i].Text
	}
	return ""
}

package tui

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"dns01/check"
	"dns01/report"
)

// answerPane shows what the CA would answer, as the problem document that a
// client gets (RFC 8555 §6.7), and what to do about it.
type answerPane struct{}

func (answerPane) title() string       { return "CA says" }
func (answerPane) commands() []command { return nil }

func (answerPane) table(s subject) table {
	if s.report == nil {
		return table{rows: []row{{key: "none", cells: []string{"Not looked at yet"}}}}
	}
	var t table
	for i, p := range s.result.Predicted {
		t.rows = append(t.rows, row{
			key:   strconv.Itoa(i),
			cells: []string{fmt.Sprintf("%s: %s at %s", mayOrWould(s), p.Type, p.Stage)},
			look:  verdictLook(s.result.Verdict),
		})
	}
	if len(t.rows) == 0 {
		t.rows = []row{{key: "none", cells: []string{report.VerdictWord(s.result.Verdict) + "  " + noProblem(s.result.Verdict)}, look: verdictLook(s.result.Verdict)}}
	}
	return t
}

// noProblem says what it means that no problem document is foreseen.
func noProblem(v check.Verdict) string {
	switch v {
	case check.Ready:
		return "no refusal is foreseen"
	case check.AtRisk:
		return "no refusal on the paths that were seen; what may lead to one is under Findings"
	}
	return "what the CA would answer could not be foreseen"
}

func mayOrWould(s subject) string {
	if s.result.Verdict == check.AtRisk {
		return "may answer"
	}
	return "would answer"
}

// A problemDocument is RFC 7807's, with the type of RFC 8555 §6.7.
type problemDocument struct {
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

func document(p check.Problem) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if enc.Encode(problemDocument{"urn:ietf:params:acme:error:" + p.Type, p.Detail}) != nil {
		return ""
	}
	return b.String()
}

func (answerPane) detail(s subject, r row, o report.TextOptions) string {
	if s.report == nil {
		return ""
	}
	i, err := strconv.Atoi(r.key)
	if err != nil || i >= len(s.result.Predicted) {
		return report.Paragraph(report.Headline(*s.report), 2, o)
	}
	var b strings.Builder
	for line := range strings.Lines(document(s.result.Predicted[i])) {
		text := strings.TrimRight(line, "\n")
		in := len(text) - len(strings.TrimLeft(text, " "))
		b.WriteString(indented(report.Paragraph(text, 2, narrower(o, in)), in))
	}
	b.WriteString("\n" + report.Paragraph(retryWords(s), 2, o))
	for _, c := range s.findings() {
		if c.Severity == check.Note {
			continue
		}
		b.WriteString("\n" + report.Paragraph(fmt.Sprintf("%s: %s", strings.ToUpper(string(c.Severity)), c.Rule.Title), 2, o))
		for line := range strings.Lines(report.Fix(c.Finding)) {
			b.WriteString(indented(report.Paragraph(strings.TrimRight(line, "\n"), 2, narrower(o, 2)), 2))
		}
	}
	return b.String()
}

// retryWords say whether trying again is enough.
func retryWords(s subject) string {
	switch s.result.Verdict {
	case check.Blocked:
		return "Trying again does not help: something has to change first."
	case check.Retry:
		if d := s.result.RetryAfter; d > 0 {
			return "Trying again in " + report.About(d) + " is enough."
		}
		return "Trying again later is enough."
	case check.AtRisk:
		return "Trying again may be enough: it depends on which server is asked."
	}
	return "Whether trying again is enough could not be seen."
}

func (answerPane) copied(s subject, r row) string {
	i, err := strconv.Atoi(r.key)
	if err != nil || i >= len(s.result.Predicted) {
		return ""
	}
	return document(s.result.Predicted[i])
}

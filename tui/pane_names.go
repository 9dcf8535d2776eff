package tui

import (
	"fmt"
	"strings"
	"time"

	"dns01/check"
	"dns01/report"
)

// namesPane lists the identifiers of the order, and what has changed since the
// first run. Moving in it chooses the identifier.
type namesPane struct{}

func (namesPane) title() string       { return "Names" }
func (namesPane) commands() []command { return nil }

// nameKey begins the key of a row that stands for an identifier.
const nameKey = "name "

func (namesPane) table(s subject) table {
	t := table{cols: []column{{title: "VERDICT"}, {title: "NAME"}, {title: "CAUSE", drop: 1, least: 16}}}
	for _, e := range s.entries {
		t.rows = append(t.rows, row{
			key:   nameKey + e.name,
			cells: []string{entryWord(e), e.name, causeOf(e)},
			look:  verdictLook(e.verdict()),
		})
	}
	if len(s.flips) > 0 {
		t.rows = append(t.rows, caption("What changed"))
	}
	for i := len(s.flips) - 1; i >= 0; i-- {
		f := s.flips[i]
		t.rows = append(t.rows, row{
			key:   fmt.Sprintf("flip %d", i),
			cells: []string{f.at.UTC().Format(time.TimeOnly) + "  " + f.text},
			look:  f.look,
		})
	}
	return t
}

// verdict is "" until the first run is over.
func (e entry) verdict() check.Verdict {
	if e.report == nil {
		return ""
	}
	return e.result.Verdict
}

func entryWord(e entry) string {
	if e.report == nil {
		return "..."
	}
	return report.VerdictWord(e.result.Verdict)
}

// causeOf is the title of the finding that an identifier's verdict rests on.
func causeOf(e entry) string {
	if e.report == nil || e.result.Verdict == check.Ready {
		return ""
	}
	s := subject{name: e.name, report: e.report}
	for _, c := range s.findings() {
		if c.Severity != check.Note {
			return c.Rule.Title
		}
	}
	return ""
}

func (namesPane) detail(s subject, r row, o report.TextOptions) string {
	if !strings.HasPrefix(r.key, nameKey) {
		return report.Paragraph(strings.Join(r.cells, " "), 2, o)
	}
	if s.report == nil {
		return ""
	}
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(report.Paragraph(fmt.Sprintf(format, args...), 4, o)) }
	c := s.result.Challenge
	line("%s: %s", s.name, report.VerdictWord(s.result.Verdict))
	if d := s.result.RetryAfter; d > 0 {
		line("Try again in %s.", report.About(d))
	}
	line("Challenge: %s", c.Name)
	if c.Target != "" && c.Target != c.Name {
		line("Ends at: %s", c.Target)
	}
	line("Expected: %s", listed(s.want(), "any value (a preflight)"))
	line("Seen: %s", listed(c.Values, "no value"))
	if room := report.RoomText(c); room != "" {
		line("%s", room)
	}
	if s.result.CAA.Reason != "" {
		line("CAA: %s", s.result.CAA.Reason)
	}
	for _, f := range s.findings() {
		line("%s: %s", strings.ToUpper(string(f.Severity)), f.Rule.Title)
	}
	return b.String()
}

func listed(values []string, none string) string {
	if len(values) == 0 {
		return none
	}
	return strings.Join(values, ", ")
}

func (namesPane) copied(_ subject, r row) string {
	name, _ := strings.CutPrefix(r.key, nameKey)
	return name
}

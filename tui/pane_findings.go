package tui

import (
	"strings"

	"dns01/check"
	"dns01/report"
)

// findingsPane lists what was found, causes first, each consequence below its
// cause.
type findingsPane struct{}

func (findingsPane) title() string       { return "Findings" }
func (findingsPane) commands() []command { return nil }

func (findingsPane) table(s subject) table {
	var t table
	for _, c := range s.findings() {
		t.rows = append(t.rows, findingRow(c.Finding, ""))
		for _, f := range c.Consequences {
			t.rows = append(t.rows, findingRow(f, "hence "))
		}
	}
	if len(t.rows) == 0 {
		t.rows = []row{{key: "none", cells: []string{nothingFound(s)}, look: good}}
	}
	return t
}

func findingRow(f *check.Finding, lead string) row {
	if lead != "" {
		lead = "  " + lead
	}
	return row{
		key:   f.Rule.ID + " " + f.Name,
		cells: []string{lead + strings.ToUpper(string(f.Severity)) + "  " + f.Rule.Title},
		look:  severityLook(f.Severity),
	}
}

func nothingFound(s subject) string {
	if s.report == nil {
		return "Not looked at yet"
	}
	return "Nothing stands in the way of " + s.name
}

func (findingsPane) detail(s subject, r row, o report.TextOptions) string {
	f := s.finding(r.key)
	if f == nil {
		if s.report == nil {
			return ""
		}
		return report.Paragraph(report.Headline(*s.report), 0, o)
	}
	return report.FindingText(f, len(s.entries), o)
}

// finding is the one of that row.
func (s subject) finding(key string) *check.Finding {
	for _, c := range s.findings() {
		for _, f := range append([]*check.Finding{c.Finding}, c.Consequences...) {
			if f.Rule.ID+" "+f.Name == key {
				return f
			}
		}
	}
	return nil
}

func (findingsPane) copied(s subject, r row) string {
	if f := s.finding(r.key); f != nil {
		return report.Fix(f)
	}
	return ""
}

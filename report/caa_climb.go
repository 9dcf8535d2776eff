package report

import (
	"fmt"
	"slices"
	"strings"

	"dns01/caa"
	"dns01/check"
)

const (
	manyWhy    = 12
	manyClimbs = 3
)

// writeClimbs has a table for each name: what stands where, and what of it
// counts.
func writeClimbs(p *page, r CAAReport) {
	climbs := r.Views[0].Now.Climbs
	shown := climbs
	if len(climbs) > manyClimbs && !p.Verbose {
		shown = climbs[:manyClimbs]
	}
	for _, c := range shown {
		if len(c.Steps) == 0 {
			continue
		}
		p.blank()
		writeClimb(p, c, len(r.Views) == 1)
	}
	if n := len(climbs) - len(shown); n > 0 {
		p.blank()
		p.para(0, 2, fmt.Sprintf("… and %s more (-v shows them)", count(n, "climb", "climbs")))
	}
}

// writeClimb is the way from one name up. Why a record counts is told for one
// CA only.
func writeClimb(p *page, c check.CAAClimb, reasons bool) {
	p.para(0, 2, bare(c.Identifier)+", from the name up:")
	t := table{columns: []column{
		{title: "NAME"}, {title: "ZONE", drop: 3}, {title: "SERVERS", right: true, drop: 2}, {title: "CAA"}, {title: "MEANS"},
	}}
	for _, s := range c.Steps {
		for i, o := range s.Outcomes {
			if i == mostOutcomes && len(s.Outcomes) > mostOutcomes+1 {
				t.rows = append(t.rows, []string{"", "", "", fmt.Sprintf("… and %d other sets (--json has them)", len(s.Outcomes)-i), ""})
				break
			}
			head := []string{"", "", serversOf(o)}
			if i == 0 {
				head[0], head[1] = bare(s.Name), bare(s.Zone)
			}
			t.rows = append(t.rows, outcomeRows(head, s, o, reasons)...)
		}
		if len(s.Outcomes) == 0 {
			t.rows = append(t.rows, []string{bare(s.Name), bare(s.Zone), "", "not looked at", roleWords(s)})
		}
	}
	if total(t.without(3).without(2).widths()) > p.Width {
		writeClimbStacked(p, t)
		return
	}
	writeTable(p, t)
}

// writeClimbStacked is for a page too narrow for the table.
func writeClimbStacked(p *page, t table) {
	for _, row := range t.rows {
		if row[0] != "" {
			p.para(2, 4, row[0])
		}
		p.para(4, 6, strings.TrimRight(row[3]+": "+row[4], ": "))
	}
}

func serversOf(o check.CAAOutcome) string {
	if len(o.Servers) == 0 {
		return ""
	}
	return fmt.Sprint(len(o.Servers))
}

// outcomeRows are the lines of one outcome: one for each record.
func outcomeRows(head []string, s check.CAAStep, o check.CAAOutcome, reasons bool) [][]string {
	var rows [][]string
	line := func(said, means string) {
		rows = append(rows, append(slices.Clone(head), said, means))
		head = []string{"", "", ""}
	}
	if o.Via != "" {
		line("alias of "+bare(o.Via), "its records count here")
	}
	if o.Kind != "records" {
		line(climbWords(o), roleWords(s))
		return rows
	}
	for i, rec := range o.Records {
		if i == mostRecords && len(o.Records) > mostRecords+1 {
			line(fmt.Sprintf("… and %d more (--json has them)", len(o.Records)-i), "")
			break
		}
		means := roleWords(s)
		switch {
		case s.Role == check.Decides && reasons:
			means = recordWords(rec)
		case s.Role == check.Decides && i == 0 && len(o.Records) > 1:
			means = "this set decides"
		case i > 0:
			means = ""
		}
		line(shorten(visible(rec.Text)), means)
	}
	return rows
}

// mostRecords is how many records of a set a table shows, and mostOutcomes how
// many sets of servers that say different things.
const (
	mostRecords  = 20
	mostOutcomes = 6
)

// longRecord is how much of a record a table shows.
const longRecord = 100

func shorten(s string) string {
	if len(s) > longRecord {
		return s[:longRecord] + "..."
	}
	return s
}

func climbWords(o check.CAAOutcome) string {
	switch o.Kind {
	case "nxdomain":
		return "no such name"
	case "failure":
		return "fails: " + visible(o.Failure)
	case "not-seen":
		return "not looked at"
	}
	return "no CAA record"
}

func roleWords(s check.CAAStep) string {
	// Silence may delay a resolver that comes past the same servers.
	failing := slices.ContainsFunc(s.Outcomes, func(o check.CAAOutcome) bool {
		return o.Kind == "failure" && o.Failure != "query timed out"
	})
	switch s.Role {
	case check.Decides:
		return "decides"
	case check.Fails:
		return "ends the climb: refused"
	case check.NotSeen:
		return "not known"
	case check.NotReached:
		if failing {
			return "not reached: harmless"
		}
		return "not reached"
	case check.MayMatter:
		return "counts if servers below have none"
	}
	return "the next name counts"
}

// recordWords are what a record of the deciding set does.
func recordWords(r check.CAARecordOutcome) string {
	switch {
	case r.Bad != "":
		return "cannot be parsed: spoils the answer"
	case !r.Relevant:
		return "has no part in it"
	case r.Allowed && r.Unknown:
		return "decides: allowed if it is ours"
	case r.Allowed:
		return "decides: allowed"
	}
	return "decides: " + refusalWords[r.Reason]
}

var refusalWords = map[caa.Reason]string{
	caa.OtherIssuer:      "names another CA",
	caa.Nobody:           "allows nobody",
	caa.WildcardExcluded: "allows no wildcard",
	caa.AccountMismatch:  "names another account",
	caa.MethodForbidden:  "leaves the method out",
	caa.CriticalUnknown:  "critical and unknown",
	caa.Malformed:        "malformed, allows nobody",
	caa.Misspelled:       "misspelled, not this CA",
}

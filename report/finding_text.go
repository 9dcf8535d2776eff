package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dns01/check"
)

// headline is the verdict in one sentence: what the CA would do, and the
// finding that this rests on.
func headline(r Report) string {
	line := orderName(r) + ": " + consequence(r)
	if r.Survey != nil && r.Survey.Via != "" {
		line += ", as seen through " + check.Through(r.Survey) + " alone"
	}
	if f := leading(r.Result); f != nil {
		line += " — " + f.Rule.Title
	}
	return line
}

// worst is the verdict of several orders: that of the worst of them, and
// unknown when there is none.
func worst(rs []Report) check.Verdict {
	bad := []check.Verdict{check.Ready, check.AtRisk, check.Retry, check.Unknown, check.Blocked}
	at := -1
	for _, r := range rs {
		at = max(at, slices.Index(bad, r.Result.Verdict))
	}
	if at < 0 {
		return check.Unknown
	}
	return bad[at]
}

// worstOf is the report that decides over several orders.
func worstOf(rs []Report) Report {
	v := worst(rs)
	for _, r := range rs {
		if r.Result.Verdict == v {
			return r
		}
	}
	return Report{Result: check.Result{Verdict: check.Unknown}}
}

// countOf counts the findings of a severity.
func countOf(rs []Report, s check.Severity) int {
	n := 0
	for _, r := range rs {
		for _, f := range r.Result.Findings {
			if f.Severity == s {
				n++
			}
		}
	}
	return n
}

// said is the sentence of a finding: what was seen, or the fault in general.
func said(f *check.Finding) string { return cmp.Or(f.Detail, f.Rule.Title) }

// findingText tells a finding in lines of plain text, for formats that carry
// text without markup. Every line is visible.
func findingText(f *check.Finding) []string {
	lines := []string{fmt.Sprintf("%s %s: %s", strings.ToUpper(string(f.Severity)), f.Rule.ID, f.Rule.Title)}
	if f.Detail != "" {
		lines = append(lines, f.Detail)
	}
	if f.Because != "" {
		lines = append(lines, "Because of: "+f.Because)
	}
	words, records := parts(fixOf(*f))
	if words == "" {
		words = f.Rule.Fix
	}
	if words != "" {
		lines = append(lines, "Change: "+words)
	}
	for _, r := range records {
		lines = append(lines, "    "+r)
	}
	xs := evidenceOf(f)
	for _, x := range xs[:min(len(xs), someEvidence)] {
		lines = append(lines, "Seen with: "+Dig(x), "    -> "+resultOf(x))
	}
	return each(lines, visible)
}

// clip keeps to a number of characters, and says so.
func clip(s string, most int) string {
	rs := []rune(s)
	if len(rs) <= most {
		return s
	}
	return string(rs[:most-3]) + "..."
}

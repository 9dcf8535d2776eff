package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dns01/check"
	"dns01/resolver/survey"
)

// someEvidence is how many exchanges are shown below a finding.
const someEvidence = 2

// A cause is a finding with the findings that it explains.
type cause struct {
	*check.Finding
	consequences []*check.Finding
}

// byCause folds consequences under their causes, worst cause first. A finding
// whose cause is not in the list stands for itself.
func byCause(fs []check.Finding) []cause {
	var causes []cause
	rootOf := map[string]int{} // finding id -> index of the cause it is folded under
	for i := range fs {
		f := &fs[i]
		if at, ok := rootOf[f.Because]; ok && f.Because != "" {
			causes[at].consequences = append(causes[at].consequences, f)
			rootOf[f.Rule.ID] = at
			continue
		}
		rootOf[f.Rule.ID] = len(causes)
		causes = append(causes, cause{Finding: f})
	}
	slices.SortStableFunc(causes, func(a, b cause) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) })
	return causes
}

func rank(s check.Severity) int {
	return slices.Index([]check.Severity{check.Error, check.Warning, check.Note}, s)
}

// writeFindings tells the notes in a line each and everything else in full; of
// what is alike at many names, the first few.
func writeFindings(p *page, res check.Result) {
	lead := leading(res)
	wasBrief := false
	causes := byCause(res.Findings)
	for i := 0; i < len(causes); i++ {
		c := causes[i]
		brief := c.Severity == check.Note && c.Finding != lead && !p.Verbose
		if !brief || !wasBrief {
			p.blank()
		}
		wasBrief = brief
		if more := alike(causes, i); len(more) > 1 && !p.Verbose {
			writeAlike(p, more)
			i += len(more) - 1
			continue
		}
		if brief && !p.Verbose {
			also := repeats(causes, i)
			writeBrief(p, c.Finding, also)
			i += len(also)
		} else {
			writeFinding(p, c.Finding, len(res.Identifiers))
		}
		for _, f := range c.consequences {
			writeConsequence(p, f)
		}
	}
}

// writeBrief keeps to what was seen: nothing fails.
func writeBrief(p *page, f *check.Finding, also []cause) {
	p.hanging(severityWord(p, f), 6, 2, fmt.Sprintf("%s%s [%s]", said(f), goesFor(also), f.Rule.ID))
}

func writeFinding(p *page, f *check.Finding, identifiers int) {
	p.hanging(severityWord(p, f), len(f.Severity)+2, 2, fmt.Sprintf("%s [%s]", f.Rule.Title, f.Rule.ID))
	if f.Detail != "" {
		p.para(2, 2, f.Detail)
	}
	if n := len(f.Identifiers); n > 0 && n < identifiers {
		p.para(2, 2, "Concerns "+some(each(f.Identifiers, bare)))
	}
	if p.Verbose && f.Rule.Why != "" {
		p.para(2, 2, "Why: "+f.Rule.Why)
	}
	writeFix(p, f)
	writeEvidence(p, evidenceOf(f))
	if p.Verbose && f.Rule.Source != "" {
		p.para(2, 2, "Source: "+f.Rule.Source)
	}
}

func severityWord(p *page, f *check.Finding) string {
	return p.style.severity(f.Severity, strings.ToUpper(string(f.Severity)))
}

// writeFix says what to do. Records to publish stand below the words, which
// are the rule's own when the finding has nothing but records.
func writeFix(p *page, f *check.Finding) {
	words, records := parts(f.Fix)
	if words == "" {
		words = f.Rule.Fix
	}
	if words != "" {
		p.para(2, 2, "Change: "+words)
	}
	for _, r := range records {
		p.verbatim(6, r)
	}
}

// parts tells the words of a fix from the lines that can be pasted into a zone
// file.
func parts(fix string) (words string, records []string) {
	var sentences []string
	for line := range strings.Lines(fix) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case isRecord(line):
			records = append(records, line)
		default:
			sentences = append(sentences, line)
		}
	}
	return strings.Join(sentences, " "), records
}

// isRecord reports whether a line has the form of a resource record: an
// absolute owner, then the class, with or without a TTL before it (RFC 1035
// §5.1).
func isRecord(line string) bool {
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasSuffix(fields[0], ".") {
		return false
	}
	return fields[1] == "IN" || fields[2] == "IN"
}

func writeEvidence(p *page, xs []survey.Exchange) {
	shown := xs
	if !p.Verbose && len(xs) > someEvidence {
		shown = xs[:someEvidence]
	}
	for i, x := range shown {
		if i == 0 {
			p.para(2, 2, "Seen with:")
		}
		p.command(4, digArgs(x))
		p.para(6, 8, "→ "+resultOf(x))
	}
	if n := len(xs) - len(shown); n > 0 {
		p.para(4, 4, fmt.Sprintf("and %d more (-v shows them)", n))
	}
}

// evidenceOf returns the exchanges behind a finding, names in lower case. The
// letter case sent is random (0x20); only findings about that need it kept.
func evidenceOf(f *check.Finding) []survey.Exchange {
	if strings.HasPrefix(f.Rule.ID, "case-") {
		return f.Evidence
	}
	return each(f.Evidence, func(x survey.Exchange) survey.Exchange {
		x.Name = strings.ToLower(x.Name)
		return x
	})
}

// resultOf is what came of an exchange: "NXDOMAIN, aa, 98 octets, 12 ms".
func resultOf(x survey.Exchange) string {
	if x.Rcode == "" {
		return fmt.Sprintf("no answer (%s) after %s", cmp.Or(x.Failure, "silence"), elapsed(x.RTT))
	}
	parts := []string{x.Rcode}
	if x.Flags != "" {
		parts = append(parts, "flags "+x.Flags)
	}
	parts = append(parts, count(x.Bytes, "octet", "octets"), elapsed(x.RTT))
	return strings.Join(parts, ", ")
}

func writeConsequence(p *page, f *check.Finding) {
	lead := "  hence " + severityWord(p, f) + "  "
	p.fill(lead, len("  hence   ")+len(f.Severity), 4, fmt.Sprintf("%s [%s]", f.Rule.Title, f.Rule.ID))
}

// fixOf is the exact thing to do, or what the rule says in general.
func fixOf(f check.Finding) string { return cmp.Or(f.Fix, f.Rule.Fix) }

package report

import (
	"fmt"
	"io"
	"strings"

	"dns01/check"
	"dns01/resolver/survey"
)

// The limits of the Markdown form keep a report of any order below the 32,000
// characters that a forum post may have.
const (
	markdownFindings    = 12   // told in full
	markdownNotes       = 20   // in a line each
	markdownIdentifiers = 30   // rows
	markdownTables      = 4    // of servers
	markdownRows        = 26   // of one such table
	markdownSentence    = 700  // characters of one sentence
	markdownLine        = 1000 // characters of a line to copy
	markdownSize        = 30000
)

// Markdown writes reports for a ticket or a forum post, as GitHub, GitLab and
// Discourse show it: the verdict, the findings with what to change, and the
// tables folded. What comes from the DNS or the user stands in code spans and
// code blocks, where it is text. The error is the writer's.
func Markdown(w io.Writer, rs []Report) error {
	var b strings.Builder
	for i, r := range rs {
		part := markdownOf(r, b.Len() < markdownSize)
		if i > 0 && b.Len()+len(part) > markdownSize {
			fmt.Fprintf(&b, "\n%d more orders are left out here.\n", len(rs)-i)
			break
		}
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(part)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing Markdown: %w", err)
	}
	return nil
}

// markdownOf is one report. When it would be too long, its tables are left out.
func markdownOf(r Report, tables bool) string {
	if r.Survey == nil {
		r.Survey = &survey.Survey{}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n%s\n", verdictWord(r.Result.Verdict), sentence(headline(r)))
	b.WriteString(markdownVerdicts(r.Result))
	b.WriteString(markdownFindingsOf(r.Result))
	b.WriteString(markdownPredicted(r))
	if t := markdownServers(r); tables && b.Len()+len(t) < markdownSize {
		b.WriteString(t)
	}
	if e := markdownElsewhere(r); b.Len()+len(e) < markdownSize {
		b.WriteString(e)
	}
	b.WriteString(markdownFooter(r))
	return b.String()
}

// sentence is prose, of bounded length.
func sentence(s string) string { return markdownWords(clip(visible(s), markdownSentence)) }

// markdownVerdicts is a table, unless the verdict line has said it all.
func markdownVerdicts(res check.Result) string {
	ids := distinct(res.Identifiers)
	if len(ids) < 2 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n| identifier | verdict |\n|---|---|\n")
	shown := 0
	for _, v := range []check.Verdict{check.Blocked, check.Unknown, check.Retry, check.AtRisk, check.Ready} {
		for _, i := range ids {
			if i.Verdict == v && shown < markdownIdentifiers {
				fmt.Fprintf(&b, "| %s | %s |\n", cell(bare(i.Identifier)), verdictWord(v))
				shown++
			}
		}
	}
	if n := len(ids) - shown; n > 0 {
		fmt.Fprintf(&b, "\nand %d more.\n", n)
	}
	return b.String()
}

// markdownFindingsOf tells errors and warnings in full, each with what follows
// from it, and folds the notes.
func markdownFindingsOf(res check.Result) string {
	var b, notes strings.Builder
	full, brief, more := 0, 0, 0
	lead := leading(res)
	causes := byCause(res.Findings)
	for i := 0; i < len(causes); i++ {
		c := causes[i]
		switch {
		case c.Severity == check.Note && c.Finding != lead:
			also := repeats(causes, i)
			i += len(also)
			if brief++; brief <= markdownNotes {
				fmt.Fprintf(&notes, "- %s (%s)\n", sentence(said(c.Finding)+goesFor(also)), code(c.Rule.ID))
			}
		case full == markdownFindings:
			more++
		default:
			full++
			b.WriteString(markdownFinding(c))
		}
	}
	if more > 0 {
		fmt.Fprintf(&b, "\nand %d findings more.\n", more)
	}
	if brief > markdownNotes {
		fmt.Fprintf(&notes, "- and %d more\n", brief-markdownNotes)
	}
	if brief > 0 {
		b.WriteString(folded(count(brief, "note", "notes"), notes.String()))
	}
	return b.String()
}

func markdownFinding(c cause) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n**%s: %s** (%s)\n", strings.ToUpper(string(c.Severity)), sentence(c.Rule.Title), code(c.Rule.ID))
	if c.Detail != "" {
		fmt.Fprintf(&b, "\n%s\n", sentence(c.Detail))
	}
	words, records := parts(c.Fix)
	if words == "" {
		words = c.Rule.Fix
	}
	if words != "" {
		fmt.Fprintf(&b, "\nChange: %s\n", sentence(words))
	}
	if len(records) > 0 {
		fmt.Fprintf(&b, "\n%s", fence(clipped(records)))
	}
	for _, f := range c.consequences {
		fmt.Fprintf(&b, "\nHence %s: %s (%s)\n", f.Severity, sentence(f.Rule.Title), code(f.Rule.ID))
	}
	if xs := evidenceOf(c.Finding); len(xs) > 0 {
		b.WriteString(folded("Seen with", fence(clipped(seenWith(xs)))))
	}
	return b.String()
}

// clipped keeps lines to copy to a bounded length and number.
func clipped(lines []string) []string {
	return each(lines[:min(len(lines), 3*markdownFindings)], func(s string) string { return clip(visible(s), markdownLine) })
}

// seenWith are the commands that repeat an observation, and what came of them.
func seenWith(xs []survey.Exchange) []string {
	var lines []string
	for _, x := range xs[:min(len(xs), someEvidence)] {
		lines = append(lines, Dig(x), "  -> "+resultOf(x))
	}
	if n := len(xs) - someEvidence; n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	return lines
}

// folded is a block that opens on a click. HTML ends at the empty line, so
// that Markdown goes on inside.
func folded(summary, body string) string {
	return fmt.Sprintf("\n<details><summary>%s</summary>\n\n%s\n</details>\n", summary, body)
}

// markdownPredicted is what the CA would answer, word for word.
func markdownPredicted(r Report) string {
	lines := predictedLines(r)
	if len(lines) == 0 {
		return ""
	}
	would := "would"
	if r.Result.Verdict == check.AtRisk {
		would = "may"
	}
	shown := clipped(lines[:min(len(lines), manyIdentifiers)])
	if n := len(lines) - len(shown); n > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", n))
	}
	return fmt.Sprintf("\n%s %s answer:\n\n%s", markdownWords(caName(r.Order.CA)), would, fence(shown))
}

// markdownServers are the tables of servers, and how CAA was decided, folded.
func markdownServers(r Report) string {
	var b strings.Builder
	tables := 0
	for _, t := range targetsOf(r) {
		zone, rows := rowsOf(r.Survey, t)
		if len(rows) == 0 || tables == markdownTables {
			continue
		}
		tables++
		fmt.Fprintf(&b, "%s\n\n| address | server | answer | serial | RTT |\n|---|---|---|--:|--:|\n", sentence(caption(zone, t, 0)))
		for _, r := range rows[:min(len(rows), markdownRows)] {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(r.addr.String()), cell(clip(r.server, markdownSentence)),
				cell(clip(r.answer, markdownSentence)), serialWord(r.outcome.serial), rttWord(r.outcome))
		}
		if n := len(rows) - markdownRows; n > 0 {
			fmt.Fprintf(&b, "\nand %d more.\n", n)
		}
		b.WriteString("\n")
	}
	for n, s := range caaReasons(r.Result.Identifiers) {
		if n == manyReasons {
			break
		}
		fmt.Fprintf(&b, "CAA: %s\n\n", sentence(s))
	}
	if b.Len() == 0 {
		return ""
	}
	return folded("Servers and CAA", strings.TrimSuffix(b.String(), "\n"))
}

// markdownElsewhere is what vantage points elsewhere saw, folded where that
// takes more than a sentence.
func markdownElsewhere(r Report) string {
	var b strings.Builder
	for _, v := range r.Survey.Vantages {
		x := elsewhereOf(r, v, false)
		fmt.Fprintf(&b, "\n%s\n", sentence(x.short))
		var more strings.Builder
		if len(x.rows) > 0 {
			more.WriteString("| perspective | region | name | challenge | CAA |\n|---|---|---|---|---|\n")
		}
		for _, row := range x.rows[:min(len(x.rows), markdownRows)] {
			fmt.Fprintf(&more, "| %s |\n", strings.Join(each(row, cell), " | "))
		}
		if n := len(x.rows) - markdownRows; n > 0 {
			fmt.Fprintf(&more, "\nand %d more.\n", n)
		}
		for _, line := range x.more {
			fmt.Fprintf(&more, "\n%s\n", sentence(line))
		}
		if more.Len() > 0 {
			b.WriteString(folded("By perspective", strings.Trim(more.String(), "\n")+"\n"))
		}
	}
	return b.String()
}

func markdownFooter(r Report) string { return "\n" + code(footerLine(r)) + "\n" }

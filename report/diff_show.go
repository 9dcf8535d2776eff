package report

import (
	"fmt"
	"io"
	"strings"

	"dns01/check"
)

// kindTitles are the headings of a comparison.
var kindTitles = []struct {
	kind  Kind
	title string
}{
	{KindOrder, "Ordered"},
	{KindIdentifier, "Identifiers"},
	{KindVerdict, "Verdicts"},
	{KindFinding, "Findings"},
	{KindValue, "Values"},
	{KindCAA, "CAA"},
	{KindServer, "Servers"},
}

// DiffText writes a comparison for a person: both verdicts, then what changed,
// a line each, "+" for what is new and "-" for what is gone. The error is the
// writer's.
func DiffText(w io.Writer, before, after Document, ds []Difference, o TextOptions) error {
	p := newPage(w, o)
	for _, d := range []struct {
		word string
		Document
	}{{"before", before}, {"after", after}} {
		v := d.doc.Verdict
		p.hanging(p.style.verdict(v, verdictWord(v)), 9, 2, fmt.Sprintf("%-6s  %s  %s", d.word, d.doc.StartedAt, d.Name))
	}
	if len(ds) == 0 {
		p.blank()
		p.para(0, 0, "Nothing changed but times.")
	}
	for _, k := range kindTitles {
		first := true
		for _, d := range ds {
			if d.Kind != k.kind {
				continue
			}
			if first {
				p.blank()
				p.para(0, 0, k.title+":")
				first = false
			}
			p.hanging("  "+d.sign(), 4, 2, d.words())
		}
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// sign tells what is new, gone, and otherwise than before.
func (d Difference) sign() string {
	switch {
	case d.Before == "":
		return "+"
	case d.After == "":
		return "-"
	}
	return "~"
}

// words are the difference in one sentence without a final dot.
func (d Difference) words() string {
	switch {
	case d.Kind == KindValue:
		return d.Before + d.After + " at " + d.Subject
	case d.Before == "":
		return d.Subject + ": " + d.After
	case d.After == "":
		return d.Subject + ": " + d.Before
	}
	return fmt.Sprintf("%s: %s -> %s", d.Subject, d.Before, d.After)
}

// DiffMarkdown writes a comparison for a ticket. The error is the writer's.
func DiffMarkdown(w io.Writer, before, after Document, ds []Difference) error {
	var b strings.Builder
	for _, d := range []struct {
		word string
		Document
	}{{"before", before}, {"after", after}} {
		fmt.Fprintf(&b, "- %s: **%s**, %s, %s\n", d.word, verdictWord(d.doc.Verdict), code(d.doc.StartedAt), code(d.Name))
	}
	if len(ds) == 0 {
		b.WriteString("\nNothing changed but times.\n")
	}
	for _, k := range kindTitles {
		first := true
		for _, d := range ds {
			if d.Kind != k.kind {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n**%s**\n\n", k.title)
				first = false
			}
			fmt.Fprintf(&b, "- %s\n", code(d.sign()+" "+d.words()))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

type jsonDiff struct {
	Schema  int              `json:"schema"`
	Same    bool             `json:"same"`
	Before  jsonDiffSide     `json:"before"`
	After   jsonDiffSide     `json:"after"`
	Changes []jsonDifference `json:"changes"`
}

type jsonDiffSide struct {
	File      string        `json:"file"`
	StartedAt string        `json:"started_at"`
	Verdict   check.Verdict `json:"verdict"`
}

// jsonDifference has null for what was or is not there.
type jsonDifference struct {
	Kind    Kind    `json:"kind"`
	Subject string  `json:"subject"`
	Before  *string `json:"before"`
	After   *string `json:"after"`
}

// DiffJSON writes a comparison as one document. The error is the writer's.
func DiffJSON(w io.Writer, before, after Document, ds []Difference) error {
	side := func(d Document) jsonDiffSide {
		return jsonDiffSide{visible(d.Name), visible(d.doc.StartedAt), d.doc.Verdict}
	}
	some := func(s string) *string {
		if s == "" {
			return nil
		}
		return new(visible(s))
	}
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(jsonDiff{
		Schema: Schema, Same: len(ds) == 0, Before: side(before), After: side(after),
		Changes: each(ds, func(d Difference) jsonDifference {
			return jsonDifference{d.Kind, visible(d.Subject), some(d.Before), some(d.After)}
		}),
	})
}

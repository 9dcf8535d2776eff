package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
)

// A page collects lines of at most Width columns. Whatever is put on it goes
// through [visible] first.
type page struct {
	TextOptions
	style styles
	b     strings.Builder
}

const (
	defaultWidth = 80
	minWidth     = 20
)

func newPage(w io.Writer, o TextOptions) *page {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	o.Width = max(o.Width, minWidth)
	return &page{TextOptions: o, style: newStyles(w, o.Color)}
}

// Prose writes paragraphs of our own words, wrapped to the width. Empty lines
// part them. The error is the writer's.
func Prose(w io.Writer, text string, o TextOptions) error {
	p := newPage(w, o)
	for paragraph := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		p.para(0, 0, strings.ReplaceAll(paragraph, "\n", " "))
		p.b.WriteByte('\n')
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// Command writes a shell command, each word quoted as needed, as the reports
// do: indented, and over several lines when it is long. The error is the
// writer's.
func Command(w io.Writer, words []string, o TextOptions) error {
	p := newPage(w, o)
	p.command(2, flagsWithValues(each(words, shellWord)))
	p.b.WriteByte('\n')
	_, err := io.WriteString(w, p.String())
	return err
}

// An Entry is a name and what it is.
type Entry struct {
	Name, Text string
}

// List writes an entry a line, the texts below each other, and wraps them where
// the width is known; on a page too narrow for that a text follows its name
// directly. The error is the writer's.
func List(w io.Writer, entries []Entry, o TextOptions) error {
	const indent, gap, leastText = 2, 2, 30
	p := newPage(w, o)
	if o.Width <= 0 {
		p.Width = math.MaxInt
	}
	column := 0
	for _, e := range entries {
		column = max(column, indent+lipgloss.Width(p.clean(e.Name))+gap)
	}
	rest := column
	if p.Width-column < leastText {
		column, rest = 0, 2*indent
	}
	for _, e := range entries {
		name := strings.Repeat(" ", indent) + p.clean(e.Name)
		pad := max(gap, column-lipgloss.Width(name))
		p.fill(name+strings.Repeat(" ", pad), lipgloss.Width(name)+pad, rest, e.Text)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// flagsWithValues joins each flag to the word that follows it, so that no line
// ends between them.
func flagsWithValues(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		if strings.HasPrefix(w, "-") && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") {
			i++
			w += " " + words[i]
		}
		out = append(out, w)
	}
	return out
}

func (p *page) String() string { return p.b.String() }

// clean makes text fit to be written: visible, and ASCII when asked.
func (p *page) clean(s string) string {
	if p.ASCII {
		return ascii(s)
	}
	return visible(s)
}

// blank writes an empty line, except at the top.
func (p *page) blank() {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
}

// para writes wrapped text, its first line indented by first columns and the
// others by rest.
func (p *page) para(first, rest int, text string) {
	p.fill(strings.Repeat(" ", first), first, rest, text)
}

// hanging writes wrapped text after a word that is styled already, padded to
// width columns; further lines are indented by rest.
func (p *page) hanging(styled string, width, rest int, text string) {
	pad := strings.Repeat(" ", max(1, width-lipgloss.Width(styled)))
	p.fill(styled+pad, lipgloss.Width(styled)+len(pad), rest, text)
}

// fill breaks text at spaces. A word longer than a line stays whole: a broken
// name cannot be copied.
func (p *page) fill(lead string, column, rest int, text string) {
	p.b.WriteString(lead)
	atStart := true
	for word := range strings.FieldsSeq(p.clean(text)) {
		n := lipgloss.Width(word)
		switch {
		case atStart:
		case column+1+n > p.Width:
			p.b.WriteString("\n" + strings.Repeat(" ", rest))
			column = rest
		default:
			p.b.WriteByte(' ')
			column++
		}
		p.b.WriteString(word)
		column += n
		atStart = false
	}
	p.b.WriteByte('\n')
}

// verbatim writes lines as they are, for copying: indented, never wrapped.
func (p *page) verbatim(indent int, text string) {
	for line := range strings.Lines(text) {
		p.b.WriteString(strings.Repeat(" ", indent) + p.clean(strings.TrimRight(line, "\n")) + "\n")
	}
}

// command writes a shell command. One that is too wide goes on after a
// backslash, so that it can still be pasted.
func (p *page) command(indent int, words []string) {
	p.b.WriteString(strings.Repeat(" ", indent))
	column := indent
	for i, w := range words {
		w = p.clean(w)
		n := lipgloss.Width(w)
		room := p.Width - 2 // for " \"
		if i == len(words)-1 {
			room = p.Width
		}
		switch {
		case i == 0:
		case column+1+n > room:
			p.b.WriteString(" \\\n" + strings.Repeat(" ", indent+2))
			column = indent + 2
		default:
			p.b.WriteByte(' ')
			column++
		}
		p.b.WriteString(w)
		column += n
	}
	p.b.WriteByte('\n')
}

// count is "1 query", "2 queries".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// elapsed is a duration as measured: "340 ms", "1.3 s".
func elapsed(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// about is a duration to wait, rounded up: "45 s", "10 min", "3 h".
func about(d time.Duration) string {
	up := func(unit time.Duration) int64 { return int64((d + unit - 1) / unit) }
	switch {
	case d <= 90*time.Second:
		return fmt.Sprintf("%d s", up(time.Second))
	case d <= 90*time.Minute:
		return fmt.Sprintf("%d min", up(time.Minute))
	}
	return fmt.Sprintf("%d h", up(time.Hour))
}

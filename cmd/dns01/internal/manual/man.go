package manual

import (
	"fmt"
	"strings"
)

// An Edition is which release the manuals are of.
type Edition struct {
	Version string
	Date    string // 2026-11-30
}

// title is the name of a page's manual: dns01-check.
func (p Page) title() string {
	if p.Command == "" {
		return "dns01"
	}
	return "dns01-" + p.Command
}

// ManFile is the name of the file of a page's manual.
func (p Page) ManFile() string { return p.title() + ".1" }

// Man writes a page in the language of man(7). The others are named at its
// end, or at the end of the program's own.
func (p Page) Man(others []Page, e Edition) string {
	m := &roff{}
	m.line(".TH %s 1 %s %s", quoted(strings.ToUpper(p.title())), `"`+e.Date+`"`, quoted("dns01 "+e.Version))
	m.line(".SH NAME")
	m.text(p.title() + " - " + p.Summary)
	m.line(".SH SYNOPSIS")
	m.literal(p.Usage)
	s := p.sections()
	m.section("DESCRIPTION", s.description)
	m.section("OPTIONS", s.options)
	m.section("ENVIRONMENT", s.environment)
	m.section("EXIT STATUS", s.status)
	m.section("EXAMPLES", s.examples)
	m.line(".SH SEE ALSO")
	m.text(p.seeAlso(others))
	return m.String()
}

func (p Page) seeAlso(others []Page) string {
	var names []string
	for _, o := range others {
		if o.Command != p.Command && (o.Command == "" || p.Command == "" || o.Command == origin) {
			names = append(names, o.title()+"(1)")
		}
	}
	return strings.Join(names, ", ")
}

// A roff is a text in the language of man(7).
type roff struct{ strings.Builder }

func (m *roff) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *roff) section(title string, blocks []Block) {
	if len(blocks) == 0 {
		return
	}
	m.line(".SH %s", title)
	for i, b := range blocks {
		m.block(b, i == 0)
	}
}

// longestTitle is how long a paragraph that leads flags may be as a title.
const longestTitle = 60

// block writes one; what leads flags is a title.
func (m *roff) block(b Block, begins bool) {
	switch {
	case b.Text == "Examples":
	case b.Lead && len(b.Flags) > 0 && len(b.Text) <= longestTitle:
		m.line(".SS %s", quoted(b.Text))
	case b.Text != "":
		if !begins {
			m.line(".PP")
		}
		m.text(sentence(b))
	}
	if len(b.Lines) > 0 {
		if b.Text != "Examples" && b.Text != "" {
			m.line(".PP")
		}
		m.literal(b.Lines)
	}
	for _, f := range b.Flags {
		m.line(".TP")
		m.line("%s", f.roff())
		m.text(strings.TrimSuffix(f.Text, ".") + ".")
	}
}

// sentence is the paragraph of a block as it stood.
func sentence(b Block) string {
	if b.Lead {
		return b.Text + ":"
	}
	return b.Text
}

func (f Flag) roff() string {
	s := `\fB` + escaped("--"+f.Name) + `\fR`
	if f.Short != "" {
		s = `\fB` + escaped("-"+f.Short) + `\fR, ` + s
	}
	switch {
	case f.Optional:
		s += `[=\fI` + escaped(f.Argument) + `\fR]`
	case f.Argument != "":
		s += ` \fI` + escaped(f.Argument) + `\fR`
	}
	if f.Note != "" {
		s += " (" + escaped(f.Note) + ")"
	}
	return s
}

// literal writes lines as they are.
func (m *roff) literal(lines []string) {
	m.line(".nf")
	for _, line := range lines {
		m.line("%s", safe(escaped(line)))
	}
	m.line(".fi")
}

// text writes a paragraph, in lines that an editor can show.
func (m *roff) text(text string) {
	const columns = 72
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > columns {
			m.line("%s", safe(escaped(line)))
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	m.line("%s", safe(escaped(line)))
}

var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

func escaped(text string) string { return roffEscapes.Replace(text) }

// safe keeps a line from being taken for a request.
func safe(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}

// quoted is an argument of a request.
func quoted(text string) string { return `"` + strings.ReplaceAll(escaped(text), `"`, `\(dq`) + `"` }

package manual

import (
	"fmt"
	"strings"
)

// Markdown writes all pages as one document.
func Markdown(pages []Page) string {
	var m strings.Builder
	m.WriteString("# Commands\n\n" +
		"Made by `go generate` from the help texts in `cmd/dns01/help`; `dns01 help COMMAND` prints the same, and the packages\n" +
		"have it as manuals.\n\n" +
		"| command | does |\n|---|---|\n")
	for _, p := range pages[1:] {
		fmt.Fprintf(&m, "| [%s](#dns01-%s) | %s |\n", p.Command, p.Command, cell(p.Summary))
	}
	for _, p := range pages[1:] {
		p.markdown(&m)
	}
	return m.String()
}

func (p Page) markdown(m *strings.Builder) {
	fmt.Fprintf(m, "\n## dns01 %s\n", p.Command)
	fenced(m, p.Usage)
	for _, b := range p.Blocks {
		if b.Text != "" {
			fmt.Fprintf(m, "\n%s\n", paragraph(sentence(b)))
		}
		if len(b.Lines) > 0 {
			fenced(m, b.Lines)
		}
		if len(b.Flags) > 0 {
			p.table(m, b.Flags)
		}
	}
}

// fenced is a block of literal lines. They are no commands to be tried: the
// names in them stand for those of the reader.
func fenced(m *strings.Builder, lines []string) {
	fmt.Fprintf(m, "\n```text\n%s\n```\n", strings.Join(lines, "\n"))
}

func (p Page) table(m *strings.Builder, flags []Flag) {
	m.WriteString("\n| flag | does |\n|---|---|\n")
	for _, f := range flags {
		variable := ""
		if p.Variables() && f.Name != "help" {
			variable = "<br>`" + f.Variable() + "`"
		}
		fmt.Fprintf(m, "| `%s`%s | %s |\n", strings.ReplaceAll(f.String(), "|", `\|`), variable, cell(f.text()))
	}
}

// text is the flag's, with what its note says.
func (f Flag) text() string {
	if f.Note != "" {
		return f.Text + " (" + f.Note + ")"
	}
	return f.Text
}

// String is the flag as it is given.
func (f Flag) String() string {
	s := "--" + f.Name
	if f.Short != "" {
		s = "-" + f.Short + ", " + s
	}
	switch {
	case f.Optional:
		return s + "[=" + f.Argument + "]"
	case f.Argument != "":
		return s + " " + f.Argument
	}
	return s
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "]", `\]`, "`", "\\`", "|", `\|`, "#", `\#`)

func cell(text string) string { return markdownEscapes.Replace(text) }

// paragraph is a text in lines of the length that the documents have.
func paragraph(text string) string {
	const columns = 120
	var out strings.Builder
	n := 0
	for _, word := range strings.Fields(cell(text)) {
		switch {
		case n == 0:
		case n+1+len(word) > columns:
			out.WriteByte('\n')
			n = 0
		default:
			out.WriteByte(' ')
			n++
		}
		out.WriteString(word)
		n += len(word)
	}
	return out.String()
}

package manual

import (
	"errors"
	"fmt"
	"strings"
)

// width is what a terminal has at least.
const width = 80

// parse reads a text.
func parse(text string) (Page, error) {
	var p Page
	for _, lines := range split(text) {
		if err := tidy(lines); err != nil {
			return p, err
		}
		b, err := block(lines)
		if err != nil {
			return p, err
		}
		p.add(b)
	}
	return p, p.whole()
}

// split cuts a text at its empty lines.
func split(text string) (blocks [][]string) {
	var lines []string
	for line := range strings.Lines(text + "\n") {
		line = strings.TrimSuffix(line, "\n")
		if line != "" {
			lines = append(lines, line)
			continue
		}
		if len(lines) > 0 {
			blocks = append(blocks, lines)
		}
		lines = nil
	}
	return blocks
}

// tidy wants lines that look the same everywhere.
func tidy(lines []string) error {
	for _, line := range lines {
		if len(line) > width || strings.TrimRight(line, " ") != line || strings.ContainsFunc(line, unprintable) {
			return fmt.Errorf("%q is longer than %d, ends in a space, or has what is not printable ASCII", line, width)
		}
	}
	return nil
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

// block tells what lines are.
func block(lines []string) (Block, error) {
	usage := strings.HasPrefix(lines[0], "Usage: ")
	for _, line := range lines {
		indented := strings.HasPrefix(line, "  ")
		if !usage && indented != strings.HasPrefix(lines[0], "  ") {
			return Block{}, fmt.Errorf("%q: an empty line has to divide a paragraph from what is indented", line)
		}
	}
	switch {
	case usage:
		return Block{Text: "Usage", Lead: true, Lines: trimmed(lines, len("Usage: "))}, nil
	case strings.HasPrefix(lines[0], "  -"):
		fs, err := flags(trimmed(lines, 2))
		return Block{Flags: fs}, err
	case strings.HasPrefix(lines[0], "  "):
		return Block{Lines: trimmed(lines, 2)}, nil
	}
	text, lead := strings.CutSuffix(strings.Join(lines, " "), ":")
	return Block{Text: text, Lead: lead}, nil
}

func trimmed(lines []string, indent int) []string {
	short := make([]string, len(lines))
	for i, line := range lines {
		short[i] = line[min(indent, len(line)):]
	}
	return short
}

// add appends a block; one without a paragraph of its own belongs to a
// paragraph that leads.
func (p *Page) add(b Block) {
	if n := len(p.Blocks); n > 0 && b.Text == "" {
		last := &p.Blocks[n-1]
		if last.Lead && last.Lines == nil && last.Flags == nil {
			last.Lines, last.Flags = b.Lines, b.Flags
			return
		}
	}
	p.Blocks = append(p.Blocks, b)
}

// whole moves the usage to its place and wants what every page has.
func (p *Page) whole() error {
	var rest []Block
	examples := false
	names := map[string]bool{}
	for _, b := range p.Blocks {
		examples = examples || b.Text == "Examples"
		for _, f := range b.Flags {
			if names[f.Name] {
				return fmt.Errorf("--%s is told of twice", f.Name)
			}
			names[f.Name] = true
		}
		if b.Text == "Usage" {
			p.Usage = append(p.Usage, b.Lines...)
			continue
		}
		rest = append(rest, b)
	}
	p.Blocks = rest
	switch {
	case len(p.Usage) == 0:
		return errors.New(`no "Usage: dns01 ..."`)
	case !examples:
		return errors.New(`no block "Examples:"`)
	}
	return nil
}

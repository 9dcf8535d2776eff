package manual

import (
	"fmt"
	"regexp"
	"strings"
)

// flags reads a block of flags. An entry is one flag or several with commas,
// over several lines when a line ends in a comma, then at least two spaces or
// a new line that is indented further, and the text of all of them.
func flags(lines []string) ([]Flag, error) {
	var all []Flag
	for len(lines) > 0 {
		spec, text, n := entry(lines)
		fs, err := flagsOf(spec)
		if err != nil {
			return nil, err
		}
		for i := range fs {
			fs[i].Text = text
		}
		all = append(all, fs...)
		lines = lines[n:]
	}
	return all, nil
}

// entry takes the first entry and the number of its lines.
func entry(lines []string) (spec, text string, n int) {
	var texts []string
	for n = 0; n < len(lines); n++ {
		line := lines[n]
		switch {
		case strings.HasPrefix(line, " "):
			texts = append(texts, strings.TrimSpace(line))
			continue
		case n > 0 && (len(texts) > 0 || !strings.HasSuffix(spec, ",")):
			return spec, strings.Join(texts, " "), n
		}
		words, rest, _ := strings.Cut(line, "  ")
		spec = strings.TrimSpace(spec + " " + words)
		if rest = strings.TrimSpace(rest); rest != "" {
			texts = append(texts, rest)
		}
	}
	return spec, strings.Join(texts, " "), n
}

var (
	shortFlag = regexp.MustCompile(`^-([A-Za-z0-9])$`)
	longFlag  = regexp.MustCompile(`^--([a-z0-9][a-z0-9-]*)(?:\[=([A-Z]+)\]| ('[^']+'|[^ '-][^ ]*))?(?: \(([^)]+)\))?$`)
)

// flagsOf reads "-f, --file FILE, --deadline DURATION (of one order)".
func flagsOf(spec string) ([]Flag, error) {
	var all []Flag
	short := ""
	for _, word := range strings.Split(spec, ", ") {
		if m := shortFlag.FindStringSubmatch(word); m != nil && short == "" {
			short = m[1]
			continue
		}
		m := longFlag.FindStringSubmatch(word)
		if m == nil {
			return nil, fmt.Errorf("%q is no flag; write --name, --name ARGUMENT, --name 'ARGUMENTS' or --name[=ARGUMENT], -x before it, with commas between", word)
		}
		all = append(all, Flag{Short: short, Name: m[1], Argument: m[2] + m[3], Optional: m[2] != "", Note: m[4]})
		short = ""
	}
	if short != "" {
		return nil, fmt.Errorf("-%s has no long form after it", short)
	}
	return all, nil
}

// asIn begins the text of a flag that another page describes; what follows a
// comma is said in addition.
var asIn = regexp.MustCompile(`^as (?:in (?:"dns01 help check"|check)|for check|there)(?:, (.*))?$`)

// inherit takes the text of flags that have none, or one that points to the
// common page, from there.
func (p *Page) inherit(common Page) error {
	for i := range p.Blocks {
		for j := range p.Blocks[i].Flags {
			f := &p.Blocks[i].Flags[j]
			m := asIn.FindStringSubmatch(f.Text)
			if f.Text != "" && m == nil {
				continue
			}
			from, ok := common.flag(f.Name)
			if !ok || p.Command == common.Command {
				return fmt.Errorf("--%s has no text, and the page of %s has none either", f.Name, common.Command)
			}
			if f.Argument == "" {
				f.Argument = from.Argument
			}
			f.Text = from.Text
			if m != nil && m[1] != "" {
				f.Text += "; here " + m[1]
			}
		}
	}
	return nil
}

package manual

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// A Page is the manual of one command.
type Page struct {
	Command string   // "check"; "" for the first page, of the program itself
	Summary string   // one line, without a full stop
	Usage   []string // "dns01 check [flags] NAME..."
	Blocks  []Block
}

// A Block is a part of a page. One of Lines and Flags is empty, or both are.
type Block struct {
	Text  string   // a paragraph in one line, "" for a block that continues the one before
	Lead  bool     // the paragraph ended in a colon: it leads what follows
	Lines []string // to be kept as they are
	Flags []Flag
}

// A Flag is one that a command takes.
type Flag struct {
	Short    string // "f" of -f, or ""
	Name     string // "file" of --file
	Argument string // "FILE", or "" for a flag that is given or not
	Optional bool   // the argument may be left out: --demo[=WORLD]
	Note     string // about the argument: "of one order"
	Text     string // sentences
}

// Variable is the environment variable that stands for the flag.
func (f Flag) Variable() string {
	return "DNS01_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// origin is the command whose page others mean by "as in".
const origin = "check"

// first is the file of the page of the program itself.
const first = "help"

// Variables reports whether the page says that each flag has a variable.
func (p Page) Variables() bool {
	return slices.ContainsFunc(p.Blocks, func(b Block) bool {
		return strings.HasPrefix(b.Text, "Each flag has an environment variable: DNS01_")
	})
}

// Flags are all flags of a page in its order.
func (p Page) Flags() []Flag {
	var all []Flag
	for _, b := range p.Blocks {
		all = append(all, b.Flags...)
	}
	return all
}

// flag finds one by name.
func (p Page) flag(name string) (Flag, bool) {
	for _, f := range p.Flags() {
		if f.Name == name {
			return f, true
		}
	}
	return Flag{}, false
}

// Read reads the pages of commands from the files COMMAND.txt of a folder. The
// first of the result is that of the program.
func Read(texts fs.FS, commands []string) ([]Page, error) {
	main, err := readPage(texts, first)
	if err != nil {
		return nil, err
	}
	list, err := main.list()
	if err != nil {
		return nil, err
	}
	common, err := readPage(texts, origin)
	if err != nil {
		return nil, err
	}
	main.Command, main.Summary = "", "predict whether a CA will issue over DNS-01, and say what stands in the way"
	pages := []Page{main}
	for _, c := range commands {
		if c == first {
			continue // its page is the first
		}
		page, err := readPage(texts, c)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(list, func(l listed) bool { return l.name == c })
		if i < 0 {
			return nil, fmt.Errorf("%s.txt: %s is not among the commands, one a line", first, c)
		}
		page.Summary = list[i].summary
		if err := page.inherit(common); err != nil {
			return nil, fmt.Errorf("%s.txt: %w", c, err)
		}
		pages = append(pages, page)
	}
	return pages, nil
}

func readPage(texts fs.FS, name string) (Page, error) {
	text, err := fs.ReadFile(texts, name+".txt")
	if err != nil {
		return Page{}, err
	}
	page, err := parse(string(text))
	if err != nil {
		return Page{}, fmt.Errorf("%s.txt: %w", name, err)
	}
	page.Command = name
	return page, nil
}

// Commands are those that the first page lists, in its order.
func Commands(texts fs.FS) ([]string, error) {
	page, err := readPage(texts, first)
	if err != nil {
		return nil, err
	}
	list, err := page.list()
	names := make([]string, len(list))
	for i, item := range list {
		names[i] = item.name
	}
	return names, err
}

// A listed command is one of the first page, with its line.
type listed struct{ name, summary string }

// list reads the block "Commands:".
func (p Page) list() (items []listed, err error) {
	for _, b := range p.Blocks {
		if b.Text != "Commands" {
			continue
		}
		for _, line := range b.Lines {
			name, text, _ := strings.Cut(line, " ")
			if name != "" {
				items = append(items, listed{name: name})
			}
			if n := len(items); n > 0 {
				items[n-1].summary = strings.TrimSpace(items[n-1].summary + " " + strings.TrimSpace(text))
			}
		}
	}
	if items == nil {
		err = fmt.Errorf(`%s.txt: no block "Commands:"`, first)
	}
	return items, err
}

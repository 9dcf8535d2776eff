package main

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"dns01/check"
)

// maxNameList is how much of a list of names is read, in octets: far more
// than any order takes.
const maxNameList = 1 << 20

// names gathers the identifiers of the order from the arguments and
// from files.
func (p *program) names(f *flags, args []string) ([]string, error) {
	if slices.ContainsFunc(f.from, func(s nameSource) bool { return len(s.files) > 0 }) {
		return p.oneOrder(f, args)
	}
	raw := splitNames(args)
	if f.file != "" {
		listed, err := p.listed(f)
		if err != nil {
			return nil, err
		}
		raw = append(raw, listed...)
	}
	if len(raw) == 0 {
		return nil, f.noNames()
	}
	names := make([]string, 0, len(raw))
	for _, r := range raw {
		name, err := nameFrom(r)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// noNames complains that a command was given no names, with what it takes.
func (f *flags) noNames() error {
	like := "example.com"
	if f.command == "wait" {
		like = "--value TXT example.com"
	}
	return usagef(`no names given; name one, as in "dns01 %s %s"`, f.command, like)
}

// splitNames takes arguments apart at commas. Empty ones between commas are
// left out, an argument that is empty altogether is kept to be complained of.
func splitNames(args []string) []string {
	var names []string
	for _, a := range args {
		parts := strings.FieldsFunc(a, func(r rune) bool { return r == ',' })
		if len(parts) == 0 {
			parts = []string{""}
		}
		names = append(names, parts...)
	}
	return names
}

// longestWord is how long a name may be to be told apart from no name at all.
// One that is too long for the DNS, or has many letters of other scripts, is
// judged like any other.
const longestWord = 4000

// nameFrom turns one word into an identifier as a CA has it.
func nameFrom(word string) (string, error) {
	bare := strings.TrimSpace(word)
	switch {
	case bare == "":
		return "", usagef(`one of the names is empty; name one, as in "dns01 check example.com"`)
	case isCommand(bare):
		return "", usagef("%q is a command and has to come first, as in \"dns01 %s\"", bare, bare)
	case len(bare) > longestWord:
		return "", usagef("the name that begins with %.40q has %d octets, and 253 are the most", bare, len(bare))
	case strings.Contains(bare, "://"):
		return "", usagef("%q is a URL; give the domain name alone", bare)
	}
	if strings.HasPrefix(bare, `\*.`) { // quoted once too often for a shell
		bare = bare[1:]
	}
	name, err := normalize(bare)
	if err != nil {
		return "", usagef("%v; give a domain name, as in example.com", err)
	}
	return name, nil
}

// listed reads the names of --file, which "-" makes the standard input.
func (p *program) listed(f *flags) ([]string, error) {
	if f.file == "-" {
		return namesIn(p.stdin, "the standard input")
	}
	file, err := openInput(f.file)
	if err != nil {
		return nil, usagef("%s %s cannot be read: %s", f.source("file"), f.file, reason(err))
	}
	defer file.Close()
	return namesIn(file, f.source("file")+" "+f.file)
}

// namesIn reads names separated by white space; "#" begins a comment.
func namesIn(r io.Reader, what string) ([]string, error) {
	var names []string
	limited := &io.LimitedReader{R: r, N: maxNameList + 1}
	for lines := bufio.NewScanner(limited); ; {
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return nil, usagef("%s cannot be read: %s", what, reason(err))
			}
			break
		}
		text, _, _ := strings.Cut(lines.Text(), "#")
		names = append(names, splitNames(strings.Fields(text))...)
	}
	if limited.N == 0 {
		return nil, usagef("%s is longer than %d octets; an order is a short list of names", what, maxNameList)
	}
	if len(names) == 0 {
		return nil, usagef("%s holds no name; write one a line", what)
	}
	return names, nil
}

// expected sorts the values of --value, and those that --token makes, to the
// identifiers they are for.
func (f *flags) expected(names []string) (map[string][]string, error) {
	values := map[string][]string{}
	for _, v := range f.values {
		name, value, err := f.named("value", v, names)
		if err != nil {
			return nil, err
		}
		if check.IsKeyAuthorization(value) {
			f.comesFrom(digested(value), check.SourceOf(value))
		}
		values[name] = append(values[name], digested(value))
	}
	return values, f.computed(names, values)
}

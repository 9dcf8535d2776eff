package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"dns01/report"
)

// A named word is what was given as an identifier, and where.
type named struct {
	word string
	at   report.Place // File is "" on the command line
}

// An asked order is what one certificate is to hold.
type asked []named

// maxNameFile is how much of a file with names is read, in octets.
const maxNameFile = 1 << 20

// maxOrders is how many orders one check takes.
const maxOrders = 1000

// A nameSource is a kind of file that names stand in, with its flag.
type nameSource struct {
	flag  string
	read  func(p *program, file string) ([]asked, error)
	files []string
}

// nameSources are all kinds but --file. An error of read goes on after the
// file's name, as "is no certificate", or begins with the name of a file.
func nameSources() []nameSource {
	return []nameSource{
		{flag: "csr", read: (*program).namesOfRequest},
		{flag: "cert", read: (*program).namesOfCertificate},
		{flag: "certbot", read: (*program).namesOfCertbot},
		{flag: "manifest", read: (*program).namesOfManifest},
		{flag: "caddyfile", read: (*program).namesOfCaddyfile},
	}
}

// orders gathers the orders to judge: the names given as arguments are one,
// and join that of a file when there is a single one.
func (p *program) orders(f *flags, args []string) ([]asked, error) {
	var all []asked
	if f.file != "" {
		blocks, err := p.blocks(f)
		if err != nil {
			return nil, err
		}
		all = append(all, blocks...)
	}
	for _, s := range f.from {
		for _, file := range s.files {
			found, err := s.read(p, file)
			if err != nil {
				return nil, usagef("%s %s", f.source(s.flag), predicate(file, err))
			}
			all = append(all, found...)
		}
	}
	var given asked
	for _, w := range splitNames(args) {
		given = append(given, named{word: w})
	}
	switch {
	case len(all) == 0 && len(given) == 0:
		return nil, f.noNames()
	case len(all) == 0:
		all = []asked{given}
	case len(given) > 0 && len(all) > 1:
		return nil, usagef("%q stands beside %d orders from files, and could belong to any of them; add it to a file", given[0].word, len(all))
	case len(given) > 0:
		all[0] = append(given, all[0]...)
	case len(all) > maxOrders:
		return nil, usagef("%d orders are too many for one check, which takes %d; split the file", len(all), maxOrders)
	}
	return all, nil
}

// predicate is an error of a nameSource as a sentence about the file.
func predicate(file string, err error) string {
	if strings.HasPrefix(err.Error(), file) {
		return err.Error()
	}
	return file + " " + err.Error()
}

// oneOrder gathers the names of the one order that a command is about.
func (p *program) oneOrder(f *flags, args []string) ([]string, error) {
	orders, err := p.orders(f, args)
	if err != nil {
		return nil, err
	}
	if len(orders) > 1 {
		return nil, usagef("the files hold %d orders, and dns01 %s is about one; give the file of one, or its names", len(orders), f.command)
	}
	names, _, err := orders[0].identifiers()
	return names, err
}

// identifiers turns the words of an order into identifiers as a CA has them,
// and says where each was named first.
func (a asked) identifiers() ([]string, map[string]report.Place, error) {
	names := make([]string, 0, len(a))
	places := map[string]report.Place{}
	for _, n := range a {
		name, err := nameFrom(n.word)
		if err != nil {
			return nil, nil, at(n.at, err)
		}
		if _, again := places[name]; !again && n.at.File != "" && n.at.File != "-" {
			places[name] = n.at
		}
		names = append(names, name)
	}
	return names, places, nil
}

// at adds where it was to a complaint.
func at(p report.Place, err error) error {
	switch p.File {
	case "":
		return err
	case "-":
		return usagef("the standard input, line %d: %v", p.Line, err)
	}
	return usagef("%s:%d: %v", p.File, p.Line, err)
}

// blocks reads --file: an order for each block of lines, blocks being parted
// by empty lines; "#" begins a comment.
func (p *program) blocks(f *flags) ([]asked, error) {
	what := f.source("file") + " " + f.file
	if f.file == "-" {
		what = "the standard input"
	}
	text, err := p.fileText(f.file)
	if err != nil {
		return nil, usagef("%s %v", what, err)
	}
	blocks := blocksIn(text, f.file)
	if len(blocks) == 0 {
		return nil, usagef("%s holds no name; write one a line", what)
	}
	return blocks, nil
}

func blocksIn(text, file string) []asked {
	var blocks []asked
	var block asked
	n := 0
	for line := range strings.Lines(text) {
		n++
		if strings.TrimSpace(line) == "" && len(block) > 0 {
			blocks, block = append(blocks, block), nil
		}
		words, _, _ := strings.Cut(line, "#")
		for _, w := range splitNames(strings.Fields(words)) {
			block = append(block, named{w, report.Place{File: file, Line: n}})
		}
	}
	if len(block) > 0 {
		blocks = append(blocks, block)
	}
	return blocks
}

// fileText is the content of a file, or the standard input for "-".
func (p *program) fileText(file string) (string, error) {
	var r io.Reader = p.stdin
	if file != "-" {
		f, err := openInput(file)
		if err != nil {
			return "", fmt.Errorf("cannot be read: %s", reason(err))
		}
		defer f.Close()
		r = f
	}
	text, err := io.ReadAll(io.LimitReader(r, maxNameFile+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("cannot be read: %s", reason(err))
	case len(text) > maxNameFile:
		return "", fmt.Errorf("is longer than %d octets; an order is a short list of names", maxNameFile)
	}
	return string(bytes.TrimPrefix(text, []byte("\ufeff"))), nil
}

// once makes an order of words in a file at one line, each word once.
func once(words []string, at report.Place) asked {
	var a asked
	for _, w := range words {
		if !slices.ContainsFunc(a, func(n named) bool { return strings.EqualFold(n.word, w) }) {
			a = append(a, named{w, at})
		}
	}
	return a
}

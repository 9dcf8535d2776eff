package main

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"dns01/check"
	"dns01/cmd/dns01/internal/manual"
	"dns01/testdata"
)

// completion prints what a shell needs to complete command lines.
func (p *program) completion(_ context.Context, args []string) (int, error) {
	f := noFlags("completion")
	f.BoolVarP(&f.help, "help", "h", false, "")
	if err := f.parse(args); err != nil {
		return 0, err
	}
	shells := strings.Join(manual.Shells, ", ")
	switch {
	case f.help:
		return p.helpFor("completion")
	case f.NArg() == 0:
		return 0, usagef(`no shell given; write "dns01 completion SHELL" with one of %s`, shells)
	case f.NArg() > 1:
		return 0, usagef("completion is for one shell, not %q as well", f.Arg(1))
	}
	shell := strings.ToLower(f.Arg(0))
	if shell == "pwsh" {
		shell = "powershell"
	}
	if !slices.Contains(manual.Shells, shell) {
		return 0, usagef("no completion for %q; the shells are %s%s", f.Arg(0), shells, didYouMean(shell, manual.Shells))
	}
	pages, err := manualPages()
	if err != nil {
		return 0, err
	}
	text, err := manual.Complete(shell, pages, completionValues())
	if err != nil {
		return 0, err
	}
	_, err = p.stdout.Write([]byte(text))
	return statusOK, delivered(err)
}

// manualPages are the help texts as the table that they are.
func manualPages() ([]manual.Page, error) {
	texts, err := fs.Sub(helpTexts, "help")
	if err != nil {
		return nil, err
	}
	return manual.Read(texts, commandNames)
}

// completionValues are the words that can follow flags and commands, besides
// those that the help lists in the argument's place.
func completionValues() manual.Values {
	var findings []string
	for _, r := range check.All() {
		findings = append(findings, r.ID)
	}
	return manual.Values{
		Words: map[string][]string{
			"cas":        caIDs(),
			"challenges": {"dns-01", "dns-account-01", "dns-persist-01"},
			"clients":    hookClients,
			"colors":     {"auto", "always", "never"},
			"commands":   commandNames,
			"findings":   findings,
			"formats":    formats,
			"inputs":     {"lines", "csv", "ndjson"},
			"methods":    check.Methods(),
			"probes":     {"none", "default", "deep"},
			"shells":     manual.Shells,
			"types":      commonTypes,
			"worlds":     testdata.Scenarios(),
		},
		Kinds: map[string]string{
			"--ca": "cas", "--challenge": "challenges", "caa --challenge": "methods",
			"--print-hook": "clients",
			"--color":      "colors", "--format": "formats", "--input": "inputs",
			"--probe": "probes", "--demo": "worlds",
			"batch": manual.Files, "replay": manual.Files, "diff": manual.Files,
			"completion": "shells", "demo": "worlds", "explain": "findings",
			"help": "commands", "lookup": "types",
		},
	}
}

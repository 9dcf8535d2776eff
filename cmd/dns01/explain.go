package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/term"

	"dns01/check"
	"dns01/check/explain"
	"dns01/report"
)

// newExplainFlags are the flags of explain.
func newExplainFlags() *explainFlags {
	f := &explainFlags{flags: noFlags("explain")}
	f.StringVarP(&f.file, "file", "f", "", "")
	f.BoolVar(&f.list, "list", false, "")
	f.StringVar(&f.now, "now", "", "")
	f.defineOutput()
	return f
}

type explainFlags struct {
	*flags
	list bool
}

// explain says what a text means that a CA or a client wrote, or what is
// written of a finding.
func (p *program) explain(_ context.Context, args []string) (int, error) {
	f := newExplainFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("explain")
	}
	if err := f.readEnv(p.env, []string{"now", "format", "json", "color", "verbose", "quiet"}); err != nil {
		return 0, err
	}
	s, err := f.outputSettings()
	if err != nil {
		return 0, err
	}
	if f.list {
		if f.NArg() > 0 || f.file != "" {
			return 0, usagef("--list prints every finding and takes nothing else; leave out the rest")
		}
		return statusOK, p.showRules(check.All(), true, s)
	}
	rules, err := rulesNamed(f.Args())
	if err != nil {
		return 0, err
	}
	if rules != nil && f.file == "" {
		return statusOK, p.showRules(rules, false, s)
	}
	text, err := p.pasted(f)
	if err != nil {
		return 0, err
	}
	now, err := f.time(p.now)
	if err != nil {
		return 0, err
	}
	return statusOK, p.showExplanation(explain.Explain(text, now), s)
}

// outputSettings are those that say what comes out.
func (f *flags) outputSettings() (s settings, err error) {
	s = settings{verbose: f.verbose, quiet: f.quiet, color: f.color}
	if s.json, err = f.wantsJSON(); err != nil {
		return s, err
	}
	switch {
	case f.quiet && f.verbose:
		return s, usagef("-q and -v contradict each other; give one of them")
	case f.quiet && s.json:
		return s, usagef("-q prints one word and --json a document; give one of them")
	case !slices.Contains([]string{"auto", "always", "never"}, f.color):
		return s, usagef("%s is auto, always or never, not %q", f.source("color"), f.color)
	}
	return s, nil
}

// findingID is the form of a finding's id.
var findingID = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)+$`)

// rulesNamed are the rules that the arguments name; nil when they are a text.
func rulesNamed(args []string) ([]*check.Rule, error) {
	var rules []*check.Rule
	for _, a := range args {
		if !findingID.MatchString(a) {
			return nil, nil
		}
		if r := check.Find(a); r != nil {
			rules = append(rules, r)
			continue
		}
		if suggestion := didYouMean(a, ids(check.All())); suggestion != "" {
			return nil, usagef("no finding has the id %q%s", a, suggestion)
		}
		if len(rules) > 0 {
			return nil, usagef(`no finding has the id %q; "dns01 explain --list" prints them all`, a)
		}
		return nil, nil
	}
	return rules, nil
}

// pasted is the text to explain: the arguments, or the file, or the standard
// input.
func (p *program) pasted(f *explainFlags) (string, error) {
	switch {
	case f.NArg() > 0 && f.file != "":
		return "", usagef("%s %s and %q are two texts; give one of them", f.source("file"), f.file, f.Arg(0))
	case f.NArg() == 1 && f.Arg(0) == "-", f.file == "-":
		return p.lastOf(p.stdin, "the standard input")
	case f.NArg() > 0:
		return strings.Join(f.Args(), " "), nil
	case f.file != "":
		file, err := openInput(f.file)
		if err != nil {
			return "", usagef("%s %s cannot be read: %s", f.source("file"), f.file, reason(err))
		}
		defer file.Close()
		return p.lastOf(file, f.source("file")+" "+f.file)
	}
	if terminal(p.stdin) {
		p.say("Paste the error or the log, then press Ctrl-D.")
	}
	return p.lastOf(p.stdin, "the standard input")
}

// terminal reports whether a person types there.
func terminal(r io.Reader) bool {
	file := fileOf(r)
	return file != nil && term.IsTerminal(file.Fd())
}

// lastOf reads a text to its end and keeps as much of the end as is looked at.
func (p *program) lastOf(r io.Reader, what string) (string, error) {
	var kept []byte
	chunk := make([]byte, 1<<16)
	for {
		n, err := r.Read(chunk)
		kept = append(kept, chunk[:n]...)
		if len(kept) > 3*explain.MaxText {
			kept = append(kept[:0], kept[len(kept)-explain.MaxText-1:]...)
		}
		if err == io.EOF {
			return string(kept), nil
		}
		if err != nil {
			return "", usagef("%s cannot be read: %s", what, reason(err))
		}
	}
}

func (p *program) showExplanation(x explain.Explanation, s settings) error {
	switch {
	case s.json:
		return delivered(report.ExplainJSON(p.stdout, p.tool(), x))
	case s.quiet:
		_, err := fmt.Fprintln(p.stdout, x.Category)
		return delivered(err)
	}
	return delivered(report.ExplainText(p.stdout, x, p.textOptions(s)))
}

func (p *program) showRules(rules []*check.Rule, list bool, s settings) error {
	switch {
	case s.json:
		return delivered(report.RulesJSON(p.stdout, p.tool(), rules))
	case s.quiet:
		_, err := fmt.Fprintln(p.stdout, strings.Join(ids(rules), "\n"))
		return delivered(err)
	case list:
		return delivered(report.RuleList(p.stdout, rules, p.textOptions(s)))
	}
	return delivered(report.RulesText(p.stdout, rules, p.textOptions(s)))
}

func ids(rules []*check.Rule) []string {
	var out []string
	for _, r := range rules {
		out = append(out, r.ID)
	}
	return out
}

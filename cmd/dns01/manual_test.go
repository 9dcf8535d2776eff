package main

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"dns01/cmd/dns01/internal/manual"
)

// flagsTaken are the flags that a command takes, as it says itself when given
// one that it does not know; nil for help, which reads its own.
func flagsTaken(t *testing.T, command string) *pflag.FlagSet {
	t.Helper()
	p, _, _ := newProgram(t)
	_, err := commandNamed(command)(p, t.Context(), []string{"--no-such-flag"})
	if e, ok := errors.AsType[unknownFlag](err); ok {
		return e.set
	}
	if _, ok := errors.AsType[usageError](err); !ok || command != "help" {
		t.Fatalf("dns01 %s --no-such-flag: %v; its flags are to be read by (*flags).parse", command, err)
	}
	return nil
}

func pagesOf(t *testing.T) []manual.Page {
	t.Helper()
	pages, err := manualPages()
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// byDefault is how a text names what holds when a flag is not given.
var byDefault = regexp.MustCompile(`(\S+?)[,;]? (?:by default|\(the default\))`)

// What a command takes and what its page tells of are the same flags, once
// each, with the same short forms, defaults and need of a value: man pages and
// completions are made of the pages.
func TestHelpIsTheTableOfFlags(t *testing.T) {
	for _, page := range pagesOf(t) {
		if page.Command == "" {
			continue
		}
		set := flagsTaken(t, page.Command)
		told := map[string]bool{}
		for _, f := range page.Flags() {
			told[f.Name] = true
			taken := set.Lookup(f.Name)
			if taken == nil || taken.Hidden {
				t.Errorf("help %s tells of --%s, which %s does not take", page.Command, f.Name, page.Command)
				continue
			}
			for _, wrong := range differences(f, taken) {
				t.Errorf("help %s: --%s: %s", page.Command, f.Name, wrong)
			}
		}
		set.VisitAll(func(f *pflag.Flag) {
			if !told[f.Name] && !f.Hidden {
				t.Errorf("help %s does not tell of --%s", page.Command, f.Name)
			}
		})
	}
}

// differences is what a page says of a flag that is not so.
func differences(told manual.Flag, taken *pflag.Flag) (wrong []string) {
	if told.Short != taken.Shorthand {
		wrong = append(wrong, "the short form is -"+taken.Shorthand)
	}
	isBool := taken.Value.Type() == "bool"
	if isBool != (told.Argument == "") {
		wrong = append(wrong, "a value is told of where none is taken, or none where one is")
	}
	if told.Optional != (!isBool && taken.NoOptDefVal != "") {
		wrong = append(wrong, "[=VALUE] is for a value that may be left out")
	}
	if slices.Contains([]string{"", "false", "[]", "0"}, taken.DefValue) {
		return wrong
	}
	var defaults []string
	for _, m := range byDefault.FindAllStringSubmatch(told.Text, -1) {
		defaults = append(defaults, strings.TrimPrefix(m[1], "("))
	}
	if !slices.Contains(defaults, taken.DefValue) {
		wrong = append(wrong, "the default is "+taken.DefValue+"; the text has to say so: \""+taken.DefValue+" by default\" or \""+taken.DefValue+" (the default)\"")
	}
	return wrong
}

// A page that says that each flag has a variable is right.
func TestHelpIsRightAboutVariables(t *testing.T) {
	for _, page := range pagesOf(t)[1:] {
		p, _, _ := newProgram(t, page.Command)
		asked := map[string]bool{}
		p.env = func(name string) string { asked[name] = true; return "" }
		p.run(t.Context())
		deaf := slices.DeleteFunc(page.Flags(), func(f manual.Flag) bool { return f.Name == "help" || asked[f.Variable()] })
		if page.Variables() && len(deaf) > 0 {
			t.Errorf("help %s says that each flag has a variable; these have none: %v", page.Command, deaf)
		}
	}
}

// The first page lists every command, and each has a page.
func TestHelpListsEveryCommand(t *testing.T) {
	var told []string
	for _, page := range pagesOf(t)[1:] {
		told = append(told, page.Command)
		if len(page.Summary) < 10 || strings.HasSuffix(page.Summary, ".") {
			t.Errorf("help: %s: %q is no line of a list", page.Command, page.Summary)
		}
	}
	listed, err := manual.Commands(os.DirFS("help"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(listed)
	if diff := cmp.Diff(slices.Sorted(slices.Values(commandNames)), listed); diff != "" {
		t.Errorf("help.txt (-commands +listed):\n%s", diff)
	}
	want := slices.DeleteFunc(slices.Clone(commandNames), func(c string) bool { return c == "help" })
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("pages (-commands +pages):\n%s", diff)
	}
}

// Every word that a shell offers after a flag is one that the flag takes.
func TestCompletedWordsAreTaken(t *testing.T) {
	lines := map[string]string{
		"--ca":            "plan example.com --ca",
		"--challenge":     "plan --account https://ca.example/acct/1 example.com --challenge",
		"caa --challenge": "caa --intent letsencrypt.org --account https://ca.example/acct/1 example.com --challenge",
		"--print-hook":    "wait --print-hook",
		"--color":         "explain caa-forbids --color",
		"--format":        "check --demo healthy --format",
		"--input":         "batch --demo healthy --quiet --input",
		"--probe":         "check --demo healthy --deadline 100ms --probe",
		"--demo":          "", // every world is played by other tests
	}
	values := completionValues()
	for flag, kind := range values.Kinds {
		line, known := lines[flag]
		if strings.Contains(flag, "--") && !known {
			t.Errorf("no command line to try the words after %s with", flag)
		}
		for _, word := range values.Words[kind] {
			if line == "" {
				break
			}
			p, _, stderr := newProgram(t, append(strings.Fields(line), word)...)
			p.stdin = strings.NewReader(map[string]string{"lines": "example.com\n", "csv": "names\nexample.com\n", "ndjson": `{"names":["example.com"]}`}[word])
			if p.run(t.Context()) == statusUsage {
				t.Errorf("dns01 %s %s: %s", line, word, stderr)
			}
		}
	}
}

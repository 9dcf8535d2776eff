package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/lab"
)

// readmeWorlds are the worlds that the commands of README.md and docs/hooks.md
// ask, as if each were the Internet. A command without one asks nobody.
var readmeWorlds = map[string]string{
	"dns01 check example.com '*.example.com'":                                     "healthy-preflight",
	"dns01 check example.com --value _uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8": "stale-secondary",
	"dns01 lookup _acme-challenge.example.com TXT":                                "healthy",
	"dns01 wait --value _uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8 example.com":  "propagation-slow",
	"dns01 wait --print-hook certbot":                                             "",
	"dns01 wait --print-hook lego":                                                "",
	"dns01 wait --print-hook dehydrated":                                          "",
	"dns01 wait --print-hook acme.sh":                                             "",
	"dns01 wait --print-hook acmetool":                                            "",
}

// A consoleBlock is a fenced block of a Markdown text: a command after "$ "
// and what it prints.
var consoleBlock = regexp.MustCompile("(?m)^```console\n\\$ (.*)\n((?s:.*?))^```$")

// taken is what differs from run to run: how long it took, and how many
// queries all looks of a wait, where two may ask the same at the same moment.
var taken = regexp.MustCompile(`\b\d+ ms\b|\b\d+\.\d s\b|looks, \d+ queries \(\d+ UDP`)

// What the first pages show has to be what the program prints.
func TestREADME(t *testing.T) {
	for _, page := range []string{"README.md", "docs/hooks.md"} {
		t.Run(page, func(t *testing.T) { consoleBlocksHold(t, filepath.Join("..", "..", page)) })
	}
}

func consoleBlocksHold(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	anew := consoleBlock.ReplaceAllStringFunc(string(text), func(block string) string {
		blocks++
		m := consoleBlock.FindStringSubmatch(block)
		command, shown := m[1], m[2]
		printed := readmeRun(t, command)
		if taken.ReplaceAllString(shown, "N") == taken.ReplaceAllString(printed, "N") {
			return block
		}
		if !*update {
			t.Errorf("%s (-page +printed, -update to accept):\n%s", command, cmp.Diff(shown, printed))
		}
		return "```console\n$ " + command + "\n" + printed + "```"
	})
	if blocks == 0 {
		t.Errorf("%s shows no run", path)
	}
	if *update && anew != string(text) {
		if err := os.WriteFile(path, []byte(anew), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// planLine is a plan that the first page shows without what it prints.
var planLine = regexp.MustCompile(`(?m)^    dns01 (plan .*)$`)

// A plan asks nobody, so that the command can be tried as it stands.
func TestREADMEPlan(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range planLine.FindAllStringSubmatch(string(text), -1) {
		p, stdout, stderr := newProgram(t, strings.Fields(strings.ReplaceAll(m[1], "'", ""))...)
		if got := p.run(t.Context()); got != statusBlocked || stderr.Len() > 0 || !strings.HasPrefix(stdout.String(), "IN ROUNDS") {
			t.Errorf("dns01 %s: status %d, %s%s", m[1], got, stdout, stderr)
		}
	}
}

// readmeRun returns what a command line prints in its world.
func readmeRun(t *testing.T, command string) string {
	t.Helper()
	name, ok := readmeWorlds[command]
	if !ok {
		t.Errorf("which world is meant by %q is not in readmeWorlds", command)
		return ""
	}
	words := strings.Fields(strings.ReplaceAll(command, "'", ""))
	if words[1] == "wait" && name != "" {
		run := waitIn(t, namedWorld(t, name), words[2:]...)
		return run.stderr.String() + run.stdout.String() // in this order in time
	}
	if name == "" {
		p, stdout, _ := newProgram(t, words[1:]...)
		p.run(t.Context())
		return stdout.String()
	}
	run := runIn(t, namedWorld(t, name), words[1:]...)
	if run.stderr.Len() > 0 {
		t.Errorf("%s complains: %s", command, &run.stderr)
	}
	return run.stdout.String()
}

func namedWorld(t *testing.T, name string) *lab.Scenario {
	t.Helper()
	s, err := scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

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

// readmeWorlds are the worlds that the commands of README.md ask, as if each
// were the Internet.
var readmeWorlds = map[string]string{
	"dns01 check example.com '*.example.com'":                                     "healthy-preflight",
	"dns01 check example.com --value _uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8": "stale-secondary",
	"dns01 lookup _acme-challenge.example.com TXT":                                "healthy",
}

// A consoleBlock is a fenced block of a Markdown text: a command after "$ "
// and what it prints.
var consoleBlock = regexp.MustCompile("(?m)^```console\n\\$ (.*)\n((?s:.*?))^```$")

// taken is how long a run took: it differs from run to run.
var taken = regexp.MustCompile(`\b\d+ ms\b|\b\d+\.\d s\b`)

// What the first page shows has to be what the program prints.
func TestREADME(t *testing.T) {
	path := filepath.Join("..", "..", "README.md")
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
			t.Errorf("%s (-README.md +printed, -update to accept):\n%s", command, cmp.Diff(shown, printed))
		}
		return "```console\n$ " + command + "\n" + printed + "```"
	})
	if blocks == 0 {
		t.Error("README.md shows no run")
	}
	if *update && anew != string(text) {
		if err := os.WriteFile(path, []byte(anew), 0o644); err != nil {
			t.Fatal(err)
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

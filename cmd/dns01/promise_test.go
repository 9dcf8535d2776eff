package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/spf13/pflag"

	"dns01/check"
	"dns01/cmd/dns01/internal/watch"
)

// promised are the lists of what docs/stability.md promises: what is in a list
// stays. With -update what is new is added, and nothing is ever taken out.
var promised = map[string]func(*testing.T) []string{
	"flags.txt":    flagsThereAre,
	"findings.txt": func(*testing.T) []string { return findingsThereAre() },
}

// A script that somebody wrote has to work with the next release.
func TestPromise(t *testing.T) {
	for name, list := range promised {
		path := filepath.Join("testdata", "stable", name)
		there := list(t)
		kept := promise(t, path)
		for _, line := range kept {
			if !slices.Contains(there, line) {
				t.Errorf("%s: %q is promised and no longer there: bring it back (docs/stability.md)", path, line)
			}
		}
		if !*update {
			continue
		}
		all := slices.Compact(slices.Sorted(slices.Values(append(there, kept...))))
		if err := os.WriteFile(path, []byte(strings.Join(all, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// promise is a list, which may be empty only while it is made.
func promise(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// flagsThereAre are the commands, and their flags with the kinds of values.
func flagsThereAre(t *testing.T) []string {
	t.Helper()
	lines := slices.Clone(commandNames)
	for _, c := range commandNames {
		set := flagsTaken(t, c)
		if set == nil {
			continue
		}
		set.VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			line := fmt.Sprintf("%s --%s %s", c, f.Name, f.Value.Type())
			if f.Shorthand != "" {
				line += " -" + f.Shorthand
			}
			lines = append(lines, line)
		})
	}
	slices.Sort(lines)
	return lines
}

func findingsThereAre() []string {
	var ids []string
	for _, r := range check.All() {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return ids
}

// What an exit status means, pipelines are built on.
func TestPromisedStatus(t *testing.T) {
	for _, line := range promise(t, filepath.Join("testdata", "stable", "status.txt")) {
		words := strings.Fields(line)
		synctest.Test(t, func(t *testing.T) {
			p, _, stderr := newProgram(t, words[1:]...)
			p.world.exchanger = silentWorld{asked: make(chan struct{}, 1)}
			if got := strconv.Itoa(p.run(t.Context())); got != words[0] {
				t.Errorf("dns01 %s: status %s, promised is %s\n%s", strings.Join(words[1:], " "), got, words[0], stderr)
			}
		})
	}
}

// A state that the first release has kept, every later one goes on from.
func TestPromisedState(t *testing.T) {
	s, err := watch.ReadState([]byte(read(t, filepath.Join("testdata", "stable", "watch-state.json"))))
	if err != nil || s.Size() != 3 {
		t.Errorf("%v, %d orders", err, s.Size())
	}
}

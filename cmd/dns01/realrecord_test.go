//go:build linux

package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// realRuns are runs against real servers that show what a recording and a dig
// line have to bring back: TCP, IPv6, silence, refusals, aliases, signatures.
var realRuns = []struct {
	name string
	args []string
}{
	{"healthy", []string{"healthy.com", "*.healthy.com", "--value", value("healthy-apex"), "--value", value("healthy-wildcard")}},
	{"IPv6", []string{"healthy.com", "-6", "--value", value("healthy-apex")}},
	{"many values", []string{"many.com", "--value", value("many-1")}},
	{"stale", []string{"stale.com", "--value", value("stale")}},
	{"wrong", []string{"wrong.com", "--value", value("wrong")}},
	{"lame", []string{"alllame.com"}},
	{"closed", []string{"closed.com", "--value", value("closed")}},
	{"silent", []string{"silent.com", "--timeout", "300ms", "--value", value("silent")}},
	{"loop", []string{"loop.com", "--value", value("loop")}},
	{"forbidden", []string{"forbids.com"}},
	{"bogus", []string{"expired.com", "--value", value("signed")}},
}

// byChance are what differs from run to run: how long it took, and where
// microseconds decide, how many questions it took and which of several servers
// the words of the CA's resolver name.
var byChance = regexp.MustCompile(`(?s)"duration_ms": [0-9]+|"queries": \{\s*"total".*| from [0-9a-f.:]+ for key`)

// recordings keeps runs and judges them again, without the servers. Then it
// repeats the evidence of each with dig.
func recordings(t *testing.T, world *namespace, binary string, start []string) {
	for _, tt := range realRuns {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "run.txt")
			args := slices.Concat([]string{"check", "--resolvers", "none", "--json", "--record", file}, start, tt.args)
			was := printed(world.Command(binary, args...))
			is := printed(exec.Command(binary, "replay", file, "--json"))
			clean := func(s string) string { return byChance.ReplaceAllString(s, "") }
			if diff := cmp.Diff(clean(was), clean(is)); diff != "" {
				t.Errorf("the report differs (-recorded +judged again):\n%s", diff)
			}
			repeated(t, world, []byte(was))
		})
	}
}

// printed is what a program says on both streams.
func printed(cmd *exec.Cmd) string {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = []string{"LC_ALL=C"}
	_ = cmd.Run() // the status is that of the verdict
	return out.String()
}

// repeated runs the dig line of each exchange behind a finding, and wants the
// same answer.
func repeated(t *testing.T, world *namespace, report []byte) {
	var doc struct {
		Findings []struct {
			ID       string
			Evidence []struct {
				Rcode, Flags, Failure, Dig string
			}
		}
	}
	if err := json.Unmarshal(report, &doc); err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	seen := map[string]bool{}
	for _, f := range doc.Findings {
		for _, e := range f.Evidence {
			if seen[e.Dig] {
				continue
			}
			seen[e.Dig] = true
			want := fmt.Sprintf("%s %s", e.Rcode, e.Flags)
			if e.Failure != "" {
				want = "nothing"
			}
			out, _ := world.Command("sh", "-c", e.Dig+" +tries=1 +time=1").CombinedOutput()
			if got := dug(string(out)); got != want {
				t.Errorf("%s: %s\ngives %s, was %s\n%s", f.ID, e.Dig, got, want, out)
			}
		}
	}
}

var (
	digStatus = regexp.MustCompile(`status: (\w+)`)
	digFlags  = regexp.MustCompile(`;; flags: ([a-z ]*);`)
)

// dug is what dig got, in the words of a report. The size is not compared: it
// depends on the letter case of the question (RFC 1035 §4.1.4).
func dug(out string) string {
	status, flags := digStatus.FindStringSubmatch(out), digFlags.FindStringSubmatch(out)
	if status == nil || flags == nil {
		return "nothing"
	}
	var set []string
	for _, f := range []string{"aa", "tc", "ra", "ad"} {
		if slices.Contains(strings.Fields(flags[1]), f) {
			set = append(set, f)
		}
	}
	return fmt.Sprintf("%s %s", status[1], strings.Join(set, " "))
}

//go:build linux

package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An errand is a list of questions for TestLookupProcess.
type errand struct {
	Flags     []string // of dns01 lookup
	Unbounds  []unbound
	Questions []string // "NAME. TYPE"
}

// A comparison is what a question came to on both sides.
type comparison struct {
	Question     string
	Ours, Theirs conclusion
}

// A conclusion is what a resolver makes of a question: as far as a CA sees it,
// and with what validation found.
type conclusion struct {
	Rcode         string
	Answers       []string
	Authenticated bool
	EDE           *extendedError
}

type extendedError struct {
	Code int
	Text string
}

// again is how often a question is asked once more that came out differently:
// where servers differ, it is chance which one is asked.
const again = 8

// rounds is how often that is done for what has not come together yet: which
// server is asked first may stay the same for long.
const rounds = 6

// unboundAgrees asks an Unbound, configured as the CA's, and dns01 lookup the
// same questions. Every disagreement has to be a known one.
func unboundAgrees(t *testing.T, world *namespace, keys keyring, start []string) {
	e := errand{Flags: start, Questions: questions(t)}
	for i := range unbounds {
		e.Unbounds = append(e.Unbounds, startUnbound(t, world, keys, i))
	}
	var differ []comparison
	known, kinds := map[string]int{}, map[string]int{}
	for _, c := range e.run(t, world) {
		kinds[c.Theirs.kind()]++
		switch reason := knownDisagreement(c); {
		case c.agree():
		case reason != "":
			known[reason]++
			t.Logf("%s: %s", c.Question, reason)
		default:
			differ = append(differ, c)
		}
	}
	total, left := len(e.Questions), differ
	seen := map[string][]comparison{}
	for _, c := range differ {
		seen[c.Question] = []comparison{c}
	}
	for range rounds {
		left = slices.DeleteFunc(slices.Clone(left), func(c comparison) bool { return overlap(seen[c.Question]) })
		if len(left) == 0 {
			break
		}
		e.Questions = nil
		for _, c := range left {
			e.Questions = append(e.Questions, slices.Repeat([]string{c.Question}, again)...)
		}
		for _, c := range e.run(t, world) {
			seen[c.Question] = append(seen[c.Question], c)
		}
	}
	chance := 0
	for _, c := range differ {
		if overlap(seen[c.Question]) {
			chance++
			t.Logf("%s: differs from one server to the next", c.Question)
			continue
		}
		t.Errorf("%s (-Unbound +dns01):\n%s", c.Question, cmp.Diff(c.Theirs, c.Ours))
	}
	agree := total - len(differ)
	for reason, n := range known {
		agree -= n
		t.Logf("disagree %d: %s", n, reason)
	}
	t.Logf("Unbound concludes %v", kinds)
	t.Logf("agree %d of %d, and %d where it is chance which server is asked", agree, total, chance)
}

// run has all questions asked inside.
func (e errand) run(t *testing.T, world *namespace) []comparison {
	t.Helper()
	in, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := world.Command(self, "-test.run=^TestLookupProcess$")
	cmd.Env = []string{"DNS01_LOOKUP_PROCESS=1", "LC_ALL=C"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var done []comparison
	if err := json.Unmarshal(stdout.Bytes(), &done); err != nil {
		t.Fatalf("%v\n%s", err, &stdout)
	}
	for i := range done {
		done[i].Ours, done[i].Theirs = done[i].Ours.comparable(), done[i].Theirs.comparable()
	}
	return done
}

func (c comparison) agree() bool { return cmp.Equal(c.Ours, c.Theirs) }

// overlap reports whether, of one question asked several times, we and Unbound
// concluded the same at some time each.
func overlap(cs []comparison) bool {
	return slices.ContainsFunc(cs, func(a comparison) bool {
		return slices.ContainsFunc(cs, func(b comparison) bool { return cmp.Equal(a.Ours, b.Theirs) })
	})
}

// kind is the conclusion in short, to show that there are some of each.
func (c conclusion) kind() string {
	switch {
	case c.EDE != nil:
		return "bogus"
	case c.Authenticated:
		return c.Rcode + ", secure"
	}
	return c.Rcode
}

// comparable leaves out what is each resolver's own: the order of records,
// their TTLs, and which of several servers it was that an error names.
func (c conclusion) comparable() conclusion {
	var answers []string
	for _, line := range c.Answers {
		f := strings.SplitN(line, " ", 4)
		answers = append(answers, f[0]+" "+f[3])
	}
	slices.Sort(answers)
	c.Answers = answers
	if c.EDE != nil {
		text := strings.ReplaceAll(c.EDE.Text, " [misc failure]", "")
		c.EDE = &extendedError{c.EDE.Code, fromServers.ReplaceAllString(text, " from …")}
	}
	return c
}

var fromServers = regexp.MustCompile(` from [0-9a-f.:]+( and [0-9a-f.:]+)*`)

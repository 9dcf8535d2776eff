package report

import (
	"fmt"
	"strings"
	"testing"

	"dns01/check"

	"github.com/google/go-cmp/cmp"
)

// What is alike at many names is told twice and then named, and in full for who
// asks for it.
func TestFindingsThatAreAlike(t *testing.T) {
	var res check.Result
	for i := range 6 {
		name := fmt.Sprintf("host%d.example.com", i)
		res.Identifiers = append(res.Identifiers, check.IdentifierResult{Identifier: name, Verdict: check.Blocked})
		res.Findings = append(res.Findings, check.Finding{Rule: check.Find("challenge-missing"), Severity: check.Error, Name: "_acme-challenge." + name, Identifiers: []string{name}})
	}
	text := func(o TextOptions) string {
		p := newPage(&strings.Builder{}, o)
		writeFindings(p, res)
		return p.String()
	}
	short := text(TextOptions{ASCII: true})
	want := `ERROR  The same 4 times more, at _acme-challenge.host2.example.com,
  _acme-challenge.host3.example.com and 2 more (-v shows each)
  [challenge-missing]
`
	if !strings.HasSuffix(short, "\n"+want) || strings.Count(short, "ERROR") != 3 {
		t.Errorf("short:\n%s", short)
	}
	if long := text(TextOptions{ASCII: true, Verbose: true}); strings.Count(long, "ERROR  The challenge name does not exist") != 6 {
		t.Errorf("long:\n%s", long)
	}
}

// A value at another name leads to one that is missing, at each of a hundred
// names; where something else follows, it is told.
func TestFindingsWithAlikeConsequencesAreAlike(t *testing.T) {
	var res check.Result
	for i := range 6 {
		name := fmt.Sprintf("_acme-challenge.host%d.example.com", i)
		res.Findings = append(res.Findings,
			check.Finding{Rule: check.Find("challenge-misplaced"), Severity: check.Error, Name: name},
			check.Finding{Rule: check.Find("challenge-missing"), Severity: check.Error, Name: name, Because: "challenge-misplaced"})
	}
	res.Findings = append(res.Findings,
		check.Finding{Rule: check.Find("challenge-misplaced"), Severity: check.Error, Name: "_acme-challenge.other.example.com"},
		check.Finding{Rule: check.Find("challenge-no-txt"), Severity: check.Error, Name: "_acme-challenge.other.example.com", Because: "challenge-misplaced"})
	p := newPage(&strings.Builder{}, TextOptions{ASCII: true})
	writeFindings(p, res)
	got := p.String()
	if n := strings.Count(got, "hence ERROR"); n != 3 || !strings.Contains(got, "The same 4 times more") || !strings.HasSuffix(got, "[challenge-no-txt]\n") {
		t.Errorf("%d consequences:\n%s", n, got)
	}
}

// Names that lead to one target are told in one line, and one by one for who
// asks for it. What differs in a word, or has consequences, stands by itself.
func TestFindingsThatRepeatThemselves(t *testing.T) {
	var res check.Result
	note := func(name, says string) {
		res.Findings = append(res.Findings, check.Finding{Rule: check.Find("alias-foreign-operator"), Severity: check.Note, Name: name, Detail: name + says})
	}
	for i := range 5 {
		note(fmt.Sprintf("_acme-challenge.host%d.example.com", i), " leads to t.example.net.")
	}
	note("_acme-challenge.other.example.com", " leads to u.example.net.")
	text := func(o TextOptions) string {
		p := newPage(&strings.Builder{}, o)
		writeFindings(p, res)
		return strings.TrimLeft(p.String(), "\n")
	}
	want := `NOTE  _acme-challenge.host0.example.com leads to t.example.net. The same goes
  for _acme-challenge.host1.example.com, _acme-challenge.host2.example.com and 2
  more. [alias-foreign-operator]
NOTE  _acme-challenge.other.example.com leads to u.example.net.
  [alias-foreign-operator]
`
	if diff := cmp.Diff(want, text(TextOptions{ASCII: true})); diff != "" {
		t.Errorf("short (-want +got):\n%s", diff)
	}
	if long := text(TextOptions{ASCII: true, Verbose: true}); strings.Count(long, "NOTE  ") != 6 {
		t.Errorf("long:\n%s", long)
	}
	markdown := markdownFindingsOf(res)
	if !strings.Contains(markdown, "<summary>2 notes</summary>") || !strings.Contains(markdown, "The same goes for `_acme-challenge.host1.example.com`") {
		t.Errorf("markdown:\n%s", markdown)
	}
}

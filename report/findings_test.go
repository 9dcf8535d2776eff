package report

import (
	"fmt"
	"strings"
	"testing"

	"dns01/check"
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

package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var sample = []node{
	{path: "caa", doc: "Package caa decides."},
	{path: "check", doc: "Package check judges a|b.", imports: []string{"caa"}},
	{path: "cmd/dns01", doc: "Command dns01 predicts.", imports: []string{"caa", "check", "tui"}, others: []string{"github.com/spf13/pflag"}},
	{path: "tui", doc: "Package tui shows.", imports: []string{"check"}},
}

// An arrow that follows from others would hide those that matter.
func TestReduced(t *testing.T) {
	want := map[string][]string{"check": {"caa"}, "cmd/dns01": {"tui"}, "tui": {"check"}}
	if diff := cmp.Diff(want, reduced(sample)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDrawn(t *testing.T) {
	want := "```mermaid\nflowchart TD\n" +
		"    caa[\"caa\"]\n    check[\"check\"]\n    cmd_dns01[\"cmd/dns01\"]\n    tui[\"tui\"]\n" +
		"    check --> caa\n    cmd_dns01 --> tui\n    tui --> check\n```\n"
	if diff := cmp.Diff(want, drawn(sample)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	table := tabled(sample)
	for _, want := range []string{"| `check` | judges a\\|b. |  |\n", "| `cmd/dns01` | predicts. | github.com/spf13/pflag |\n"} {
		if !strings.Contains(table, want) {
			t.Errorf("%q is missing in:\n%s", want, table)
		}
	}
}

func TestPlaced(t *testing.T) {
	got, err := placed("a\n"+begin+"old\n"+end+"b\n", "new\n")
	if want := "a\n" + begin + "\nnew\n\n" + end + "b\n"; err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if _, err := placed("a\n"+begin, "new\n"); err == nil {
		t.Error("a page without an end was written to")
	}
}

func TestDecode(t *testing.T) {
	out := `{"ImportPath":"fmt","Standard":true}
{"ImportPath":"example.com/x/y","Module":{"Path":"example.com/x"}}
{"ImportPath":"m/b","Doc":"Package b is.","Module":{"Path":"m","Main":true},"Imports":["fmt","example.com/x/y"]}
{"ImportPath":"m/a","Module":{"Path":"m","Main":true},"Imports":["m/b"]}`
	got, err := decode([]byte(out))
	if err != nil {
		t.Fatal(err)
	}
	want := []node{{path: "a", imports: []string{"b"}}, {path: "b", doc: "Package b is.", others: []string{"example.com/x"}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(node{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

package rulebook

import (
	"os"
	"strings"
	"testing"

	"dns01/check"

	"github.com/google/go-cmp/cmp"
)

// The page that people read has to tell what the program really checks.
func TestPageIsCurrent(t *testing.T) {
	got, err := os.ReadFile("../../../docs/findings.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(Render(check.All())), string(got)); diff != "" {
		t.Errorf("docs/findings.md is out of date: run go generate ./check (-want +got):\n%s", diff)
	}
}

func TestRender(t *testing.T) {
	got := string(Render([]*check.Rule{{
		ID: "zone-burns", Subject: "delegation", Severity: check.Error,
		Title: "The zone | burns", Why: "It is hot.", Fix: "Call help.", Source: "RFC 2549 §1",
	}}))
	want := head + `
| id | severity | fault |
|---|---|---|
| [zone-burns](#zone-burns) | error | The zone \| burns |

## delegation

### zone-burns

**The zone | burns.** *error*

It is hot.

What to do: Call help.

Source: RFC 2549 §1
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// A subject has one heading, which links can lead to.
func TestRulesOfASubjectStandTogether(t *testing.T) {
	got := string(Render([]*check.Rule{{ID: "a", Subject: "name"}, {ID: "b", Subject: "order"}, {ID: "c", Subject: "name"}}))
	var order []string
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "##") {
			order = append(order, strings.TrimSpace(strings.TrimLeft(line, "#")))
		}
	}
	if diff := cmp.Diff([]string{"name", "a", "c", "order", "b"}, order); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

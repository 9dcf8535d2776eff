package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

// A hundred names that meet one fault get one answer, not a hundred.
func TestPredictedIsToldOnceForNamesAlike(t *testing.T) {
	caa := func(name string) check.Problem {
		return check.Problem{Stage: "validation", Type: "caa", Detail: "While processing CAA for " + name + ": CAA record for example.com prevents issuance"}
	}
	var ids []check.IdentifierResult
	for i := range 100 {
		name := fmt.Sprintf("host%d.example.com", i)
		ids = append(ids, check.IdentifierResult{Identifier: name, Verdict: check.Blocked, Predicted: []check.Problem{caa(name)}})
	}
	other := check.Problem{Stage: "validation", Type: "dns", Detail: "DNS problem: query timed out looking up CAA for com"}
	for _, name := range []string{"a.com", "b.com"} {
		ids = append(ids, check.IdentifierResult{Identifier: name, Verdict: check.Blocked, Predicted: []check.Problem{other}})
	}
	r := Report{Result: check.Result{Identifiers: ids}}
	for every, want := range map[bool][]string{
		false: {"host0.example.com, and likewise for 99 more", "a.com, b.com"},
		true:  append(hosts(100), "a.com, b.com"),
	} {
		var got []string
		for _, a := range predictedOf(r, every) {
			got = append(got, a.whom())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("every %v (-want +got):\n%s", every, diff)
		}
	}
}

func hosts(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("host%d.example.com", i))
	}
	return names
}

// One stale server is one table, however many names are asked of it.
func TestTablesOfServersAreShownOnceForNamesAlike(t *testing.T) {
	r := staleSecondary()
	rows := strings.Count(shown(t, r), "ADDRESS")
	t1 := targetsOf(r)[0]
	zone, at := rowsOf(r.Survey, t1)
	var all []differingTargets
	for range 3 {
		all = addDiffering(all, zone, at, t1, false)
	}
	if rows != 1 || len(all) != 1 || all[0].more != 2 {
		t.Errorf("%d tables of one target, and %d of three that are alike", rows, len(all))
	}
	if all = addDiffering(all, zone, at, t1, true); len(all) != 2 {
		t.Errorf("%d tables with -v, want each", len(all))
	}
}

// shown is the text of a report.
func shown(t *testing.T, r Report) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

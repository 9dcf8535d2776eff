package check_test

import (
	"testing"

	"dns01/testdata"
)

// Every query counts: at somebody's server, and against the limits that it
// has. What a run may cost stands in each scenario; probes of the servers have
// a bound of their own (TestProbeBudget).
func TestQueryBudget(t *testing.T) {
	for _, name := range testdata.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, name)
			most := readWant(t, s.Want).queries
			q := play(t, s, 1).survey.Queries
			asked := q.Total - q.Probes
			t.Logf("%d queries (%d over TCP, %d for CAA) and %d to probe servers, at most %d without those", q.Total, q.TCP, q.CAA, q.Probes, most)
			if asked > most {
				t.Errorf("%d queries, at most %d are allowed", asked, most)
			}
		})
	}
}

// The ordinary case has a bound of its own: a zone on two servers with four
// addresses, two delegations below the root, nothing known before.
func TestQueryBudgetOfHealthyZone(t *testing.T) {
	const most = 45
	for _, name := range []string{"healthy", "healthy-preflight"} {
		q := play(t, scenario(t, name), 1).survey.Queries
		asked := q.Total - q.Probes
		t.Logf("%s: %d queries, at most %d", name, asked, most)
		if asked > most {
			t.Errorf("%s: %d queries, at most %d are allowed", name, asked, most)
		}
	}
}

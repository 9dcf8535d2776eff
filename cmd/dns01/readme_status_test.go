package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// statusRow is a row of the table of exit statuses in README.md: the verdict,
// its status, and the one that --strict makes of it if that differs.
var statusRow = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d+)(?:, with `--strict` (\\d+))? \\|")

// ofVerdict is a world for each verdict.
var ofVerdict = map[string]string{
	"ready": "healthy", "at_risk": "stale-secondary", "retry": "tld-hiccup", "blocked": "caa-forbids", "unknown": "port53-blocked",
}

// Scripts decide by the status that the first page promises.
func TestREADMEStatuses(t *testing.T) {
	rows := statusRow.FindAllStringSubmatch(read(t, "../../README.md"), -1)
	if len(rows) != len(ofVerdict) {
		t.Fatalf("%d rows, want one for each of %d verdicts", len(rows), len(ofVerdict))
	}
	for _, row := range rows {
		verdict, relaxed, strict := row[1], row[2], row[3]
		if strict == "" {
			strict = relaxed
		}
		for flag, want := range map[string]string{"": relaxed, "--strict": strict} {
			run := playedIn(t, ofVerdict[verdict], append(strings.Fields(flag), "-q")...)
			if strconv.Itoa(run.status) != want || run.stdout.String() != verdict+"\n" {
				t.Errorf("%s %s: status %d and %q, README.md says %s", verdict, flag, run.status, &run.stdout, want)
			}
		}
	}
	if run := ranWith(t, nil, "check"); run.status != statusUsage {
		t.Errorf("wrong usage: status %d", run.status)
	}
}

// failOnRow is a row of the table of --fail-on in docs/integrations.md, with
// the statuses of ready, at_risk, retry, blocked and unknown.
var failOnRow = regexp.MustCompile("(?m)^\\| `(--[a-z][^`]*)` \\| (\\d+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\|$")

func TestIntegrationsStatuses(t *testing.T) {
	rows := failOnRow.FindAllStringSubmatch(read(t, "../../docs/integrations.md"), -1)
	if len(rows) < 6 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		var got []string
		for _, verdict := range []string{"ready", "at_risk", "retry", "blocked", "unknown"} {
			got = append(got, fmt.Sprint(playedIn(t, ofVerdict[verdict], strings.Fields(row[1])...).status))
		}
		if g, want := strings.Join(got, " "), strings.Join(row[2:], " "); g != want {
			t.Errorf("%s: %s, docs/integrations.md says %s", row[1], g, want)
		}
	}
}

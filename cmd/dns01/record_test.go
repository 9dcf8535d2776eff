package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"dns01/testdata"
)

// ran runs the program in virtual time.
func ran(t *testing.T, args ...string) *played {
	t.Helper()
	var r played
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newProgram(t, args...)
		p.stdout, p.stderr = &r.stdout, &r.stderr
		r.status = p.run(t.Context())
	})
	return &r
}

// undated is a JSON report without its duration.
func undated(t *testing.T, report []byte) string {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(report, &doc); err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	delete(doc, "duration_ms")
	out, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Between the first line of a recording and the first question the clock may
// have gone on to the next second; the report is of when it was asked.
func TestARecordingBeginsWhenItsReportDoes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run.txt")
	for _, command := range []string{"check", "caa"} {
		var was struct {
			StartedAt string `json:"started_at"`
		}
		is := was
		synctest.Test(t, func(t *testing.T) {
			p, stdout, _ := newProgram(t, command, "example.com", "--json", "--record", file)
			var err error
			if p.world, err = labWorld(worldFrom(t, "../../testdata/scenarios/healthy.txtar")); err != nil {
				t.Fatal(err)
			}
			p.world.lab, p.world.now = "", nil
			p.now = func() time.Time { time.Sleep(700 * time.Millisecond); return time.Now() }
			p.run(t.Context())
			if err := json.Unmarshal(stdout.Bytes(), &was); err != nil {
				t.Fatal(err)
			}
		})
		if err := json.Unmarshal(ran(t, "replay", file, "--json").stdout.Bytes(), &is); err != nil {
			t.Fatal(err)
		}
		if is != was {
			t.Errorf("%s began at %s, and by its recording at %s", command, was.StartedAt, is.StartedAt)
		}
	}
}

// chancy are worlds where not everything follows from the seed, with the reason.
// There, status and verdict alone have to be the same.
var chancy = map[string]string{
	"healthy-many-names": "one address is asked more at a time than is polite: which question waits is chance",
	"order-too-large":    "likewise",
	"deadline-too-short": "everything ends at once: what notices first is chance",
}

// A recording has to tell all that a judgement needs, to the last octet, or
// whoever gets it judges another world. The same run has to make the same
// file, or nobody can see what changed.
func TestEveryWorldIsJudgedAgain(t *testing.T) {
	for _, name := range testdata.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, byChance := chancy[name]
			first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
			was := ran(t, "demo", name, "--json", "--record", first)
			ran(t, "demo", name, "--json", "--record", second)
			a, err := os.ReadFile(first)
			if err != nil {
				t.Fatal(err, was.stderr.String())
			}
			b, err := os.ReadFile(second)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a, b) && !byChance {
				t.Errorf("two recordings of one run differ (-first +second):\n%s", cmp.Diff(string(a), string(b)))
			}
			is := ran(t, "replay", first, "--json")
			if is.stderr.Len() > 0 && !byChance {
				t.Errorf("stderr: %s", &is.stderr)
			}
			if is.status != was.status {
				t.Errorf("status %d, was %d", is.status, was.status)
			}
			if byChance {
				return
			}
			if diff := cmp.Diff(undated(t, was.stdout.Bytes()), undated(t, is.stdout.Bytes())); diff != "" {
				t.Errorf("the report differs (-recorded +judged again):\n%s", diff)
			}
		})
	}
}

// disguised are worlds in which a finding hangs on what a redacted recording
// must not tell.
var disguised = map[string]string{
	"challenge-value-in-hexadecimal": "the value written in another alphabet is another value once disguised",
	"network-large-udp-lost":         "which of several questions sounds out a server that answers small hangs on the order of names",
	"cname-acme-dns":                 "a name is asked for with its zone doubled, whose TLD is not one of the real ones that stay",
	"value-digested-with-line-feed":  "a disguised value is the digest of nothing",
	"values-left-in-hexadecimal":     "letters of hexadecimal become others",
}

// What was redacted has to be judged as what it was, or nobody can help with it;
// and no name or address of the real world may be left.
func TestEveryWorldIsJudgedAlikeWhenRedacted(t *testing.T) {
	for _, name := range testdata.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if why := chancy[name] + disguised[name]; why != "" {
				t.Skip(why)
			}
			file := filepath.Join(t.TempDir(), "run")
			was := ran(t, "demo", name, "--json", "--record", file, "--redact")
			is := ran(t, "replay", file, "--json")
			if is.status != was.status || is.stderr.Len() > 0 {
				t.Errorf("status %d, was %d: %s", is.status, was.status, &is.stderr)
			}
			if diff := cmp.Diff(found(t, was.stdout.Bytes()), found(t, is.stdout.Bytes())); diff != "" {
				t.Errorf("the findings differ (-recorded +redacted):\n%s", diff)
			}
		})
	}
}

// found is what was found, without any name.
func found(t *testing.T, report []byte) []string {
	t.Helper()
	var doc struct {
		Verdict  string
		Findings []struct {
			ID, Severity, Because string
			Servers               []string
		}
	}
	if err := json.Unmarshal(report, &doc); err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	lines := []string{doc.Verdict}
	for _, f := range doc.Findings {
		lines = append(lines, fmt.Sprintf("%s %s because %q: %d servers", f.Severity, f.ID, f.Because, len(f.Servers)))
	}
	slices.Sort(lines[1:])
	return lines
}

// notKept are the flags of check that a recording does not keep, with the
// reason. A new flag has to be in one list or the other: one that is forgotten
// makes a replay judge something else, one that is a secret must not be kept.
var notKept = map[string]string{
	"value": "kept as values", "token": "kept beside the value it makes", "thumbprint": "likewise",
	"file": "its names are kept", "csr": "its names are kept", "cert": "its names are kept", "certbot": "its names are kept",
	"manifest": "its names are kept", "caddyfile": "its names are kept",
	"vantage": "what was seen there is kept", "vantage-budget": "nothing is spent again", "ca-directory": "it is read from elsewhere", "resolvers": "kept as resolvers", "no-caches": "kept as resolvers, none",
	"root-hints": "kept as roots", "trust-anchor": "kept as anchors",
	"record": "about the file", "redact": "about the file",
	"format": "about what comes out", "json": "likewise", "verbose": "likewise", "quiet": "likewise", "color": "likewise",
	"output": "likewise", "trace": "likewise", "fail-on": "likewise", "help": "likewise", "nagios": "likewise", "demo": "it is the lab",
}

func TestEveryFlagIsKeptOrNot(t *testing.T) {
	newCheckFlags("check").VisitAll(func(f *pflag.Flag) {
		_, not := notKept[f.Name]
		if kept := slices.Contains(keptFlags, f.Name); kept == not {
			t.Errorf("--%s: is it kept in a recording (keptFlags) or not (notKept)?", f.Name)
		}
	})
}

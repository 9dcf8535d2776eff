package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/survey"
)

// An oddWorld has an answer over which the program breaks down.
type oddWorld struct {
	resolver.Exchanger
	name string
}

func (o oddWorld) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	if strings.EqualFold(q.Msg.Question[0].Name, o.name) {
		panic("an odd answer")
	}
	return o.Exchanger.Exchange(ctx, q)
}

// inOddWorld runs the program where one name makes it break down.
func inOddWorld(t *testing.T, name string, args ...string) *played {
	t.Helper()
	var r played
	s, err := scenario("healthy")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newProgram(t, args...)
		p.stdout, p.stderr, p.rand = &r.stdout, &r.stderr, unchanging()
		if p.world, err = labWorld(s); err != nil {
			t.Fatal(err)
		}
		p.world.exchanger = oddWorld{p.world.exchanger, name}
		r.status = p.run(t.Context())
	})
	return &r
}

// toldOnce holds stderr to one report of the fault, with its place.
func (r *played) toldOnce(t *testing.T) {
	t.Helper()
	said := r.stderr.String()
	if strings.Count(said, "a fault of dns01 itself") != 1 || !strings.Contains(said, "oddWorld.Exchange") {
		t.Errorf("said:\n%s", said)
	}
}

// A fault over one order must cost the others nothing, nor its own document.
func TestAFaultCostsOneOrder(t *testing.T) {
	list := filepath.Join(t.TempDir(), "orders")
	write(t, list, "example.com\nodd.example.com\nwww.example.com\n")
	r := inOddWorld(t, "_acme-challenge.odd.example.com.", "batch", list, "--in-order", "-q")
	r.toldOnce(t)
	got := map[string]string{}
	for line := range strings.Lines(r.stdout.String()) {
		var x struct {
			Identifiers []string
			Verdict     string
			Findings    []struct{ ID string }
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		for _, f := range x.Findings {
			x.Verdict += " " + f.ID
		}
		got[strings.Join(x.Identifiers, " ")] = x.Verdict
	}
	want := map[string]string{"example.com": "ready challenge-leftover-values", "odd.example.com": "unknown could-not-look", "www.example.com": "ready"}
	if d := cmp.Diff(want, got); d != "" || r.status != statusUnknown {
		t.Errorf("status %d, lines (-want +got):\n%s", r.status, d)
	}
}

// Whoever reads the standard output gets a whole document, whatever command
// broke down: unknown, and nobody is sent to look in their zone.
func TestAFaultIsToldAsOurs(t *testing.T) {
	const name = "_acme-challenge.example.com."
	for _, args := range [][]string{
		{"check", "example.com", "--json"},
		{"lookup", "_acme-challenge.example.com", "TXT", "--json"},
		{"plan", "example.com", "--look", "--json"},
		{"wait", "example.com", "--value", waitValue, "--json"},
		{"caa", "_acme-challenge.example.com", "--json"},
	} {
		t.Run(args[0], func(t *testing.T) {
			r := inOddWorld(t, name, args...)
			r.toldOnce(t)
			if r.status != statusUnknown || !json.Valid(r.stdout.Bytes()) || !strings.Contains(r.stdout.String(), "dns01 itself broke down") {
				t.Errorf("status %d, stdout %s", r.status, &r.stdout)
			}
		})
	}
}

// A status that hooks and pipelines decide by is the same whatever command
// breaks down, and wherever: "unknown", neither ready nor blocked. diff has
// that of diff(1).
func TestAFaultHasOneStatus(t *testing.T) {
	recorded, judged := "../../testdata/traces/closed.txt", "../../testdata/reports/v1/healthy.json"
	for _, tt := range []struct {
		status int
		args   []string
	}{
		{statusUnknown, []string{"check", "--demo", "healthy", "--json"}},
		{statusUnknown, []string{"caa", "--demo", "healthy", "www.example.com"}},
		{statusUnknown, []string{"wait", "--demo", "healthy", "--value", waitValue, "example.com"}},
		{statusUnknown, []string{"lookup", "--demo", "healthy", "example.com"}},
		{statusUnknown, []string{"plan", "example.com"}},
		{statusUnknown, []string{"explain", "caa-forbids"}},
		{statusUnknown, []string{"batch", "--demo", "healthy"}},
		{statusUnknown, []string{"replay", recorded}},
		{statusUsage, []string{"diff", judged, judged}},
		{statusUnknown, []string{"demo"}},
		{statusUnknown, []string{"completion", "bash"}},
		{statusUnknown, []string{"version"}},
		{statusUnknown, []string{"help"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			p, _, stderr := newProgram(t, tt.args...)
			p.stdin, p.stdout = strings.NewReader("example.com\n"), oddStream{}
			if got := p.run(t.Context()); got != tt.status || strings.Count(stderr.String(), "a fault of dns01 itself") != 1 {
				t.Errorf("%v: status %d, want %d; said:\n%s", tt.args, got, tt.status, stderr)
			}
		})
	}
}

// An oddStream makes the program break down over its results.
type oddStream struct{}

func (oddStream) Write([]byte) (int, error) { panic("an odd stream") }

// A report that cannot be written costs its order alone, too.
func TestALineThatBreaksCostsOneOrder(t *testing.T) {
	p, _, stderr := newProgram(t)
	b := &batch{judging: &judging{p: p}}
	b.o.full = true
	r := result{orderLine: orderLine{number: 7, line: 9, id: "odd", names: []string{"example.com"}}}
	r.report = report.Report{Survey: &survey.Survey{Zones: []*survey.Zone{nil}}}
	line, err := b.lineOf(&r)
	if err != nil {
		t.Fatal(err)
	}
	x, err := report.ReadBatchLine(line)
	if err != nil || x.Order != 7 || x.ID != "odd" || x.Verdict != "unknown" || !strings.Contains(stderr.String(), "a fault of dns01 itself") {
		t.Errorf("%v, %+v, said %s", err, x, stderr)
	}
}

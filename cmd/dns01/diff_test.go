package main

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// "It worked yesterday": of two runs before and after an edit exactly that edit
// has to be told, or people look in the wrong place.
func TestDiffTellsATimedEdit(t *testing.T) {
	t.Chdir(t.TempDir())
	const before, after = "before.txt", "after.txt"
	synctest.Test(t, func(t *testing.T) {
		s, err := scenario("propagation-slow")
		if err != nil {
			t.Fatal(err)
		}
		w, err := labWorld(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{before, after} {
			p, _, stderr := newProgram(t, append([]string{"check", "-q", "--record", file}, s.Target...)...)
			p.world = w
			p.run(t.Context())
			if stderr.Len() > 0 {
				t.Fatal(stderr)
			}
			time.Sleep(20 * time.Second)
		}
	})
	got := ran(t, "diff", before, after)
	want := `AT RISK  before 2026-11-01T00:00:00Z before.txt
READY    after 2026-11-01T00:00:20Z after.txt

Verdicts:
  ~ example.com: at_risk -> ready

Findings:
  - challenge-not-on-every-server at _acme-challenge.example.com: warning:
  ns2.example.com (2001:db8:2::53), ns2.example.com (203.0.113.1)
  - zone-serial-differs at example.com: note: ns2.example.com (2001:db8:2::53),
  ns2.example.com (203.0.113.1)

Servers:
  ~ ns2.example.com (2001:db8:2::53) of example.com: ok, serial 2026110106 ->
  ok, serial 2026110107
  ~ ns2.example.com (203.0.113.1) of example.com: ok, serial 2026110106 -> ok,
  serial 2026110107
`
	if diff := cmp.Diff(want, got.stdout.String()); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, &got.stderr)
	}
	if got.status != statusDifferent {
		t.Errorf("status %d", got.status)
	}
	if same := ran(t, "diff", after, after); same.status != statusSame || same.stderr.Len() > 0 {
		t.Errorf("status %d of a file and itself: %s", same.status, &same.stderr)
	}
}

// Who interrupts a run that hangs wants to show it to somebody.
func TestARunThatIsInterruptedIsRecorded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run")
	p, _, _ := newProgram(t, "example.com", "--timeout", "1h", "--deadline", "1h", "--resolvers", "none", "--record", file, "-q")
	w := silentWorld{make(chan struct{}, 1)}
	p.world.exchanger = w
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		<-w.asked
		interrupt()
	}()
	if got := p.run(ctx); got != statusUnknown {
		t.Errorf("status %d", got)
	}
	again := ran(t, "replay", file, "-q", "--deadline", "1s")
	if again.status != statusUnknown || again.stdout.String() != "unknown\n" {
		t.Errorf("status %d, %s%s", again.status, &again.stdout, &again.stderr)
	}
}

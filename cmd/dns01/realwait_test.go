//go:build linux

package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"runtime"
	"testing"
)

// A round is what the test reads of a line of "wait --format jsonl".
type round struct {
	Event   string
	Passing bool
	Servers []struct {
		Address string
		HasSet  bool `json:"has_set"`
	}
	Wait *struct{ Outcome string } // of the last line
}

// has reports whether an address had the value in that round.
func (r round) has(address string) bool {
	for _, s := range r.Servers {
		if s.Address == address {
			return s.HasSet
		}
	}
	return false
}

// TestRealWait waits while a value makes its way through real servers. It
// fails when a wait ends before the last of them has it, which costs a
// validation, or goes on long after.
func TestRealWait(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread() // see TestRealServers
	z := startMovingZone(t, false)
	cmd := z.Command(build(t), "wait", "--format", "jsonl", "--settle", "1", "--interval", "200ms", "--for", "1m", "--value", value("moving"), movingName)
	cmd.Env = z.environment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	rounds := roundsOf(stdout)
	next := func() round {
		r, more := <-rounds
		if !more {
			t.Fatalf("no line more\n%s", &stderr)
		}
		return r
	}

	if r := next(); r.has(primary) || r.Passing {
		t.Fatalf("before anything is published: %+v", r)
	}
	z.publish(t, value("moving"))
	r := next()
	for !r.has(primary) {
		r = next()
	}
	for range 3 { // the secondary has not been told
		if r.has(secondary) || r.Passing {
			t.Fatalf("before the secondary is told: %+v", r)
		}
		r = next()
	}
	z.notify(t)
	z.await(t, secondary, "_acme-challenge."+movingName, "TXT", value("moving"))
	for range len(rounds) { // those from before
		r = next()
	}
	// One look may have been under way, and the next one sees it.
	var after []round
	for r.Wait == nil {
		r = next()
		after = append(after, r)
	}
	if looks := len(after) - 1; looks > 3 || r.Wait.Outcome != "ready" {
		t.Errorf("%d looks after the secondary had it, and the outcome %q\n%s", looks, r.Wait.Outcome, &stderr)
	}
	for range rounds { // Wait closes what they are read from
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &stderr)
	}
}

// roundsOf reads rounds as soon as they come, so that those from before a moment
// are told from those after it.
func roundsOf(from io.Reader) <-chan round {
	rounds := make(chan round, 10_000)
	go func() {
		defer close(rounds)
		for d := json.NewDecoder(from); ; {
			var r round
			if d.Decode(&r) != nil { // the end, or what is no line of it
				return
			}
			rounds <- r
		}
	}()
	return rounds
}

//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asProcess is this test binary as dns01, to be started.
func asProcess(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dns01 := filepath.Join(t.TempDir(), "dns01")
	if err := os.Symlink(self, dns01); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), dns01, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	return cmd
}

// signalled starts dns01, sends it a signal once it has said a word, and
// returns how it ended.
func signalled(t *testing.T, sig os.Signal, word string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := asProcess(t, args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var before strings.Builder
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		before.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), word) {
			break
		}
	}
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatalf("%v; it said:\n%s", err, &before)
	}
	after, err := io.ReadAll(said)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	return status, out.String(), before.String() + string(after)
}

// A renewal that is stopped, by a person or by an init system, must not lose
// what its wait knew by then, nor pass for one that succeeded.
func TestWaitIsStoppedBySignals(t *testing.T) {
	const asked = "2 of 4 addresses have what is expected"
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := signalled(t, sig, asked, "wait", "--demo", "stale-secondary", "--interval", "10s")
			if status != statusUnknown {
				t.Errorf("status %d, want %d", status, statusUnknown)
			}
			if !strings.HasPrefix(stdout, "INTERRUPTED  example.com: ") || !strings.Contains(stdout, "203.0.113.1     ns2.example.com") {
				t.Errorf("stdout:\n%s", stdout)
			}
			if !strings.HasSuffix(stderr, "dns01: interrupted; the report holds what was known by then\n") {
				t.Errorf("stderr:\n%s", stderr)
			}
		})
	}
}

// The same in JSON: the document is whole.
func TestWaitIsStoppedWithWholeJSON(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "jsonl"} {
		status, stdout, stderr := signalled(t, syscall.SIGTERM, "2 of 4 addresses", "wait", "--demo", "stale-secondary", "--interval", "10s", "--format", format)
		last := stdout
		if format == "jsonl" {
			all := strings.SplitAfter(strings.TrimSuffix(stdout, "\n"), "\n")
			last = all[len(all)-1]
		}
		var doc struct{ Wait struct{ Outcome string } }
		if err := json.Unmarshal([]byte(last), &doc); err != nil || status != statusUnknown || doc.Wait.Outcome != "interrupted" {
			t.Errorf("%s: %v, status %d, outcome %q\n%s%s", format, err, status, doc.Wait.Outcome, stdout, stderr)
		}
	}
}

// A look that is under way, at servers that do not answer, is not waited for.
func TestWaitIsStoppedWhileItLooks(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := signalled(t, os.Interrupt, "waiting for 1 value", "wait", "--demo", "all-silent", "--timeout", "30m", "--deadline", "1h", "--value", waitValue, "example.com")
	if status != statusUnknown || !strings.HasPrefix(stdout, "INTERRUPTED  example.com: ") {
		t.Errorf("status %d, stdout:\n%s\nstderr:\n%s", status, stdout, stderr)
	}
}

// What --then runs is told to stop too, and can tidy up.
func TestWaitStopsWhatItRuns(t *testing.T) {
	t.Parallel()
	status, stdout, stderr := signalled(t, syscall.SIGTERM, "begun", "wait", "--demo", "healthy", "--interval", "10ms", "-q",
		"--then", "trap 'echo tidied; exit 9' TERM; echo begun >&2; while :; do sleep 0.1; done")
	if status != 9 || !strings.HasSuffix(stdout, "tidied\n") {
		t.Errorf("status %d, stdout:\n%s\nstderr:\n%s", status, stdout, stderr)
	}
}

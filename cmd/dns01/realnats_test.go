package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// realNATS starts a NATS server as a process of its own and returns its URL.
// The server is built from the module that the tests use.
func realNATS(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "nats-server")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		if os.Getenv("DNS01_REQUIRE_SERVERS") != "" {
			t.Fatalf("nats-server: %v\n%s", err, out)
		}
		t.Skipf("no NATS server: %v\n%s", err, out)
	}
	ports := filepath.Join(dir, "ports")
	if err := os.Mkdir(ports, 0o700); err != nil {
		t.Fatal(err)
	}
	log := childOf(t, binary, "-a", "127.0.0.1", "-p", "-1", "-js", "-sd", filepath.Join(dir, "store"), "--ports_file_dir", ports)
	log.await(t, "Server is ready")
	at := log.String()
	at = at[strings.Index(at, "Listening for client connections on ")+len("Listening for client connections on "):]
	return "nats://" + strings.TrimSpace(at[:strings.IndexByte(at, '\n')])
}

// A child is a process with what it wrote on stderr.
type child struct {
	*heardLines
	cmd *exec.Cmd
}

// childOf starts a program that is killed at the end of the test, if not
// before.
func childOf(t *testing.T, name string, args ...string) *child {
	t.Helper()
	c := &child{newHeardLines(), exec.Command(name, args...)}
	c.cmd.Env, c.cmd.Stderr = ownEnvironment(), c
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

// kill is SIGKILL: the process has no say.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// Agents and the coordinator are killed, one after another, in the middle of
// a batch: every order has one result in the end.
func TestRealNATSKillsLoseNothing(t *testing.T) {
	binary, err := exec.LookPath("dns01")
	if err != nil {
		t.Skip("no program to kill: ", err)
	}
	url := realNATS(t)
	agent := func(perspective, rir string) *child {
		c := childOf(t, binary, append([]string{"agent", "--nats", url}, healthy(perspective, rir)...)...)
		c.await(t, "answers at")
		return c
	}
	victims := []*child{agent("eu-west", "RIPE"), agent("us-east", "ARIN")}
	agent("ap-south", "APNIC")

	const n = 1500
	dir := t.TempDir()
	list, out := filepath.Join(dir, "list"), filepath.Join(dir, "out")
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "host%d.example.com\n", i)
	}
	if err := os.WriteFile(list, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	batch := func() *child {
		return childOf(t, binary, "batch", "--nats", url, "--lost-after", "1s", "--deadline", "5m", "--resume", "--output", out, list)
	}
	run := batch()
	for i, victim := range victims {
		run.until(t, out, 100*(i+1))
		victim.kill()
	}
	run.until(t, out, 300)
	run.kill()
	run = batch()
	run.until(t, out, 600)
	run.kill()
	run = batch()
	if err := run.cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, run)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	exactlyOnce(t, from1(n), numbers(t, got))
}

// until waits until a file has so many lines; the process must not end before.
func (c *child) until(t *testing.T, file string, lines int) {
	t.Helper()
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Count(text, []byte("\n")) >= lines {
			return
		}
		if t.Context().Err() != nil {
			t.Fatal("no " + strconv.Itoa(lines) + " lines: " + c.String())
		}
	}
}

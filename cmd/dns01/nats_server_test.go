package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"
)

// leavesNothingRunning checks that no goroutine is left at the end of a test.
// It comes first in the test, which must not run beside others.
func leavesNothingRunning(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// long is how long a busy machine may need for what takes milliseconds.
const long = time.Minute

// natsServer runs a NATS server for the length of a test, as change wants it.
func natsServer(t *testing.T, change func(*server.Options)) *server.Server {
	t.Helper()
	o := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(), AuthTimeout: long.Seconds()}
	if change != nil {
		change(o)
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(long) {
		t.Fatal("the NATS server does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// heardLines is a stream that can be waited on.
type heardLines struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func newHeardLines() *heardLines { return &heardLines{wrote: make(chan struct{}, 1)} }

func (h *heardLines) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case h.wrote <- struct{}{}:
	default:
	}
	return h.text.Write(p)
}

func (h *heardLines) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// forget lets go of what was written so far.
func (h *heardLines) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = bytes.Buffer{}
}

// await waits until a text was written.
func (h *heardLines) await(t *testing.T, text string) {
	t.Helper()
	h.awaitUnless(t, text, t.Context().Done())
}

// awaitUnless is await for what whoever writes may end without.
func (h *heardLines) awaitUnless(t *testing.T, text string, ended <-chan struct{}) {
	t.Helper()
	for over := false; !strings.Contains(h.String(), text); {
		if over {
			t.Fatalf("never wrote %q, but\n%s", text, h)
		}
		select {
		case <-h.wrote:
		case <-ended:
			over = true
		}
	}
}

// agentRunning runs an agent until it is stopped, or the test ends.
func agentRunning(t *testing.T, s *server.Server, args ...string) (stop func() int, stderr *heardLines) {
	t.Helper()
	p, _, _ := newProgram(t, append([]string{"agent", "--nats", s.ClientURL()}, args...)...)
	stderr = newHeardLines()
	p.stderr = stderr
	return runs(t, p, stderr), stderr
}

// runningAs runs an agent with a server that the environment names.
func runningAs(t *testing.T, p *program, url string) (stop func() int) {
	t.Helper()
	stderr := newHeardLines()
	p.stderr, p.env = stderr, onlyNATS(url)
	return runs(t, p, stderr)
}

// runs runs an agent until it is stopped, or the test ends.
func runs(t *testing.T, p *program, stderr *heardLines) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	gone := make(chan struct{})
	go func() { defer close(gone); ended <- p.run(ctx) }()
	stderr.awaitUnless(t, "answers at", gone)
	var once sync.Once
	status := 0
	stop = func() int {
		once.Do(func() { cancel(); status = <-ended })
		return status
	}
	t.Cleanup(func() { stop() })
	return stop
}

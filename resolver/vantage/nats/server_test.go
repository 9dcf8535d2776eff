package nats

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"
)

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
		t.Fatal("the server does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// quietly checks that nothing is left running at the end of a test. It has to
// be called before anything else is started.
func quietly(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// said collects what people are told.
type said struct {
	heard chan string
}

func newSaid() *said { return &said{heard: make(chan string, 1000)} }

func (s *said) say(format string, args ...any) {
	select {
	case s.heard <- fmt.Sprintf(format, args...):
	default:
	}
}

// await waits until a line holds a text.
func (s *said) await(t *testing.T, text string) {
	t.Helper()
	for {
		select {
		case line := <-s.heard:
			if strings.Contains(line, text) {
				return
			}
		case <-t.Context().Done():
			t.Fatalf("never said: %s", text)
		}
	}
}

// running starts an agent and returns what ends it and waits.
func running(t *testing.T, a *Agent) (stop func() error, told *said) {
	t.Helper()
	told = newSaid()
	a.Say, a.Retry = told.say, 20*time.Millisecond
	if a.Jobs == 0 {
		a.Jobs = 4
	}
	if a.Tool == "" {
		a.Tool = "dns01 test"
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx) }()
	told.await(t, "answers at")
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() { cancel(); err = <-ended })
		return err
	}
	t.Cleanup(func() { _ = stop() })
	return stop, told
}

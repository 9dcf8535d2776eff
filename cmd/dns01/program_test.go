package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"dns01/resolver"
	"dns01/testdata"
)

// nowhere is a world that must not be asked.

type nowhere struct{ t testing.TB }

func (n nowhere) Exchange(context.Context, resolver.Query) (resolver.Reply, error) {
	n.t.Error("a query was sent")
	return resolver.Reply{}, &resolver.Error{Failure: resolver.NoRoute}
}

// newProgram is a program with arguments and nothing else of the process.

func newProgram(t testing.TB, args ...string) (p *program, stdout, stderr *bytes.Buffer) {
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return &program{
		args: args, stdin: strings.NewReader(""), stdout: stdout, stderr: stderr,
		env:   func(string) string { return "" },
		now:   func() time.Time { return time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC) },
		world: world{exchanger: nowhere{t}, caches: publicCaches},
	}, stdout, stderr
}

// split splits a command line at its blanks, but for those in the name of the
// folder that tests have their files in.
func split(line string) []string {
	dir, blank := os.TempDir(), "\x00"
	words := strings.Fields(strings.ReplaceAll(line, dir, strings.ReplaceAll(dir, " ", blank)))
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], blank, " ")
	}
	return words
}

// Wrong input must never be half understood: nothing is asked, nothing comes

// out where a script reads, and one sentence names what is wrong.

// A flag that help does not tell of, nobody will find.

// closedPipe is a reader that went away, as head does.

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "stdout", Err: syscall.EPIPE}
}

func TestAClosedPipeKeepsTheStatus(t *testing.T) {
	p, _, stderr := newProgram(t, "demo", showcase, "--strict", "--json")
	p.stdout = closedPipe{}
	if got := p.run(t.Context()); got != statusBlocked || stderr.Len() > 0 {
		t.Errorf("status %d, stderr %q", got, stderr)
	}
}

// fullDisk takes nothing.

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestAReportThatCannotBeWrittenIsNoSuccess(t *testing.T) {
	p, _, stderr := newProgram(t, "demo", "healthy", "--json")
	p.stdout = fullDisk{}
	if got := p.run(t.Context()); got != statusUnknown || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("status %d, stderr %q", got, stderr)
	}
}

// silentWorld answers nothing and reports that it was asked.

type silentWorld struct{ asked chan struct{} }

func (s silentWorld) Exchange(ctx context.Context, _ resolver.Query) (resolver.Reply, error) {
	select {
	case s.asked <- struct{}{}:
	default:
	}
	<-ctx.Done()
	return resolver.Reply{}, resolver.Ended(ctx)
}

func TestAnInterruptReportsWhatIsKnown(t *testing.T) {
	p, stdout, stderr := newProgram(t, "example.com", "--timeout", "1h", "--deadline", "1h", "--resolvers", "none")
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
	if !strings.HasPrefix(stdout.String(), "UNKNOWN  example.com") {
		t.Errorf("stdout:\n%s", stdout)
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("stderr: %s", stderr)
	}
}

func TestEveryWorldCanBePlayed(t *testing.T) {
	for _, name := range testdata.Scenarios() {
		if _, err := scenario(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

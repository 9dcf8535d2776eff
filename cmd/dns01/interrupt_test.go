package main

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// interruptedRun runs a program until it waits for something, interrupts it, and
// returns how it ended and how long that took.
func interruptedRun(t *testing.T, p *program) (status int, took time.Duration) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	ended := make(chan int)
	go func() { ended <- p.run(ctx) }()
	time.Sleep(time.Hour)
	interrupt()
	begun := time.Now()
	return <-ended, time.Since(begun)
}

// A pipe to which nobody writes must not hold a program that is told to end.
func TestAnInterruptEndsReading(t *testing.T) {
	for _, args := range [][]string{
		{"explain"},
		{"explain", "-"},
		{"check", "--file", "-"},
		{"plan", "--file", "-"},
		{"caa", "--zone-file", "-", "example.com"},
		{"replay", "-"},
		{"diff", "-", "other.json"},
		{"batch"},
		{"batch", "-"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, out := io.Pipe()
				defer out.Close()
				p, stdout, stderr := newProgram(t, args...)
				p.stdin = in
				status, took := interruptedRun(t, p)
				if status != statusUnknown && args[0] != "diff" || args[0] == "diff" && status != statusUsage || took > time.Second {
					t.Errorf("status %d after %v", status, took)
				}
				if !strings.Contains(stderr.String(), "dns01: interrupted") || stdout.Len() > 0 {
					t.Errorf("stderr %q, stdout %q", stderr, stdout)
				}
			})
		})
	}
}

// What was read before stays done: a batch tells how far it came.
func TestAnInterruptEndsABatchThatWaitsForItsList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		defer out.Close()
		p, stdout, stderr := newProgram(t, "batch", "--demo", "healthy", "--quiet")
		p.stdin = in
		go io.WriteString(out, "example.com\n")
		status, _ := interruptedRun(t, p)
		if status != statusUnknown || strings.Count(stdout.String(), "\n") != 1 || !strings.HasPrefix(stderr.String(), "dns01: interrupted after 1 order; ") {
			t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
		}
	})
}

// Nor a pipe from which nobody reads.
func TestAnInterruptEndsWriting(t *testing.T) {
	for _, args := range [][]string{
		{"explain", "--list"},
		{"help"},
		{"demo", "healthy", "--json"},
		{"batch", "--demo", "healthy", "--quiet"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, out := io.Pipe()
				defer in.Close()
				p, _, stderr := newProgram(t, args...)
				p.stdin, p.stdout = strings.NewReader("example.com\n"), out
				status, took := interruptedRun(t, p)
				if status != statusUnknown || took > time.Second {
					t.Errorf("status %d after %v", status, took)
				}
				if !strings.Contains(stderr.String(), "dns01: interrupted") {
					t.Errorf("stderr %q", stderr)
				}
			})
		})
	}
}

// A reader that is slow gets what was known by the time of an interrupt.
func TestASlowReaderGetsTheReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		ctx, interrupt := context.WithCancel(t.Context())
		interrupt()
		s := &breakable{ctx: ctx, stream: out}
		go func() {
			time.Sleep(timeToWrite / 2)
			io.Copy(io.Discard, in)
		}()
		if n, err := io.WriteString(s, "known"); n != 5 || err != nil {
			t.Error(n, err)
		}
		out.Close()
	})
}

// Time in which a process gets nothing done is not its own.
func TestOverdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		begun := time.Now()
		used := func() time.Duration { // a tenth of the clock's, and none for the first minute
			return max(0, time.Since(begun)-time.Minute) / 10
		}
		over := make(chan time.Duration)
		go func() {
			overdue(ctx, used)
			over <- time.Since(begun)
		}()
		time.Sleep(time.Minute)
		interrupt()
		if at := <-over; at < time.Minute+10*timeToCompute || at > time.Minute+11*timeToCompute {
			t.Errorf("after %v", at)
		}
	})
}

// What a process has used only grows.
func TestProcessorTime(t *testing.T) {
	before := processorTime()
	text, sum := strings.Repeat("x", 1<<16), 0
	for processorTime() == before {
		sum += strings.Count(text, "x")
	}
	if after := processorTime(); after < before {
		t.Errorf("%v, then %v (%d)", before, after, sum)
	}
}

func TestFileOf(t *testing.T) {
	if f := fileOf(&heard{Writer: &breakable{stream: os.Stdout}}); f != os.Stdout {
		t.Error(f)
	}
	if f := fileOf(&breakable{stream: strings.NewReader("")}); f != nil {
		t.Error(f)
	}
}

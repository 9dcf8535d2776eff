package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"dns01/resolver/defect"
)

// The first interrupt ends the program, whatever it does: most of it waits for a
// context, but a read or write does not, and neither does what only computes.

var errInterrupted = errors.New("interrupted")

const (
	timeToWrite   = 500 * time.Millisecond // for a reader, after an interrupt
	timeToCompute = 3 * time.Second        // of a processor, after an interrupt: reports and recordings take less
)

// A breakable is a stream of the process whose reads and writes an interrupt
// ends. What was under way is left behind.
type breakable struct {
	ctx    context.Context
	stream any // an io.Reader or an io.Writer
	broken atomic.Bool
}

// moved is how a read or write ended.
type moved struct {
	n     int
	err   error
	fault *defect.Error // it broke down
}

// Read reads what comes before an interrupt.
func (s *breakable) Read(b []byte) (int, error) {
	own := make([]byte, len(b)) // a read that is left behind must not write into b
	m := s.move(s.stream.(io.Reader).Read, own, 0)
	return copy(b, own[:m.n]), m.err
}

// Write gives the reader some time after an interrupt: what was known by then is
// still to be written.
func (s *breakable) Write(b []byte) (int, error) {
	m := s.move(s.stream.(io.Writer).Write, slices.Clone(b), timeToWrite)
	return m.n, m.err
}

func (s *breakable) move(do func([]byte) (int, error), b []byte, patience time.Duration) moved {
	if s.broken.Load() {
		return moved{err: errInterrupted}
	}
	done := make(chan moved, 1)
	go func() {
		var m moved
		defer func() {
			if fault := recover(); fault != nil {
				m.fault = defect.Of(fault)
			}
			done <- m
		}()
		m.n, m.err = do(b)
	}()
	m := s.await(done, patience)
	if m.fault != nil {
		panic(m.fault)
	}
	return m
}

// await waits for the end of a read or write, and after an interrupt as long as
// patience lasts.
func (s *breakable) await(done <-chan moved, patience time.Duration) moved {
	select {
	case m := <-done:
		return m
	case <-s.ctx.Done():
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case m := <-done:
		return m
	case <-late.C:
		s.broken.Store(true)
		return moved{err: errInterrupted}
	}
}

// fileOf is the file that a stream of the process is, nil when it is none.
func fileOf(stream any) *os.File {
	switch s := stream.(type) {
	case *os.File:
		return s
	case *heard:
		return fileOf(s.Writer)
	case *breakable:
		return fileOf(s.stream)
	}
	return nil
}

// inherited is what a command that we run writes to: the file itself, if it is one.
func inherited(w io.Writer) io.Writer {
	if f := fileOf(w); f != nil {
		return f
	}
	return w
}

// overdue returns once some seconds of the processor were used after an
// interrupt: used is what the process has used. Those are not seconds of the clock,
// in which a process on a busy machine may get nothing done.
func overdue(ctx context.Context, used func() time.Duration) {
	<-ctx.Done()
	for begun := used(); used()-begun < timeToCompute; {
		time.Sleep(timeToCompute / 16)
	}
}

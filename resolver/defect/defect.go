// Package defect keeps a fault of the program within the run that it happens
// in.
//
// A run asks almost everything in goroutines of its own, and reads there what
// strangers sent. A panic in any of them would end the process: with it the
// other orders of a batch, and the words that a terminal program owes its
// terminal. [Contain] runs a function; what it starts with [Go], or under
// [Catch], ends the run when it panics, and the panic comes out of Contain: in
// one goroutine, whose caller can recover it and has an [*Error].
package defect

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// An Error is a panic with the place where it happened.
type Error struct {
	Value any
	Stack []byte // of its goroutine, as debug.Stack has it
}

func (e *Error) Error() string { return fmt.Sprint(e.Value) }

// Unwrap returns the value if it is an error.
func (e *Error) Unwrap() error { err, _ := e.Value.(error); return err }

// Lines are those of the stack that say most: without what the panic itself
// has added.
func (e *Error) Lines() []string {
	lines := strings.Split(strings.TrimSpace(string(e.Stack)), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "panic(") && i+2 < len(lines) {
			lines = append(lines[:min(1, i):min(1, i)], lines[i+2:]...)
			break
		}
	}
	return lines[:min(len(lines), mostLines)]
}

// mostLines is how many lines of a stack are shown.
const mostLines = 40

// Of makes an Error of what recover returned, in the deferred call.
func Of(recovered any) *Error {
	if e, ok := recovered.(*Error); ok {
		return e
	}
	return &Error{recovered, debug.Stack()}
}

// settle is how long a run that a fault has ended may take to come to rest. A
// goroutine that waits for one that is gone is not waited for any longer.
const settle = time.Second

// A run is one that faults are kept within.
type run struct {
	cancel context.CancelFunc

	once  sync.Once
	fault *Error
	broke chan struct{} // closed once fault is set
}

type runKey struct{}

func (r *run) fail(e *Error) {
	r.once.Do(func() {
		r.fault = e
		close(r.broke)
		r.cancel()
	})
}

// Contain returns what f does. The context that f gets ends with the first
// fault of a goroutine that was started with it; then Contain panics with that
// fault, an [*Error].
func Contain[T any](ctx context.Context, f func(context.Context) T) T {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &run{cancel: cancel, broke: make(chan struct{})}
	ctx = context.WithValue(ctx, runKey{}, r)
	var result T
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer Catch(ctx)
		result = f(ctx)
	}()
	select {
	case <-ended:
	case <-r.broke:
		rest := time.NewTimer(settle)
		defer rest.Stop()
		select {
		case <-ended:
		case <-rest.C:
		}
	}
	select {
	case <-r.broke:
		panic(r.fault)
	default:
		return result
	}
}

// Go is wg.Go(f) within the run of the context. Without one a panic is what it
// is everywhere.
func Go(ctx context.Context, wg *sync.WaitGroup, f func()) {
	wg.Go(func() {
		defer Catch(ctx)
		f()
	})
}

// Catch, deferred, gives a panic to the run of the context.
func Catch(ctx context.Context) {
	v := recover()
	if v == nil {
		return
	}
	r, ok := ctx.Value(runKey{}).(*run)
	if !ok {
		panic(v)
	}
	r.fail(Of(v))
}

package defect

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// caught runs f and returns what it panics with.
func caught(t *testing.T, f func()) (e *Error) {
	t.Helper()
	defer func() {
		t.Helper()
		switch v := recover().(type) {
		case nil:
		case *Error:
			e = v
		default:
			t.Fatalf("it panics with %v", v)
		}
	}()
	f()
	return nil
}

func TestAHealthyRunReturnsWhatItDid(t *testing.T) {
	got := Contain(t.Context(), func(ctx context.Context) int {
		var wg sync.WaitGroup
		n := 0
		Go(ctx, &wg, func() { n = 42 })
		wg.Wait()
		return n
	})
	if got != 42 {
		t.Errorf("got %d", got)
	}
}

// The panic of a goroutine ends the run, with its own place, and those that
// wait in it come to rest.
func TestAPanicComesOutOfTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		rested := false
		e := caught(t, func() {
			Contain(t.Context(), func(ctx context.Context) int {
				var wg sync.WaitGroup
				Go(ctx, &wg, func() { <-ctx.Done(); rested = true })
				Go(ctx, &wg, explode)
				wg.Wait()
				return 1
			})
		})
		if e == nil || e.Error() != "an odd answer" || !rested || time.Since(begun) > 0 {
			t.Fatalf("%v, at rest: %t, after %v", e, rested, time.Since(begun))
		}
		if !slices.ContainsFunc(e.Lines(), func(s string) bool { return strings.Contains(s, "explode") }) {
			t.Errorf("the place is not in:\n%s", strings.Join(e.Lines(), "\n"))
		}
		if slices.ContainsFunc(e.Lines(), func(s string) bool { return strings.HasPrefix(s, "panic(") }) {
			t.Errorf("the panic itself is in:\n%s", strings.Join(e.Lines(), "\n"))
		}
	})
}

func explode() { panic("an odd answer") }

// Whoever waits for the one that is gone, without regard to the context, does
// not hold up the rest of the program.
func TestARunThatDoesNotRestIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan int)
		begun := time.Now()
		e := caught(t, func() {
			Contain(t.Context(), func(ctx context.Context) int {
				go func() { defer Catch(ctx); explode() }()
				return <-answer
			})
		})
		if e == nil || time.Since(begun) != settle {
			t.Errorf("%v after %v", e, time.Since(begun))
		}
		close(answer)
	})
}

// A fault of the function itself, one after the other, and one of a run within
// a run come out once.
func TestAFaultComesOutOfEveryRun(t *testing.T) {
	odd := errors.New("odd")
	e := caught(t, func() {
		Contain(t.Context(), func(ctx context.Context) int {
			return Contain(ctx, func(context.Context) int { panic(odd) })
		})
	})
	if e == nil || !errors.Is(e, odd) {
		t.Errorf("%v", e)
	}
	e = caught(t, func() {
		Contain(t.Context(), func(ctx context.Context) int {
			var wg sync.WaitGroup
			Go(ctx, &wg, explode)
			Go(ctx, &wg, explode)
			wg.Wait()
			panic("later")
		})
	})
	if e == nil || e.Error() != "an odd answer" {
		t.Errorf("%v", e)
	}
}

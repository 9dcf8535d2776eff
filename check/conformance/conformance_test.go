package conformance

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

var (
	worlds = flag.Int("worlds", 1500, "how many worlds to compare")
	first  = flag.Uint64("first", 1, "seed of the first world; the others follow")
)

// The dns01/caa profiles of the release that is built here, and of the newest.
const (
	reading = "boulder-20261013"
	newest  = "boulder"
)

// What dns01 says before an order is what the CA says after it: pass or fail,
// the type of the problem and its text.
func TestWorlds(t *testing.T) {
	answers := ask(t, *first, *worlds)
	tally := map[string]*use{}
	for i := range *worlds {
		w := Generate(*first + uint64(i))
		got := <-answers[i]
		if got.err != nil {
			t.Fatalf("world %d: %v", w.Seed, got.err)
		}
		s := look(t, w)
		compare(t, w, s, reading, got.problems, Faults, tally)
		compare(t, w, s, newest, got.problems, slices.Concat(Differences, Faults), tally)
	}
	for reason, u := range tally {
		t.Logf("%d of %d worlds that have it disagree: %s", u.needed, u.applied, reason)
	}
	for _, f := range Faults {
		const enough = 40 // to have seen one that disagrees
		if u := tally[f.Reason]; u != nil && u.applied >= enough && u.needed == 0 {
			t.Errorf("mended, take it out of Faults: %s", f.Reason)
		}
	}
}

// An answer is what Boulder says about a world: for each authorization a
// problem, or nil for a pass.
type answer struct {
	problems []*Problem
	err      error
}

// ask has Boulder look at worlds, many at a time, since it waits for silence
// in earnest. There is a channel for each world's answer.
func ask(t *testing.T, first uint64, n int) []chan answer {
	const authorities = 24
	answers := make([]chan answer, n)
	todo := make(chan int, n)
	for i := range answers {
		answers[i] = make(chan answer, 1)
		todo <- i
	}
	close(todo)
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait)
	for range min(authorities, n) {
		a, err := NewAuthority()
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			defer a.Close()
			for i := range todo {
				answers[i] <- validate(t.Context(), a, Generate(first+uint64(i)))
			}
		})
	}
	return answers
}

// validate has Boulder validate every authorization of a world.
func validate(ctx context.Context, a *Authority, w *World) answer {
	var got answer
	for _, az := range w.Authorizations {
		p, err := a.Validate(ctx, w, az)
		if err != nil {
			return answer{err: err}
		}
		got.problems = append(got.problems, p)
	}
	return got
}

// A use counts how often a difference could matter, and did.
type use struct{ applied, needed int }

// compare holds the predictions for a world against the CA's answers.
func compare(t *testing.T, w *World, s *survey.Survey, reading string, ca []*Problem, known []Difference, tally map[string]*use) {
	t.Helper()
	ps, err := w.Predict(s, reading)
	if err != nil {
		t.Errorf("world %d: dns01 contradicts itself: %v\n%s", w.Seed, err, w.Scenario())
		return
	}
	diff := ""
	for i, p := range ps {
		diff += disagreement(w.Authorizations[i].Identifier, ca[i], p)
	}
	for _, d := range known {
		if !d.Applies(w) {
			continue
		}
		u := tally[d.Reason]
		if u == nil {
			u = &use{}
			tally[d.Reason] = u
		}
		u.applied++
		if diff != "" {
			u.needed++
			return
		}
	}
	if diff != "" {
		t.Errorf("world %d, read as %s:\n%s%s\nagain: go test . -worlds 1 -first %d",
			w.Seed, reading, diff, w.Scenario(), w.Seed)
	}
}

// disagreement tells the prediction from the CA's answer, "" when they agree.
// All servers of a world say the same, so there is one problem or none.
func disagreement(identifier string, ca *Problem, p Prediction) string {
	want := []Problem{}
	if ca != nil {
		want = append(want, *ca)
	}
	diff := cmp.Diff(want, p.Problems)
	if diff == "" && p.Passes() == (ca == nil) {
		return ""
	}
	return fmt.Sprintf("%s: dns01 says %s; -CA +dns01\n%s", identifier, p, diff)
}

// look takes the survey of a world in virtual time.
func look(t *testing.T, w *World) *survey.Survey {
	t.Helper()
	var s *survey.Survey
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		var err error
		if s, err = w.Survey(ctx); err != nil {
			t.Fatalf("world %d: %v\n%s", w.Seed, err, w.Scenario())
		}
	})
	return s
}

// A seed names a world: what a failure prints can be played again.
func TestGenerateIsSeeded(t *testing.T) {
	for seed := range uint64(300) {
		if diff := cmp.Diff(Generate(seed), Generate(seed)); diff != "" {
			t.Fatalf("seed %d made two worlds:\n%s", seed, diff)
		}
	}
}

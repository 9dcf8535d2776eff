package conformance

import (
	"context"
	"flag"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/survey"
)

var (
	worlds = flag.Int("worlds", 1500, "how many worlds to compare")
	first  = flag.Uint64("first", 1, "seed of the first world; the others follow")
)

// reading is the dns01/caa profile of the release that is built here.
const reading = "boulder-20261013"

// What dns01 says before an order is what the CA says after it: pass or fail,
// the type of the problem and its text.
func TestWorlds(t *testing.T) {
	authorities := make(chan *Authority, 2*runtime.GOMAXPROCS(0)+4)
	for range cap(authorities) {
		a, err := NewAuthority()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		authorities <- a
	}
	for i := range *worlds {
		w := Generate(*first + uint64(i))
		t.Run("", func(t *testing.T) {
			t.Parallel()
			a := <-authorities
			got, err := a.Validate(t.Context(), w)
			authorities <- a
			if err != nil {
				t.Fatal(err)
			}
			compare(t, w, got)
		})
	}
}

// compare holds the prediction for a world against the CA's answer.
func compare(t *testing.T, w *World, ca *Problem) {
	t.Helper()
	s := look(t, w)
	p, err := w.Predict(s, reading)
	if err != nil {
		t.Errorf("world %d: %v", w.Seed, err)
	}
	if diff := cmp.Diff(ca, p.Problem()); diff != "" || p.Passes() != (ca == nil) {
		t.Errorf("world %d: -CA +dns01\n%s\ndns01 says %s\n%s\nagain: go test . -worlds 1 -first %d",
			w.Seed, diff, p, w.Scenario(), w.Seed)
	}
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

package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dns01/testdata"
)

// The chaos suite plays worlds of the lab in which something goes wrong that
// the world's file does not tell of: on the way, at servers, on this host. It
// knows what would have been found without, and what no mishap may make of
// that. docs/testing.md says how to run it and how to read a failure.
//
// A run is made from its seed alone: chaos_mishap_test.go draws it,
// chaos_world_test.go plays it, chaos_truth_test.go and chaos_report_test.go
// judge it. That is for a check; what other commands have besides is in the
// files of their names.
var (
	chaosRuns      = flag.Int("chaos-runs", 0, "how many runs of a check the chaos suite plays, and of the other commands a share of that; 0: a few")
	chaosSeed      = flag.Uint64("chaos-seed", 0, "the only run of the chaos suite, told at length; or the first, with -chaos-runs")
	chaosWorldName = flag.String("chaos-world", "", "the only scenario of the chaos suite")
	chaosShow      = flag.String("chaos-show", "", "a file for the JSON report of the last run of a check")
)

// A trial is one run that has been played.
type trial struct {
	mishap
	broken []string // invariants, in words
	notes  map[string]int
}

// break notes a broken invariant.
func (r *trial) breaks(format string, args ...any) {
	r.broken = append(r.broken, fmt.Sprintf(format, args...))
}

// Whatever goes wrong on the way, a run has to end in time, say nothing better
// than the truth and nothing worse that is our own doing, and leave nothing
// behind.
func TestChaos(t *testing.T) {
	playChaos(t, newChaosBench(t, testdata.Scenarios()...), 60, chaosBeside(), (*chaosBench).play)
}

// playChaos plays runs, so many unless the flags say otherwise and so many at
// the same time, and tells what came of them.
func playChaos(t *testing.T, first *chaosBench, few, beside int, play func(*chaosBench, *testing.T, uint64) *trial) {
	seeds, verbose := chaosSeeds(few, max(1, first.slow))
	files := openFiles(t)
	old := goleak.IgnoreCurrent()
	s := &chaosSummary{notes: map[string]int{}}
	begun := time.Now()
	next := atomic.Int64{}
	t.Run("runs", func(t *testing.T) {
		for n := range beside {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				bench := first.beside(t)
				for {
					i := int(next.Add(1)) - 1
					if i >= len(seeds) {
						return
					}
					s.add(t, play(bench, t, seeds[i]), verbose)
				}
			})
		}
	})
	took := time.Since(begun)
	t.Logf("%d runs in %s, %.1f a second, %d with a broken invariant\n%s", len(seeds), took.Round(time.Second/10), float64(len(seeds))/took.Seconds(), s.broken, s)
	if err := goleak.Find(old); err != nil {
		t.Error(err)
	}
	if now := openFiles(t); now > files {
		t.Errorf("%d descriptors are open, %d were before", now, files)
	}
}

// onlyChaos reports whether a single run is asked for, told at length.
func onlyChaos() bool {
	return *chaosSeed != 0 && *chaosRuns == 0
}

// chaosSeeds are the seeds of the runs: always the same, so that what passed
// once passes again.
func chaosSeeds(few, slow int) (seeds []uint64, verbose bool) {
	if onlyChaos() {
		return []uint64{*chaosSeed}, true
	}
	if *chaosRuns > 0 {
		few = max(1, *chaosRuns/slow)
	}
	first := max(*chaosSeed, 1)
	for i := range uint64(few) {
		seeds = append(seeds, first+i)
	}
	return seeds, false
}

// A chaosSummary is what all runs came to.
type chaosSummary struct {
	mu     sync.Mutex
	broken int
	notes  map[string]int
}

func (s *chaosSummary) add(t *testing.T, r *trial, verbose bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, n := range r.notes {
		s.notes[k] += n
	}
	if verbose {
		t.Logf("%s", r.mishap)
	}
	if len(r.broken) == 0 {
		return
	}
	s.broken++
	t.Errorf("seed %d:\n  %s\n%s", r.seed, strings.Join(r.broken, "\n  "), r.mishap)
}

func (s *chaosSummary) String() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(s.notes)) {
		fmt.Fprintf(&b, "%8d %s\n", s.notes[k], k)
	}
	return b.String()
}

// chance is a generator that follows from a seed.
func chanceOf(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xc4a05)) }

// chaosBeside is how many runs are played at the same time.
func chaosBeside() int { return runtime.GOMAXPROCS(0) }

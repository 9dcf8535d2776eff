package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
)

// A month, and the hour's worth of requests to an agent, are on demand: see
// docs/testing.md.
var (
	soakDays     = flag.Int("soak-days", 3, "how many virtual days watch and agent run")
	soakRequests = flag.Int("soak-requests", 120, "how many requests an agent answers over a real NATS server")
	soakHeaps    = flag.String("soak-heaps", "", "a directory for a heap profile of each sample")
)

// A soakSample is what a process holds while it does nothing.
type soakSample struct {
	heap       uint64 // retained, in octets
	goroutines int
	files      int
}

// A soak is a long run that must not grow.
type soak struct{ samples []soakSample }

// take adds a sample.
func (s *soak) take(t *testing.T) {
	t.Helper()
	s.samples = append(s.samples, soakSample{heapInUse(), runtime.NumGoroutine(), openFiles(t)})
	if *soakHeaps != "" {
		s.profile(t, filepath.Join(*soakHeaps, fmt.Sprintf("%s-%d.pprof", t.Name(), len(s.samples))))
	}
}

// profile writes down who holds the heap: two of them, and pprof's -base, show
// what grows in between.
func (s *soak) profile(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := pprof.WriteHeapProfile(f); err != nil {
		t.Fatal(err)
	}
}

// growth applies the rule of scripts/soak: the first third of a run is for
// warming up, and the median of the last third must not be above that of the
// middle one by more than 5 % or 256 KiB of heap, or 3 goroutines or
// descriptors.
func (s *soak) growth() (complaints []string) {
	n := len(s.samples)
	if n < 3 {
		return []string{fmt.Sprintf("%d samples show no trend", n)}
	}
	middle, last := s.samples[n/3:n*2/3], s.samples[n*2/3:]
	grows := func(what string, of func(soakSample) int, floor int) {
		before, after := medianOf(middle, of), medianOf(last, of)
		if after-before > max(before/20, floor) {
			complaints = append(complaints, fmt.Sprintf("%s grow from %d to %d", what, before, after))
		}
	}
	grows("octets of the heap", func(s soakSample) int { return int(s.heap) }, 256<<10)
	grows("goroutines", func(s soakSample) int { return s.goroutines }, 3)
	grows("descriptors", func(s soakSample) int { return s.files }, 3)
	return complaints
}

func medianOf(samples []soakSample, of func(soakSample) int) int {
	var all []int
	for _, s := range samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

// isFlat fails the test when something has grown, and tells what was held.
func (s *soak) isFlat(t *testing.T) {
	t.Helper()
	for _, c := range s.growth() {
		t.Error(c)
	}
	for i, x := range s.samples {
		t.Logf("%3d: %6d KiB, %d goroutines, %d descriptors", i+1, x.heap>>10, x.goroutines, x.files)
	}
}

// The rule must find what grows slowly, and leave alone what goes up and down.
func TestSoakRule(t *testing.T) {
	series := func(f func(day int) soakSample) *soak {
		s := &soak{}
		for day := range 30 {
			s.samples = append(s.samples, f(day))
		}
		return s
	}
	tests := []struct {
		name string
		of   *soak
		want string
	}{
		{"flat", series(func(day int) soakSample { return soakSample{10<<20 + uint64(day%3)<<16, 12 + day%3, 8} }), ""},
		{"warming up", series(func(day int) soakSample { return soakSample{uint64(min(day, 9)) << 20, min(day, 9), min(day, 9)} }), ""},
		{"one bad day", series(func(day int) soakSample { return soakSample{10<<20 + uint64(day/29)<<24, 12, 8} }), ""},
		{"100 KiB a day", series(func(day int) soakSample { return soakSample{10<<20 + uint64(day)*100<<10, 12, 8} }), "octets of the heap grow from 11919360 to 12943360"},
		{"a goroutine each other day", series(func(day int) soakSample { return soakSample{10 << 20, 12 + day/2, 8} }), "goroutines grow from 19 to 24"},
		{"a descriptor each other day", series(func(day int) soakSample { return soakSample{10 << 20, 12, 8 + day/2} }), "descriptors grow from 15 to 20"},
		{"too short", &soak{samples: make([]soakSample, 2)}, "2 samples show no trend"},
	}
	for _, tt := range tests {
		if got := strings.Join(tt.of.growth(), "\n"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

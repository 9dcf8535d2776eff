package main

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/lab"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, -update to accept):\n%s", path, diff)
	}
}

// A played run is what came out of one.
type played struct {
	stdout, stderr bytes.Buffer
	status         int
}

// always is a source of numbers that leaves nothing to chance: not the letter
// case of a question either, whichever of two is asked first.
type always uint64

func (a always) Uint64() uint64 { return uint64(a) }

// unchanging leaves nothing to chance.
func unchanging() *rand.Rand { return rand.New(always(0)) }

// runIn runs the program in a world as if it were the Internet. Time is
// virtual, and nothing is left to chance.
func runIn(t *testing.T, s *lab.Scenario, args ...string) *played {
	t.Helper()
	var r played
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newProgram(t, args...)
		p.stdout, p.stderr = &r.stdout, &r.stderr
		p.rand = unchanging()
		var err error
		if p.world, err = labWorld(s); err != nil {
			t.Fatal(err)
		}
		r.status = p.run(t.Context())
	})
	return &r
}

// worldFrom reads a scenario from a file.
func worldFrom(t *testing.T, path string) *lab.Scenario {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := lab.Parse(path, data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

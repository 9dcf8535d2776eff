package main

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What check trusts, and as of when, decides whether a broken chain of trust
// is seen at all.
func TestCheckValidates(t *testing.T) {
	scenario := worldFrom(t, filepath.Join("testdata", "lookup", "world.txtar"))
	type seen struct {
		Validated bool
		At        time.Time
		Status    string
	}
	tests := []struct {
		name  string
		flags []string
		want  seen
	}{
		{"as of the world's own time", nil, seen{true, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), "secure"}},
		{"as of another", []string{"--now", "2030-01-01"}, seen{true, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), "bogus"}},
		{"trusting nothing", []string{"--trust-anchor", "none"}, seen{}},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			p, _, _ := newProgram(t)
			w, err := labWorld(scenario)
			if err != nil {
				t.Fatal(err)
			}
			f := newFlags("check")
			if err := f.parse(append(tt.flags, "example.com")); err != nil {
				t.Fatal(err)
			}
			o, err := p.options(t.Context(), f, f.Args(), w)
			if err != nil {
				t.Fatal(err)
			}
			s := p.look(t.Context(), w, o).Survey
			got := seen{Validated: s.Validated, At: s.ValidatedAt}
			if trust := s.Zone("example.com").Trust; trust != nil {
				got.Status = trust.Status
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

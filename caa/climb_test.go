package caa

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClimb(t *testing.T) {
	tests := map[string][]string{
		"*.a.b.example.com": {"a.b.example.com", "b.example.com", "example.com", "com"},
		"WWW.Example.COM.":  {"www.example.com", "example.com", "com"},
		"co.uk":             {"co.uk", "uk"},
		"com":               {"com"},
		"*.com":             {"com"},
		"":                  nil,
		".":                 nil,
	}
	for name, want := range tests {
		if diff := cmp.Diff(want, Climb(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSelect(t *testing.T) {
	set := []Record{{0, "iodef", "mailto:a@example.com"}}
	none := func(name string) Answer { return Answer{Name: name} }
	fails := func(name string) Answer { return Answer{Name: name, Failed: true} }
	nx := func(name string) Answer { return Answer{Name: name, NXDomain: true} }
	has := func(name string) Answer { return Answer{Name: name, Records: set} }
	nothing := Selection{Relevant: -1, Failed: -1}
	found := func(i int) Selection { return Selection{Relevant: i, Failed: -1, Records: set} }
	failed := func(i int) Selection { return Selection{Relevant: -1, Failed: i} }

	tests := map[string]struct {
		climb        []Answer
		boulder, rfc Selection
	}{
		"nothing anywhere":                 {[]Answer{none("a.example"), none("example")}, nothing, nothing},
		"no climb":                         {nil, nothing, nothing},
		"a set of iodef alone ends it":     {[]Answer{none("a.example"), has("example")}, found(1), found(1)},
		"the closest set":                  {[]Answer{has("a.example"), has("example")}, found(0), found(0)},
		"a failure before the set":         {[]Answer{fails("a.example"), has("example")}, failed(0), failed(0)},
		"a failure above the set":          {[]Answer{has("a.example"), fails("example")}, found(0), found(0)},
		"a failure above nothing":          {[]Answer{none("a.example"), fails("example")}, failed(1), failed(1)},
		"a name that does not exist":       {[]Answer{nx("a.example"), has("example")}, found(1), found(1)},
		"a TLD that does not exist":        {[]Answer{nx("a.example"), nx("example")}, failed(1), nothing},
		"a missing TLD above the set":      {[]Answer{has("a.example"), nx("example")}, found(0), found(0)},
		"a failed answer counts as failed": {[]Answer{{Name: "example", Failed: true, Records: set}}, failed(0), failed(0)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.boulder, Select(tt.climb, Boulder)); diff != "" {
				t.Error("boulder:", diff)
			}
			if diff := cmp.Diff(tt.rfc, Select(tt.climb, RFC8659)); diff != "" {
				t.Error("rfc8659:", diff)
			}
		})
	}
}

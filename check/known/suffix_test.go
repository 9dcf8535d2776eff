package known

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

// A rule that golang.org/x/net has come to agree on is to be taken out here:
// the two lists would drift apart unnoticed.
func TestSuffixesDiffer(t *testing.T) {
	for _, name := range strings.Fields(suffixesAdded) {
		if strings.HasSuffix(name, "kh") {
			continue // stands for the rule *.kh, which is tried below
		}
		if s, icann := publicsuffix.PublicSuffix(name); icann && s == name {
			t.Errorf("%s is in golang.org/x/net now", name)
		}
	}
	for _, name := range strings.Fields(suffixesRemoved) {
		name = strings.Replace(name, "*", "a", 1)
		if s, icann := publicsuffix.PublicSuffix("below." + name); !icann || s != name {
			t.Errorf("%s is in golang.org/x/net no longer", name)
		}
	}
}

// The lists stay in order, so that a rule is not added twice.
func TestSuffixesSorted(t *testing.T) {
	for _, list := range []string{suffixesAdded, suffixesRemoved, suffixesBelow} {
		names := strings.Fields(strings.ReplaceAll(list, "*.", ""))
		if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("not sorted: %s", list)
		}
	}
}

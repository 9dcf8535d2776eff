package rpl_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A known difference from what somebody else's file wants, or from what a real
// Unbound says about it: a line of testdata/foreign, "style file step class
// why". The step "*" stands for all of a file.
type known struct {
	class, why string
	met        bool
}

// classes are why a difference is none of ours, or is meant.
var classes = []string{
	"cache",  // hangs on what the resolver has kept from earlier questions
	"option", // hangs on a setting that a CA's resolver has not
	"hole",   // the servers of the file do not know what is asked of them
	"policy", // a matter of the resolver alone: of Knot Resolver, or with no meaning for a CA
	"chance", // either of two servers may be asked
	"ours",   // docs/resolver.md, section 5
}

// readKnown reads one of the lists.
func readKnown(t *testing.T, name string) map[string]*known {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "foreign", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]*known{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		part := strings.SplitN(lines.Text(), " ", 5)
		if len(part) != 5 {
			t.Fatalf("%s: %q has no reason", name, lines.Text())
		}
		out[strings.Join(part[:3], " ")] = &known{class: part[3], why: part[4]}
	}
	return out
}

// style tells whose a file is: some have the same names.
func style(deckard bool) string {
	if deckard {
		return "deckard"
	}
	return "unbound"
}

// lookUp finds a difference in a list.
func lookUp(list map[string]*known, style, file, step string) *known {
	for _, step := range []string{step, "*"} {
		if k := list[style+" "+file+" "+step]; k != nil {
			k.met = true
			return k
		}
	}
	return nil
}

// unmet are the lines about files that were played of which nothing came.
func unmet(list map[string]*known, played map[string]bool) (out []string) {
	for key, k := range list {
		part := strings.Fields(key)
		if played[part[0]+" "+part[1]] && !k.met && k.class != "chance" {
			out = append(out, key)
		}
	}
	return out
}

// The lists are in words that a person knows.
func TestKnownDifferencesHaveAClass(t *testing.T) {
	for _, name := range []string{"memory", "unbound"} {
		for key, k := range readKnown(t, name) {
			if !slices.Contains(classes, k.class) || len(k.why) < 10 {
				t.Errorf("%s: %s: %q %q", name, key, k.class, k.why)
			}
		}
	}
}

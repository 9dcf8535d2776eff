package dnssec

import (
	"slices"
	"strings"
	"testing"
)

func TestParseName(t *testing.T) {
	long := strings.Repeat("a.", 126) + "a."
	for _, c := range []struct {
		in    string
		shown string
		ok    bool
	}{
		{".", ".", true},
		{"Example.COM", "example.com.", true},
		{"example.com.", "example.com.", true},
		{`a\.b.test.`, "a?b.test.", true},
		{`\007\255.test.`, "??.test.", true},
		{"*.x_y-z.test.", "*.x_y-z.test.", true},
		{long, long, true},
		{"a." + long, ".", false},
		{strings.Repeat("a", 64) + ".test.", ".", false},
		{"a..test.", ".", false},
	} {
		n, ok := parseName(c.in)
		if ok != c.ok || n.String() != c.shown {
			t.Errorf("%q: %v %q, want %v %q", c.in, ok, n, c.ok, c.shown)
		}
	}
}

// TestCanonicalOrder has the example of RFC 4034 §6.1.
func TestCanonicalOrder(t *testing.T) {
	want := []string{
		"example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.",
		"z.example.", `\001.z.example.`, "*.z.example.", `\200.z.example.`,
	}
	var got []string
	for _, i := range []int{4, 8, 0, 3, 7, 1, 6, 2, 5} {
		got = append(got, want[i])
	}
	slices.SortFunc(got, func(a, b string) int { return compare(mustName(a), mustName(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestNameRelations(t *testing.T) {
	n := mustName("a.b.example.")
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"count", n.count(), 3},
		{"parent", n.parent(), mustName("b.example.")},
		{"root's parent", root.parent(), root},
		{"last two labels", n.last(2), mustName("b.example.")},
		{"under itself", n.under(n), true},
		{"below itself", n.below(n), false},
		{"below an ancestor", n.below(mustName("example.")), true},
		{"under a sibling", n.under(mustName("c.example.")), false},
		{"under a name that only ends alike", mustName("ab.example.").under(mustName("b.example.")), false},
		{"under the root", n.under(root), true},
		{"shared", shared(n, mustName("x.c.b.example.")), mustName("b.example.")},
		{"nothing shared", shared(n, mustName("test.")), root},
		{"labels of a wildcard", mustName("*.example.").signedLabels(), 1},
		{"wildcard", n.wildcard(), mustName("*.a.b.example.")},
		{"next closer", nextCloser(n, mustName("example.")), mustName("b.example.")},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

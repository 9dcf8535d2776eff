package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// didYouMean is "; did you mean …?" with the words that come near, or "".
func didYouMean(word string, known []string) string {
	ns := near(word, known)
	if len(ns) == 0 {
		return ""
	}
	for i, n := range ns {
		ns[i] = fmt.Sprintf("%q", n)
	}
	return "; did you mean " + strings.Join(ns, " or ") + "?"
}

// maxNear is how many words are suggested.
const maxNear = 3

// near returns the known words that a person may have meant, nearest first.
func near(word string, known []string) []string {
	type candidate struct {
		word            string
		distance, edits int
	}
	var cs []candidate
	word = strings.ToLower(word)
	for _, k := range known {
		edits := distance(word, strings.ToLower(k))
		d := edits
		if len(word) >= 3 && strings.Contains(strings.ToLower(k), word) {
			d = min(d, 1)
		}
		if d <= max(1, len(k)/3) {
			cs = append(cs, candidate{k, d, edits})
		}
	}
	slices.SortStableFunc(cs, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.edits, b.edits))
	})
	var out []string
	for _, c := range cs[:min(len(cs), maxNear)] {
		out = append(out, c.word)
	}
	return out
}

// distance is the number of octets to insert, delete or replace between a and
// b, or of neighbours to swap, each at most once (optimal string alignment).
func distance(a, b string) int {
	var before []int // the row before the last
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

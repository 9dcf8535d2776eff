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
		word     string
		distance int
	}
	var cs []candidate
	word = strings.ToLower(word)
	for _, k := range known {
		d := distance(word, strings.ToLower(k))
		if len(word) >= 3 && strings.Contains(strings.ToLower(k), word) {
			d = min(d, 1)
		}
		if d <= max(1, len(k)/3) {
			cs = append(cs, candidate{k, d})
		}
	}
	slices.SortStableFunc(cs, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var out []string
	for _, c := range cs[:min(len(cs), maxNear)] {
		out = append(out, c.word)
	}
	return out
}

// distance is the number of octets to insert, delete or replace between a and
// b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

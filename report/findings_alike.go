package report

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check"
)

// toldInFull is how many findings of one rule and severity are told before the
// others are only named.
const toldInFull = 2

// alike are the findings from i on of which enough others of the same rule and
// severity, with the same consequences, stand before them.
func alike(causes []cause, i int) []cause {
	if i < toldInFull {
		return nil
	}
	kind := func(a, b *check.Finding) bool { return a.Rule == b.Rule && a.Severity == b.Severity }
	same := func(c cause) bool {
		return kind(c.Finding, causes[i].Finding) && slices.EqualFunc(c.consequences, causes[i].consequences, kind)
	}
	for _, c := range causes[i-toldInFull : i] {
		if !same(c) {
			return nil
		}
	}
	end := i
	for end < len(causes) && same(causes[end]) {
		end++
	}
	return causes[i:end]
}

// writeAlike names where else a fault is.
func writeAlike(p *page, more []cause) {
	f := more[0].Finding
	p.hanging(severityWord(p, f), len(f.Severity)+2, 2, fmt.Sprintf("The same %d times more, at %s (-v shows each) [%s]", len(more), some(placesOf(more)), f.Rule.ID))
}

// repeats are the findings right after i that say the same words of another
// name: aliases of several names to one target. One with consequences is told
// by itself.
func repeats(causes []cause, i int) []cause {
	rest, ok := ofItsName(causes[i])
	if !ok {
		return nil
	}
	end := i + 1
	for end < len(causes) {
		c := causes[end]
		other, ok := ofItsName(c)
		if !ok || other != rest || c.Rule != causes[i].Rule || c.Severity != causes[i].Severity {
			break
		}
		end++
	}
	return causes[i+1 : end]
}

// ofItsName is what a finding says of its name, if its sentence begins with
// that and nothing follows from it.
func ofItsName(c cause) (string, bool) {
	rest, ok := strings.CutPrefix(c.Detail, c.Name+" ")
	return rest, ok && len(c.consequences) == 0
}

// goesFor names where else a sentence holds; it goes behind the sentence.
func goesFor(also []cause) string {
	if len(also) == 0 {
		return ""
	}
	return fmt.Sprintf(" The same goes for %s.", some(placesOf(also)))
}

// placesOf are the names that findings are at, each once.
func placesOf(causes []cause) []string {
	var names []string
	for _, c := range causes {
		if name := bare(c.Name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

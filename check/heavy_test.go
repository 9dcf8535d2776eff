package check

import (
	"fmt"
	"testing"

	"dns01/resolver/survey"
)

// numbered are n texts that differ.
func numbered(format string, from, n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(format, from+i)
	}
	return texts
}

// Servers decide how many records there are, and each may say something else:
// nothing compares each with all of them, or this test does not end, and no
// sentence about them fills a log.
func TestManyRecordsCostLittle(t *testing.T) {
	const n = 60_000
	w := newWorld("example.com")
	w.ask("example.com", challengeName, "TXT", txtAnswer(numbered("value-%d", 0, n)...), txtAnswer(numbered("value-%d", n, n)...))
	w.ask("example.com", "example.com", "CAA", caaAnswer(numbered(`0 issue "ca-%d.example"`, 0, n/10)...), caaAnswer(numbered(`0 issue "ca-%d.example"`, n, n/10)...))
	z := w.Zone("example.com")
	z.ParentNS, z.ChildNS = numbered("ns%d.example.com", 1, n), numbered("ns%d.example.com", n, n)
	r := Judge(w.Survey, letsEncrypt(v1))
	if r.Verdict != Blocked || len(r.Findings) < 3 {
		t.Errorf("%s, %d findings", r.Verdict, len(r.Findings))
	}
	for _, f := range r.Findings {
		if n := len(f.Detail) + len(f.Fix); n > 6000 {
			t.Errorf("%s: %d octets: %.300s", f.Rule.ID, n, f.Detail+"\n"+f.Fix)
		}
	}
}

// A zone's text may have as many names as it likes, and each is judged: none
// is compared with all others.
func TestManyNamesCostLittle(t *testing.T) {
	const n = 10_000
	w := newWorld()
	for i := range n {
		name := fmt.Sprintf("h%d.example.com", i)
		w.Identifiers = append(w.Identifiers, survey.Identifier{Name: name, Challenge: "_acme-challenge." + name, CAA: []string{"example.com"}})
	}
	w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
	r := JudgeCAA(w.Survey, letsEncrypt())
	if len(r.Identifiers) != n || r.Verdict != Ready {
		t.Errorf("%s, %d identifiers", r.Verdict, len(r.Identifiers))
	}
}

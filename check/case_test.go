package check

import (
	"testing"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

func caseLost(a *survey.Answer) { a.CaseLost = true }

// Lost letter case alone costs queries; with servers that differ it costs the
// certificate.
func TestCaseLostAndAnswersDiffer(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers []edit // of ns1 and ns2 to the challenge question
		want    []string
		verdict Verdict
	}{
		{
			"the same", []edit{and(txtAnswer(v1), caseLost), and(txtAnswer(v1), caseLost)},
			[]string{"note case-not-preserved"}, Ready,
		},
		{
			"in another order", []edit{and(txtAnswer(v1, v2), caseLost), and(txtAnswer(v2, v1), caseLost)},
			[]string{"note case-not-preserved", "note challenge-leftover-values"}, Ready,
		},
		{
			"different values", []edit{and(txtAnswer(v1), caseLost), and(txtAnswer(v1, v2), caseLost)},
			[]string{"error case-answers-differ", "note zone-data-differs", "note case-not-preserved"}, Blocked,
		},
		{
			"one keeps the case", []edit{txtAnswer(v1), and(txtAnswer(v1, v2), caseLost)},
			[]string{"warning case-answers-differ", "note zone-data-differs", "note case-not-preserved"}, AtRisk,
		},
		{
			"the other is silent and cannot be waited for", []edit{lost(survey.Timeout), and(txtAnswer(v1), caseLost)},
			[]string{"error case-not-confirmed", "warning type-mishandled", "note case-not-preserved"}, Blocked,
		},
		{
			"the other refuses, which is a reply", []edit{lameAnswer("refused"), and(txtAnswer(v1), caseLost)},
			[]string{"warning type-mishandled", "note case-not-preserved"}, AtRisk,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			w.ask("example.com", challengeName, "TXT", tt.answers...)
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" || r.Verdict != tt.verdict {
				t.Errorf("%s, want %s\n%s", r.Verdict, tt.verdict, d)
			}
		})
	}
}

package probepage

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/survey"
)

// A page that lags behind tells people of questions that nobody asks.
func TestPageIsUpToDate(t *testing.T) {
	got, err := os.ReadFile("../../../../docs/probes.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(Render(survey.Plan())), string(got)); diff != "" {
		t.Errorf("run go generate ./resolver/survey (-plan +page):\n%s", diff)
	}
}

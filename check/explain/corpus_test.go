package explain

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// corpusNow is when the corpus is read.
var corpusNow = time.Date(2026, time.November, 25, 13, 0, 0, 0, time.UTC)

// A sample is a text of the corpus with what is expected of it.
type sample struct{ name, want, text string }

// corpus reads testdata/corpus.
func corpus(t testing.TB) []sample {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(data).Files {
			head, text, _ := strings.Cut(string(f.Data), "\n")
			want, ok := strings.CutPrefix(head, "want: ")
			if !ok {
				t.Fatalf("%s: %s does not begin with what is expected", file, f.Name)
			}
			name := strings.TrimSuffix(filepath.Base(file), ".txtar") + "/" + f.Name
			all = append(all, sample{name, want, text})
		}
	}
	return all
}

// summed is an explanation in the form of what is expected.
func summed(x Explanation) string {
	ids := strings.Join(x.Identifiers, ",")
	if ids == "" {
		ids = "-"
	}
	asked := "-"
	if x.LookedUp != nil {
		asked = x.LookedUp.Name + "/" + x.LookedUp.Type
	}
	s := fmt.Sprintf("%s %s %s %s %s", x.Category, x.Stage, x.Retry, ids, asked)
	if x.Secondary {
		s += " secondary"
	}
	if x.RetryAfter != nil {
		s += fmt.Sprintf(" retry=%d", *x.RetryAfter/time.Second)
	}
	if x.Outcome != Failed {
		s += " outcome=" + string(x.Outcome)
	}
	return s
}

func TestCorpus(t *testing.T) {
	for _, c := range corpus(t) {
		x := Explain(c.text, corpusNow)
		if diff := cmp.Diff(c.want, summed(x)); diff != "" {
			t.Errorf("%s (-want +got):\n%s%s", c.name, diff, x.Quote)
		}
	}
}

func TestCorpusIsLarge(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range corpus(t) {
		if seen[c.name] {
			t.Errorf("%s is there twice", c.name)
		}
		seen[c.name] = true
	}
	if len(seen) < 150 {
		t.Errorf("%d texts", len(seen))
	}
	var missing []string
	for _, c := range []Category{TXTMissing, TXTWrong, TXTLookupFailed, CAAForbids, CAALookupFailed, DNSSEC, PolicyRefused, RateLimited, CAInternal, ClientPrecheck, ClientConfig, OtherChallenge, OrderState, Unknown} {
		if !slices.ContainsFunc(corpus(t), func(s sample) bool { return strings.HasPrefix(s.want, string(c)+" ") }) {
			missing = append(missing, string(c))
		}
	}
	if len(missing) > 0 {
		t.Errorf("no text for %v", missing)
	}
}

package check_test

import (
	"strings"
	"testing"

	"dns01/check"
	"dns01/check/known"
)

// The zones of the public test suite are decided alike by the RFC's reading
// and by Let's Encrypt's: a correct CA refuses each of them but the one that
// restricts wildcards alone.
func TestCAATestSuite(t *testing.T) {
	for _, name := range []string{"caa-test-suite", "caa-test-suite-wildcards", "caa-test-suite-dnssec"} {
		s := scenario(t, name)
		seen := play(t, s, 1).survey
		for _, id := range []string{"letsencrypt", "googletrust"} {
			ca, ok := known.Find(id)
			if !ok {
				t.Fatalf("no CA %s", id)
			}
			r := check.Judge(seen, check.Order{CA: ca, Now: noon})
			for _, i := range r.Identifiers {
				want := check.Blocked
				if strings.HasPrefix(i.Identifier, "deny-wild.") {
					want = check.Ready
				}
				if i.Verdict != want {
					t.Errorf("%s, %s read as %s: %s, want %s", name, i.Identifier, ca.CAAReading, i.Verdict, want)
				}
			}
		}
	}
}

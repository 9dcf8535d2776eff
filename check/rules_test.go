package check

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The ids and severities are a contract with scripts that read the JSON.
func TestRules(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, r := range All() {
		if !kebab.MatchString(r.ID) || seen[r.ID] {
			t.Errorf("id %q is no kebab-case or stands twice", r.ID)
		}
		seen[r.ID] = true
		if r.Subject == "" || r.Title == "" || r.Why == "" || r.Fix == "" || r.Source == "" {
			t.Errorf("%s is not fully described", r.ID)
		}
		if rank(r.Severity) < 0 {
			t.Errorf("%s has severity %q", r.ID, r.Severity)
		}
		if last := r.Title[len(r.Title)-1]; last == '.' {
			t.Errorf("%s: the title ends with a dot", r.ID)
		}
		if Find(r.ID) != r {
			t.Errorf("%s is not found by its id", r.ID)
		}
	}
	if Find("no-such-rule") != nil {
		t.Error("a rule that does not exist was found")
	}
}

// A rule that no test wants may be one that nothing raises.
func TestEveryRuleIsWanted(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, b...)
	}
	for _, r := range All() {
		if !regexp.MustCompile(`"(error|warning|note) ` + r.ID + `[" ]`).Match(tests) {
			t.Errorf("no test wants %s", r.ID)
		}
	}
}

package check

import "testing"

// The CA goes by its own copy of the Public Suffix List: a name that is a
// suffix to it, or no longer one, is judged by that.
func TestSuffixesOfTheCA(t *testing.T) {
	for name, want := range map[string]string{
		"re.no":       "name-is-public-suffix",
		"a.re.no":     "",
		"*.ai.id":     "name-is-public-suffix",
		"kh":          "name-invalid",
		"*.kh":        "name-is-public-suffix",
		"a.kh":        "",
		"com.kh":      "name-is-public-suffix",
		"a.com.kh":    "",
		"ac.tj":       "",
		"*.ac.tj":     "",
		"a.goo":       "name-has-no-public-suffix",
		"a.za":        "name-has-no-public-suffix",
		"co.za":       "name-is-public-suffix",
		"a.co.za":     "",
		"a.ck":        "name-is-public-suffix",
		"www.ck":      "",
		"*.ck":        "name-has-no-public-suffix",
		"*.github.io": "",
	} {
		if got, _, _ := NameProblem(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

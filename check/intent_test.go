package check

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/caa"
	"dns01/check/known"
)

func TestIntent(t *testing.T) {
	const acct = "https://acme-v02.api.letsencrypt.org/acme/acct/1"
	tests := []struct {
		words string
		want  []string
	}{
		{"letsencrypt.org", []string{`0 issue "letsencrypt.org"`}},
		{"letsencrypt", []string{`0 issue "letsencrypt.org"`}},
		{"zerossl", []string{`0 issue "sectigo.com"`}},
		{"google", []string{`0 issue "pki.goog"`}},
		{"comodoca.com", []string{`0 issue "comodoca.com"`}},
		{"unlisted.example", []string{`0 issue "unlisted.example"`}},
		{"letsencrypt.org dns-01 only", []string{`0 issue "letsencrypt.org; validationmethods=dns-01"`}},
		{"letsencrypt.org only dns-01 and sectigo.com", []string{`0 issue "letsencrypt.org; validationmethods=dns-01"`, `0 issue "sectigo.com"`}},
		{"letsencrypt.org by dns-01 http-01", []string{`0 issue "letsencrypt.org; validationmethods=dns-01,http-01"`}},
		{"letsencrypt.org dns-01 only account " + acct, []string{`0 issue "letsencrypt.org; validationmethods=dns-01; accounturi=` + acct + `"`}},
		{"letsencrypt.org account " + acct + " account " + acct + "2", []string{`0 issue "letsencrypt.org; accounturi=` + acct + `"`, `0 issue "letsencrypt.org; accounturi=` + acct + `2"`}},
		{"letsencrypt.org no wildcards", []string{`0 issue "letsencrypt.org"`, `0 issuewild ";"`}},
		{"letsencrypt.org only wildcards", []string{`0 issue ";"`, `0 issuewild "letsencrypt.org"`}},
		{"letsencrypt.org wildcards only, digicert", []string{`0 issue "digicert.com"`, `0 issuewild "letsencrypt.org"`, `0 issuewild "digicert.com"`}},
		{"letsencrypt.org wildcards", []string{`0 issue "letsencrypt.org"`}},
		{"nobody report mailto:a@example.com", []string{`0 issue ";"`, `0 iodef "mailto:a@example.com"`}},
		{"report https://example.com/caa letsencrypt", []string{`0 issue "letsencrypt.org"`, `0 iodef "https://example.com/caa"`}},
	}
	for _, tt := range tests {
		in, err := ParseIntent(tt.words)
		if err != nil {
			t.Errorf("%s: %v", tt.words, err)
			continue
		}
		var got []string
		for _, r := range in.Records() {
			got = append(got, r.String())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.words, diff)
		}
	}
}

// Every error lists what is understood.
func TestIntentRefuses(t *testing.T) {
	tests := map[string]string{
		"":                                      "no CA is named",
		"dns-01":                                `"dns-01" has no CA`,
		"letsencrypt frobnicate":                `"frobnicate" is not understood`,
		"frobnicate":                            `"frobnicate" is neither`,
		"letsencrypt account":                   "not followed by the account's URI",
		"letsencrypt account 12345":             `"12345" is no https URI`,
		"letsencrypt account https://a/;b":      "without a semicolon",
		"letsencrypt no http-01":                `"no" is not followed by "wildcards"`,
		"letsencrypt report a@example.com":      "no mailto: or https: URL",
		"letsencrypt report":                    "not followed by a mailto:",
		"nobody and letsencrypt":                `"nobody" stands beside a CA`,
		"nobody dns-01":                         "has no CA before it",
		"letsencrypt digicert":                  "another CA comes after",
		"report mailto:a@example.com":           "no CA is named",
		"letsencrypt, dns-01":                   `"dns-01" has no CA before it`,
		"account https://ca.example/acct/1 and": `"account" has no CA before it`,
	}
	for words, want := range tests {
		_, err := ParseIntent(words)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), IntentWords) {
			t.Errorf("%q: %v, want %q", words, err, want)
		}
	}
}

// What is published for an intent allows what it names, and nothing else.
func TestIntentRecordsSayWhatIsMeant(t *testing.T) {
	in, err := ParseIntent("letsencrypt dns-01 only account https://acme-v02.api.letsencrypt.org/acme/acct/1, digicert no wildcards")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"letsencrypt", "digicert", "sectigo"} {
		for _, wildcard := range []bool{false, true} {
			ca, _ := known.Find(id)
			account, method := in.Use(ca)
			d := caa.Decide(in.Records(), caa.Request{Issuers: ca.Identities, AccountPrefixes: ca.AccountPrefixes, Account: account, Method: method, Wildcard: wildcard}, caa.RFC8659)
			want := id == "letsencrypt" || id == "digicert" && !wildcard
			if d.Allowed != want || d.Unknown {
				t.Errorf("%s, wildcard %t: %t (%s), want %t", id, wildcard, d.Allowed, d.Detail, want)
			}
		}
	}
}

func FuzzParseIntent(f *testing.F) {
	for _, s := range []string{"letsencrypt.org dns-01 only account https://a.example/1 and nobody", "nobody report mailto:a@b", "x.example, no wildcards"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, words string) {
		in, err := ParseIntent(words)
		if err != nil {
			return
		}
		for _, r := range in.Records() {
			if r.Tag == "iodef" {
				continue
			}
			is, err := caa.ParseIssue(r.Value, caa.RFC8659)
			if err != nil && !strings.ContainsFunc(words, func(c rune) bool { return c > '~' || c < ' ' }) {
				t.Errorf("%q makes %s: %v", words, r, err)
			}
			if is.Issuer == "" && r.Value != ";" {
				t.Errorf("%q makes %s", words, r)
			}
		}
	})
}

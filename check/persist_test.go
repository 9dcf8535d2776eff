package check

import (
	"strings"
	"testing"
	"time"

	"dns01/check/known"
	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

const persistAccount = "https://acme-staging-v02.api.letsencrypt.org/acme/acct/42"

// persistWorld has these records for a name, and the order that needs one.
func persistWorld(id string, records ...string) (world, Order) {
	w := newWorld(id)
	w.Identifiers[0].Challenge = survey.ChallengeName(survey.DNSPersist01, "", id)
	edit := txtAnswer(records...)
	if len(records) == 0 {
		edit = noDataAnswer
	}
	w.ask("example.com", w.Identifiers[0].Challenge, "TXT", edit)
	o := letsEncrypt()
	o.CA, _ = known.Find("letsencrypt-staging")
	o.Challenge, o.Account = survey.DNSPersist01, persistAccount
	return w, o
}

// Each text is the CA's, octet for octet.
func TestPersistPredicted(t *testing.T) {
	const (
		good     = "letsencrypt.org; accounturi=" + persistAccount
		parsing  = `Parsing DNS-PERSIST-01 challenge TXT record with issuer-domain-name "letsencrypt.org": `
		checking = `Checking DNS-PERSIST-01 challenge TXT record with issuer-domain-name "letsencrypt.org": `
		invalid  = "No valid TXT record found for DNS-PERSIST-01 challenge"
	)
	malformed := func(s string) []Problem { return []Problem{{Stage: "validation", Type: "malformed", Detail: s}} }
	unauthorized := func(s string) []Problem { return []Problem{{Stage: "validation", Type: "unauthorized", Detail: s}} }
	for _, tt := range []struct {
		name    string
		id      string
		records []string
		want    []Problem
	}{
		{"one that does", "example.com", []string{good}, nil},
		{"one that does beside others", "example.com", []string{"v=spf1 -all", "letsencrypt.org;", good}, nil},
		{"issuer in another letter case, with a final dot", "example.com", []string{"LetsEncrypt.ORG.; accounturi=" + persistAccount}, nil},
		{"tags in another letter case", "example.com", []string{"letsencrypt.org;AccountURI = " + persistAccount + " ;POLICY=x"}, nil},
		{"unknown parameters, twice", "example.com", []string{good + "; a_b=1; a_b=2"}, nil},
		{"wildcard with the policy", "*.example.com", []string{good + "; policy=WildCard"}, nil},
		{"until later", "example.com", []string{good + "; persistUntil=1900000000"}, nil},
		{"until the second of the order", "example.com", []string{good + "; persistUntil=1795564800"}, nil},
		{"none", "example.com", nil, unauthorized("No TXT record found for DNS-PERSIST-01 challenge")},
		{"of other CAs", "example.com", []string{"ca.example; accounturi=" + persistAccount, "", ";", "v=spf1 -all"}, unauthorized(invalid)},
		{"of another CA, malformed", "example.com", []string{"ca.example;"}, unauthorized(invalid)},
		{"a tab is no white space to the CA's library", "example.com", []string{"\tletsencrypt.org; accounturi=" + persistAccount}, unauthorized(invalid)},
		{"trailing semicolon", "example.com", []string{good + ";"}, malformed(parsing + "empty parameter or trailing semicolon provided")},
		{"no equals sign", "example.com", []string{good + "; policy"}, malformed(parsing + `malformed parameter "policy" should be tag=value pair`)},
		{"no tag", "example.com", []string{good + "; =x"}, malformed(parsing + `malformed parameter "=x", empty tag`)},
		{"space in a value", "example.com", []string{good + "; policy=a b"}, malformed(parsing + `malformed value "a b" for tag "policy"`)},
		{"no account", "example.com", []string{"letsencrypt.org"}, malformed(parsing + "missing mandatory accounturi parameter")},
		{"empty account", "example.com", []string{"letsencrypt.org; accounturi="}, malformed(parsing + "empty value provided for mandatory accounturi")},
		{"account twice", "example.com", []string{good + "; accountURI=x"}, malformed(parsing + `duplicate parameter "accountURI"`)},
		{"policy twice", "example.com", []string{good + "; policy=a; policy=a"}, malformed(parsing + `duplicate parameter "policy"`)},
		{"until in words", "example.com", []string{good + "; persistUntil=tomorrow"}, malformed(parsing + `malformed persistUntil timestamp "tomorrow"`)},
		{"until beyond numbers", "example.com", []string{good + "; persistUntil=9223372036854775808"}, malformed(parsing + `malformed persistUntil timestamp "9223372036854775808"`)},
		{"other octets than ASCII are escaped twice", "example.com", []string{"letsencrypt.org; accounturi=\u00e9"},
			unauthorized(checking + `accounturi mismatch: expected "` + persistAccount + `", got "\\195\\169"`)},
		{"another account", "example.com", []string{good + "1"}, unauthorized(checking + `accounturi mismatch: expected "` + persistAccount + `", got "` + persistAccount + `1"`)},
		{"wildcard without the policy", "*.example.com", []string{good}, unauthorized(checking + `policy mismatch: expected "wildcard", got ""`)},
		{"over", "example.com", []string{good + "; persistUntil=1700000000"},
			unauthorized(checking + "validation time 2026-11-25T00:00:00Z is after persistUntil 2023-11-14T22:13:20Z")},
		{"form goes before the rest", "example.com", []string{good + "1", good + ";", "letsencrypt.org"},
			malformed(parsing + "empty parameter or trailing semicolon provided; " + parsing + "missing mandatory accounturi parameter")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, o := persistWorld(tt.id, tt.records...)
			r := judgeAll(t, w, o)
			if diff := cmp.Diff(tt.want, r.Identifiers[0].Predicted); diff != "" {
				t.Errorf("predicted (-want +got):\n%s", diff)
			}
			if passes := r.Verdict == Ready; passes != (tt.want == nil) {
				t.Errorf("verdict %s", r.Verdict)
			}
		})
	}
}

// Lookups that fail are worded as for other challenges, behind words of their
// own; CAA has to allow the method by its name.
func TestPersistVerdicts(t *testing.T) {
	const good = "letsencrypt.org; accounturi=" + persistAccount
	for _, tt := range []struct {
		name    string
		records []string
		change  func(w world, o *Order)
		verdict Verdict
		want    []string
		problem string
	}{
		{name: "does not exist", change: func(w world, _ *Order) {
			w.ask("example.com", "_validation-persist.example.com", "TXT", nxDomainAnswer)
		}, verdict: Blocked, want: []string{"error challenge-missing"},
			problem: "Retrieving TXT records for DNS-PERSIST-01 challenge: DNS problem: NXDOMAIN looking up TXT for _validation-persist.example.com - check that a DNS record exists for this domain"},
		{name: "no server answers", records: []string{good}, change: func(w world, _ *Order) { bothLose(w, lost(survey.Timeout)) },
			verdict: Blocked, want: []string{"error delegation-lame", "error caa-lookup-timeout because delegation-lame", "warning nameserver-silent because delegation-lame"},
			problem: "Retrieving TXT records for DNS-PERSIST-01 challenge: DNS problem: query timed out looking up TXT for _validation-persist.example.com"},
		{name: "no record", verdict: Blocked, want: []string{"error challenge-no-txt"}, problem: "No TXT record found for DNS-PERSIST-01 challenge"},
		{name: "not one that does", records: []string{"letsencrypt.org"}, verdict: Blocked, want: []string{"error persist-record-invalid"},
			problem: `Parsing DNS-PERSIST-01 challenge TXT record with issuer-domain-name "letsencrypt.org": missing mandatory accounturi parameter`},
		{name: "CAA allows dns-01 alone", records: []string{good}, change: func(w world, _ *Order) {
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org; validationmethods=dns-01"`))
		}, verdict: Blocked, want: []string{"error caa-method-forbidden"},
			problem: "While processing CAA for example.com: CAA record for example.com prevents issuance"},
		{name: "an account that is not told", records: []string{good}, change: func(_ world, o *Order) { o.Account = "" },
			verdict: AtRisk, want: []string{"warning persist-record-invalid"}},
		{name: "not at production", records: []string{strings.Replace(good, "-staging", "", 1)}, change: func(_ world, o *Order) {
			o.CA, _ = known.Find("letsencrypt")
			o.Account = strings.Replace(persistAccount, "-staging", "", 1)
		}, verdict: AtRisk, want: []string{"warning challenge-not-offered"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, o := persistWorld("example.com", tt.records...)
			if tt.change != nil {
				tt.change(w, &o)
			}
			r := judgeAll(t, w, o)
			if diff := cmp.Diff(tt.want, briefs(r)); r.Verdict != tt.verdict || diff != "" {
				t.Errorf("verdict %s, want %s; findings (-want +got):\n%s", r.Verdict, tt.verdict, diff)
			}
			got := ""
			if ps := r.Identifiers[0].Predicted; len(ps) > 0 {
				got = ps[0].Detail
			}
			if got != tt.problem {
				t.Errorf("predicted %q, want %q", got, tt.problem)
			}
		})
	}
}

// What to publish can be pasted, for the wildcard too when it is ordered.
func TestPersistFix(t *testing.T) {
	w, o := persistWorld("*.example.com")
	r := judgeAll(t, w, o)
	want := `_validation-persist.example.com. 300 IN TXT "letsencrypt.org; accounturi=` + persistAccount + `; policy=wildcard"`
	if got := r.Findings[0].Fix; got != want {
		t.Errorf("fix %q, want %q", got, want)
	}
}

// dns-account-01 differs by its name, and by the account in texts about values.
func TestAccountPredicted(t *testing.T) {
	const account = "https://example.com/acme/acct/ExampleAccount"
	w := newWorld("example.com")
	w.Identifiers[0].Challenge = survey.ChallengeName(survey.DNSAccount01, account, "example.com")
	for _, tt := range []struct {
		name string
		edit edit
		want Problem
	}{
		{"another value", txtAnswer("x"), Problem{Stage: "validation", Type: "unauthorized",
			Detail: `Incorrect TXT record "x" found at _ujmmovf2vn55tgye._acme-challenge.example.com (account: "` + account + `")`}},
		{"none", noDataAnswer, Problem{Stage: "validation", Type: "unauthorized",
			Detail: `No TXT record found at _ujmmovf2vn55tgye._acme-challenge.example.com (account: "` + account + `")`}},
		{"NXDOMAIN", nxDomainAnswer, Problem{Stage: "validation", Type: "dns",
			Detail: "DNS problem: NXDOMAIN looking up TXT for _ujmmovf2vn55tgye._acme-challenge.example.com - check that a DNS record exists for this domain"}},
	} {
		w.ask("example.com", w.Identifiers[0].Challenge, "TXT", tt.edit)
		o := letsEncrypt(v1)
		o.Challenge, o.Account = survey.DNSAccount01, account
		r := judgeAll(t, w, o)
		if diff := cmp.Diff([]Problem{tt.want}, r.Identifiers[0].Predicted); diff != "" {
			t.Errorf("%s: predicted (-want +got):\n%s", tt.name, diff)
		}
	}
}

// What is said about a CA's offer carries its day, and how old it is as of the
// time judged.
func TestNotOffered(t *testing.T) {
	w := newWorld("example.com")
	o := letsEncrypt(v1)
	o.Challenge, o.Account = survey.DNSAccount01, "https://acme-v02.api.letsencrypt.org/acme/acct/1"
	for now, want := range map[string]string{
		"2026-09-01": "Let's Encrypt did not offer dns-account-01 as of 2026-08-12 (https://github.com/letsencrypt/cp-cps/blob/main/CP-CPS.md).",
		"2026-11-25": "Let's Encrypt did not offer dns-account-01 as of 2026-08-12, 105 days before (https://github.com/letsencrypt/cp-cps/blob/main/CP-CPS.md).",
	} {
		var err error
		if o.Now, err = time.Parse(time.DateOnly, now); err != nil {
			t.Fatal(err)
		}
		r := judgeAll(t, w, o)
		if r.Verdict != AtRisk || r.Findings[0].Detail != want {
			t.Errorf("%s: %s, %q, want %q", now, r.Verdict, r.Findings[0].Detail, want)
		}
	}
}

// FuzzPersistRecord holds the reading of records to what any reading has to
// keep: no panic, an account wherever there is no error, and texts that can be
// printed.
func FuzzPersistRecord(f *testing.F) {
	f.Add("letsencrypt.org; accounturi=https://ca.example/1; policy=wildcard; persistUntil=1900000000")
	f.Add("letsencrypt.org;")
	f.Add(";;==;")
	f.Add("a;b=c;b=\xff\x00;accounturi==")
	f.Add("xn--a;accounturi=\t")
	f.Add("Xn--;accounturi=0") // an issuer of which nothing is left
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parsePersistRecord(Escape(text))
		if err == nil && (r.account == "" || r.issuer == "") {
			t.Errorf("%q has no account or issuer, and no error", text)
		}
		if err == nil {
			err = r.authorizes("https://ca.example/1", true, time.Unix(0, 0))
		}
		if err != nil && Escape(err.Error()) != strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(err.Error()) {
			t.Errorf("%q: the text %q cannot be printed", text, err)
		}
	})
}

package caa

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	ours    = "https://acme-v02.api.letsencrypt.org/acme/acct/1234567"
	ourForm = "https://acme-v02.api.letsencrypt.org/acme/acct/"
	oldForm = "https://acme-v01.api.letsencrypt.org/acme/reg/"
)

// request is a dns-01 order at Let's Encrypt of the account "ours".
func request() Request {
	return Request{
		Issuers:         []string{"letsencrypt.org"},
		Brands:          []string{"Let's Encrypt", "ISRG"},
		Account:         ours,
		AccountPrefixes: []string{ourForm},
		Method:          "dns-01",
	}
}

// verdict is the short form in which tables expect a decision.
func verdict(d Decision) string {
	word := "refuse"
	switch {
	case d.Unknown:
		word = "depends"
	case d.Allowed:
		word = "allow"
	}
	return fmt.Sprintf("%s %s %d", word, d.Reason, d.Record)
}

// records reads the lines of a record set.
func records(t *testing.T, lines ...string) []Record {
	t.Helper()
	var set []Record
	for _, line := range lines {
		r, err := ParseText(line)
		if err != nil {
			t.Fatal(err)
		}
		set = append(set, r)
	}
	return set
}

// One value of an issue property, alone in its set, as each profile reads it.
func TestDecideIssueValue(t *testing.T) {
	const yes = "allow authorized"
	tests := []struct {
		name, value  string
		boulder, rfc string
	}{
		{"identity", "letsencrypt.org", yes, yes},
		{"white space around", " \tletsencrypt.org \t", yes, yes},
		{"semicolon after the issuer", "letsencrypt.org;", yes, yes},
		{"semicolon and white space", "letsencrypt.org;  \t ", yes, yes},
		{"unknown parameter", "letsencrypt.org; foo=bar", yes, yes},
		{"unknown parameter twice", "letsencrypt.org; foo=bar; foo=baz", yes, yes},
		{"white space around =", "letsencrypt.org; foo = bar", yes, yes},
		{"= in a value", "letsencrypt.org; foo=a=b", yes, yes},
		{"empty value of a parameter", "letsencrypt.org; foo=", yes, yes},
		{"hyphen in a parameter tag", "letsencrypt.org; a-b=c", yes, yes},
		{"two hyphens in a parameter tag", "letsencrypt.org; a--b=c", yes, yes},

		{"empty", "", "refuse nobody", "refuse nobody"},
		{"semicolon alone", ";", "refuse nobody", "refuse nobody"},
		{"semicolon in white space", " ; ", "refuse nobody", "refuse nobody"},
		{"parameters without issuer", "; foo=bar", "refuse nobody", "refuse nobody"},
		{"malformed without issuer", ";;", "refuse nobody", "refuse nobody"},
		{"another CA", "digicert.com", "refuse other-issuer", "refuse other-issuer"},
		{"another CA, malformed", "digicert.com;;", "refuse other-issuer", "refuse other-issuer"},
		{"script", "<script>alert(1)</script>", "refuse other-issuer", "refuse other-issuer"},
		{"high octets", "\xff\xfe", "refuse other-issuer", "refuse other-issuer"},

		{"semicolon after a parameter", "letsencrypt.org; validationmethods=dns-01;", "refuse malformed", "refuse malformed"},
		{"two semicolons", "letsencrypt.org;;", "refuse malformed", "refuse malformed"},
		{"parameter without =", "letsencrypt.org; foo", "refuse malformed", "refuse malformed"},
		{"parameter without tag", "letsencrypt.org; =c", "refuse malformed", "refuse malformed"},
		{"hyphen before a tag", "letsencrypt.org; -a=c", "refuse malformed", "refuse malformed"},
		{"hyphen after a tag", "letsencrypt.org; a-=c", "refuse malformed", "refuse malformed"},
		{"underscore in a tag", "letsencrypt.org; a_b=1", "refuse malformed", "refuse malformed"},
		{"space in a value", "letsencrypt.org; ab=1 2", "refuse malformed", "refuse malformed"},
		{"semicolon between parameters missing", "letsencrypt.org; a=b c=d", "refuse malformed", "refuse malformed"},
		{"octets outside ASCII in a value", "letsencrypt.org; a=é", "refuse malformed", "refuse malformed"},
		{"newline in a value", "letsencrypt.org; a=b\nc", "refuse malformed", "refuse malformed"},
		{"newline after a value", "letsencrypt.org; a=b\n", "refuse malformed", "refuse malformed"},
		{"delete in a value", "letsencrypt.org; a=\x7f", "refuse malformed", "refuse malformed"},
		{"semicolon after the issuer missing", "letsencrypt.org accounturi=" + ours, "refuse malformed", "refuse malformed"},
		{"list of issuers", "letsencrypt.org, digicert.com", "refuse malformed", "refuse malformed"},

		{"issuer in capitals", "LetsEncrypt.org", "refuse misspelled", yes},
		{"issuer with final dot", "letsencrypt.org.", "refuse misspelled", "refuse misspelled"},
		{"issuer in quotes", `"letsencrypt.org"`, "refuse misspelled", "refuse misspelled"},
		{"issuer with newline", "letsencrypt.org\n", "refuse misspelled", "refuse misspelled"},
		{"brand", "Let's Encrypt", "refuse misspelled", "refuse misspelled"},
		{"first label alone", "letsencrypt", "refuse misspelled", "refuse misspelled"},
		{"other name of the CA", "isrg.org", "refuse misspelled", "refuse misspelled"},
		{"www", "www.letsencrypt.org", "refuse misspelled", "refuse misspelled"},
		{"wildcard", "*.letsencrypt.org", "refuse misspelled", "refuse misspelled"},
		{"URL", "https://letsencrypt.org/", "refuse misspelled", "refuse misspelled"},
		{"other TLD", "letsencrypt.com", "refuse misspelled", "refuse misspelled"},
		{"hyphen", "lets-encrypt.org", "refuse misspelled", "refuse misspelled"},
		{"letter missing", "letsencypt.org", "refuse misspelled", "refuse misspelled"},
		{"letters exchanged", "letsencrpyt.org", "refuse misspelled", "refuse misspelled"},

		{"accounturi ours", "letsencrypt.org; accounturi=" + ours, yes, yes},
		{"accounturi of another account", "letsencrypt.org; accounturi=" + ourForm + "7654321", "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi of staging", "letsencrypt.org; accounturi=https://acme-staging-v02.api.letsencrypt.org/acme/acct/1234567", "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi with final slash", "letsencrypt.org; accounturi=" + ours + "/", "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi over http", "letsencrypt.org; accounturi=" + strings.Replace(ours, "https", "http", 1), "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi in capitals", "letsencrypt.org; accounturi=" + strings.ToUpper(ours), "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi empty", "letsencrypt.org; accounturi=", "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi no URI", "letsencrypt.org; accounturi=%zz", "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi a number", "letsencrypt.org; accounturi=1234567", "refuse account-mismatch", "refuse account-mismatch"},
		{"accounturi twice the same", "letsencrypt.org; accounturi=" + ours + "; accounturi=" + ours, "refuse account-mismatch", "refuse account-mismatch"},
		{"accountURI", "letsencrypt.org; accountURI=" + ourForm + "7654321", yes, "refuse account-mismatch"},

		{"validationmethods ours", "letsencrypt.org; validationmethods=dns-01", yes, yes},
		{"validationmethods with ours", "letsencrypt.org; validationmethods=http-01,dns-01", yes, yes},
		{"validationmethods without ours", "letsencrypt.org; validationmethods=http-01,tls-alpn-01", "refuse method-forbidden", "refuse method-forbidden"},
		{"validationmethods not of ACME", "letsencrypt.org; validationmethods=ca-phone,dns-01", yes, yes},
		{"validationmethods empty", "letsencrypt.org; validationmethods=", "refuse method-forbidden", "refuse method-forbidden"},
		{"validationmethods a comma", "letsencrypt.org; validationmethods=,", "refuse method-forbidden", "refuse method-forbidden"},
		{"validationmethods in capitals", "letsencrypt.org; validationmethods=DNS-01", "refuse method-forbidden", "refuse method-forbidden"},
		{"malformed method before ours", "letsencrypt.org; validationmethods=howdy!,dns-01", "refuse method-forbidden", "refuse method-forbidden"},
		{"malformed method after ours", "letsencrypt.org; validationmethods=dns-01,howdy!", yes, "refuse method-forbidden"},
		{"comma after ours", "letsencrypt.org; validationmethods=dns-01,", yes, "refuse method-forbidden"},
		{"comma before ours", "letsencrypt.org; validationmethods=,dns-01", "refuse method-forbidden", "refuse method-forbidden"},
		{"validationmethods twice the same", "letsencrypt.org; validationmethods=dns-01; validationmethods=dns-01", "refuse method-forbidden", yes},
		{"validationmethods twice, one without ours", "letsencrypt.org; validationmethods=dns-01; validationmethods=http-01", "refuse method-forbidden", "refuse method-forbidden"},
		{"validationMethods", "letsencrypt.org; validationMethods=http-01", yes, "refuse method-forbidden"},

		{"account and method", "letsencrypt.org; accounturi=" + ours + "; validationmethods=dns-01", yes, yes},
		{"wrong account, wrong method", "letsencrypt.org; validationmethods=http-01; accounturi=x", "refuse account-mismatch", "refuse account-mismatch"},
		{"right account, wrong method", "letsencrypt.org; validationmethods=http-01; accounturi=" + ours, "refuse method-forbidden", "refuse method-forbidden"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := []Record{{0, "issue", tt.value}}
			if got := verdict(Decide(set, request(), Boulder)); got != tt.boulder+" 0" {
				t.Errorf("boulder: %s, want %s", got, tt.boulder)
			}
			if got := verdict(Decide(set, request(), RFC8659)); got != tt.rfc+" 0" {
				t.Errorf("rfc8659: %s, want %s", got, tt.rfc)
			}
		})
	}
}

// The parameter tags that changed between two releases of Boulder.
func TestDecideBoulderReleases(t *testing.T) {
	tests := map[string]struct{ before, now string }{
		"letsencrypt.org; a-b=c": {"refuse malformed 0", "allow authorized 0"},
		"letsencrypt.org; =c":    {"allow authorized 0", "refuse malformed 0"},
		"letsencrypt.org; a=c":   {"allow authorized 0", "allow authorized 0"},
	}
	for value, tt := range tests {
		set := []Record{{0, "issue", value}}
		if got := verdict(Decide(set, request(), Boulder20261013)); got != tt.before {
			t.Errorf("%s before: %s, want %s", value, got, tt.before)
		}
		if got := verdict(Decide(set, request(), Boulder)); got != tt.now {
			t.Errorf("%s now: %s, want %s", value, got, tt.now)
		}
	}
}

// Whole sets, for a plain name and for a wildcard.
func TestDecideSet(t *testing.T) {
	const us, them = `0 issue "letsencrypt.org"`, `0 issue "digicert.com"`
	tests := []struct {
		name            string
		set             []string
		plain, wildcard string // by Boulder
		rfc             string // for the plain name, "" when as by Boulder
	}{
		{"empty", nil, "allow no-records -1", "allow no-records -1", ""},
		{"iodef alone", []string{`0 iodef "mailto:a@example.com"`}, "allow no-relevant-property -1", "allow no-relevant-property -1", ""},
		{"unknown alone", []string{`0 dummy "dummy"`}, "allow no-relevant-property -1", "allow no-relevant-property -1", ""},
		{"issuemail alone", []string{`0 issuemail ";"`}, "allow no-relevant-property -1", "allow no-relevant-property -1", ""},
		{"two issuers", []string{them, us}, "allow authorized 1", "allow authorized 1", ""},
		{"nobody beside us", []string{`0 issue ";"`, us}, "allow authorized 1", "allow authorized 1", ""},
		{"malformed beside us", []string{`0 issue "letsencrypt.org;;"`, us}, "allow authorized 1", "allow authorized 1", ""},
		{"misspelled beside another", []string{them, `0 issue "letsencrypt.com"`}, "refuse misspelled 1", "refuse misspelled 1", ""},
		{"one record for each account", []string{`0 issue "letsencrypt.org; accounturi=` + ourForm + `7"`, `0 issue "letsencrypt.org; accounturi=` + ours + `"`},
			"allow authorized 1", "allow authorized 1", ""},
		{"nobody beside another", []string{`0 issue ";"`, them}, "refuse other-issuer 1", "refuse other-issuer 1", ""},

		{"tag in capitals", []string{`0 ISSUE "digicert.com"`}, "refuse other-issuer 0", "refuse other-issuer 0", ""},
		{"tag in mixed case", []string{`0 IsSuE "letsencrypt.org"`}, "allow authorized 0", "allow authorized 0", ""},

		{"issuewild alone for us", []string{`0 issuewild "letsencrypt.org"`}, "allow no-relevant-property -1", "allow authorized 0", ""},
		{"issuewild alone for another", []string{`0 issuewild "digicert.com"`}, "allow no-relevant-property -1", "refuse wildcard-excluded 0", ""},
		{"issuewild excludes us", []string{us, `0 issuewild ";"`}, "allow authorized 0", "refuse wildcard-excluded 1", ""},
		{"issuewild for us only", []string{them, `0 issuewild "letsencrypt.org"`}, "refuse other-issuer 0", "allow authorized 1", ""},
		{"issue and issuewild for another", []string{them, `0 issuewild "digicert.com"`}, "refuse other-issuer 0", "refuse other-issuer 1", ""},
		{"issuewild misspelled", []string{us, `0 issuewild "letsencrypt.com"`}, "allow authorized 0", "refuse misspelled 1", ""},
		{"issuewild in capitals", []string{us, `0 IssueWild "digicert.com"`}, "allow authorized 0", "refuse wildcard-excluded 1", ""},

		{"critical on a known property", []string{`128 issue "letsencrypt.org"`}, "allow authorized 0", "allow authorized 0", ""},
		{"critical unknown", []string{us, `128 caatestsuitedummyproperty "test"`}, "refuse critical-unknown 1", "refuse critical-unknown 1", ""},
		{"critical unknown with other bits", []string{`130 caatestsuitedummyproperty "test"`, us}, "refuse critical-unknown 0", "refuse critical-unknown 0", ""},
		{"flag 1", []string{us, `1 dummy "x"`}, "refuse critical-unknown 1", "refuse critical-unknown 1", "allow authorized 0"},
		{"flags 126", []string{us, `126 dummy "x"`}, "allow authorized 0", "allow authorized 0", ""},
		{"critical iodef", []string{us, `128 iodef "x"`, `128 issuemail ";"`, `128 issuevmc ";"`}, "allow authorized 0", "allow authorized 0", ""},
		{"critical contactemail", []string{us, `128 contactemail "a@example.com"`}, "refuse critical-unknown 1", "refuse critical-unknown 1", "allow authorized 0"},
		{"contactphone", []string{us, `0 contactphone "+1"`}, "allow authorized 0", "allow authorized 0", ""},
		{"critical empty tag", []string{us, `128 "" ""`}, "refuse critical-unknown 1", "refuse critical-unknown 1", ""},
		{"tag close to a known one", []string{`0 "issue " "digicert.com"`}, "allow no-relevant-property -1", "allow no-relevant-property -1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := records(t, tt.set...)
			req := request()
			if got := verdict(Decide(set, req, Boulder)); got != tt.plain {
				t.Errorf("plain: %s, want %s", got, tt.plain)
			}
			if tt.rfc == "" {
				tt.rfc = tt.plain
			}
			if got := verdict(Decide(set, req, RFC8659)); got != tt.rfc {
				t.Errorf("rfc8659: %s, want %s", got, tt.rfc)
			}
			req.Wildcard = true
			if got := verdict(Decide(set, req, Boulder)); got != tt.wildcard {
				t.Errorf("wildcard: %s, want %s", got, tt.wildcard)
			}
		})
	}
}

// A thousand properties that nobody knows do not hide the one that counts.
func TestDecideLargeSet(t *testing.T) {
	set := append(dummies(1000), Record{0, "issue", "caatestsuite.com"})
	if got, want := verdict(Decide(set, request(), Boulder)), "refuse other-issuer 1000"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What accounturi and validationmethods come to when the request does not tell
// the account or the method, or the CA knows several forms of account URI.
func TestDecideUnknown(t *testing.T) {
	tests := []struct {
		name, value string
		change      func(*Request)
		want        string
	}{
		{"account not known", "letsencrypt.org; accounturi=" + ours, func(r *Request) { r.Account = "" }, "depends account-unknown 0"},
		{"account not known, form not known", "letsencrypt.org; accounturi=urn:x", func(r *Request) { r.Account, r.AccountPrefixes = "", nil }, "depends account-unknown 0"},
		{"account not known, of another CA", "letsencrypt.org; accounturi=https://ca.example/1", func(r *Request) { r.Account = "" }, "refuse account-mismatch 0"},
		{"account not known, no number", "letsencrypt.org; accounturi=" + ourForm + "x", func(r *Request) { r.Account = "" }, "refuse account-mismatch 0"},
		{"account not known, zero in front", "letsencrypt.org; accounturi=" + ourForm + "01", func(r *Request) { r.Account = "" }, "refuse account-mismatch 0"},
		{"account not known, method forbidden", "letsencrypt.org; accounturi=" + ours + "; validationmethods=http-01", func(r *Request) { r.Account = "" }, "refuse method-forbidden 0"},
		{"account not known, not asked for", "letsencrypt.org", func(r *Request) { r.Account = "" }, "allow authorized 0"},
		{"method not known", "letsencrypt.org; validationmethods=http-01", func(r *Request) { r.Method = "" }, "depends method-unknown 0"},
		{"older form of the account", "letsencrypt.org; accounturi=" + oldForm + "1234567", func(r *Request) { r.AccountPrefixes = []string{ourForm, oldForm} }, "allow authorized 0"},
		{"older form of another account", "letsencrypt.org; accounturi=" + oldForm + "7", func(r *Request) { r.AccountPrefixes = []string{ourForm, oldForm} }, "refuse account-mismatch 0"},
		{"account of another CA given", "letsencrypt.org; accounturi=https://ca.example/1", func(r *Request) { r.Account = "https://ca.example/1" }, "refuse account-mismatch 0"},
		{"account of any form", "letsencrypt.org; accounturi=urn:x", func(r *Request) { r.Account, r.AccountPrefixes = "urn:x", nil }, "allow authorized 0"},
		{"second identity", "comodo.com", func(r *Request) { r.Issuers = []string{"sectigo.com", "comodo.com"} }, "allow authorized 0"},
		{"no identity", "letsencrypt.org", func(r *Request) { r.Issuers = nil }, "refuse other-issuer 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request()
			tt.change(&req)
			if got := verdict(Decide([]Record{{0, "issue", tt.value}}, req, Boulder)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// A record that authorises for certain wins over one that may.
func TestDecidePrefersCertainty(t *testing.T) {
	req := request()
	req.Account = ""
	set := records(t, `0 issue "letsencrypt.org; accounturi=`+ours+`"`, `0 issue "letsencrypt.org"`)
	if got, want := verdict(Decide(set, req, Boulder)), "allow authorized 1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestDecideUnenforced(t *testing.T) {
	set := records(t, `0 issue "letsencrypt.org; accountURI=x; ValidationMethods=http-01; foo=z"`)
	want := []Param{{"accountURI", "x"}, {"ValidationMethods", "http-01"}}
	got := Decide(set, request(), Boulder)
	if diff := cmp.Diff(want, got.Records[0].Unenforced); diff != "" || !got.Allowed {
		t.Errorf("allowed %t, %s", got.Allowed, diff)
	}
	set = records(t, `0 issue "letsencrypt.org; accounturi=`+ours+`"`)
	if got := Decide(set, request(), Boulder).Records[0].Unenforced; got != nil {
		t.Errorf("accounturi as it should be: %v", got)
	}
	lax := Boulder
	lax.Restrictions = false
	if got := Decide(set, request(), lax).Records[0].Unenforced; len(got) != 1 {
		t.Errorf("a CA without RFC 8657: %v, want the parameter", got)
	}
}

func TestDecideDetail(t *testing.T) {
	tests := []struct {
		name     string
		wildcard bool
		set      []string
		want     string
	}{
		{"none", false, nil, "there is no CAA record: any CA may issue"},
		{"authorized", false, []string{`0 issue "letsencrypt.org"`}, `"letsencrypt.org" authorises "letsencrypt.org"`},
		{"irrelevant", false, []string{`0 issuewild ";"`}, "the CAA record restricts nothing for a name that is no wildcard: any CA may issue"},
		{"one other", false, []string{`0 issue "digicert.com"`}, `only "digicert.com" is authorised, not "letsencrypt.org"`},
		{"others", false, []string{`0 issue "digicert.com"`, `0 issue "pki.goog"`}, `only "digicert.com", "pki.goog" are authorised, not "letsencrypt.org"`},
		{"nobody", false, []string{`0 issue ";"`}, `";" names no issuer: nobody may issue`},
		{"wildcard", true, []string{`0 issue "letsencrypt.org"`, `0 issuewild ";"`}, `for wildcards issuewild alone counts, and it refuses: ";" names no issuer: nobody may issue`},
		{"critical", false, []string{`128 dummy ""`}, `the property "dummy" has flags 128, which make it critical, and the CA does not know it`},
		{"case", false, []string{`0 issue "LetsEncrypt.org"`}, `"LetsEncrypt.org" is not "letsencrypt.org": letter case counts`},
		{"parameter", false, []string{`0 issue "letsencrypt.org; a=b;"`}, `"letsencrypt.org; a=b;" cannot be parsed, so it authorises nobody: there is an empty parameter: a ";" after the last one, or two in a row`},
		{"account", false, []string{`0 issue "letsencrypt.org; accounturi=` + ourForm + `7"`}, `accounturi is "` + ourForm + `7", and the account is "` + ours + `"`},
		{"method", false, []string{`0 issue "letsencrypt.org; validationmethods=http-01"`}, `validationmethods is "http-01", without "dns-01"`},
		{"escapes", false, []string{`0 issue "\027[31m"`}, `only "\027[31m" is authorised, not "letsencrypt.org"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request()
			req.Wildcard = tt.wildcard
			if diff := cmp.Diff(tt.want, Decide(records(t, tt.set...), req, Boulder).Detail); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every record has its own word, whatever the set comes to.
func TestDecideRecords(t *testing.T) {
	req := request()
	req.Wildcard = true
	set := records(t, `0 issue "letsencrypt.org"`, `0 issuewild "letsencrypt.org"`, `0 iodef "x"`, `0 dummy "x"`)
	want := []RecordDecision{
		{Reason: NotRelevant, Detail: "an issue property does not count for a wildcard beside issuewild"},
		{Relevant: true, Allowed: true, Reason: Authorized, Detail: `"letsencrypt.org" authorises "letsencrypt.org"`},
		{Reason: NotRelevant, Detail: `the property "iodef" does not restrict this kind of certificate`},
		{Reason: NotRelevant, Detail: `the property "dummy" is not known and not critical`},
	}
	if diff := cmp.Diff(want, Decide(set, req, Boulder).Records); diff != "" {
		t.Error(diff)
	}
}

// Names of other CAs are not taken for misspelt ones.
func TestOtherIssuersAreNotMisspelled(t *testing.T) {
	others := []string{"pki.goog", "sectigo.com", "ssl.com", "digicert.com", "amazon.com", "globalsign.com", "entrust.net",
		"godaddy.com", "pki.apple.com", "harica.gr", "actalis.it", "buypass.com", "buypass.no", "trustwave.com", "microsoft.com"}
	for _, other := range others {
		d := Decide([]Record{{0, "issue", other}}, request(), Boulder)
		if d.Reason != OtherIssuer {
			t.Errorf("%s: %s", other, d.Reason)
		}
	}
}

// A tag that is close to issue is meant to be it; one that is registered, or
// somebody's own, is not.
func TestMeant(t *testing.T) {
	want := map[string]string{
		"isue": "issue", "issuer": "issue", "issues": "issue", "Isssue": "issue", "isseu": "issue", "is-sue": "issue",
		"issuewld": "issuewild", "issuewilds": "issuewild", "issue-wild": "issuewild", "issuewildcard": "issuewild", "wildissue": "issuewild",
		"issue": "", "ISSUEWILD": "", "issuemail": "", "issuevmc": "", "iodef": "", "contactemail": "", "contactphone": "",
		"policy": "", "auth": "", "path": "", "": "", "x": "", "tbs": "",
	}
	got := map[string]string{}
	for tag := range want {
		got[tag] = Boulder.meant(tag)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

package caa

import "testing"

// A record to copy keeps what the owner meant to restrict: a record without it
// would let every account order, by every method.
func TestMended(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"no equals sign", "letsencrypt.org; validationmethods dns-01", "letsencrypt.org; validationmethods=dns-01"},
		{"a colon", "letsencrypt.org; validationmethods: dns-01", "letsencrypt.org; validationmethods=dns-01"},
		{"a list with spaces", "letsencrypt.org; validationmethods=http-01, dns-01", "letsencrypt.org; validationmethods=http-01,dns-01"},
		{"a list with semicolons", "letsencrypt.org; validationmethods=http-01; dns-01", "letsencrypt.org; validationmethods=http-01,dns-01"},
		{"quotes", `letsencrypt.org; validationmethods="dns-01"`, "letsencrypt.org; validationmethods=dns-01"},
		{"an underscore", "letsencrypt.org; validation_methods=dns-01", "letsencrypt.org; validationmethods=dns-01"},
		{"a method without its hyphen", "letsencrypt.org; validationmethods=dns01", "letsencrypt.org; validationmethods=dns-01"},
		{"upper case", "letsencrypt.org; validationmethods=DNS-01", "letsencrypt.org; validationmethods=dns-01"},
		{"another method", "letsencrypt.org; validationmethods=http-01", "letsencrypt.org; validationmethods=http-01,dns-01"},
		{"no method", "letsencrypt.org; validationmethods=", "letsencrypt.org; validationmethods=dns-01"},
		{"a semicolon at the end", "letsencrypt.org; validationmethods=dns-01;", "letsencrypt.org; validationmethods=dns-01"},
		{"no semicolon", "letsencrypt.org validationmethods=dns-01", "letsencrypt.org; validationmethods=dns-01"},
		{"two lists", "letsencrypt.org; validationmethods=http-01; validationmethods=dns-01", "letsencrypt.org; validationmethods=http-01,dns-01"},
		{"a slip", "letsencrypt.org; validationmehtod=dns-01", "letsencrypt.org; validationmethods=dns-01"},
		{"the account of somebody else, and methods", "letsencrypt.org; validationmethods=dns-01; accounturi=" + ourForm + "9", "letsencrypt.org; validationmethods=dns-01; accounturi=" + ours},
		{"an account in angle brackets", "letsencrypt.org; accounturi=<" + ours + ">", "letsencrypt.org; accounturi=" + ours},
		{"an account with a colon", "letsencrypt.org; accounturi: " + ours, "letsencrypt.org; accounturi=" + ours},
		{"another issuer's spelling", "LetsEncrypt.org; validationmethods=dns-01", "letsencrypt.org; validationmethods=dns-01"},
		{"a list of issuers", "letsencrypt.org, ca.example", "letsencrypt.org"},
		{"a parameter that is the CA's own", "letsencrypt.org; account=230123; validationmethods dns-01", "letsencrypt.org; validationmethods=dns-01; account=230123"},
		{"nothing", "", "letsencrypt.org"},
	} {
		got := Mended(test.value, request(), Boulder)
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if d := Decide([]Record{{0, "issue", got}}, request(), Boulder); !d.Allowed {
			t.Errorf("%s: %q refuses: %s", test.name, got, d.Detail)
		}
	}
}

// Where the account is not known there is a place to put it in, and the record
// is not let go of its restriction.
func TestMendedWithoutAccount(t *testing.T) {
	req := request()
	req.Account = ""
	got := Mended("letsencrypt.org; accounturi=123; validationmethods dns-01", req, Boulder)
	if want := "letsencrypt.org; validationmethods=dns-01; accounturi=" + ourForm + "ACCOUNT"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	got = Mended("letsencrypt.org; accounturi="+ours, req, Boulder)
	if want := "letsencrypt.org; accounturi=" + ours; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A tag is told for what is meant, and a CA's own parameter is left alone.
func TestMeantParam(t *testing.T) {
	for tag, want := range map[string]string{
		"accounturi": "accounturi", "accountURI": "accounturi", "account-uri": "accounturi", "accounturl": "accounturi",
		"acounturi": "accounturi", "accuonturi": "accounturi", "accounturis": "accounturi", "accturi": "", "account": "",
		"validationmethods": "validationmethods", "ValidationMethods": "validationmethods", "validationmethod": "validationmethods",
		"validation-methods": "validationmethods", "validationmehtod": "validationmethods", "validatonmetods": "validationmethods",
		"validation": "", "methods": "", "cansignhttpexchanges": "", "": "",
	} {
		if got := meantParam(tag); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
}

// FuzzMended makes sure that a record to copy is one that parses and authorises
// whoever asks, with each restriction that the value has.
func FuzzMended(f *testing.F) {
	for _, s := range []string{"letsencrypt.org; validationmethods dns-01", "letsencrypt.org;accounturi=", "a;b;c=d;;=", "letsencrypt.org; accountURI=\xff", "letsencrypt.org validationmethods=,,", "letsencrypt.org; \"a=b\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := Mended(value, request(), Boulder)
		d := Decide([]Record{{0, "issue", got}}, request(), Boulder)
		if !d.Allowed || d.Unknown {
			t.Errorf("%q from %q refuses: %s", got, value, d.Detail)
		}
		is, err := ParseIssue(value, Boulder)
		if err != nil {
			return
		}
		now, _ := ParseIssue(got, Boulder)
		for _, tag := range []string{paramAccount, paramMethods} {
			if len(Boulder.named(is.Params, tag)) > 0 && len(Boulder.named(now.Params, tag)) != 1 {
				t.Errorf("%q from %q is without %s", got, value, tag)
			}
		}
	})
}

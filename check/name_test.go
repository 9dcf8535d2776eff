package check

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNormalizeName(t *testing.T) {
	tests := map[string]struct{ typed, want string }{
		"as it is":                   {"www.example.com", "www.example.com"},
		"capitals":                   {"WWW.Example.COM", "www.example.com"},
		"white space around":         {" \texample.com\r\n", "example.com"},
		"final dot":                  {"example.com.", "example.com"},
		"one final dot only":         {"example.com..", "example.com."},
		"wildcard":                   {"*.Example.com", "*.example.com"},
		"U-label":                    {"bücher.example.com", "xn--bcher-kva.example.com"},
		"U-label in capitals":        {"BÜCHER.example.com", "xn--bcher-kva.example.com"},
		"U-label not in NFC":         {"bu\u0308cher.example.com", "xn--bcher-kva.example.com"},
		"sharp s":                    {"faß.example.com", "xn--fa-hia.example.com"},
		"wildcard over a U-label":    {"*.bücher.example.com", "*.xn--bcher-kva.example.com"},
		"right to left":              {"مثال.example.com", "xn--mgbh0fb.example.com"},
		"full width":                 {"ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"},
		"ideographic full stop":      {"例。example。com", "xn--fsq.example.com"},
		"KELVIN SIGN":                {"\u212aelvin.example.com", "kelvin.example.com"},
		"A-label in capitals":        {"XN--BCHER-KVA.example.com", "xn--bcher-kva.example.com"},
		"malformed A-label":          {"xn--a.example.com", "xn--a.example.com"},
		"underscore is for the CA":   {"_dmarc.example.com", "_dmarc.example.com"},
		"space is for the CA":        {"a b.example.com", "a b.example.com"},
		"two dots are for the CA":    {"a..example.com", "a..example.com"},
		"address is for the CA":      {"192.0.2.1", "192.0.2.1"},
		"URL is for the CA":          {"https://example.com/", "https://example.com/"},
		"two wildcards for the CA":   {"*.*.example.com", "*.*.example.com"},
		"invisible character (ZWSP)": {"exam\u200bple.com", "example.com"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := NormalizeName(tt.typed)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestNormalizeNameRefuses(t *testing.T) {
	tests := map[string]struct{ typed, want string }{
		"nothing":           {"", `the name "" is empty`},
		"white space":       {" \t ", `the name " \t " is empty`},
		"the root":          {".", `the name "." is empty`},
		"NUL":               {"a\x00b.example", `the name "a\x00b.example" has the control character U+0000 in it`},
		"newline":           {"a.example\nb.example", `the name "a.example\nb.example" has the control character U+000A in it`},
		"terminal escape":   {"\x1b[31m.example", `the name "\x1b[31m.example" has the control character U+001B in it`},
		"C1 control":        {"a\u009bb.example", `the name "a\u009bb.example" has the control character U+009B in it`},
		"Latin-1":           {"b\xfccher.example", `the name "b\xfccher.example" is not UTF-8`},
		"override of order": {"a\u202eb.example", `the name "a\u202eb.example" has the label "a\u202eb", which is no internationalized label`},
		"hyphen in front":   {"-ü.example", `the name "-\u00fc.example" has the label "-\u00fc", which is no internationalized label`},
		"reserved hyphens":  {"ab--ü.example", `the name "ab--\u00fc.example" has the label "ab--\u00fc", which is no internationalized label`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := NormalizeName(tt.typed)
			if err == nil {
				t.Fatalf("accepted as %q", got)
			}
			if err.Error() != tt.want {
				t.Errorf("%s, want %s", err, tt.want)
			}
		})
	}
}

// The policy of Let's Encrypt, in its order: which refusal comes first.
func TestNameProblem(t *testing.T) {
	const (
		invalid, noSuffix, suffix, tooLong = "name-invalid", "name-has-no-public-suffix", "name-is-public-suffix", "name-too-long-for-challenge"

		wildcards  = "Domain name has more than one wildcard"
		wildcard   = "Domain name contains an invalid wildcard. A wildcard is only permitted before the first dot in a domain name"
		empty      = "Identifier value (name) is empty"
		character  = "Domain name contains an invalid character"
		long       = "Domain name is longer than 253 bytes"
		address    = "Identifier type is DNS but value is an IP address"
		finalDot   = "Domain name ends in a dot"
		labels     = "Domain name has more than 10 labels (parts)"
		oneLabel   = "Domain name needs at least one dot"
		noLabel    = "Domain name can not have two dots in a row"
		longLabel  = "Domain has a label (component between dots) longer than 63 bytes"
		reserved   = "Domain name contains an invalid label in a reserved format (R-LDH: '??--')"
		punycode   = "Domain name contains malformed punycode"
		notPublic  = "Domain name does not end with a valid public suffix (TLD)"
		isTLD      = "Domain name is an ICANN TLD"
		isTLDBelow = "Domain name is a wildcard for an ICANN TLD"
	)
	a63 := strings.Repeat("a", 63)
	// of returns a name of n characters under com.
	of := func(n int) string {
		name := "com"
		for len(name) < n-64 {
			name = a63 + "." + name
		}
		return strings.Repeat("b", n-len(name)-1) + "." + name
	}
	tests := []struct {
		name, identifier string
		rule, detail     string // both empty: may be ordered
	}{
		{"plain", "www.example.com", "", ""},
		{"wildcard", "*.example.com", "", ""},
		{"digits and hyphens", "1-2.example.com", "", ""},
		{"A-label", "xn--bcher-kva.example.com", "", ""},
		{"A-label TLD", "example.xn--p1ai", "", ""},
		{"below a suffix of two labels", "example.co.uk", "", ""},
		{"private suffix", "github.io", "", ""},
		{"wildcard below a private suffix", "*.github.io", "", ""},
		{"below a private suffix", "example.github.io", "", ""},
		{"private suffix of two labels", "uk.com", "", ""},
		{"private suffix of three labels", "s3.amazonaws.com", "", ""},
		{"exception of a suffix wildcard", "www.ck", "", ""},
		{"ten labels", "a.b.c.d.e.f.g.h.example.com", "", ""},
		{"wildcard over ten labels", "*.a.b.c.d.e.f.g.h.example.com", "", ""},
		{"label of 63", a63 + ".com", "", ""},
		{"longest for its challenge", of(237), "", ""},
		{"wildcard over the longest", "*." + of(237), "", ""},

		{"two wildcards", "*.*.example.com", invalid, wildcards},
		{"two wildcards, else wrong", "**", invalid, wildcards},
		{"wildcard inside", "www.*.example.com", invalid, wildcard},
		{"wildcard in a label", "w*.example.com", invalid, wildcard},
		{"wildcard alone", "*", invalid, wildcard},
		{"wildcard without base", "*.", noSuffix, notPublic},
		{"wildcard under no suffix", "*.example.internal", noSuffix, notPublic},
		{"wildcard under no suffix, bad character too", "*.a_b.internal", noSuffix, notPublic},
		{"wildcard of a TLD", "*.com", suffix, isTLDBelow},
		{"wildcard of a suffix", "*.co.uk", suffix, isTLDBelow},
		{"wildcard of a wildcard suffix", "*.foo.ck", suffix, isTLDBelow},
		{"wildcard of the parent of wildcard suffixes", "*.ck", noSuffix, notPublic},
		{"wildcard with bad character", "*.a_b.example.com", invalid, character},
		{"wildcard with empty label", "*..com", invalid, noLabel},
		{"wildcard with final dot", "*.example.com.", noSuffix, notPublic},
		{"wildcard of an address", "*.192.0.2.1", noSuffix, notPublic},
		{"wildcard over eleven labels", "*.a.b.c.d.e.f.g.h.i.example.com", invalid, labels},

		{"empty", "", invalid, empty},
		{"underscore", "_acme-challenge.example.com", invalid, character},
		{"slash", "example.com/", invalid, character},
		{"colon", "2001:db8::1", invalid, character},
		{"space", "a b.example.com", invalid, character},
		{"not ASCII", "bücher.example.com", invalid, character},
		{"bad character in a name too long", "_" + of(254), invalid, character},
		{"254 characters", of(254), invalid, long},
		{"address", "192.0.2.1", invalid, address},
		{"final dot", "example.com.", invalid, finalDot},
		{"dot alone", ".", invalid, finalDot},
		{"eleven labels", "a.b.c.d.e.f.g.h.i.example.com", invalid, labels},
		{"one label", "localhost", invalid, oneLabel},
		{"TLD", "com", invalid, oneLabel},
		{"leading dot", ".example.com", invalid, noLabel},
		{"empty label", "a..example.com", invalid, noLabel},
		{"label of 64", a63 + "a.com", invalid, longLabel},
		{"labels from the left", "-a." + a63 + "a.com", invalid, character},
		{"hyphen in front", "-a.example.com", invalid, character},
		{"hyphen behind", "a-.example.com", invalid, character},
		{"capitals", "A.example.com", invalid, character},
		{"reserved label", "ab--c.example.com", invalid, reserved},
		{"hyphens elsewhere", "a--b.example.com", "", ""},
		{"punycode that does not decode", "xn--0.example.com", invalid, punycode},
		{"A-label of nothing", "xn--.example.com", invalid, character},
		{"A-label not in NFC", "xn--u-ccb.example.com", invalid, punycode},
		{"bad label under no suffix", "ab--c.example.internal", invalid, reserved},
		{"no suffix", "example.internal", noSuffix, notPublic},
		{"no suffix, local", "printer.local", noSuffix, notPublic},
		{"below the parent of wildcard suffixes", "foo.ck", suffix, isTLD},
		{"suffix of two labels", "co.uk", suffix, isTLD},

		{"one too long for its challenge", of(238), tooLong,
			"_acme-challenge." + of(238) + " has 254 characters, and a name in the DNS has 253 at most"},
		{"253 characters", of(253), tooLong, "_acme-challenge." + of(253) + " has 269 characters, and a name in the DNS has 253 at most"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rule, detail, found := NameProblem(tt.identifier)
			if rule != tt.rule || detail != tt.detail || found != (tt.rule != "") {
				t.Errorf("%q: %t %s %q, want %s %q", tt.identifier, found, rule, detail, tt.rule, tt.detail)
			}
		})
	}
}

func TestNameProblemAnyTLD(t *testing.T) {
	tests := map[string]string{
		"example.internal":     "",
		"*.example.internal":   "",
		"*.internal":           "name-is-public-suffix",
		"internal":             "name-invalid",
		"*.a_b.internal":       "name-invalid",
		"co.uk":                "name-is-public-suffix",
		"www.example.com":      "",
		"*.":                   "name-has-no-public-suffix",
		"a_b.example.internal": "name-invalid",
	}
	for name, want := range tests {
		if got, _, _ := NameProblemAnyTLD(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestOrderProblems(t *testing.T) {
	redundant := func(name string) string {
		return `Domain name "` + name + `" is redundant with a wildcard domain in the same request. Remove one or the other from the certificate request.`
	}
	tests := map[string]struct {
		ids  []string
		max  int
		want []OrderProblem
	}{
		"fine":                    {[]string{"example.com", "*.example.com"}, 2, nil},
		"two levels below":        {[]string{"a.b.example.com", "*.example.com"}, 0, nil},
		"no limit known":          {[]string{"a.example.com", "b.example.com"}, 0, nil},
		"twice counts once":       {[]string{"b.example.com", "a.example.com", "b.example.com"}, 2, []OrderProblem{{"order-duplicate-names", []string{"b.example.com"}, "b.example.com is given 2 times"}}},
		"too many":                {[]string{"b.example.com", "a.example.com"}, 1, []OrderProblem{{"order-too-large", []string{"a.example.com", "b.example.com"}, "Order cannot contain more than 1 identifiers"}}},
		"redundant":               {[]string{"www.example.com", "*.example.com"}, 0, []OrderProblem{{"name-redundant-with-wildcard", []string{"*.example.com", "www.example.com"}, redundant("www.example.com")}}},
		"two redundant":           {[]string{"b.example.com", "a.example.com", "*.example.com"}, 0, []OrderProblem{{"name-redundant-with-wildcard", []string{"*.example.com", "a.example.com"}, redundant("a.example.com")}, {"name-redundant-with-wildcard", []string{"*.example.com", "b.example.com"}, redundant("b.example.com")}}},
		"a wildcard is not below": {[]string{"*.a.example.com", "*.example.com"}, 0, nil},
		"no name":                 {nil, 1, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, OrderProblems(tt.ids, tt.max)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewOrderProblem(t *testing.T) {
	refusal := func(typ, detail string, sub ...string) *NewOrderRefusal {
		r := &NewOrderRefusal{Problem: Problem{"new-order", typ, detail}}
		for i := 0; i < len(sub); i += 3 {
			if r.Subproblems == nil {
				r.Subproblems = map[string]Problem{}
			}
			r.Subproblems[sub[i]] = Problem{"new-order", sub[i+1], sub[i+2]}
		}
		return r
	}
	const bad = "Invalid identifiers requested :: "
	tests := map[string]struct {
		ids  []string
		max  int
		want *NewOrderRefusal
	}{
		"fine":    {[]string{"example.com"}, 100, nil},
		"no name": {nil, 100, refusal("malformed", "NewOrder request did not specify any identifiers")},
		"empty":   {[]string{"example.com", ""}, 100, refusal("malformed", "NewOrder request included empty identifier")},
		"one bad name": {[]string{"example.com", "localhost"}, 100,
			refusal("rejectedIdentifier", bad+`Cannot issue for "localhost": Domain name needs at least one dot`)},
		"several bad names, the first by the alphabet": {[]string{"localhost", "ab--c.com", "example.com", "a_b.com"}, 1,
			refusal("rejectedIdentifier", bad+`Cannot issue for "a_b.com": Domain name contains an invalid character (and 2 more problems. Refer to sub-problems for more information.)`,
				"a_b.com", "malformed", bad+"Domain name contains an invalid character",
				"ab--c.com", "rejectedIdentifier", bad+"Domain name contains an invalid label in a reserved format (R-LDH: '??--')",
				"localhost", "malformed", bad+"Domain name needs at least one dot")},
		"too many": {[]string{"a.com", "b.com", "*.com.com", "www.com.com"}, 3,
			refusal("malformed", "Error creating new order :: Order cannot contain more than 3 identifiers")},
		"redundant": {[]string{"www.example.com", "mail.example.com", "*.example.com"}, 3,
			refusal("malformed", `Error creating new order :: Domain name "mail.example.com" is redundant with a wildcard domain in the same request. Remove one or the other from the certificate request.`)},
		"too long for its challenge is not for new-order": {[]string{strings.Repeat(strings.Repeat("a", 60)+".", 4) + "com"}, 100, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, NewOrderProblem(tt.ids, tt.max, false)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if r := NewOrderProblem([]string{"example.internal"}, 100, true); r != nil {
		t.Errorf("any TLD: %v", r)
	}
}

// FuzzName looks for input that breaks what others rely on: normalizing again
// changes nothing, results are safe to print, and what the policy lets through
// is a host name.
func FuzzName(f *testing.F) {
	for _, s := range []string{"example.com", "*.example.com.", "BÜCHER.example.com", "例。com", "xn--a.com", "a..b", "\x00", "\xff", "*.", "localhost", "ab--c.com", "192.0.2.1", "*..ck", "www.ck", "\u200b", "a.github.io"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := NormalizeName(s)
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("error %q is not printable", err)
			}
			return
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q gives %q, which is not printable", s, name)
		}
		// A second final dot and space inside stay, and are for the policy.
		if strings.HasSuffix(name, ".") || strings.TrimSpace(name) != name {
			return
		}
		if again, err := NormalizeName(name); err != nil || again != name {
			t.Errorf("%q gives %q, and that %q, %v", s, name, again, err)
		}
		for _, problem := range []func(string) (string, string, bool){NameProblem, NameProblemAnyTLD} {
			rule, detail, found := problem(name)
			if found != (rule != "") || found != (detail != "") {
				t.Errorf("%q: %q %q %t", name, rule, detail, found)
			}
			if !found && (len(name) > 255 || strings.Trim(strings.TrimPrefix(name, "*."), "abcdefghijklmnopqrstuvwxyz0123456789-.") != "") {
				t.Errorf("%q may be ordered", name)
			}
		}
	})
}

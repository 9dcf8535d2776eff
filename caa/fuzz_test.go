package caa

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// FuzzParse feeds RDATA of any kind through parsing, printing and deciding.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "\x80", "\x00\x05issueletsencrypt.org", "\x00\x09issuewild;", "\x01\x03foo", "\x00\x06issue", "\x80\x00", "\x00\x05issue\xff\"\\"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, rdata []byte) {
		r, err := Parse(rdata)
		if err != nil {
			if !isPrintable(err.Error()) {
				t.Errorf("error %q is not printable", err)
			}
			return
		}
		text := r.String()
		if !isPrintable(text) {
			t.Errorf("%q is not printable", text)
		}
		back, err := ParseText(text)
		if err != nil || back != r {
			t.Errorf("%s reads as %v, %v", text, back, err)
		}
		for _, p := range []Profile{RFC8659, Boulder} {
			d := Decide([]Record{r}, request(), p)
			if !isPrintable(d.Detail) || d.Detail == "" || !isPrintable(d.Records[0].Detail) {
				t.Errorf("detail %q", d.Detail)
			}
		}
	})
}

// FuzzParseText looks for text that is read but not written again the same.
func FuzzParseText(f *testing.F) {
	for _, s := range []string{`0 issue "letsencrypt.org"`, `128 issue ca.example`, `0 issue "\097\""`, `\# 3 000161`, `0 "" ""`, `0 issue a;b`, `1 a "b" ; c`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseText(s)
		if err != nil {
			if !isPrintable(err.Error()) {
				t.Errorf("error %q is not printable", err)
			}
			return
		}
		if back, err := ParseText(r.String()); err != nil || back != r {
			t.Errorf("%q reads as %v, then as %v, %v", s, r, back, err)
		}
	})
}

// FuzzDecide compares decisions on two records with a second reading of the
// grammar, written with regular expressions after RFC 8659 §4.2 and RFC 8657.
func FuzzDecide(f *testing.F) {
	seeds := []string{"letsencrypt.org", "letsencrypt.org;", "letsencrypt.org;;", "LetsEncrypt.org", "letsencrypt.org.", ";", "",
		"letsencrypt.org; accounturi=" + ours, "letsencrypt.org; validationmethods=dns-01,", "letsencrypt.org; a-b=c", "letsencrypt.org; =c",
		"letsencrypt.org; validationmethods=dns-01; validationmethods=dns-01", "letsencrypt.org;accountURI=x", "letsencrypt.org;a=b\n"}
	for i, s := range seeds {
		f.Add(uint8(0), "issue", s, uint8(128), "IssueWild", seeds[len(seeds)-1-i], i%2 == 0)
	}
	f.Add(uint8(1), "foo", "", uint8(0), "issue", "letsencrypt.org", false)
	f.Fuzz(func(t *testing.T, f1 uint8, t1, v1 string, f2 uint8, t2, v2 string, wildcard bool) {
		set := []Record{{f1, t1, v1}, {f2, t2, v2}}
		req := request()
		req.Wildcard = wildcard
		if got, want := Decide(set, req, Boulder).Allowed, boulderAllows(set, wildcard); got != want {
			t.Errorf("boulder: %v: %t, second reading %t", set, got, want)
		}
		if got, want := Decide(set, req, RFC8659).Allowed, rfcAllows(set, wildcard); got != want {
			t.Errorf("rfc8659: %v: %t, second reading %t", set, got, want)
		}
	})
}

// TestDecideGenerated compares the same readings on sets put together from the
// pieces that matter, which a fuzzer seldom finds.
func TestDecideGenerated(t *testing.T) {
	rng := rand.New(rand.NewPCG(8659, 8657))
	pick := func(s ...string) string { return s[rng.IntN(len(s))] }
	value := func() string {
		v := pick("", " ", "\t") + pick("letsencrypt.org", "letsencrypt.org", "letsencrypt.org", "LetsEncrypt.org", "letsencrypt.org.", "", "pki.goog", "letsencrypt.org x", "-.org") + pick("", " ")
		for range rng.IntN(4) {
			v += pick(";", "; ", " ;", ";\t", "") + pick("", "", "accounturi", "accountURI", "validationmethods", "validationMethods", "a-b", "-a", "a_b", "x") +
				pick("=", " = ", "=", "") + pick("", ours, ourForm+"7", "dns-01", "http-01,dns-01", "dns-01,", ",dns-01", "dns-01,!", "!,dns-01", "DNS-01", "1 2", "é", "a=b")
		}
		return v + pick("", "", ";", " ", "\n")
	}
	allowed := 0
	for range 50_000 {
		var set []Record
		for range 1 + rng.IntN(3) {
			set = append(set, Record{
				[]uint8{0, 0, 0, 1, 128, 126, 255}[rng.IntN(7)],
				pick("issue", "issue", "issuewild", "ISSUE", "IssueWild", "iodef", "issuemail", "contactemail", "foo", ""),
				value(),
			})
		}
		req := request()
		req.Wildcard = rng.IntN(2) == 0
		boulder, rfc := Decide(set, req, Boulder).Allowed, Decide(set, req, RFC8659).Allowed
		if want := boulderAllows(set, req.Wildcard); boulder != want {
			t.Fatalf("boulder: %q, wildcard %t: %t, second reading %t", set, req.Wildcard, boulder, want)
		}
		if want := rfcAllows(set, req.Wildcard); rfc != want {
			t.Fatalf("rfc8659: %q, wildcard %t: %t, second reading %t", set, req.Wildcard, rfc, want)
		}
		if boulder {
			allowed++
		}
	}
	if allowed < 5_000 || allowed > 45_000 {
		t.Errorf("%d of 50000 allowed: the cases are one-sided", allowed)
	}
}

// The second readings.
var (
	// \z, not $, and (?s): a newline is an octet like any other.
	valueRE = regexp.MustCompile(`(?s)\A[ \t]*((?:[^;]*[^; \t])?)[ \t]*(?:;[ \t]*((?:[A-Za-z0-9](?:-*[A-Za-z0-9])*[ \t]*=[ \t]*[!-:<-~]*(?:[ \t]*;[ \t]*|[ \t]*\z))*))?\z`)
	hostRE  = regexp.MustCompile(`\A[A-Za-z0-9](-*[A-Za-z0-9])*(\.[A-Za-z0-9](-*[A-Za-z0-9])*)*\z`)
	methodR = regexp.MustCompile(`\A([A-Za-z0-9-]+,)*[A-Za-z0-9-]+\z`)
)

// second reads an issue value: issuer, parameters as tag=value, and whether it
// is well formed. The expression lets a final semicolon through; that is
// refused here.
func second(value string) (issuer string, params [][2]string, ok bool) {
	m := valueRE.FindStringSubmatch(value)
	if m == nil {
		return "", nil, false
	}
	list := strings.TrimRight(m[2], " \t")
	if list == "" {
		return m[1], nil, true
	}
	if strings.HasSuffix(list, ";") {
		return "", nil, false
	}
	for _, p := range strings.Split(list, ";") {
		tag, v, _ := strings.Cut(p, "=")
		params = append(params, [2]string{strings.Trim(tag, " \t"), strings.Trim(v, " \t")})
	}
	return m[1], params, true
}

func boulderAllows(set []Record, wildcard bool) bool {
	return allows(set, wildcard, "issue issuewild iodef issuemail issuevmc", 0x81, func(value string) bool {
		issuer, params, ok := second(value)
		if !ok || issuer != "letsencrypt.org" {
			return false
		}
		accounts, methods := 0, 0
		for _, p := range params {
			switch p[0] {
			case "accounturi":
				if accounts++; p[1] != ours {
					return false
				}
			case "validationmethods":
				methods++
				before, _, found := strings.Cut(","+p[1]+",", ",dns-01,")
				if !found || before != "" && !methodR.MatchString(before[1:]) {
					return false
				}
			}
		}
		return accounts < 2 && methods < 2
	})
}

func rfcAllows(set []Record, wildcard bool) bool {
	return allows(set, wildcard, "issue issuewild iodef issuemail issuevmc contactemail contactphone", 0x80, func(value string) bool {
		issuer, params, ok := second(value)
		if !ok || !hostRE.MatchString(issuer) || asciiLower(issuer) != "letsencrypt.org" {
			return false
		}
		accounts := 0
		for _, p := range params {
			switch asciiLower(p[0]) {
			case "accounturi":
				if accounts++; p[1] != ours {
					return false
				}
			case "validationmethods":
				if !methodR.MatchString(p[1]) || !strings.Contains(","+p[1]+",", ",dns-01,") {
					return false
				}
			}
		}
		return accounts < 2
	})
}

// allows is RFC 8659 §4.2, 4.3 and 4.5 over a set.
func allows(set []Record, wildcard bool, known string, critical uint8, authorizes func(string) bool) bool {
	values := map[string][]string{}
	for _, r := range set {
		tag := asciiLower(r.Tag)
		isKnown := false
		for _, k := range strings.Fields(known) {
			isKnown = isKnown || k == tag
		}
		if !isKnown && r.Flags&critical != 0 {
			return false
		}
		values[tag] = append(values[tag], r.Value)
	}
	relevant := values["issue"]
	if wildcard && len(values["issuewild"]) > 0 {
		relevant = values["issuewild"]
	}
	for _, v := range relevant {
		if authorizes(v) {
			return true
		}
	}
	return len(relevant) == 0
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 32
		}
		return r
	}, s)
}

func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

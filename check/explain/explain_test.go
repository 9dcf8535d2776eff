package explain

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

const nxdomain = `DNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com - check that a DNS record exists for this domain`

const nxdomainMeans = "txt-missing validation maybe example.com _acme-challenge.example.com/TXT"

func TestHoweverItIsPasted(t *testing.T) {
	utf16le, utf16be := "\xff\xfe", "\xfe\xff"
	for _, u := range utf16.Encode([]rune("Detail: " + nxdomain + "\r\n")) {
		utf16le += string([]byte{byte(u), byte(u >> 8)})
		utf16be += string([]byte{byte(u >> 8), byte(u)})
	}
	inJSON, _ := json.Marshal(map[string]string{"detail": nxdomain})
	twice, _ := json.Marshal(map[string]string{"msg": string(inJSON)})
	thrice, _ := json.Marshal(map[string]string{"log": string(twice)})
	for name, text := range map[string]string{
		"plain":            nxdomain,
		"lower case":       strings.ToLower(nxdomain),
		"in quotes":        `"` + nxdomain + `"`,
		"CRLF":             "Detail:\r\n  " + nxdomain + "\r\n",
		"wrapped":          strings.ReplaceAll(nxdomain, " ", "\n    "),
		"broken at hyphen": strings.Replace(nxdomain, "_acme-", "_acme-\n   ", 1),
		"coloured":         "\x1b[31m[ERROR]\x1b[0m \x1b[1m" + nxdomain + "\x1b[0m",
		"byte order mark":  "\uFEFF" + nxdomain,
		"UTF-16, little":   utf16le,
		"UTF-16, big":      utf16be,
		"UTF-16, no mark":  utf16le[2:],
		"JSON":             string(inJSON),
		"JSON in JSON":     string(twice),
		"and once more":    string(thrice),
		"among binary":     "\x00\x01\xfe\xff\x80" + nxdomain + "\x00\xc3\x28",
		"no-break spaces":  strings.ReplaceAll(nxdomain, " ", "\u00a0"),
		"journal":          "Nov 25 01:00:00 host certbot[123]: " + nxdomain,
	} {
		if diff := cmp.Diff(nxdomainMeans, summed(Explain(text, corpusNow))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEndOfLongTextIsRead(t *testing.T) {
	x := Explain(strings.Repeat("2026-11-25 01:00:00 DEBUG nothing of interest\n", MaxText/40)+nxdomain, corpusNow)
	if diff := cmp.Diff(nxdomainMeans, summed(x)); diff != "" || !x.Truncated {
		t.Errorf("truncated %v (-want +got):\n%s", x.Truncated, diff)
	}
}

// An owner of a zone decides what a TXT value says: that may look like any
// other error, and must not be taken for one.
func TestValueIsNotBelieved(t *testing.T) {
	const means = "txt-wrong validation maybe example.com _acme-challenge.example.com/TXT"
	for _, value := range []string{
		`CAA record for bank.example prevents issuance`,
		`too many failed authorizations (5) for \"bank.example\" in the last 1h0m0s, retry after 2030-01-01 00:00:00 UTC`,
		`x\" found at _acme-challenge.bank.example`,
		`DNS problem: SERVFAIL looking up CAA for bank.example`,
		`Successfully received certificate.`,
	} {
		x := Explain(`Incorrect TXT record "`+value+`" found at _acme-challenge.example.com`, corpusNow)
		if diff := cmp.Diff(means, summed(x)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", value, diff)
		}
	}
}

func TestSecretsAreNotRepeated(t *testing.T) {
	const secret = "Zm9vYmFyQmF6MTIzNDU2Nzg5MGFiY2RlZg"
	for _, text := range []string{
		"CF_Token=" + secret + " " + nxdomain,
		"error presenting token: cloudflare: Authorization: Bearer " + secret + " failed to find zone example.com.",
		`{"key":"` + secret + `","detail":"` + nxdomain + `"}`,
		"hook command /usr/bin/hook --password " + secret + " returned error code 1",
		"Hook '--manual-auth-hook --password=hunter2 " + secret + "' for example.com reported error code 1 password=hunter2",
		"-----BEGIN PRIVATE KEY-----\n" + strings.Repeat(secret+"\n", 9) + "-----END PRIVATE KEY-----",
	} {
		shown, err := json.Marshal(Explain(text, corpusNow))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(string(shown)), strings.ToLower(secret)) || strings.Contains(string(shown), "hunter2") {
			t.Errorf("%s: repeated in %s", text, shown)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	const limit = `urn:ietf:params:acme:error:rateLimited :: too many new orders (300) from this account in the last 3h0m0s`
	for name, c := range map[string]struct {
		text string
		want time.Duration
	}{
		"a time":            {limit + ", retry after 2026-11-25 13:10:00 UTC: see https://letsencrypt.org/docs/rate-limits/", 10 * time.Minute},
		"one with T and Z":  {limit + ", retry after 2026-11-25T13:00:01Z: see", time.Second},
		"one with a zone":   {limit + ", retry after 2026-11-25 14:10:00 +0100: see", 10 * time.Minute},
		"one that is past":  {limit + ", retry after 2026-11-25 12:10:00 UTC: see", 0},
		"one far off":       {limit + ", retry after 2999-11-25 12:10:00 UTC: see", longestWait},
		"a header":          {"Retry-After: 77\r\n\r\n" + limit, 77 * time.Second},
		"a header's date":   {"retry-after: Wed, 25 Nov 2026 13:01:00 GMT\r\n\r\n" + limit, time.Minute},
		"none: the refill":  {limit, 36 * time.Second},
		"text over header":  {"Retry-After: 77\r\n\r\n" + limit + ", retry after 2026-11-25 13:10:00 UTC", 10 * time.Minute},
		"a number too long": {limit + ", retry after 99999999999999999999 s", 36 * time.Second},
	} {
		x := Explain(c.text, corpusNow)
		if x.RetryAfter == nil || *x.RetryAfter != c.want {
			t.Errorf("%s: %v, not %v", name, x.RetryAfter, c.want)
		}
	}
}

// Rows that name a rule name one that there is.
func TestFindingsExist(t *testing.T) {
	var ids []string
	for _, m := range meanings() {
		ids = append(ids, m.findings...)
	}
	for _, f := range slices.Concat(lookupFailures, dnssecFailures) {
		ids = append(append(ids, f.txt...), f.caa...)
	}
	for i := range wrongValues {
		ids = append(ids, wrongValues[i].findings...)
	}
	for _, id := range append(ids, txtWrong.findings...) {
		if check.Find(id) == nil {
			t.Errorf("no rule %q", id)
		}
	}
}

// A wording that is too short to be looked for would be found everywhere.
func TestFormsHaveAnchors(t *testing.T) {
	for _, f := range forms().forms {
		if len(f.anchor) < gram {
			t.Errorf("anchor %q of %q", f.anchor, f.m.what)
		}
	}
}

func FuzzExplain(f *testing.F) {
	for _, s := range corpus(f) {
		f.Add(s.text)
	}
	f.Add("Incorrect TXT record \"" + strings.Repeat("found at ", 99))
	f.Add(strings.Repeat("{\"identifier\":", 50) + nxdomain)
	f.Add("\xff\xfeD\x00N\x00S\x00")
	f.Fuzz(func(t *testing.T, s string) { holds(t, s) })
}

// holds checks what is true of every explanation.
func holds(t *testing.T, s string) {
	x := Explain(s, corpusNow)
	data, err := json.Marshal(x)
	if err != nil || !utf8.Valid(data) {
		t.Fatalf("%v: %q", err, data)
	}
	if len(data) > 8192+200*mostIdentifiers*(1+len(x.Others)+len(x.Earlier))+8192*(len(x.Others)+len(x.Earlier)) {
		t.Errorf("%d octets of explanation", len(data))
	}
	if x.Category == "" || x.Stage == "" || x.Retry == "" || x.Culprit == "" || x.Summary == "" || x.Advice == "" || x.Outcome == "" {
		t.Errorf("incomplete: %+v", x)
	}
	for _, p := range slices.Concat([]Problem{x.Problem}, x.Others, x.Earlier) {
		for _, id := range p.Identifiers {
			if nameOf(id) != id || id == "" {
				t.Errorf("identifier %q", id)
			}
		}
		if p.LookedUp != nil && (nameOf(p.LookedUp.Name) != p.LookedUp.Name || p.LookedUp.Type == "") {
			t.Errorf("looked up %+v", p.LookedUp)
		}
		if p.RetryAfter != nil && (*p.RetryAfter < 0 || *p.RetryAfter > longestWait) {
			t.Errorf("retry after %v", p.RetryAfter)
		}
		for _, said := range []string{p.Summary, p.Advice, p.Quote, p.Seen} {
			if strings.ContainsFunc(said, func(r rune) bool { return r < ' ' || r == 0x7f }) || !utf8.ValidString(said) {
				t.Errorf("control characters in %q", said)
			}
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	var all strings.Builder
	for _, s := range corpus(b) {
		all.WriteString(s.text)
	}
	text := strings.Repeat(all.String(), 1+(1<<20)/all.Len())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Explain(text, corpusNow)
	}
}

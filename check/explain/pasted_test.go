package explain

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A log comes through terminals, editors, collectors and mail before it is
// pasted; none of that may change what it means.
func TestDisguises(t *testing.T) {
	disguises := map[string]func(string) string{
		"CRLF":             func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"byte order mark":  func(s string) string { return "\uFEFF" + s },
		"UTF-16LE":         func(s string) string { return "\xff\xfe" + utf16of(s, binary.LittleEndian) },
		"UTF-16BE":         func(s string) string { return "\xfe\xff" + utf16of(s, binary.BigEndian) },
		"colours":          func(s string) string { return strings.ReplaceAll("\x1b[31m"+s, " ", "\x1b[0m \x1b[1;31m") },
		"a JSON string":    jsonString,
		"JSON in JSON":     func(s string) string { return `{"log":` + jsonString(`{"msg":`+jsonString(s)+`}`) + `}` },
		"Go's %q":          func(s string) string { return fmt.Sprintf("msg=%q", s) },
		"narrow columns":   wrapped,
		"spaces and tabs":  func(s string) string { return strings.ReplaceAll(s, " ", " \t ") },
		"NUL octets":       func(s string) string { return strings.ReplaceAll(s, "a", "a\x00") },
		"much before it":   func(s string) string { return strings.Repeat("nothing to see here\n", 200) + s },
		"octets not UTF-8": func(s string) string { return "\xc3\x28\xff " + s + "\xff" },
	}
	for _, c := range corpus(t) {
		if strings.Contains(c.want, "client-precheck") || strings.HasPrefix(c.want, "unknown") || c.name == "clients/sslcom-caa" || strings.Contains(c.want, "outcome=") {
			continue // told by lines
		}
		want := summed(Explain(c.text, corpusNow))
		for name, disguise := range disguises {
			if got := summed(Explain(disguise(c.text), corpusNow)); got != want {
				t.Errorf("%s in %s:\n got %s\nwant %s", c.name, name, got, want)
			}
		}
	}
}

func utf16of(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func jsonString(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// wrapped breaks lines at spaces, as pagers and mail do.
func wrapped(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		column := 0
		for i, word := range strings.Split(strings.TrimRight(line, "\n"), " ") {
			if i > 0 && column+len(word) > 50 {
				b.WriteString("\n    ")
				column = 4
			} else if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString(word)
			column += len(word) + 1
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestShortSecretsAreNotRepeated(t *testing.T) {
	secrets := []string{
		"s3cr3tT0k3nAAAABBBBCCCCDDDD1234567890abc", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdef0123456789abcdef0123456789",
		"hunter2hunter2", "AKIAIOSFODNN7EXAMPLEKEY1234",
	}
	texts := []string{
		"cloudflare: invalid api token: token=%s for zone example.com",
		"export CF_Token=\"%s\"\nexample.com:Verify error:No TXT record found at _acme-challenge.example.com",
		"Authorization: Bearer %s\nacme: error presenting token: 401 Unauthorized",
		"hook command \"curl -H 'X-Api-Key: %s'\" returned error code 22",
		"Your account is temporarily prevented from requesting certificates for example.com and possibly others. Please visit: https://portal.letsencrypt.org/unpause?jwt=%s",
		"error finding %s zone: password=%s",
		"unknown certificate profile %s",
		"profile \"%s\" is not recognized",
		"secret \"%s\" not found",
	}
	for _, text := range texts {
		for _, secret := range secrets {
			x := Explain(strings.ReplaceAll(text, "%s", secret), corpusNow)
			if strings.Contains(fmt.Sprintf("%+v", x), secret) {
				t.Errorf("%s\nis repeated: %+v", strings.ReplaceAll(text, "%s", secret), x)
			}
		}
	}
}

// hostile are texts that somebody may have made on purpose.
func hostile() map[string]string {
	return map[string]string{
		"nothing":         "",
		"white space":     " \n\t\r\n ",
		"braces":          strings.Repeat("{", 100000),
		"quotes":          strings.Repeat(`\"`, 100000),
		"backslashes":     strings.Repeat(`\`, 200000),
		"escapes":         strings.Repeat("\x1b[", 100000),
		"one wording":     strings.Repeat("Incorrect TXT record \"", 20000),
		"many wordings":   strings.Repeat("DNS problem: SERVFAIL looking up CAA for example.com ", 20000),
		"many names":      manyNames(2000),
		"a long name":     "No TXT record found at _acme-challenge." + strings.Repeat("a.", 5000) + "com",
		"a huge name":     "No TXT record found at " + strings.Repeat("a", 100000),
		"long line":       strings.Repeat("x", 1<<20) + " No TXT record found at _acme-challenge.example.com",
		"prefixes":        strings.Repeat("During secondary validation: ", 20000) + "CAA record for example.com prevents issuance",
		"binary":          "\x00\x01\x02\xff\xfe\x80\x81" + strings.Repeat("\x00\xff", 1000),
		"half of UTF-16":  "\xff\xfeN\x00o\x00 ",
		"a lone escape":   "No TXT record found at \\u12",
		"right to left":   "No TXT record found at _acme-challenge.\u202eexample.com",
		"a script":        "Incorrect TXT record \"<script>alert(1)</script>\" found at _acme-challenge.example.com",
		"a name in shell": "No TXT record found at _acme-challenge.$(reboot).example.com",
		"an option":       "No TXT record found at _acme-challenge.--account=x.example.com",
		"far future":      "too many new orders (300) from this account in the last 3h0m0s, retry after 9999-12-31 23:59:59 UTC",
		"no time":         "too many new orders (300) from this account in the last 3h0m0s, retry after 2026-99-99 99:99:99 UTC",
		"a big header":    "Retry-After: 99999999\nurn:ietf:params:acme:error:rateLimited",
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[host%d.example.com] acme: error: 403 :: urn:ietf:params:acme:error:unauthorized :: No TXT record found at _acme-challenge.host%d.example.com\n", i, i)
	}
	return b.String()
}

func TestHostileTexts(t *testing.T) {
	for name, text := range hostile() {
		if err := sound(Explain(text, corpusNow)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sound is what holds of every explanation.
func sound(x Explanation) error {
	ps := append(append([]Problem{x.Problem}, x.Others...), x.Earlier...)
	if len(ps) > 2*mostIdentifiers+4 {
		return fmt.Errorf("%d problems", len(ps))
	}
	for _, p := range ps {
		switch {
		case !slices.Contains([]Stage{NewOrder, Validation, Finalize, BeforeCA, UnknownStage}, p.Stage):
			return fmt.Errorf("stage %q", p.Stage)
		case !slices.Contains([]Retry{Yes, No, Maybe}, p.Retry):
			return fmt.Errorf("retry %q", p.Retry)
		case p.Category == "" || p.Culprit == "" || p.Summary == "":
			return fmt.Errorf("not whole: %+v", p)
		case len(p.Identifiers) > mostIdentifiers:
			return fmt.Errorf("%d identifiers", len(p.Identifiers))
		case p.RetryAfter != nil && (*p.RetryAfter < 0 || *p.RetryAfter > longestWait):
			return fmt.Errorf("retry after %v", *p.RetryAfter)
		}
		names := slices.Clone(p.Identifiers)
		if p.LookedUp != nil {
			names = append(names, p.LookedUp.Name)
		}
		for _, n := range names {
			if nameOf(n) != n || len(n) > 253 {
				return fmt.Errorf("name %q", n)
			}
		}
		for _, s := range []string{p.Summary, p.Advice, p.Quote, p.Seen, p.Type} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || len(s) > 3000 {
				return fmt.Errorf("text %q", s)
			}
		}
	}
	for _, w := range x.Check {
		if strings.ContainsAny(w, " $`;&|<>\\\"'") {
			return fmt.Errorf("command %q", x.Check)
		}
	}
	return nil
}

func BenchmarkLongTexts(b *testing.B) {
	for name, text := range map[string]string{
		"one line":      "Incorrect TXT record \"x\" found at _acme-challenge.example.com",
		"8 MiB of logs": strings.Repeat("2024-01-05 10:00:00,123:DEBUG:acme.client:Storing nonce: example.com\n", MaxText/70),
		"8 MiB hostile": strings.Repeat("DNS problem: SERVFAIL looking up CAA for example.com {\"error: ", MaxText/62),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Explain(text, corpusNow)
			}
		})
	}
}

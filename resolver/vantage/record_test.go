package vantage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/miekg/dns"
)

// What an engine or an agent tells must not have files of this host read: zone
// text has a directive for that.
func TestToldRecordsReadNoFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(`. 0 IN TXT "s3cret"`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	include := "$INCLUDE " + file
	for _, told := range [][3]string{ // owner, type, text
		{include + " ", "TXT", `"x"`},
		{include + "\n", "TXT", `"x"`},
		{"a.example\n" + include + "\n", "TXT", `"x"`},
		{"a.example", include, `"x"`},
		{"a.example", "TXT", "\n" + include},
		{"a.example", "TXT", include},
	} {
		if rr := RR(told[0], 60, told[1], told[2]); rr != nil && strings.Contains(rr.String(), "s3cret") {
			t.Errorf("%q: %s", told, rr)
		}
		if r := Parsed(told[0], told[1], told[2]); strings.Contains(r.Text, "s3cret") {
			t.Errorf("%q: %+v", told, r)
		}
	}
	if rr := RR("a.example", 60, "TXT", `"x" "y"`); rr == nil || rr.String() != "a.example.\t60\tIN\tTXT\t\"x\" \"y\"" {
		t.Errorf("an ordinary record: %v", rr)
	}
}

// FuzzRR reads records that somebody tells: what is one is of the name and type
// that it was told for, and can be shown.
func FuzzRR(f *testing.F) {
	for _, s := range []string{`"a" "b"`, `0 issue "letsencrypt.org"`, "ns1.example.com. a.example. 1 2 3 4 5", "$INCLUDE /etc/passwd", "\n$INCLUDE /etc/passwd", "( 1 2", `\# 3 000161`, "ns1", "", ";", "@"} {
		for _, qtype := range []string{"TXT", "CAA", "SOA", "NS"} {
			f.Add("example.com", qtype, s)
		}
	}
	f.Add("$INCLUDE /etc/passwd ", "TXT", "x")
	f.Fuzz(func(t *testing.T, owner, qtype, text string) {
		rr := RR(owner, 60, qtype, text)
		if rr == nil {
			return
		}
		if h := rr.Header(); h.Name != dns.Fqdn(owner) || dns.TypeToString[h.Rrtype] != qtype || h.Class != dns.ClassINET || h.Ttl != 60 {
			t.Errorf("%q %q %q: %s", owner, qtype, text, rr)
		}
		if r := Parsed(owner, qtype, text); strings.ContainsFunc(r.Text, func(r rune) bool { return !unicode.IsPrint(r) || r > '~' }) {
			t.Errorf("%q %q %q: %q", owner, qtype, text, r.Text)
		}
	})
}

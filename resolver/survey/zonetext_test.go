package survey

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/caa"
)

const zoneText = `$ORIGIN example.com.
$TTL 300
@        SOA   ns1 hostmaster 1 2 3 4 5
@        NS    ns1
@        CAA   0 issue "letsencrypt.org; a=\"\098\""
www      CNAME @
shop     CNAME shop.vendor.example.
locked   CAA   0 issue ";"
old      DNAME locked
*.apps   CAA   0 iodef "mailto:a@example.com"
*.apps   A     192.0.2.7
a.b.c    A     192.0.2.8
generic  TYPE257 \# 4 00016161
sub      NS    ns1.sub
ns1.sub  A     192.0.2.9
_dmarc   TXT   "v=DMARC1"
`

// told is what a zone's text says about CAA at names, as lines.
func told(t *testing.T, z *ZoneText, names ...string) []string {
	t.Helper()
	s := OfZone(z, names)
	var lines []string
	for _, n := range names {
		l := s.Start(Question{strings.TrimPrefix(n, "*."), "CAA"})
		if l == nil {
			lines = append(lines, n+" not looked at")
			continue
		}
		a := l.Answers[0]
		line := fmt.Sprintf("%s %s", n, a.Status)
		if a.Owner != a.Name {
			line += " " + a.Owner
		}
		for _, r := range a.Records {
			line += " " + r.Text + r.Bad
		}
		lines = append(lines, line)
	}
	return lines
}

// Zone text answers as a server of the zone would (RFC 1034 §4.3.2).
func TestZoneTextAnswers(t *testing.T) {
	z, err := ReadZone(strings.NewReader(zoneText), "")
	if err != nil {
		t.Fatal(err)
	}
	got := told(t, z, "example.com", "*.example.com", "WWW.example.com", "shop.example.com", "locked.example.com",
		"x.old.example.com", "old.example.com", "x.apps.example.com", "y.x.apps.example.com", "apps.example.com",
		"b.c.example.com", "gone.example.com", "generic.example.com", "sub.example.com", "x.sub.example.com", "com", "example.net", "_dmarc.example.com")
	want := []string{
		`example.com answered 0 issue "letsencrypt.org; a=\"b\""`,
		`*.example.com answered 0 issue "letsencrypt.org; a=\"b\""`,
		"WWW.example.com not looked at", // names come in lower case
		"shop.example.com alias shop.vendor.example",
		`locked.example.com answered 0 issue ";"`,
		"x.old.example.com alias x.locked.example.com",
		"old.example.com nodata",
		`x.apps.example.com answered 0 iodef "mailto:a@example.com"`,
		`y.x.apps.example.com answered 0 iodef "mailto:a@example.com"`,
		"apps.example.com nodata",
		"b.c.example.com nodata",
		"gone.example.com nxdomain",
		`generic.example.com answered 0 a "a"`,
		"sub.example.com referral",
		"x.sub.example.com referral",
		"com nodata",
		"example.net not looked at",
		"_dmarc.example.com nodata",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestZoneTextHosts(t *testing.T) {
	z, err := ReadZone(strings.NewReader(zoneText), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"example.com", "*.apps.example.com", "a.b.c.example.com", "shop.example.com", "www.example.com"}
	if diff := cmp.Diff(want, z.Hosts()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A file that cannot be used says where, and what to do.
func TestZoneTextRefuses(t *testing.T) {
	tests := []struct{ text, origin, want string }{
		{"www CAA 0 issue \"x\"\n", "", "line 1: bad owner name: \"www\": a name without final dot needs an origin"},
		{"\n\nwww CAA 0 issue\n", "example.com", "line 3: bad CAA Value"},
		{"www CAA 256 issue \"x\"\n", "example.com", "line 1: bad CAA Flag"},
		{"www CAA \\# 2 0009\n", "example.com", "line 1: "},
		{"$INCLUDE /etc/passwd\n", "example.com", "$INCLUDE directive not allowed"},
		{"www.example.com. CAA 0 issue \"x\"\n", "example.net", "www.example.com does not lie in the zone example.net"},
		{"www.example.com. CAA 0 issue \"x\"\n", "", "no SOA record"},
		{"; nothing\n", "example.com", "no record"},
		{"www CAA 0 issue \"x\n", "example.com", "line "},
	}
	for _, tt := range tests {
		if _, err := ReadZone(strings.NewReader(tt.text), tt.origin); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
}

// endless never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestZoneTextHasAnEnd(t *testing.T) {
	if _, err := ReadZone(endless{}, "example.com"); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Error(err)
	}
}

func TestZoneOf(t *testing.T) {
	z := ZoneOf(map[string][]caa.Record{"example.com": {{Tag: "issue", Value: "a\x07\"b"}}})
	got := told(t, z, "www.example.com", "example.com", "com")
	want := []string{"www.example.com nxdomain", `example.com answered 0 issue "a\007\"b"`, "com nodata"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzReadZone(f *testing.F) {
	f.Add(zoneText, "example.com")
	f.Add("$GENERATE 1-4000000000 a$ A 192.0.2.1\n", "example.com")
	f.Add("a CNAME a\nb DNAME b\n* CNAME x.*\n", "example.com")
	f.Fuzz(func(t *testing.T, text, origin string) {
		z, err := ReadZone(strings.NewReader(text), origin)
		if err != nil {
			return
		}
		s := OfZone(z, append(z.Hosts(), "www."+z.Origin))
		for _, l := range s.Lookups {
			if len(l.Answers) != 1 {
				t.Errorf("%v", l)
			}
		}
	})
}

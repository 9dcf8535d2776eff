package report

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"

	"dns01/check"
	"dns01/check/known"
	"dns01/resolver/survey"
)

const caaZone = `$ORIGIN example.com.
$TTL 300
@       SOA   ns1 hostmaster 1 2 3 4 5
@       CAA   0 issue "LetsEncrypt.org"
@       CAA   0 issue "digicert.com; accounturi=https://ca.example/acct/7"
@       CAA   0 iodef "mailto:hostmaster@example.com"
www     CNAME shop
shop    CAA   0 issue ";"
long    CAA   0 issue "letsencrypt.org; a=0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
open    CAA   0 iodef "mailto:hostmaster@example.com"
`

// caaReport judges names of zone text, as if they had been looked up.
func caaReport(t *testing.T, text string, cas []string, changes []string, names ...string) CAAReport {
	t.Helper()
	z, err := survey.ReadZone(strings.NewReader(text), "")
	if err != nil {
		t.Fatal(err)
	}
	s := survey.OfZone(z, names)
	s.Started, s.Took = start, 34*time.Millisecond
	s.Queries = survey.Queries{Total: 24, UDP: 23, TCP: 1, CAA: 10, ByServer: map[string]int{"192.0.2.1": 24}}
	r := CAAReport{Tool: Tool{"dns01", "v0"}, Survey: s, Source: CAAFromDNS, Challenge: "dns-01"}
	supposed := s
	if len(changes) > 0 {
		if r.Supposed, err = check.ParseCAAChanges(changes, check.NormalizeName); err != nil {
			t.Fatal(err)
		}
		if supposed, err = check.Suppose(s, r.Supposed); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range cas {
		ca, ok := known.Find(id)
		if !ok {
			t.Fatal(id)
		}
		o := check.Order{CA: ca, Challenge: "dns-01", Now: start}
		v := CAAView{CA: ca, Now: check.JudgeCAA(supposed, o)}
		if len(changes) > 0 {
			v.Before = new(check.JudgeCAA(s, o))
		}
		r.Views = append(r.Views, v)
	}
	return r
}

// caaSamples is one report of each kind.
func caaSamples(t *testing.T) map[string]CAAReport {
	one := []string{"letsencrypt"}
	three := []string{"letsencrypt", "digicert", "zerossl"}
	intent := caaReport(t, caaZone, three[:2], nil, "open.example.com")
	in, err := check.ParseIntent("letsencrypt dns-01 only")
	if err != nil {
		t.Fatal(err)
	}
	intent.Source, intent.Intent = CAAFromIntent, "letsencrypt dns-01 only"
	intent.Publish = []CAAPublish{{Owner: "open.example.com", Records: in.Records()}}
	zone := caaReport(t, caaZone, one, nil, "www.example.com", "elsewhere.example.net")
	zone.Source = CAAFromZone
	directory := caaReport(t, caaZone, one, nil, "open.example.com")
	directory.Directory = &known.Directory{
		CAAIdentities: []string{"letsencrypt.org"}, AccountRequired: true,
		TermsOfService: "https://ca.example/terms", Profiles: map[string]string{"tls": "for servers"},
	}
	return map[string]CAAReport{
		"refused":   caaReport(t, caaZone, one, nil, "example.com"),
		"matrix":    caaReport(t, caaZone, three, nil, "example.com", "*.example.com", "www.example.com", "open.example.com"),
		"supposed":  caaReport(t, caaZone, three, []string{`+example.com CAA 0 issue "letsencrypt.org"`, `shop.example.com CAA`}, "www.example.com", "x.example.com"),
		"spoilt":    caaReport(t, caaZone, one, []string{`open.example.com CAA \# 2 0009`}, "open.example.com"),
		"long":      caaReport(t, caaZone, one, nil, "long.example.com"),
		"no-name":   caaReport(t, caaZone, one, nil, "under_score.example.com"),
		"intent":    intent,
		"zone":      zone,
		"directory": directory,
		"hostile":   caaReport(t, "$ORIGIN example.com.\n@ 1 SOA a b 1 2 3 4 5\n@ 1 CAA 0 issue \"\\027[31m\\226\\128\\174<script>\"\nw 1 CNAME \\027c.example.com.\n", one, nil, "example.com", "w.example.com"),
	}
}

func TestCAATextReads(t *testing.T) {
	for name, r := range caaSamples(t) {
		for suffix, o := range map[string]TextOptions{"": {}, "-40": {Width: 40, ASCII: true}} {
			var b bytes.Buffer
			if err := CAAText(&b, r, o); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "caa", name+suffix+".txt"), b.Bytes())
		}
	}
}

func TestCAAJSONStaysAsItIs(t *testing.T) {
	for name, r := range caaSamples(t) {
		var b bytes.Buffer
		if err := CAAJSON(&b, r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "null,") && !strings.Contains(b.String(), `"authorized": null`) {
			t.Errorf("%s: a list is null", name)
		}
		golden(t, filepath.Join("testdata", "caa", name+".json"), b.Bytes())
	}
}

// What stands to be copied is whole, everything else keeps to the width.
func TestCAATextKeepsToItsWidth(t *testing.T) {
	for name, r := range caaSamples(t) {
		for _, width := range []int{40, 60, 80} {
			var b bytes.Buffer
			if err := CAAText(&b, r, TextOptions{Width: width, ASCII: true}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				words := strings.Fields(line)
				if lipgloss.Width(strings.TrimRight(line, "\n")) > width && !strings.Contains(line, "IN CAA") && len(words) > 2 {
					t.Errorf("%s at %d: %q", name, width, line)
				}
			}
		}
	}
}

func TestCAAShowsNothingHidden(t *testing.T) {
	var text, doc bytes.Buffer
	r := caaSamples(t)["hostile"]
	if err := CAAText(&text, r, TextOptions{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	if err := CAAJSON(&doc, r); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{text.String(), doc.String()} {
		if strings.ContainsAny(s, "\x1b\x07\u202e") {
			t.Errorf("an octet that steers the terminal: %q", s)
		}
	}
}

func TestCAATheWritersErrorComesBack(t *testing.T) {
	r := caaSamples(t)["refused"]
	for name, write := range map[string]func(io.Writer) error{
		"text": func(w io.Writer) error { return CAAText(w, r, TextOptions{}) },
		"JSON": func(w io.Writer) error { return CAAJSON(w, r) },
	} {
		if err := write(brokenPipe{}); err == nil {
			t.Errorf("%s: the error is lost", name)
		}
	}
}

// A name server that has thousands of records fills no log with them.
func TestManyCAARecordsAreCounted(t *testing.T) {
	zone := caaZone
	for i := range 3000 {
		zone += fmt.Sprintf("many CAA 0 issue \"ca-%d.example\"\n", i)
	}
	for _, width := range []int{40, 80} {
		var b strings.Builder
		if err := CAAText(&b, caaReport(t, zone, []string{"letsencrypt"}, nil, "many.example.com"), TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		if n := b.Len(); n > 8000 || !strings.Contains(b.String(), "and 2980 more") {
			t.Errorf("%d columns: %d octets:\n%.2000s", width, n, b.String())
		}
	}
}

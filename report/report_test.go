package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
	"dns01/resolver/survey"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, -update to accept):\n%s", path, diff)
	}
}

// A program that reads our JSON breaks when a key moves, changes type or
// becomes null.
func TestJSONStaysAsItIs(t *testing.T) {
	for _, s := range samples {
		t.Run(s.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := JSON(&b, s.report); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("..", "testdata", "reports", "v1", s.name+".json"), b.Bytes())
		})
	}
}

func TestJSONIsWholeForAnEmptyReport(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, Report{}); err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"identifiers", "findings", "zones"} {
		if got, ok := d[list].([]any); !ok || len(got) != 0 {
			t.Errorf("%s is %v, want an empty list", list, d[list])
		}
	}
	if _, ok := d["retry_after_s"]; ok {
		t.Error("retry_after_s is there without a retry")
	}
}

func TestTextReads(t *testing.T) {
	options := []struct {
		name string
		TextOptions
	}{
		{"", TextOptions{}},
		{"-40", TextOptions{Width: 40, ASCII: true}},
		{"-verbose", TextOptions{Verbose: true}},
		{"-color", TextOptions{Color: true}},
	}
	for _, s := range samples {
		for _, o := range options {
			t.Run(s.name+o.name, func(t *testing.T) {
				var b bytes.Buffer
				if err := Text(&b, s.report, o.TextOptions); err != nil {
					t.Fatal(err)
				}
				golden(t, filepath.Join("testdata", s.name+o.name+".txt"), b.Bytes())
			})
		}
	}
}

// Someone who asks for help at 01:00 over a phone has 40 columns.
func TestTextKeepsToItsWidth(t *testing.T) {
	for _, s := range samples {
		if s.name == "hostile-bytes" {
			continue // one long word
		}
		for _, width := range []int{40, 80, 120} {
			var b bytes.Buffer
			if err := Text(&b, s.report, TextOptions{Width: width}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimRight(line, "\n")
				if strings.HasPrefix(line, "      ") {
					continue // to be copied, so not broken
				}
				if n := utf8.RuneCountInString(line); n > width {
					t.Errorf("%s at %d columns: %d in %q", s.name, width, n, line)
				}
			}
		}
	}
}

func TestNothingSteersTheTerminal(t *testing.T) {
	r := hostileBytes()
	outputs := map[string]func(io.Writer) error{
		"json":    func(w io.Writer) error { return JSON(w, r) },
		"text":    func(w io.Writer) error { return Text(w, r, TextOptions{}) },
		"verbose": func(w io.Writer) error { return Text(w, r, TextOptions{Verbose: true}) },
	}
	for name, write := range outputs {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Errorf("%s is not UTF-8", name)
		}
		for _, bad := range []string{"\x1b", "\x07", "\r", "\u202e", "\u009b", "\u2028"} {
			if strings.Contains(b.String(), bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
		if strings.Contains(b.String(), "\nREADY") {
			t.Errorf("%s lets data begin a line", name)
		}
	}
}

func TestASCIIIsASCII(t *testing.T) {
	for _, s := range samples {
		var b bytes.Buffer
		if err := Text(&b, s.report, TextOptions{ASCII: true, Verbose: true}); err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Bytes() {
			if c > '~' || c < ' ' && c != '\n' {
				t.Errorf("%s holds octet %#x", s.name, c)
				break
			}
		}
	}
}

// Colour repeats what the words say: without it nothing is lost.
func TestColorAddsNoWords(t *testing.T) {
	for _, s := range samples {
		var colored, plain bytes.Buffer
		if err := Text(&colored, s.report, TextOptions{Color: true}); err != nil {
			t.Fatal(err)
		}
		if err := Text(&plain, s.report, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(plain.String(), withoutColor(colored.String())); diff != "" {
			t.Errorf("%s (-plain +coloured):\n%s", s.name, diff)
		}
	}
}

func withoutColor(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

func TestDig(t *testing.T) {
	v4 := netip.MustParseAddrPort("192.0.2.53:53")
	tests := []struct {
		name string
		x    survey.Exchange
		want string
	}{
		{"udp", survey.Exchange{Addr: v4, Transport: "udp", Name: "eXample.com", Type: "TXT", EDNS: true},
			"dig @192.0.2.53 eXample.com TXT +norecurse +dnssec +bufsize=1232 +nocookie +ignore"},
		{"tcp", survey.Exchange{Addr: v4, Transport: "tcp", Name: "example.com", Type: "TXT", EDNS: true},
			"dig @192.0.2.53 example.com TXT +norecurse +dnssec +bufsize=1232 +nocookie +tcp"},
		{"without EDNS", survey.Exchange{Addr: v4, Transport: "udp", Name: ".", Type: "NS"},
			"dig @192.0.2.53 . NS +norecurse +noedns +ignore"},
		{"a resolver over IPv6 on another port",
			survey.Exchange{Addr: netip.MustParseAddrPort("[2001:db8::1]:5353"), Transport: "udp", Name: "example.com", Type: "CAA", EDNS: true, Recursive: true},
			"dig @2001:db8::1 -p 5353 example.com CAA +noadflag +dnssec +bufsize=1232 +nocookie +ignore"},
		{"a name that needs quoting", survey.Exchange{Addr: v4, Transport: "udp", Name: `a\032'$(x).example`, Type: "TXT"},
			`dig @192.0.2.53 'a\032'\''$(x).example' TXT +norecurse +noedns +ignore`},
		{"a name that looks like an option", survey.Exchange{Addr: v4, Transport: "udp", Name: "-f.example", Type: "TXT"},
			"dig @192.0.2.53 -q -f.example -t TXT +norecurse +noedns +ignore"},
	}
	for _, tt := range tests {
		if got := Dig(tt.x); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestVisible(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain text", "plain text"},
		{"a\tb\n", `a\009b\010`},
		{"\x7f\xff", `\127\255`},
		{"\u202eabc\u00a0", `\u{202E}abc\u{00A0}`},
		{"bücher", "bücher"},
		{`already \032 escaped`, `already \032 escaped`},
	}
	for _, tt := range tests {
		if got := visible(tt.in); got != tt.want {
			t.Errorf("visible(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestPartsOfAFix(t *testing.T) {
	const record = `example.com. 300 IN CAA 0 issue "letsencrypt.org"`
	tests := []struct {
		name, fix, words string
		records          []string
	}{
		{"nothing", "", "", nil},
		{"words", "Start the server.", "Start the server.", nil},
		{"a record", record, "", []string{record}},
		{"records without TTL", "example.com. IN NS a.example.\nexample.com. IN NS b.example.", "",
			[]string{"example.com. IN NS a.example.", "example.com. IN NS b.example."}},
		{"both", "Add a record:\n" + record, "Add a record:", []string{record}},
		{"a sentence that ends early", "Wait. It comes IN time.", "Wait. It comes IN time.", nil},
	}
	for _, tt := range tests {
		words, records := parts(tt.fix)
		if words != tt.words || !cmp.Equal(records, tt.records) {
			t.Errorf("%s: %q, %q", tt.name, words, records)
		}
	}
}

func TestTallyHasTheGravestFirst(t *testing.T) {
	var rs []Report
	for _, v := range []check.Verdict{check.Ready, check.Blocked, check.AtRisk, check.Blocked} {
		rs = append(rs, Report{Result: check.Result{Verdict: v}})
	}
	var b strings.Builder
	if err := Tally(&b, rs, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("\n4 orders: 2 BLOCKED, 1 AT RISK, 1 READY\n", b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestProse(t *testing.T) {
	var b strings.Builder
	if err := Prose(&b, "one two three\nfour five\n\nsix — seven\n", TextOptions{Width: 20, ASCII: true}); err != nil {
		t.Fatal(err)
	}
	want := "one two three four\nfive\n\nsix - seven\n\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestListWrapsWhereTheWidthIsKnown(t *testing.T) {
	entries := []Entry{{"short", "one two three four five six"}, {"rather-long", "seven\x1b"}}
	for width, want := range map[int]string{
		0:  "  short        one two three four five six\n  rather-long  seven\\027\n",
		46: "  short        one two three four five six\n  rather-long  seven\\027\n",
		36: "  short  one two three four five six\n  rather-long  seven\\027\n",
		25: "  short  one two three\n    four five six\n  rather-long  seven\\027\n",
	} {
		var b strings.Builder
		if err := List(&b, entries, TextOptions{Width: width, ASCII: true}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%d columns, -want +got:\n%s", width, diff)
		}
	}
}

func TestCommandCanBePasted(t *testing.T) {
	var b strings.Builder
	words := []string{"dns01", "check", "*.example.com", "--value", "a b", "-4"}
	if err := Command(&b, words, TextOptions{Width: 30}); err != nil {
		t.Fatal(err)
	}
	want := "  dns01 check \\\n    '*.example.com' \\\n    --value 'a b' -4\n\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What is not seen as itself is written out; what people write is left alone.
func TestOtherScriptsAreVisible(t *testing.T) {
	for text, want := range map[string]string{
		"Grüße, 你好, שלום, สวัสดี, नमस्ते, tiếng": "",
		"e\u0323\u0302\u0301":                    "", // three marks on a letter
		"b\u05bc\u05b8\u0592\u05bd":              "",
		"warning \u26a0\ufe0f":                   `warning ` + "\u26a0" + `\u{FE0F}`,
		"a\u3164b\u2800c\u034fd\u1160":           `a\u{3164}b\u{2800}c\u{034F}d\u{1160}`,
		"x\U000e0100y\U000e0041":                 `x\u{E0100}y\u{E0041}`,
		"\u0301a":                                `\u{0301}a`,
		"a\u0300\u0301\u0302\u0303\u0304\u0305b": "a\u0300\u0301\u0302\u0303" + `\u{0304}\u{0305}b`,
		"\x00\u0301":                             `\000\u{0301}`,
		"\u202e\u200d\u00ad\u00a0":               `\u{202E}\u{200D}\u{00AD}\u{00A0}`,
	} {
		if want == "" {
			want = text
		}
		if got := visible(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "example.com", "\x1b[2J", "\xff\xfe", "a\u202eb", "\U0001f512", "a\u0300\u0301\u0302\u0303\u0304", "\u3164"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := visible(s)
		if !utf8.ValidString(v) || strings.ContainsAny(v, "\x1b\r\n\x00\x7f\u202e") {
			t.Errorf("visible(%q) = %q", s, v)
		}
		if visible(v) != v {
			t.Errorf("visible is not stable for %q", s)
		}
		if a := ascii(s); !plain(a) {
			t.Errorf("ascii(%q) = %q", s, a)
		}
	})
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTheWritersErrorComesBack(t *testing.T) {
	if err := JSON(brokenPipe{}, healthy()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("JSON: %v", err)
	}
	if err := Text(brokenPipe{}, healthy(), TextOptions{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Text: %v", err)
	}
}

// "truncated expected" would say that it is as it should be.
func TestOnlyCountedAnswersAreExpected(t *testing.T) {
	wanted := &target{want: []string{"value"}}
	for answer, want := range map[string]string{
		"1 of 1": " expected", "1 of 1 + 2 others": " expected", "truncated": "", "NXDOMAIN": "", "no answer": "",
	} {
		if got := remark(wanted, answer, false); got != want {
			t.Errorf("%s: %q, want %q", answer, got, want)
		}
	}
}

package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

// A post has to hold what a helper asks for first, and fit.
func TestShareReads(t *testing.T) {
	for name, r := range map[string]Report{
		"stale-secondary": staleSecondary(), "caa-forbids": caaForbids(), "lame-zone": lameZone(),
		"healthy": healthy(), "hostile-bytes": hostileBytes(), "no-network": noNetwork(),
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Share(&b, r); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "share", name+".md"), b.Bytes())
		})
	}
}

// However much was found, a post stays one.
func TestShareFits(t *testing.T) {
	r := staleSecondary()
	first := r.Result.Findings[0]
	for i := range 100 {
		f := first
		f.Rule = &check.Rule{ID: fmt.Sprintf("rule-%d", i), Severity: check.Error, Title: strings.Repeat("much ", 30)}
		r.Result.Findings = append(r.Result.Findings, f)
	}
	var b bytes.Buffer
	if err := Share(&b, r); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 2*ShareSize || !strings.Contains(b.String(), "findings more.") {
		t.Errorf("%d characters:\n%s", b.Len(), b.String())
	}
}

// What comes from the DNS must not become a link, an image, a mention or HTML
// in somebody's forum.
func TestMarkdownIsNotSteered(t *testing.T) {
	tests := []struct{ in, code, prose string }{
		{"plain text", "`plain text`", "plain text"},
		{"a `b` ``c``", "``` a `b` ``c`` ```", "a \\`b\\` \\`\\`c\\`\\`"},
		{"<img src=x>", "`<img src=x>`", "\\<img src=x\\>"},
		{"[x](http://evil.example)", "`[x](http://evil.example)`", "\\[x\\]\\(http\\://evil.example\\)"},
		{"@all\n# big", "`@all\\010# big`", "\\@all\\\\010\\# big"},
		{"", "`  `", ""},
	}
	for _, tt := range tests {
		if diff := cmp.Diff([]string{tt.code, tt.prose}, []string{code(tt.in), prose(tt.in)}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.in, diff)
		}
	}
}

// FuzzReadDocument: what is no report is refused, and what is one is the same
// as itself.
func FuzzReadDocument(f *testing.F) {
	for _, r := range []Report{healthy(), staleSecondary(), hostileBytes()} {
		var b bytes.Buffer
		if err := JSON(&b, r); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"schema": 1, "verdict": "ready", "zones": [{"servers": [{}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := ReadDocument("fuzz", bytes.NewReader(text))
		if err != nil {
			return
		}
		if ds := Differences(d, d); len(ds) > 0 {
			t.Errorf("it differs from itself: %v", ds)
		}
		var out bytes.Buffer
		ds := Differences(d, Document{doc: document(healthy())})
		if err := DiffText(&out, d, d, ds, TextOptions{ASCII: true}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(out.String(), func(r rune) bool { return r > '~' || r < ' ' && r != '\n' }) {
			t.Errorf("something steers the terminal: %q", &out)
		}
		if err := DiffMarkdown(&out, d, d, ds); err != nil {
			t.Fatal(err)
		}
	})
}

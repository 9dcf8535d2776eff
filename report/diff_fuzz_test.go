package report

import (
	"bytes"
	"strings"
	"testing"
)

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

package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"dns01/check"
)

// FuzzReadBatchLine reads lines of results, which an agent may have sent: what
// is taken says something, and shows nothing hidden when it is written again.
func FuzzReadBatchLine(f *testing.F) {
	for _, r := range []Report{healthy(), staleSecondary(), hostileBytes()} {
		for _, full := range []bool{false, true} {
			line, err := JSONBatchLine(BatchLine{Order: 1, Line: 1, ID: "a", Report: r}, full)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(line)
		}
	}
	f.Add([]byte(`{"schema":1,"order":-1,"error":"\u001b[2J"}`))
	f.Add([]byte(`{"schema":1,"verdict":"ready","findings":[{"id":"\u202e"}],"queries":-5}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		x, err := ReadBatchLine(line)
		if err != nil {
			if err.Error() == "" {
				t.Error("no reason")
			}
			return
		}
		if x.Error == "" && x.Verdict == "" {
			t.Errorf("it says nothing: %q", line)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, line); err != nil {
			t.Fatal(err)
		}
		out := SeenJSON(compact.Bytes())
		if !json.Valid(out) || strings.ContainsFunc(string(out), func(r rune) bool { return !Seen(r) }) {
			t.Errorf("%q is written as %q", line, out)
		}
		var b Batch
		b.AddRead(x)
		if b.Orders != 1 || b.Wrong+b.Verdicts[check.Ready]+b.Verdicts[check.AtRisk]+b.Verdicts[check.Retry]+b.Verdicts[check.Blocked]+b.Verdicts[check.Unknown] != 1 {
			t.Errorf("%+v", b)
		}
	})
}

package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Questions that are under way at once at one server stand in lanes of their
// own, so that none hides another.
func TestTimeline(t *testing.T) {
	start := time.Unix(0, 0)
	span := func(server, question string, at, took int) Span {
		return Span{server, "udp", question, "NOERROR", start.Add(time.Duration(at) * time.Millisecond), time.Duration(took) * time.Millisecond}
	}
	var b bytes.Buffer
	err := Timeline(&b, []Span{
		span("192.0.2.2", "c\x1b NS", 30, 5),
		span("192.0.2.1", "a SOA", 10, 20),
		span("192.0.2.1", "a NS", 10, 10),
		span("192.0.2.1", "a TXT", 20, 10),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ TraceEvents []event }
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	args := map[string]any{"transport": "udp", "outcome": "NOERROR"}
	want := []event{
		{Name: "process_name", Phase: "M", Process: 1, Args: map[string]any{"name": "192.0.2.1"}},
		{Name: "a SOA", Category: "udp", Phase: "X", At: 0, Took: 20000, Process: 1, Thread: 1, Args: args},
		{Name: "a NS", Category: "udp", Phase: "X", At: 0, Took: 10000, Process: 1, Thread: 2, Args: args},
		{Name: "a TXT", Category: "udp", Phase: "X", At: 10000, Took: 10000, Process: 1, Thread: 2, Args: args},
		{Name: "process_name", Phase: "M", Process: 2, Args: map[string]any{"name": "192.0.2.2"}},
		{Name: `c\027 NS`, Category: "udp", Phase: "X", At: 20000, Took: 5000, Process: 2, Thread: 1, Args: args},
	}
	if d := cmp.Diff(want, got.TraceEvents); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestTimelineOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Timeline(&b, nil); err != nil || !bytes.Contains(b.Bytes(), []byte(`"traceEvents": []`)) {
		t.Errorf("%v, %s", err, b.String())
	}
}

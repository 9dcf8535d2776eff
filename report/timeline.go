package report

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// A Span is one exchange on a time line.
type Span struct {
	Server    string // who was asked, as it is shown
	Transport string
	Question  string
	Outcome   string // rcode and flags, or why no reply came
	At        time.Time
	Took      time.Duration
}

// event is one of the Trace Event Format that Chrome's chrome://tracing,
// Perfetto and speedscope read: "X" is a complete span, "M" names things.
// Times are in microseconds.
type event struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"`
	At       int64          `json:"ts"`
	Took     int64          `json:"dur,omitempty"`
	Process  int            `json:"pid"`
	Thread   int            `json:"tid"`
	Args     map[string]any `json:"args,omitempty"`
}

// Timeline writes spans as JSON in the Trace Event Format: a process for each
// server in the order of the first question, with as many threads as questions
// were under way at once.
func Timeline(w io.Writer, spans []Span) error {
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b Span) int { return a.At.Compare(b.At) })
	events := []event{}
	servers := map[string]*lanes{}
	for _, s := range spans {
		l, known := servers[s.Server]
		if !known {
			l = &lanes{server: len(servers) + 1}
			servers[s.Server] = l
			events = append(events, event{Name: "process_name", Phase: "M", Process: l.server, Args: map[string]any{"name": visible(s.Server)}})
		}
		events = append(events, event{
			Name: visible(s.Question), Category: s.Transport, Phase: "X",
			At: s.At.Sub(spans[0].At).Microseconds(), Took: max(s.Took.Microseconds(), 1),
			Process: l.server, Thread: l.take(s),
			Args: map[string]any{"transport": s.Transport, "outcome": visible(s.Outcome)},
		})
	}
	enc := newEncoder(w)
	enc.SetEscapeHTML(true) // pages show it
	enc.SetIndent("", " ")
	if err := enc.Encode(map[string]any{"traceEvents": events, "displayTimeUnit": "ms"}); err != nil {
		return fmt.Errorf("writing the time line: %w", err)
	}
	return nil
}

// lanes are those of one server: when each is free again.
type lanes struct {
	server int
	free   []time.Time
}

// take puts a span into the first lane that is free, counted from 1.
func (l *lanes) take(s Span) int {
	i := slices.IndexFunc(l.free, func(t time.Time) bool { return !t.After(s.At) })
	if i < 0 {
		i = len(l.free)
		l.free = append(l.free, time.Time{})
	}
	l.free[i] = s.At.Add(s.Took)
	return i + 1
}

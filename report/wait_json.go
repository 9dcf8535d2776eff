package report

import (
	"fmt"
	"io"
	"time"

	"dns01/check"
)

// A Round is one look of a wait, for a program that follows it.
type Round struct {
	Number   int
	At       time.Time
	Waited   time.Duration
	Verdict  check.Verdict
	Passing  bool // it came to what is waited for
	InRow    int
	Settle   int
	Queries  int // sent in this round
	States   []State
	Changes  []Change
	Estimate Estimate
	Next     time.Duration // pause until the next look; 0 when there is none
}

// WaitLine writes a round as one line of JSON, with "event": "round".
func WaitLine(w io.Writer, r Round) error {
	line := jsonRound{
		Schema: Schema, Event: "round", Round: r.Number,
		At: r.At.UTC().Format(time.RFC3339), WaitedMS: r.Waited.Milliseconds(),
		Verdict: r.Verdict, Passing: r.Passing, InRow: r.InRow, Settle: r.Settle, Queries: r.Queries,
		Servers: each(r.States, state), Changes: each(r.Changes, change),
		Estimate: estimate(r.Estimate), NextMS: r.Next.Milliseconds(),
	}
	return encode(w, line, "")
}

// WaitJSON writes the last look as a document of schema 1 with the object
// "wait" added: over several lines, or as the last line after those of
// [WaitLine].
func WaitJSON(w io.Writer, x Wait, oneLine bool) error {
	d := jsonWaitDocument{jsonDocument: document(x.Report), Wait: jsonWait{
		Outcome: x.Ending, StartedAt: x.Started.UTC().Format(time.RFC3339), WaitedMS: x.Waited.Milliseconds(),
		Rounds: x.Rounds, InRow: x.InRow, Settle: x.Settle,
		Servers: each(x.States, state), Changes: each(x.Changes, change), Estimate: estimate(x.Estimate),
		Queries: jsonWaitQueries{x.Sent.Total, x.Sent.UDP, x.Sent.TCP},
	}}
	if x.Ending == Never && x.Blocker != nil {
		d.Wait.Because = x.Blocker.Rule.ID
	}
	indent := "  "
	if oneLine {
		indent = ""
	}
	return encode(w, d, indent)
}

func encode(w io.Writer, v any, indent string) error {
	enc := newEncoder(w)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

type jsonWaitDocument struct {
	jsonDocument
	Wait jsonWait `json:"wait"`
}

type jsonWait struct {
	Outcome   Ending          `json:"outcome"`
	Because   string          `json:"because"` // for never: id of the finding; else ""
	StartedAt string          `json:"started_at"`
	WaitedMS  int64           `json:"waited_ms"`
	Rounds    int             `json:"rounds"`
	InRow     int             `json:"in_row"`
	Settle    int             `json:"settle"`
	Servers   []jsonState     `json:"servers"`
	Changes   []jsonChange    `json:"changes"`
	Estimate  *jsonEstimate   `json:"estimate"` // null: there is none
	Queries   jsonWaitQueries `json:"queries"`  // of all rounds
}

type jsonWaitQueries struct {
	Total int `json:"total"`
	UDP   int `json:"udp"`
	TCP   int `json:"tcp"`
}

type jsonRound struct {
	Schema   int           `json:"schema"`
	Event    string        `json:"event"`
	Round    int           `json:"round"`
	At       string        `json:"at"`
	WaitedMS int64         `json:"waited_ms"`
	Verdict  check.Verdict `json:"verdict"`
	Passing  bool          `json:"passing"`
	InRow    int           `json:"in_row"`
	Settle   int           `json:"settle"`
	Queries  int           `json:"queries"`
	Servers  []jsonState   `json:"servers"`
	Changes  []jsonChange  `json:"changes"`
	Estimate *jsonEstimate `json:"estimate"`
	NextMS   int64         `json:"next_ms"`
}

// jsonState is one address. Serial is null when it gave none, asked is false
// when it was left out for a reason of ours.
type jsonState struct {
	Name    string  `json:"name"` // the target, asked for TXT records
	Zone    string  `json:"zone"`
	Server  string  `json:"server"`
	Address string  `json:"address"`
	Answer  string  `json:"answer"`
	Serial  *uint32 `json:"serial"`
	Asked   bool    `json:"asked"`
	HasSet  bool    `json:"has_set"`
}

type jsonChange struct {
	At      string    `json:"at"`
	AfterMS int64     `json:"after_ms"`
	From    string    `json:"from"` // the answer before, "" at the first look
	State   jsonState `json:"state"`
}

// jsonEstimate is when something may happen: RFC 3339, "" when not known.
type jsonEstimate struct {
	From  string `json:"from"`
	Until string `json:"until"`
	Why   string `json:"why"`
}

func state(s State) jsonState {
	return jsonState{
		Name: s.Target, Zone: s.Zone, Server: s.Server, Address: s.Addr.String(),
		Answer: visible(s.Answer), Serial: s.Serial, Asked: !s.Ours, HasSet: s.Has,
	}
}

func change(c Change) jsonChange {
	return jsonChange{
		At: c.At.UTC().Format(time.RFC3339), AfterMS: c.After.Milliseconds(),
		From: visible(c.Before.Answer), State: state(c.Now),
	}
}

func estimate(e Estimate) *jsonEstimate {
	if e.Why == "" {
		return nil
	}
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	return &jsonEstimate{stamp(e.From), stamp(e.Until), visible(e.Why)}
}

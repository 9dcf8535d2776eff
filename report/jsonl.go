package report

import (
	"io"
	"time"
)

// A Start is the beginning of a run, for a program that follows it.
type Start struct {
	Tool        Tool
	At          time.Time
	CA          string // short name
	Identifiers []string
}

// StartLine writes the beginning of an order as one line of JSON, with
// "event": "start". The error is the writer's.
func StartLine(w io.Writer, s Start) error {
	return encode(w, jsonStart{
		Schema: Schema, Event: "start", Tool: jsonTool(s.Tool), At: s.At.UTC().Format(time.RFC3339Nano),
		CA: s.CA, Identifiers: each(s.Identifiers, bare),
	}, "")
}

// A Sent is one exchange as it happened. Rcode is "" when nothing came, and
// Failure says how.
type Sent struct {
	At                    time.Time
	Server, Transport     string // the address with its port, and how it was asked
	Name, Type            string
	Rcode, Flags, Failure string
	Bytes                 int
	Took                  time.Duration
}

// SentLine writes an exchange as one line of JSON, with "event": "exchange".
// The error is the writer's.
func SentLine(w io.Writer, s Sent) error {
	return encode(w, jsonSent{
		Schema: Schema, Event: "exchange", At: s.At.UTC().Format(time.RFC3339Nano),
		Server: visible(s.Server), Transport: s.Transport, Question: bare(s.Name) + " " + s.Type,
		Rcode: s.Rcode, Flags: s.Flags, Bytes: s.Bytes, MS: milliseconds(s.Took), Failure: s.Failure,
	}, "")
}

// JSONLine writes r as [JSON] does, in one line: the last one of an order.
// The error is the writer's.
func JSONLine(w io.Writer, r Report) error { return encode(w, document(r), "") }

// JSONOrders writes several reports as one document: schema and verdict, that
// of the worst order, and the documents of [JSON] under "orders". The error is
// the writer's.
func JSONOrders(w io.Writer, rs []Report) error {
	return encode(w, jsonOrders{Schema: Schema, Verdict: worst(rs), Orders: each(rs, document)}, "  ")
}

// A Failure is an error before there was anything to report.
type Failure struct {
	Kind    string // "usage": wrong input, the caller's to mend; "failure"
	Message string
	Status  int // of the program's exit
}

// JSONError writes a failure as a document, so that who reads JSON never finds
// nothing. The error is the writer's.
func JSONError(w io.Writer, t Tool, f Failure) error {
	return encode(w, jsonErrorDocument{Schema: Schema, Tool: jsonTool(t), Error: jsonError{f.Kind, visible(f.Message), f.Status}}, "")
}

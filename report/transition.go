package report

import (
	"fmt"
	"io"
	"time"

	"dns01/check"
)

// A Transition is a change of an order's verdict, as watch tells of it.
type Transition struct {
	ID    string // another one for each
	Event TransitionEvent
	Order string        // its name in the list
	From  check.Verdict // what was told before; "" for nothing
	To    check.Verdict
	Since time.Time // when To was seen first
	At    time.Time // when it was believed
	Looks int       // that contradicted From, one after another
	// Report is of the last of them.
	Report Report
}

// A TransitionEvent says what kind of change it is.
type TransitionEvent string

// A verdict that changes again and again is told once as flapping, and then
// no more until it settled.
const (
	Changed  TransitionEvent = "changed"
	Flapping TransitionEvent = "flapping"
	Settled  TransitionEvent = "settled"
)

// TransitionText tells a change in one sentence.
func TransitionText(t Transition) string {
	was := "not known"
	if t.From != "" {
		was = string(t.From)
	}
	line := fmt.Sprintf("%s: %s -> %s", t.Order, was, t.To)
	switch t.Event {
	case Flapping:
		line += " (keeps changing; no more is said of it until it settles)"
	case Settled:
		line += " (has settled)"
	}
	if f := leading(t.Report.Result); f != nil {
		line += ": " + f.Rule.Title
	}
	return ascii(clip(line, markdownSentence))
}

// TransitionJSON writes a change as the body of a webhook: one object, in one
// line. The error is the writer's.
func TransitionJSON(w io.Writer, t Transition) error {
	r := t.Report
	d := jsonTransition{
		Schema: Schema, Event: "transition", Kind: t.Event, ID: t.ID, Tool: jsonTool(r.Tool), Text: TransitionText(t),
		Order: visible(t.Order), Identifiers: []string{}, CA: caID(r.Order.CA), Challenge: r.Order.Challenge,
		To: t.To, Since: t.Since.UTC().Format(time.RFC3339), At: t.At.UTC().Format(time.RFC3339), Looks: t.Looks,
		RetryAfterS: retrySeconds(r.Result.Verdict, r.Result.RetryAfter),
		Findings:    each(r.Result.Findings[:min(len(r.Result.Findings), mostTold)], toldOf), PredictedErrors: []jsonBatchProblem{},
	}
	if t.From != "" {
		d.From = new(string(t.From))
	}
	for _, i := range distinct(r.Result.Identifiers) {
		one := identifier(i)
		d.Identifiers = append(d.Identifiers, one.Identifier)
		for _, p := range one.PredictedErrors {
			d.PredictedErrors = append(d.PredictedErrors, jsonBatchProblem{one.Identifier, p})
		}
	}
	return encode(w, d, "")
}

// mostTold is how many findings stand in the body of a webhook.
const mostTold = 50

type jsonTransition struct {
	Schema          int                `json:"schema"`
	Event           string             `json:"event"`
	Kind            TransitionEvent    `json:"kind"`
	ID              string             `json:"id"`
	Tool            jsonTool           `json:"tool"`
	Text            string             `json:"text"`
	Order           string             `json:"order"`
	Identifiers     []string           `json:"identifiers"`
	CA              string             `json:"ca"`
	Challenge       string             `json:"challenge"`
	From            *string            `json:"from"`
	To              check.Verdict      `json:"to"`
	Since           string             `json:"since"`
	At              string             `json:"at"`
	Looks           int                `json:"looks"`
	RetryAfterS     *int64             `json:"retry_after_s,omitempty"`
	Findings        []jsonTold         `json:"findings"`
	PredictedErrors []jsonBatchProblem `json:"predicted_errors"`
}

type jsonTold struct {
	ID       string         `json:"id"`
	Severity check.Severity `json:"severity"`
	Name     string         `json:"name"`
	Servers  []string       `json:"servers"`
	Title    string         `json:"title"`
	Detail   string         `json:"detail"`
	Fix      string         `json:"fix"`
	Because  string         `json:"because,omitempty"`
}

func toldOf(f check.Finding) jsonTold {
	d := finding(f)
	return jsonTold{d.ID, d.Severity, d.Name, d.Servers, d.Title, d.Detail, d.Fix, d.Because}
}

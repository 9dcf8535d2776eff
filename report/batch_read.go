package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"dns01/check"
)

// A BatchRead is what a line of a batch says, as far as others need it.
type BatchRead struct {
	Order, Line int
	ID          string
	Identifiers []string
	Error       string
	Verdict     check.Verdict
	Findings    []string // ids, one for each finding
	Queries     int
}

// ReadBatchLine reads a line that [JSONBatchLine] made. It refuses one that
// says nothing.
func ReadBatchLine(line []byte) (BatchRead, error) {
	var x jsonBatchLine
	if err := json.Unmarshal(line, &x); err != nil {
		return BatchRead{}, fmt.Errorf("it is no line of a batch: %w", err)
	}
	if x.Schema != Schema {
		return BatchRead{}, fmt.Errorf("it is of schema %d, not %d", x.Schema, Schema)
	}
	r := BatchRead{Order: x.Order, Line: x.Line, ID: x.ID, Identifiers: x.Identifiers, Error: x.Error, Verdict: x.Verdict, Queries: x.Queries}
	for _, f := range x.Findings {
		r.Findings = append(r.Findings, f.ID)
	}
	verdicts := []check.Verdict{check.Ready, check.AtRisk, check.Retry, check.Blocked, check.Unknown}
	if r.Error == "" && !slices.Contains(verdicts, r.Verdict) {
		return r, errors.New("it has neither a verdict nor an error")
	}
	return r, nil
}

package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"dns01/resolver/vantage/nats"
)

// An agent is known by its credentials, and what it passes on comes from
// strangers all the same: its lines steer no terminal, and stay one line.
func TestLinesOfAgentsHideNothing(t *testing.T) {
	const id = "\u202eabc\u200b\u009b2J"
	line := `{"schema":1,"order":1,"line":1,"id":"` + id + `",` + "\n" + `"identifiers":["example.com"],"verdict":"ready","findings":[]}`
	got := judged(nats.Judged{Line: json.RawMessage(line)}).line
	if bytes.Count(got, []byte("\n")) != 1 || strings.ContainsAny(string(got), "\u202e\u200b\u009b") {
		t.Errorf("%q", got)
	}
	var back struct{ ID string }
	if err := json.Unmarshal(got, &back); err != nil || back.ID != id {
		t.Errorf("%q, %v", back.ID, err)
	}
}

package main

import (
	"bytes"
	"fmt"
	"sync"

	"dns01/report"
	"dns01/resolver"
)

// A timeline gathers the exchanges of a run for --trace.
type timeline struct {
	file string

	mu    sync.Mutex
	spans []report.Span
}

// add notes an exchange. A nil timeline takes none.
func (t *timeline) add(ob resolver.Observation) {
	if t == nil {
		return
	}
	server := "resolver"
	if a := ob.Query.Server; a.IsValid() {
		server = a.Addr().String()
	}
	s := report.Span{
		Server: server, Transport: string(ob.Query.Transport),
		Question: questionOf(ob.Query.Msg), Outcome: outcomeOf(ob),
		At: ob.At, Took: ob.Took,
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spans = append(t.spans, s)
}

// write writes the file. Only the user may read it: it shows what was asked.
func (t *timeline) write() error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var b bytes.Buffer
	if err := report.Timeline(&b, t.spans); err != nil {
		return fmt.Errorf("--trace: %w", err)
	}
	if err := replaceFile(t.file, b.Bytes(), private); err != nil {
		return fmt.Errorf("--trace: %w", err)
	}
	return nil
}

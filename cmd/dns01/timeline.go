package main

import (
	"fmt"
	"os"
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
	f, err := os.OpenFile(t.file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("--trace: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := report.Timeline(f, t.spans); err != nil {
		f.Close()
		return fmt.Errorf("--trace: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("--trace: %w", err)
	}
	return nil
}

package tui

import (
	"context"
	"sync"

	"dns01/resolver/survey"
)

// A queue takes events from the many goroutines of a run, without ever making
// one wait, and hands them on in batches.
type queue struct {
	mu     sync.Mutex
	events []survey.Event
	filled chan struct{} // holds a token while events may be there
}

func newQueue() *queue { return &queue{filled: make(chan struct{}, 1)} }

func (q *queue) put(e survey.Event) {
	q.mu.Lock()
	q.events = append(q.events, e)
	q.mu.Unlock()
	select {
	case q.filled <- struct{}{}:
	default:
	}
}

// take waits for events and returns all there are, or nil when ctx ends.
func (q *queue) take(ctx context.Context) []survey.Event {
	select {
	case <-ctx.Done():
		return nil
	case <-q.filled:
	}
	return q.drain()
}

// drain returns what there is, at once.
func (q *queue) drain() []survey.Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	es := q.events
	q.events = nil
	return es
}

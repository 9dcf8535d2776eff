package watch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"dns01/report"
)

// A Notice is a change, ready to be told.
type Notice struct {
	ID, Order   string
	Kind        report.TransitionEvent
	From, To    string
	Identifiers []string
	Findings    []string // ids, each once, the worst first
	Text        string   // in one sentence
	Body        []byte   // as JSON
}

func newNotice(t report.Transition) Notice {
	n := Notice{ID: t.ID, Order: t.Order, Kind: t.Event, From: string(t.From), To: string(t.To), Text: report.TransitionText(t)}
	var b strings.Builder
	_ = report.TransitionJSON(&b, t) // writing to memory does not fail
	n.Body = []byte(b.String())
	for _, i := range t.Report.Result.Identifiers {
		n.Identifiers = append(n.Identifiers, i.Identifier)
	}
	had := map[string]bool{}
	for _, f := range t.Report.Result.Findings {
		if !had[f.Rule.ID] {
			had[f.Rule.ID] = true
			n.Findings = append(n.Findings, f.Rule.ID)
		}
	}
	return n
}

// A Sink is a place where changes are told.
type Sink struct {
	Kind  string // "webhook" or "command", a label of metrics
	Name  string // for people; holds no secret
	Tries int    // how often at most
	Send  func(context.Context, Notice) error
}

// A Permanent error is one that trying again does not mend.
type Permanent struct{ error }

// A Busy error says when to try again.
type Busy struct {
	error
	After time.Duration
}

// Between two tries goes so long at first, and then four times as long each
// time.
const (
	firstPause  = time.Second
	longestWait = 5 * time.Minute
)

// mostWaiting is how many notices may wait for one sink. When there are more,
// the oldest is lost: what counts is how things are now.
const mostWaiting = 1000

// An outgoing is a notice of an order.
type outgoing struct {
	Notice
	of *entry
}

// An outbox delivers notices to one sink, one after another.
type outbox struct {
	w    *Watcher
	sink Sink
	came chan struct{}

	mu      sync.Mutex
	waiting []outgoing
	busy    bool
	idle    []chan struct{} // closed when nothing is waiting any more
}

func newOutbox(w *Watcher, s Sink) *outbox {
	return &outbox{w: w, sink: s, came: make(chan struct{}, 1)}
}

// put adds a notice, and does not wait.
func (o *outbox) put(n outgoing) {
	var lost []outgoing
	o.mu.Lock()
	o.waiting = append(o.waiting, n)
	if over := len(o.waiting) - mostWaiting; over > 0 {
		lost, o.waiting = o.waiting[:over], o.waiting[over:]
	}
	o.mu.Unlock()
	for _, n := range lost {
		o.w.count.notified(o.sink.Kind, "dropped")
		o.w.delivered(n.of)
	}
	select {
	case o.came <- struct{}{}:
	default:
	}
}

// size is how many notices wait, with the one that is being delivered.
func (o *outbox) size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy {
		return len(o.waiting) + 1
	}
	return len(o.waiting)
}

// empty is closed once nothing is waiting.
func (o *outbox) empty() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := make(chan struct{})
	if len(o.waiting) == 0 && !o.busy {
		close(c)
		return c
	}
	o.idle = append(o.idle, c)
	return c
}

func (o *outbox) run(ctx context.Context) {
	for {
		n, ok := o.take()
		if ok {
			if o.deliver(ctx, n.Notice) {
				o.w.delivered(n.of)
			}
			o.done()
			continue
		}
		select {
		case <-o.came:
		case <-ctx.Done():
			return
		}
	}
}

func (o *outbox) take() (n outgoing, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return n, false
	}
	n, o.busy = o.waiting[0], true
	o.waiting = append([]outgoing(nil), o.waiting[1:]...)
	return n, true
}

func (o *outbox) done() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy = false
	if len(o.waiting) > 0 {
		return
	}
	for _, c := range o.idle {
		close(c)
	}
	o.idle = nil
}

// deliver sends one notice, again and again where that may help. It reports
// whether that is over: delivered or given up, and not broken off by the end.
func (o *outbox) deliver(ctx context.Context, n Notice) (over bool) {
	pause := firstPause
	for try := 1; ; try++ {
		err := o.sink.Send(ctx, n)
		if err == nil {
			o.w.count.notified(o.sink.Kind, "delivered")
			return true
		}
		_, permanent := errors.AsType[Permanent](err)
		if permanent || try >= o.sink.Tries || ctx.Err() != nil {
			o.w.count.notified(o.sink.Kind, "failed")
			o.w.c.Say(fmt.Sprintf("%s: the change of %s was not delivered after %d tries: %v", o.sink.Name, n.Order, try, err))
			return permanent || ctx.Err() == nil
		}
		o.w.count.notified(o.sink.Kind, "retried")
		wait := pause
		if busy, ok := errors.AsType[Busy](err); ok {
			wait = max(wait, min(busy.After, longestWait))
		}
		if !sleep(ctx, wait) {
			continue // Send fails at once, and says why
		}
		pause = min(4*pause, longestWait)
	}
}

// sleep waits, and reports whether the context lasted.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

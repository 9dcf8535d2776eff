package watch

import (
	"context"
	"fmt"
	"time"
)

// When what is known is kept: soon after a verdict or what is on the way to
// one has changed, though not more often than so; and for the times of looks
// now and then.
const (
	keepGap   = time.Second
	keepEvery = 5 * time.Minute
)

// keeping is how the keeping of the state goes.
type keeping struct {
	due     chan struct{} // something has changed that the next watch has to know
	saved   time.Time     // last; zero: never
	failure string        // why it was not the last time; "" when it was
}

func newKeeping() keeping { return keeping{due: make(chan struct{}, 1)} }

// remembered is an order that is new on the list, with what a watch before
// this one knew of it. The mutex is held.
func (w *Watcher) remembered(name string, now time.Time) *entry {
	e := &entry{}
	if o, known := w.c.State.orders[name]; known {
		e.standing, e.ca = o.standing(now, w.c.Damping), o.CA
		e.settled = e.standing
		if o.Success.Before(now) {
			e.success = o.Success
		}
	}
	return e
}

// settle makes what is believed what the next watch begins with, once all of
// it was delivered: so that a change of which nobody has heard is told again.
// The mutex is held.
func (w *Watcher) settle(e *entry) {
	if e.untold > 0 || e.settled.like(&e.standing) {
		return
	}
	e.settled = e.standing
	select {
	case w.keeping.due <- struct{}{}:
	default:
	}
}

// delivered notes that a notice of an order has come to its end at one sink.
func (w *Watcher) delivered(e *entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.untold--
	w.settle(e)
}

// fate is what becomes of changes that could not be delivered before the end.
func (w *Watcher) fate() string {
	if w.c.Save != nil {
		return "told after the next start"
	}
	return "lost"
}

// begin keeps the state for the first time: whoever asks for that has to hear
// at once when it cannot be.
func (w *Watcher) begin() error {
	if w.c.Save == nil {
		return nil
	}
	if err := w.c.Save(w.state()); err != nil {
		return err
	}
	w.keeping.saved = w.c.Now()
	return nil
}

// keep keeps the state until the context ends, and once more then.
func (w *Watcher) keep(ctx context.Context) {
	if w.c.Save == nil {
		return
	}
	for ended := false; !ended; {
		t := time.NewTimer(keepEvery)
		select {
		case <-w.keeping.due:
		case <-t.C:
		case <-ctx.Done():
			ended = true
		}
		t.Stop()
		w.save()
		sleep(ctx, keepGap)
	}
}

// save keeps the state. When that begins to fail, or to work again, it says so.
func (w *Watcher) save() {
	err := w.c.Save(w.state())
	now := w.c.Now()
	w.mu.Lock()
	before := w.keeping.failure
	if w.keeping.failure = ""; err != nil {
		w.keeping.failure = err.Error()
	} else {
		w.keeping.saved = now
	}
	w.mu.Unlock()
	switch {
	case err != nil && before == "":
		w.c.Say(fmt.Sprintf("what is known was not kept, and a restart would not know it: %v; it is tried again", err))
	case err == nil && before != "":
		w.c.Say("what is known is kept again")
	}
}

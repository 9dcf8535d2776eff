package watch

import (
	"context"
	"fmt"
	"time"
)

// A List is the list of orders as it was read.
type List struct {
	Orders   []Order
	Rejected []string // what is wrong with lines that are no orders
	Wrong    int      // how many such lines there are
}

// take makes a list the one that is watched. Orders that were on it before go
// on as they were; one that now asks for something else is due anew.
func (w *Watcher) take(l List) {
	now := w.c.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	var anew []*entry
	entries, order := map[string]*entry{}, make([]*entry, 0, len(l.Orders))
	for _, o := range l.Orders {
		e, known := w.entries[o.Name]
		if !known {
			e = w.remembered(o.Name, now)
		}
		if e.Mark != o.Mark || !known {
			anew = append(anew, e)
		}
		e.Order = o
		entries[o.Name] = e
		order = append(order, e)
	}
	for _, e := range anew {
		e.due = w.pace.first(e.Name, now, len(anew))
	}
	w.entries, w.order, w.rejected, w.wrong = entries, order, l.Rejected, l.Wrong
	w.loaded, w.refused = now, ""
	w.c.State = State{} // an order that comes later was not on the list before
	w.count.reloads.WithLabelValues("success").Inc()
	w.hurry()
}

// follow reads the list again when it has changed and when asked to, until the
// context ends.
func (w *Watcher) follow(ctx context.Context) {
	var tick <-chan time.Time
	if w.c.Poll > 0 {
		t := time.NewTicker(w.c.Poll)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-tick:
			w.reload(false)
		case <-w.c.Hangup:
			w.reload(true)
		case <-ctx.Done():
			return
		}
	}
}

// reload reads the list. When it cannot be read, the one before stays.
func (w *Watcher) reload(force bool) {
	l, changed, err := w.c.Load(force)
	switch {
	case err != nil:
		w.refuse(err)
		return
	case !changed:
		return
	}
	before := w.size()
	w.take(l)
	w.c.Say(fmt.Sprintf("the list was read again: %s, %d before; lines that are no orders: %d", ordersWord(len(l.Orders)), before, l.Wrong))
}

// refuse notes that the list cannot be read.
func (w *Watcher) refuse(err error) {
	w.count.reloads.WithLabelValues("failure").Inc()
	w.mu.Lock()
	w.refused = err.Error()
	w.mu.Unlock()
	w.c.Say(fmt.Sprintf("the list was not read again, the one before stays: %v", err))
}

func (w *Watcher) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.order)
}

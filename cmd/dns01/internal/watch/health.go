package watch

import (
	"fmt"
	"time"
)

// late is how long an order may wait for a look that is due before the watch
// does not count as healthy.
func (w *Watcher) late() time.Duration {
	return max(5*time.Minute, 2*w.c.Deadline, min(w.c.Interval/4, time.Hour))
}

// overdue is how long an order has waited at most for a look that was due. The
// mutex is held.
func (w *Watcher) overdue(now time.Time) time.Duration {
	if e := w.earliest(); e != nil {
		return max(0, now.Sub(e.due))
	}
	return 0
}

// Health reports whether looks go on as they should, and how things are.
func (w *Watcher) Health() (bool, string) {
	now := w.c.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.health(now)
}

// health is about the watch alone: verdicts, a list that cannot be read and
// webhooks that fail do not get better by a restart, and have their metrics.
// The mutex is held.
func (w *Watcher) health(now time.Time) (bool, string) {
	stuck := w.stuck(now)
	ended := "no look has ended yet"
	if !w.ended.IsZero() {
		ended = fmt.Sprintf("the last look ended %s ago", span(now.Sub(w.ended)))
	}
	switch {
	case w.stopping:
		return false, "stopping: no more looks are begun"
	case stuck > w.late():
		return false, fmt.Sprintf("a look is under way for %s, and should take %s at most; %s", span(stuck), span(w.c.Deadline), ended)
	case w.overdue(now) > w.late() && now.Sub(w.ended) < w.late():
		return false, fmt.Sprintf("looks come %s late: %s every %s are too many for --jobs %d; raise one of them", span(w.overdue(now)), ordersWord(len(w.order)), span(w.c.Interval), w.c.Jobs)
	case w.overdue(now) > w.late():
		return false, fmt.Sprintf("looks have stopped: one is due for %s; %s", span(w.overdue(now)), ended)
	}
	text := fmt.Sprintf("ok: %s every %s; %s", ordersWord(len(w.order)), span(w.c.Interval), ended)
	if w.refused != "" {
		text += "; the list cannot be read again, the one before stays"
	}
	return true, text
}

// stuck is how long the longest look is under way. The mutex is held.
func (w *Watcher) stuck(now time.Time) (longest time.Duration) {
	for _, e := range w.order {
		if !e.running.IsZero() {
			longest = max(longest, now.Sub(e.running))
		}
	}
	return longest
}

// span is a duration for people.
func span(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(time.Second)
}

func ordersWord(n int) string {
	if n == 1 {
		return "1 order"
	}
	return fmt.Sprintf("%d orders", n)
}

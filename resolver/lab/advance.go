package lab

import (
	"slices"
	"time"
)

// Edits returns the times, since the start, at which the world changes by
// itself: zones get new copies, faults begin or end. Earliest first.
func (w *World) Edits() []time.Duration { return slices.Clone(w.edits) }

// Elapsed returns the time since the start by the world's own clock.
func (w *World) Elapsed() time.Duration { return w.elapsed() }

// Advance sets the clock of the world forward. A negative duration does
// nothing: no clock of ours runs backwards.
func (w *World) Advance(d time.Duration) {
	w.Start()
	if d > 0 {
		w.skipped.Add(int64(d))
	}
}

// AdvanceToEdit sets the clock to the next of the [World.Edits] and returns
// its time. It reports false when none is left.
func (w *World) AdvanceToEdit() (time.Duration, bool) {
	now := w.elapsed()
	for _, e := range w.edits {
		if e > now {
			w.Advance(e - now)
			return e, true
		}
	}
	return 0, false
}

// editTimes are the times at which something in the file changes.
func (s *Scenario) editTimes() []time.Duration {
	var times []time.Duration
	for _, c := range s.copies {
		times = append(times, c.from)
	}
	for _, f := range s.faults {
		times = append(times, f.after, f.until)
	}
	for _, x := range s.network.all() {
		times = append(times, x.after, x.until)
	}
	times = slices.DeleteFunc(times, func(d time.Duration) bool { return d <= 0 })
	slices.Sort(times)
	return slices.Compact(times)
}

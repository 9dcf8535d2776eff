package watch

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/defect"
)

// An Order is one order of the list.
type Order struct {
	Name        string // no other order of the list has it
	Identifiers []string
	Mark        string // another one when something else is ordered under the name
	// Look looks at it. It ends soon after its context does.
	Look func(context.Context) report.Report
	// Unseen is the report of a look that saw nothing, for a reason.
	Unseen func(reason string) report.Report
}

// Config is what a [Watcher] works with. All of it is needed but Hangup,
// Sinks, State and Save.
type Config struct {
	Interval time.Duration // between two looks at an order
	Deadline time.Duration // that a look keeps to
	Jobs     int           // looks under way at once
	Damping  Damping

	// Load reads the list. Without force it may say that nothing has changed
	// since the last time, and an error is only told once.
	Load   func(force bool) (List, bool, error)
	Poll   time.Duration   // how often to see whether the list has changed; 0: never
	Hangup <-chan struct{} // asks for the list to be read again

	Sinks []Sink        // where changes are told
	Grace time.Duration // how long, at the end, to go on with what is begun

	State State              // what a watch before this one left
	Save  func([]byte) error // keeps what the next one needs, in the place of what was kept before

	Now  func() time.Time
	Say  func(text string) // to whoever reads along
	Tool report.Tool
}

// A Watcher looks at the orders of a list again and again.
type Watcher struct {
	c       Config
	pace    pace
	count   *counters
	wake    chan struct{} // something is due earlier than before
	notices []*outbox
	press   press

	mu       sync.Mutex
	entries  map[string]*entry
	order    []*entry // as in the list
	rejected []string
	wrong    int // lines that are no orders
	begun    time.Time
	loaded   time.Time // the list was read without an error
	refused  string    // why it could not be read the last time; "" when it could
	ended    time.Time // a look ended last
	minded   time.Time // the scheduler saw the clock last
	stopping bool
	told     uint64 // transitions so far
	keeping  keeping
}

// An entry is an order and what is known of it.
type entry struct {
	Order
	standing
	ca      string   // that it was looked at for
	settled standing // what was delivered too, for the watch after this one
	untold  int      // notices on their way
	due     time.Time
	running time.Time // since when a look is under way; zero: none is
	seen    *seen     // nil before the first look
	success time.Time // of the last look that could see
}

// New makes a watcher, and reads the list for the first time.
func New(c Config) (*Watcher, error) {
	w := &Watcher{c: c, pace: newPace(c.Interval), count: newCounters(), wake: make(chan struct{}, 1), entries: map[string]*entry{}, keeping: newKeeping()}
	w.begun = c.Now()
	for _, s := range c.Sinks {
		w.count.sinkOf(s.Kind)
		w.notices = append(w.notices, newOutbox(w, s))
	}
	list, _, err := c.Load(true)
	if err != nil {
		return nil, err
	}
	w.take(list)
	return w, w.begin()
}

// Run looks until the context ends, and returns when nothing that it began is
// under way any more: looks are broken off and forgotten, what is to be told
// gets the grace.
func (w *Watcher) Run(ctx context.Context) {
	var sinks, rest, last sync.WaitGroup
	telling, hush := context.WithCancel(context.WithoutCancel(ctx))
	defer hush()
	keeping, enough := context.WithCancel(context.WithoutCancel(ctx))
	last.Go(func() { w.keep(keeping) })
	for _, o := range w.notices {
		sinks.Go(func() { o.run(telling) })
	}
	rest.Go(func() { w.follow(ctx) })
	w.schedule(ctx)
	rest.Wait()
	w.drain(telling, hush)
	sinks.Wait()
	enough()
	last.Wait()
}

// drain lets what is to be told be told, as long as the grace lasts.
func (w *Watcher) drain(ctx context.Context, hush func()) {
	defer hush()
	last := time.NewTimer(w.c.Grace)
	defer last.Stop()
	for _, o := range w.notices {
		select {
		case <-o.empty():
		case <-last.C:
			w.c.Say("changes that were not delivered in time are " + w.fate() + "; see --webhook and --on-change")
			return
		case <-ctx.Done():
			return
		}
	}
}

// schedule begins looks as they are due, until the context ends, and waits for
// the last of them.
func (w *Watcher) schedule(ctx context.Context) {
	var looks sync.WaitGroup
	defer looks.Wait()
	defer w.stop()
	slots := make(chan struct{}, w.c.Jobs)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		e, o, ok := w.nextDue(ctx)
		if !ok {
			return
		}
		looks.Go(func() {
			defer func() { <-slots }()
			w.look(ctx, e, o)
		})
	}
}

// stop says that no more looks begin.
func (w *Watcher) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopping = true
}

// nextDue waits for an order to be due, and marks it as being looked at. It
// reports false when the context has ended.
func (w *Watcher) nextDue(ctx context.Context) (*entry, Order, bool) {
	for ctx.Err() == nil {
		now := w.c.Now()
		w.mu.Lock()
		w.mind(now)
		e := w.earliest()
		pause := noticeClock
		if e != nil {
			pause = min(pause, e.due.Sub(now))
		}
		if e != nil && pause <= 0 {
			e.running = now
			o := e.Order
			w.mu.Unlock()
			return e, o, true
		}
		w.mu.Unlock()
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-w.wake:
		case <-ctx.Done():
		}
		t.Stop()
	}
	return nil, Order{}, false
}

// noticeClock is how soon it is noticed at the latest that this host's clock
// was set, or that the host was asleep: timers know of neither.
const noticeClock = time.Minute

// mind keeps what is due as far away as it was when the clock is set back:
// without that, nothing would be due for as long. The mutex is held.
func (w *Watcher) mind(now time.Time) {
	now = now.Round(0) // by the wall clock, as what is due
	if back := w.minded.Sub(now); back > 0 {
		for _, e := range w.order {
			e.due = e.due.Add(-back)
		}
	}
	w.minded = now
}

// earliest is the order that is due first of those that are not being looked
// at, or nil. The mutex is held.
func (w *Watcher) earliest() *entry {
	var first *entry
	for _, e := range w.order {
		if e.running.IsZero() && (first == nil || e.due.Before(first.due)) {
			first = e
		}
	}
	return first
}

// hurry lets the scheduler see what is due now.
func (w *Watcher) hurry() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// look looks at one order. A look that was broken off because the watch ends
// has not been.
func (w *Watcher) look(ctx context.Context, e *entry, o Order) {
	defer w.hurry()
	began := w.c.Now()
	r, s := w.safely(ctx, o, began)
	if ctx.Err() != nil {
		w.release(e)
		return
	}
	t, tell := w.finish(e, o.Mark, s)
	if tell {
		t.Report = r
		w.tell(e, t)
	}
}

func (w *Watcher) release(e *entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.running = time.Time{}
}

// safely looks and digests, and outlives a fault of the program: one odd answer
// must not end the watch over everybody else.
func (w *Watcher) safely(ctx context.Context, o Order, began time.Time) (r report.Report, s *seen) {
	defer func() {
		if fault := recover(); fault != nil {
			d := w.faulty(o.Name, fault)
			r = o.Unseen(fmt.Sprintf("dns01 itself broke down, which says nothing about the names; please report it, with what is in its log (%v)", d))
			s = w.digest(r, began)
		}
	}()
	if r = o.Look(ctx); ctx.Err() != nil {
		return r, nil
	}
	return r, w.digest(r, began)
}

// faulty counts and tells a fault of the program over an order.
func (w *Watcher) faulty(order string, fault any) *defect.Error {
	w.count.faults.Inc()
	d := defect.Of(fault)
	w.c.Say(fmt.Sprintf("%s: a fault of dns01 itself, please report it with these lines: %v", order, d))
	for _, line := range d.Lines() {
		w.c.Say("  " + strings.TrimSpace(line))
	}
	return d
}

// finish takes in what a look has seen, and reports what is to be told. What
// was seen of an order that is not on the list any more, or is another one by
// now, is forgotten.
func (w *Watcher) finish(e *entry, mark string, s *seen) (t report.Transition, tell bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.running = time.Time{}
	if w.entries[e.Name] != e || e.Mark != mark {
		return t, false
	}
	now := w.c.Now()
	w.count.add(s)
	w.ended, e.seen = now, s
	if s.ca != "" { // a look that met a fault of ours knows of none
		e.ca = s.ca
	}
	if s.verdict != check.Unknown {
		e.success = now
	}
	t, tell = e.see(s.verdict, now, w.c.Damping)
	e.due = w.nextLook(e, now)
	if tell {
		w.told++
		t.ID, t.Order = fmt.Sprintf("%d-%d", w.begun.UnixNano(), w.told), e.Name
		e.untold += len(w.notices)
	}
	w.settle(e)
	return t, tell
}

// nextLook is when an order is due after a look that has ended.
func (w *Watcher) nextLook(e *entry, now time.Time) time.Time {
	due := w.pace.next(e.Name, e.due)
	if !due.After(now) { // looks take longer than there is time for them
		due = w.pace.next(e.Name, now)
	}
	if again := w.pace.again(e.Name, now); e.pending() && again.Before(due) {
		return again
	}
	return due
}

// notice is a change as it is told; without its report where the program breaks
// down over that.
func (w *Watcher) notice(t report.Transition) (n Notice) {
	defer func() {
		if fault := recover(); fault != nil {
			w.faulty(t.Order, fault)
			t.Report = report.Report{}
			n = newNotice(t)
		}
	}()
	return newNotice(t)
}

// tell passes a change on to all sinks, none of which is waited for.
func (w *Watcher) tell(e *entry, t report.Transition) {
	w.count.changes.WithLabelValues(string(t.To)).Inc()
	n := w.notice(t)
	for _, o := range w.notices {
		o.put(outgoing{n, e})
	}
	w.c.Say(n.Text)
}

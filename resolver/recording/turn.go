package recording

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// turns let exchanges end in the order in which they ended then. What a run asks
// next can depend on which of two replies came first, though they came within
// microseconds; time alone does not tell them apart. The zero value knows no
// order and lets everything pass: that of a lab, where the time of each query is
// its own.
type turns struct {
	mu      sync.Mutex
	order   []*Exchange       // not ended yet
	rank    map[*Exchange]int // of all
	last    time.Time         // when one ended
	changed chan struct{}     // closed when one ends
}

const (
	// between is how long whoever waits for a reply has to act on it before the
	// next one comes.
	between = 200 * time.Microsecond
	// patience is how long one waits for another that should end before it. It
	// may never be asked this time.
	patience = 50 * time.Millisecond
)

// newTurns takes the order from a look.
func newTurns(l *Look) *turns {
	t := &turns{rank: map[*Exchange]int{}, changed: make(chan struct{})}
	for i := range l.Exchanges {
		if x := &l.Exchanges[i]; x.Sent > 0 && x.Took > 0 {
			t.order = append(t.order, x)
		}
	}
	slices.SortStableFunc(t.order, func(a, b *Exchange) int { return cmp.Compare(a.Sent+a.Took, b.Sent+b.Took) })
	for i, x := range t.order {
		t.rank[x] = i
	}
	return t
}

// wait returns when it is the turn of x, or the context ends.
func (t *turns) wait(ctx context.Context, x *Exchange) {
	if _, ok := t.rank[x]; !ok {
		return
	}
	enough := time.NewTimer(patience)
	defer enough.Stop()
	late := false
	for {
		more, changed := t.take(x, late)
		switch {
		case changed != nil:
			select {
			case <-changed:
			case <-enough.C:
				late = true
			case <-ctx.Done():
				return
			}
		case more <= 0 || !pass(ctx, more):
			return
		}
	}
}

// take ends x if it is its turn, or late. Otherwise it says how long is left
// until then, or what to wait for.
func (t *turns) take(x *Exchange, late bool) (more time.Duration, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := slices.Index(t.order, x)
	if at < 0 {
		return 0, nil // whoever came after it did not wait
	}
	if at > 0 && !late {
		return 0, t.changed
	}
	if more := between - time.Since(t.last); more > 0 {
		return more, nil
	}
	t.order, t.last = t.order[at+1:], time.Now()
	close(t.changed)
	t.changed = make(chan struct{})
	return 0, nil
}

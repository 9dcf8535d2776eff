package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/defect"
)

// A batch is a list of orders on its way to results.
type batch struct {
	*judging
	o        batchOptions
	out      *results
	done     *doneOrders
	progress *batchProgress
	limit    *governor
	fleet    *fleet // nil: orders are judged here

	sum   report.Batch
	worst int
}

// A result is an order and what became of it.
type result struct {
	orderLine
	report report.Report
	judged *judgedElsewhere // in the place of the report; nil: it was judged here
	lossy  bool             // many of its questions were lost
	begun  bool             // the run ended before it was complete
}

// window is how many orders may be between the one that has been read last
// and the one that is written next, for each that may be under way.
const window = 4

// run judges all orders. The error is of the list or of the results: orders
// that are no orders have results too.
func (b *batch) run(ctx context.Context, in *orderReader) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	finished := make(chan result)
	room := make(chan struct{}, window*b.o.jobs)
	written := make(chan error, 1)
	go func() {
		defer close(written)
		defer func() { // of a fault: those under way come to their end
			for range finished {
			}
		}()
		defer defect.Catch(ctx)
		written <- b.write(finished, room, stop)
	}()
	err := b.read(ctx, in, finished, room)
	close(finished)
	return errors.Join(err, <-written)
}

// read starts an order after another, as many at once as the governor allows,
// and returns when all of them are finished.
func (b *batch) read(ctx context.Context, in *orderReader, finished chan<- result, room chan<- struct{}) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		q, err := in.next()
		switch {
		case err == io.EOF && in.number == 0:
			return emptyList
		case err == io.EOF:
			return nil
		case errors.Is(err, errInterrupted):
			return nil
		case err != nil:
			return usagef("line %d of the list cannot be read: %s", in.line, reason(err))
		}
		b.progress.position(in.read)
		if !b.o.shard.has(q.number) {
			continue
		}
		if skip, err := b.done.has(q); err != nil {
			return err
		} else if skip {
			b.progress.skip()
			continue
		}
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		if !b.limit.begin(ctx) {
			return nil
		}
		wg.Go(func() {
			r := b.judge(ctx, q)
			r.begun = ctx.Err() != nil
			b.limit.end(r.lossy)
			finished <- r
		})
	}
}

// write writes results as they come, or in the order of the list. One that
// was under way when the run ended is left out: it is not known. In order, so
// are those that come after it: a run that goes on writes them where they
// belong.
func (b *batch) write(finished <-chan result, room <-chan struct{}, stop context.CancelCauseFunc) error {
	var failed error
	ended := false
	put := func(r result) {
		<-room
		ended = ended || r.begun && b.o.inOrder
		if failed != nil || ended || r.begun {
			return
		}
		line, err := b.lineOf(&r)
		if failed = err; failed == nil {
			failed = b.out.add(line)
		}
		if failed != nil {
			stop(failed)
			return
		}
		b.count(r)
	}
	next := b.after(0)
	waiting := map[int]result{}
	for r := range finished {
		if !b.o.inOrder {
			put(r)
			continue
		}
		waiting[r.number] = r
		for {
			r, ok := waiting[next]
			if !ok {
				break
			}
			delete(waiting, next)
			put(r)
			next = b.after(next)
		}
	}
	return failed
}

// after is the next order of the shard that has no result yet.
func (b *batch) after(number int) int {
	for number = b.done.after(number); !b.o.shard.has(number); {
		number = b.done.after(number)
	}
	return number
}

// count adds a result to the summary.
func (b *batch) count(r result) {
	status := statusUsage
	if r.judged != nil {
		b.sum.AddRead(r.judged.read)
		b.sum.AddSlow(r.judged.slow)
		status = b.o.limit.status(r.judged.read.Verdict)
	} else {
		b.sum.Add(r.line1())
	}
	if r.judged == nil && r.err == nil {
		status = b.o.limit.status(r.report.Result.Verdict)
	}
	b.worst = graver(b.worst, status)
	b.progress.add(b.sum)
}

// statusBefore is the status for the results that were there already: that of
// a run that goes on is about the whole list.
func (b *batch) statusBefore() int {
	if b.done == nil {
		return statusOK
	}
	status := statusOK
	for v := range b.done.verdicts {
		status = graver(status, b.o.limit.status(v))
	}
	if b.done.wrong {
		status = statusUsage
	}
	return status
}

func graver(a, b int) int {
	if weight(b) > weight(a) {
		return b
	}
	return a
}

// weight orders exit statuses: what a person has to mend weighs more than
// what passes by itself.
func weight(status int) int {
	switch status {
	case statusUsage:
		return 4
	case statusBlocked:
		return 3
	case statusUnknown:
		return 2
	case statusRetry:
		return 1
	}
	return 0
}

func (b *batch) status() int { return b.worst }

// line1 is a result as it is written.
func (r result) line1() report.BatchLine {
	return report.BatchLine{Order: r.number, Line: r.line, ID: r.id, Err: r.err, Report: r.report}
}

// A lossCounter counts the questions of one order, and those that were lost.
type lossCounter struct{ asked, lost atomic.Int32 }

func (l *lossCounter) add(ob resolver.Observation) {
	l.asked.Add(1)
	if resolver.FailureOf(ob.Err) == resolver.Timeout {
		l.lost.Add(1)
	}
}

// many reports whether one in ten was lost, and more than a dead server takes.
func (l *lossCounter) many() bool { return l.lost.Load() > 8 && 10*l.lost.Load() > l.asked.Load() }

// A governor says how many orders may be under way. It begins with a few,
// allows twice as many as long as all goes well, and a tenth less whenever an
// order loses many questions: our own line may be full.
type governor struct {
	mu    sync.Mutex
	max   int
	limit float64
	busy  int
	lossy time.Time // when the limit was lowered last
	calm  bool      // it has been lowered: it grows by one a round from now on
	freed chan struct{}
}

func newGovernor(max int) *governor {
	return &governor{max: max, limit: float64(min(max, 4)), freed: make(chan struct{}, 1)}
}

// newCrew is a governor for work that is done elsewhere: agents hold
// themselves to what their lines bear.
func newCrew(size int) *governor { g := newGovernor(size); g.limit = float64(size); return g }

// begin waits until one more order may begin. It reports false when the run
// has ended.
func (g *governor) begin(ctx context.Context) bool {
	for {
		g.mu.Lock()
		if float64(g.busy) < g.limit {
			g.busy++
			g.mu.Unlock()
			return ctx.Err() == nil
		}
		g.mu.Unlock()
		select {
		case <-g.freed:
		case <-ctx.Done():
			return false
		}
	}
}

func (g *governor) end(lossy bool) {
	g.mu.Lock()
	g.busy--
	switch now := time.Now(); {
	case lossy && now.Sub(g.lossy) >= time.Second:
		g.limit, g.lossy, g.calm = max(1, g.limit*0.9), now, true
	case lossy:
	case g.calm:
		g.limit = min(float64(g.max), g.limit+1/g.limit)
	default:
		g.limit = min(float64(g.max), g.limit+1)
	}
	g.mu.Unlock()
	select {
	case g.freed <- struct{}{}:
	default:
	}
}

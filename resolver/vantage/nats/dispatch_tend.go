package nats

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A server may lose what it was given: one without a disk that starts anew,
// or streams that somebody removes. Open orders that are neither in the work
// queue nor among the results are then sent again.

// tendEvery is how often the queue is looked after.
const tendEvery = 5 * time.Second

// waitingTold is how often people are told that nobody takes orders.
const waitingTold = 30 * time.Second

// tend looks after the queue until ctx ends.
func (d *Dispatcher) tend(ctx context.Context) {
	every := min(tendEvery, max(d.c.LostAfter, 10*time.Millisecond))
	var told time.Time
	for pause(ctx, every) {
		queued := d.queued()
		if d.conn.Status() != natsgo.CONNECTED || len(queued) == 0 {
			continue
		}
		held, err := d.held(ctx)
		switch {
		case missing(err):
			err = d.ensure(ctx)
		case err == nil:
			d.resend(ctx, queued, held)
		}
		if err == nil && time.Since(told) >= waitingTold {
			told = time.Now()
			d.tellWhenAlone(ctx)
		}
	}
}

// queued are the open orders that the server has, or had.
func (d *Dispatcher) queued() []*openOrder {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ws []*openOrder
	for _, w := range d.open {
		if w.sent > 0 && !w.sending {
			ws = append(ws, w)
		}
	}
	return ws
}

// held are the numbers of the run's orders that the server holds, as work or
// as a result. An agent stores its result before it gives up the order, so
// the work is read first.
func (d *Dispatcher) held(ctx context.Context) (map[string]bool, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	held := map[string]bool{}
	for _, part := range []struct{ stream, prefix string }{
		{workStream, workSubject + d.c.Run + "."}, {resultStream, resultSubject + d.c.Run + "."},
	} {
		s, err := d.js.Stream(ctx, part.stream)
		if err != nil {
			return nil, err
		}
		info, err := s.Info(ctx, jetstream.WithSubjectFilter(part.prefix+"*"))
		if err != nil {
			return nil, err
		}
		for subject := range info.State.Subjects {
			held[strings.TrimPrefix(subject, part.prefix)] = true
		}
	}
	_, err := d.results.Info(ctx)
	return held, err
}

// resend sends orders again that two rounds in a row found nowhere, and that
// are still open.
func (d *Dispatcher) resend(ctx context.Context, queued []*openOrder, held map[string]bool) {
	var again []*openOrder
	d.mu.Lock()
	for _, w := range queued {
		switch number := strconv.Itoa(w.order.Number); {
		case held[number] || d.open[w.order.Number] != w:
			w.missed = 0
		default:
			if w.missed++; w.missed >= 2 {
				again = append(again, w)
			}
		}
	}
	d.mu.Unlock()
	for _, w := range again {
		if d.send(ctx, w) != nil {
			return // next time
		}
	}
}

// tellWhenAlone tells people when no agent is there to take orders.
func (d *Dispatcher) tellWhenAlone(ctx context.Context) {
	all, err := discover(ctx, d.conn)
	if err == nil && len(all) == 0 && ctx.Err() == nil {
		d.c.Say("no agent is left at %s; orders wait for one", d.c.Options.Host())
	}
}

// Close ends the run and removes what it left on the server: its orders, its
// results, and the streams themselves when it is the last to use them and a
// coordinator made them.
func (d *Dispatcher) Close(ctx context.Context) error {
	d.stop()
	d.wg.Wait()
	if d.consume != nil {
		d.consume.Stop()
		<-d.consume.Closed()
	}
	defer d.conn.Close()
	return d.clean(ctx)
}

// leave gives up what was only half prepared, when ctx has ended meanwhile as
// well. What cannot be removed goes by itself.
func (d *Dispatcher) leave(ctx context.Context) {
	if d.consume != nil {
		d.consume.Stop()
		<-d.consume.Closed()
	}
	if d.js != nil {
		_ = d.clean(context.WithoutCancel(ctx))
	}
	d.conn.Close()
}

func (d *Dispatcher) clean(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	work, err := d.stream(ctx, workStream)
	if err != nil {
		return err
	}
	results, err := d.stream(ctx, resultStream)
	if err != nil || results == nil {
		return err
	}
	err = errors.Join(
		ignoreMissing(results.Purge(ctx, jetstream.WithPurgeSubject(resultSubject+d.c.Run+".*"))),
		ignoreMissing(results.DeleteConsumer(ctx, d.c.Run)),
	)
	if work != nil {
		err = errors.Join(err, ignoreMissing(work.Purge(ctx, jetstream.WithPurgeSubject(workSubject+d.c.Run+".*"))))
	}
	if err != nil {
		return err
	}
	return ignoreMissing(d.remove(ctx, work, results))
}

// stream is one that may be missing: then it is nil.
func (d *Dispatcher) stream(ctx context.Context, name string) (jetstream.Stream, error) {
	s, err := d.js.Stream(ctx, name)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	return s, nil
}

// remove removes the streams, of which that of the work may be missing, when no other coordinator uses them. One that
// begins at this moment finds its orders missing, and sends them again.
func (d *Dispatcher) remove(ctx context.Context, work, results jetstream.Stream) error {
	r, err := results.Info(ctx)
	if err != nil || r.State.Consumers > 0 || r.Config.Metadata["made-by"] != made()["made-by"] {
		return err
	}
	if work == nil {
		return d.js.DeleteStream(ctx, resultStream)
	}
	w, err := work.Info(ctx)
	if err != nil || w.Config.Metadata["made-by"] != made()["made-by"] {
		return err
	}
	return errors.Join(d.js.DeleteStream(ctx, workStream), d.js.DeleteStream(ctx, resultStream))
}

func ignoreMissing(err error) error {
	if missing(err) {
		return nil
	}
	return err
}

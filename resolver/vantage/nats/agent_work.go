package nats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// How long an agent asks JetStream for something, waits for more work before
// it asks anew, and before it says again how much it did.
const (
	apiTimeout   = 5 * time.Second
	pullFor      = time.Second
	tellInterval = 10 * time.Second
)

// pull takes orders from the work queue until ctx ends.
func (s *serving) pull(ctx context.Context) {
	wake := make(chan *natsgo.Msg, 1)
	sub, err := s.conn.ChanSubscribe(wakeSubject, wake)
	if err == nil {
		defer func() { _ = sub.Unsubscribe() }()
	}
	var done atomic.Int64
	defer s.telling(ctx, &done)()
	told := ""
	for ctx.Err() == nil {
		c, err := s.queue(ctx)
		if err == nil {
			told = ""
			err = s.take(ctx, c, &done)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil && !missing(err) && !errors.Is(err, natsgo.ErrConnectionClosed) {
			if text := whyNoQueue(err, s.Options.Host()).Error(); text != told {
				s.Say("no batch work: %s; requests are answered", text)
				told = text
			}
		}
		t := time.NewTimer(s.retry())
		select {
		case <-wake:
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// missing reports whether a queue does not exist: no batch is running.
func missing(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) ||
		errors.Is(err, jetstream.ErrConsumerDoesNotExist) || errors.Is(err, jetstream.ErrConsumerDeleted) ||
		errors.Is(err, natsgo.ErrNoResponders)
}

func (s *serving) queue(ctx context.Context) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	return s.js.Consumer(ctx, workStream, agents)
}

// take asks for as many orders as may be under way besides those that are. It
// returns when the queue is gone or ctx ends; what the server has handed out
// by then is judged, or given back.
func (s *serving) take(ctx context.Context, c jetstream.Consumer, done *atomic.Int64) error {
	alive := c.CachedInfo().Config.AckWait / 3
	for {
		select {
		case s.orders <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil { // also where there was room as well
			return nil
		}
		free := cap(s.orders) - len(s.orders) + 1
		batch, err := c.Fetch(free, jetstream.FetchMaxWait(pullFor))
		<-s.orders
		if err != nil {
			return err
		}
		for msg := range batch.Messages() {
			if ctx.Err() != nil {
				// Later, when the server does not wait for us any more: it
				// would hand the order to this agent again and again.
				_ = msg.NakWithDelay(pullFor)
				continue
			}
			s.orders <- struct{}{}
			s.wg.Go(func() {
				defer func() { <-s.orders }()
				if s.handle(msg, alive) {
					done.Add(1)
				}
			})
		}
		if err := batch.Error(); err != nil && !errors.Is(err, natsgo.ErrTimeout) && !errors.Is(err, jetstream.ErrNoMessages) {
			return err
		}
	}
}

// handle judges one order and reports whether it got rid of it. The order is
// acknowledged once its result is stored; an agent that ends before gives it
// back.
func (s *serving) handle(msg jetstream.Msg, alive time.Duration) bool {
	o, err := spared(s.hold, s.Say, func(context.Context) (Order, error) { return ParseOrder(msg.Data()) })
	run, number := orderOf(msg.Subject())
	if err == nil && (o.Run != run || o.Number != number) {
		err = refuse(malformed, "it is another order than the one it came as")
	}
	j := Judged{Run: run, Number: number}
	if m, merr := msg.Metadata(); err == nil && merr == nil && m.NumDelivered > maxTries {
		err = fmt.Errorf("%d agents were lost over it", maxTries)
	}
	if err != nil {
		s.Say("refused order %d of run %s: %v", number, run, err)
		j.Failed = err.Error()
		s.report(msg, j)
		return true
	}
	stop := s.keepAlive(msg, alive)
	v, err := spared(s.hold, s.Say, func(ctx context.Context) (Verdict, error) { return s.Judge(ctx, o) })
	stop()
	if s.hold.Err() != nil {
		_ = msg.Nak()
		return false
	}
	if err != nil {
		j.Failed = err.Error()
		s.Say("refused order %d of run %s: %v", number, run, err)
	}
	j.Line, j.Slow = v.Line, v.Slow
	data, err := s.packed(j)
	if err == nil && int64(len(data)) > s.conn.MaxPayload() {
		j.Line = v.Short
	}
	s.report(msg, j)
	return true
}

// keepAlive tells the server now and then that the order is being judged.
func (s *serving) keepAlive(msg jetstream.Msg, every time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(s.hold)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for pause(ctx, max(every, 10*time.Millisecond)) {
			_ = msg.InProgress()
		}
	}()
	return func() { cancel(); <-ended }
}

func (s *serving) packed(j Judged) ([]byte, error) {
	j.Version, j.Perspective, j.Tool = Version, s.Perspective, s.Tool
	return pack(j)
}

// report stores a result and then acknowledges the order. When it cannot be
// stored the order goes back to the queue, unless its run is over.
func (s *serving) report(msg jetstream.Msg, j Judged) {
	if !token(j.Run) || j.Number < 1 {
		_ = msg.Term() // nobody can be told
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.hold), apiTimeout)
	defer cancel()
	data, err := s.packed(j)
	if err == nil {
		_, err = s.js.Publish(ctx, subjectOf(resultSubject, j.Run, j.Number), data, jetstream.WithMsgID(messageID(j.Run, j.Number, msg)))
	}
	switch {
	case err == nil:
		_ = msg.DoubleAck(ctx)
	case errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, natsgo.ErrNoResponders):
		_ = msg.Term() // the run is over, and its streams are gone
	default:
		s.Say("the result of order %d of run %s could not be stored: %v", j.Number, j.Run, err)
		_ = msg.NakWithDelay(s.retry())
	}
}

// messageID tells a result that comes again from another. An order that was
// sent again, because its first result was none, may have another.
func messageID(run string, number int, msg jetstream.Msg) string {
	if id := msg.Headers().Get(jetstream.MsgIDHeader); id != "" {
		return id
	}
	return run + "." + strconv.Itoa(number)
}

// telling says now and then how many orders were judged.
func (s *serving) telling(ctx context.Context, done *atomic.Int64) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	tell := func() {
		if n := done.Swap(0); n > 0 {
			s.Say("judged %s of batches", counted(int(n), "order"))
		}
	}
	go func() {
		defer close(ended)
		for pause(ctx, tellInterval) {
			tell()
		}
	}()
	return func() { cancel(); <-ended; tell() }
}

package nats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A Dispatcher hands the orders of one run to agents and gets back what became
// of them. Orders it was given and has no result of are open; how many those
// are is up to who calls Judge, which bounds what the dispatcher keeps.
type Dispatcher struct {
	c    DispatchConfig
	conn *natsgo.Conn
	js   jetstream.JetStream

	results jetstream.Consumer
	consume jetstream.ConsumeContext
	stop    context.CancelFunc
	wg      sync.WaitGroup

	mu   sync.Mutex
	open map[int]*openOrder
}

// A DispatchConfig is what a [Dispatcher] needs.
type DispatchConfig struct {
	Options Options
	// Run tells this run's orders and results from those of others; one token.
	Run string
	// LostAfter is how long an agent may be silent over an order before
	// another gets it.
	LostAfter time.Duration
	// Check refuses a result that is none for the order. It may be nil.
	Check func(Order, Judged) error
	// Say tells people what happens, a line each.
	Say func(format string, args ...any)
}

// An openOrder waits for its result.
type openOrder struct {
	order   Order
	tries   int  // how often a result of it was none
	sent    int  // how often it was sent
	sending bool // it is on its way to the queue
	missed  int  // rounds in a row that found it nowhere
	result  chan Judged
}

// Dispatch connects and prepares the queue. Close has to be called.
func Dispatch(ctx context.Context, c DispatchConfig) (*Dispatcher, error) {
	if !token(c.Run) {
		return nil, fmt.Errorf("the run %q is no single word", c.Run)
	}
	o := c.Options
	o.Name = "dns01 batch " + c.Run
	o.Lost = func(err error) { c.Say("the connection is lost: %v; trying to get it back", err) }
	o.Back = func() { c.Say("connected again to %s", o.Host()) }
	conn, err := o.connect()
	if err != nil {
		return nil, err
	}
	d := &Dispatcher{c: c, conn: conn, open: map[int]*openOrder{}}
	if d.js, err = jetstream.New(conn); err == nil {
		err = d.ensure(ctx)
	}
	if err != nil {
		d.leave(ctx)
		return nil, whyNoQueue(err, o.Host())
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	d.wg.Go(func() { d.tend(run) })
	return d, nil
}

// Agents are those that are there now.
func (d *Dispatcher) Agents(ctx context.Context) ([]Described, error) { return discover(ctx, d.conn) }

// ErrNobody says that no agent answers.
func (d *Dispatcher) ErrNobody() error { return nobody(d.c.Options.Host()) }

// ensure makes what is missing of the queue and begins to take results. It is
// finished even when ctx ends meanwhile, if the server is not too slow: what was
// asked for is made, and who does not wait for it cannot remove it.
func (d *Dispatcher) ensure(ctx context.Context) error {
	ctx, release := outlasting(ctx, time.Second)
	defer release()
	ctx, cancel := context.WithTimeout(ctx, 2*apiTimeout)
	defer cancel()
	// A coordinator that ends just now may remove a stream between the steps.
	for try := 1; ; try++ {
		if err := d.prepare(ctx); try == ensureTries || !errors.Is(err, jetstream.ErrStreamNotFound) {
			return err
		}
	}
}

// ensureTries is how often the queue is made when it is removed meanwhile.
const ensureTries = 5

// prepare makes what is missing of the queue, step by step.
func (d *Dispatcher) prepare(ctx context.Context) error {
	results, err := ensureStream(ctx, d.js, resultConfig())
	if err != nil {
		return err
	}
	// Whoever removes unused streams sees this consumer, so it comes first.
	d.results, err = results.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: d.c.Run, FilterSubject: resultSubject + d.c.Run + ".*", AckPolicy: jetstream.AckExplicitPolicy,
		InactiveThreshold: forgetAfter, MaxAckPending: 1000, Metadata: made(),
	})
	if err != nil {
		return err
	}
	work, err := ensureStream(ctx, d.js, workConfig())
	if err != nil {
		return err
	}
	if _, err = work.CreateOrUpdateConsumer(ctx, agentsConfig(d.c.LostAfter)); err != nil {
		if _, err = work.Consumer(ctx, agents); err != nil { // who runs the server has made it, and changes are not ours
			return err
		}
	}
	if d.consume != nil {
		d.consume.Stop()
	}
	d.consume, err = d.results.Consume(d.take, jetstream.PullMaxMessages(64), jetstream.ConsumeErrHandler(func(jetstream.ConsumeContext, error) {}))
	if err == nil {
		err = d.conn.Publish(wakeSubject, nil)
	}
	return err
}

// outlasting is a context that ends so much later than another.
func outlasting(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if pause(later, by) {
			cancel()
		}
	})
	return later, func() { stop(); cancel() }
}

// Judge has an order judged by some agent. It returns when there is a result,
// or ctx ends.
func (d *Dispatcher) Judge(ctx context.Context, o Order) (Judged, error) {
	o.Version, o.Run = Version, d.c.Run
	w := &openOrder{order: o, result: make(chan Judged, 1)}
	d.mu.Lock()
	d.open[o.Number] = w
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.open, o.Number)
		d.mu.Unlock()
	}()
	if err := d.send(ctx, w); err != nil {
		if ctx.Err() != nil {
			return Judged{}, ctx.Err()
		}
		if errors.Is(err, natsgo.ErrMaxPayload) || errors.Is(err, errTooLarge) {
			return Judged{Run: o.Run, Number: o.Number, Failed: "the order is too large for a message"}, nil
		}
		// It is open, and will be sent again with those that were lost.
		d.c.Say("order %d could not be sent: %v; trying again", o.Number, err)
	}
	select {
	case j := <-w.result:
		return j, nil
	case <-ctx.Done():
		return Judged{}, ctx.Err()
	}
}

var errTooLarge = fmt.Errorf("longer than %d octets", maxRequest)

// send puts an order into the queue. One that is sent again because it got
// lost counts as another, or the queue would take it for a duplicate.
func (d *Dispatcher) send(ctx context.Context, w *openOrder) error {
	data, err := json.Marshal(w.order)
	if err != nil {
		return err
	}
	if len(data) > maxRequest {
		return errTooLarge
	}
	d.mu.Lock()
	w.sent++
	w.missed, w.sending = 0, true
	id := w.order.Run + "." + strconv.Itoa(w.order.Number)
	if w.sent > 1 {
		id += "." + strconv.Itoa(w.sent)
	}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		w.sending = false
		d.mu.Unlock()
	}()
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	_, err = d.js.Publish(ctx, subjectOf(workSubject, w.order.Run, w.order.Number), data, jetstream.WithMsgID(id))
	return err
}

// take takes one result. A second one of the same order is dropped: the first
// was as good.
func (d *Dispatcher) take(msg jetstream.Msg) {
	defer func() { _ = msg.Ack() }()
	j, err := spared(context.Background(), d.c.Say, func(context.Context) (j Judged, err error) {
		err = unpack(msg.Data(), &j)
		return j, err
	})
	if err == nil && (j.Version != Version || j.Run != d.c.Run) {
		err = fmt.Errorf("it is of version %d and run %q", j.Version, cut(j.Run))
	}
	if err != nil {
		d.c.Say("a result cannot be used: %v", err)
		return // its order is found missing, and sent again
	}
	d.mu.Lock()
	w := d.open[j.Number]
	d.mu.Unlock()
	if w == nil {
		return
	}
	if j.Failed == "" && d.c.Check != nil {
		_, err = spared(context.Background(), d.c.Say, func(context.Context) (any, error) { return nil, d.c.Check(w.order, j) })
	}
	if err != nil {
		d.wrong(w, j, err)
		return
	}
	w.settle(j)
}

// wrong has an order judged anew whose result is none, but not for ever.
func (d *Dispatcher) wrong(w *openOrder, j Judged, err error) {
	d.c.Say("the result of order %d by %s cannot be used: %v", j.Number, header(cut(j.Perspective)), err)
	d.mu.Lock()
	w.tries++
	tries := w.tries
	d.mu.Unlock()
	if tries >= maxTries {
		w.settle(Judged{Run: j.Run, Number: j.Number, Failed: fmt.Sprintf("agents sent %d results that are none", tries)})
		return
	}
	d.wg.Go(func() { _ = d.send(context.Background(), w) })
}

func (w *openOrder) settle(j Judged) {
	select {
	case w.result <- j:
	default: // there is one already
	}
}

package nats

import (
	"context"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A batch that is interrupted while it prepares the queue leaves none behind,
// which nobody would remove.
func TestAHalfPreparedQueueIsRemoved(t *testing.T) {
	quietly(t)
	for _, api := range []string{"STREAM.CREATE." + resultStream, "CONSUMER.>", "STREAM.CREATE." + workStream} {
		s := natsServer(t, nil)
		conn, err := natsgo.Connect(s.ClientURL())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := conn.Subscribe("$JS.API."+api, func(*natsgo.Msg) { cancel() }); err != nil {
			t.Fatal(err)
		}
		if err := conn.Flush(); err != nil {
			t.Fatal(err)
		}
		d, err := Dispatch(ctx, DispatchConfig{Options: Options{URL: s.ClientURL()}, Run: "r1", LostAfter: time.Second, Say: newSaid().say})
		if err == nil { // it was quicker
			if err := d.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		js, err := jetstream.New(conn)
		if err != nil {
			t.Fatal(err)
		}
		for name := range js.StreamNames(t.Context()).Name() {
			t.Errorf("interrupted at %s, it leaves %s", api, name)
		}
		cancel()
		conn.Close()
	}
}

// An order that comes while an agent ends is another's, not one over which agents
// are lost.
func TestAnAgentThatEndsDoesNotUseUpAnOrder(t *testing.T) {
	quietly(t)
	s := natsServer(t, nil)
	d, err := Dispatch(t.Context(), DispatchConfig{Options: Options{URL: s.ClientURL()}, Run: "r1", LostAfter: 5 * time.Second, Say: newSaid().say})
	if err != nil {
		t.Fatal(err)
	}
	judging := func(perspective string, jobs int) *Agent {
		return &Agent{
			Options: Options{URL: s.ClientURL()}, Perspective: perspective, RIR: "ARIN", Jobs: jobs, Drain: time.Second,
			Judge: func(_ context.Context, o Order) (Verdict, error) { return Verdict{Line: []byte("{}")}, nil },
		}
	}
	order := func(number int) Order {
		return Order{Number: number, Names: []string{"example.com"}, CA: "letsencrypt", DeadlineMS: 1000}
	}
	stop, _ := running(t, judging("first", 16))
	if j, err := d.Judge(t.Context(), order(1)); err != nil || j.Perspective != "first" {
		t.Fatalf("%+v, %v", j, err) // from now on it asks for more
	}
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	judged := make(chan Judged, 1)
	go func() {
		j, _ := d.Judge(t.Context(), order(2))
		judged <- j
	}()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	running(t, judging("second", 1))
	if j := <-judged; j.Failed != "" {
		t.Errorf("order 2: %s", j.Failed)
	}
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

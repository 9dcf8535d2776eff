package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"dns01/resolver/vantage/nats"
)

// A foe is somebody who may publish at the NATS server and should not: it
// hears what there is, sends it again, and sends what is none.
type foe struct {
	conn *natsgo.Conn
	rng  *rand.Rand

	mu    sync.Mutex
	heard []*natsgo.Msg
	hits  map[int]bool // orders for which something else was sent
}

func newFoe(t *testing.T, s *server.Server, rng *rand.Rand) *foe {
	conn, err := natsgo.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	f := &foe{conn: conn, rng: rng, hits: map[int]bool{}}
	for _, subject := range []string{"dns01.v1.work.>", "dns01.v1.result.>"} {
		if _, err := conn.Subscribe(subject, f.hear); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func (f *foe) end() { f.conn.Close() }

func (f *foe) hear(m *natsgo.Msg) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.heard) < 500 {
		f.heard = append(f.heard, m)
	}
}

// one is a message that was heard.
func (f *foe) one() *natsgo.Msg {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.heard) == 0 {
		return nil
	}
	return f.heard[f.rng.IntN(len(f.heard))]
}

// again sends what was heard again, as another message.
func (f *foe) again() {
	if m := f.one(); m != nil {
		_ = f.conn.Publish(m.Subject, m.Data)
	}
}

// hit reports whether something else was sent for an order.
func (f *foe) hit(order int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hits[order]
}

// garbage sends what is no message of its subject, for an order that there is
// where one was heard.
func (f *foe) garbage() {
	subject := pick(f.rng, "dns01.v1.work.other.1", "dns01.v1.result.other.1", "dns01.v1.work.x.y.z", "dns01.v1.look.eu-west", "dns01.v1.wake", "dns01.v1.result.0.-1")
	order, run := 1, "other"
	if m := f.one(); m != nil && f.rng.IntN(3) > 0 {
		parts := strings.Split(m.Subject, ".")
		run = parts[3]
		order, _ = strconv.Atoi(parts[4]) // 0 for what is no number
		subject = fmt.Sprintf("dns01.v1.%s.%s.%d", pick(f.rng, "work", "result"), run, order)
		f.mu.Lock()
		f.hits[order] = true
		f.mu.Unlock()
	}
	_ = f.conn.Publish(subject, f.nonsense(run, order))
}

// nonsense is no order and no result of an order, or of none of this list.
func (f *foe) nonsense(run string, order int) []byte {
	switch f.rng.IntN(6) {
	case 0:
		return nil
	case 1:
		junk := make([]byte, f.rng.IntN(2000))
		for i := range junk {
			junk[i] = byte(f.rng.Uint32())
		}
		return junk
	case 2:
		text, _ := json.Marshal(nats.Order{Version: 1, Run: run, Number: order, Names: []string{"\x1b[31mred.com"}, CA: "letsencrypt", DeadlineMS: 1000})
		return text
	case 3:
		return packed(nats.Judged{Version: 1, Run: run, Number: order, Line: json.RawMessage(`{"schema":1,"order":1,"identifiers":["other.com"],"verdict":"ready"}`)})
	case 4:
		return packed(nats.Judged{Version: 99, Run: run, Number: -order})
	}
	return packed(strings.Repeat(" ", 17<<20)) // more than anybody should take in
}

// packed is a message as agents send it.
func packed(v any) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_ = json.NewEncoder(z).Encode(v) // writing to memory does not fail
	_ = z.Close()
	return b.Bytes()
}

// request asks a perspective, and returns why it refuses. An agent whose
// connection was cut is waited for.
func (f *foe) request(perspective string, data []byte) (string, error) {
	for given := time.After(endsWithin); ; {
		m, err := f.conn.Request("dns01.v1.look."+perspective, data, 5*time.Second)
		if err == nil {
			return m.Header.Get(micro.ErrorHeader), nil
		}
		// What is passed on to a connection that is just being cut is lost.
		if !errors.Is(err, natsgo.ErrNoResponders) && !errors.Is(err, natsgo.ErrTimeout) {
			return "", err
		}
		select {
		case <-given:
			return "", err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

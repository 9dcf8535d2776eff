package resolver

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// An Observation is one exchange as it happened: what was asked, and the
// reply or the error.
type Observation struct {
	Query Query
	Reply Reply // Msg is nil when Err is set
	Err   error
	At    time.Time
	Took  time.Duration
}

// Lasted returns how long an exchange took that began at a time: as the
// exchanger counts, which a recording knows better than the clock, or else by
// the clock.
func Lasted(at time.Time, r Reply, err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok && e.Took > 0 {
		return e.Took
	}
	if err == nil && r.RTT > 0 {
		return r.RTT
	}
	return time.Since(at)
}

// Observe wraps x and calls f after every exchange. f must be safe for
// concurrent use and must not block.
func Observe(x Exchanger, f func(Observation)) Exchanger {
	return observer{x, f}
}

type observer struct {
	x Exchanger
	f func(Observation)
}

func (o observer) Exchange(ctx context.Context, q Query) (Reply, error) {
	at := time.Now()
	r, err := o.x.Exchange(ctx, q)
	o.f(Observation{Query: q, Reply: r, Err: err, At: at, Took: Lasted(at, r, err)})
	return r, err
}

// Counts are the queries sent, by transport, server address and type.
type Counts struct {
	UDP, TCP int
	ByServer map[netip.Addr]int
	ByType   map[uint16]int
}

// A Counter counts queries; its Add is meant for [Observe]. Queries that
// found no route, or are not in a recording, are not counted: nothing was sent.
// The zero value works.
type Counter struct {
	mu sync.Mutex
	c  Counts
}

// Add counts one exchange.
func (c *Counter) Add(o Observation) {
	if f := FailureOf(o.Err); f == NoRoute || f == NotRecorded {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.c.ByServer == nil {
		c.c.ByServer, c.c.ByType = map[netip.Addr]int{}, map[uint16]int{}
	}
	if o.Query.Transport == UDP {
		c.c.UDP++
	} else {
		c.c.TCP++ // TLS and HTTPS are carried by it
	}
	if a := o.Query.Server.Addr(); a.IsValid() {
		c.c.ByServer[a]++
	}
	for _, q := range o.Query.Msg.Question {
		c.c.ByType[q.Qtype]++
	}
}

// Counts returns a copy of the counts so far.
func (c *Counter) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.c
	n.ByServer, n.ByType = maps.Clone(n.ByServer), maps.Clone(n.ByType)
	return n
}

// TypeName returns the mnemonic of a record type, such as "CAA" or "TYPE65534".
func TypeName(t uint16) string { return dns.Type(t).String() }

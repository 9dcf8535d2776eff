package resolver

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// A Transport is how a query travels to a server.
type Transport string

// The transports of DNS proper (RFC 1035 §4.2, RFC 7766).
const (
	UDP Transport = "udp"
	TCP Transport = "tcp"
)

// A Query is one question for one server over one transport. Msg is not
// changed; its ID is ignored, since the Exchanger picks one of its own.
// Timeout is how long to wait for the reply once the query is sent; zero
// leaves that to the context.
// Hurry, when set, may end the wait before: called with how long it has taken
// so far, at first with zero, it returns how much longer to wait, or nothing.
type Query struct {
	Server    netip.AddrPort
	Transport Transport
	Msg       *dns.Msg
	Timeout   time.Duration
	Hurry     func(waited time.Duration) (more time.Duration)
}

// errTimeout tells the end of a query's own time from the end of the run.
var errTimeout = errors.New("no reply in time")

// ErrHurried is the cause of a time-out that [Query.Hurry] brought about.
var ErrHurried = errors.New("no reply in the time that others take")

// Context returns the context in which q, sent now, waits for its reply.
func (q Query) Context(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	var timers [2]*time.Timer
	if q.Timeout > 0 {
		timers[0] = time.AfterFunc(q.Timeout+q.Apart(), func() { end(errTimeout) })
	}
	if q.Hurry != nil {
		timers[1] = q.hurried(ctx, end)
	}
	return ctx, func() {
		for _, t := range timers {
			if t != nil {
				t.Stop()
			}
		}
		end(nil)
	}
}

// hurried calls end with a time-out once Hurry grants no more time. Whoever
// stops the timer may meet it at work: when ctx is over it is not set again.
func (q Query) hurried(ctx context.Context, end context.CancelCauseFunc) *time.Timer {
	sent := time.Now()
	set := make(chan *time.Timer, 1)
	timer := time.AfterFunc(q.Hurry(0)+q.Apart(), func() {
		timer := <-set
		set <- timer
		if more := q.Hurry(time.Since(sent)); more > 0 && ctx.Err() == nil {
			timer.Reset(more)
			return
		}
		end(ErrHurried)
	})
	set <- timer
	return timer
}

// Apart returns a moment, too short to be seen in a report, by which a query
// differs from any other that is sent at the same time. Where time is not real
// it decides which of them comes first, the same one in every run.
func (q Query) Apart() time.Duration {
	const most = 40 * time.Microsecond
	var room [256]byte
	b := appendAll(room[:0], []any{q.Server, q.Transport, len(q.Msg.Extra)})
	for _, asked := range q.Msg.Question {
		b = appendAll(b, []any{dns.CanonicalName(asked.Name), asked.Qtype})
	}
	if opt := q.Msg.IsEdns0(); opt != nil {
		b = append(b, optText(opt)...)
	}
	h := fnv.New64a()
	_, _ = h.Write(b) // never fails
	return time.Duration(h.Sum64() % uint64(most))
}

// ordinaryOPT is the text of the OPT record that nearly all queries carry.
var ordinaryOPT = sync.OnceValues(func() (*dns.OPT, string) {
	opt := question(".", dns.TypeNS, form{lower: true}, nil).IsEdns0()
	return opt, opt.String()
})

func optText(opt *dns.OPT) string {
	if o, text := ordinaryOPT(); opt.Hdr == o.Hdr && len(opt.Option) == 0 {
		return text
	}
	return opt.String()
}

// Ended returns the error of an exchange whose context, made by
// [Query.Context], has ended: Timeout when the query's own time was up,
// Canceled when the run is over.
func Ended(ctx context.Context) error { return ended(ctx, context.Cause(ctx)) }

func ended(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); cause {
	case errTimeout:
		return &Error{Failure: Timeout, Err: err}
	case ErrHurried:
		return &Error{Failure: Timeout, Err: cause}
	}
	return &Error{Failure: Canceled, Err: err}
}

// A Reply is the message that answered a query, with any rcode. Size counts
// the octets of the message on the wire (over TCP without the length prefix),
// Wire holds them, for a recording; it may be nil. Strays is the number of
// datagrams that arrived on the same socket and were not taken: another ID,
// another question, not DNS.
type Reply struct {
	Msg    *dns.Msg
	Size   int
	Wire   []byte
	RTT    time.Duration
	Strays int
	Kept   bool // from memory: nothing was sent
}

// An Exchanger sends one query and returns the one reply or the reason for
// none, as an *[Error]. It does not retry, change transport, follow or cache.
// It waits for [Query.Timeout] at most, counted from when the query is sent,
// and no longer than its context. It is safe for concurrent use.
type Exchanger interface {
	Exchange(ctx context.Context, q Query) (Reply, error)
}

// A Failure is why a query had no reply.
type Failure string

// The kinds of silence. NoRoute is ours (this host has no way to that
// address family or network); Unreachable is theirs (the address, or a router
// before it, refused). Canceled means the run ended first.
const (
	Timeout     Failure = "timeout"
	Unreachable Failure = "unreachable"
	NoRoute     Failure = "no-route"
	Malformed   Failure = "malformed"
	Mismatched  Failure = "mismatched" // only replies to something else arrived
	Closed      Failure = "closed"     // TCP ended before a whole message came
	Canceled    Failure = "canceled"
	Limit       Failure = "limit"        // our own budget is used up: nothing was sent, or there is no room for what came
	NotRecorded Failure = "not-recorded" // a recording that is asked lacks the question
	// LineDead is what a client makes of a timeout where nobody is heard any
	// more, whoever answered before: our own network went away.
	LineDead Failure = "line-dead"
)

// unsent reports whether nothing was learnt of the server: no query left this
// host, or nobody waited for the reply.
func (f Failure) unsent() bool { return f == NoRoute || f == Canceled || f == NotRecorded }

// Ours reports whether a failure says nothing of the server.
func (f Failure) Ours() bool { return f.unsent() || f == Limit || f == LineDead }

// An Error says why a query had no reply.
type Error struct {
	Failure Failure
	Err     error // the cause, or nil
	// Took is how long it was waited for, where the exchanger knows better
	// than the clock: a recording, or a world with a time of its own.
	Took time.Duration
}

func (e *Error) Error() string {
	if e.Err == nil {
		return string(e.Failure)
	}
	return fmt.Sprintf("%s: %v", e.Failure, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// FailureOf returns the kind of failure in err, and "" for nil. An error that
// carries none counts as malformed.
func FailureOf(err error) Failure {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Failure
	}
	return Malformed
}

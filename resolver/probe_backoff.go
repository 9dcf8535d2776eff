package resolver

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// slowest is how many queries a second an address still gets after the signs
// of limiting: what no name server limits by default.
const slowest = 10

// relent is how long an address has to answer without a sign of limiting before
// it is asked at twice the rate again. A server that was silent for a moment must
// not be asked slowly by a process that runs for months; one that does limit
// shows it again, at the cost of a second.
const relent = 30 * time.Second

// A backoff is what one address has shown of limiting the rate of its
// answers. The zero value works.
type backoff struct {
	mu       sync.Mutex
	answered map[uint16]bool // types that it answers
	sign     time.Time       // when the last sign came; zero: it is not asked more slowly
	eased    time.Time       // when the rate was last raised since
}

// learn takes the end of an exchange. Silence is a sign of limiting where the
// same type has been answered before (a server or firewall that loses a type
// loses all of it): then the address is asked at half the rate, and in no more
// bursts. What gets lost within one second is one sign. Without any more
// of them it is asked as p says again, step by step.
func (l *lane) learn(q Query, err error, now time.Time, p Pacing) {
	if l.rate == nil || len(q.Msg.Question) != 1 {
		return
	}
	qtype := q.Msg.Question[0].Qtype
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		if l.answered == nil {
			l.answered = map[uint16]bool{}
		}
		l.answered[qtype] = true
		l.ease(now, p)
	case FailureOf(err) == Timeout && l.answered[qtype] && now.Sub(l.sign) >= time.Second:
		l.sign, l.eased = now, now
		l.rate.SetLimitAt(now, slower(l.rate.Limit()))
		l.rate.SetBurstAt(now, 1)
	}
}

// ease doubles the rate when it is time to. The mutex is held.
func (l *lane) ease(now time.Time, p Pacing) {
	if l.sign.IsZero() || now.Sub(l.eased) < relent {
		return
	}
	l.eased = now
	l.rate.SetLimitAt(now, min(2*l.rate.Limit(), rate.Limit(p.PerSecond)))
	if l.rate.Limit() == rate.Limit(p.PerSecond) {
		l.rate.SetBurstAt(now, max(p.Burst, 1))
		l.sign = time.Time{}
	}
}

// slower is half a rate, but no less than the slowest.
func slower(r rate.Limit) rate.Limit { return max(r/2, min(r, slowest)) }

// limited reports whether there was a sign of limiting.
func (b *backoff) limited() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.sign.IsZero()
}

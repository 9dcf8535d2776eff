package watch

import (
	"hash/fnv"
	"time"
)

// A pace says when orders are due. Each has a place of its own within the
// interval, by a hash of its name: however many there are, they are spread
// evenly, and neither a start nor the full hour makes them all due at once. What
// is due is so by the wall clock.
type pace struct {
	interval time.Duration
	confirm  time.Duration // until a look that contradicted is followed by another
}

func newPace(interval time.Duration) pace {
	return pace{interval, min(interval/10, 10*time.Minute)}
}

// share is a number from 0 to 1 that belongs to a name and a purpose.
func share(name, purpose string) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(purpose + "\x00" + name)) // never fails
	x := h.Sum64()
	x ^= x >> 33 // FNV leaves the high bits of short texts alike
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// part is that share of a duration.
func part(d time.Duration, name, purpose string) time.Duration {
	return time.Duration(share(name, purpose) * float64(d))
}

// first is when an order that is new is due, one of so many that are: spread
// over a second for each of them, but no longer than the interval.
func (p pace) first(name string, now time.Time, many int) time.Time {
	over := p.interval
	if n := int64(many); n < int64(p.interval/time.Second) {
		over = time.Duration(n) * time.Second
	}
	return now.Round(0).Add(part(over, name, "first"))
}

// next is when an order that was due then is due again: at its place in the
// next interval, a little earlier or later each time.
func (p pace) next(name string, then time.Time) time.Time {
	after := then.Add(p.interval / 2)
	round := after.Truncate(p.interval).Add(part(p.interval, name, "place"))
	if round.Before(after) {
		round = round.Add(p.interval)
	}
	jitter := part(p.interval/20, name, round.UTC().Format(time.RFC3339))
	return round.Add(jitter - p.interval/40)
}

// again is when an order is due whose last look contradicted what is believed.
func (p pace) again(name string, now time.Time) time.Time {
	return now.Round(0).Add(p.confirm).Add(part(p.confirm/4, name, now.UTC().Format(time.RFC3339)))
}

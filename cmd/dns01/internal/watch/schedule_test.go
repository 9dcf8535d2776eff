package watch

import (
	"fmt"
	"testing"
	"time"
)

// Other people's servers, and ours, must not feel a burst: neither at the
// start, nor at the full hour, nor at one in the morning.
func TestLooksAreSpread(t *testing.T) {
	const orders, minutes = 6000, 60
	p := newPace(time.Hour)
	start := time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)
	var perMinute [8 * minutes]int
	for i := range orders {
		name := fmt.Sprintf("host%d.example.com", i)
		due := p.first(name, start, orders)
		for {
			at := int(due.Sub(start) / time.Minute)
			if at >= len(perMinute) {
				break
			}
			perMinute[at]++
			after := p.next(name, due)
			if gap := after.Sub(due); gap < 28*time.Minute || gap > 92*time.Minute {
				t.Fatalf("%s is due at %v and then at %v", name, due, after)
			}
			due = after
		}
	}
	for minute, n := range perMinute {
		if n > 2*orders/minutes {
			t.Errorf("%d looks in minute %d, %d would be even", n, minute, orders/minutes)
		}
	}
	for minute, n := range perMinute[2*minutes:] { // all have come to their places
		if n < orders/minutes/2 {
			t.Errorf("%d looks in minute %d, %d would be even", n, minute+2*minutes, orders/minutes)
		}
	}
}

// Whoever starts a watch over a few orders does not wait an hour to see
// whether it works.
func TestAShortListIsSeenSoon(t *testing.T) {
	p := newPace(6 * time.Hour)
	start := time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)
	for i := range 20 {
		if at := p.first(fmt.Sprint(i), start, 20).Sub(start); at < 0 || at > 20*time.Second {
			t.Errorf("order %d is due after %v", i, at)
		}
	}
}

// A restart must not move an order to another place, or frequent ones would
// look again and again at the same orders.
func TestThePlaceIsTheOrdersOwn(t *testing.T) {
	p := newPace(time.Hour)
	then := time.Date(2026, 11, 25, 1, 7, 0, 0, time.UTC)
	a := p.next("example.com", then)
	if b := p.next("example.com", then.Add(3*time.Minute)); !a.Equal(b) {
		t.Errorf("due at %v, and after a look three minutes later at %v", a, b)
	}
}

func TestAContradictionIsLookedIntoSoon(t *testing.T) {
	now := time.Date(2026, 11, 25, 1, 7, 0, 0, time.UTC)
	for interval, want := range map[time.Duration]time.Duration{time.Hour: 6 * time.Minute, 24 * time.Hour: 10 * time.Minute, 10 * time.Second: time.Second} {
		got := newPace(interval).again("example.com", now).Sub(now)
		if got < want || got > want+want/4 {
			t.Errorf("interval %v: again after %v, want %v and up to a quarter more", interval, got, want)
		}
	}
}

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dns01/check"
	"dns01/resolver/lab"
)

// A watchPlan is a world of zones whose CAA allows the CA and forbids it by
// turns. What is true when follows from it alone.
type watchPlan struct {
	turns    map[string][]time.Duration // by zone: when it changes over; it is allowed at first
	scenario *lab.Scenario
}

// steadyZone is one that never changes.
const steadyZone = "steady.com"

func drawWatch(t *testing.T, r *rand.Rand, within time.Duration) *watchPlan {
	p := &watchPlan{turns: map[string][]time.Duration{steadyZone: nil}}
	var b strings.Builder
	b.WriteString("Zones that change\n-- servers --\nns1.host.net 192.0.2.1 2001:db8:1::53\nns2.host.net 203.0.113.1\n")
	for i := range 3 {
		zone := fmt.Sprintf("zone%d.com", i)
		var at time.Duration
		for range r.IntN(6) {
			// Changes that stay, and some that do not.
			at += within/time.Duration(2+r.IntN(40)) + time.Duration(r.Int64N(int64(within/10)))
			p.turns[zone] = append(p.turns[zone], at)
		}
		fmt.Fprintf(&b, "-- zone %s @ ns1.host.net ns2.host.net --\n%s", zone, turnedZone(0))
		for n, at := range p.turns[zone] {
			fmt.Fprintf(&b, "-- after %s zone %s @ ns1.host.net ns2.host.net --\n%s", at, zone, turnedZone(n+1))
		}
		if p.turns[zone] == nil {
			p.turns[zone] = []time.Duration{}
		}
	}
	fmt.Fprintf(&b, "-- zone %s @ ns1.host.net ns2.host.net --\n%s", steadyZone, turnedZone(0))
	s, err := lab.Parse("watch", []byte(b.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, &b)
	}
	p.scenario = s
	return p
}

// turnedZone is a zone after so many turns.
func turnedZone(n int) string {
	return fmt.Sprintf("@ SOA ns1.host.net. hostmaster %d 7200 3600 1209600 300\n@ CAA 0 issue %q\n", 7+n, []string{"letsencrypt.org", "other.example"}[n%2])
}

// allowed reports whether a name may be ready at some time within a span.
func (p *watchPlan) allowed(name string, from, to time.Duration) bool {
	turns, known := p.turns[name]
	if !known {
		return false
	}
	passed := 0
	for _, at := range turns {
		if at <= from {
			passed++
		} else if at <= to {
			return true // it is both
		}
	}
	return passed%2 == 0
}

// forbidden reports whether a name may be blocked at some time within a span.
func (p *watchPlan) forbidden(name string, from, to time.Duration) bool {
	turns, known := p.turns[name]
	return !known || slices.ContainsFunc(turns, func(at time.Duration) bool { return at > from && at <= to }) || !p.allowed(name, from, to)
}

// A watchedFile is a list as it is now, and what is done to it.
type watchedFile struct {
	name   string
	orders []string      // of the last text that was a list
	intact bool          // that text is what stands there
	since  time.Duration // then
}

// watchedNames are what lists are about; the last is no zone.
var watchedNames = []string{"zone0.com", "zone1.com", "zone2.com", steadyZone, "absent.com"}

// draw is a list of some names, in one of the forms.
func (f *watchedFile) draw(r *rand.Rand) string {
	names := slices.Clone(watchedNames)
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	f.orders = names[:1+r.IntN(len(names))]
	text := strings.Join(f.orders, "\n") + "\n"
	if r.IntN(4) == 0 {
		text += pick(r, "# the end", "https://zone0.com/", f.orders[0]) + "\n"
	}
	return text
}

// put gives the file a text at once or in its place, as of a time.
func (f *watchedFile) put(text string, at time.Time, inPlace bool) error {
	target := f.name
	if !inPlace {
		target += ".new"
	}
	_ = os.RemoveAll(target)
	if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.Chtimes(target, at, at); err != nil {
		return err
	}
	if inPlace {
		return nil
	}
	_ = os.RemoveAll(f.name) // it may be a folder
	return os.Rename(target, f.name)
}

// spoil makes the file one that cannot be read, or is no list.
func (f *watchedFile) spoil(r *rand.Rand, at time.Time) error {
	switch r.IntN(4) {
	case 0:
		return os.RemoveAll(f.name)
	case 1:
		_ = os.RemoveAll(f.name)
		return os.Mkdir(f.name, 0o700)
	case 2:
		return f.put("", at, true)
	}
	return f.put("https://no.order/\n\x00\x00\x00\n", at, true)
}

// A watchedLook is one look at an order.
type watchedLook struct {
	began, ended time.Duration // of the run
	at           string        // it ended, by this host's clock
	verdict      check.Verdict
	fault        bool
}

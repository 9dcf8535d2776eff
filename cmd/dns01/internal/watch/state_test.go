package watch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

// left is the state that a stage has kept.
func (s *stage) left() State {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	state, err := ReadState(s.kept)
	if err != nil {
		s.t.Fatalf("%v in\n%s", err, s.kept)
	}
	return state
}

// Whoever restarts a watch, for an update say, must not call everybody again,
// and still hears when it is mended.
func TestARestartTellsNothingAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		s.set("a.example", check.Blocked)
		end := s.begin()
		time.Sleep(24 * time.Hour)
		s.wantTold("a.example >blocked")
		end()
		time.Sleep(time.Hour)

		s = nextStage(t, s.left(), "a.example", "b.example")
		s.set("a.example", check.Blocked)
		s.wantMetrics(map[string]string{
			blockedSeries("a.example"): "1", `dns01_watch_orders{verdict="ready"}`: "1", `dns01_duration_seconds{ca="",order="a.example"}`: "none",
		})
		if page := s.get("/").Body.String(); !strings.Contains(page, "Seen by the watch before this one; due at") {
			t.Errorf("the page does not say where a verdict is from: %s", page)
		}
		since := s.metric(`dns01_order_verdict_since_timestamp_seconds{ca="",order="a.example"}`)
		end = s.begin()
		time.Sleep(24 * time.Hour)
		s.wantTold()
		if got := s.metric(`dns01_order_verdict_since_timestamp_seconds{ca="",order="a.example"}`); got != since || got == "none" {
			t.Errorf("it is blocked since %s, and was since %s", got, since)
		}
		s.set("a.example", check.Ready)
		time.Sleep(24 * time.Hour)
		s.wantTold("a.example blocked>ready")
		end()
	})
}

// What breaks while no watch looks is a change all the same, and what was seen
// once before counts.
func TestAChangeWhileTheWatchIsDownIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		s.set("b.example", check.Blocked)
		end := s.begin()
		time.Sleep(3 * time.Hour)
		s.wantTold("b.example >blocked")
		end()

		s = nextStage(t, s.left(), "a.example", "b.example")
		s.set("a.example", check.Blocked)
		end = s.begin()
		for s.metric(`dns01_order_verdict_pending{ca="",order="a.example"}`) != "1" {
			time.Sleep(time.Second)
		}
		first := time.Now()
		time.Sleep(2 * time.Second) // it is kept by then
		end()
		time.Sleep(time.Hour)

		s = nextStage(t, s.left(), "a.example", "b.example")
		s.set("a.example", check.Blocked)
		end = s.begin()
		time.Sleep(10 * time.Second)
		s.wantTold("b.example blocked>ready", "a.example ready>blocked")
		if held := s.entries["a.example"].held; held.Sub(first).Abs() > 2*time.Second {
			t.Errorf("it is blocked since %v, and was seen to be %v", held, first)
		}
		end()
	})
}

// A change of which nobody has heard yet is told again, however the watch
// ended; one that was given up is not.
func TestWhatWasNotDeliveredIsToldAfterARestart(t *testing.T) {
	for _, tt := range []struct {
		name    string
		failing int
		after   time.Duration
		want    []string
	}{
		{"while it is tried", 1000, time.Second, []string{"a.example >blocked"}},
		{"once it was given up", 1000, time.Hour, nil},
		{"once it was delivered", 1, time.Hour, nil},
	} {
		for _, killed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, killed %v", tt.name, killed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newStage(t, "a.example")
					s.set("a.example", check.Blocked)
					s.failing = tt.failing
					end := s.begin()
					s.untilTelling()
					time.Sleep(tt.after)
					state := s.left()
					end()
					if !killed {
						state = s.left()
					}
					s = nextStage(t, state, "a.example")
					s.set("a.example", check.Blocked)
					end = s.begin()
					time.Sleep(24 * time.Hour)
					s.wantTold(tt.want...)
					end()
				})
			})
		}
	}
}

// A name that flaps calls nobody because of a restart either.
func TestFlappingOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := Damping{InRow: 1, Unknown: 3 * time.Hour, Most: 4, Window: 12 * time.Hour}
		e := &entry{Order: Order{Name: "a.example"}}
		for _, l := range "rbrbrb" {
			e.see(letters[l], time.Now(), d)
			time.Sleep(time.Hour)
		}
		e.settled = e.standing
		o, known := stateOf(e)
		if !known || !o.Flapping {
			t.Fatalf("%+v", o)
		}
		s := o.standing(time.Now(), d)
		if !s.like(&e.standing) {
			t.Errorf("(-before +after):\n%s", cmp.Diff(fmt.Sprintf("%+v", e.standing), fmt.Sprintf("%+v", s)))
		}
	})
}

// A state that cannot be kept is told of once, and once more when it can be
// again; and it is kept when something changes, not at each look.
func TestKeepingTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example")
		end := s.begin()
		time.Sleep(24 * time.Hour)
		s.mu.Lock()
		if s.saves > 24*12+4 {
			t.Errorf("kept %d times a day", s.saves)
		}
		s.unkept = errors.New("no space left on device")
		s.mu.Unlock()
		time.Sleep(time.Hour)
		s.wantMetrics(map[string]string{"dns01_watch_state_last_save_successful": "0"})
		s.mu.Lock()
		s.unkept = nil
		s.mu.Unlock()
		time.Sleep(time.Hour)
		s.wantMetrics(map[string]string{"dns01_watch_state_last_save_successful": "1"})
		want := []string{
			"what is known was not kept, and a restart would not know it: no space left on device; it is tried again",
			"what is known is kept again",
		}
		end()
		if d := cmp.Diff(want, s.said); d != "" {
			t.Errorf("said (-want +got):\n%s", d)
		}

		next := nextStage(t, s.left(), "b.example")
		end = next.begin()
		time.Sleep(time.Hour)
		end()
		if strings.Contains(string(next.kept), "a.example") || next.left().Size() != 1 {
			t.Errorf("an order that is gone is kept:\n%s", next.kept)
		}
	})
}

const someState = `{"watch_state":1,"tool":"dns01 v1","saved_at":"2026-11-30T01:00:00Z","orders":[
{"order":"a.example","ca":"letsencrypt","verdict":"blocked","since":"2026-11-29T01:00:00Z","told":"blocked","changes":["2026-11-29T01:06:00Z"],"last_success":"2026-11-30T00:59:00Z"},
{"order":"b.example","ca":"letsencrypt","verdict":"ready","since":"2026-11-29T01:00:00Z","told":"ready","pending":{"verdict":"at_risk","since":"2026-11-30T00:59:00Z","same":1,"against":1}}
]}
`

// What is damaged is told from what is somebody else's: that must never be
// written over.
func TestReadState(t *testing.T) {
	if s, err := ReadState([]byte(someState)); err != nil || s.Size() != 2 || !s.SavedAt.Equal(time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)) {
		t.Fatalf("%v, %d orders of %v", err, s.Size(), s.SavedAt)
	}
	change := func(a, b string) string { return strings.Replace(someState, a, b, 1) }
	for _, tt := range []struct {
		name, text, want string
		foreign          bool
	}{
		{"empty", "\n", "it is empty", false},
		{"a list of orders", "example.com\n", "it holds something else than the state of a watch", true},
		{"another JSON", `{"schema":1}`, "it holds something else than the state of a watch", true},
		{"cut off", someState[:200], "it ends too early", false},
		{"garbage inside", change(`"blocked"`, "\x00"), "it is no JSON of this kind", false},
		{"newer", change(`state":1`, `state":2`), "it is of a newer dns01, which writes schema 2", true},
		{"of no schema", change(`state":1`, `state":0`), "its schema is 0", false},
		{"followed by something", someState + "{}", "something follows the JSON object", false},
		{"no name", change(`"a.example"`, `""`), `the order "" has no name`, false},
		{"no such verdict", change(`"blocked"`, `"fine"`), `the order "a.example" has a verdict that there is not`, false},
		{"looks that cannot be", change(`"same":1`, `"same":-1`), `the order "b.example" has a number of looks that cannot be`, false},
		{"flapping for no reason", change(`"told":"ready"`, `"told":"ready","flapping":true`), `the order "b.example" flaps without a change`, false},
	} {
		_, err := ReadState([]byte(tt.text))
		_, foreign := errors.AsType[ErrForeign](err)
		if err == nil || err.Error() != tt.want || foreign != tt.foreign {
			t.Errorf("%s: %v, foreign %v; want %s, %v", tt.name, err, foreign, tt.want, tt.foreign)
		}
	}
}

// Whatever a file holds, a watch that begins with it tells in the end what is
// so.
func FuzzReadState(f *testing.F) {
	f.Add([]byte(someState), "bbrr")
	f.Add([]byte(strings.Replace(someState, `"told":"ready"`, `"told":"ready","flapping":true,"changes":["2100-01-01T00:00:00Z"]`, 1)), "rbrb")
	f.Add([]byte(`{"watch_state":1,"orders":null}`), "?")
	f.Fuzz(func(t *testing.T, data []byte, looks string) {
		state, err := ReadState(data)
		if err != nil {
			return
		}
		d := Damping{InRow: 2, Unknown: 3 * time.Hour, Most: 4, Window: 12 * time.Hour}
		at := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
		for name, o := range state.orders {
			s := o.standing(at, d)
			heard, now := s.told, at
			see := func(v check.Verdict) {
				now = now.Add(time.Hour)
				if x, tell := s.see(v, now, d); tell {
					heard = x.To
				}
			}
			for _, l := range looks {
				if v, ok := letters[l]; ok {
					see(v)
				}
			}
			for range 40 {
				see(check.Blocked)
			}
			if (heard != check.Blocked && s.told != check.Blocked) || s.flapping || s.pending() || len(s.changes) > d.Most {
				t.Errorf("%q: told %q, %+v", name, heard, s)
			}
		}
	})
}

package watch

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"dns01/check"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The whole of it: a name that breaks is told once, its metrics change, and
// when it is mended that is told once too.
func TestAChangeIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		end := s.begin()
		time.Sleep(3 * time.Hour)
		s.wantTold()
		s.wantMetrics(map[string]string{blockedSeries("a.example"): "0", `dns01_watch_orders{verdict="ready"}`: "2"})
		s.set("a.example", check.Blocked)
		time.Sleep(24 * time.Hour)
		s.wantTold("a.example ready>blocked")
		s.wantMetrics(map[string]string{
			blockedSeries("a.example"): "1", blockedSeries("b.example"): "0", `dns01_watch_orders{verdict="blocked"}`: "1",
			`dns01_watch_notifications_total{kind="webhook",result="delivered"}`: "1", `dns01_watch_verdict_changes_total{to="blocked"}`: "1",
		})
		s.set("a.example", check.Ready)
		time.Sleep(24 * time.Hour)
		s.wantTold("a.example ready>blocked", "a.example blocked>ready")
		end()
	})
}

// A change is confirmed long before the next interval.
func TestAChangeIsBelievedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example")
		end := s.begin()
		time.Sleep(2 * time.Hour)
		s.set("a.example", check.Blocked)
		for s.metric(`dns01_order_verdict_pending{ca="",order="a.example"}`) != "1" {
			time.Sleep(time.Minute)
		}
		s.wantTold()
		time.Sleep(9 * time.Minute)
		s.wantTold("a.example ready>blocked")
		end()
	})
}

// A webhook that is away for a while gets every change all the same, and only
// once.
func TestAFailedDeliveryIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		s.failing = webhookTries - 1
		s.set("a.example", check.Blocked)
		end := s.begin()
		time.Sleep(24 * time.Hour)
		s.wantTold("a.example >blocked")
		s.mu.Lock()
		s.failing = 10 * webhookTries
		s.mu.Unlock()
		s.set("b.example", check.Blocked)
		time.Sleep(24 * time.Hour)
		s.wantTold("a.example >blocked")
		s.wantMetrics(map[string]string{
			`dns01_watch_notifications_total{kind="webhook",result="retried"}`:   "10",
			`dns01_watch_notifications_total{kind="webhook",result="failed"}`:    "1",
			`dns01_watch_notifications_total{kind="webhook",result="delivered"}`: "1",
			`dns01_watch_notifications_waiting{kind="webhook"}`:                  "0",
		})
		end()
	})
}

// Orders come and go while the watch goes on; those that stay keep what is
// known of them.
func TestTheListIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		end := s.begin()
		time.Sleep(2 * time.Hour)
		before := s.looks("a.example")
		s.mu.Lock()
		s.verdict["c.example"] = check.Blocked
		s.list = List{Orders: []Order{s.order("a.example", ""), s.order("c.example", "")}, Rejected: []string{"line 3: no"}, Wrong: 1}
		s.changed = true
		s.mu.Unlock()
		time.Sleep(20 * time.Second)
		if s.looks("a.example") > before+1 || s.looks("c.example") == 0 {
			t.Errorf("looks: %d at a.example, %d before; %d at c.example", s.looks("a.example"), before, s.looks("c.example"))
		}
		s.wantMetrics(map[string]string{
			`dns01_watch_orders{verdict="ready"}`: "1", `dns01_watch_list_rejected_lines`: "1",
			`dns01_watch_list_reloads_total{result="success"}`: "2",
			`dns01_order_ready{ca="",order="b.example"}`:       "none", `dns01_order_ready{ca="",order="a.example"}`: "1",
		})
		if got := s.get("/report/b.example").Code; got != http.StatusNotFound {
			t.Errorf("the report of an order that is gone: %d", got)
		}

		s.mu.Lock()
		s.unread = errors.New("no such file")
		s.mu.Unlock()
		s.hangup <- struct{}{}
		synctest.Wait()
		s.wantMetrics(map[string]string{
			`dns01_watch_list_last_reload_successful`: "0", `dns01_watch_list_reloads_total{result="failure"}`: "1", `dns01_watch_orders{verdict="ready"}`: "1",
		})
		if r := s.get("/healthz"); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "cannot be read again") {
			t.Errorf("%d %s", r.Code, r.Body)
		}
		s.mu.Lock()
		s.unread = nil
		s.mu.Unlock()
		s.hangup <- struct{}{}
		synctest.Wait()
		s.wantMetrics(map[string]string{`dns01_watch_list_last_reload_successful`: "1"})
		time.Sleep(time.Hour)
		s.wantTold("c.example >blocked")
		end()
	})
}

// An order that asks for something else under its old name is looked at anew,
// and what an older look brings is forgotten.
func TestAnOrderThatChangesIsLookedAtAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example")
		s.slow = 20 * time.Second
		end := s.begin()
		time.Sleep(5 * time.Second) // the first look is under way
		s.mu.Lock()
		s.list = List{Orders: []Order{s.order("a.example", "other")}}
		s.mu.Unlock()
		s.hangup <- struct{}{}
		time.Sleep(17 * time.Second)
		if r := s.get("/report/a.example"); r.Code != http.StatusServiceUnavailable || r.Header().Get("Retry-After") == "" {
			t.Errorf("%d %s", r.Code, r.Body)
		}
		time.Sleep(20 * time.Second)
		if got := s.looks("a.example"); got != 2 || s.get("/report/a.example").Code != http.StatusOK {
			t.Errorf("%d looks, report: %s", got, s.get("/report/a.example").Body)
		}
		end()
	})
}

// A fault in one order must not end the watch over the others.
func TestAFaultIsOutlived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		s.set("a.example", "panic")
		s.set("b.example", check.Blocked)
		end := s.begin()
		time.Sleep(time.Hour)
		s.wantTold("b.example >blocked")
		if s.metric("dns01_watch_faults_total") == "0" || !strings.Contains(strings.Join(s.lines()[:2], ""), "an odd answer") {
			t.Errorf("said: %.300q", s.lines())
		}
		if s.get("/report/a.example").Code != http.StatusOK || !strings.Contains(strings.Join(s.lines(), ""), "broke down") {
			t.Errorf("there is no report that says why: %.300q", s.lines())
		}
		end()
	})
}

// What a look saw may be read, and break its page: that costs that order alone,
// too.
func TestAPageThatBreaksIsOutlived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		s.set("a.example", "odd page")
		s.set("b.example", check.Blocked)
		end := s.begin()
		time.Sleep(time.Hour)
		s.wantTold("b.example >blocked")
		if s.metric("dns01_watch_faults_total") == "0" || !strings.Contains(strings.Join(s.lines(), ""), "a.example: a fault of dns01 itself") {
			t.Errorf("said: %.300q", s.lines())
		}
		if page := s.get("/report/a.example"); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "unknown") {
			t.Errorf("report: %d %.300s", page.Code, page.Body)
		}
		end()
	})
}

// A clock that is set back must not let the watch sleep until it has caught up,
// nor one that is set forward let it go on sleeping.
func TestAClockThatIsSetMakesNoLookLate(t *testing.T) {
	for _, by := range []time.Duration{-20 * time.Minute, -3 * 365 * 24 * time.Hour, 30 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, "a.example", "b.example")
				begun := time.Now()
				s.c.Now = func() time.Time {
					if time.Since(begun) < 3*time.Hour {
						return time.Now()
					}
					return time.Now().Round(0).Add(by)
				}
				end := s.begin()
				time.Sleep(3*time.Hour + 10*time.Minute)
				before := s.looks("a.example")
				time.Sleep(100 * time.Minute)
				if got := s.looks("a.example") - before; got < 1 || got > 3 {
					t.Errorf("%d looks within 100 minutes", got)
				}
				if s.get("/healthz").Code != http.StatusOK {
					t.Errorf("healthz: %s", s.get("/healthz").Body)
				}
				end()
			})
		})
	}
}

// When nothing can be seen any more, that is told once it lasts.
func TestAWatchThatSeesNothingSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example")
		end := s.begin()
		time.Sleep(2 * time.Hour)
		s.set("a.example", check.Unknown)
		time.Sleep(2 * time.Hour)
		s.wantTold()
		time.Sleep(4 * time.Hour)
		s.wantTold("a.example ready>unknown")
		if s.get("/healthz").Code != http.StatusOK {
			t.Error("a watch that looks is healthy, whatever it sees")
		}
		end()
	})
}

// Whoever restarts what is stuck has to be told that it is, and why.
func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		want := func(code int, word string) {
			t.Helper()
			if r := s.get("/healthz"); r.Code != code || !strings.Contains(r.Body.String(), word) {
				t.Errorf("%d %s, want %d and %q", r.Code, r.Body, code, word)
			}
		}
		want(http.StatusOK, "no look has ended yet")
		time.Sleep(70 * time.Minute)
		want(http.StatusServiceUnavailable, "looks have stopped")
		s.wantMetrics(map[string]string{"dns01_watch_healthy": "0"})

		end := s.begin()
		time.Sleep(time.Minute)
		want(http.StatusOK, "ok: 2 orders every 1h0m0s")
		s.mu.Lock()
		s.slow = 9 * time.Hour // longer than any deadline
		s.mu.Unlock()
		time.Sleep(4 * time.Hour)
		want(http.StatusServiceUnavailable, "a look is under way for")
		end()
		want(http.StatusServiceUnavailable, "stopping")
	})
}

// Too many orders for the looks that may be under way is another fault than a
// watch that stands still.
func TestHealthOfTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var names []string
		for i := range 700 {
			names = append(names, fmt.Sprintf("host%d.example", i))
		}
		s := newStage(t, names...)
		s.slow = 29 * time.Second
		end := s.begin()
		time.Sleep(3 * time.Hour)
		if r := s.get("/healthz"); r.Code != http.StatusServiceUnavailable || !strings.Contains(r.Body.String(), "too many for --jobs 4") {
			t.Errorf("%d %s", r.Code, r.Body)
		}
		end()
	})
}

// A watch that is ended forgets the looks that it breaks off, and still tells
// what it has to tell.
func TestTheEndIsGraceful(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example", "b.example")
		s.set("a.example", check.Blocked)
		end := s.begin()
		s.untilTelling()
		looks := s.metric(`dns01_watch_checks_total{verdict="unknown"}`)
		begun := time.Now()
		end()
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("the end took %v", took)
		}
		s.wantTold("a.example >blocked")
		s.wantMetrics(map[string]string{
			`dns01_watch_checks_total{verdict="unknown"}`: looks, `dns01_watch_checks_running`: "0",
			`dns01_watch_notifications_waiting{kind="webhook"}`: "0",
		})
	})
}

// A webhook that never answers must not keep the watch from ending.
func TestTheEndDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "a.example")
		s.failing = 1000
		s.set("a.example", check.Blocked)
		end := s.begin()
		s.untilTelling()
		begun := time.Now()
		end()
		if took := time.Since(begun); took > 6*time.Second {
			t.Errorf("the end took %v", took)
		}
		if said := s.lines(); !strings.Contains(strings.Join(said[len(said)-2:], ""), "not delivered") {
			t.Errorf("said %q", said)
		}
	})
}

package watch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A stage is a watch over orders whose verdicts a test decides.
type stage struct {
	*Watcher
	t     *testing.T
	serve http.Handler

	mu      sync.Mutex
	verdict map[string]check.Verdict // by name
	looked  map[string]int
	said    []string
	told    []string
	list    List
	changed bool
	unread  error
	hangup  chan struct{}
	failing int // how many deliveries still fail
	slow    time.Duration
	kept    []byte // the state
	saves   int
	unkept  error
}

// order is one of the stage's.
func (s *stage) order(name, mark string) Order {
	return Order{Name: name, Identifiers: []string{name}, Mark: mark, Look: func(ctx context.Context) report.Report {
		s.mu.Lock()
		s.looked[name]++
		v, slow := s.verdict[name], s.slow
		s.mu.Unlock()
		if !sleep(ctx, 40*time.Millisecond+slow) || v == "panic" {
			if v == "panic" {
				panic("an odd answer")
			}
			return resultOf(name, check.Unknown)
		}
		return resultOf(name, v)
	}, Unseen: func(reason string) report.Report {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.said = append(s.said, reason)
		return resultOf(name, check.Unknown)
	}}
}

func resultOf(name string, v check.Verdict) report.Report {
	r := report.Report{
		Tool:   report.Tool{Name: "dns01", Version: "test"},
		Survey: &survey.Survey{Started: time.Now(), Queries: survey.Queries{Total: 7, UDP: 5, TCP: 2}},
		Result: check.Result{Verdict: v, Identifiers: []check.IdentifierResult{{Identifier: name, Verdict: v}}},
	}
	if v == "odd page" {
		r.Survey.Zones = []*survey.Zone{nil}
	}
	return r
}

// newStage is a watch over orders, an hour apart. It has to be run in a bubble.
func newStage(t *testing.T, names ...string) *stage { return nextStage(t, State{}, names...) }

// nextStage is one that begins with the state of another.
func nextStage(t *testing.T, state State, names ...string) *stage {
	s := &stage{t: t, verdict: map[string]check.Verdict{}, looked: map[string]int{}, hangup: make(chan struct{})}
	for _, n := range names {
		s.verdict[n] = check.Ready
		s.list.Orders = append(s.list.Orders, s.order(n, ""))
	}
	w, err := New(Config{
		Interval: time.Hour, Deadline: 30 * time.Second, Jobs: 4,
		Damping: Damping{InRow: 2, Unknown: 3 * time.Hour, Most: 4, Window: 12 * time.Hour},
		Load:    s.load, Poll: 10 * time.Second, Hangup: s.hangup,
		Sinks: []Sink{{Kind: "webhook", Name: "the webhook", Tries: webhookTries, Send: s.send}},
		Grace: 5 * time.Second, State: state, Save: s.save, Now: time.Now, Tool: report.Tool{Name: "dns01", Version: "test"},
		Say: func(text string) { s.mu.Lock(); defer s.mu.Unlock(); s.said = append(s.said, text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Watcher, s.serve = w, w.Handler()
	return s
}

func (s *stage) load(force bool) (List, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := s.changed || force
	s.changed = false
	if !changed {
		return List{}, false, nil
	}
	return s.list, changed, s.unread
}

func (s *stage) save(state []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unkept == nil {
		s.kept = state
		s.saves++
	}
	return s.unkept
}

func (s *stage) send(ctx context.Context, n Notice) error {
	if !sleep(ctx, 100*time.Millisecond) {
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing > 0 {
		s.failing--
		return errors.New("connection refused")
	}
	s.told = append(s.told, fmt.Sprintf("%s %s>%s", n.Order, n.From, n.To))
	return nil
}

func (s *stage) set(name string, v check.Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verdict[name] = v
}

// looks is how often an order was looked at.
func (s *stage) looks(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looked[name]
}

// lines are what was said.
func (s *stage) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.said)
}

// begin runs the watch; the function that it returns ends it.
func (s *stage) begin() (end func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	return func() { cancel(); <-done }
}

// get asks the handler.
func (s *stage) get(path string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	rw := httptest.NewRecorder()
	s.serve.ServeHTTP(rw, r)
	return rw
}

// metric is a line of /metrics, without the series' name.
func (s *stage) metric(series string) string {
	for line := range strings.Lines(s.get("/metrics").Body.String()) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "none"
}

// untilTelling waits until a change is on its way.
func (s *stage) untilTelling() {
	for s.notices[0].size() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
}

func (s *stage) wantTold(want ...string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := cmp.Diff(want, s.told); d != "" {
		s.t.Errorf("told (-want +got):\n%s", d)
	}
}

func (s *stage) wantMetrics(want map[string]string) {
	s.t.Helper()
	for series, value := range want {
		if got := s.metric(series); got != value {
			s.t.Errorf("%s is %s, want %s", series, got, value)
		}
	}
}

func blockedSeries(name string) string {
	return `dns01_order_verdict{ca="",order="` + name + `",verdict="blocked"}`
}

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

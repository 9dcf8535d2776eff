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
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

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

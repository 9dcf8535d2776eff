package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dns01/check"
	"dns01/cmd/dns01/internal/watch"
	"dns01/report"
)

// A watch outlives what happens to it, tells each change once, and does not
// say that all is well when it is not.
func TestChaosWatch(t *testing.T) {
	b := newChaosBench(t)
	b.slow = 20
	playChaos(t, b, 6, chaosBeside(), (*chaosBench).playWatch)
}

// A chaosWatch is a watch under way.
type chaosWatch struct {
	*watchPlan
	r        *trial
	rng      *rand.Rand
	schema   reportSchema
	begun    time.Time
	clock    func() time.Time
	serve    http.Handler
	interval time.Duration
	deadline time.Duration
	inRow    int
	calm     bool // the list is left alone
	list     watchedFile
	hangup   chan struct{}

	mu      sync.Mutex
	looks   map[string][]watchedLook
	under   map[string]time.Duration // looks under way, since when
	faults  int
	lists   []time.Duration // when the list was changed, or could have been
	sends   map[string]int  // of a notice
	got     map[string]int  // likewise, that were delivered
	told    []watch.Notice  // in the order of their first sending
	toldAt  []time.Duration
	trouble string
	ending  bool
}

func (b *chaosBench) playWatch(t *testing.T, seed uint64) *trial {
	r := &trial{notes: map[string]int{}}
	rng := chanceOf(seed)
	c := &chaosWatch{
		r: r, rng: rng, schema: b.schema, inRow: 1 + rng.IntN(3), deadline: 30 * time.Second, calm: rng.IntN(2) == 0,
		interval: []time.Duration{2 * time.Minute, 10 * time.Minute, time.Hour}[rng.IntN(3)],
		list:     watchedFile{name: filepath.Join(b.dir, "orders.txt")},
		looks:    map[string][]watchedLook{}, under: map[string]time.Duration{}, sends: map[string]int{}, got: map[string]int{},
	}
	span := c.interval * time.Duration(5+rng.IntN(25))
	c.watchPlan = drawWatch(t, rng, span)
	r.mishap = mishap{seed: seed, kind: "watch", world: "made", full: -1, stretch: max(1, span/(8*time.Second))}
	r.draw(rng, append(c.scenario.Hosts(), "ns1.host.net", "ns2.host.net", "ns1.host.net", "ns2.host.net"))
	for i, a := range r.args {
		if a == "--deadline" {
			c.deadline, _ = time.ParseDuration(r.args[i+1]) // as it was drawn
		}
	}
	for i := range r.steps { // by hours and by years
		r.steps[i].by *= time.Duration(1 + rng.IntN(3)*rng.IntN(5000))
	}
	r.args = append(r.args, "--interval", c.interval.String(), "--damping", fmt.Sprint(c.inRow), "--jobs", pick(rng, "1", "2", "16"))
	r.setting = []string{fmt.Sprintf("for %s, zones turn at %v", span, c.turns)}
	c.play(t, span)
	return r
}

// play runs the watch for its span, and does things to it meanwhile.
func (c *chaosWatch) play(t *testing.T, span time.Duration) {
	s, err := c.scenario.With(fmt.Sprintf("watch, seed %d", c.r.seed), c.r.faults, c.r.network)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, x, clock, err := chaosWorld(s, c.r.mishap)
		if err != nil {
			t.Fatal(err)
		}
		w.now, c.clock, c.begun = clock, clock, time.Now()
		c.hangup = make(chan struct{}) // of this bubble
		if err := c.list.put(c.list.draw(c.rng), time.Now(), false); err != nil {
			t.Fatal(err)
		}
		c.list.intact = true
		p, _, stderr := newProgram(t)
		p.now, p.world, p.rand = clock, w, chanceOf(c.r.seed)
		p.hangup = func(context.Context) <-chan struct{} { return c.hangup }
		before := len(companions())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		watcher, err := c.watcher(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		c.serve = watcher.Handler()
		done := make(chan struct{})
		go func() { defer close(done); watcher.Run(ctx) }()
		c.happen(t, span)
		c.mu.Lock()
		c.ending = true
		c.mu.Unlock()
		ended := time.Now()
		cancel()
		<-done
		if took := time.Since(ended); took > graceToTell+leeway {
			c.r.breaks("told to end, it took %s", took)
		}
		synctest.Wait()
		if left := companions(); len(left) > before {
			c.r.breaks("goroutines are left:\n%s", strings.Join(left, "\n\n"))
		}
		c.r.paced(x.traffic)
		if status, text := c.get("/healthz"); status != http.StatusServiceUnavailable || !strings.HasPrefix(text, "stopping") {
			c.r.breaks("it has ended, and healthz says %d %q", status, text)
		}
		c.delivered(stderr.String())
	})
	c.r.notes["changes told"] += len(c.told)
	for _, looks := range c.looks {
		for _, l := range looks {
			c.r.notes[fmt.Sprintf("%s: looks that end %s", c.r.side(), l.verdict)]++
		}
	}
}

// watcher is what the command would run, with looks and posts that are noted
// down, and sometimes fail.
func (c *chaosWatch) watcher(ctx context.Context, p *program) (*watch.Watcher, error) {
	f := newWatchFlags()
	if err := f.parse(slices.Concat([]string{"--listen", "none", "--webhook", "https://chat.example.net/", c.list.name}, c.r.args)); err != nil {
		return nil, err
	}
	o, err := p.watchOptions(ctx, f)
	if err != nil {
		return nil, err
	}
	o.sinks[0].Send = c.send
	plain := o.list.make
	o.list.make = func(q orderLine) watch.Order {
		w := plain(q)
		look := w.Look
		w.Look = func(ctx context.Context) report.Report { return c.look(ctx, q.names[0], look) }
		return w
	}
	return p.newWatch(ctx, o)
}

func (c *chaosWatch) elapsed() time.Duration { return time.Since(c.begun) }

// look notes a look, which may hit a fault of ours.
func (c *chaosWatch) look(ctx context.Context, name string, look func(context.Context) report.Report) report.Report {
	l := watchedLook{began: c.elapsed()}
	c.mu.Lock()
	c.under[name] = l.began
	l.fault = c.trouble == "fault"
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.under, name)
		if ctx.Err() != nil {
			return // broken off
		}
		l.ended, l.at = c.elapsed(), c.clock().UTC().Format(time.RFC3339)
		c.looks[name] = append(c.looks[name], l)
		if l.fault {
			c.faults++
		}
	}()
	if l.verdict = check.Unknown; l.fault {
		panic("a fault that was made on purpose")
	}
	r := look(ctx)
	l.verdict = r.Result.Verdict
	return r
}

// send is the webhook.
func (c *chaosWatch) send(ctx context.Context, n watch.Notice) error {
	c.mu.Lock()
	if c.sends[n.ID]++; c.sends[n.ID] == 1 {
		c.told, c.toldAt = append(c.told, n), append(c.toldAt, c.elapsed())
	}
	trouble := c.trouble
	c.mu.Unlock()
	switch trouble {
	case "refused":
		return errors.New("the answer was 500")
	case "hanging":
		sleep(ctx, 10*time.Second)
		return errors.New("no answer within 10s")
	case "slow":
		if !sleep(ctx, 9*time.Second) {
			return ctx.Err()
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got[n.ID]++
	return nil
}

// happen lets things happen until the span is over.
func (c *chaosWatch) happen(t *testing.T, span time.Duration) {
	for end := c.begun.Add(span); ; {
		pause := min(time.Duration(1+c.rng.Int64N(int64(c.interval))), time.Until(end))
		if pause <= 0 {
			return
		}
		time.Sleep(pause)
		synctest.Wait()
		switch what := c.rng.IntN(8); {
		case what == 0 && !c.calm:
			c.change(t)
		case what == 1 && !c.calm:
			c.ask()
		case what == 2:
			c.mu.Lock()
			c.trouble = pick(c.rng, "", "", "", "", "refused", "hanging", "slow", "fault")
			c.mu.Unlock()
		default:
			c.visit(t)
		}
	}
}

// change does something to the list.
func (c *chaosWatch) change(t *testing.T) {
	c.list.intact = true
	var err error
	switch c.rng.IntN(4) {
	case 0:
		c.list.intact = false
		err = c.list.spoil(c.rng, time.Now())
	case 1: // half of it, and the rest before anybody believes it
		text := c.list.draw(c.rng)
		err = c.list.put(text[:c.rng.IntN(len(text))], time.Now(), true)
		time.Sleep(time.Duration(1+c.rng.IntN(8)) * time.Second)
		err = errors.Join(err, c.list.put(text, time.Now(), true))
	default:
		err = c.list.put(c.list.draw(c.rng), time.Now(), c.rng.IntN(2) == 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.list.since = c.elapsed()
	c.noteLists()
}

// noteLists notes that the watch may have another list from now on.
func (c *chaosWatch) noteLists() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists = append(c.lists, c.elapsed())
}

// ask sends a hangup.
func (c *chaosWatch) ask() {
	c.hangup <- struct{}{}
	synctest.Wait()
	c.noteLists()
	if c.list.intact {
		c.follows()
	}
}

func (c *chaosWatch) get(path string) (int, string) {
	rw := httptest.NewRecorder()
	c.serve.ServeHTTP(rw, httptest.NewRequest(http.MethodGet, path, nil))
	return rw.Code, rw.Body.String()
}

// visit looks at everything that is served.
func (c *chaosWatch) visit(t *testing.T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.metrics()
	if m == nil {
		return
	}
	c.healthy(m)
	for _, name := range watchedNames {
		c.visitOrder(m, name)
	}
	if c.settled() {
		c.follows()
	}
}

// settled reports whether a list stands there for so long that it is followed.
func (c *chaosWatch) settled() bool {
	return c.list.intact && c.elapsed()-c.list.since > 2*min(c.interval, pollList)+time.Second
}

// follows wants the orders of the list to be those that are watched.
func (c *chaosWatch) follows() {
	for _, name := range watchedNames {
		status, _ := c.get("/report/" + name)
		if listed := slices.Contains(c.list.orders, name); listed != (status != http.StatusNotFound) {
			c.r.breaks("after %s: %s is on the list: %t, and its report is answered with %d", c.elapsed(), name, listed, status)
		}
	}
	if status, page := c.get("/"); status != http.StatusOK || !strings.Contains(page, `"report/`+c.list.orders[0]+`"`) {
		c.r.breaks("after %s: the page of orders is answered with %d and has no %s:\n%s", c.elapsed(), status, c.list.orders[0], page)
	}
}

// delivered wants each notice to be delivered once, or told to be lost.
func (c *chaosWatch) delivered(stderr string) {
	m := c.metrics()
	changes := m.sum("dns01_watch_verdict_changes_total")
	done := m["dns01_watch_notifications_total"].of("result", "delivered")
	failed := m["dns01_watch_notifications_total"].of("result", "failed")
	waiting := m.sum("dns01_watch_notifications_waiting")
	got := 0
	for id, n := range c.got {
		if got += n; n > 1 {
			c.r.breaks("the notice %s was delivered %d times", id, n)
		}
	}
	if float64(got) != done || done+failed+waiting != changes {
		c.r.breaks("%v changes, %v delivered (in truth %d), %v failed, %v waiting", changes, done, got, failed, waiting)
	}
	if lost := strings.Contains(stderr, "were not delivered in time are lost"); waiting > 0 && !lost {
		c.r.breaks("%v changes wait at the end, and nobody is told", waiting)
	}
	if said := strings.Count(stderr, "was not delivered after"); float64(said) != failed {
		c.r.breaks("%v changes could not be delivered, and %d are told", failed, said)
	}
	if faults := m.sum("dns01_watch_faults_total"); faults != float64(c.faults) {
		c.r.breaks("%d faults, and %v are counted", c.faults, faults)
	}
	c.chained()
}

// chained wants what was told of an order to follow from its looks.
func (c *chaosWatch) chained() {
	last := map[string]watch.Notice{}
	for _, n := range c.told {
		var body struct{ At, ID string }
		if err := errors.Join(c.schema.check("transition", n.Body), json.Unmarshal(n.Body, &body)); err != nil || body.ID != n.ID {
			c.r.breaks("the notice %s: %v in %s", n.ID, err, n.Body)
			continue
		}
		seen := slices.ContainsFunc(c.looks[n.Order], func(l watchedLook) bool { return string(l.verdict) == n.To && l.at == body.At })
		if !seen {
			c.r.breaks("told that %s is %s at %s, which no look saw then", n.Order, n.To, body.At)
		}
		before, some := last[n.Order]
		switch {
		case n.Kind == report.Changed && n.From == n.To:
			c.r.breaks("told that %s changes from %s to %s", n.Order, n.From, n.To)
		case some && n.From != before.To && len(c.lists) == 0:
			c.r.breaks("told that %s changes from %q to %s, and was told that it is %s", n.Order, n.From, n.To, before.To)
		case !some && n.From != "" && n.From != "ready":
			c.r.breaks("told that %s changes from %s, which nobody was told", n.Order, n.From)
		}
		last[n.Order] = n
	}
	c.stays(last)
}

// stays wants the last thing told of an order to be what its looks have seen
// long enough, where the list has not changed since.
func (c *chaosWatch) stays(last map[string]watch.Notice) {
	since := time.Duration(0)
	if len(c.lists) > 0 {
		since = c.lists[len(c.lists)-1] + 30*time.Second
	}
	for _, name := range c.list.orders {
		looks := slices.DeleteFunc(slices.Clone(c.looks[name]), func(l watchedLook) bool { return l.began < since })
		same := 0
		for _, l := range slices.Backward(looks) {
			if l.verdict != looks[len(looks)-1].verdict {
				break
			}
			same++
		}
		// Six intervals without a change end what is taken for flapping.
		if same < c.inRow+2 || looks[len(looks)-1].ended-looks[len(looks)-same].ended < 8*c.interval || looks[len(looks)-1].verdict == check.Unknown {
			continue
		}
		v := string(looks[len(looks)-1].verdict)
		if n, some := last[name]; some && n.To != v || !some && v != "ready" {
			c.r.breaks("%s is %s in %d looks, and what was told last is %q", name, v, same, n.To)
		}
		c.r.notes["orders that stay as they were told"]++
	}
}

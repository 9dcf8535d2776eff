package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"dns01/cmd/dns01/internal/watch"
	"dns01/resolver/lab"
)

// watchedWorld is a week in the life of two zones: CAA forbids the CA from the
// second day to the third, the signatures of the other zone are not renewed.
const watchedWorld = `A week

-- target --
a.com
-- servers --
ns1.a.com 192.0.2.1 2001:db8:1::53
ns1.b.com 192.0.2.2 2001:db8:2::53
-- zone a.com @ ns1.a.com --
@ CAA 0 issue "letsencrypt.org"
-- after 24h zone a.com @ ns1.a.com --
@ CAA 0 issue "other.example"
-- after 48h zone a.com @ ns1.a.com --
@ CAA 0 issue "letsencrypt.org"
-- zone b.com @ ns1.b.com --
@ CAA 0 issue "letsencrypt.org"
-- sign --
b.com expiration=+5d
`

// A watchRun is a watch over a made-up world, in virtual time.
type watchRun struct {
	*watch.Watcher
	t      *testing.T
	world  *lab.World
	serve  http.Handler
	mu     sync.Mutex
	told   []watch.Notice
	stderr *strings.Builder
	hangup chan struct{}
	end    func()
}

// watchIn begins a watch; it has to be ended. What would be posted is kept.
func watchIn(t *testing.T, text string, args ...string) *watchRun {
	t.Helper()
	s, err := lab.Parse("watched", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, err := labWorld(s)
	if err != nil {
		t.Fatal(err)
	}
	r := watchOver(t, w, args...)
	r.world = w.exchanger.(*lab.World)
	return r
}

// watchOver begins a watch over a world that exists, likewise.
func watchOver(t *testing.T, w world, args ...string) *watchRun {
	t.Helper()
	p, _, _ := newProgram(t)
	r := &watchRun{t: t, stderr: &strings.Builder{}, hangup: make(chan struct{})}
	p.stderr, p.now, p.rand, p.world = r.stderr, time.Now, unchanging(), w
	p.hangup = func(context.Context) <-chan struct{} { return r.hangup }
	f := newWatchFlags()
	if err := f.parse(append([]string{"--listen", "none", "--webhook", "https://chat.example.net/"}, args...)); err != nil {
		t.Fatal(err)
	}
	o, err := p.watchOptions(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	o.sinks[0].Send = func(_ context.Context, n watch.Notice) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.told = append(r.told, n)
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	if r.Watcher, err = p.newWatch(ctx, o); err != nil {
		t.Fatal(err)
	}
	r.serve = r.Handler()
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	r.end = func() { cancel(); <-done }
	return r
}

func (r *watchRun) get(path string, head ...string) (int, string) {
	q := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(head); i += 2 {
		q.Header.Set(head[i], head[i+1])
	}
	rw := httptest.NewRecorder()
	r.serve.ServeHTTP(rw, q)
	return rw.Code, rw.Body.String()
}

// metric is the value of a series.
func (r *watchRun) metric(series string) string {
	_, page := r.get("/metrics")
	for line := range strings.Lines(page) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "none"
}

func (r *watchRun) wantTold(want ...string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var got []string
	for _, n := range r.told {
		got = append(got, n.Order+" "+n.From+">"+n.To)
	}
	if d := cmp.Diff(want, got); d != "" {
		r.t.Errorf("told (-want +got):\n%s", d)
	}
}

func listOf(t *testing.T, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "orders.txt")
	write(t, file, strings.Join(lines, "\n")+"\n")
	return file
}

// A week in which a zone is edited twice and signatures run out: each change
// is told once, the metrics follow, and the memory that the watch holds does
// not grow.
func TestWatchOfAWeek(t *testing.T) {
	list := listOf(t, "a.com *.a.com", "b.com")
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, list)
		defer r.end()
		blocked := `dns01_order_verdict{ca="letsencrypt",order="a.com",verdict="blocked"}`
		time.Sleep(23 * time.Hour)
		r.wantTold()
		if got := r.metric(blocked); got != "0" {
			t.Errorf("before the edit, blocked is %s", got)
		}
		before, lines := heapInUse(), len(r.world.Log())

		time.Sleep(3 * time.Hour)
		r.wantTold("a.com ready>blocked")
		if got, forbids := r.metric(blocked), r.metric(`dns01_findings{ca="letsencrypt",id="caa-forbids",order="a.com",severity="error"}`); got != "1" || forbids == "none" {
			t.Errorf("after the edit, blocked is %s, caa-forbids %s", got, forbids)
		}
		time.Sleep(24 * time.Hour)
		r.wantTold("a.com ready>blocked", "a.com blocked>ready")

		left := r.metric(`dns01_signature_left_seconds{ca="letsencrypt",order="b.com"}`)
		if got, err := strconv.ParseFloat(left, 64); err != nil || math.Round(got) != math.Round((5*24*time.Hour-r.world.Elapsed()).Seconds()) {
			t.Errorf("signatures end in %s s, %v after the world began", left, r.world.Elapsed())
		}
		time.Sleep(6*24*time.Hour - 50*time.Hour)
		r.wantTold("a.com ready>blocked", "a.com blocked>ready", "b.com ready>blocked")
		time.Sleep(24 * time.Hour)
		r.wantTold("a.com ready>blocked", "a.com blocked>ready", "b.com ready>blocked")

		// The world keeps a log of what it was asked.
		log := uint64(len(r.world.Log())-lines) * 3 * uint64(unsafe.Sizeof(lab.Arrival{}))
		if after := heapInUse(); after > before+before/10+log {
			t.Errorf("the heap has grown from %d KiB at day 1 to %d KiB at day 7, of which %d KiB can be the log", before>>10, after>>10, log>>10)
		}
	})
}

// heapInUse is what is reachable, in octets.
func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What is posted has all that somebody needs who is woken up by it, as the
// schema says.
func TestWatchTells(t *testing.T) {
	schema := newReportSchema(t)
	list := listOf(t, `{"id":"shop","names":["a.com"]}`)
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, list)
		time.Sleep(26 * time.Hour)
		r.end()
		if len(r.told) != 1 {
			t.Fatalf("told %d times", len(r.told))
		}
		schema.holds(t, "transition", r.told[0].Body)
		var x struct {
			Text, From, To string
			Findings       []struct{ ID string }
			Problems       []struct{ Type string } `json:"predicted_errors"`
		}
		if err := json.Unmarshal(r.told[0].Body, &x); err != nil {
			t.Fatal(err)
		}
		if x.From != "ready" || x.To != "blocked" || len(x.Findings) == 0 || x.Findings[0].ID != "caa-forbids" || len(x.Problems) != 1 || x.Problems[0].Type != "caa" ||
			!strings.HasPrefix(x.Text, "shop: ready -> blocked: ") {
			t.Errorf("%s", r.told[0].Body)
		}
		if !strings.Contains(r.stderr.String(), "dns01: "+x.Text+"\n") {
			t.Errorf("stderr: %s", r.stderr)
		}
	})
}

// The file may change at any time, also while it is being read.
func TestWatchFollowsTheFile(t *testing.T) {
	list := listOf(t, "a.com")
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, list)
		defer r.end()
		orders := func() string {
			time.Sleep(time.Minute)
			return r.metric(`dns01_watch_orders{verdict="ready"}`)
		}
		change := func(text string) {
			write(t, list, text)
			if err := os.Chtimes(list, time.Now(), time.Now()); err != nil { // the bubble's time
				t.Fatal(err)
			}
		}
		if got := orders(); got != "1" {
			t.Errorf("%s orders", got)
		}
		change("a.com\nb.com\nhttps://c.com\n")
		if got, bad := orders(), r.metric("dns01_watch_list_rejected_lines"); got != "2" || bad != "1" {
			t.Errorf("%s orders, %s lines rejected", got, bad)
		}
		change("")
		if got, fine := orders(), r.metric("dns01_watch_list_last_reload_successful"); got != "2" || fine != "0" {
			t.Errorf("%s orders after the list was emptied, fine %s", got, fine)
		}
		if err := os.Remove(list); err != nil {
			t.Fatal(err)
		}
		orders()
		change("b.com\n")
		if got, fine := orders(), r.metric("dns01_watch_list_last_reload_successful"); got != "1" || fine != "1" {
			t.Errorf("%s orders after the list is back, fine %s", got, fine)
		}
		want := []string{
			"the list was read again: 2 orders, 1 before; lines that are no orders: 1",
			"the list was not read again, the one before stays: the list is empty",
			"the list was not read again, the one before stays: the list " + list + " cannot be read: no such file",
			"the list was read again: 1 order, 2 before",
		}
		r.end()
		got := r.stderr.String()
		for _, w := range want {
			if strings.Count(got, w) != 1 {
				t.Errorf("%q is said %d times in\n%s", w, strings.Count(got, w), got)
			}
		}
	})
}

// A list that somebody is still writing is not taken for a short one.
func TestWatchWaitsForTheWholeFile(t *testing.T) {
	list := listOf(t, "a.com", "b.com")
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, list)
		defer r.end()
		time.Sleep(time.Minute)
		for i := range 30 {
			write(t, list, strings.Repeat("# still writing\n", i)+"a.com\n")
			time.Sleep(9 * time.Second)
			if got := r.metric(`dns01_watch_orders{verdict="ready"}`); got != "2" {
				t.Fatalf("%s orders after %d writes", got, i)
			}
		}
	})
}

// hostileList has names and ids that somebody may have chosen to be taken for
// something else.
var hostileList = strings.Join([]string{
	`{"id":"<script>alert(1)</script>","names":["a.com"]}`,
	`{"id":"a\"} 1\ndns01_fake 1","names":["a.com"]}`,
	`{"id":"a\"b\\c","names":["a.com"]}`,
	`{"id":"../../etc/passwd","names":["a.com"]}`,
	`{"id":"..","names":["a.com"]}`,
	`{"id":"a b?c#d%2f/e","names":["a.com"]}`,
	`{"id":"\u202egnitset","names":["a.com"]}`,
	`{"id":"` + strings.Repeat("x", 300) + `","names":["a.com"]}`,
	`{"id":"::error::owned","names":["a.com"]}`,
	`{"names":["*.a.com"]}`,
	`{"names":["*.a.com","b.com"]}`,
}, "\n")

// Names that steer neither metrics nor pages nor paths.
func TestWatchOfHostileNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "orders.ndjson")
	write(t, file, hostileList)
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, file)
		defer r.end()
		time.Sleep(time.Minute)
		if got := r.metric("dns01_watch_list_rejected_lines"); got != "4" {
			t.Errorf("%s lines rejected:\n%s", got, r.stderr)
		}
		_, page := r.get("/metrics")
		if strings.Contains(page, "\ndns01_fake") || !strings.Contains(page, `order="a\"b\\c"`) {
			t.Errorf("metrics: %s", page)
		}
		_, index := r.get("/")
		if strings.Contains(index, "<script>") || !strings.Contains(index, "&lt;script&gt;") {
			t.Errorf("index: %s", index)
		}
		for path, want := range map[string]int{
			"/report/%3Cscript%3Ealert%281%29%3C%2Fscript%3E": 200,
			"/report/a%22b%5Cc":              200,
			"/report/..%2F..%2Fetc%2Fpasswd": 200, // it is only a name
			"/report/a%20b%3Fc%23d%252f%2Fe": 200,
			"/report/*.a.com":                200,
			"/report/*.a.com%232":            200,
			"/report/b.com":                  404,
			"/report/":                       404,
			"/report/%ff":                    404,
		} {
			if got, body := r.get(path); got != want {
				t.Errorf("%s: %d %.100s, want %d", path, got, body, want)
			}
		}
		for link := range strings.SplitSeq(index, `href="`) {
			path, _, _ := strings.Cut(link, `"`)
			if !strings.HasPrefix(path, "report/") {
				continue
			}
			if got, _ := r.get("/" + path); got != 200 {
				t.Errorf("the link %s leads to %d", path, got)
			}
		}
	})
}

// Wrong input is named, and nothing is begun.
func TestWatchRefuses(t *testing.T) {
	dir := t.TempDir()
	empty, many := filepath.Join(dir, "empty"), filepath.Join(dir, "many")
	write(t, empty, "# nothing\n")
	write(t, many, "a.com\nb.com\nc.com\n")
	demo := []string{"--demo", "healthy"}
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"no list", nil, []string{"needs a list"}},
		{"two lists", []string{many, empty}, []string{empty, "one file"}},
		{"no such list", []string{dir + "/none"}, []string{dir + "/none", "no such file"}},
		{"a folder", []string{dir}, []string{dir, "folder"}},
		{"an empty list", []string{empty}, []string{"empty", "example.com"}},
		{"too many orders", []string{many, "--max-orders", "2"}, []string{"3 orders", "--max-orders allows 2"}},
		{"another form", []string{many, "--input", "xml"}, []string{`"xml"`, "ndjson"}},
		{"too often", []string{many, "--interval", "10s"}, []string{"--interval 10s", "1m"}},
		{"far too often", append(demo, "--interval", "10ms"), []string{"--interval 10ms"}},
		{"no damping", append(demo, "--damping", "0"), []string{"--damping 0"}},
		{"a time that is none", append(demo, "--unknown-after", "long"), []string{`--unknown-after "long"`}},
		{"no looks at once", append(demo, "--jobs", "0"), []string{"--jobs 0"}},
		{"an address without port", append(demo, "--listen", "127.0.0.1"), []string{`--listen "127.0.0.1"`, "127.0.0.1:9953"}},
		{"a port that is none", append(demo, "--listen", "127.0.0.1:x"), []string{"--listen"}},
		{"an address of others", append(demo, "--listen", "192.0.2.1:1"), []string{"--listen 192.0.2.1:1", "name another"}},
		{"a name for nobody", append(demo, "--listen", "none", "--webhook", "https://a.example/", "--host", "b.example"), []string{"--host", "leave one"}},
		{"a URL for a name", append(demo, "--host", "https://b.example/"), []string{"--host", "watch.example.net"}},
		{"nobody to be told", append(demo, "--listen", "none"), []string{"--webhook or --on-change"}},
		{"a webhook inside", append(demo, "--webhook", "https://10.0.0.1/"), []string{"--webhook", "--allow-private-webhook"}},
		{"a permission without webhook", append(demo, "--allow-private-webhook"), []string{"--allow-private-webhook", "leave it out"}},
		{"no such program", append(demo, "--on-change", "/does/not/exist now"), []string{"--on-change", "/does/not/exist"}},
		{"an empty program", append(demo, "--on-change", " "), []string{"--on-change"}},
		{"a time to judge at", append(demo, "--now", "2026-01-01"), []string{"--now"}},
		{"no such world", []string{"--demo", "helthy"}, []string{`"healthy"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, stdout, stderr := newProgram(t, append([]string{"watch"}, tt.args...)...)
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // should it begin, it ends at once
			if got := p.run(ctx); got != statusUsage || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("status %d, stdout %q, stderr %q", got, stdout, stderr)
			}
			for _, w := range tt.want {
				if !strings.Contains(stderr.String(), w) {
					t.Errorf("%q is missing in %s", w, stderr)
				}
			}
		})
	}
}

// The secret of a webhook must not come out with a complaint.
func TestWatchKeepsTheWebhookSecret(t *testing.T) {
	p, _, stderr := newProgram(t, "watch", "--demo", "healthy", "--webhook", "https://user:hunter2@chat.example.net/?token=hunter2")
	if got := p.run(t.Context()); got != statusUsage || strings.Contains(stderr.String(), "hunter2") {
		t.Errorf("status %d, %s", got, stderr)
	}
}

// Without a list a demo watches what its world is about.
func TestWatchDemoWatchesItsOwn(t *testing.T) {
	for world, want := range map[string]string{"stale-secondary": "at_risk", "caa-forbids": "blocked", "healthy": "ready"} {
		f := newWatchFlags()
		if err := f.parse([]string{"--demo", world}); err != nil {
			t.Fatal(err)
		}
		p, _, _ := newProgram(t)
		o, err := p.watchOptions(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		l, _, err := o.list.load(true)
		if err != nil || len(l.Orders) != 1 {
			t.Fatalf("%v, %d orders", err, len(l.Orders))
		}
		if got := fmt.Sprint(l.Orders[0].Look(t.Context()).Result.Verdict); got != want {
			t.Errorf("%s: %s, want %s", world, got, want)
		}
	}
}

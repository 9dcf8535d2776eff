package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"dns01/resolver/vantage/nats"
)

// A fleetRun is a batch that agents judge.
type fleetRun struct {
	stdout bytes.Buffer
	stderr *heardLines
	ended  chan int
}

// startFleet begins a batch over agents.
func startFleet(ctx context.Context, t *testing.T, s *server.Server, list string, args ...string) *fleetRun {
	t.Helper()
	p, _, _ := newProgram(t, append([]string{"batch", "--nats", s.ClientURL(), "--deadline", "5m"}, args...)...)
	r := &fleetRun{stderr: newHeardLines(), ended: make(chan int, 1)}
	p.stdin, p.stdout, p.stderr = strings.NewReader(list), &r.stdout, r.stderr
	p.now = time.Now
	go func() { r.ended <- p.run(ctx) }()
	return r
}

func (r *fleetRun) wait(t *testing.T, status int) []int {
	t.Helper()
	if got := <-r.ended; got != status {
		t.Fatalf("status %d, want %d; stderr:\n%s", got, status, r.stderr)
	}
	return numbers(t, r.stdout.Bytes())
}

// healthy are the arguments of an agent that sees a world in which all is well,
// and is patient: how busy the host is must not decide.
func healthy(perspective, rir string) []string {
	return []string{"--perspective", perspective, "--rir", rir, "--demo", "healthy", "--pace", "none", "--timeout", "20s"}
}

// orders is a list of so many orders.
func orders(n int) string { return strings.Repeat("example.com *.example.com\n", n) }

// from1 are the numbers from 1 to n.
func from1(n int) []int {
	var ns []int
	for i := range n {
		ns = append(ns, i+1)
	}
	return ns
}

func exactlyOnce(t *testing.T, want, got []int) {
	t.Helper()
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("orders (-want +got):\n%s", d)
	}
}

// Agents judge as a batch would here: but for who did it and how long that
// took, the lines are the same. Nothing stays at the server.
func TestBatchOverAgents(t *testing.T) {
	leavesNothingRunning(t)
	s := natsServer(t, nil)
	agentRunning(t, s, healthy("eu-west", "RIPE")...)
	agentRunning(t, s, healthy("us-east", "ARIN")...)
	list := `{"id":"a","names":["example.com","*.example.com"],"values":{"example.com":["_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"]}}
{"names":["www.example.com","www.example.com"]}
{"names":[]}
{"id":"d","names":["example.com"],"account":"https://ca.example/1"}
`
	there := startFleet(t.Context(), t, s, list, "--in-order", "--input", "ndjson")
	exactlyOnce(t, from1(4), there.wait(t, statusUsage))

	p, stdout, stderr := newProgram(t, "batch", "--demo", "healthy", "--in-order", "--input", "ndjson", "-q", "--timeout", "20s")
	p.stdin = strings.NewReader(list)
	if got := p.run(t.Context()); got != statusUsage {
		t.Fatalf("status %d, %s", got, stderr)
	}
	if d := cmp.Diff(withoutHow(t, stdout.Bytes()), withoutHow(t, there.stdout.Bytes())); d != "" {
		t.Errorf("(-here +there):\n%s", d)
	}
	for _, want := range []string{"2 agents at ", "4 orders in ", "ready"} {
		if !strings.Contains(there.stderr.String(), want) {
			t.Errorf("no %q in\n%s", want, there.stderr)
		}
	}
	if left := streams(t, s); len(left) > 0 {
		t.Errorf("left at the server: %v", left)
	}
}

// withoutHow are lines without what differs from run to run.
func withoutHow(t *testing.T, lines []byte) []map[string]any {
	t.Helper()
	var all []map[string]any
	for d := json.NewDecoder(bytes.NewReader(lines)); ; {
		var x map[string]any
		err := d.Decode(&x)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		delete(x, "duration_ms")
		delete(x, "queries") // what is remembered depends on who judged before
		delete(x, "perspective")
		all = append(all, x)
	}
}

// jetStreamAt is the JetStream of a server.
func jetStreamAt(t *testing.T, s *server.Server) (js jetstream.JetStream, done func()) {
	t.Helper()
	conn, err := natsgo.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	js, err = jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js, conn.Close
}

// streams are what JetStream has at a server, and how much is in it.
func streams(t *testing.T, s *server.Server) map[string]uint64 {
	t.Helper()
	js, done := jetStreamAt(t, s)
	defer done()
	all := map[string]uint64{}
	for info := range js.ListStreams(t.Context()).Info() {
		all[info.Config.Name] = info.State.Msgs
	}
	return all
}

// The whole report comes with the line when it is asked for.
func TestBatchOverAgentsInFull(t *testing.T) {
	t.Parallel()
	s := natsServer(t, nil)
	agentRunning(t, s, healthy("eu-west", "RIPE")...)
	r := startFleet(t.Context(), t, s, orders(1), "--full", "-q")
	r.wait(t, statusOK)
	var x struct {
		Perspective string
		Report      struct{ Identifiers []any }
	}
	if err := json.Unmarshal(r.stdout.Bytes(), &x); err != nil || x.Perspective != "eu-west" || len(x.Report.Identifiers) != 2 {
		t.Errorf("%+v, %v", x, err)
	}
}

// An agent whose connection is cut in the middle of its orders loses none:
// others get them, and each comes out once.
func TestAnAgentCutOffLosesNothing(t *testing.T) {
	leavesNothingRunning(t)
	s := natsServer(t, nil)
	agentRunning(t, s, healthy("eu-west", "RIPE")...)
	agentRunning(t, s, healthy("us-east", "ARIN")...)
	const n = 200
	r := startFleet(t.Context(), t, s, orders(n), "--lost-after", "1s", "--jobs", "50", "-q")
	for range 3 {
		r.underWay()
		cutOff(t, s, "us-east")
	}
	exactlyOnce(t, from1(n), r.wait(t, statusOK))
}

// underWay lets the run go on for a moment.
func (r *fleetRun) underWay() {
	select {
	case status := <-r.ended: // it was quicker
		r.ended <- status
	case <-time.After(30 * time.Millisecond):
	}
}

// cutOff breaks the connection of agents.
func cutOff(t *testing.T, s *server.Server, perspective string) {
	t.Helper()
	z, err := s.Connz(&server.ConnzOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range z.Conns {
		if strings.HasSuffix(c.Name, perspective) {
			_ = s.DisconnectClientByID(c.Cid)
		}
	}
}

// An agent that is told to end while it judges finishes or gives back what it
// holds; another takes the rest.
func TestAnAgentThatEndsGivesBackWhatItHolds(t *testing.T) {
	t.Parallel()
	s := natsServer(t, nil)
	stop, _ := agentRunning(t, s, healthy("eu-west", "RIPE")...)
	agentRunning(t, s, healthy("us-east", "ARIN")...)
	const n = 150
	r := startFleet(t.Context(), t, s, orders(n), "--lost-after", "1m", "-q") // given back; but for what a host that stood still never took from its socket
	r.underWay()
	if status := stop(); status != statusOK {
		t.Errorf("the agent ended with %d", status)
	}
	exactlyOnce(t, from1(n), r.wait(t, statusOK))
}

// Streams that vanish, as on a server that starts anew without a disk, lose
// nothing: what is open is sent again.
func TestStreamsThatVanishLoseNothing(t *testing.T) {
	t.Parallel()
	s := natsServer(t, nil)
	agentRunning(t, s, healthy("eu-west", "RIPE")...)
	const n = 150
	r := startFleet(t.Context(), t, s, orders(n), "--lost-after", "1s", "--jobs", "100", "-q")
	r.underWay()
	js, done := jetStreamAt(t, s)
	defer done()
	for info := range js.ListStreams(t.Context()).Info() {
		_ = js.DeleteStream(t.Context(), info.Config.Name)
	}
	exactlyOnce(t, from1(n), r.wait(t, statusOK))
}

// Two coordinators at one server get their own results, and the one that
// ends first takes nothing from the other.
func TestTwoBatchesDoNotMix(t *testing.T) {
	t.Parallel()
	s := natsServer(t, nil)
	agentRunning(t, s, healthy("eu-west", "RIPE")...)
	first := startFleet(t.Context(), t, s, orders(40), "-q", "--lost-after", "2s")
	second := startFleet(t.Context(), t, s, strings.ReplaceAll(orders(100), "example", "www.example"), "-q", "--lost-after", "2s")
	exactlyOnce(t, from1(40), first.wait(t, statusOK))
	exactlyOnce(t, from1(100), second.wait(t, statusOK))
	if strings.Contains(first.stdout.String(), "www.") || strings.Count(second.stdout.String(), `"www.example.com"`) < 100 {
		t.Error("the runs got each other's lines")
	}
}

// An interrupted batch leaves nothing at the server, and goes on where it was.
func TestABatchOverAgentsResumes(t *testing.T) {
	t.Parallel()
	s := natsServer(t, nil)
	agentRunning(t, s, healthy("eu-west", "RIPE")...)
	dir := t.TempDir()
	list, out := filepath.Join(dir, "list"), filepath.Join(dir, "out")
	const n = 150
	if err := os.WriteFile(list, []byte(orders(n)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	first := startFleet(ctx, t, s, "", list, "--output", out, "--jobs", "4")
	for {
		if text, _ := os.ReadFile(out); bytes.Count(text, []byte("\n")) > 5 {
			break
		}
		first.underWay()
	}
	interrupt()
	if status := <-first.ended; status != statusUnknown {
		t.Fatalf("status %d, stderr:\n%s", status, first.stderr)
	}
	if left := streams(t, s); len(left) > 0 {
		t.Errorf("left at the server: %v", left)
	}
	second := startFleet(t.Context(), t, s, "", list, "--output", out, "--resume")
	second.wait(t, statusOK)
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	exactlyOnce(t, from1(n), numbers(t, text))
	if !strings.Contains(second.stderr.String(), "had a result already") {
		t.Errorf("nothing was left out:\n%s", second.stderr)
	}
}

// What an agent sends must be the line of the order, or it is none: another
// agent judges it again, and after some tries it is unknown, with the reason.
func TestMalformedResultsAreNotWritten(t *testing.T) {
	t.Parallel()
	s := natsServer(t, nil)
	lines := []string{"", "{}", "[1]", `{"schema":1,"order":1,"line":1,"id":"","identifiers":["evil.example"],"verdict":"ready"}`, `{"schema":1,"order":2,"line":1,"id":"","identifiers":["example.com","*.example.com"],"verdict":"ready"}`}
	n := 0
	badAgent(t, s, func(o nats.Order) []byte {
		line := lines[n%len(lines)]
		n++
		return []byte(line)
	})
	r := startFleet(t.Context(), t, s, orders(1), "--lost-after", "1s", "--jobs", "1")
	r.wait(t, statusUnknown)
	if !strings.Contains(r.stdout.String(), `"verdict":"unknown"`) || strings.Contains(r.stdout.String(), "evil") {
		t.Errorf("stdout: %s", &r.stdout)
	}
	if !strings.Contains(r.stderr.String(), "cannot be used") {
		t.Errorf("stderr: %s", r.stderr)
	}
}

// An agent that breaks down over an order goes on with the next, and each has
// its result: unknown, and not because of its names.
func TestAFaultOfAnAgentCostsOneOrder(t *testing.T) {
	t.Parallel()
	s := natsServer(t, nil)
	badAgent(t, s, func(nats.Order) []byte { panic("an odd answer") })
	r := startFleet(t.Context(), t, s, orders(2), "--jobs", "2")
	r.wait(t, statusUnknown)
	text := r.stdout.String()
	exactlyOnce(t, from1(2), numbers(t, r.stdout.Bytes()))
	if strings.Count(text, `"verdict":"unknown"`) != 2 {
		t.Errorf("stdout: %s", text)
	}
}

// badAgent answers orders with whatever it is given.
func badAgent(t *testing.T, s *server.Server, answer func(nats.Order) []byte) {
	t.Helper()
	said := newHeardLines()
	a := &nats.Agent{
		Options: nats.Options{URL: s.ClientURL()}, Perspective: "bad", RIR: "ARIN", Tool: "dns01", Jobs: 1, Drain: time.Second, Retry: 20 * time.Millisecond,
		Judge: func(_ context.Context, o nats.Order) (nats.Verdict, error) { return nats.Verdict{Line: answer(o)}, nil },
		Say:   func(format string, args ...any) { fmt.Fprintf(said, format+"\n", args...) },
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = a.Serve(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	said.await(t, "answers at")
}

func TestBatchOverAgentsSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	none := natsServer(t, nil)
	r := startFleet(t.Context(), t, none, orders(1))
	if r.wait(t, statusUnknown); !strings.Contains(r.stderr.String(), "start some") {
		t.Errorf("no agent: %s", r.stderr)
	}
	plain := natsServer(t, func(o *server.Options) { o.JetStream = false })
	r = startFleet(t.Context(), t, plain, orders(1))
	if r.wait(t, statusUnknown); !strings.Contains(r.stderr.String(), "JetStream is switched off") {
		t.Errorf("no JetStream: %s", r.stderr)
	}
	for flag, want := range map[string]string{
		"--trust-anchor none": "give it to them", "--pace 5/s": "give it to them", "--demo healthy": "give it to them",
		"--lost-after 1ms": "a second", "--nats-key x": "needs its certificate",
	} {
		r := startFleet(t.Context(), t, none, orders(1), strings.Fields(flag)...)
		if r.wait(t, statusUsage); !strings.Contains(r.stderr.String(), want) {
			t.Errorf("%s: %s", flag, r.stderr)
		}
	}
}

// A list in shares has every order in one of them, under its own number.
func TestShards(t *testing.T) {
	var all []int
	for i := range 3 {
		got := batchLines(t, statusOK, strings.Repeat("example.com\n", 10), "-q", "--in-order", "--pace", "none", "--shard", fmt.Sprintf("%d/3", i))
		if len(got) < 3 || len(got) > 4 {
			t.Errorf("share %d has %v", i, got)
		}
		all = append(all, got...)
	}
	exactlyOnce(t, from1(10), all)
	for _, bad := range []string{"3/3", "-1/3", "1", "a/b", "0/0"} {
		p, _, stderr := newProgram(t, "batch", "--demo", "healthy", "--shard", bad)
		if status := p.run(t.Context()); status != statusUsage || !strings.Contains(stderr.String(), "from 0 to N-1") {
			t.Errorf("%s: status %d, %s", bad, status, stderr)
		}
	}
}

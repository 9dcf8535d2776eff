package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"dns01/check"
	"dns01/resolver/lab"
)

// Agents that die, connections that break and messages that are none cost a
// batch over NATS some time, and no order.
//
// The sockets and the time are real here: there are few runs, and how busy the
// host is must not decide. So nothing goes wrong with the DNS of these worlds.
func TestChaosAgent(t *testing.T) {
	b := newChaosBench(t)
	b.slow = 40
	s, err := lab.Parse("batch", []byte(batchWorld))
	if err != nil {
		t.Fatal(err)
	}
	b.worlds["batch"] = s
	playChaos(t, b, 1, fleetsBeside, (*chaosBench).playAgents)
}

// fleetsBeside is how many runs are played at the same time, whatever there is
// of processors: most of their time is the world's round trips.
const fleetsBeside = 4

// agentNames are names of the world of batches that are looked up in no time.
var agentNames = slices.DeleteFunc(slices.Clone(batchNames), func(n string) bool { return n == "dead.com" || n == "later.com" })

// endsWithin is how long a batch over agents may take, on a host that has
// other things to do as well.
const endsWithin = 3 * time.Minute

// lostAfter is how long an agent may be silent over an order.
const lostAfter = time.Second

// A chaosFleet is a NATS server with agents, and who means ill.
type chaosFleet struct {
	b   *chaosBench
	r   *trial
	t   *testing.T
	rng *rand.Rand
	s   *server.Server
	foe *foe

	agents []*fleetAgent
	lost   int          // agents killed or cut off
	stalls atomic.Int32 // how often this process stood still, so that an agent was silent for too long
	late   int          // attempts that the server let wait too long
	leaves bool         // a batch could not remove all it left at the server; that goes by itself
}

// A fleetAgent is one agent under way.
type fleetAgent struct {
	perspective string
	stderr      *heardLines
	end         context.CancelFunc
	ended       chan int
}

func (b *chaosBench) playAgents(t *testing.T, seed uint64) *trial {
	r := &trial{notes: map[string]int{}}
	r.mishap = mishap{seed: seed, kind: "agent", world: "batch", full: -1}
	t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
		f := &chaosFleet{b: b, r: r, t: t, rng: chanceOf(seed), s: natsServer(t, nil)}
		f.foe = newFoe(t, f.s, chanceOf(^seed))
		defer f.foe.end()
		defer f.noticeStalls()()
		c := &chaosBatch{list: filepath.Join(t.TempDir(), "list.ndjson"), out: filepath.Join(t.TempDir(), "results.jsonl"), quiet: true}
		for n := range 20 + f.rng.IntN(60) {
			o := batchOrder{ID: fmt.Sprint("order ", n), Names: []string{pick(f.rng, agentNames...)}}
			if f.rng.IntN(4) == 0 {
				o.Value = batchValue
			}
			c.orders = append(c.orders, o)
		}
		c.text = writeOrders(f.rng, "ndjson", c.orders)
		write(t, c.list, c.text)
		for range 2 + f.rng.IntN(2) {
			f.hire()
		}
		f.batch(c)
		f.dismiss()
		if left := streams(t, f.s); len(left) > 0 && !f.leaves {
			r.breaks("left at the server: %v", left)
		}
	})
	return r
}

// hire starts an agent, quick or slow.
func (f *chaosFleet) hire() {
	rtt := pick(f.rng, "1ms", "2ms", "40ms")
	at := [][2]string{{"eu-west", "RIPE"}, {"us-east", "ARIN"}, {"ap-south", "APNIC"}}[f.rng.IntN(3)]
	s, err := f.b.worlds["batch"].With("batch", nil, []string{"rtt " + rtt})
	if err != nil {
		f.t.Fatal(err)
	}
	p, _, _ := newProgram(f.t, "agent", "--nats", f.s.ClientURL(), "--perspective", at[0], "--rir", at[1], "--pace", "none",
		"--timeout", "20s", "--jobs", pick(f.rng, "1", "4", "16"), "--drain", pick(f.rng, "1ms", "100ms", "10s"))
	if p.world, err = labWorld(s); err != nil {
		f.t.Fatal(err)
	}
	a := &fleetAgent{perspective: at[0], stderr: newHeardLines(), ended: make(chan int, 1)}
	p.stderr, p.now = a.stderr, time.Now
	ctx, cancel := context.WithCancel(context.Background())
	a.end = cancel
	go func() { a.ended <- p.run(ctx) }()
	a.stderr.await(f.t, "answers at")
	f.agents = append(f.agents, a)
}

// fire ends an agent, and wants it to be gone.
func (f *chaosFleet) fire(a *fleetAgent) {
	a.end()
	select {
	case status := <-a.ended:
		if status != statusOK {
			f.r.breaks("an agent ended with status %d: %s", status, a.stderr)
		}
	case <-time.After(endsWithin):
		f.r.breaks("an agent does not end: %s", a.stderr)
	}
}

func (f *chaosFleet) dismiss() {
	for _, a := range f.agents {
		f.fire(a)
	}
}

// batch runs the batch while things happen, until all is done.
func (f *chaosFleet) batch(c *chaosBatch) {
	args := []string{"batch", "--nats", f.s.ClientURL(), "--deadline", "5m", "--lost-after", lostAfter.String(), "--jobs", "30", "--full", "--output", c.out, c.list}
	for n := 1; ; n++ {
		interrupt := f.rng.IntN(3) == 0 && n < 3
		status, stderr, ok := f.attempt(args, interrupt)
		cutShort := f.cutShort(status, stderr)
		text, err := os.ReadFile(c.out)
		if cutShort && errors.Is(err, fs.ErrNotExist) { // before it had begun
			continue
		}
		if err != nil || !ok {
			f.r.breaks("attempt %d: status %d, ended: %t, %v; %s", n, status, ok, err, stderr)
			return
		}
		lines := f.r.batchLines(c, text)
		if cutShort {
			args = append(slices.DeleteFunc(args, func(a string) bool { return a == "--resume" }), "--resume")
			continue
		}
		if want := c.statusOf(lines, false); status != want {
			f.r.breaks("attempt %d: status %d, want %d; %s", n, status, want, stderr)
		}
		f.done(c, lines, n)
		if len(f.r.broken) > 0 && *chaosShow != "" {
			_ = os.WriteFile(*chaosShow, append(text, stderr...), 0o600)
		}
		return
	}
}

// noticeStalls counts how often this process does not get on for so long that
// an agent is taken for lost, which says three times within lostAfter that it is
// there. The function returned ends that.
func (f *chaosFleet) noticeStalls() (end func()) {
	ended, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for last := time.Now(); ; {
			select {
			case <-stop:
				return
			case <-time.After(lostAfter / 20):
			}
			now := time.Now()
			if now.Sub(last) > lostAfter/2 {
				f.stalls.Add(1)
			}
			last = now
		}
	}()
	return func() { close(stop); <-ended }
}

// cutShort reports whether an attempt ended before its time, and said so. How
// busy the host is must not decide: a batch may find the server too slow for it.
func (f *chaosFleet) cutShort(status int, stderr string) bool {
	f.leaves = f.leaves || strings.Contains(stderr, "could not be removed")
	if status != statusUnknown {
		return false
	}
	if strings.Contains(stderr, "does not answer") && f.late < mostLate {
		f.late++
		f.leaves = true // what it asked for may have been made, and could not be removed
		f.r.notes["attempts that the server let wait too long"]++
		return true
	}
	return strings.Contains(stderr, "interrupted after") || strings.Contains(stderr, "no agent answers")
}

// mostLate is how often the server may let a batch wait too long.
const mostLate = 5

// attempt runs the batch once, and reports whether it ended in its time.
func (f *chaosFleet) attempt(args []string, interrupt bool) (status int, stderr string, ok bool) {
	p, _, _ := newProgram(f.t, args...)
	said := newHeardLines()
	p.stdout, p.stderr, p.now = io.Discard, said, time.Now
	ctx, cancel := context.WithTimeout(context.Background(), endsWithin)
	defer cancel()
	ended := make(chan int, 1)
	go func() { ended <- p.run(ctx) }()
	for happened := 0; ; happened++ {
		select {
		case status = <-ended:
			return status, said.String(), ctx.Err() != context.DeadlineExceeded
		case <-time.After(time.Duration(1+f.rng.IntN(60)) * time.Millisecond):
		}
		switch {
		case interrupt && happened == 3:
			cancel()
		case happened < 25:
			f.happen()
		}
	}
}

// happen lets one thing happen.
func (f *chaosFleet) happen() {
	switch f.rng.IntN(6) {
	case 0:
		f.hire()
		i := f.rng.IntN(len(f.agents) - 1)
		f.fire(f.agents[i])
		f.agents = slices.Delete(f.agents, i, i+1)
		f.lost++
		f.r.notes["agents killed"]++
	case 1:
		cutOff(f.t, f.s, pick(f.rng, "eu-west", "us-east", "ap-south"))
		f.lost++
		f.r.notes["connections cut"]++
	case 2:
		f.foe.again()
		f.r.notes["messages sent twice"]++
	default:
		f.foe.garbage()
		f.r.notes["messages that are none"]++
	}
}

// done judges the results when all are there.
func (f *chaosFleet) done(c *chaosBatch, lines []batchRead, attempts int) {
	var got []int
	for _, l := range lines {
		got = append(got, l.Order)
		best, _ := f.b.truthOfOrder(f.t, c.orders[l.Order-1], false)
		switch {
		case l.Verdict == check.Unknown && f.foe.hit(l.Order):
			f.r.notes["unknown, since somebody sent something else for the order"]++
		case l.Verdict == check.Unknown && f.lost+int(f.stalls.Load()) >= 5:
			f.r.notes["unknown, since agents were lost again and again"]++
		case l.Verdict != best:
			f.r.breaks("order %d of %q is %s, and in truth %s: %.2000s", l.Order, l.Identifiers, l.Verdict, best, l.text)
		default:
			f.r.notes["true: "+string(l.Verdict)]++
		}
	}
	slices.Sort(got)
	if want := from1(len(c.orders)); !slices.Equal(got, want) {
		f.r.breaks("the orders %v have results, want %v", got, want)
	}
	f.r.notes[fmt.Sprintf("done after %d attempts", attempts)]++
	f.refused()
}

// refused wants an agent to answer what is no request with a refusal, once it
// has its connection again.
func (f *chaosFleet) refused() {
	if len(f.agents) == 0 {
		return
	}
	if text, err := f.foe.request(f.agents[0].perspective, bytes.Repeat([]byte("x"), 1+f.rng.IntN(1000))); err != nil || text == "" {
		f.r.breaks("what is no request is answered with %q, %v", text, err)
	}
}

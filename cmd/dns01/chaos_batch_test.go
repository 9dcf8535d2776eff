package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/lab"
)

// However often a batch is ended, each order has one result in the end, and
// none that is better than the truth.
func TestChaosBatch(t *testing.T) {
	b := newChaosBench(t)
	b.slow = 5
	s, err := lab.Parse("batch", []byte(batchWorld))
	if err != nil {
		t.Fatal(err)
	}
	b.worlds["batch"] = s
	playChaos(t, b, 8, chaosBeside(), (*chaosBench).playBatch)
}

// A chaosBatch is a list on its way to results.
type chaosBatch struct {
	orders []batchOrder
	text   string
	list   string // the file
	out    string // that of the results
	share  shard
	quiet  bool
}

func (b *chaosBench) playBatch(t *testing.T, seed uint64) *trial {
	r := &trial{notes: map[string]int{}}
	rng := chanceOf(seed)
	r.mishap = mishap{seed: seed, kind: "batch", world: "batch", full: -1, stretch: 2}
	r.draw(rng, b.worlds["batch"].Hosts())
	form := pick(rng, orderForms...)
	c := &chaosBatch{orders: drawOrders(rng, form), list: filepath.Join(b.dir, "list.txt"), out: filepath.Join(b.dir, "results.jsonl")}
	c.text = writeOrders(rng, form, c.orders)
	r.setting = append(r.setting, fmt.Sprintf("list: %q", c.text))
	_ = os.Remove(c.out)
	if err := os.WriteFile(c.list, []byte(c.text), 0o600); err != nil {
		t.Fatal(err)
	}
	r.args = append(r.args, "--input", form, "--jobs", pick(rng, "1", "2", "8", "64"))
	for _, flag := range []string{"--in-order", "--full", "--strict"} {
		if rng.IntN(4) == 0 {
			r.args = append(r.args, flag)
		}
	}
	if c.quiet = rng.IntN(4) == 0; c.quiet {
		r.args = append(r.args, "--quiet")
	}
	if rng.IntN(6) == 0 {
		c.share = shard{rng.IntN(2), 2}
		r.args = append(r.args, "--shard", fmt.Sprintf("%d/2", c.share.index))
	}
	if r.full >= 0 || rng.IntN(8) == 0 {
		b.batchToReader(t, r, c)
		return r
	}
	b.batchToFile(t, rng, r, c)
	return r
}

// An attempt is one run of a batch, and how it is made to end.
type attempt struct {
	interrupt time.Duration // told to end, as by SIGTERM; 0: never
	kill      time.Duration // nothing that it does counts since, as by SIGKILL; 0: never
	torn      int           // octets of the line after that which are still written
	room      int           // octets until the disk is full; -1: there is room
}

func (a attempt) String() string {
	switch {
	case a.interrupt > 0:
		return fmt.Sprintf("interrupted after %s", a.interrupt)
	case a.kill > 0:
		return fmt.Sprintf("killed after %s, and %d octets later", a.kill, a.torn)
	case a.room >= 0:
		return fmt.Sprintf("the disk is full after %d octets", a.room)
	}
	return "left alone"
}

func drawAttempt(r *rand.Rand) attempt {
	a := attempt{room: -1}
	soon := time.Duration(1+r.IntN([]int{300, 3000, 30000}[r.IntN(3)])) * time.Millisecond
	switch r.IntN(4) {
	case 0:
		a.interrupt = soon
	case 1:
		a.kill, a.torn = soon, r.IntN(600)
	case 2:
		a.room = r.IntN(12_000)
	}
	return a
}

// batchToFile runs the batch again and again until it is done.
func (b *chaosBench) batchToFile(t *testing.T, rng *rand.Rand, r *trial, c *chaosBatch) {
	args := slices.Concat(r.args, []string{"--output", c.out, c.list})
	before := []byte(nil)
	for n := 1; ; n++ {
		a := drawAttempt(rng)
		if n > 5 {
			a = attempt{room: -1}
		}
		if n > 1 || rng.IntN(2) == 0 {
			args = append(slices.DeleteFunc(args, func(s string) bool { return s == "--resume" }), "--resume")
		}
		if n > 1 && rng.IntN(10) == 0 {
			before = b.otherList(t, r, c, args)
		}
		r.setting = append(r.setting, fmt.Sprintf("attempt %d: %s", n, a))
		e := b.attempt(t, r.mishap, a, args)
		text, err := os.ReadFile(c.out)
		if err != nil {
			r.breaks("attempt %d: %v; status %d, %s", n, err, e.status, e.stderr.String())
			return
		}
		kept := before[:bytes.LastIndexByte(before, '\n')+1]
		if !bytes.HasPrefix(text, kept) {
			r.breaks("attempt %d: results of the run before are lost", n)
			return
		}
		before = text
		lines := r.batchLines(c, text)
		r.attempted(c, n, a, e, lines, r.batchLines(c, text[len(kept):]))
		if len(r.broken) > 0 {
			return
		}
		if e.err == nil && a.kill == 0 && a.room < 0 && (a.interrupt == 0 || e.took < a.interrupt) {
			r.notes[fmt.Sprintf("done after %d attempts", n)]++
			b.batchDone(t, r, c, lines)
			return
		}
	}
}

// A batchEnded is an attempt that is over.
type batchEnded struct {
	ended
	err error // that of the command
}

// attempt runs a batch once.
func (b *chaosBench) attempt(t *testing.T, m mishap, a attempt, args []string) *batchEnded {
	e := &batchEnded{}
	s, err := b.worlds["batch"].With(fmt.Sprintf("batch, seed %d", m.seed), m.faults, m.network)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, x, clock, err := chaosWorld(s, m)
		if err != nil {
			t.Fatal(err)
		}
		p, _, _ := newProgram(t)
		p.stdout, p.stderr, p.now, p.world, p.rand = io.Discard, &e.stderr, clock, w, chanceOf(m.seed)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		file := &failingFile{left: a.room, torn: a.torn}
		if a.interrupt > 0 {
			defer time.AfterFunc(a.interrupt, cancel).Stop()
		}
		if a.kill > 0 {
			defer time.AfterFunc(a.kill, func() { file.dead.Store(true); cancel() }).Stop()
		}
		before := len(companions())
		begun := time.Now()
		e.status, e.err = p.batchInto(ctx, args, file)
		if e.err != nil {
			e.status = p.complain(e.err, &heard{Writer: io.Discard})
		}
		e.took = time.Since(begun)
		synctest.Wait()
		if left := companions(); len(left) > before {
			e.left = left
		}
		e.traffic = x.traffic
	})
	return e
}

// batchInto is the command with a file for its results that may fail.
func (p *program) batchInto(ctx context.Context, args []string, file *failingFile) (int, error) {
	f := newBatchFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	o, err := p.batchOptions(ctx, f, p.world)
	if err != nil {
		return 0, err
	}
	in, size, err := p.openOrders(o)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	b, err := p.newBatch(ctx, p.world, o)
	if err != nil {
		return 0, err
	}
	file.Writer = b.out.Writer
	b.out.Writer = file
	return b.judgeAll(ctx, in, size)
}

// A failingFile takes no more once the disk is full, and nothing but the
// beginning of a line once the program is dead.
type failingFile struct {
	io.Writer
	left int // octets; -1: no end
	dead atomic.Bool
	torn int
	hit  bool
}

func (f *failingFile) Write(line []byte) (int, error) {
	if f.dead.Load() {
		_, _ = f.Writer.Write(line[:min(f.torn, len(line)-1)])
		f.torn = 0
		return len(line), nil
	}
	if f.left < 0 || len(line) <= f.left {
		f.left -= min(len(line), max(f.left, 0))
		return f.Writer.Write(line)
	}
	n, _ := f.Writer.Write(line[:f.left])
	f.left, f.hit = 0, true
	return n, syscall.ENOSPC
}

// A batchRead is a line of results.
type batchRead struct {
	report.BatchRead
	FindingsOf []struct{ Severity check.Severity } `json:"findings"`
	text       []byte
}

// batchLines reads what has been written, of which the last line may be cut
// off, and wants every line to be one.
func (r *trial) batchLines(c *chaosBatch, text []byte) (lines []batchRead) {
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	for line := range bytes.Lines(whole) {
		l := batchRead{text: line}
		var err error
		if l.BatchRead, err = report.ReadBatchLine(line); err == nil {
			err = json.Unmarshal(line, &l)
		}
		if err != nil {
			r.breaks("%v: %q", err, line)
			continue
		}
		if l.Order < 1 || l.Order > len(c.orders) {
			r.breaks("there is no order %d", l.Order)
			continue
		}
		r.batchLine(c.orders[l.Order-1], l)
		lines = append(lines, l)
	}
	return lines
}

// batchLine wants a result that is of its order.
func (r *trial) batchLine(o batchOrder, l batchRead) {
	has := map[check.Severity]bool{}
	for _, f := range l.FindingsOf {
		has[f.Severity] = true
	}
	switch {
	case (o.Names == nil) != (l.Error != ""):
		r.breaks("order %d, of %q, has the error %q", l.Order, o.Names, l.Error)
	case o.Names == nil:
	case l.ID != o.ID || !slices.Equal(l.Identifiers, distinctNames(o.Names)):
		r.breaks("order %d of %q with the id %q came out as of %q with %q", l.Order, o.Names, o.ID, l.Identifiers, l.ID)
	case (l.Verdict == check.Blocked || l.Verdict == check.Retry) != has[check.Error], l.Verdict == check.Ready && has[check.Warning]:
		r.breaks("order %d is %s with %v", l.Order, l.Verdict, l.FindingsOf)
	}
}

// attempted judges one attempt by all lines there are, and those it wrote.
func (r *trial) attempted(c *chaosBatch, n int, a attempt, e *batchEnded, all, own []batchRead) {
	if len(e.left) > 0 {
		r.breaks("attempt %d: goroutines are left:\n%s", n, strings.Join(e.left, "\n\n"))
	}
	r.paced(e.traffic)
	numbers := map[int]bool{}
	for _, l := range all {
		if numbers[l.Order] {
			r.breaks("attempt %d: order %d has two results", n, l.Order)
		}
		numbers[l.Order] = true
	}
	if a.kill > 0 {
		return // nobody is told anything
	}
	stderr := e.stderr.String()
	interrupted := a.interrupt > 0 && e.took >= a.interrupt
	switch {
	case a.interrupt > 0 && e.took > a.interrupt+leeway:
		r.breaks("attempt %d: interrupted after %s, it took %s", n, a.interrupt, e.took)
	case e.err != nil && (a.room < 0 || !errors.Is(e.err, syscall.ENOSPC)):
		r.breaks("attempt %d: %v", n, e.err)
	case e.err != nil && (e.status != statusUnknown || !strings.Contains(stderr, "no space left")):
		r.breaks("attempt %d: the disk is full: status %d, stderr %q", n, e.status, stderr)
	case interrupted && e.err == nil && (e.status != statusUnknown || !strings.Contains(stderr, "interrupted after")):
		r.breaks("attempt %d: interrupted, with status %d, stderr %q", n, e.status, stderr)
	case !interrupted && e.err == nil && e.status != c.statusOf(all, slices.Contains(r.args, "--strict")):
		r.breaks("attempt %d: status %d, want %d", n, e.status, c.statusOf(all, slices.Contains(r.args, "--strict")))
	}
	if !c.quiet {
		r.summed(stderr, own)
	}
}

// statusOf is the exit status that all lines together make.
func (c *chaosBatch) statusOf(all []batchRead, strict bool) int {
	status := statusOK
	for _, l := range all {
		switch {
		case l.Error != "":
			status = graver(status, statusUsage)
		default:
			status = graver(status, statusOf(l.Verdict, strict))
		}
	}
	return status
}

var (
	summedOrders  = regexp.MustCompile(`(?m)^(\d+) orders? in `)
	summedVerdict = regexp.MustCompile(`(?m)^  (ready|at_risk|retry|blocked|unknown|no order) +(\d+)$`)
)

// summed wants a summary that agrees with the lines.
func (r *trial) summed(stderr string, own []batchRead) {
	m := summedOrders.FindStringSubmatch(stderr)
	if m == nil || m[1] != strconv.Itoa(len(own)) {
		r.breaks("%d lines, and the summary is %q", len(own), stderr)
		return
	}
	want := map[string]int{}
	for _, l := range own {
		if l.Error != "" {
			want["no order"]++
		} else {
			want[string(l.Verdict)]++
		}
	}
	for _, m := range summedVerdict.FindAllStringSubmatch(stderr, -1) {
		if m[2] != strconv.Itoa(want[m[1]]) {
			r.breaks("%d are %s, and the summary says %s", want[m[1]], m[1], m[2])
		}
		delete(want, m[1])
	}
	if len(want) > 0 {
		r.breaks("the summary leaves out %v: %q", want, stderr)
	}
}

// otherList wants a list that has changed to be told. It returns what is in the
// results then: orders before the one that is another by now may be done.
func (b *chaosBench) otherList(t *testing.T, r *trial, c *chaosBatch, args []string) []byte {
	before, err := os.ReadFile(c.out)
	if err != nil {
		t.Fatal(err)
	}
	whole := before[:bytes.LastIndexByte(before, '\n')+1]
	lines := r.batchLines(c, whole)
	if len(lines) == 0 {
		return before
	}
	form := r.args[slices.Index(r.args, "--input")+1]
	other := slices.Clone(c.orders)
	other[lines[0].Order-1] = batchOrder{Names: []string{"another.com"}}
	if err := os.WriteFile(c.list, []byte(writeOrders(chanceOf(1), form, other)), 0o600); err != nil {
		t.Fatal(err)
	}
	e := b.attempt(t, r.mishap, attempt{room: -1}, args)
	if e.status != statusUsage || !strings.Contains(e.stderr.String(), "the list has changed") {
		r.breaks("the list has changed: status %d, stderr %q", e.status, e.stderr.String())
	}
	if err := os.WriteFile(c.list, []byte(c.text), 0o600); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(c.out)
	if err != nil || !bytes.HasPrefix(after, whole) {
		r.breaks("results are lost when the list has changed: %v", err)
	}
	return after
}

// batchDone judges the results when all are there.
func (b *chaosBench) batchDone(t *testing.T, r *trial, c *chaosBatch, lines []batchRead) {
	var want, got []int
	for n := range c.orders {
		if c.share.has(n + 1) {
			want = append(want, n+1)
		}
	}
	for _, l := range lines {
		got = append(got, l.Order)
	}
	if slices.Contains(r.args, "--in-order") && !slices.IsSorted(got) {
		r.breaks("they are not in order: %v", got)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.breaks("the orders %v have results, want %v", got, want)
	}
	b.batchTrue(t, r, c, lines)
}

// batchTrue holds results against the truth.
func (b *chaosBench) batchTrue(t *testing.T, r *trial, c *chaosBatch, lines []batchRead) {
	noIPv6 := strings.Contains(strings.Join(r.network, " "), "no-ipv6")
	for _, l := range lines {
		if l.Error != "" {
			continue
		}
		best, worst := b.truthOfOrder(t, c.orders[l.Order-1], noIPv6)
		switch {
		case !allowed(l.Verdict, best):
			r.breaks("order %d of %q is %s, and in truth %s", l.Order, l.Identifiers, l.Verdict, best)
		case r.ours && l.Verdict == check.Blocked && worst != check.Blocked:
			r.breaks("order %d of %q is blocked by %q, in truth %s, and all that is wrong is our own", l.Order, l.Identifiers, l.Findings, worst)
		}
		r.notes[fmt.Sprintf("%s: %-8s where the truth is %s", r.side(), l.Verdict, best)]++
	}
}

// batchToReader runs the batch once, for somebody who reads along.
func (b *chaosBench) batchToReader(t *testing.T, r *trial, c *chaosBatch) {
	e := r.run(t, b.worlds["batch"], slices.Concat([]string{"batch"}, r.args, []string{c.list})...)
	if len(e.left) > 0 {
		r.breaks("goroutines are left:\n%s", strings.Join(e.left, "\n\n"))
	}
	r.paced(e.traffic)
	lines := r.batchLines(c, e.out.Bytes())
	b.batchTrue(t, r, c, lines)
	interrupted := r.interrupt > 0 && e.took >= r.interrupt
	full := e.out.hit && errors.Is(e.out.err, syscall.ENOSPC)
	switch {
	case full && (e.status != statusUnknown || !strings.Contains(e.stderr.String(), "no space left")):
		r.breaks("the results could not be written: status %d, stderr %q", e.status, e.stderr.String())
	case full:
	case strings.Contains(e.stderr.String(), "pipe"):
		r.breaks("a reader that has gone is complained of: %q", e.stderr.String())
	case interrupted && e.status != statusUnknown:
		r.breaks("interrupted, with status %d", e.status)
	case !interrupted && !e.out.hit:
		if want := c.statusOf(lines, slices.Contains(r.args, "--strict")); e.status != want {
			r.breaks("status %d, want %d", e.status, want)
		}
		b.batchDone(t, r, c, lines)
	}
}

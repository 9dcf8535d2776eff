package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver/lab"
)

// A chaosBench is what runs are played on, one after another.
type chaosBench struct {
	dir    string
	worlds map[string]*lab.Scenario
	truths *truths
	schema reportSchema
	slow   int // how many runs of others one of its takes; 0: one
}

// newChaosBench is one with worlds of the lab.
func newChaosBench(t *testing.T, worlds ...string) *chaosBench {
	b := &chaosBench{worlds: map[string]*lab.Scenario{}, truths: &truths{known: map[string]*truthOnce{}}, schema: newReportSchema(t)}
	for _, name := range worlds {
		s, err := scenario(name)
		if err != nil {
			t.Fatal(err)
		}
		b.worlds[name] = s
	}
	return b
}

// beside is a bench with what the other knows, for runs at the same time.
func (b *chaosBench) beside(t *testing.T) *chaosBench {
	other := *b
	other.dir = t.TempDir()
	return &other
}

// play plays the run of a seed.
func (b *chaosBench) play(t *testing.T, seed uint64) *trial {
	r := &trial{notes: map[string]int{}}
	r.mishap = drawMishap(seed, "check", b.worlds)
	b.check(t, r)
	return r
}

// An ended run is what is left of it.
type ended struct {
	status int
	from   time.Time     // it began, by this host's clock
	took   time.Duration // in the world
	left   []string      // goroutines
	out    *endingOutput
	stderr bytes.Buffer
	traffic
}

// run runs the program in a world with a mishap.
func (m mishap) run(t *testing.T, s *lab.Scenario, args ...string) *ended {
	var e ended
	s, err := s.With(fmt.Sprintf("%s, seed %d", m.world, m.seed), m.faults, m.network)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, x, clock, err := chaosWorld(s, m)
		if err != nil {
			t.Fatal(err)
		}
		p, _, _ := newProgram(t, args...)
		e.out = m.output()
		p.stdout, p.stderr, p.now, p.world, p.rand = e.out, &e.stderr, clock, w, chanceOf(m.seed)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if m.interrupt > 0 {
			defer time.AfterFunc(m.interrupt, cancel).Stop()
		}
		before := len(companions())
		begun := time.Now()
		e.from = clock()
		e.status = p.run(ctx)
		e.took = time.Since(begun)
		synctest.Wait()
		if left := companions(); len(left) > before {
			e.left = left
		}
		e.traffic = x.traffic
	})
	return &e
}

// check plays a preflight.
func (b *chaosBench) check(t *testing.T, r *trial) {
	rng := chanceOf(^r.seed)
	format := formats[rng.IntN(len(formats))]
	file := filepath.Join(b.dir, "report.json")
	own := strings.Join(b.worlds[r.world].Target, " ")
	if strings.Contains(own, "--deadline") {
		r.args = nil // a later one would show more of the world than there is in truth
	}
	if rng.IntN(6) == 0 && !strings.Contains(own, "probe") {
		r.look = append(r.look, pick(rng, "--no-probe", "--probe=deep", "-4"))
	}
	r.args = slices.Concat(r.look, r.args, []string{"--format", format})
	if rng.IntN(12) == 0 {
		r.args = append(r.args, "--output", "markdown=/dev/full")
	}
	_ = os.Remove(file)
	e := r.mishap.run(t, b.worlds[r.world], slices.Concat([]string{"check"}, b.worlds[r.world].Target, r.args, []string{"--output", "json=" + file})...)
	if onlyChaos() {
		t.Logf("what was asked:\n%s", strings.Join(e.told, "\n"))
	}
	r.ended(e, r.deadline())
	if e.status == statusUsage {
		r.breaks("usage: %s", e.stderr.String())
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		r.breaks("there is no report: %v; %s", err, e.stderr.String())
		return
	}
	var d chaosDocument
	if err := errors.Join(b.schema.check("report", text), json.Unmarshal(text, &d)); err != nil {
		r.breaks("the report: %v in\n%s", err, text)
	}
	tr := b.truthFor(t, r)
	if len(r.broken) == 0 && *chaosShow != "" {
		_ = os.WriteFile(*chaosShow, text, 0o600)
	}
	r.judge(d, tr)
	r.agree(d)
	r.budget(e, d, tr)
	if !e.out.hit {
		r.wellFormed(t, b.schema, format, e.out.Bytes())
	}
	r.status(e, d)
}

// deadline is that of the run.
func (r *trial) deadline() time.Duration {
	d := 30 * time.Second
	for i, a := range r.args {
		if a == "--deadline" {
			d, _ = time.ParseDuration(r.args[i+1]) // as it was drawn
		}
	}
	return d
}

// leeway is how much later than it should a run may end.
const leeway = 100 * time.Millisecond

// ended wants a run that ends in time and leaves nothing behind.
func (r *trial) ended(e *ended, most time.Duration) {
	if e.took > most+leeway {
		r.breaks("it took %s, and %s are allowed", e.took, most)
	}
	if r.interrupt > 0 && e.took > r.interrupt+leeway {
		r.breaks("interrupted after %s, it took %s", r.interrupt, e.took)
	}
	if len(e.left) > 0 {
		r.breaks("goroutines are left:\n%s", strings.Join(e.left, "\n\n"))
	}
}

// budget wants no more to be sent than is allowed, and told.
func (r *trial) budget(e *ended, d chaosDocument, tr truth) {
	if d.Queries.Total != e.total || d.Queries.CAA.Sent != e.caa {
		r.breaks("%d queries were sent, %d for CAA, and the report says %d and %d", e.total, e.caa, d.Queries.Total, d.Queries.CAA.Sent)
	}
	r.paced(e.traffic)
	for q, n := range e.same {
		if n > sameQuestion {
			r.breaks("asked %d times: %s", n, q)
		}
	}
	if most := 8*tr.queries + 100; e.total > most {
		r.breaks("%d queries, and %d where nothing goes wrong", e.total, tr.queries)
	}
}

// paced wants no server to get more than is polite.
func (r *trial) paced(sent traffic) {
	if sent.busiest > 16 {
		r.breaks("%d exchanges at once at one address", sent.busiest)
	}
	for a, at := range sent.sent {
		slices.SortFunc(at, time.Time.Compare)
		for i := range at {
			if i >= 200 && at[i].Sub(at[i-200]) < time.Second {
				r.breaks("more than 200 queries within a second to %s", a)
				break
			}
		}
	}
}

// sameQuestion is how often one address may be asked the same, whatever comes
// of it: a burst that is to find a limit has thirty questions, and a few more
// are put and put again besides.
const sameQuestion = 48

// status wants an exit status that tells what happened.
func (r *trial) status(e *ended, d chaosDocument) {
	if r.interrupt > 0 && e.took >= r.interrupt {
		if e.status != statusUnknown {
			r.breaks("interrupted, with status %d", e.status)
		}
		return
	}
	want := statusOf(d.Verdict, false)
	switch full := slices.Contains(r.args, "markdown=/dev/full") || e.out.hit && errors.Is(e.out.err, syscall.ENOSPC); {
	case full && (e.status != statusUnknown || !strings.Contains(e.stderr.String(), "no space left")):
		r.breaks("a report could not be written: status %d, stderr %q", e.status, e.stderr.String())
	case full, slices.Contains(r.args, "nagios"):
	case e.status != want:
		r.breaks("%s with status %d, stderr %q", d.Verdict, e.status, e.stderr.String())
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dns01/check"
)

// A wait ends in its time, and never says that a value is where it is not.
func TestChaosWait(t *testing.T) {
	b := newChaosBench(t)
	b.slow = 4
	playChaos(t, b, 8, chaosBeside(), (*chaosBench).playWait)
}

// A chaosWait is what a wait was told to do.
type chaosWait struct {
	*waitPlan
	total, interval, deadline time.Duration
	settle                    int
	format                    string
}

func (b *chaosBench) playWait(t *testing.T, seed uint64) *trial {
	r := &trial{notes: map[string]int{}}
	rng := chanceOf(seed)
	w := chaosWait{
		total:    []time.Duration{5 * time.Second, 40 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}[rng.IntN(5)],
		interval: []time.Duration{500 * time.Millisecond, 2 * time.Second, 2 * time.Second, 15 * time.Second}[rng.IntN(4)],
		settle:   1 + rng.IntN(3), deadline: 30 * time.Second,
		format: pick(rng, "json", "json", "jsonl", "jsonl", "text", "quiet"),
	}
	w.waitPlan = drawWait(t, rng, w.total)
	r.mishap = mishap{seed: seed, kind: "wait", world: "made", full: -1, stretch: max(1, w.total/(8*time.Second)), setting: w.words()}
	r.draw(rng, w.hosts())
	// A wait measures its time with a clock that nobody sets: what it is told
	// of the hour may be wrong, but as wrong at the end as at the beginning.
	for i := range r.steps {
		r.steps[i].after = 0
	}
	r.args = append(r.args, "--for", w.total.String(), "--interval", w.interval.String(), "--settle", fmt.Sprint(w.settle))
	switch w.format {
	case "quiet":
		r.args = append(r.args, "--quiet")
	default:
		r.args = append(r.args, "--format", w.format)
	}
	if rng.IntN(5) == 0 {
		r.args = append(r.args, "--strict")
	}
	for i, a := range r.args {
		if a == "--deadline" {
			w.deadline, _ = time.ParseDuration(r.args[i+1]) // as it was drawn
		}
	}
	e := r.run(t, w.scenario, slices.Concat([]string{"wait"}, w.args(), r.args)...)
	if e.status == statusUsage {
		r.breaks("usage: %s", e.stderr.String())
		return r
	}
	// What is under way when time is over is finished, and confirmed.
	r.ended(e, w.total+time.Duration(w.settle+1)*(w.interval+w.deadline))
	r.paced(e.traffic)
	r.waited(b.schema, w, e)
	return r
}

// A waitDocument is what is looked at of the report of a wait.
type waitDocument struct {
	chaosDocument
	StartedAt  time.Time `json:"started_at"`
	DurationMS int64     `json:"duration_ms"`
	Wait       struct {
		Outcome string
		Because string
		Rounds  int
		InRow   int `json:"in_row"`
		Settle  int
		Servers []waitState
		Queries struct{ Total int }
	}
}

type waitState struct {
	Name, Answer string
	Address      netip.Addr
	HasSet       bool `json:"has_set"`
}

// waited judges how a wait ended.
func (r *trial) waited(schema reportSchema, w chaosWait, e *ended) {
	text := e.out.Bytes()
	switch {
	case e.out.hit:
		r.waitCutOff(e)
		return
	case w.format == "text" || w.format == "quiet":
		r.waitStatus(w, e, endingIn(text))
		return
	}
	last := text
	if w.format == "jsonl" {
		if err := schema.checkLines(text, "", "round", "wait_document"); err != nil {
			r.breaks("%v in\n%s", err, text)
			return
		}
		lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
		last = lines[len(lines)-1]
		r.rounds(w, e, lines[:len(lines)-1])
	}
	var d waitDocument
	if err := errors.Join(schema.check("wait_document", last), json.Unmarshal(last, &d)); err != nil {
		r.breaks("%v in\n%s", err, text)
		return
	}
	r.agree(d.chaosDocument)
	if d.Wait.Queries.Total != e.total {
		r.breaks("%d queries were sent, and the report says %d", e.total, d.Wait.Queries.Total)
	}
	if most := d.Wait.Rounds * 400; e.total > most {
		r.breaks("%d queries in %d looks", e.total, d.Wait.Rounds)
	}
	r.waitOutcome(w, e, d)
	r.waitStatus(w, e, d.Wait.Outcome)
	r.notes[fmt.Sprintf("%s: %-11s %s", r.side(), d.Wait.Outcome, w.truth())]++
}

// truth is what becomes of the plan within the time allowed, in words.
func (w chaosWait) truth() string {
	since, stays := w.stays()
	switch {
	case !w.allowed:
		return "where CAA forbids"
	case stays && since < w.total:
		return "where all is there in time"
	}
	return "where something is missing to the end"
}

// waitOutcome holds what was said against the plan.
func (r *trial) waitOutcome(w chaosWait, e *ended, d waitDocument) {
	// Documents have whole seconds.
	from := d.StartedAt.Sub(e.from) - time.Second
	to := from + 2*time.Second + time.Duration(d.DurationMS)*time.Millisecond
	for _, s := range d.Wait.Servers {
		if some, _ := w.had(s.Address, s.Name, max(0, from), to); s.HasSet && !some && d.Wait.Outcome == "ready" {
			r.breaks("%s is said to have the values of %s, and does not", s.Address, s.Name)
		}
		if ever, _ := w.had(s.Address, s.Name, 0, to); s.HasSet && !ever {
			r.breaks("%s is said to have the values of %s, and never had", s.Address, s.Name)
		}
		if _, always := w.had(s.Address, s.Name, max(0, from), to); d.Wait.Outcome == "ready" && !s.HasSet && answersWithout.MatchString(s.Answer) {
			r.breaks("it is ready, and %s says %q for %s (it has them: %t)", s.Address, s.Answer, s.Name, always)
		}
	}
	switch d.Wait.Outcome {
	case "ready":
		r.waitReady(w, d)
	case "never":
		if d.Verdict != check.Blocked || d.Wait.Because == "" {
			r.breaks("never, with the verdict %s because of %q", d.Verdict, d.Wait.Because)
		}
		if r.ours && w.allowed {
			r.breaks("never because of %s, and all that is wrong is our own", d.Wait.Because)
		}
	}
	r.undisturbedWait(w, d)
}

// answersWithout are answers of servers that speak, and lack a value.
var answersWithout = regexp.MustCompile(`^(\d+ of|NXDOMAIN|no TXT)`)

// waitReady wants an order that is there on every server.
func (r *trial) waitReady(w chaosWait, d waitDocument) {
	if !w.allowed {
		r.breaks("it is ready, and CAA forbids it")
	}
	if d.Verdict != check.Ready && d.Verdict != check.AtRisk || slices.Contains(r.args, "--strict") && d.Verdict != check.Ready {
		r.breaks("the wait is ready, and the order %s", d.Verdict)
	}
	if d.Wait.InRow < d.Wait.Settle {
		r.breaks("believed after %d looks, and %d are asked for", d.Wait.InRow, d.Wait.Settle)
	}
	said := map[string]bool{}
	for _, s := range d.Wait.Servers {
		said[s.Name+" "+s.Address.String()] = true
	}
	for _, s := range w.servers {
		for _, a := range s.addrs {
			for _, n := range w.names {
				if !said[w.target(n)+" "+a.String()] && r.network == nil && r.faults == nil {
					r.breaks("nothing is said of %s at %s", w.target(n), a)
				}
			}
		}
	}
}

// undisturbedWait wants a wait with which nothing goes wrong to end as the
// plan has it.
func (r *trial) undisturbedWait(w chaosWait, d waitDocument) {
	if len(r.faults)+len(r.network) > 0 || r.interrupt > 0 || w.deadline < 30*time.Second {
		return
	}
	since, stays := w.stays()
	switch {
	case !w.allowed && d.Wait.Outcome != "never":
		r.breaks("%s, and CAA forbids it", d.Wait.Outcome)
	case w.allowed && stays && since < w.total && d.Wait.Outcome != "ready":
		r.breaks("%s, and everything is there since %s", d.Wait.Outcome, since)
	}
}

// rounds holds the lines of single looks against the plan.
func (r *trial) rounds(w chaosWait, e *ended, lines [][]byte) {
	before := time.Duration(0)
	for i, l := range lines {
		var d struct {
			Round   int
			At      time.Time
			Passing bool
			Servers []waitState
		}
		if err := json.Unmarshal(l, &d); err != nil || d.Round != i+1 {
			r.breaks("line %d: round %d, %v", i+1, d.Round, err)
			return
		}
		at := d.At.Sub(e.from) + time.Second
		if at < before {
			r.breaks("round %d is before the one before", d.Round)
		}
		for _, s := range d.Servers {
			if ever, _ := w.had(s.Address, s.Name, 0, at); s.HasSet && !ever {
				r.breaks("round %d: %s never had the values of %s by %s", d.Round, s.Address, s.Name, at)
			}
		}
		if d.Passing && !w.allowed {
			r.breaks("round %d passes, and CAA forbids it", d.Round)
		}
		before = at
	}
}

// endingIn is the outcome that text tells: a word with --quiet.
func endingIn(text []byte) string {
	word, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if slices.Contains([]string{"ready", "never", "not-yet", "unknown", "interrupted"}, word) {
		return word
	}
	return ""
}

// waitStatus wants the exit status and the outcome to say the same.
func (r *trial) waitStatus(w chaosWait, e *ended, outcome string) {
	if len(bytes.TrimSpace(e.out.Bytes())) == 0 {
		r.breaks("nothing was written")
	}
	interrupted := r.interrupt > 0 && e.took >= r.interrupt
	if interrupted && e.status != statusUnknown {
		r.breaks("interrupted, with status %d", e.status)
	}
	want, known := map[string]int{"ready": statusOK, "never": statusBlocked, "not-yet": statusRetry, "unknown": statusUnknown, "interrupted": statusUnknown}[outcome]
	switch {
	case outcome == "" && w.format == "text":
	case !known:
		r.breaks("the outcome is %q", outcome)
	case e.status != want || interrupted != (outcome == "interrupted"):
		r.breaks("%s with status %d, interrupted: %t", outcome, e.status, interrupted)
	}
}

// waitCutOff wants a wait whose output fails to say so, unless who read it has
// gone.
func (r *trial) waitCutOff(e *ended) {
	full := errors.Is(e.out.err, syscall.ENOSPC)
	if full && (e.status != statusUnknown || !strings.Contains(e.stderr.String(), "no space left")) {
		r.breaks("the report could not be written: status %d, stderr %q", e.status, e.stderr.String())
	}
	if !full && strings.Contains(e.stderr.String(), "pipe") {
		r.breaks("a reader that has gone is complained of: %q", e.stderr.String())
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"dns01/check"
	"dns01/resolver/lab"
	"dns01/testdata"
)

// A truth is what a run comes to in which nothing goes wrong but what the
// world tells of: the best and the worst verdict of each identifier, where the
// world itself changes or leaves something to chance.
type truth struct {
	best, worst map[string]check.Verdict
	queries     int // the most that it took
}

// truths are those that have been found out, by world and by what changes them.
type truths struct {
	mu    sync.Mutex
	known map[string]*truthOnce
}

type truthOnce struct {
	sync.Once
	truth truth
}

// gravity orders verdicts, best first.
func gravityOf(v check.Verdict) int {
	return slices.Index([]check.Verdict{check.Ready, check.AtRisk, check.Retry, check.Unknown, check.Blocked}, v)
}

// of is the truth of a world under the flags that change what is seen.
func (ts *truths) of(t *testing.T, b *chaosBench, name string, look []string, noIPv6 bool, faults ...string) truth {
	return ts.find(fmt.Sprint(name, look, noIPv6, faults), func() truth {
		worlds := []*lab.Scenario{b.worlds[name]}
		if s := steady(t, name); s != nil {
			worlds = append(worlds, s)
		}
		return b.findTruth(t, withFaults(t, worlds, faults), look, noIPv6)
	})
}

// withFaults are the worlds with more faults.
func withFaults(t *testing.T, worlds []*lab.Scenario, faults []string) (less []*lab.Scenario) {
	for _, s := range worlds {
		l, err := s.With(s.Name, faults, nil)
		if err != nil {
			t.Fatal(err)
		}
		less = append(less, l)
	}
	return less
}

// find is a truth that is found out once.
func (ts *truths) find(key string, find func() truth) truth {
	ts.mu.Lock()
	once := ts.known[key]
	if once == nil {
		once = &truthOnce{}
		ts.known[key] = once
	}
	ts.mu.Unlock()
	once.Do(func() { once.truth = find() })
	return once.truth
}

// findTruth plays a world, as it is and without what it leaves to chance, at
// each time at which it changes by itself.
func (b *chaosBench) findTruth(t *testing.T, worlds []*lab.Scenario, look []string, noIPv6 bool) truth {
	tr := truth{best: map[string]check.Verdict{}, worst: map[string]check.Verdict{}}
	if noIPv6 {
		for _, s := range slices.Clone(worlds) {
			less, err := s.With(s.Name, nil, []string{"no-ipv6"})
			if err != nil {
				t.Fatal(err)
			}
			worlds = append(worlds, less)
		}
	}
	for _, s := range worlds {
		w, err := s.World()
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range append([]time.Duration{0}, w.Edits()...) {
			d := b.undisturbed(t, s, look, at)
			tr.queries = max(tr.queries, d.Queries.Total)
			for _, id := range d.Identifiers {
				if v, ok := tr.best[id.Identifier]; !ok || gravityOf(id.Verdict) < gravityOf(v) {
					tr.best[id.Identifier] = id.Verdict
				}
				if gravityOf(id.Verdict) > gravityOf(tr.worst[id.Identifier]) {
					tr.worst[id.Identifier] = id.Verdict
				}
			}
		}
	}
	return tr
}

// truthFor is what a run is held against. Where letter case is lost, the CA's
// resolver compares what all servers say, and one that does not get through any
// more contradicts nobody: then the best is that of the world without it. One that
// brings nothing but an error does not contradict either, and is not waited for. Where
// two machines or several records take turns behind one address, a lost question is a turn, too, and
// all that is heard may come from the worse of them. And one that refuses at once
// is better than one that is silent to CAA: no time is lost on it.
func (b *chaosBench) truthFor(t *testing.T, r *trial) truth {
	noIPv6 := strings.Contains(strings.Join(r.network, " "), "no-ipv6")
	tr := b.truths.of(t, b, r.world, r.look, noIPv6)
	if b.has(t, r.world, " alternate ") || b.has(t, r.world, " single") {
		tr.worst = maps.Clone(tr.worst)
		for id := range tr.worst {
			tr.worst[id] = check.Blocked
		}
	}
	tr.best = maps.Clone(tr.best)
	for _, faults := range b.betterWithout(t, r) {
		for id, v := range b.truths.of(t, b, r.world, r.look, noIPv6, faults...).best {
			if gravityOf(v) < gravityOf(tr.best[id]) {
				tr.best[id] = v
			}
		}
	}
	return tr
}

// betterWithout are the faults of servers that were hit with which a world may be
// better than without, each set on its own.
func (b *chaosBench) betterWithout(t *testing.T, r *trial) (sets [][]string) {
	var instead func(fault string) string
	switch {
	case r.ours:
	case b.has(t, r.world, " lower-case\n"):
		instead = mute
	case b.has(t, r.world, " type=CAA drop\n"):
		instead = func(fault string) string { return hostOf(fault) + " refuse" }
	}
	if instead == nil {
		return nil
	}
	var all []string
	for _, f := range r.faults {
		if line := instead(f); hostOf(f) != "*" && !slices.Contains(all, line) {
			all = append(all, line)
			sets = append(sets, []string{line})
		}
	}
	return append(sets, all)
}

// hostOf is the server that a fault hits.
func hostOf(fault string) string {
	host, _, _ := strings.Cut(strings.Fields(fault)[0], "/")
	return host
}

// mute is the fault of the same server with which it says nothing that could be
// compared: it refuses what it brought an error to or garbled, and is silent to
// everything in the place of any other fault.
func mute(fault string) string {
	words := strings.Fields(fault)
	switch words[len(words)-1] {
	case "refuse", "lame", "servfail", "notimp", "formerr", "garbage", "cut":
		types := slices.DeleteFunc(words[1:], func(w string) bool { return !strings.HasPrefix(w, "type=") })
		return strings.Join(slices.Concat(words[:1], types, []string{"refuse"}), " ")
	}
	return hostOf(fault) + " drop"
}

// has reports whether the file of a world has some words.
func (b *chaosBench) has(t *testing.T, world, words string) bool {
	data, err := testdata.Scenario(world)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(data, []byte(words))
}

// undisturbed is the report of a run that begins at a time of the world.
func (b *chaosBench) undisturbed(t *testing.T, s *lab.Scenario, look []string, at time.Duration) (d chaosDocument) {
	file := filepath.Join(b.dir, "truth.json")
	synctest.Test(t, func(t *testing.T) {
		w, _, clock, err := chaosWorld(s, mishap{seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		w.exchanger.(*tap).Sockets.(*lab.World).Advance(at)
		p, _, stderr := newProgram(t, slices.Concat([]string{"check"}, s.Target, look, []string{"--output", "json=" + file})...)
		p.now, p.world = clock, w
		if p.run(t.Context()) == statusUsage {
			t.Fatalf("world %s: %s", s.Name, stderr)
		}
	})
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatalf("world %s: %v", s.Name, err)
	}
	return d
}

// leftToChance are the words of faults that make what is seen depend on how often,
// and how fast, something is asked.
var leftToChance = regexp.MustCompile(`(?m)^.*\b(p=|first=|rate-limit|rrl|alternate|single).*$`)

// steady is the scenario without those, nil when it has none.
func steady(t *testing.T, name string) *lab.Scenario {
	data, err := testdata.Scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(data)
	found := false
	for i, f := range a.Files {
		if f.Name == "faults" {
			a.Files[i].Data = leftToChance.ReplaceAll(f.Data, nil)
			found = !bytes.Equal(a.Files[i].Data, f.Data)
		}
	}
	if !found {
		return nil
	}
	s, err := lab.Parse(name, txtar.Format(a))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A chaosDocument is what is looked at of a report.
type chaosDocument struct {
	Schema      int
	Verdict     check.Verdict
	Identifiers []struct {
		Identifier      string
		Verdict         check.Verdict
		PredictedErrors []json.RawMessage `json:"predicted_errors"`
	}
	Findings []struct {
		ID          string
		Severity    check.Severity
		Identifiers []string
	}
	Queries struct {
		Total int
		CAA   struct{ Sent int }
	}
}

// judge holds what was said against the truth.
func (r *trial) judge(d chaosDocument, tr truth) {
	if len(d.Identifiers) != len(tr.best) {
		r.breaks("the report has %d identifiers, want %d", len(d.Identifiers), len(tr.best))
	}
	for _, id := range d.Identifiers {
		best, known := tr.best[id.Identifier]
		if !known {
			r.breaks("nobody asked for %s", id.Identifier)
			continue
		}
		why := " by " + strings.Join(findingsOf(d, id.Identifier), ", ")
		switch {
		case !allowed(id.Verdict, best):
			r.breaks("%s is %s, and in truth %s%s", id.Identifier, id.Verdict, best, why)
		case r.ours && id.Verdict == check.Blocked && tr.worst[id.Identifier] != check.Blocked:
			r.breaks("%s is blocked, in truth %s, and all that is wrong is our own%s", id.Identifier, best, why)
		}
		r.notes[fmt.Sprintf("%s: %-8s where the truth is %s", r.side(), id.Verdict, best)]++
	}
}

func (m mishap) side() string {
	if m.ours {
		return "ours  "
	}
	return "theirs"
}

func findingsOf(d chaosDocument, identifier string) []string {
	var ids []string
	for _, f := range d.Findings {
		if slices.Contains(f.Identifiers, identifier) {
			ids = append(ids, fmt.Sprintf("%s %s", f.Severity, f.ID))
		}
	}
	return ids
}

// allowed reports whether a verdict claims no more than is true. That a
// refusal may pass later is no claim that it is none.
func allowed(said, best check.Verdict) bool {
	switch said {
	case check.Ready:
		return best == check.Ready
	case check.AtRisk:
		return best == check.Ready || best == check.AtRisk
	}
	return true
}

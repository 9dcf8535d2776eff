//go:build linux

package rpl_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"dns01/resolver/lab"
	"github.com/google/go-cmp/cmp"
)

var (
	drawn = flag.Uint64("drawn", 30, "how many worlds TestRealUnboundAgreesOnDrawnWorlds draws")
	first = flag.Uint64("first", 1, "the seed of the first world")
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// TestRealUnboundAgreesOnDrawnWorlds draws worlds, one for each seed, and asks
// a real Unbound and us the same questions in them. DNS01_UNBOUND names the
// newest Unbound: an older one words many things differently.
func TestRealUnboundAgreesOnDrawnWorlds(t *testing.T) {
	e := errand{Unbound: os.Getenv("DNS01_UNBOUND")}
	if e.Unbound == "" {
		t.Skip("DNS01_UNBOUND does not name the newest Unbound")
	}
	program(t, "ip")
	if os.Geteuid() != 0 {
		unavailable(t, "networks of their own for the servers need root")
	}
	count := map[string]int{}
	for _, p := range playSeeds(t, e) {
		if p.Left != "" {
			t.Errorf("seed %s: %s", p.File, p.Left)
		}
		for _, a := range p.Answers {
			c := a.Tries[0]
			if !overlap(a.Tries) && c.bothBogus() && strings.Contains(drawnText(p.File), " @ ns2.") {
				count["words about another server"]++ // docs/resolver.md, section 5
				continue
			}
			if !overlap(a.Tries) {
				count["differ"]++
				t.Errorf("DIFFER seed %s %s (-Unbound +dns01):\n%s", p.File, a.Question, cmp.Diff(c.Theirs, c.Ours))
				t.Logf("seed %s:\n%s", p.File, drawnText(p.File))
				continue
			}
			count["agree"]++
			count[c.Ours.kind()]++
		}
	}
	t.Logf("%d worlds: %v", *drawn, count)
}

// bothBogus reports whether the two differ in words alone.
func (c comparison) bothBogus() bool { return c.Ours.EDE >= 0 && c.Theirs.EDE >= 0 }

// kind is a conclusion in short, to show that there are some of each.
func (c conclusion) kind() string {
	switch {
	case c.EDE >= 0:
		return fmt.Sprintf("EDE %d", c.EDE)
	case c.Authenticated:
		return c.Rcode + " AD"
	}
	return c.Rcode
}

// playSeeds has the worlds played, some side by side.
func playSeeds(t *testing.T, e errand) []played {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var done []played
	next := make(chan uint64)
	for range networks {
		e := e
		e.Dir = t.TempDir()
		wg.Go(func() {
			for seed := range next {
				e.Seed = seed
				p, err := e.run()
				if err != nil {
					p.Left = err.Error()
				}
				p.File = fmt.Sprint(seed)
				mu.Lock()
				done = append(done, p)
				mu.Unlock()
			}
		})
	}
	for seed := *first; seed < *first+*drawn; seed++ {
		next <- seed
	}
	close(next)
	wg.Wait()
	slices.SortFunc(done, func(a, b played) int { return strings.Compare(a.File, b.File) })
	return done
}

// playDrawn plays one world in this network.
func (e errand) playDrawn() (out played) {
	w, world, err := build(e.Seed)
	if err == nil {
		out.Answers, err = e.ask(world, w.questions)
	}
	if err != nil {
		out.Left = err.Error()
	}
	return out
}

// playWorld plays a file of the lab.
func (e errand) playWorld() (out played) {
	s, err := readWorld(e.File)
	if err != nil {
		return played{Left: err.Error()}
	}
	w, err := s.World()
	if err == nil {
		out.Answers, err = e.ask(w, s.Want)
	}
	if err != nil {
		out.Left = err.Error()
	}
	return out
}

// TestRealUnboundAgreesOnWorlds asks a real Unbound what TestWorlds asks us.
func TestRealUnboundAgreesOnWorlds(t *testing.T) {
	e := errand{Unbound: os.Getenv("DNS01_UNBOUND")}
	if e.Unbound == "" {
		t.Skip("DNS01_UNBOUND does not name the newest Unbound")
	}
	total := 0
	for _, p := range playAll(t, e, worldFiles(t)) {
		if p.Left != "" {
			t.Errorf("%s: %s", p.File, p.Left)
		}
		for _, a := range p.Answers {
			total++
			if c := a.Tries[0]; !overlap(a.Tries) {
				t.Errorf("DIFFER %s %s (-Unbound +dns01):\n%s", p.File, a.Question, cmp.Diff(c.Theirs, c.Ours))
			}
		}
	}
	t.Logf("%d questions", total)
}

// build leaves out the tamperings that have nothing to change.
func build(seed uint64) (*drawnWorld, *lab.World, error) {
	w := drawWorld(seed)
	all := w.tampers
	w.tampers = nil
	for _, line := range all {
		w.tampers = append(w.tampers, line)
		if _, err := w.world(); err != nil {
			w.tampers = w.tampers[:len(w.tampers)-1]
		}
	}
	world, err := w.world()
	return w, world, err
}

// drawnText is the scenario of a seed.
func drawnText(seed string) string {
	n, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return ""
	}
	w, _, _ := build(n)
	return string(w.text())
}

// A seed always makes the same world, and the lab can build it.
func TestDrawnWorldsAreBuilt(t *testing.T) {
	for seed := range uint64(8) {
		w, _, err := build(seed)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := build(seed)
		if err != nil || string(w.text()) != string(again.text()) || !slices.Equal(w.questions, again.questions) {
			t.Errorf("seed %d: %v: another world the second time", seed, err)
		}
	}
}

func (w *drawnWorld) world() (*lab.World, error) {
	s, err := lab.Parse("drawn.txtar", w.text())
	if err != nil {
		return nil, fmt.Errorf("%w:\n%s", err, w.text())
	}
	return s.World()
}

// ask serves the world in its place and puts the questions to both.
func (e errand) ask(world *lab.World, questions []string) (out []answered, err error) {
	if err := ownPublic(world); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	serving := make(chan error, 1)
	ready := make(chan struct{}, 1)
	go func() {
		serving <- world.ServeInPlace(ctx, func(lab.Endpoint) {
			select {
			case ready <- struct{}{}:
			default:
			}
		})
	}()
	select {
	case err := <-serving:
		return nil, err
	case <-ready:
	}
	var roots []netip.Addr
	for _, r := range world.Roots() {
		roots = append(roots, r.Addrs...)
	}
	u, err := e.startUnbound(roots, world.Epoch(), world.Anchors())
	if err != nil {
		return nil, err
	}
	defer u.stop()
	for _, q := range questions {
		asked, _, _ := cutQuestion(q)
		a := answered{Question: q}
		for try := 0; try < tries && !overlap(a.Tries); try++ {
			var c comparison
			if err := u.order(fmt.Sprintf("set_option cache-max-ttl: %d", kept[try%len(kept)])); err != nil {
				return nil, err
			}
			if c.Theirs, err = u.answer(asked); err != nil {
				return nil, err
			}
			c.Ours = askInLab(world, asked)
			a.Tries = append(a.Tries, c)
		}
		out = append(out, a)
	}
	return out, nil
}

// ownPublic has every address of the lab lead here.
func ownPublic(w *lab.World) error {
	batch := "link set lo up\n"
	for _, p := range w.Public() {
		batch += fmt.Sprintf("route replace local %s dev lo\n", p)
	}
	if err := os.WriteFile("/proc/sys/net/ipv6/ip_nonlocal_bind", []byte("1"), 0); err != nil {
		return err
	}
	cmd := exec.Command("ip", "-force", "-batch", "-")
	cmd.Stdin = strings.NewReader(batch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

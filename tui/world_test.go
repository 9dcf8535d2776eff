package tui

import (
	"bytes"
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got, -update to accept):\n%s", path, diff)
	}
}

// nothing is left to chance: not the letter case of a question either.
type always uint64

func (a always) Uint64() uint64 { return uint64(a) }

// A stage is a model on a made-up world, in the virtual time of its bubble.
// Commands run as bubbletea runs them; [stage.settle] takes in their messages
// until nothing but timers is left.
type stage struct {
	t     *testing.T
	m     Model
	world *lab.World
	msgs  chan tea.Msg
	quit  bool
}

// inWorld plays f on a scenario in virtual time.
func inWorld(t *testing.T, scenario string, f func(*stage), mend ...func(*Config)) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "scenarios", scenario+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	sc, err := lab.Parse(scenario, data)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, err := sc.World()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cfg := configFor(t, sc, w)
		for _, f := range mend {
			f(&cfg)
		}
		s := &stage{t: t, m: New(ctx, cfg), world: w, msgs: make(chan tea.Msg, 1000)}
		f(s)
		cancel()
		s.m.eng.cancel()
		s.m.eng.runs.Wait()
		time.Sleep(2 * longestPause) // for the timers that nobody waits for any more
	})
}

// configFor is what the command line makes of a scenario's target.
func configFor(t *testing.T, sc *lab.Scenario, w *lab.World) Config {
	t.Helper()
	ca, _ := known.Find("letsencrypt")
	cfg := Config{
		Order: check.Order{CA: ca, Challenge: "dns-01"},
		Look:  lookIn(w), Now: w.Now, ASCII: true,
		Renderer: lipgloss.NewRenderer(&bytes.Buffer{}),
		Value: func(text string) (string, string, error) {
			return "", text, nil
		},
		Challenges: []string{"dns-01"},
		Demo:       &Demo{Name: sc.Name, Title: sc.Title, Story: sc.Story, Advance: func() string { return advanceIn(w) }},
	}
	cfg.Renderer.SetColorProfile(termenv.Ascii)
	for i := 0; i < len(sc.Target); i++ {
		switch word := sc.Target[i]; word {
		case "--value":
			i++
			cfg.Order.Values = map[string][]string{"": append(cfg.Order.Values[""], sc.Target[i])}
		default:
			if strings.HasPrefix(word, "-") {
				t.Fatalf("the flag %s is not read here", word)
			}
			cfg.Names = append(cfg.Names, word)
		}
	}
	return cfg
}

func advanceIn(w *lab.World) string {
	at, ok := w.AdvanceToEdit()
	if !ok {
		return ""
	}
	return report.About(at)
}

// lookIn is a run in a world, as the command makes it.
func lookIn(w *lab.World) func(context.Context, []string, check.Order, func(survey.Event)) report.Report {
	return func(ctx context.Context, names []string, o check.Order, tell func(survey.Event)) report.Report {
		counter := &resolver.Counter{}
		x := resolver.Observe(resolver.Announce(w, func(q resolver.Query) { tell(survey.Sending(q)) }), func(ob resolver.Observation) {
			counter.Add(ob)
			tell(survey.Receiving(ob))
		})
		sv := survey.Take(ctx, survey.Target{Names: names}, survey.Options{
			Client: resolver.New(resolver.Config{
				Exchanger: x, Roots: w.Roots(), Allow: w.Public(), Timeout: time.Second, Rand: rand.New(always(0)),
			}),
			Counter: counter, Exchanger: x, Now: w.Now, Anchors: w.Anchors(), SignedAt: w.Epoch(),
			Probes: survey.ProbesDefault, Events: tell,
		})
		return report.Report{Tool: report.Tool{Name: "dns01"}, Order: o, Survey: sv, Result: check.Judge(sv, o)}
	}
}

// start begins at a size and waits for the end of the first run.
func (s *stage) start(w, h int) {
	s.t.Helper()
	s.send(tea.WindowSizeMsg{Width: w, Height: h})
	s.run(s.m.Init())
	s.settle()
	if s.m.Verdict() == "" {
		s.t.Fatal("no verdict after the first run")
	}
}

// run runs a command beside the model.
func (s *stage) run(c tea.Cmd) {
	if c == nil {
		return
	}
	go func() {
		if msg := c(); msg != nil {
			s.msgs <- msg
		}
	}()
}

func (s *stage) send(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
		return
	case tea.QuitMsg:
		s.quit = true
		return
	}
	next, c := s.m.update(msg)
	s.m = next
	s.run(c)
}

// settle takes in messages until the run under way, if any, is over.
func (s *stage) settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-s.msgs:
			s.send(msg)
			continue
		default:
		}
		if !s.m.running {
			return
		}
		s.send(<-s.msgs)
	}
}

// wait lets virtual time pass, and takes in what happens meanwhile.
func (s *stage) wait(d time.Duration) {
	over := time.After(d)
	for {
		select {
		case msg := <-s.msgs:
			s.send(msg)
		case <-over:
			s.settle()
			return
		}
	}
}

// press presses keys, as bubbletea names them, one after the other.
func (s *stage) press(keys ...string) {
	for _, k := range keys {
		s.send(keyNamed(k))
		s.settle()
	}
}

// write types a text.
func (s *stage) write(text string) {
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)})
	s.settle()
}

func keyNamed(k string) tea.KeyMsg {
	named := map[string]tea.KeyType{
		"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab,
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
		"ctrl+c": tea.KeyCtrlC, "ctrl+u": tea.KeyCtrlU, "ctrl+d": tea.KeyCtrlD, "backspace": tea.KeyBackspace,
	}
	if t, ok := named[k]; ok {
		return tea.KeyMsg{Type: t}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
}

// sees fails unless the screen has all of the texts.
func (s *stage) sees(texts ...string) {
	s.t.Helper()
	view := s.m.View()
	for _, text := range texts {
		if !strings.Contains(view, text) {
			s.t.Errorf("the screen lacks %q:\n%s", text, view)
		}
	}
}

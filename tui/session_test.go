package tui

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dns01/check"
	"dns01/report"
)

// Somebody with a stale secondary, who has never seen the program: within five
// keys they know which server it is and what to do.
func TestFirstTime(t *testing.T) {
	for _, size := range sizes {
		inWorld(t, showcase, func(s *stage) {
			s.start(size.w, size.h)
			keys := []string{"enter"}
			s.press(keys...)
			s.sees("ns2.example.com (203.0.113.1", "NXDOMAIN", "Change:", "zone transfer")
			if len(keys) > 5 {
				t.Errorf("%d keys", len(keys))
			}
		})
	}
}

// A watch looks again until the made-up world has mended itself, and tells
// when what changed.
func TestWatchSeesItTurnGreen(t *testing.T) {
	inWorld(t, "propagation-slow", func(s *stage) {
		s.start(80, 24)
		s.sees("AT RISK")
		s.press("w")
		s.sees("watching, next look at 00:00:")
		s.wait(time.Minute)
		s.sees("READY")
		s.press("1")
		s.sees("What changed", "example.com: AT RISK -> READY", "NXDOMAIN -> 1 of 1")
		s.press("w")
		run := s.m.run
		s.wait(5 * time.Minute)
		if s.m.run != run {
			t.Error("it looks again though watching has ended")
		}
	})
}

// In a demo nobody waits an hour.
func TestTimeCanBeMadeToPass(t *testing.T) {
	inWorld(t, showcase, func(s *stage) {
		s.start(80, 24)
		s.press("e")
		s.sees("READY", "60 min after the start now")
		s.press("e")
		s.sees("nothing else will change")
	})
}

// What is ordered can change after the run, and the judgement follows without
// another question.
func TestOrderChanges(t *testing.T) {
	inWorld(t, "caa-forbids", func(s *stage) {
		s.start(80, 24)
		s.sees("BLOCKED")
		run := s.m.run
		s.press("C")
		for s.m.menu.items[s.m.menu.cursor].Name != "digicert" {
			s.press("down")
		}
		s.press("enter")
		s.sees("READY", "DigiCert")
		s.press("v")
		s.write("LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM")
		s.press("enter")
		if got := s.m.Verdict(); got != check.Blocked {
			t.Errorf("with a value that is nowhere the verdict is %s", got)
		}
		s.press("v", "enter")
		s.sees("READY")
		s.press("A")
		s.write("https://acme.digicert.com/acct/1")
		s.press("enter")
		if got := s.m.order.Account; got != "https://acme.digicert.com/acct/1" {
			t.Errorf("the account is %q", got)
		}
		if s.m.run != run {
			t.Errorf("%d runs more", s.m.run-run)
		}
	})
}

// Every what-if says at once which way the decision goes, and u takes it back.
func TestWhatIf(t *testing.T) {
	inWorld(t, "caa-forbids", func(s *stage) {
		s.start(120, 40)
		s.press("4", "a", "ctrl+u")
		s.write("issue letsencrypt.org")
		s.press("enter")
		if s.m.prompt == nil || s.m.prompt.wrong == "" {
			s.t.Fatal("a record that is none was taken")
		}
		s.press("ctrl+u")
		s.write(`example.com CAA 0 issue "letsencrypt.org"`)
		s.press("enter")
		s.sees("WHAT IF: not published. It turns NO into YES", `example.com. IN CAA 0 issue "letsencrypt.org"`)
		s.press("u")
		if strings.Contains(s.m.View(), "WHAT IF") {
			t.Error("undone, and still supposed")
		}
		for !strings.HasPrefix(s.m.current().row().key, "record example.com") {
			s.press("down")
		}
		s.press("d")
		s.sees("It turns NO into YES", "no CAA record at example.com")
		s.press("u", "home")
		for !strings.HasPrefix(s.m.current().row().key, "record example.com") {
			s.press("down")
		}
		s.press("m", "ctrl+u")
		s.write(`0 issue ";"`)
		s.press("enter")
		s.sees("The answer stays NO")
	})
}

func TestSearchAndFilter(t *testing.T) {
	inWorld(t, showcase, func(s *stage) {
		s.start(120, 40)
		s.press("6", "f")
		s.write("server=ns2 type=TXT")
		s.press("enter")
		s.sees("Only server=ns2 type=TXT:", "ns2.example.com")
		for _, r := range s.m.current().shown.rows {
			if text := strings.Join(r.cells, " "); !r.head && (!strings.Contains(text, "ns2") || !strings.Contains(text, "TXT")) {
				t.Errorf("not filtered: %s", text)
			}
		}
		s.press("3", "/")
		s.write("2001:db8:2::53")
		s.press("enter")
		if got := s.m.current().row().key; got != "server 2001:db8:2::53" {
			t.Errorf("found %q", got)
		}
		s.press("/", "ctrl+u")
		s.write("no such thing")
		s.press("enter")
		s.sees("not found in this view")
	})
}

// A run is saved once, to where the user says, and no file is lost.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run.json")
	saver := Saver{"JSON", "json", func(path string, r report.Report) error {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		return report.JSON(f, r)
	}}
	inWorld(t, showcase, func(s *stage) {
		s.start(200, 24)
		for _, want := range []string{"saved " + path, "exists"} {
			s.press("s", "enter", "ctrl+u")
			s.write(path)
			s.press("enter")
			s.sees(want)
			s.press("esc")
		}
		if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), `"verdict": "at_risk"`) {
			t.Errorf("%v: %.100s", err, data)
		}
	}, func(c *Config) { c.Savers = []Saver{saver} })
}

func TestCopyAndKeep(t *testing.T) {
	var copied []string
	inWorld(t, "caa-forbids", func(s *stage) {
		s.start(80, 24)
		s.press("y", "c", "c")
		const record = `www.example.com. IN CAA 0 issue "letsencrypt.org"`
		if len(copied) != 1 || !strings.Contains(copied[0], `IN CAA 0 issue "letsencrypt.org"`) {
			t.Errorf("copied %q, want such as %q", copied, record)
		}
		if kept := s.m.Kept(); len(kept) != 1 || kept[0] != copied[0] {
			t.Errorf("kept %q", kept)
		}
	}, func(c *Config) { c.Copy = func(text string) { copied = append(copied, text) } })
}

// Whoever quits does not wait for servers that do not answer.
func TestQuitEndsTheRun(t *testing.T) {
	inWorld(t, "resolver-edns-dropped", func(s *stage) {
		s.send(sizeMsg(80, 24))
		s.run(s.m.Init())
		for !s.m.running {
			s.send(<-s.msgs)
		}
		begun := time.Now()
		s.press("q")
		s.m.eng.runs.Wait()
		if d := time.Since(begun); d > 0 || !s.quit {
			t.Errorf("quit: %v, after %v", s.quit, d)
		}
	})
}

// Letters that come in one piece are keys one after the other, and one that
// follows esc closely is no other key.
func TestKeysInOnePiece(t *testing.T) {
	inWorld(t, showcase, func(s *stage) {
		s.start(80, 24)
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("3j2")})
		s.sees("[2 Path]")
		s.press("enter")
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("4"), Alt: true})
		s.sees("[4 CAA]")
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("q"), Paste: true})
		if s.quit {
			t.Error("what was pasted was taken for keys")
		}
	})
}

func TestMouse(t *testing.T) {
	inWorld(t, showcase, func(s *stage) {
		s.start(80, 24)
		click := func(x, y int) {
			s.send(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
		}
		click(20, 1)
		s.sees("[3 Servers]")
		lines := strings.Split(s.m.View(), "\n")
		for y, l := range lines {
			if strings.Contains(l, "2001:db8:2::53  ns2") {
				click(10, y)
			}
		}
		if got := s.m.current().row().key; got != "server 2001:db8:2::53" {
			t.Errorf("a click chose %q", got)
		}
		s.send(tea.MouseMsg{X: 10, Y: 5, Button: tea.MouseButtonWheelUp})
		if got := s.m.current().row().key; got != "server 203.0.113.1" {
			t.Errorf("the wheel chose %q", got)
		}
	})
}

// Through every view with every key that moves: nothing breaks, and the screen
// keeps its form.
func TestEveryKeyEverywhere(t *testing.T) {
	keys := []string{"down", "j", "up", "k", "pgdown", "pgup", "G", "g", "J", "K", "enter", "down", "pgdown", "G", "esc", "tab", "shift+tab", "]", "[", "n", "N", "y", "c", "?", "down", "esc", "C", "esc", "M", "esc", "D", "esc", "s", "esc", "/", "esc", "A", "esc", "v", "esc", "a", "esc", "m", "esc", "d", "u", "f", "esc", "R"}
	for _, scenario := range []string{showcase, "caa-forbids-wildcard", "alias-dangling", "alias-too-long", "dnssec-expired-on-one"} {
		inWorld(t, scenario, func(s *stage) {
			s.start(60, 15)
			for view := range s.m.browsers {
				for _, k := range keys {
					s.m = s.m.show(view)
					s.press(k)
					checked(t, s.m.View(), 60, 15)
				}
				s.press("esc")
			}
		})
	}
}

// An hour of watching leaves no more behind than its last run.
func TestWatchingKeepsMemoryFlat(t *testing.T) {
	inWorld(t, showcase, func(s *stage) {
		s.start(80, 24)
		s.press("w")
		s.wait(10 * time.Minute)
		early := heap()
		runs := s.m.run
		s.wait(49 * time.Minute)
		late := heap()
		t.Logf("%d runs, heap %d KiB after 10 minutes, %d KiB after 59", s.m.run, early>>10, late>>10)
		if s.m.run < runs+50 {
			t.Errorf("only %d runs in 49 minutes", s.m.run-runs)
		}
		// The lab keeps a log of what arrived, some 100 octets a query.
		if log := uint64(len(s.world.Log())) * 400; late > early+log+2<<20 {
			t.Errorf("the heap grew from %d to %d KiB", early>>10, late>>10)
		}
	})
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

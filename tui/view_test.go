package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
)

var sizes = []struct{ w, h int }{{60, 15}, {80, 24}, {120, 40}, {200, 60}}

// What a person sees in each view, at the sizes that terminals have.
func TestViews(t *testing.T) {
	names := []string{"names", "path", "servers", "caa", "findings", "exchanges", "ca-says"}
	inWorld(t, showcase, func(s *stage) {
		s.start(80, 24)
		for i, name := range names {
			s.press(fmt.Sprint(i + 1))
			for _, size := range sizes {
				s.send(tea.WindowSizeMsg{Width: size.w, Height: size.h})
				golden(t, fmt.Sprintf("%s-%dx%d.txt", name, size.w, size.h), checked(t, s.m.View(), size.w, size.h)+"\n")
			}
		}
	})
}

const showcase = "stale-secondary"

// checked wants a screen that fits, in ASCII.
func checked(t *testing.T, view string, w, h int) string {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) != h {
		t.Errorf("%d lines on a screen of %d", len(lines), h)
	}
	for _, l := range lines {
		if n := ansi.StringWidth(l); n > w {
			t.Errorf("%d columns on a screen of %d: %s", n, w, l)
		}
		for _, r := range l {
			if r > '~' || r < ' ' {
				t.Errorf("%q is no ASCII: %s", r, l)
				break
			}
		}
	}
	return view
}

// Every colour stands beside a word, so the coloured screen holds the same
// text.
func TestColours(t *testing.T) {
	coloured := ""
	inWorld(t, showcase, func(s *stage) {
		s.start(80, 24)
		coloured = s.m.View()
		golden(t, "findings-80x24-colour.txt", strings.ReplaceAll(coloured, "\x1b", "<ESC>")+"\n")
	}, func(c *Config) { c.Renderer.SetColorProfile(termenv.ANSI) })
	inWorld(t, showcase, func(s *stage) {
		s.start(80, 24)
		if got := ansi.Strip(coloured); got != s.m.View() {
			t.Errorf("without its colours the screen differs:\n%s", got)
		}
	})
}

func TestOtherScreens(t *testing.T) {
	tests := []struct {
		name     string
		scenario string
		w, h     int
		keys     []string
	}{
		{"help", showcase, 80, 24, []string{"?"}},
		{"help-120x40", showcase, 120, 40, []string{"?"}},
		{"menu-ca", showcase, 80, 24, []string{"C", "down"}},
		{"prompt-value", showcase, 80, 24, []string{"v"}},
		{"detail-zoomed", showcase, 80, 24, []string{"enter"}},
		{"too-narrow", showcase, 40, 24, nil},
		{"too-low", showcase, 80, 8, nil},
		{"what-if", "caa-forbids", 80, 24, []string{"4", "a", "enter"}},
		{"several-names", "caa-forbids-wildcard", 80, 24, nil},
		{"several-names-120x40", "caa-forbids-wildcard", 120, 40, []string{"1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, tt.scenario, func(s *stage) {
				s.start(tt.w, tt.h)
				s.press(tt.keys...)
				view := s.m.View()
				if tt.w >= minWidth && tt.h >= minHeight {
					checked(t, view, tt.w, tt.h)
				}
				golden(t, tt.name+".txt", view+"\n")
			})
		})
	}
}

// Before the first answer there is a screen, and it tells how far the run is.
func TestProgressIsSeen(t *testing.T) {
	inWorld(t, "resolver-edns-dropped", func(s *stage) {
		s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
		s.run(s.m.Init())
		for s.m.live.hopCount+s.m.live.cutCount == 0 || sum(s.m.live.received) < 5 {
			s.send(<-s.msgs)
		}
		s.sees("looking at", "now", "every server, from the root", "under way", "zone")
		s.settle()
	})
}

package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"

	"dns01/tui/internal/screenshot"
)

//go:generate go test -count=1 -run ^TestScreenshots$ . -update

// The pictures in docs/img are drawn from made-up worlds, so they show what
// the program shows.
func TestScreenshots(t *testing.T) {
	tests := []struct {
		name, scenario string
		play           func(*stage)
	}{
		{"findings", showcase, func(*stage) {}},
		{"servers", showcase, func(s *stage) { s.press("3") }},
		{"path", "dnssec-expired-on-one", func(s *stage) { s.press("2") }},
		{"what-if", "caa-forbids", func(s *stage) { s.press("4", "a", "enter") }},
		{"watch", "propagation-slow", func(s *stage) { s.press("1", "w"); s.wait(time.Minute) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const w, h = 100, 28
			inWorld(t, tt.scenario, func(s *stage) {
				s.start(w, h)
				s.m.note = ""
				tt.play(s)
				drawn(t, filepath.Join("..", "docs", "img", "tui-"+tt.name+".svg"), s.m.View(), w, h)
			}, func(c *Config) {
				c.ASCII = false
				c.Renderer.SetColorProfile(termenv.ANSI)
			})
		})
	}
}

// drawn compares a picture with its file.
func drawn(t *testing.T, path, screen string, w, h int) {
	t.Helper()
	var b strings.Builder
	if err := screenshot.SVG(&b, screen, w, h); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is out of date (go generate ./tui draws it anew):\n%s", path, diff)
	}
}

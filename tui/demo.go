package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

type msg = tea.Msg

// advance lets the made-up world's time pass, then looks again.
func advance(m Model) (Model, cmd) {
	at := m.cfg.Demo.Advance()
	if at == "" {
		return m.say("nothing else will change in this world; D goes to another"), nil
	}
	if m.running {
		return m.say("it is " + at + " later now; r looks again"), nil
	}
	m, c := m.start(m.names())
	return m.say("it is " + at + " after the start now; looking again"), c
}

// opened is a world to go to, or why that is not possible.
type opened struct {
	cfg Config
	err error
}

// chooseWorld asks which made-up world to go to.
func chooseWorld(m Model) (Model, cmd) {
	d := m.cfg.Demo
	if len(d.Others) == 0 || d.Open == nil {
		return m.say("there is no other world"), nil
	}
	return m.choice("Which world?", d.Others, d.Name, func(m Model, name string) (Model, cmd) {
		return m.say("going to " + name), func() tea.Msg {
			c, err := d.Open(name)
			return opened{c, err}
		}
	})
}

// becomes starts over with another configuration. What was kept for printing
// stays.
func (m Model) becomes(o opened) (Model, cmd) {
	if o.err != nil {
		return m.say(o.err.Error()), nil
	}
	if m.running {
		return m.say("a run is under way; choose again when it is over"), nil
	}
	next := New(m.eng.ctx, o.cfg)
	next.eng.cancel()
	next.eng, next.run = m.eng, m.run
	next.w, next.h, next.kept = m.w, m.h, m.kept
	return next.start(next.names())
}

// storyLines are the demo's story, for the screen shown while the first run
// goes on.
func (m Model) storyLines(w int) []string {
	d := m.cfg.Demo
	if d == nil {
		return nil
	}
	text := ""
	for p := range strings.SplitSeq(d.Story, "\n\n") {
		text += paragraph(strings.ReplaceAll(p, "\n", " "), m.textOptions(w)) + "\n"
	}
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

package tui

import (
	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// A prompt asks for one line of text in place of the keys.
type prompt struct {
	label string
	input textinput.Model
	wrong string // why the last text was not taken
	done  answer
}

// An answer takes a text. An error keeps the prompt open and says why.
type answer func(m Model, text string) (Model, cmd, error)

// ask opens a prompt with a text to begin with.
func (m Model) ask(label, begin string, done answer) (Model, cmd) {
	in := textinput.New()
	in.Prompt = ""
	in.SetValue(begin)
	in.CursorEnd()
	in.Cursor.SetMode(cursor.CursorStatic)
	in.Cursor.Style, in.Cursor.TextStyle = m.st.looks[plain], m.st.looks[plain]
	in.TextStyle, in.PlaceholderStyle = m.st.looks[plain], m.st.looks[faint]
	in.Focus()
	m.prompt = &prompt{label: label, input: in, done: done}
	return m, nil
}

// prompted handles keys while a prompt is open.
func (m Model) prompted(k tea.KeyMsg) (Model, cmd) {
	p := *m.prompt
	switch k.String() {
	case "esc":
		m.prompt = nil
		return m, nil
	case "enter":
		m.prompt = nil
		next, c, err := p.done(m, p.input.Value())
		if err != nil {
			p.wrong = err.Error()
			m.prompt = &p
			return m, nil
		}
		return next, c
	}
	p.wrong = ""
	var c cmd
	p.input, c = p.input.Update(k)
	m.prompt = &p
	return m, c
}

// A menu asks to choose one of several things.
type menu struct {
	title  string
	items  []Choice
	cursor int
	done   func(m Model, name string) (Model, cmd)
}

// choice opens a menu, its cursor on the item of that name.
func (m Model) choice(title string, items []Choice, now string, done func(Model, string) (Model, cmd)) (Model, cmd) {
	mn := &menu{title: title, items: items, done: done}
	for i, c := range items {
		if c.Name == now {
			mn.cursor = i
		}
	}
	m.menu = mn
	return m, nil
}

// picked handles keys while a menu is open.
func (m Model) picked(k tea.KeyMsg) (Model, cmd) {
	mn := *m.menu
	page := max(1, m.layout().bodyH-2)
	switch k.String() {
	case "esc", "q":
		m.menu = nil
		return m, nil
	case "enter":
		m.menu = nil
		return mn.done(m, mn.items[mn.cursor].Name)
	case "down", "j":
		mn.cursor++
	case "up", "k":
		mn.cursor--
	case "pgdown", " ":
		mn.cursor += page
	case "pgup":
		mn.cursor -= page
	case "home", "g":
		mn.cursor = 0
	case "end", "G":
		mn.cursor = len(mn.items) - 1
	}
	mn.cursor = min(max(mn.cursor, 0), len(mn.items)-1)
	m.menu = &mn
	return m, nil
}

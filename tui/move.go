package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// scrolled moves the window on the detail, as far as there is text.
func (m Model) scrolled(n int) Model {
	l := m.layout()
	b := m.current().scroll(n)
	b.below = min(b.below, max(0, len(m.detail(l))-l.detailH))
	return m.with(b)
}

// zoomed gives the detail the whole body, or takes it back.
func (m Model) zoomed() Model {
	b := m.current()
	if m.view == viewNames {
		return m.show(viewFindings)
	}
	b.zoom, b.below = !b.zoom, 0
	return m.with(b)
}

// back leaves the detail.
func (m Model) back() Model {
	b := m.current()
	b.zoom, b.below = false, 0
	return m.with(b)
}

// ends goes to the first row or the last one, or end of the detail.
func (m Model) ends(sign int) Model {
	if m.current().zoom {
		return m.scrolled(sign * 1 << 20)
	}
	return m.with(m.current().move(sign * 1 << 20))
}

// search asks for text.
func search(m Model) (Model, cmd) {
	return m.ask("search", m.query, func(m Model, text string) (Model, cmd, error) {
		m.query = text
		return m.found(1), nil, nil
	})
}

// found goes to the next row that has the text searched for.
func (m Model) found(step int) Model {
	if m.query == "" {
		return m.say("nothing to search for; / asks")
	}
	b, ok := m.current().find(m.subject(), m.query, step, m.textOptions(m.layout().detailW))
	if !ok {
		return m.say("not found in this view: " + m.query)
	}
	return m.with(b)
}

// helped handles keys while the help is open.
func (m Model) helped(k tea.KeyMsg) Model {
	switch k.String() {
	case "down", "j":
		m.helpAt++
	case "up", "k":
		m.helpAt--
	case "pgdown", " ":
		m.helpAt += m.h / 2
	case "pgup":
		m.helpAt -= m.h / 2
	default:
		m.help = false
	}
	m.helpAt = max(0, min(m.helpAt, len(m.helpLines())-m.layout().bodyH))
	return m
}

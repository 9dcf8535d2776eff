package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// Update takes in a message.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	next, c := m.update(msg)
	return next, c
}

func (m Model) update(msg tea.Msg) (Model, cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		return m.refresh(), nil
	case tea.KeyMsg:
		return m.typed(msg)
	case tea.MouseMsg:
		return m.mouse(msg), nil
	case begin:
		return m.start(m.names())
	case happened:
		return m.follow(msg)
	case judged:
		return m.finish(msg)
	case tick:
		if m.running && msg.run == m.run {
			return m, m.ticking()
		}
	case lookAgain:
		return m.again(msg)
	case broken:
		m.fault = msg.err
		return m.quit()
	case opened:
		return m.becomes(msg)
	case saved:
		return m.say(string(msg)), nil
	}
	return m, nil
}

// typed takes keys apart that came in one piece: letters typed quickly or over
// a slow line, and a letter that follows esc closely, which looks like alt.
// What is pasted is text for a prompt and no keys.
func (m Model) typed(k tea.KeyMsg) (Model, cmd) {
	if k.Type != tea.KeyRunes || m.prompt != nil && !k.Alt {
		return m.key(k)
	}
	if k.Paste {
		return m, nil
	}
	keys := []tea.KeyMsg{}
	if k.Alt {
		keys = append(keys, tea.KeyMsg{Type: tea.KeyEsc})
	}
	for _, r := range k.Runes {
		keys = append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	var all []cmd
	for _, k := range keys {
		var c cmd
		m, c = m.key(k)
		all = append(all, c)
	}
	return m, tea.Batch(all...)
}

// key hands a key to what is open, or finds the command that it stands for.
func (m Model) key(k tea.KeyMsg) (Model, cmd) {
	m.note = ""
	switch {
	case k.String() == "ctrl+c":
		return m.quit()
	case m.prompt != nil:
		return m.prompted(k)
	case m.menu != nil:
		return m.picked(k)
	case m.help:
		return m.helped(k), nil
	}
	for _, c := range m.commands() {
		if c.has(k.String()) {
			return c.do(m)
		}
	}
	return m, nil
}

// mouse turns the wheel into movement, and a click into a choice.
func (m Model) mouse(e tea.MouseMsg) Model {
	if m.prompt != nil || m.menu != nil || m.help {
		return m
	}
	l := m.layout()
	onDetail := l.onlyDetail || l.beside && e.X > l.w-l.detailW || !l.beside && e.Y > l.h-3-l.detailH
	switch {
	case e.Button == tea.MouseButtonWheelUp && onDetail:
		return m.scrolled(-3)
	case e.Button == tea.MouseButtonWheelDown && onDetail:
		return m.scrolled(3)
	case e.Button == tea.MouseButtonWheelUp:
		return m.with(m.current().move(-1))
	case e.Button == tea.MouseButtonWheelDown:
		return m.with(m.current().move(1))
	case e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress && e.Y == 1:
		return m.clickedTab(e.X)
	case e.Button == tea.MouseButtonLeft && e.Action == tea.MouseActionPress && !onDetail:
		return m.clickedRow(l, e.X, e.Y)
	}
	return m
}

// clickedRow puts the cursor on the row of the list that stands there.
func (m Model) clickedRow(l layout, x, y int) Model {
	line := y - 2
	if l.rule {
		line--
	}
	h := l.listH
	if m.current().shown.titled() {
		line, h = line-1, h-1
	}
	if line < 0 || line >= h || x < l.side+l.sideSeparator {
		return m
	}
	b := m.current()
	if at := b.window(h).top + line; at < len(b.shown.rows) && !b.shown.rows[at].head {
		b.below = 0
		return m.with(b.at(at))
	}
	return m
}

// clickedTab goes to the view whose name is in that column.
func (m Model) clickedTab(x int) Model {
	at := 0
	for i, t := range m.tabs() {
		if at += len(t) + 2; x < at {
			return m.show(i)
		}
	}
	return m
}

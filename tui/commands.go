package tui

import (
	"slices"
	"strings"
)

// A command is what keys do. The footer and the help are made of these, so a
// key that works is a key that is told of.
type command struct {
	keys []string // as bubbletea names them; the first is the one that is told
	name string   // how the keys are told, where that is not the first of them
	help string   // one or two words, for the footer; "" leaves it out there
	says string   // what it does, for the help
	part string   // heading in the help; that of the command before when ""
	when func(Model) bool
	do   func(Model) (Model, cmd)
}

func (c command) has(key string) bool { return slices.Contains(c.keys, key) }

// told is how the footer and the help call the keys.
func (c command) told() string {
	if c.name != "" {
		return c.name
	}
	return c.keys[0]
}

// commands are those that have a meaning now: those of the view first.
func (m Model) commands() []command {
	own := m.current().pane.commands()
	if len(own) > 0 {
		own[0].part = "In this view"
	}
	all := slices.Concat(own, moving(), looking(), ordering(), keeping(), ending())
	return slices.DeleteFunc(all, func(c command) bool { return c.when != nil && !c.when(m) })
}

// do wraps what needs no command of bubbletea.
func do(f func(Model) Model) func(Model) (Model, cmd) {
	return func(m Model) (Model, cmd) { return f(m), nil }
}

func moving() []command {
	move := func(n int) func(Model) (Model, cmd) {
		return do(func(m Model) Model {
			if m.current().zoom {
				return m.scrolled(n)
			}
			return m.with(m.current().move(n))
		})
	}
	page := func(sign int) func(Model) (Model, cmd) {
		return do(func(m Model) Model {
			if m.current().zoom {
				return m.scrolled(sign * max(1, m.layout().detailH-1))
			}
			return m.with(m.current().move(sign * max(1, m.layout().listH-1)))
		})
	}
	return []command{
		{part: "Moving", keys: []string{"up", "k"}, says: "", do: move(-1)},
		{keys: []string{"down", "j"}, name: "j k", help: "move", says: "to the row below, the row above (down, up)", do: move(1)},
		{keys: []string{"enter"}, help: "open", says: "the detail over the whole screen, and back", do: do(Model.zoomed)},
		{keys: []string{"esc", "backspace"}, name: "esc", says: "back", do: do(Model.back)},
		{keys: []string{"tab", "right", "l"}, name: "tab", help: "view", says: "to the next view (right, l)", do: do(func(m Model) Model { return m.show(m.view + 1) })},
		{keys: []string{"shift+tab", "left", "h"}, name: "shift+tab", says: "to the view before (left, h)", do: do(func(m Model) Model { return m.show(m.view - 1) })},
		{keys: []string{"1", "2", "3", "4", "5", "6", "7"}, name: "1-7", says: "to that view", when: never, do: nil},
		numbered(1), numbered(2), numbered(3), numbered(4), numbered(5), numbered(6), numbered(7),
		{keys: []string{"]"}, name: "] [", help: "name", says: "to the next name of the order, or the one before", when: several, do: do(func(m Model) Model { return m.choose(m.chosen + 1) })},
		{keys: []string{"["}, when: several, do: do(func(m Model) Model { return m.choose(m.chosen - 1) })},
		{keys: []string{"J", "ctrl+d"}, name: "J K", says: "scroll the detail (ctrl+d, ctrl+u)", do: do(func(m Model) Model { return m.scrolled(3) })},
		{keys: []string{"K", "ctrl+u"}, do: do(func(m Model) Model { return m.scrolled(-3) })},
		{keys: []string{"pgdown", " "}, name: "pgdn pgup", says: "a page on, a page back (space)", do: page(1)},
		{keys: []string{"pgup"}, do: page(-1)},
		{keys: []string{"home", "g"}, name: "g G", says: "to the first row, to the last (home, end)", do: do(func(m Model) Model { return m.ends(-1) })},
		{keys: []string{"end", "G"}, do: do(func(m Model) Model { return m.ends(1) })},
		{keys: []string{"/"}, help: "search", says: "in the rows of this view and their details", do: search},
		{keys: []string{"n"}, name: "n N", says: "to the next match, to the one before", do: do(func(m Model) Model { return m.found(1) })},
		{keys: []string{"N"}, do: do(func(m Model) Model { return m.found(-1) })},
	}
}

// numbered is the key of a view; the help tells of all of them in one line.
func numbered(n int) command {
	return command{keys: []string{string(rune('0' + n))}, do: do(func(m Model) Model { return m.show(n - 1) })}
}

func never(Model) bool     { return false }
func several(m Model) bool { return len(m.entries) > 1 }
func live(m Model) bool    { return m.cfg.Look != nil }
func inDemo(m Model) bool  { return m.cfg.Demo != nil }

func looking() []command {
	return []command{
		{part: "Looking", keys: []string{"r"}, help: "look again", says: "ask everything anew", when: live, do: func(m Model) (Model, cmd) { return m.start(m.names()) }},
		{keys: []string{"R"}, says: "ask anew for this name only", when: live, do: func(m Model) (Model, cmd) { return m.start([]string{m.subject().name}) }},
		{keys: []string{"w"}, help: "watch", says: "look again and again until this is pressed again", when: live, do: toggleWatch},
		{keys: []string{"e"}, help: "let time pass", says: "set the made-up world's clock to its next change", when: inDemo, do: advance},
		{keys: []string{"D"}, says: "go to another made-up world", when: inDemo, do: chooseWorld},
	}
}

func ordering() []command {
	return []command{
		{part: "What is ordered", keys: []string{"v"}, help: "value", says: "enter an expected TXT value, or none", do: askValue},
		{keys: []string{"C"}, says: "choose the CA", do: chooseCA},
		{keys: []string{"A"}, says: "enter the account URI", do: askAccount},
		{keys: []string{"M"}, says: "choose the challenge type", do: chooseChallenge},
	}
}

func keeping() []command {
	return []command{
		{part: "Keeping", keys: []string{"y"}, help: "copy", says: "copy the fix, record or command to the clipboard (OSC 52)", do: copyRow},
		{keys: []string{"c"}, says: "print it when the program ends: where the clipboard does not work", do: do(keepRow)},
		{keys: []string{"s"}, help: "save", says: "save this run to a file", do: chooseSaver},
	}
}

func ending() []command {
	return []command{
		{part: "The program", keys: []string{"?"}, help: "keys", says: "this list", do: do(func(m Model) Model { m.help, m.helpAt = true, 0; return m })},
		{keys: []string{"q"}, help: "quit", says: "end the run under way and the program (ctrl+c)", do: Model.quit},
	}
}

// helpLines are the help: every command with what it does.
func (m Model) helpLines() []string {
	var lines []string
	part := ""
	for _, c := range append(m.commands(), command{name: "1-7", keys: []string{"1"}, says: "to the view of that number", part: "Views"}) {
		if c.part != "" && c.part != part {
			part = c.part
			if len(lines) > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, m.st.draw(strong, part))
		}
		if c.says == "" {
			continue
		}
		key := c.told()
		lines = append(lines, "  "+m.st.draw(info, key)+strings.Repeat(" ", max(2, 12-len(key)))+c.says)
	}
	return append(lines, "", m.st.draw(faint, "esc closes this"))
}

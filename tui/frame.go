package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dns01/report"
)

// body draws what stands between the tabs and the status line.
func (m Model) body(l layout) []string {
	switch {
	case m.menu != nil:
		return filled(m.menuLines(l), l.bodyH)
	case m.help:
		return m.helpWindow(l)
	case m.subject().report == nil && m.view != viewNames && m.view != viewExchanges:
		return filled(m.waiting(l), l.bodyH)
	}
	main := m.main(l)
	if l.side == 0 {
		return main
	}
	return besides(filled(m.sideLines(l), l.bodyH), main, l.side, m.separator())
}

// helpWindow is the part of the help that is seen, with a word on what is not.
func (m Model) helpWindow(l layout) []string {
	lines := m.helpLines()
	lines = lines[min(m.helpAt, len(lines)-1):]
	if more := len(lines) - l.bodyH; more > 0 && l.bodyH > 0 {
		word := fmt.Sprintf("%s %s more (j)", m.st.marks.down, counted(more+1, "line"))
		lines = append(lines[:l.bodyH-1], m.st.draw(faint, word))
	}
	return filled(lines, l.bodyH)
}

func (m Model) separator() string { return " " + m.st.draw(faint, m.st.marks.bar) + " " }

// waiting is shown while nothing has been judged yet.
func (m Model) waiting(l layout) []string {
	lines := m.live.lines(m.subject(), m.st, m.elapsed())
	if story := m.storyLines(l.w); len(story) > 0 && len(story)+len(lines) < l.bodyH {
		lines = append(append(story, ""), lines...)
	}
	return lines
}

// main draws the list and the detail of the view.
func (m Model) main(l layout) []string {
	b := m.current()
	if l.onlyDetail {
		return m.detailWindow(l)
	}
	list := filled(b.list(m.st, l.listW, l.listH), l.listH)
	if l.beside {
		return besides(list, m.detailWindow(l), l.listW, m.separator())
	}
	rule := m.st.draw(faint, strings.Repeat(m.st.marks.rule, l.bodyW))
	return append(append(list, rule), m.detailWindow(l)...)
}

// detail is the text on the row under the cursor.
func (m Model) detail(l layout) []string {
	b := m.current()
	text := b.pane.detail(m.subject(), b.row(), m.textOptions(l.detailW))
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if ansi.StringWidth(line) > l.detailW {
			line = ansi.Hardwrap(line, l.detailW, true)
		}
		lines = append(lines, strings.Split(line, "\n")...)
	}
	return lines
}

// detailWindow is the part of it that is seen, with a word on what is not.
func (m Model) detailWindow(l layout) []string {
	lines := m.detail(l)
	from := min(m.current().below, max(0, len(lines)-l.detailH))
	more := len(lines) - from - l.detailH
	seen := lines[from:min(len(lines), from+l.detailH)]
	seen = append([]string(nil), seen...)
	for i := range seen {
		seen[i] = ansi.Truncate(seen[i], l.detailW, m.st.marks.dots)
	}
	if more > 0 && l.detailH > 1 {
		word := fmt.Sprintf("%s %s more (J, or enter)", m.st.marks.down, counted(more+1, "line"))
		seen[len(seen)-1] = m.st.draw(faint, ansi.Truncate(word, l.detailW, m.st.marks.dots))
	}
	return filled(seen, l.detailH)
}

// sideLines are the names of the order, the chosen one marked.
func (m Model) sideLines(l layout) []string {
	lines := []string{m.st.draw(faint, "Names")}
	top := max(0, m.chosen-l.bodyH+2)
	for i, e := range m.entries[top:min(len(m.entries), top+l.bodyH-1)] {
		mark := "  "
		if top+i == m.chosen {
			mark = m.st.draw(strong, m.st.marks.cursor) + " "
		}
		word := fmt.Sprintf("%-7s", entryWord(e))
		name := ansi.Truncate(report.Clean(e.name, m.cfg.ASCII), l.side-10, m.st.marks.dots)
		if top+i == m.chosen {
			name = m.st.draw(strong, name)
		}
		lines = append(lines, mark+m.st.draw(verdictLook(e.verdict()), word)+" "+name)
	}
	return lines
}

// menuLines draw the menu that is open.
func (m Model) menuLines(l layout) []string {
	mn := m.menu
	lines := []string{m.st.draw(strong, mn.title)}
	h := l.bodyH - 2
	top := max(0, min(mn.cursor-h/2, len(mn.items)-h))
	width := 0
	for _, c := range mn.items {
		width = max(width, len(c.Name))
	}
	for i := top; i < min(len(mn.items), top+h); i++ {
		c := mn.items[i]
		text := ansi.Truncate(report.Clean(fmt.Sprintf("%-*s  %s", width, c.Name, c.Title), m.cfg.ASCII), l.w-2, m.st.marks.dots)
		if i == mn.cursor {
			lines = append(lines, m.st.draw(strong, m.st.marks.cursor)+" "+m.st.looks[strong].Reverse(true).Render(strings.TrimRight(text, " ")))
			continue
		}
		lines = append(lines, "  "+strings.TrimRight(text, " "))
	}
	return append(lines, m.st.draw(faint, "enter chooses, esc leaves it as it is"))
}

// filled is exactly h lines.
func filled(lines []string, h int) []string {
	lines = append([]string(nil), lines[:min(len(lines), h)]...)
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines
}

// besides puts lines beside others, the left ones w columns wide.
func besides(left, right []string, w int, between string) []string {
	var out []string
	for i := range left {
		l := left[i]
		if ansi.StringWidth(l) > w {
			l = ansi.Truncate(l, w, "")
		}
		r := ""
		if i < len(right) {
			r = right[i]
		}
		out = append(out, strings.TrimRight(l+strings.Repeat(" ", w-ansi.StringWidth(l))+between+r, " "))
	}
	return out
}

// narrower are options for text that is indented by n columns.
func narrower(o report.TextOptions, n int) report.TextOptions {
	o.Width -= n
	return o
}

// indented sets each line of text n columns to the right.
func indented(text string, n int) string {
	pad := strings.Repeat(" ", n)
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(pad + line)
	}
	return b.String()
}

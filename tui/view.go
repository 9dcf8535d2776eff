package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dns01/report"
)

func paragraph(text string, o report.TextOptions) string { return report.Paragraph(text, 0, o) }

// layout is where everything stands now.
func (m Model) layout() layout {
	return arrange(m.w, m.h, len(m.entries), m.current().lineCount(), m.current().zoom)
}

// View draws the screen.
func (m Model) View() string {
	if m.w == 0 || m.h == 0 {
		return "" // the size is not known yet
	}
	l := m.layout()
	if l.small {
		return m.tooSmall()
	}
	lines := []string{m.headline(), m.tabLine()}
	if l.rule {
		lines = append(lines, m.st.draw(faint, strings.Repeat(m.st.marks.rule, l.w)))
	}
	lines = append(lines, m.body(l)...)
	lines = append(lines, m.status(), m.footer(l.w))
	return strings.Join(m.fitted(lines, l.w), "\n")
}

// fitted cuts lines to the width.
func (m Model) fitted(lines []string, w int) []string {
	for i, s := range lines {
		if ansi.StringWidth(s) > w {
			lines[i] = ansi.Truncate(s, w, m.st.marks.dots)
		}
	}
	return lines
}

// tooSmall says what is missing, and the verdict all the same.
func (m Model) tooSmall() string {
	var lines []string
	if m.w < minWidth {
		lines = append(lines, fmt.Sprintf("%d columns are too few by %d.", m.w, minWidth-m.w))
	}
	if m.h < minHeight {
		lines = append(lines, fmt.Sprintf("%d lines are too few by %d.", m.h, minHeight-m.h))
	}
	text := strings.Join(lines, " ") + " Make the terminal larger, or use \"dns01 check\", which needs 40 columns. q quits."
	v := m.Verdict()
	head := "not looked at yet"
	if v != "" {
		head = m.st.draw(verdictLook(v), report.VerdictWord(v))
	}
	out := []string{head}
	if r := m.subject().report; r != nil {
		out = append(out, strings.Split(strings.TrimRight(paragraph(report.Headline(*r), m.textOptions(m.w)), "\n"), "\n")...)
	}
	out = append(out, strings.Split(strings.TrimRight(paragraph(text, m.textOptions(m.w)), "\n"), "\n")...)
	return strings.Join(m.fitted(out[:min(len(out), max(1, m.h))], m.w), "\n")
}

// headline is the verdict on the order and its cause.
func (m Model) headline() string {
	v := m.Verdict()
	if v == "" {
		return m.st.draw(strong, "dns01") + "  looking at " + report.Clean(strings.Join(m.names(), ", "), m.cfg.ASCII)
	}
	word := m.st.draw(verdictLook(v), report.VerdictWord(v))
	return word + "  " + report.Clean(m.reason(), m.cfg.ASCII)
}

// reason is the headline of the run that the order's verdict comes from.
func (m Model) reason() string {
	v := m.Verdict()
	for _, e := range m.entries {
		if e.report != nil && e.result.Verdict == v {
			return report.Headline(*e.report)
		}
	}
	return ""
}

// tabs are the names of the views with their keys; where not all of them fit,
// the keys alone but for the view that is shown.
func (m Model) tabs() []string {
	var long, short []string
	for i, b := range m.browsers {
		key := fmt.Sprint(i + 1)
		long, short = append(long, key+" "+b.pane.title()), append(short, key)
	}
	if len(strings.Join(long, "  "))+2 <= m.w {
		return long
	}
	short[m.view] = long[m.view]
	return short
}

// tabLine marks the view that is shown by brackets, too.
func (m Model) tabLine() string {
	var b strings.Builder
	for i, t := range m.tabs() {
		if i == m.view {
			b.WriteString(m.st.looks[strong].Reverse(true).Render("[" + t + "]"))
		} else {
			b.WriteString(" " + m.st.draw(faint, t) + " ")
		}
	}
	return b.String()
}

// status is the verdict of the name shown, how the run goes, and the order.
func (m Model) status() string {
	if p := m.prompt; p != nil {
		return m.promptLine(p)
	}
	bar := " " + m.st.marks.bar + " "
	v := m.subject()
	word := m.st.draw(faint, "...")
	if v.report != nil {
		word = m.st.draw(verdictLook(v.result.Verdict), report.VerdictWord(v.result.Verdict))
	}
	parts := []string{word, m.cost(), caName(m.order) + " " + m.order.Challenge}
	if m.note != "" {
		return strings.Join(append(parts[:2], report.Clean(m.note, m.cfg.ASCII)), bar)
	}
	if m.watch.on {
		parts = append(parts, m.watchWords())
	}
	if len(m.entries) > 1 {
		parts = append(parts, report.Clean(fmt.Sprintf("%d/%d %s", m.chosen+1, len(m.entries), v.name), m.cfg.ASCII))
	}
	if m.watch.on && ansi.StringWidth(strings.Join(parts, bar)) > m.w {
		parts = slices.Delete(parts, 2, 3) // when the next look comes counts more than the order
	}
	return strings.Join(parts, bar)
}

// cost is how long the run takes or took, and how many queries.
func (m Model) cost() string {
	if m.running {
		return fmt.Sprintf("looking, %s, %d of %d answered", report.Elapsed(m.elapsed()), sum(m.live.received), sum(m.live.sent))
	}
	if r := m.subject().report; r != nil {
		return fmt.Sprintf("%s, %s", counted(r.Survey.Queries.Total, "querie"), report.Elapsed(r.Survey.Took))
	}
	return "idle"
}

// promptLine says what is asked, or why the last text was not taken.
func (m Model) promptLine(p *prompt) string {
	if p.wrong != "" {
		return m.st.draw(bad, report.Clean("ERROR  "+p.wrong, m.cfg.ASCII))
	}
	return m.st.draw(strong, report.Clean(p.label, m.cfg.ASCII)) + m.st.draw(faint, "  enter, esc")
}

func (m Model) watchWords() string {
	if m.watch.next.IsZero() {
		return "watching"
	}
	return "watching, next look at " + clockWord(m.watch.next)
}

// footer is the prompt that is open, or the keys that matter most.
func (m Model) footer(w int) string {
	if p := m.prompt; p != nil {
		in := p.input
		in.Width = w - 4
		return m.st.draw(strong, m.st.marks.cursor) + " " + in.View()
	}
	var parts []string
	n := 0
	for _, c := range m.footerCommands() {
		text := m.st.draw(info, c.told()) + " " + c.help
		if n += ansi.StringWidth(text) + 2; n > w+2 {
			break
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "  ")
}

// footerCommands are those to tell of where there is little room: the keys
// that lead to all others first.
func (m Model) footerCommands() []command {
	all := slices.Concat(ending(), m.current().pane.commands(), looking(), moving(), keeping(), ordering())
	return slices.DeleteFunc(all, func(c command) bool { return c.help == "" || c.when != nil && !c.when(m) })
}

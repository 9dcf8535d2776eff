package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dns01/report"
)

// A pane is what one view shows of a subject: rows, and the detail of each.
// Panes are values; one that changes takes the place of the old one.
type pane interface {
	title() string
	table(s subject) table
	// detail is text of several lines, wrapped and clean.
	detail(s subject, r row, o report.TextOptions) string
	// copied is what is worth copying of a row, "" for nothing.
	copied(s subject, r row) string
	// commands are the keys that have a meaning in this view only.
	commands() []command
}

// A browser is a pane with a cursor and two windows, on rows and on detail.
type browser struct {
	pane   pane
	shown  table
	cursor int
	top    int // first row in the window
	below  int // lines of the detail above its window
	zoom   bool
	begun  bool // the cursor has been where it begins
}

// show takes in a subject and keeps the cursor on the row it is on.
func (b browser) show(s subject) browser {
	key := b.row().key
	b.shown = b.pane.table(s).cleaned(s.ascii)
	if i := slices.IndexFunc(b.shown.rows, func(r row) bool { return r.start }); i >= 0 && !b.begun {
		b.begun = true
		return b.at(i)
	}
	if i := b.shown.index(key); key != "" && i >= 0 {
		b.cursor = i
	} else if key != "" {
		b.below = 0
	}
	return b.at(b.cursor)
}

func (t table) index(key string) int {
	return slices.IndexFunc(t.rows, func(r row) bool { return !r.head && r.key == key })
}

// row is the row under the cursor, empty when there is none.
func (b browser) row() row {
	if b.cursor < 0 || b.cursor >= len(b.shown.rows) || b.shown.rows[b.cursor].head {
		return row{}
	}
	return b.shown.rows[b.cursor]
}

// at puts the cursor on a row, or the nearest one that may have it.
func (b browser) at(i int) browser {
	rows := b.shown.rows
	i = min(max(i, 0), len(rows)-1)
	for _, step := range []int{1, -1} {
		for n := i; n >= 0 && n < len(rows); n += step {
			if !rows[n].head {
				b.cursor = n
				return b
			}
		}
	}
	b.cursor = 0
	return b
}

// move moves the cursor over n rows, those it passes over not counted.
func (b browser) move(n int) browser {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for i := b.cursor + step; n > 0 && i >= 0 && i < len(b.shown.rows); i += step {
		if !b.shown.rows[i].head {
			b.cursor, b.below = i, 0
			n--
		}
	}
	return b
}

// scroll moves the window on the detail; view.go keeps it within the text.
func (b browser) scroll(n int) browser {
	b.below = max(0, b.below+n)
	return b
}

// find puts the cursor on the next row that has the text, from the row after
// the cursor on, or before it with a negative step. It reports whether there
// is one.
func (b browser) find(s subject, text string, step int, o report.TextOptions) (browser, bool) {
	text = strings.ToLower(text)
	n := len(b.shown.rows)
	for i := 1; i <= n; i++ {
		at := ((b.cursor+i*step)%n + n) % n
		r := b.shown.rows[at]
		if r.head {
			continue
		}
		all := strings.Join(r.cells, " ") + "\n" + ansi.Strip(b.pane.detail(s, r, o))
		if strings.Contains(strings.ToLower(all), text) {
			b.cursor, b.below = at, 0
			return b, true
		}
	}
	return b, false
}

// window moves the first row shown so that the cursor is within h rows, with
// the caption above it.
func (b browser) window(h int) browser {
	if b.cursor < b.top+1 {
		b.top = b.cursor
		for b.top > 0 && b.shown.rows[b.top-1].head {
			b.top--
		}
	}
	if b.cursor >= b.top+h {
		b.top = b.cursor - h + 1
	}
	b.top = max(0, min(b.top, len(b.shown.rows)-h))
	return b
}

// list draws the rows: w columns, h lines.
func (b browser) list(st styles, w, h int) []string {
	var lines []string
	ws := b.shown.widths(w - 2)
	if b.shown.titled() && (h > 2 || h > len(b.shown.rows)) {
		lines = append(lines, st.draw(faint, "  "+b.shown.line(b.shown.titles(), ws, w-2, st.marks.dots)))
		h--
	}
	b = b.window(h)
	for i := b.top; i < min(b.top+h, len(b.shown.rows)); i++ {
		r := b.shown.rows[i]
		text := b.shown.line(r.cells, ws, w-2, st.marks.dots)
		switch {
		case r.head:
			lines = append(lines, st.draw(r.look, ansi.Truncate(text, w, st.marks.dots)))
		case i == b.cursor:
			lines = append(lines, st.draw(strong, st.marks.cursor)+" "+st.looks[r.look].Reverse(true).Render(text))
		default:
			lines = append(lines, "  "+st.draw(r.look, text))
		}
	}
	return lines
}

// lineCount is how many lines the whole list takes.
func (b browser) lineCount() int {
	n := len(b.shown.rows)
	if b.shown.titled() {
		n++
	}
	return n
}

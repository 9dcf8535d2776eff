package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dns01/report"
)

// A column of a table. Those with the highest drop leave first when there is
// no room; those with 0 stay. A width of 0 is as wide as the cells. Before any
// leaves, those with a least width are cut down to it, the last one first.
type column struct {
	title string
	drop  int
	right bool // numbers
	width int
	least int
}

// A row has a cell for each column, or one that goes over all of them. Its
// key tells it from the others, from run to run.
type row struct {
	key   string
	cells []string
	look  look
	head  bool // a caption, which the cursor passes over
	start bool // the cursor begins here
}

// A table is what a view lists.
type table struct {
	cols []column
	rows []row
}

// cleaned makes the cells fit for a screen: what stands in them may come from
// anywhere.
func (t table) cleaned(ascii bool) table {
	for _, r := range t.rows {
		for i, c := range r.cells {
			r.cells[i] = report.Clean(c, ascii)
		}
	}
	return t
}

// caption is a row that belongs to those below it.
func caption(text string) row { return row{cells: []string{text}, look: strong, head: true} }

// titled reports whether the columns have titles, which take a line.
func (t table) titled() bool {
	return slices.ContainsFunc(t.cols, func(c column) bool { return c.title != "" })
}

const cellGap = 2

// widths are the columns' widths within w; -1 for those that have no room.
// Where not even those that stay have it, the last of them is cut.
func (t table) widths(w int) []int {
	for drop := 10; ; drop-- {
		ws := t.natural()
		for i, c := range t.cols {
			if c.drop >= drop {
				ws[i] = -1
			}
		}
		t.squeeze(ws, w)
		if drop == 1 || total(ws) <= w {
			return ws
		}
	}
}

// natural are the widths that the cells ask for.
func (t table) natural() []int {
	ws := make([]int, len(t.cols))
	for i, c := range t.cols {
		ws[i] = max(c.width, ansi.StringWidth(c.title))
	}
	for _, r := range t.rows {
		for i := range ws {
			if len(r.cells) > 1 && i < len(r.cells) && t.cols[i].width == 0 {
				ws[i] = max(ws[i], ansi.StringWidth(r.cells[i]))
			}
		}
	}
	return ws
}

// squeeze makes columns narrower, as far as they allow it.
func (t table) squeeze(ws []int, w int) {
	for i := len(ws) - 1; i >= 0; i-- {
		over := total(ws) - w
		if c := t.cols[i]; c.least > 0 && over > 0 {
			ws[i] = max(ws[i]-over, min(c.least, ws[i]))
		}
	}
}

func total(ws []int) int {
	n := -cellGap
	for _, w := range ws {
		if w >= 0 {
			n += w + cellGap
		}
	}
	return n
}

// line is a row as text, cut to w columns.
func (t table) line(cells []string, ws []int, w int, dots string) string {
	if len(cells) == 1 {
		return ansi.Truncate(cells[0], w, dots)
	}
	var b strings.Builder
	for i, c := range cells {
		if i >= len(ws) || ws[i] < 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(strings.Repeat(" ", cellGap))
		}
		c = ansi.Truncate(c, ws[i], dots)
		pad := strings.Repeat(" ", ws[i]-ansi.StringWidth(c))
		if t.cols[i].right {
			b.WriteString(pad + c)
		} else {
			b.WriteString(c + pad)
		}
	}
	return ansi.Truncate(strings.TrimRight(b.String(), " "), w, dots)
}

func (t table) titles() []string {
	var ts []string
	for _, c := range t.cols {
		ts = append(ts, c.title)
	}
	return ts
}

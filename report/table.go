package report

import (
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// A column of a table. Those with the highest drop leave first when the page
// is narrow; those with 0 stay.
type column struct {
	title string
	drop  int
	right bool // numbers
}

// A table is columns and, for each row, one cell a column.
type table struct {
	columns []column
	rows    [][]string
}

// cellGap stands before each column.
const cellGap = 2

// writeTable writes a table as wide as the page allows, without the columns
// that do not fit. When not even the rest does, each cell gets a line.
func writeTable(p *page, t table) {
	for i := range t.rows {
		t.rows[i] = each(t.rows[i], p.clean)
	}
	widths := t.widths()
	for drop := 3; drop > 0 && total(widths) > p.Width; drop-- {
		t = t.without(drop)
		widths = t.widths()
	}
	if total(widths) > p.Width {
		writeStacked(p, t)
		return
	}
	writeCells(p, t.columns, widths, each(t.columns, func(c column) string { return c.title }))
	for _, r := range t.rows {
		writeCells(p, t.columns, widths, r)
	}
}

// without is the table less the columns with that drop.
func (t table) without(drop int) table {
	for i := len(t.columns) - 1; i >= 0; i-- {
		if t.columns[i].drop != drop {
			continue
		}
		t.columns = slices.Delete(slices.Clone(t.columns), i, i+1)
		t.rows = each(t.rows, func(r []string) []string { return slices.Delete(slices.Clone(r), i, i+1) })
	}
	return t
}

func (t table) widths() []int {
	widths := each(t.columns, func(c column) int { return len(c.title) })
	for _, r := range t.rows {
		for i, s := range r {
			widths[i] = max(widths[i], lipgloss.Width(s))
		}
	}
	return widths
}

func total(widths []int) int {
	n := 0
	for _, w := range widths {
		n += cellGap + w
	}
	return n
}

func writeCells(p *page, cols []column, widths []int, cells []string) {
	var b strings.Builder
	for i, s := range cells {
		pad := strings.Repeat(" ", widths[i]-lipgloss.Width(s))
		b.WriteString(strings.Repeat(" ", cellGap))
		if cols[i].right {
			b.WriteString(pad + s)
		} else {
			b.WriteString(s + pad)
		}
	}
	p.b.WriteString(strings.TrimRight(b.String(), " ") + "\n")
}

// writeStacked is for a page too narrow for any table. A number says under
// which title it stood.
func writeStacked(p *page, t table) {
	for _, r := range t.rows {
		for i, s := range r {
			if t.columns[i].right {
				s = strings.ToLower(t.columns[i].title) + ": " + s
			}
			p.para(cellGap+min(i, 1)*cellGap, 3*cellGap, s)
		}
	}
}

package tui

// The least size at which there is room for a view and its detail.
const (
	minWidth  = 60
	minHeight = 15
)

// A layout says where everything stands on a screen of w columns and h lines:
//
//	headline
//	tabs
//	(rule, when there are lines to spare)
//	names │ list
//	      │ ─────     detail below the list, or │ detail beside it
//	      │ detail
//	status
//	keys
//
// All sizes are in columns and lines of text, without the rules between.
type layout struct {
	w, h  int
	small bool // no room: only what is missing is said
	rule  bool // below the tabs

	side          int // columns of the names; 0: they are not shown
	bodyW, bodyH  int
	beside        bool // the detail stands beside the list
	listW, listH  int
	detailW       int
	detailH       int
	onlyDetail    bool
	sideSeparator int
}

// arrange lays a screen out for a view with so many rows, of an order of so
// many names. With zoom the detail has the body for itself.
func arrange(w, h, names, rows int, zoom bool) layout {
	l := layout{w: w, h: h, small: w < minWidth || h < minHeight}
	if l.small {
		return l
	}
	l.bodyH = h - 4
	if h >= 20 {
		l.rule = true
		l.bodyH--
	}
	l.side = sideWidth(w, names)
	l.bodyW = w
	if l.side > 0 {
		l.sideSeparator = 3
		l.bodyW = w - l.side - l.sideSeparator
	}
	l.split(rows, zoom)
	return l
}

// sideWidth is the width of the names: a single one needs no list, except
// where there is room for everything.
func sideWidth(w, names int) int {
	switch {
	case w >= 160:
		return 40
	case w >= 110:
		return 30
	case w >= 80 && names > 1:
		return 24
	}
	return 0
}

// split shares the body between list and detail.
func (l *layout) split(rows int, zoom bool) {
	switch {
	case zoom:
		l.onlyDetail = true
		l.detailW, l.detailH = l.bodyW, l.bodyH
	case l.bodyW >= 120:
		l.beside = true
		l.listW = min(max(l.bodyW/2, 56), 100)
		l.detailW = l.bodyW - l.listW - 3
		l.listH, l.detailH = l.bodyH, l.bodyH
	default:
		l.listW, l.detailW = l.bodyW, l.bodyW
		l.listH = min(max(rows, 1), max(3, l.bodyH/2))
		l.detailH = l.bodyH - l.listH - 1
	}
}

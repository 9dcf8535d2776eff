package tui

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dns01/report"
	"dns01/resolver/survey"
)

// exchangesPane lists every question of the last run and what came of it, in
// the order in which they were sent.
type exchangesPane struct{ filter filter }

func (p exchangesPane) title() string { return "Exchanges" }

func (p exchangesPane) table(s subject) table {
	t := table{cols: []column{
		{title: "AT", width: 9, right: true, drop: 4}, {title: "SERVER", width: 36, least: 20}, {title: "TYPE", width: 9, least: 6}, {title: "NAME", width: 31, least: 16},
		{title: "RESULT", width: 10}, {title: "VIA", width: 5, drop: 3}, {title: "OCTETS", width: 6, right: true, drop: 2}, {title: "TOOK", width: 8, right: true, drop: 1},
	}}
	for i := range s.exchanges {
		x := &s.exchanges[i]
		if p.filter.takes(s, x) {
			t.rows = append(t.rows, exchangeRow(s, i, x))
		}
	}
	if p.filter.text != "" {
		t.rows = append([]row{caption(fmt.Sprintf("Only %s: %d of %d (f changes the filter)", p.filter.text, len(t.rows), len(s.exchanges)))}, t.rows...)
	}
	if len(s.exchanges) == 0 {
		return table{rows: []row{{key: "none", cells: []string{"No exchange is known of this run"}}}}
	}
	return t
}

func exchangeRow(s subject, i int, x *survey.Received) row {
	l := plain
	result := x.Rcode
	if result == "" {
		result, l = cmp.Or(x.Failure, "silence"), warn
	}
	return row{
		key: strconv.Itoa(i),
		cells: []string{
			report.Elapsed(x.At.Sub(s.exchanges[0].At)), serverName(s, x), x.Type, strings.ToLower(x.Name),
			result, x.Transport, strconv.Itoa(x.Bytes), report.Elapsed(x.RTT),
		},
		look: l,
	}
}

// serverName is the server's own name and address, as far as known.
func serverName(s subject, x *survey.Received) string {
	if !x.Addr.IsValid() {
		return cmp.Or(x.Server, "resolver")
	}
	addr := x.Addr.Addr().String()
	if h := s.host(addr); h != "" {
		return addr + " " + h
	}
	return addr
}

func (p exchangesPane) detail(s subject, r row, o report.TextOptions) string {
	i, err := strconv.Atoi(r.key)
	if err != nil || i >= len(s.exchanges) {
		return ""
	}
	x := s.exchanges[i]
	text := report.Paragraph(serverName(s, &x)+": "+report.ExchangeResult(x.Exchange), 2, o) +
		report.EvidenceText(x.Exchange, o)
	if x.Message == nil {
		return text
	}
	for line := range strings.Lines(x.Message.String()) {
		clean := s.clean(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", " "))
		text += "\n" + ansi.Hardwrap(clean, o.Width, true)
	}
	return text
}

func (p exchangesPane) copied(s subject, r row) string {
	i, err := strconv.Atoi(r.key)
	if err != nil || i >= len(s.exchanges) {
		return ""
	}
	return report.Dig(s.exchanges[i].Exchange)
}

func (p exchangesPane) commands() []command {
	return []command{
		{keys: []string{"f"}, help: "filter", says: "only some exchanges: words, server=, name=, type=, fail", do: askFilter},
	}
}

// askFilter asks which exchanges to show.
func askFilter(m Model) (Model, cmd) {
	p, _ := m.browsers[m.view].pane.(exchangesPane)
	return m.ask("filter (server=, name=, type=, fail, or any words)", p.filter.text, func(m Model, text string) (Model, cmd, error) {
		m.browsers[m.view].pane = exchangesPane{parseFilter(text)}
		return m.refresh(), nil, nil
	})
}

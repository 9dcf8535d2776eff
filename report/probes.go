package report

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// writeProbes shows how the servers of each zone took the questions of the
// probe plan. What is well everywhere takes a line.
func writeProbes(p *page, s *survey.Survey) {
	for _, z := range s.Zones {
		servers := slices.DeleteFunc(slices.Clone(z.Servers), func(v *survey.Server) bool { return len(v.Probes) == 0 })
		if len(servers) == 0 {
			continue
		}
		fine, odd := probeRows(servers)
		p.blank()
		p.para(0, 2, fmt.Sprintf("Probes of the servers of %s:", zoneName(z.Name)))
		for i, v := range servers {
			if len(odd) > 0 {
				p.para(2, 6, fmt.Sprintf("[%d] %s (%s)", i+1, bare(v.Name), v.Addr))
			}
		}
		writeProbeTables(p, servers, odd)
		if len(fine) > 0 {
			p.para(2, 4, fmt.Sprintf("%s: ok", strings.Join(fine, ", ")))
		}
	}
}

// probeRows sorts the probes that were asked of some server into those that
// are fine wherever they were asked, and the others.
func probeRows(servers []*survey.Server) (fine, odd []string) {
	for _, planned := range survey.Plan() {
		asked, ok := false, true
		for _, v := range servers {
			if o := v.Probe(planned.ID); o != nil {
				asked, ok = true, ok && o.Grade == survey.OK
			}
		}
		switch {
		case asked && ok:
			fine = append(fine, planned.ID)
		case asked:
			odd = append(odd, planned.ID)
		}
	}
	return fine, odd
}

// writeProbeTables has a row for each probe and a column for each server, as
// many side by side as the page has room for.
func writeProbeTables(p *page, servers []*survey.Server, probes []string) {
	if len(probes) == 0 {
		return
	}
	const first, column = 12, 17
	room := max(1, (p.Width-first)/column)
	for begin := 0; begin < len(servers); begin += room {
		shown := servers[begin:min(begin+room, len(servers))]
		t := table{columns: columnsOf(begin, len(shown))}
		for _, id := range probes {
			row := []string{id}
			for _, v := range shown {
				row = append(row, probeWord(v.Probe(id)))
			}
			t.rows = append(t.rows, row)
		}
		writeTable(p, t)
	}
}

func columnsOf(begin, n int) []column {
	cs := []column{{title: "PROBE"}}
	for i := range n {
		cs = append(cs, column{title: fmt.Sprintf("[%d]", begin+i+1)})
	}
	return cs
}

// probeWord is an outcome in a word or two: its grade, and what was seen
// unless that is fine; "-" for a probe that was not asked.
func probeWord(o *survey.Probe) string {
	switch {
	case o == nil:
		return "-"
	case o.Grade == survey.OK:
		return string(o.Grade)
	}
	return fmt.Sprintf("%s: %s", o.Grade, strings.Join(o.Words, ","))
}

// probeWords are the outcomes of a server by the id of the probe; those that
// were not asked are left out.
func probeWords(v *survey.Server) map[string]string {
	words := make(map[string]string, len(v.Probes))
	for i := range v.Probes {
		words[v.Probes[i].ID] = probeWord(&v.Probes[i])
	}
	return words
}

// probedCount tells how many of the queries were probes, "" when none.
func probedCount(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of them to probe servers,", n)
}

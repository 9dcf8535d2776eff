package report

import (
	"cmp"
	"fmt"
	"slices"

	"dns01/resolver/survey"
)

// writeCaches tells what caches hold for the challenge names. It is no part
// of the verdict, so it is for those who want all details; what matters of it
// is a finding.
func writeCaches(p *page, r Report) {
	if !p.Verbose {
		return
	}
	var told []string
	for _, i := range r.Result.Identifiers {
		name := i.Challenge.Name
		if slices.Contains(told, name) {
			continue
		}
		told = append(told, name)
		want := slices.Concat(r.Order.Values[i.Identifier], r.Order.Values[""])
		rows := cacheRows(r.Survey, survey.Question{Name: name, Type: "TXT"}, want)
		if len(rows) == 0 {
			continue
		}
		p.blank()
		p.para(0, 2, fmt.Sprintf("Caches, asked for TXT at %s:", bare(name)))
		writeTable(p, table{
			columns: []column{{title: "RESOLVER"}, {title: "ADDRESS", drop: 1}, {title: "ANSWER"}, {title: "KEPT FOR", drop: 2, right: true}},
			rows:    rows,
		})
	}
}

func cacheRows(s *survey.Survey, q survey.Question, want []string) [][]string {
	var rows [][]string
	for _, a := range s.Resolvers {
		if a.Question != q {
			continue
		}
		name, addr := cmp.Or(a.Resolver, a.Addr.Addr().String()), "-"
		if a.Addr.IsValid() {
			addr = a.Addr.Addr().String()
		}
		if a.Local && name != "local" {
			name += " (local)"
		}
		kept := "-"
		if a.Status.Usable() {
			kept = fmt.Sprintf("%d s", a.TTL)
		}
		rows = append(rows, []string{name, addr, cacheWord(a, want), kept})
	}
	return rows
}

// cacheWord sums up what a cache said, its extended error (RFC 8914) included.
func cacheWord(a survey.ResolverAnswer, want []string) string {
	word := statusWord(a.Status)
	switch {
	case a.Status == survey.Answered:
		word = valuesWord(a.Records, want)
	case a.Status == survey.Lame && a.Rcode != "":
		word = a.Rcode
	}
	if a.EDE != "" {
		word += ": " + a.EDE
	}
	return word
}

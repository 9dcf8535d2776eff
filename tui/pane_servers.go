package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

// serversPane compares the views: each authoritative address, what the CA may
// get of them, public caches, this host's own resolver.
type serversPane struct{}

func (serversPane) title() string       { return "Servers" }
func (serversPane) commands() []command { return nil }

func (serversPane) table(s subject) table {
	t := table{cols: []column{
		{title: ""}, {title: "ADDRESS"}, {title: "SERVER", drop: 3}, {title: "ANSWER"},
		{title: "SERIAL", drop: 2, right: true}, {title: "RTT", drop: 5, right: true}, {title: "PROBES", drop: 4},
	}}
	if s.report == nil {
		return table{rows: []row{{key: "none", cells: []string{"Not looked at yet"}}}}
	}
	rows := report.ServerRows(*s.report, s.name)
	if len(rows) == 0 {
		return table{rows: []row{{key: "none", cells: []string{"No server that counts could be found; see Path"}, look: warn}}}
	}
	t.rows = append(t.rows, caption(fmt.Sprintf("Servers of %s: TXT at %s%s", rows[0].Zone, rows[0].Target, expectedWords(s))))
	for _, r := range rows {
		t.rows = append(t.rows, serverRow(s, r))
	}
	t.rows = append(t.rows, caption("What the CA's resolver may get from them"), caView(s, rows))
	return withCaches(t, s)
}

func expectedWords(s subject) string {
	switch n := len(s.want()); n {
	case 0:
		return ""
	case 1:
		return " (1 value expected)"
	default:
		return fmt.Sprintf(" (%d values expected)", n)
	}
}

// serverRow has a mark and a look where the address stands out.
func serverRow(s subject, r report.ServerRow) row {
	mark, l := "", plain
	if r.Stands {
		mark, l = s.marks.differ, warn
	}
	return row{
		key:   "server " + r.Addr.String(),
		cells: []string{mark, r.Addr.String(), r.Server, r.Answer, report.SerialWord(r.Serial), r.RTT, r.Probes},
		look:  l, start: r.Stands,
	}
}

// caView lists the answers among which chance decides.
func caView(s subject, rows []report.ServerRow) row {
	var answers []string
	for _, r := range rows {
		if r.Usable && !slices.Contains(answers, r.Answer) {
			answers = append(answers, r.Answer)
		}
	}
	text := strings.Join(answers, ", or ")
	if text == "" {
		text = "nothing"
	}
	word := report.VerdictWord(s.result.Verdict)
	return row{key: "ca", cells: []string{word + "  " + text}, look: verdictLook(s.result.Verdict)}
}

func withCaches(t table, s subject) table {
	rows := report.CacheRows(*s.report, s.name)
	title := "Caches"
	if len(rows) == 0 {
		title = "Caches were not asked: only for what all servers agree on"
	}
	t.rows = append(t.rows, caption(title))
	for _, c := range rows {
		kept := ""
		if c.KeptFor != "-" {
			kept = "kept for " + c.KeptFor
		}
		t.rows = append(t.rows, row{key: "cache " + c.Resolver, cells: []string{"", c.Address, c.Resolver, c.Answer, "", "", kept}})
	}
	return t
}

func (serversPane) detail(s subject, r row, o report.TextOptions) string {
	if s.report == nil {
		return ""
	}
	kind, what, _ := strings.Cut(r.key, " ")
	switch kind {
	case "server":
		return serverDetail(s, what, o)
	case "cache":
		return cacheDetail(s, what, o)
	case "ca":
		return caViewDetail(s, o)
	}
	return ""
}

// serverDetail tells what one address said to every question that counts, and
// how it took the probes.
func serverDetail(s subject, addr string, o report.TextOptions) string {
	var b strings.Builder
	b.WriteString(report.Paragraph(cmp.Or(s.host(addr), addr)+" ("+addr+")", 2, o))
	for _, f := range s.findings() {
		if slices.ContainsFunc(f.Servers, func(v string) bool { return strings.Contains(v, "("+addr+")") }) {
			b.WriteString(report.Paragraph(fmt.Sprintf("%s: %s", strings.ToUpper(string(f.Severity)), f.Detail), 2, o))
		}
	}
	for _, a := range answersOf(s, addr) {
		b.WriteString("\n" + answerText(a, s, o))
	}
	if v := serverOf(s.report.Survey, addr); v != nil && len(v.Probes) > 0 {
		b.WriteString("\nProbes:\n")
		for _, l := range report.ProbeLines(v) {
			b.WriteString(indented(report.Paragraph(l, 2, narrower(o, 2)), 2))
		}
	}
	return b.String()
}

// answersOf are the answers of an address to the questions of the identifier,
// the challenge first.
func answersOf(s subject, addr string) []*survey.Answer {
	names := append(slices.Clone(s.result.Challenge.Chain), s.result.Challenge.Name)
	var first, rest []*survey.Answer
	for _, l := range s.report.Survey.Lookups {
		for _, a := range l.Answers {
			switch {
			case a.Addr.String() != addr:
			case l.Type == "TXT" && slices.Contains(names, l.Name):
				first = append(first, a)
			case l.Type == "CAA" && strings.HasSuffix("."+strings.TrimPrefix(s.name, "*."), "."+l.Name):
				rest = append(rest, a)
			}
		}
	}
	return append(first, rest...)
}

func answerText(a *survey.Answer, s subject, o report.TextOptions) string {
	var want []string
	if a.Type == "TXT" {
		want = s.want()
	}
	var b strings.Builder
	word := report.AnswerWord(a, want)
	if a.Type != "TXT" {
		word = strings.NewReplacer("no TXT", "no "+a.Type, "value", "record").Replace(word)
	}
	b.WriteString(report.Paragraph(fmt.Sprintf("%s %s: %s", a.Name, a.Type, word), 2, o))
	inner := narrower(o, 2)
	for _, r := range a.Records {
		mark := ""
		if slices.Contains(want, r.TXT) {
			mark = "  (expected)"
		}
		b.WriteString(indented(report.Paragraph(fmt.Sprintf("%d %s%s", r.TTL, r.Text, mark), 2, inner), 2))
	}
	for _, x := range a.Exchanges {
		x.Name = strings.ToLower(x.Name) // the letter case sent is random (0x20)
		b.WriteString(indented(report.EvidenceText(x, inner), 2))
	}
	return b.String()
}

func serverOf(sv *survey.Survey, addr string) *survey.Server {
	for _, z := range sv.Zones {
		for _, v := range z.Servers {
			if v.Addr.String() == addr && len(v.Probes) > 0 {
				return v
			}
		}
	}
	return nil
}

func cacheDetail(s subject, name string, o report.TextOptions) string {
	var b strings.Builder
	for _, a := range s.report.Survey.Resolvers {
		if !strings.HasPrefix(name, a.Resolver) || a.Name != s.result.Challenge.Name {
			continue
		}
		b.WriteString(report.Paragraph(fmt.Sprintf("%s answers %s %s", a.Resolver, a.Rcode, a.EDE), 2, o))
		for _, r := range a.Records {
			b.WriteString(report.Paragraph("  "+r.Text, 4, o))
		}
		x := a.Exchange
		x.Name = strings.ToLower(x.Name)
		b.WriteString(report.EvidenceText(x, o))
	}
	return b.String()
}

func caViewDetail(s subject, o report.TextOptions) string {
	text := report.Paragraph(report.Headline(*s.report), 2, o)
	if s.result.Verdict == check.Ready {
		return text
	}
	for _, p := range s.result.Predicted {
		text += "\n" + report.Paragraph(p.Type+": "+p.Detail, 2, o)
	}
	return text
}

func (serversPane) copied(s subject, r row) string {
	if s.report == nil {
		return ""
	}
	if addr, ok := strings.CutPrefix(r.key, "server "); ok {
		for _, a := range answersOf(s, addr) {
			for _, x := range a.Exchanges {
				x.Name = strings.ToLower(x.Name)
				return report.Dig(x)
			}
		}
	}
	return ""
}

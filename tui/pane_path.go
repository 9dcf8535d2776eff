package tui

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

// pathPane is the way from the root to the name where the values are looked
// for: zones and their trust, the aliases on it, and where it breaks.
type pathPane struct{}

func (pathPane) title() string       { return "Path" }
func (pathPane) commands() []command { return nil }

func (pathPane) table(s subject) table {
	if s.report == nil {
		return table{rows: []row{{key: "none", cells: []string{"Not looked at yet"}}}}
	}
	t := table{cols: []column{{title: "ZONE OR NAME", least: 26}, {title: "DNSSEC", drop: 2}, {title: "WHAT IT SAYS", least: 26}}}
	shown := map[string]int{} // zones, and how deep they stand
	chain := s.result.Challenge.Chain
	if len(chain) == 0 {
		chain = []string{s.result.Challenge.Name}
	}
	for i, name := range chain {
		depth := 0
		for _, z := range zonesAbove(s.report.Survey, name) {
			if d, ok := shown[z.Name]; ok {
				depth = d + 1
				continue
			}
			shown[z.Name] = depth
			t.rows = append(t.rows, zoneRow(s, z, depth))
			depth++
		}
		t.rows = append(t.rows, nameRow(s, name, depth, i+1 < len(chain)))
	}
	return t
}

// zonesAbove are the zones seen on the way to a name, from the root.
func zonesAbove(sv *survey.Survey, name string) []*survey.Zone {
	var zs []*survey.Zone
	for _, z := range sv.Zones {
		if z.Name == "." || z.Name == name || strings.HasSuffix(name, "."+z.Name) {
			zs = append(zs, z)
		}
	}
	return zs
}

func indent(s subject, depth int) string {
	if depth == 0 {
		return ""
	}
	return strings.Repeat("  ", depth-1) + s.marks.last
}

func zoneRow(s subject, z *survey.Zone, depth int) row {
	name := z.Name
	if name == "." {
		name = ". (the root)"
	}
	says := fmt.Sprintf("%s, %s", counted(len(serverNames(z)), "server"), counted(len(z.Servers), "address"))
	if z.Public {
		says = "a registry's; " + counted(len(z.ParentNS), "server")
	}
	r := row{key: "zone " + z.Name, cells: []string{indent(s, depth) + name, trustWord(z.Trust), says}}
	return stressed(r, s, z.Name)
}

// stressed marks a row where something was found.
func stressed(r row, s subject, name string) row {
	for _, c := range s.findings() {
		if c.Name == name && c.Severity != check.Note {
			r.cells[2] = fmt.Sprintf("%s: %s", strings.ToUpper(string(c.Severity)), c.Rule.Title)
			r.look, r.start = severityLook(c.Severity), true
			return r
		}
	}
	return r
}

func nameRow(s subject, name string, depth int, alias bool) row {
	says := answersAt(s, name)
	if alias {
		says = "alias, goes on at"
	}
	mark := ""
	if alias {
		mark = " " + s.marks.arrow
	}
	return stressed(row{key: "at " + name, cells: []string{indent(s, depth) + name + mark, "", says}}, s, name)
}

// answersAt sums up what the addresses say of TXT at a name.
func answersAt(s subject, name string) string {
	n, order := map[string]int{}, []string{}
	for _, a := range lastAnswers(s.report.Survey, name) {
		if a.Status.Ours() {
			continue
		}
		w := report.AnswerWord(a, s.want())
		if n[w] == 0 {
			order = append(order, w)
		}
		n[w]++
	}
	for i, w := range order {
		order[i] = fmt.Sprintf("%s (%d)", w, n[w])
	}
	return listed(order, "nothing was heard")
}

// lastAnswers are the answers for TXT at a name, of the deepest zone asked.
func lastAnswers(sv *survey.Survey, name string) []*survey.Answer {
	var last *survey.Lookup
	for _, l := range sv.Lookups {
		if l.Name == name && l.Type == "TXT" && (last == nil || len(l.Zone) > len(last.Zone)) {
			last = l
		}
	}
	if last == nil {
		return nil
	}
	return last.Answers
}

func trustWord(t *survey.Security) string {
	switch {
	case t == nil:
		return "not judged"
	case t.Reason != "" && t.Status != "secure":
		return t.Status + " (" + strings.ReplaceAll(t.Reason, "-", " ") + ")"
	}
	return t.Status
}

func serverNames(z *survey.Zone) []string {
	var names []string
	for _, v := range z.Servers {
		if !slices.Contains(names, v.Name) {
			names = append(names, v.Name)
		}
	}
	return names
}

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	if strings.HasSuffix(thing, "s") {
		thing += "e"
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func (pathPane) detail(s subject, r row, o report.TextOptions) string {
	if s.report == nil {
		return ""
	}
	kind, name, _ := strings.Cut(r.key, " ")
	text := ""
	for _, c := range s.findings() {
		if c.Name == name {
			text += report.Paragraph(fmt.Sprintf("%s: %s", strings.ToUpper(string(c.Severity)), c.Detail), 2, o) + "\n"
		}
	}
	if kind == "zone" {
		return text + zoneDetail(s.report.Survey.Zone(name), o)
	}
	for _, a := range lastAnswers(s.report.Survey, name) {
		text += report.Paragraph(fmt.Sprintf("%s (%s)", a.Server, a.Addr), 2, o) + answerText(a, s, o) + "\n"
	}
	return text
}

func zoneDetail(z *survey.Zone, o report.TextOptions) string {
	if z == nil {
		return ""
	}
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(report.Paragraph(fmt.Sprintf(format, args...), 4, o)) }
	if z.Parent != "" {
		line("Delegated by %s to: %s", z.Parent, listed(z.ParentNS, "nobody"))
	}
	if z.ChildNS != nil {
		line("Its own NS set: %s", strings.Join(z.ChildNS, ", "))
	}
	for _, v := range z.Servers {
		line("  %s (%s)%s", v.Name, v.Addr, serverState(v))
	}
	for _, p := range z.Problems {
		line("  %s has no address: %s", p.Server, p.Reason)
	}
	for _, ds := range z.DS {
		line("DS %s", ds)
	}
	line("DNSSEC: %s", trustWord(z.Trust))
	return b.String()
}

func serverState(v *survey.Server) string {
	switch {
	case v.Special != "":
		return ": never asked, " + v.Special
	case v.SOA == nil:
		return ""
	case v.SOA.SOA != nil:
		return fmt.Sprintf(": serial %d", v.SOA.SOA.Serial)
	}
	return ": " + strings.ReplaceAll(string(v.SOA.Status), "-", " ")
}

func (pathPane) copied(_ subject, r row) string {
	_, name, _ := strings.Cut(r.key, " ")
	return name
}

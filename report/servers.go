package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dns01/check"
	"dns01/resolver/survey"
)

// manyReasons is how many ways of one thing are told before the rest is only
// counted.
const manyReasons = 4

// writeServers shows a table for each target on which its servers differ or
// fail, then a line for those on which they agree, and for the CAA decision.
func writeServers(p *page, r Report) {
	var agreed []agreedTargets
	var others []differingTargets
	for _, t := range targetsOf(r) {
		zone, rows := rowsOf(r.Survey, t)
		line, same := agreement(t, rows, isPublic(r.Survey, zone))
		switch {
		case len(rows) == 0:
		case same && !p.Verbose:
			agreed = addAgreed(agreed, zone, line, t)
		default:
			others = addDiffering(others, zone, rows, t, p.Verbose)
		}
	}
	writeDiffering(p, others)
	writeCaches(p, r)
	reasons := caaReasons(r.Result.Identifiers)
	if len(agreed)+len(reasons) > 0 {
		p.blank()
	}
	for _, a := range agreed {
		p.para(0, 2, a.String())
	}
	for n, s := range reasons {
		if n == manyReasons && !p.Verbose {
			p.para(0, 2, fmt.Sprintf("CAA: … and %d more (-v shows them)", len(reasons)-n))
			break
		}
		p.para(0, 2, "CAA: "+s)
	}
}

// serverTable has a row for each address.
func serverTable(rows []row) table {
	return table{
		columns: []column{
			{title: "ADDRESS"}, {title: "SERVER", drop: 1}, {title: "ANSWER"},
			{title: "SERIAL", drop: 2, right: true}, {title: "RTT", drop: 3, right: true},
		},
		rows: each(rows, func(r row) []string {
			return []string{r.addr.String(), r.server, r.answer, serialWord(r.outcome.serial), rttWord(r.outcome)}
		}),
	}
}

func serialWord(s *uint32) string {
	if s == nil {
		return "-"
	}
	return strconv.FormatUint(uint64(*s), 10)
}

func rttWord(o outcome) string {
	if !o.heard {
		return "-"
	}
	if o.rtt < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", milliseconds(o.rtt))
	}
	return elapsed(o.rtt)
}

// caption stands above the table of a target, and of so many more that have
// the same one.
func caption(zone string, t *target, more int) string {
	s := fmt.Sprintf("Servers of %s, asked for TXT at %s", zoneName(zone), bare(t.name))
	if more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	if n := len(t.want); n > 0 {
		s += fmt.Sprintf(" (%s expected)", count(n, "value", "values"))
	}
	return s + ":"
}

// isPublic reports whether a zone is a registry's or the root.
func isPublic(s *survey.Survey, zone string) bool {
	z := s.Zone(zone)
	return z != nil && z.Public
}

func zoneName(zone string) string {
	if zone == "." {
		return "the root"
	}
	return bare(zone)
}

// differingTargets are targets in one zone on which its servers differ, or
// fail, in the same way.
type differingTargets struct {
	zone  string
	rows  []row // of the first one
	first *target
	more  int
}

func addDiffering(all []differingTargets, zone string, rows []row, t *target, every bool) []differingTargets {
	same := func(a, b row) bool {
		return a.addr == b.addr && a.server == b.server && a.answer == b.answer && a.outcome.word == b.outcome.word && sameSerial(a.outcome.serial, b.outcome.serial)
	}
	for i, d := range all {
		if !every && d.zone == zone && len(d.first.want) == len(t.want) && slices.EqualFunc(d.rows, rows, same) {
			all[i].more++
			return all
		}
	}
	return append(all, differingTargets{zone: zone, rows: rows, first: t})
}

// writeDiffering has a table for each of them, the first ones only when there
// are many.
func writeDiffering(p *page, all []differingTargets) {
	for n, d := range all {
		p.blank()
		if n == manyIdentifiers && !p.Verbose {
			p.para(0, 2, fmt.Sprintf("… and %d more tables (-v shows them)", len(all)-n))
			return
		}
		p.para(0, 2, caption(d.zone, d.first, d.more))
		writeTable(p, serverTable(d.rows))
	}
}

// agreedTargets are targets in one zone on which all its servers say the same.
type agreedTargets struct {
	zone, line string
	first      *target
	more       int
}

func addAgreed(all []agreedTargets, zone, line string, t *target) []agreedTargets {
	for i := range all {
		if all[i].zone == zone && all[i].line == line {
			all[i].more++
			return all
		}
	}
	return append(all, agreedTargets{zone: zone, line: line, first: t})
}

func (a agreedTargets) String() string {
	where := strings.Join(each(a.first.chain, bare), " → ")
	if where == "" {
		where = bare(a.first.name)
	}
	if a.more > 0 {
		where += fmt.Sprintf(" and %d more", a.more)
	}
	return where + ": " + a.line
}

// agreement sums up rows that say the same, and reports whether they do and
// nothing is amiss with them. Rows that were not asked, for a reason of ours,
// say nothing.
func agreement(t *target, rows []row, public bool) (line string, same bool) {
	asked := slices.DeleteFunc(slices.Clone(rows), row.ours)
	if len(asked) == 0 {
		return "", false
	}
	first := asked[0]
	for _, r := range asked {
		if r.answer != first.answer || r.outcome.word != "ok" || !sameSerial(r.outcome.serial, first.outcome.serial) {
			return "", false
		}
	}
	answer, others, more := strings.Cut(first.answer, " + ")
	line = answer + remark(t, first.answer, public)
	if more {
		line += ", " + others
	}
	if len(asked) > 1 {
		line = fmt.Sprintf("%d addresses agree: %s", len(asked), line)
	}
	return line + circumstances(first, len(rows)-len(asked)), true
}

// remark says what an answer means: in a preflight, that a name is not there
// is as it should be, unless a registry denies it.
func remark(t *target, answer string, public bool) string {
	denied := answer == statusWord(survey.NXDomain) || answer == statusWord(survey.NoData)
	switch {
	case len(t.want) > 0 && strings.Contains(answer, " of "):
		return " expected"
	case len(t.want) == 0 && denied && !public:
		return " (no value yet)"
	}
	return ""
}

func circumstances(first row, unasked int) (line string) {
	if s := first.outcome.serial; s != nil {
		line += fmt.Sprintf(", serial %d", *s)
	}
	if unasked > 0 {
		line += fmt.Sprintf("; %d not asked", unasked)
	}
	return line
}

func sameSerial(a, b *uint32) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// caaReasons tells how the CAA climb was decided, once for each way it was.
func caaReasons(ids []check.IdentifierResult) []string {
	var reasons []string
	for _, i := range ids {
		if i.CAA.Reason != "" && !slices.Contains(reasons, i.CAA.Reason) {
			reasons = append(reasons, i.CAA.Reason)
		}
	}
	return reasons
}

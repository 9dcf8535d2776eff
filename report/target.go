package report

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// A target is where challenge values are looked for: the end of the aliases
// of one or more identifiers.
type target struct {
	name  string
	from  []string // challenge names whose aliases end here
	chain []string // of the first of them
	want  []string // values expected, sorted
}

// targetsOf lists the targets of an order as its identifiers come to them.
func targetsOf(r Report) []*target {
	var out []*target
	at := map[string]*target{}
	for _, i := range r.Result.Identifiers {
		name := i.Challenge.Target
		if name == "" {
			continue
		}
		t := at[name]
		if t == nil {
			t = &target{name: name, chain: i.Challenge.Chain}
			at[name] = t
			out = append(out, t)
		}
		if !slices.Contains(t.from, i.Challenge.Name) {
			t.from = append(t.from, i.Challenge.Name)
		}
		t.want = append(append(t.want, r.Order.Values[i.Identifier]...), r.Order.Values[""]...)
	}
	for _, t := range out {
		slices.Sort(t.want)
		t.want = slices.Compact(t.want)
	}
	return out
}

// A row is one address in the table of servers.
type row struct {
	addr    netip.Addr
	server  string
	answer  string
	outcome outcome
}

// ours reports whether the address was not asked for a reason of our own.
func (r row) ours() bool {
	return r.answer == statusWord(survey.NotAsked) || r.answer == statusWord(survey.NoRoute)
}

// rowsOf tells for each address of the target's zone what it answered. Of a
// registry's servers only a few are asked, and the others are left out.
func rowsOf(s *survey.Survey, t *target) (zone string, rows []row) {
	l := lastLookup(s, survey.Question{Name: t.name, Type: "TXT"})
	if l == nil {
		return "", nil
	}
	z := s.Zone(l.Zone)
	if z == nil {
		return l.Zone, nil
	}
	for _, v := range z.Servers {
		if i := slices.IndexFunc(rows, func(r row) bool { return r.addr == v.Addr }); i >= 0 {
			rows[i].server += ", " + bare(v.Name)
			continue
		}
		rows = append(rows, rowOf(s, z, v, l, t.want))
	}
	if z.Public || !slices.ContainsFunc(rows, func(r row) bool { return !r.ours() }) {
		rows = slices.DeleteFunc(rows, row.ours)
	}
	return z.Name, rows
}

func rowOf(s *survey.Survey, z *survey.Zone, v *survey.Server, l *survey.Lookup, want []string) row {
	r := row{addr: v.Addr, server: bare(v.Name), answer: statusWord(survey.NotAsked), outcome: outcomeOf(s, z, v)}
	if v.Special != "" {
		r.answer = "never asked"
	}
	for _, a := range answersFrom(l, v.Addr) {
		r.answer = answerWord(a, want)
		if a.Rcode != "" {
			r.outcome.heard, r.outcome.rtt = true, a.RTT
		}
	}
	return r
}

// answerWord sums an answer up: "1 of 2" of the values expected, or the
// number of values when none is, or why there are none.
func answerWord(a *survey.Answer, want []string) string {
	switch a.Status {
	case survey.Answered:
		return valuesWord(a.Records, want)
	case survey.Lame:
		return lameWord(a)
	}
	return statusWord(a.Status)
}

func statusWord(s survey.Status) string {
	switch s {
	case survey.NoData:
		return "no TXT"
	case survey.NXDomain:
		return "NXDOMAIN"
	}
	return strings.ReplaceAll(string(s), "-", " ")
}

func valuesWord(records []survey.Record, want []string) string {
	found, others := matching(records, want)
	if len(want) == 0 {
		return count(others, "value", "values")
	}
	word := fmt.Sprintf("%d of %d", found, len(want))
	if others > 0 {
		word += fmt.Sprintf(" + %d other", others)
	}
	return word
}

// lameWord is the rcode that a lame server answered with, or what else is
// wrong with the answer.
func lameWord(a *survey.Answer) string {
	if a.Rcode != "" && a.Rcode != "NOERROR" && a.Rcode != "NXDOMAIN" {
		return a.Rcode
	}
	if a.Lame == "" {
		return "lame"
	}
	return strings.ReplaceAll(a.Lame, "-", " ")
}

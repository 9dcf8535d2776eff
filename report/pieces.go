package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dns01/check"
	"dns01/resolver/survey"
)

// The pieces of the text form, for a program that shows one at a time. Text
// that they return is clean: nothing in it steers a terminal.

// A Cause is a finding with the findings that it explains.
type Cause struct {
	*check.Finding
	Consequences []*check.Finding
}

// Causes folds consequences under their causes, worst cause first.
func Causes(fs []check.Finding) []Cause {
	return each(byCause(fs), func(c cause) Cause { return Cause{c.Finding, c.consequences} })
}

// VerdictWord is how a verdict reads on the screen: "AT RISK".
func VerdictWord(v check.Verdict) string { return verdictWord(v) }

// Headline says what will become of the order and why, without the word of
// the verdict: "example.com: Let's Encrypt may refuse — …".
func Headline(r Report) string {
	return visible(headline(r))
}

// FindingText tells a finding in full: what was seen, what to change, the
// queries that show it, why it matters and where that is written.
func FindingText(f *check.Finding, identifiers int, o TextOptions) string {
	o.Verbose = true
	p := newPage(io.Discard, o)
	writeFinding(p, f, identifiers)
	return p.String()
}

// Fix is what to copy of a finding: the records to publish when it has any,
// else the words.
func Fix(f *check.Finding) string {
	if _, records := parts(f.Fix); len(records) > 0 {
		return visibleLines(strings.Join(records, "\n"))
	}
	return visibleLines(fixOf(*f))
}

// Paragraph wraps one paragraph of text, its further lines indented by rest.
func Paragraph(text string, rest int, o TextOptions) string {
	p := newPage(io.Discard, o)
	p.para(0, rest, text)
	return p.String()
}

// EvidenceText tells an exchange: the dig command that repeats it, and what
// came of it.
func EvidenceText(x survey.Exchange, o TextOptions) string {
	p := newPage(io.Discard, o)
	p.command(0, digArgs(x))
	p.para(2, 4, "→ "+resultOf(x))
	return p.String()
}

// ExchangeResult is what came of an exchange: "NXDOMAIN, flags aa, 98 octets,
// 12 ms".
func ExchangeResult(x survey.Exchange) string { return visible(resultOf(x)) }

// RoomText tells how large the TXT answer for an identifier is, and how many
// values still fit. It is empty when that is not known.
func RoomText(c check.ChallengeResult) string {
	if len(c.RoomAt) == 0 {
		return ""
	}
	return roomSentence(c)
}

// Clean makes text of one line fit for a screen, in plain ASCII if asked.
func Clean(s string, plainASCII bool) string {
	if plainASCII {
		return ascii(s)
	}
	return visible(s)
}

// Wrapped is text as lines no wider than the page, those after the first
// indented.
func Wrapped(text string, o TextOptions) []string {
	p := newPage(io.Discard, o)
	p.para(0, 2, text)
	return strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n")
}

// Elapsed is a duration as measured: "340 ms", "1.3 s".
func Elapsed(d time.Duration) string { return elapsed(d) }

// About is a duration to wait, rounded up: "45 s", "10 min", "3 h".
func About(d time.Duration) string { return about(d) }

// AnswerWord sums an answer up as the table of servers does: "1 of 2" of the
// values expected, or the number of values, or why there are none.
func AnswerWord(a *survey.Answer, want []string) string { return visible(answerWord(a, want)) }

// A ServerRow is one authoritative address of the zone where the values of an
// identifier are looked for.
type ServerRow struct {
	State
	RTT    string // "12 ms", or "-"
	Probes string // "ok", or what was odd: "edns fail"; "-" when not probed
	Stands bool   // it differs from most of the others, or fails
}

// ServerRows tells what each address says of one identifier.
func ServerRows(r Report, identifier string) []ServerRow {
	one := r
	one.Result.Identifiers = slices.DeleteFunc(slices.Clone(r.Result.Identifiers), func(i check.IdentifierResult) bool { return i.Identifier != identifier })
	states := States(one)
	usual := commonAnswer(states)
	return each(states, func(s State) ServerRow {
		row := ServerRow{State: s, RTT: "-", Probes: "-"}
		row.Stands = !s.Ours && s.Answer+serialWord(s.Serial) != usual
		if bogusAt(r.Survey, s) {
			row.Answer, row.Stands = row.Answer+", bogus", true
		}
		if v := serverAt(r.Survey, s); v != nil {
			row.RTT, row.Probes = rttWord(outcomeOf(r.Survey, r.Survey.Zone(s.Zone), v)), probesWord(v)
		}
		return row
	})
}

// bogusAt reports whether the answer of an address fails validation, so that
// the CA's resolver throws it away.
func bogusAt(s *survey.Survey, st State) bool {
	l := lastLookup(s, survey.Question{Name: st.Target, Type: "TXT"})
	return l != nil && slices.ContainsFunc(answersFrom(l, st.Addr), func(a *survey.Answer) bool {
		return a.Security != nil && a.Security.Status == "bogus"
	})
}

// commonAnswer is what most addresses say. With a set expected, those that
// have it are right whatever their number.
func commonAnswer(states []State) string {
	n, best, most := map[string]int{}, "", 0
	for _, s := range states {
		if s.Ours {
			continue
		}
		k := s.Answer + serialWord(s.Serial)
		n[k]++
		weight := n[k]
		if s.Has {
			weight += len(states)
		}
		if weight > most {
			best, most = k, weight
		}
	}
	return best
}

func serverAt(s *survey.Survey, st State) *survey.Server {
	z := s.Zone(st.Zone)
	if z == nil {
		return nil
	}
	for _, v := range z.Servers {
		if v.Addr == st.Addr {
			return v
		}
	}
	return nil
}

// probesWord sums the probes of a server up.
func probesWord(v *survey.Server) string {
	if len(v.Probes) == 0 {
		return "-"
	}
	var odd []string
	for i := range v.Probes {
		if p := &v.Probes[i]; p.Grade != survey.OK {
			odd = append(odd, fmt.Sprintf("%s %s", p.ID, p.Grade))
		}
	}
	if len(odd) == 0 {
		return "ok"
	}
	return visible(strings.Join(odd, ", "))
}

// ProbeLines has a line for each probe of a server: its id and what it showed.
func ProbeLines(v *survey.Server) []string {
	var lines []string
	for i := range v.Probes {
		lines = append(lines, visible(v.Probes[i].ID+": "+probeWord(&v.Probes[i])))
	}
	return lines
}

// A CacheRow is what one cache holds for a challenge name.
type CacheRow struct{ Resolver, Address, Answer, KeptFor string }

// CacheRows tells what caches said of one identifier.
func CacheRows(r Report, identifier string) []CacheRow {
	if r.Survey == nil {
		return nil
	}
	for _, i := range r.Result.Identifiers {
		if i.Identifier != identifier {
			continue
		}
		want := slices.Concat(r.Order.Values[identifier], r.Order.Values[""])
		rows := cacheRows(r.Survey, survey.Question{Name: i.Challenge.Name, Type: "TXT"}, want)
		return each(rows, func(c []string) CacheRow {
			return CacheRow{visible(c[0]), visible(c[1]), visible(c[2]), visible(c[3])}
		})
	}
	return nil
}

// SerialWord is a serial as a table has it, "-" when not seen.
func SerialWord(s *uint32) string { return serialWord(s) }

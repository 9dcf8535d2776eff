package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dns01/check"
	"dns01/resolver/survey"
)

// An elsewhere is what one engine's perspectives saw, in words: all of it in
// short, a row for each perspective and name that does not pass, and what else
// there is to say.
type elsewhere struct {
	short string
	rows  [][]string // of [elsewhereColumns]
	more  []string
}

// elsewhereOf has a row for everything that a perspective looked at, and all
// words, when every is set.
func elsewhereOf(r Report, v survey.Vantage, every bool) elsewhere {
	rows, all := elsewhereRows(r, v, every)
	x := elsewhere{"Elsewhere, by " + v.Name + ": " + elsewhereInShort(r, v, all), rows, nil}
	x.more = append(verdictLines(v, every), missingLines(v, every)...)
	if every {
		x.more = append(x.more, v.Limits...)
	}
	return x
}

var elsewhereColumns = []column{{title: "PERSPECTIVE"}, {title: "REGION", drop: 2}, {title: "NAME", drop: 1}, {title: "CHALLENGE"}, {title: "CAA"}}

// writeElsewhere tells what vantage points elsewhere saw.
func writeElsewhere(p *page, r Report) {
	for _, v := range r.Survey.Vantages {
		p.blank()
		x := elsewhereOf(r, v, p.Verbose)
		p.para(0, 2, x.short)
		if len(x.rows) > 0 {
			writeTable(p, table{columns: elsewhereColumns, rows: x.rows})
		}
		for _, line := range x.more {
			p.para(2, 4, line)
		}
	}
}

// standingWords are how the standings read in a table.
var standingWords = map[check.Standing]string{
	check.PerspectivePasses:  "passes",
	check.PerspectiveFails:   "FAILS",
	check.PerspectiveDepends: "depends",
	check.PerspectiveUnknown: "not seen",
}

// elsewhereRows has a row for each perspective and name that does not pass,
// or for all, and what all perspectives come to.
func elsewhereRows(r Report, v survey.Vantage, every bool) (rows [][]string, all []check.PerspectiveResult) {
	for _, i := range distinct(r.Result.Identifiers) {
		for _, s := range i.Perspectives {
			if s.Vantage != v.Name {
				continue
			}
			all = append(all, s)
			well := !doubtful(s.Challenge) && !doubtful(s.CAA)
			if !well || every {
				rows = append(rows, []string{s.Name, cmp.Or(s.RIR, "-"), bare(i.Identifier), standingWords[s.Challenge], standingWords[s.CAA]})
			}
		}
	}
	return rows, all
}

func doubtful(s check.Standing) bool {
	return s == check.PerspectiveFails || s == check.PerspectiveDepends
}

// elsewhereInShort counts perspectives for the challenge and for CAA.
func elsewhereInShort(r Report, v survey.Vantage, all []check.PerspectiveResult) string {
	if v.Failure != "" {
		return "nothing was seen; " + v.Failure + "."
	}
	if len(all) == 0 {
		return "no perspective told anything."
	}
	txt := standings(all, "the challenge", func(s check.PerspectiveResult) check.Standing { return s.Challenge })
	caa := standings(all, "CAA", func(s check.PerspectiveResult) check.Standing { return s.CAA })
	return txt + ", " + caa + regionsOf(r.Survey, v) + "."
}

// standings says how one respect fares: "6 of 6 pass for CAA".
func standings(all []check.PerspectiveResult, what string, of func(check.PerspectiveResult) check.Standing) string {
	seen, pass := map[string]bool{}, map[string]bool{}
	for _, s := range all {
		if of(s) == check.PerspectiveUnknown {
			continue
		}
		passed, again := pass[s.Name]
		seen[s.Name] = true
		pass[s.Name] = of(s) == check.PerspectivePasses && (passed || !again)
	}
	if len(seen) == 0 {
		return what + " was not looked at"
	}
	n := 0
	for _, ok := range pass {
		if ok {
			n++
		}
	}
	return fmt.Sprintf("%d of %d pass for %s", n, len(seen), what)
}

// regionsOf names the registries' regions that were looked from.
func regionsOf(s *survey.Survey, v survey.Vantage) string {
	var rirs []string
	for _, p := range s.Perspectives {
		if p.Vantage == v.Name && p.RIR != "" && !slices.Contains(rirs, p.RIR) {
			rirs = append(rirs, p.RIR)
		}
	}
	if len(rirs) == 0 {
		return ""
	}
	slices.Sort(rirs)
	return " (" + strings.Join(rirs, ", ") + ")"
}

// verdictLines tell what an engine itself refuses, by its own quorum; what it
// lets pass is for those who want all details.
func verdictLines(v survey.Vantage, every bool) (lines []string) {
	for _, x := range v.Verdicts {
		word, rule := "refuses", ""
		if x.Passes {
			word = "lets pass"
		}
		if x.Perspectives > 0 {
			rule = fmt.Sprintf(" (of %d perspectives %d have to pass)", x.Perspectives, x.Quorum)
		}
		if !x.Passes || every {
			lines = append(lines, fmt.Sprintf("The engine itself %s %s%s.", word, x.Question, rule))
		}
	}
	return lines
}

// manyMissing is how many perspectives that told nothing are named.
const manyMissing = 4

func missingLines(v survey.Vantage, every bool) (lines []string) {
	for n, m := range v.Missing {
		if n == manyMissing && !every {
			return append(lines, fmt.Sprintf("… and %d more told nothing (-v shows them)", len(v.Missing)-n))
		}
		lines = append(lines, fmt.Sprintf("%s told nothing: %s", m.Perspective, m.Reason))
	}
	return lines
}

type jsonVantage struct {
	Name    string        `json:"name"`
	Failure string        `json:"failure"` // "" unless nothing was seen
	Missing []jsonMissing `json:"missing"`
	Limits  []string      `json:"limits"`

	Verdicts []jsonEngineVerdict `json:"verdicts"`
}

// jsonEngineVerdict is an engine's own.
type jsonEngineVerdict struct {
	Question     string `json:"question"`
	Passes       bool   `json:"passes"`
	Perspectives int    `json:"perspectives"`
	Quorum       int    `json:"quorum"`
}

type jsonMissing struct {
	Perspective string `json:"perspective"`
	Reason      string `json:"reason"`
}

// jsonPerspective is a place elsewhere. Passes is null when that is not known.
type jsonPerspective struct {
	Name    string       `json:"name"`
	RIR     string       `json:"rir"`
	Vantage string       `json:"vantage"`
	Passes  *bool        `json:"passes"`
	Saw     []jsonSaw    `json:"saw"`
	Servers []jsonSawOne `json:"servers"`
}

type jsonSaw struct {
	Question string   `json:"question"`
	Status   string   `json:"status"`
	Records  []string `json:"records"`
}

// jsonSawOne is what one server said there.
type jsonSawOne struct {
	Server    string   `json:"server"`
	Address   string   `json:"address"`
	Transport string   `json:"transport"`
	Question  string   `json:"question"`
	Status    string   `json:"status"`
	Serial    *uint32  `json:"serial"`
	Records   []string `json:"records"`
}

// jsonStanding is how an identifier fares at a perspective.
type jsonStanding struct {
	Name      string         `json:"name"`
	RIR       string         `json:"rir"`
	Vantage   string         `json:"vantage"`
	Challenge check.Standing `json:"challenge"`
	CAA       check.Standing `json:"caa"`
	Problems  []jsonProblem  `json:"problems"`
}

func vantageJSON(v survey.Vantage) jsonVantage {
	return jsonVantage{visible(v.Name), visible(v.Failure), each(v.Missing, func(m survey.Missing) jsonMissing {
		return jsonMissing{visible(m.Perspective), visible(m.Reason)}
	}), each(v.Limits, visible), each(v.Verdicts, func(x survey.EngineVerdict) jsonEngineVerdict {
		return jsonEngineVerdict{visible(x.Question), x.Passes, x.Perspectives, x.Quorum}
	})}
}

func perspectiveJSON(r Report, p *survey.Perspective) jsonPerspective {
	return jsonPerspective{
		Name: visible(p.Name), RIR: visible(p.RIR), Vantage: visible(p.Vantage), Passes: passesAt(r.Result, p),
		Saw: each(p.Answers, func(a survey.PerspectiveAnswer) jsonSaw {
			return jsonSaw{bare(a.Name) + " " + a.Type, string(a.Status), each(a.Records, recordText)}
		}),
		Servers: each(p.Servers, sawOne),
	}
}

func sawOne(a *survey.Answer) jsonSawOne {
	one := jsonSawOne{
		Server: bare(a.Server), Transport: a.Transport, Question: bare(a.Name) + " " + a.Type,
		Status: string(a.Status), Records: each(a.Records, recordText),
	}
	if a.Addr.IsValid() {
		one.Address = a.Addr.String()
	}
	if a.SOA != nil {
		one.Serial = new(a.SOA.Serial)
	}
	for _, ns := range a.NS {
		one.Records = append(one.Records, bare(ns))
	}
	return one
}

func recordText(r survey.Record) string { return visible(r.Text) }

// passesAt reports whether all identifiers pass at a perspective, as far as it
// looked: nil when it saw nothing that counts.
func passesAt(res check.Result, p *survey.Perspective) *bool {
	var passes *bool
	for _, i := range res.Identifiers {
		for _, s := range i.Perspectives {
			if s.Name != p.Name || s.Vantage != p.Vantage {
				continue
			}
			for _, st := range []check.Standing{s.Challenge, s.CAA} {
				if st != check.PerspectiveUnknown {
					passes = new((passes == nil || *passes) && st == check.PerspectivePasses)
				}
			}
		}
	}
	return passes
}

func standing(s check.PerspectiveResult) jsonStanding {
	return jsonStanding{visible(s.Name), visible(s.RIR), visible(s.Vantage), s.Challenge, s.CAA, each(s.Problems, problem)}
}

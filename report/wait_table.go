package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// StateTable writes the states as lines of one table, none wider than the
// page, of at most so many rows; 0 sets no limit. What a reader waits for goes
// before what has come.
func StateTable(w io.Writer, states []State, most int, o TextOptions) error {
	p := newPage(w, o)
	writeStates(p, states, most)
	_, err := io.WriteString(w, p.String())
	return err
}

// writeStates has a row for each address, or where several names are waited
// for, a row for each of them that is not complete.
func writeStates(p *page, states []State, most int) {
	if SeveralTargets(states) {
		writeNames(p, states, most)
		return
	}
	shown := states
	if most > 0 && len(states) > most {
		shown = slices.SortedStableFunc(slices.Values(states), func(a, b State) int { return hasLast(a) - hasLast(b) })[:most]
	}
	t := table{columns: []column{{title: "ADDRESS"}, {title: "SERVER", drop: 2}, {title: "ANSWER"}, {title: "SERIAL", drop: 1, right: true}}}
	for _, s := range shown {
		t.rows = append(t.rows, []string{s.Addr.String(), s.Server, s.Answer, serialWord(s.Serial)})
	}
	writeTable(p, t)
	if more := len(states) - len(shown); more > 0 {
		p.para(cellGap, cellGap, fmt.Sprintf("and %s more", count(more, "address", "addresses")))
	}
}

func hasLast(s State) int {
	if s.Has {
		return 1
	}
	return 0
}

// writeNames has a row for each name that is not complete, and counts the
// others.
func writeNames(p *page, states []State, most int) {
	open := incomplete(states)
	shown := open
	if most > 0 && len(open) > most {
		shown = open[:most]
	}
	if len(shown) > 0 {
		writeTable(p, table{
			columns: []column{{title: "NAME"}, {title: "HAVE IT"}, {title: "LACKING", drop: 1}},
			rows: each(shown, func(name string) []string {
				its := statesOf(states, name)
				have, asked := tally(its)
				return []string{name, fmt.Sprintf("%d of %d", have, asked), lacking(its)}
			}),
		})
	}
	if more := len(open) - len(shown); more > 0 {
		p.para(cellGap, cellGap, fmt.Sprintf("and %s more that lack it", count(more, "name", "names")))
	}
}

// incomplete are the names that some server lacks the set for.
func incomplete(states []State) []string {
	return slices.DeleteFunc(targetsIn(states), func(name string) bool {
		have, asked := tally(statesOf(states, name))
		return have == asked && asked > 0
	})
}

func statesOf(states []State, name string) []State {
	return slices.DeleteFunc(slices.Clone(states), func(s State) bool { return s.Target != name })
}

// targetsIn are the names asked for, in order.
func targetsIn(states []State) []string {
	var names []string
	for _, s := range states {
		if !slices.Contains(names, s.Target) {
			names = append(names, s.Target)
		}
	}
	return names
}

// lacking says which servers of one name lack the set, and what they say:
// "ns2.example.com: NXDOMAIN".
func lacking(states []State) string {
	var answers []string
	servers := map[string][]string{}
	all := true
	for _, s := range states {
		switch {
		case s.Has:
			all = false
		case s.Ours:
		default:
			if servers[s.Answer] == nil {
				answers = append(answers, s.Answer)
			}
			if !slices.Contains(servers[s.Answer], s.Server) {
				servers[s.Answer] = append(servers[s.Answer], s.Server)
			}
		}
	}
	if all && len(answers) == 1 {
		return "all: " + answers[0]
	}
	return strings.Join(each(answers, func(a string) string { return strings.Join(servers[a], ", ") + ": " + a }), "; ")
}

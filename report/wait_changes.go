package report

import (
	"fmt"
	"strings"
	"time"
)

// A Change is the difference between two looks at one address.
type Change struct {
	At          time.Time
	After       time.Duration // since the wait began
	Before, Now State
}

// what is the change itself: "NXDOMAIN -> 1 of 1, serial 6 -> 7".
func (c Change) what() string {
	var b strings.Builder
	switch {
	case c.Before.Answer == "":
		return fmt.Sprintf("%s, serial %s", c.Now.Answer, serialWord(c.Now.Serial))
	case c.Before.Answer == c.Now.Answer:
		b.WriteString("still " + c.Now.Answer)
	default:
		b.WriteString(c.Before.Answer + " -> " + c.Now.Answer)
	}
	if !sameSerial(c.Before.Serial, c.Now.Serial) {
		fmt.Fprintf(&b, ", serial %s -> %s", serialWord(c.Before.Serial), serialWord(c.Now.Serial))
	}
	return b.String()
}

// A ChangeGroup is what one look saw change at one address in the same way,
// for one name or for several.
type ChangeGroup struct {
	After time.Duration
	Line  string // "ns2.example.com (203.0.113.1) for 97 names: no TXT -> 1 of 1"
}

// ChangeGroups are changes in few lines: a zone that arrives brings all its
// names at once. Several says that more than one name is waited for.
func ChangeGroups(cs []Change, several bool) []ChangeGroup {
	type group struct {
		first Change
		names int
	}
	type key struct {
		at          time.Time
		where, what string
	}
	var order []key
	groups := map[key]*group{}
	for _, c := range cs {
		k := key{c.At, fmt.Sprintf("%s (%s)", c.Now.Server, c.Now.Addr), c.what()}
		if groups[k] == nil {
			order = append(order, k)
			groups[k] = &group{first: c}
		}
		groups[k].names++
	}
	return each(order, func(k key) ChangeGroup {
		g := groups[k]
		line := k.where
		switch {
		case g.names > 1:
			line += fmt.Sprintf(" for %d names", g.names)
		case several:
			line += " for " + g.first.Now.Target
		}
		return ChangeGroup{g.first.After, visible(line + ": " + k.what)}
	})
}

// flips are the changes from one look to another.
func (x Wait) flips() []Change {
	var flips []Change
	for _, c := range x.Changes {
		if c.Before.Answer != "" {
			flips = append(flips, c)
		}
	}
	return flips
}

// writeChanges lists what flipped, in time.
func writeChanges(p *page, x Wait) {
	groups := ChangeGroups(x.flips(), SeveralTargets(x.States))
	if len(groups) == 0 {
		return
	}
	p.blank()
	p.para(0, 2, fmt.Sprintf("What changed, counted from %s:", x.Started.UTC().Format(time.RFC3339)))
	for _, g := range groups {
		p.para(2, 4, fmt.Sprintf("+%s %s", elapsed(g.After), g.Line))
	}
}

// ChangeLine is one change in one line, without its time:
//
//	ns2.example.com (203.0.113.1): NXDOMAIN -> 1 of 1, serial 6 -> 7
func ChangeLine(c Change, several bool) string { return ChangeGroups([]Change{c}, several)[0].Line }

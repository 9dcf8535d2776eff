package tui

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dns01/check"
	"dns01/resolver/survey"
)

// A supposition is CAA sets that are not published, one change for each name.
// It is a value: what changes it makes a new one.
type supposition []check.CAAChange

// over is a survey as it would be. Changes were tried when they were made.
func (p supposition) over(sv *survey.Survey) *survey.Survey {
	for _, c := range p {
		// A name that another identifier does not climb past changes nothing.
		if next, err := check.Suppose(sv, []check.CAAChange{c}); err == nil {
			sv = next
		}
	}
	return sv
}

// with supposes one set more, in place of one at the same name.
func (p supposition) with(c check.CAAChange) supposition {
	next := slices.DeleteFunc(slices.Clone(p), func(o check.CAAChange) bool { return o.Owner == c.Owner })
	return append(next, c)
}

func (p supposition) has(name string) bool {
	return slices.ContainsFunc(p, func(c check.CAAChange) bool { return c.Owner == name })
}

// zoneLines are the supposed sets in zone-file form.
func (p supposition) zoneLines() []string {
	var lines []string
	for _, c := range p {
		for _, r := range c.Records {
			lines = append(lines, c.Owner+". IN CAA "+r.Text)
		}
		if len(c.Records) == 0 {
			lines = append(lines, "; no CAA record at "+c.Owner+".")
		}
	}
	return lines
}

// setAt is the set at a name of the climb, as published or supposed.
func (p caaPane) setAt(s subject, name string) []check.SupposedRecord {
	var set []check.SupposedRecord
	for _, step := range p.answer(s, s.order).Steps {
		if step.Name != name {
			continue
		}
		for _, o := range step.Outcomes {
			for _, r := range o.Records {
				if sr, err := check.Supposed(r.Text); err == nil {
					set = append(set, sr)
				}
			}
		}
	}
	return set
}

// recordAt reads the key of a record's row.
func recordAt(key string) (name string, i int, ok bool) {
	f := strings.Fields(key)
	if len(f) != 3 || f[0] != "record" {
		return "", 0, false
	}
	i, err := strconv.Atoi(f[2])
	return f[1], i, err == nil
}

// parseEdit reads a record as a user writes it: its RDATA, for the name given,
// or a whole record, NAME CAA RDATA.
func parseEdit(text, at string) (name string, r check.SupposedRecord, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", r, errors.New(`no record; write one as in 0 issue "letsencrypt.org"`)
	}
	if first, _, _ := strings.Cut(text, " "); !strings.Contains(first, ".") {
		r, err = check.Supposed(text)
		return at, r, err
	}
	changes, err := check.ParseCAAChanges([]string{text}, check.NormalizeName)
	switch {
	case err != nil:
		return "", r, err
	case len(changes[0].Records) == 0:
		return "", r, errors.New("no record after the type; d drops the record under the cursor")
	}
	return changes[0].Owner, changes[0].Records[0], nil
}

func (p caaPane) commands() []command {
	return []command{
		{keys: []string{"a"}, help: "add record", says: "what if this CAA record were there too", do: addRecord},
		{keys: []string{"m"}, help: "change", says: "what if this CAA record were another", do: changeRecord},
		{keys: []string{"d"}, help: "drop", says: "what if this CAA record were gone", do: dropRecord},
		{keys: []string{"u"}, help: "undo", says: "back to the CAA records that are published", do: func(m Model) (Model, cmd) { return m.suppose(nil), nil }},
	}
}

// suppose shows the climb with other sets.
func (m Model) suppose(p supposition) Model {
	b := m.current()
	b.pane = caaPane{p}
	return m.with(b).refresh()
}

// try supposes a set at a name, if that can be.
func (m Model) try(p caaPane, name string, set []check.SupposedRecord) (Model, error) {
	c := check.CAAChange{Owner: name, Records: set}
	if _, err := check.Suppose(alone(m.subject()), []check.CAAChange{c}); err != nil {
		return m, err
	}
	return m.suppose(p.supposed.with(c)), nil
}

// climb is the CAA pane, and the name and record under the cursor, or those
// where the climb ends; record is -1 when the cursor is on none.
func (m Model) climb() (p caaPane, name string, record int, ok bool) {
	s := m.subject()
	p, ok = m.current().pane.(caaPane)
	if !ok || s.report == nil {
		return p, "", -1, false
	}
	key := m.current().row().key
	if name, i, on := recordAt(key); on {
		return p, name, i, true
	}
	if name, on := strings.CutPrefix(key, "rung "); on {
		return p, name, -1, true
	}
	steps := p.answer(s, s.order).Steps
	if len(steps) == 0 {
		return p, "", -1, false
	}
	at := slices.IndexFunc(steps, func(c check.CAAStep) bool { return c.Role == check.Decides || c.Role == check.Fails })
	return p, steps[max(0, at)].Name, -1, true
}

func addRecord(m Model) (Model, cmd) {
	p, name, _, ok := m.climb()
	if !ok {
		return m.say("this name has no climb"), nil
	}
	begin := ""
	if id := identity(m.order); id != "" {
		begin = fmt.Sprintf("0 issue %q", id)
	}
	return m.ask("What if at "+name+" there were CAA", begin, func(m Model, text string) (Model, cmd, error) {
		at, r, err := parseEdit(text, name)
		if err != nil {
			return m, nil, err
		}
		m, err = m.try(p, at, append(p.setAt(m.subject(), at), r))
		return m, nil, err
	})
}

func identity(o check.Order) string {
	if o.CA == nil || len(o.CA.Identities) == 0 {
		return ""
	}
	return o.CA.Identities[0]
}

func changeRecord(m Model) (Model, cmd) {
	p, name, i, ok := m.climb()
	set := p.editable(m, name, i, ok)
	if set == nil {
		return m.say("move to a CAA record to change it; a adds one"), nil
	}
	return m.ask("What if this record at "+name+" were CAA", set[i].Text, func(m Model, text string) (Model, cmd, error) {
		at, r, err := parseEdit(text, name)
		switch {
		case err != nil:
			return m, nil, err
		case at != name:
			return m, nil, fmt.Errorf("this changes a record at %s; to add one at %s press a", name, at)
		}
		set := slices.Clone(set)
		set[i] = r
		m, err = m.try(p, name, set)
		return m, nil, err
	})
}

func dropRecord(m Model) (Model, cmd) {
	p, name, i, ok := m.climb()
	set := p.editable(m, name, i, ok)
	if set == nil {
		return m.say("move to a CAA record to drop it"), nil
	}
	next, err := m.try(p, name, slices.Delete(set, i, i+1))
	if err != nil {
		return m.say(err.Error()), nil
	}
	return next, nil
}

// editable is the set that the record under the cursor belongs to, nil when
// the cursor is on none.
func (p caaPane) editable(m Model, name string, i int, ok bool) []check.SupposedRecord {
	if !ok || i < 0 {
		return nil
	}
	if set := p.setAt(m.subject(), name); i < len(set) {
		return set
	}
	return nil
}

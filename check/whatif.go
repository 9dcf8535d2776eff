package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/caa"
	"dns01/resolver/survey"
)

// A CAAChange is what is to be supposed of the CAA records at one name.
type CAAChange struct {
	Owner string // lower case, no final dot
	// Records are to stand there in place of what is published, or beside it
	// with Add. Without any, nothing stands there.
	Records []SupposedRecord
	Add     bool
}

// A SupposedRecord is a record to suppose. Of one whose RDATA does not parse
// there is only the text (RFC 3597 §5), and why.
type SupposedRecord struct {
	Text string // RDATA in presentation form, escaped
	CAA  *caa.Record
	Bad  string
}

// Suppose returns a survey as it would be with other CAA records at some
// names; s itself stays as it is. Servers that give no usable answer to CAA
// queries do not give one to records that are there either: their answers
// stay. The error says which change cannot be, or is asked for by nobody.
func Suppose(s *survey.Survey, changes []CAAChange) (*survey.Survey, error) {
	out := *s
	out.Lookups = slices.Clone(s.Lookups)
	for _, c := range changes {
		met, err := c.apply(&out)
		if err != nil {
			return nil, err
		}
		if !met {
			return nil, fmt.Errorf("no climb asks for CAA at %s; those asked for are %s", Escape(c.Owner), series(caaOwners(s)))
		}
	}
	return &out, nil
}

// apply changes every answer about the owner. It reports whether somebody asks
// for it at all.
func (c CAAChange) apply(s *survey.Survey) (met bool, err error) {
	for i, l := range s.Lookups {
		if l.Type != "CAA" {
			continue
		}
		changed := *l
		changed.Answers = make([]*survey.Answer, len(l.Answers))
		for n, a := range l.Answers {
			if l.Name == c.Owner && len(a.Aliases) > 0 && a.Status.Usable() {
				return false, fmt.Errorf("%s is an alias of %s, and no other record can stand beside a CNAME (RFC 1034 §3.6.2): suppose it there, or replace the alias",
					Escape(c.Owner), Escape(a.Aliases[0].To))
			}
			changed.Answers[n] = c.answer(a)
			met = met || a.Owner == c.Owner || l.Name == c.Owner
		}
		s.Lookups[i] = &changed
	}
	return met, nil
}

// answer is what a server would say, had it the records.
func (c CAAChange) answer(a *survey.Answer) *survey.Answer {
	if a.Owner != c.Owner {
		return a
	}
	switch a.Status {
	case survey.Answered, survey.NoData, survey.NXDomain:
	default:
		return a
	}
	b := *a
	b.Exchanges = nil // nobody has seen this
	if !c.Add {
		b.Records = nil
	}
	b.Records = slices.Clone(b.Records)
	for _, r := range c.Records {
		b.Records = append(b.Records, survey.Record{Owner: c.Owner, Text: r.Text, CAA: r.CAA, Bad: r.Bad})
	}
	switch {
	case len(b.Records) > 0:
		b.Status, b.Rcode = survey.Answered, "NOERROR"
	case a.Status == survey.Answered:
		b.Status = survey.NoData
	}
	return &b
}

// caaOwners are the names for which a survey has CAA answers, aliases' ends
// included.
func caaOwners(s *survey.Survey) []string {
	var names []string
	for _, l := range s.Lookups {
		for _, a := range l.Answers {
			if l.Type == "CAA" && (a.Status == survey.Answered || a.Status == survey.NoData || a.Status == survey.NXDomain) {
				names = unite(names, []string{Escape(a.Owner)})
			}
		}
	}
	if len(names) == 0 {
		return []string{"none"}
	}
	return names
}

// ParseCAAChanges reads suppositions in zone-file form. All of one owner form
// its set, which takes the place of what is published there:
//
//	NAME CAA 0 issue "ca.example"
//
// A "+" before the name adds the record to what is published, and nothing
// after the type takes away all that is. TTL and class may stand before the
// type, and RDATA may have the form \# LENGTH HEX. The error says what to
// write instead.
func ParseCAAChanges(texts []string, normalize func(string) (string, error)) ([]CAAChange, error) {
	var changes []CAAChange
	for _, text := range texts {
		c, err := parseCAAChange(text, normalize)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(changes, func(o CAAChange) bool { return o.Owner == c.Owner })
		if i < 0 {
			changes = append(changes, c)
			continue
		}
		o := &changes[i]
		switch {
		case o.Add != c.Add:
			return nil, fmt.Errorf("%s is both replaced and added to; give every record of one name with \"+\", or none", Escape(c.Owner))
		case len(o.Records) == 0 || len(c.Records) == 0:
			return nil, fmt.Errorf("%s is both emptied and given records; give one of them", Escape(c.Owner))
		}
		o.Records = append(o.Records, c.Records...)
	}
	return changes, nil
}

func parseCAAChange(text string, normalize func(string) (string, error)) (c CAAChange, err error) {
	const like = `write NAME CAA 0 issue "ca.example", +NAME CAA ... to add, or NAME CAA to drop all`
	rest := strings.TrimSpace(text)
	if rest, c.Add = strings.CutPrefix(rest, "+"); rest == "" {
		return c, fmt.Errorf("it is empty; %s", like)
	}
	name, rest := word(rest)
	for {
		var w string
		w, rest = word(rest)
		switch t := strings.ToUpper(w); {
		case t == "CAA" || t == "TYPE257":
			return c.read(name, rest, normalize)
		case w == "":
			return c, fmt.Errorf("%q has no type CAA after the name; %s", text, like)
		case t == "IN" || strings.Trim(t, "0123456789") == "":
		default:
			return c, fmt.Errorf("%q has %q where the type CAA belongs; %s", text, w, like)
		}
	}
}

// read completes a change with its owner and RDATA.
func (c CAAChange) read(name, rdata string, normalize func(string) (string, error)) (_ CAAChange, err error) {
	// Climbs never ask for a literal "*": a wildcard's set is that of the name
	// below it.
	if strings.HasPrefix(name, "*.") {
		return c, fmt.Errorf("%q: a CA asks for CAA at %s, never at the \"*\"; leave it out", name, strings.TrimPrefix(name, "*."))
	}
	if c.Owner, err = normalize(name); err != nil {
		return c, err
	}
	if rdata == "" {
		if c.Add {
			return c, fmt.Errorf("+%s adds nothing; write the record after the type, or leave out the \"+\" to drop all", name)
		}
		return c, nil
	}
	r, err := Supposed(rdata)
	if err != nil {
		return c, err
	}
	c.Records = []SupposedRecord{r}
	return c, nil
}

// Supposed reads the RDATA of a record. What a CA could not take apart is no
// error: it is supposed as it is.
func Supposed(rdata string) (SupposedRecord, error) {
	r, err := caa.ParseText(rdata)
	if err == nil {
		return SupposedRecord{Text: r.String(), CAA: &r}, nil
	}
	if e, ok := err.(*caa.SyntaxError); ok && e.What == "RDATA" {
		return SupposedRecord{Text: strings.Join(strings.Fields(rdata), " "), Bad: e.Error()}, nil
	}
	return SupposedRecord{}, err
}

// word takes the next word off the front of s.
func word(s string) (w, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
		return s[:i], strings.TrimSpace(s[i:])
	}
	return s, ""
}

// Has reports whether a record is among those supposed.
func (c CAAChange) Has(text string) bool {
	return slices.ContainsFunc(c.Records, func(r SupposedRecord) bool { return r.Text == text })
}

// Spoils returns the first of the records that a CA cannot take apart, "" when
// it can take them all.
func (c CAAChange) Spoils() string {
	for _, r := range c.Records {
		if r.Bad != "" {
			return r.Text
		}
	}
	return ""
}

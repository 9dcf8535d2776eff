package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// A saying is what one server says of one thing, and where.
type saying struct {
	word   string
	places []string
}

// A divided is one server of which some places hear this and others that.
type divided struct {
	server  string // with its address
	name    string // that was asked for
	sayings []saying
}

// differByPlace tells which servers answer some perspectives otherwise than
// others. What that comes to at the CA is told beside it.
func (az *authorization) differByPlace() {
	for _, d := range az.divided() {
		var parts []string
		for i, s := range d.sayings {
			where := series(few(s.places))
			if i == len(d.sayings)-1 && len(s.places) > 2 {
				where = fmt.Sprintf("the %d others", len(s.places))
			}
			parts = append(parts, s.word+" "+where)
		}
		f := finding("server-differs-by-place", d.name, fmt.Sprintf("%s %s.", d.server, strings.Join(parts, ", and ")))
		f.Servers = []string{d.server}
		az.raise(f, place{})
	}
}

// divided are the servers that perspectives hear different things from, in the
// order in which they were asked. What fewest hear comes first.
func (az *authorization) divided() []divided {
	var all []*divided
	for _, p := range az.s.Perspectives {
		for _, a := range p.Servers {
			word := az.saysThere(a)
			if word == "" {
				continue
			}
			server := host(a.Server, a.Addr)
			i := slices.IndexFunc(all, func(d *divided) bool {
				return d.server == server && d.name == a.Name && subject(d.sayings[0].word) == subject(word)
			})
			if i < 0 {
				all = append(all, &divided{server: server, name: a.Name, sayings: []saying{{word, []string{p.Name}}}})
				continue
			}
			all[i].note(word, p.Name)
		}
	}
	var out []divided
	for _, d := range all {
		if len(d.sayings) > 1 {
			slices.SortStableFunc(d.sayings, func(a, b saying) int { return len(a.places) - len(b.places) })
			out = append(out, *d)
		}
	}
	return out
}

func (d *divided) note(word, place string) {
	for i := range d.sayings {
		if d.sayings[i].word == word {
			d.sayings[i].places = append(d.sayings[i].places, place)
			return
		}
	}
	d.sayings = append(d.sayings, saying{word, []string{place}})
}

// The ways in which a saying begins, which tell what it is about.
const (
	gives  = "gives "
	serial = "has serial "
	byTCP  = "over TCP "
)

func subject(word string) string {
	for _, s := range []string{serial, byTCP} {
		if strings.HasPrefix(word, s) {
			return s
		}
	}
	return gives
}

// saysThere puts what a server said in words that a place follows, "" for what
// is not compared: the challenge's records, the serial, and whether TCP works.
func (az *authorization) saysThere(a *survey.Answer) string {
	silent := a.Status == survey.Timeout || a.Status == survey.Unreachable
	switch {
	case a.Status.Ours():
		return ""
	case a.Transport == "tcp" && silent:
		return byTCP + "says nothing to"
	case a.Transport == "tcp":
		return byTCP + "answers"
	case a.Type == "SOA" && a.Status == survey.Answered && a.SOA != nil:
		return serial + fmt.Sprint(a.SOA.Serial) + " for"
	case a.Type != "TXT" || a.Name != az.id.Challenge && a.Name != az.endsAt(az.id):
		return ""
	case silent:
		return "is silent to"
	}
	return gives + az.givenThere(a) + " to"
}

// givenThere is what a server answers to the challenge's question.
func (az *authorization) givenThere(a *survey.Answer) string {
	switch a.Status {
	case survey.NXDomain:
		return "NXDOMAIN"
	case survey.NoData:
		return "no TXT record"
	case survey.Lame:
		return strings.ToUpper(a.Lame)
	case survey.Answered:
		switch vs := values(a); {
		case az.want.validation() && len(az.want.missing(vs)) == 0 && len(az.want.values) == 1:
			return "the value"
		case az.want.validation() && len(az.want.missing(vs)) == 0:
			return "the values"
		default:
			return quotes(vs)
		}
	case survey.Aliased:
		return "an alias"
	}
	return "no usable answer"
}

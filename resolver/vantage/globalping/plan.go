package globalping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// A place is where probes are asked for, in the words of Globalping's magic
// field, and how many.
type place struct {
	Magic string `json:"magic"`
	Limit int    `json:"limit"`
}

// usual are six probes on four continents: as many as a CA has perspectives,
// and one more.
var usual = []place{{"north america", 2}, {"europe", 2}, {"asia", 1}, {"south america", 1}}

// Limits of what a command line may ask for.
const (
	maxPlaces = 20
	maxPlace  = 60 // octets
)

// parsePlaces reads "PLACE[*N],…".
func parsePlaces(text string) ([]place, error) {
	if text == "" {
		return usual, nil
	}
	var ps []place
	for part := range strings.SplitSeq(text, ",") {
		name, number, many := strings.Cut(strings.TrimSpace(part), "*")
		p := place{Magic: strings.TrimSpace(name), Limit: 1}
		if many {
			n, err := strconv.Atoi(strings.TrimSpace(number))
			if err != nil || n < 1 || n > 200 {
				return nil, fmt.Errorf("%.80q does not say how many probes; write a number from 1 to 200 after the place, such as europe*2", part)
			}
			p.Limit = n
		}
		if p.Magic == "" || len(p.Magic) > maxPlace || strings.ContainsFunc(p.Magic, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, fmt.Errorf("%.80q is no place; write continents, countries, cities or networks with commas between them, such as europe*2,JP,AS64500", part)
		}
		ps = append(ps, p)
	}
	if len(ps) > maxPlaces {
		return nil, fmt.Errorf("has %d places, and %d are the most", len(ps), maxPlaces)
	}
	return ps, nil
}

// probes is how many of them answer each question.
func (e *Engine) probes() int {
	n := 0
	for _, p := range e.places {
		n += p.Limit
	}
	return n
}

// A question is one for one server, over one transport.
type question struct {
	survey.Question
	server vantage.Server
	tcp    bool
}

func (q question) String() string {
	s := fmt.Sprintf("%s of %s at %s", q.Type, q.Name, q.server.Name)
	if q.tcp {
		s += " over TCP"
	}
	return s
}

// plan is what there is to ask: TXT at every server of each challenge's
// target, and of each zone's servers once its SOA, its NS, and SOA over TCP,
// which tells whether TCP gets there at all.
func plan(t vantage.Target) []question {
	var first, others []question
	for _, s := range vantage.ServersOf(t.Survey) {
		if !s.Addr.Is4() || !vantage.Public(s.Addr) {
			continue
		}
		first = append(first, question{Question: s.Question, server: s})
		at := func(qtype string, tcp bool) question {
			server := s
			server.Question = survey.Question{}
			return question{Question: survey.Question{Name: s.Zone, Type: qtype}, server: server, tcp: tcp}
		}
		for _, q := range []question{at("SOA", false), at("SOA", true), at("NS", false)} {
			if !slices.Contains(others, q) {
				others = append(others, q)
			}
		}
	}
	return append(first, others...)
}

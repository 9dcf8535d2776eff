package survey

import "net/netip"

// Judgements are what validation concluded in an earlier look at the same
// answers: it cannot be drawn from them again when their names were replaced,
// since signatures and hashes cover the old ones.
type Judgements struct {
	Zones   map[string]*Security
	Answers map[Judged]*Security
}

// Judged names an answer that was judged: of which server of a zone, to what.
type Judged struct {
	Zone string
	Question
	Addr netip.Addr
}

// JudgementsOf collects the judgements of a survey.
func JudgementsOf(s *Survey) Judgements {
	j := Judgements{map[string]*Security{}, map[Judged]*Security{}}
	for _, z := range s.Zones {
		if z.Trust != nil {
			j.Zones[z.Name] = z.Trust
		}
	}
	for _, l := range s.Lookups {
		for _, a := range l.Answers {
			if a.Security != nil {
				j.Answers[Judged{l.Zone, l.Question, a.Addr}] = a.Security
			}
		}
	}
	return j
}

// judgedBefore takes a zone's place in the chain of trust from an earlier look.
func (z *zone) judgedBefore(j *Judgements) {
	z.Trust = j.Zones[z.Name]
	if s := z.Trust; s != nil && s.Status == "bogus" && s.Type == "DNSKEY" && s.Name == z.Name && !z.Public {
		z.t.begin(func() { z.t.look(z.d, Question{z.Name, "DNSKEY"}, 0, 0) })
	}
}

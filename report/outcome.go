package report

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"dns01/resolver/survey"
)

// An outcome is what became of the questions to one address of a zone.
type outcome struct {
	word   string  // "ok", "private", or the survey.Status that stands against it
	serial *uint32 // of the zone as served there; nil when not seen
	rtt    time.Duration
	heard  bool // a message came, so rtt means something
}

// rttMS is the round trip in milliseconds, nil when nothing came back.
func (o outcome) rttMS() *float64 {
	if !o.heard {
		return nil
	}
	return new(milliseconds(o.rtt))
}

// outcomeOf tells how an address of z answers. Its apex SOA says it best. A
// registry's server is never asked for that, so there any answer counts.
func outcomeOf(s *survey.Survey, z *survey.Zone, v *survey.Server) outcome {
	if v.Special != "" {
		return outcome{word: "private"}
	}
	var answers []*survey.Answer
	if v.SOA != nil {
		answers = append(answers, v.SOA)
	}
	for _, l := range s.Lookups {
		if l.Zone == z.Name {
			answers = append(answers, answersFrom(l, v.Addr)...)
		}
	}
	return summary(z.Name, v.SOA != nil, answers)
}

// summary reads answers of one address for a zone, the apex SOA first if it
// was asked: then that one decides the word.
func summary(zone string, soaFirst bool, answers []*survey.Answer) outcome {
	o := outcome{word: string(survey.NotAsked)}
	for i, a := range answers {
		if o.serial == nil && a.SOA != nil && a.SOA.Zone == zone {
			o.serial = new(a.SOA.Serial)
		}
		if !o.heard && a.Rcode != "" {
			o.heard, o.rtt = true, a.RTT
		}
		switch {
		case soaFirst && i > 0:
		case a.Status.Usable():
			o.word = "ok"
		case o.word != "ok":
			o.word = string(a.Status)
		}
	}
	return o
}

// answersFrom returns what one address answered in a lookup.
func answersFrom(l *survey.Lookup, addr netip.Addr) []*survey.Answer {
	var out []*survey.Answer
	for _, a := range l.Answers {
		if a.Addr == addr {
			out = append(out, a)
		}
	}
	return out
}

// lastLookup returns the lookup of q where its resolution ends: at the deepest
// zone that was asked. It is nil when none was.
func lastLookup(s *survey.Survey, q survey.Question) *survey.Lookup {
	var last *survey.Lookup
	for _, l := range s.Lookups {
		if l.Question == q && (last == nil || depth(l.Zone) > depth(last.Zone)) {
			last = l
		}
	}
	return last
}

// depth counts the labels of a name.
func depth(name string) int {
	if name == "." || name == "" {
		return 0
	}
	return strings.Count(name, ".") + 1
}

// serverOf names who was asked: "ns1.example.net (192.0.2.53)".
func serverOf(x survey.Exchange) string {
	switch {
	case x.Server == "":
		return x.Addr.Addr().String()
	case !x.Addr.IsValid():
		return x.Server
	}
	return strings.TrimSuffix(x.Server, ".") + " (" + x.Addr.Addr().String() + ")"
}

// matching counts the wanted values among records, and the other values.
func matching(records []survey.Record, want []string) (found, others int) {
	seen := map[string]bool{}
	for _, r := range records {
		if seen[r.TXT] {
			continue
		}
		seen[r.TXT] = true
		if slices.Contains(want, r.TXT) {
			found++
		} else {
			others++
		}
	}
	return found, others
}

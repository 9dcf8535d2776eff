package check

import (
	"slices"

	"dns01/resolver/survey"
)

// A serverState is what one address of a zone's servers is good for.
type serverState string

const (
	serving     serverState = "serving"     // answered some question with authority
	lame        serverState = "lame"        // answers, and never usably
	zoneless    serverState = "without"     // answers with authority, and does not have the zone
	quiet       serverState = "silent"      // never answers
	unreachable serverState = "unreachable" // refuses, or a router says so
	tardy       serverState = "tardy"       // answers when nobody waits any more
	deaf        serverState = "deaf"        // silent to EDNS, answers plain DNS
	choked      serverState = "choked"      // its larger UDP answers get lost
	astray      serverState = "astray"      // its replies come from elsewhere
	balking     serverState = "balking"     // answers with an error whatever carries EDNS
	pedantic    serverState = "pedantic"    // answers with an error what is in mixed letter case
	special     serverState = "special"     // in a range that is never asked
	unknown     serverState = "unknown"     // we could not ask it
)

// A serverHealth is one address with its state and the answer that shows it.
type serverHealth struct {
	*survey.Server
	state  serverState
	answer *survey.Answer // nil for special and unknown
}

// A zoneHealth is the state of all addresses of a zone.
type zoneHealth struct {
	zone    *survey.Zone
	servers []serverHealth
	shut    bool // its servers answer others, and not us
}

// in selects the addresses whose name stands in the parent's NS set, by state.
func (h *zoneHealth) in(states ...serverState) []serverHealth {
	var out []serverHealth
	for _, s := range h.servers {
		if s.InParent && slices.Contains(states, s.state) {
			out = append(out, s)
		}
	}
	return out
}

// dead reports whether no server of the delegation can serve the zone, and
// none is left that we could not ask.
func (h *zoneHealth) dead() bool {
	return !h.shut && len(h.servers)+len(h.zone.Problems) > 0 &&
		len(h.in(serving)) == 0 && len(h.unseen()) == 0 &&
		!slices.ContainsFunc(h.zone.Problems, ourProblem)
}

// unseen are the addresses of servers of which nothing is known at any
// address: the others may be taken to fail alike.
func (h *zoneHealth) unseen() []serverHealth {
	return slices.DeleteFunc(h.in(unknown), func(s serverHealth) bool {
		return slices.ContainsFunc(h.servers, func(o serverHealth) bool { return o.Name == s.Name && o.state != unknown && o.state != special })
	})
}

// problems are the name servers of the delegation that have no address, for
// reasons that hold for the CA too. A name that the zone alone lists is a
// matter of the mismatch.
func (h *zoneHealth) problems() []survey.NameServerProblem {
	return slices.DeleteFunc(slices.Clone(h.zone.Problems), func(p survey.NameServerProblem) bool {
		return ourProblem(p) || h.shut || len(h.zone.ParentNS) > 0 && !slices.Contains(h.zone.ParentNS, p.Server)
	})
}

// health judges each address of a zone by everything it answered.
func (j *judge) health(z *survey.Zone) *zoneHealth {
	if h, ok := j.zones[z.Name]; ok {
		return h
	}
	h := &zoneHealth{zone: z, shut: j.shutOut(z.Name) != nil}
	anyInParent := slices.ContainsFunc(z.Servers, func(s *survey.Server) bool { return s.InParent })
	for _, s := range z.Servers {
		// The root has no parent to name its servers.
		if !anyInParent {
			c := *s
			c.InParent = true
			s = &c
		}
		sh := serverHealth{Server: s}
		sh.state, sh.answer = j.state(z, s)
		h.servers = append(h.servers, sh)
	}
	j.zones[z.Name] = h
	return h
}

// state is what an address is good for. The apex SOA is the question that
// every server of a zone has to answer, so it tells where answers differ.
func (j *judge) state(z *survey.Zone, s *survey.Server) (serverState, *survey.Answer) {
	if s.Special != "" {
		return special, nil
	}
	if j.lacks(z, s) && !s.Probe("case").Is("differs") {
		return zoneless, apex(s)
	}
	var first *survey.Answer
	for _, a := range j.answersOf(z, s) {
		if a.Status.Usable() || sawLoop(a) {
			return serving, a
		}
		if !j.ours(a) && (first == nil || a.Mismatched && !first.Mismatched) {
			first = a
		}
	}
	switch {
	case first == nil:
		return unknown, nil
	case first.Status == survey.Timeout && first.EDNS == "dropped":
		return deaf, first
	case first.Status == survey.Timeout && first.EDNS == "small":
		return choked, first
	case first.Status == survey.Timeout && first.Elsewhere.IsValid():
		return astray, first
	case first.Status == survey.Timeout && first.Late > 0:
		return tardy, first
	case first.Status == survey.Timeout:
		return quiet, first
	case first.Status == survey.Unreachable:
		return unreachable, first
	case first.Status == survey.Truncated:
		return serving, first
	}
	switch {
	case s.Probe("edns").Is("refused"):
		return balking, first
	case s.Probe("case").Is("differs"):
		return pedantic, first
	}
	return lame, first
}

// mute are the states of servers that are there and give the CA's resolver
// nothing, each with the rule that says why.
var mute = map[serverState]string{
	deaf:    "edns-dropped",
	choked:  "fragments-lost",
	astray:  "answer-from-wrong-address",
	tardy:   "nameserver-slow",
	balking: "edns-unsupported",

	pedantic: "case-answers-differ",
}

// unfit are the states of servers that are of no use to the CA's resolver, of
// these muted the ones with a rule of their own.
var (
	unfit = append([]serverState{lame, quiet, unreachable}, muted...)
	muted = []serverState{deaf, choked, astray, tardy, balking, pedantic}
)

// answersOf are the answers of one address for a zone, SOA first.
func (j *judge) answersOf(z *survey.Zone, s *survey.Server) []*survey.Answer {
	var as []*survey.Answer
	for _, a := range []*survey.Answer{s.SOA, s.NS} {
		if a != nil {
			as = append(as, a)
		}
	}
	for _, l := range j.s.Lookups {
		if l.Zone != z.Name {
			continue
		}
		for _, a := range l.Answers {
			if a.Addr == s.Addr {
				as = append(as, a)
			}
		}
	}
	return as
}

// answers of several servers, those that have one.
func answers(ss []serverHealth) []*survey.Answer {
	var as []*survey.Answer
	for _, s := range ss {
		if s.answer != nil {
			as = append(as, s.answer)
		}
	}
	return as
}

// labels names servers with their addresses.
func labels(ss []serverHealth) []string {
	var ls []string
	for _, s := range ss {
		if h := host(s.Name, s.Addr); !slices.Contains(ls, h) {
			ls = append(ls, h)
		}
	}
	return ls
}

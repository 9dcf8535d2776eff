package vantage

import (
	"net/netip"
	"slices"

	"dns01/resolver"
	"dns01/resolver/survey"
)

// A Server is one address of a zone's server, and what to ask it: TXT of a
// name at the end of a challenge's aliases.
type Server struct {
	Zone, Name string
	Addr       netip.Addr
	survey.Question
}

// maxAliases bounds the way to the end of aliases.
const maxAliases = 12

// ServersOf are the servers that hold the challenges' targets, as the survey
// found them, with what to ask each: in the order of the survey, each pair of
// address and question once. Addresses that are never asked are left out.
func ServersOf(s *survey.Survey) []Server {
	var all []Server
	for _, id := range s.Identifiers {
		if !id.LookedUp() {
			continue
		}
		l := terminal(s, survey.Question{Name: id.Challenge, Type: "TXT"})
		if l == nil {
			continue
		}
		z := s.Zone(l.Zone)
		for _, a := range l.Answers {
			srv := Server{l.Zone, a.Server, a.Addr, l.Question}
			if z != nil && special(z, a.Addr) || slices.Contains(all, srv) {
				continue
			}
			all = append(all, srv)
		}
	}
	return all
}

// special reports whether an address lies in a range that is never asked.
func special(z *survey.Zone, addr netip.Addr) bool {
	for _, s := range z.Servers {
		if s.Addr == addr {
			return s.Special != ""
		}
	}
	return false
}

// terminal is the lookup where a question's resolution ends: past referrals,
// and at the end of aliases. It is nil when the survey did not get so far.
func terminal(s *survey.Survey, q survey.Question) *survey.Lookup {
	l := s.Start(q)
	for range maxAliases {
		if l == nil {
			return nil
		}
		i := slices.IndexFunc(l.Answers, func(a *survey.Answer) bool { return a.Status.Usable() })
		if i < 0 {
			return l
		}
		switch a := l.Answers[i]; a.Status {
		case survey.Referral:
			l = s.Lookup(a.Child, l.Question)
		case survey.Aliased:
			l = s.Start(survey.Question{Name: a.Owner, Type: q.Type})
		default:
			return l
		}
	}
	return nil
}

// Public reports whether an address may be told to others to be asked: it is
// none of a private or otherwise special range.
func Public(a netip.Addr) bool { return a.IsValid() && resolver.Special(a) == "" }

package survey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dns01/resolver"
)

// readProbes adds to each probed server what the survey's own answers show,
// and puts its probes in the order of the plan.
func (t *taker) readProbes() {
	if t.o.Probes == ProbesNone {
		return
	}
	for _, z := range t.zones {
		if z.Public {
			continue
		}
		for _, s := range z.Servers {
			if s.Special == "" {
				z.readServer(s)
			}
		}
	}
}

// answersOf are all answers of an address for the zone, SOA and NS first.
func (z *zone) answersOf(s *Server) []*Answer {
	var as []*Answer
	for _, a := range []*Answer{s.SOA, s.NS} {
		if a != nil {
			as = append(as, a)
		}
	}
	own := len(as)
	for key, l := range z.t.lookups {
		if key.zone != z.Name {
			continue
		}
		for _, a := range l.Answers {
			if a.Addr == s.Addr {
				as = append(as, a)
			}
		}
	}
	slices.SortFunc(as[own:], func(a, b *Answer) int {
		return cmp.Or(byTree(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	return as
}

// readServer reads the answers of one address.
func (z *zone) readServer(s *Server) {
	p := prober{z, s}
	as := z.answersOf(s)
	for _, id := range []struct {
		id    string
		shows func(*Answer) (relevant bool, word string)
	}{
		{"edns", showsEDNS}, {"case", showsCase}, {"source", showsSource}, {"large", showsLarge},
		{"aa", showsAA}, {"ra", showsRA},
	} {
		p.readInto(id.id, as, id.shows)
	}
	shape := as
	if d := z.shapes[s.Addr]; d != nil {
		shape = append(slices.Clone(as), d)
	}
	p.readInto("negative", shape, showsNegative)
	for _, t := range []string{"CAA", "TXT"} {
		p.readType(strings.ToLower(t), t, as)
	}
	order := Plan()
	place := func(id string) int {
		return slices.IndexFunc(order, func(p PlannedProbe) bool { return p.ID == id })
	}
	slices.SortFunc(s.Probes, func(a, b Probe) int { return place(a.ID) - place(b.ID) })
}

// readInto records what answers show, each word once with the exchange that
// shows it.
func (p prober) readInto(id string, as []*Answer, shows func(*Answer) (bool, string)) {
	var words []string
	var es []Exchange
	seen := false
	for _, a := range as {
		relevant, word := shows(a)
		seen = seen || relevant
		if relevant && word != "" && !slices.Contains(words, word) {
			words = append(words, word)
			es = append(es, lastOf(a)...)
		}
	}
	if seen {
		o := outcome(id, words, es)
		if i := slices.IndexFunc(as, func(a *Answer) bool { return a.Elsewhere.IsValid() }); id == "source" && i >= 0 {
			o.Detail = fmt.Sprintf("replies come from %s", as[i].Elsewhere)
		}
		p.record(o)
	}
}

// lastOf is the exchange that counts of an answer.
func lastOf(a *Answer) []Exchange {
	if len(a.Exchanges) == 0 {
		return nil
	}
	return a.Exchanges[len(a.Exchanges)-1:]
}

func showsEDNS(a *Answer) (bool, string) {
	switch {
	case a.EDNS == "dropped":
		return true, "dropped"
	case a.Rcode == "":
		return false, ""
	case a.EDNS == "unsupported":
		return true, "formerr"
	case a.Rcode == "BADVERS":
		return true, "badvers"
	case a.EDNS == "absent" && a.Status.Usable():
		return true, "noopt"
	}
	return a.Status.Usable(), ""
}

func showsCase(a *Answer) (bool, string) {
	switch {
	case a.CaseDiffers:
		return true, "differs"
	case a.CaseLost:
		return true, "lost"
	}
	return a.Rcode != "", ""
}

// showsLarge speaks only where no answer came: that large ones do come is
// nothing to tell.
func showsLarge(a *Answer) (bool, string) { return a.EDNS == "small", "lost" }

func showsSource(a *Answer) (bool, string) {
	if a.Elsewhere.IsValid() {
		return true, "elsewhere"
	}
	return a.Transport == "udp" && a.Rcode != "", ""
}

// answersForZone reports whether AA and RA mean something in an answer.
func (a *Answer) answersForZone() bool {
	return a.Status.Usable() && a.Status != Referral && a.Rcode != "" && a.Rcode != "BADVERS"
}

func showsAA(a *Answer) (bool, string) {
	if a.answersForZone() && !a.Authoritative {
		return true, "noaa"
	}
	return a.answersForZone(), ""
}

func showsRA(a *Answer) (bool, string) {
	if a.answersForZone() && a.Recursion {
		return true, "ra"
	}
	return a.answersForZone(), ""
}

func showsNegative(a *Answer) (bool, string) {
	if a.Rcode != "NOERROR" && a.Rcode != "NXDOMAIN" || a.Status != NoData && a.Status != NXDomain || len(a.Aliases) > 0 {
		return false, ""
	}
	switch {
	case a.SOA != nil:
		return true, ""
	case a.OtherSOA != "":
		return true, "othersoa"
	}
	return true, "nosoa"
}

// readType records whether a type is answered at all, and without denying a
// name that exists.
func (p prober) readType(id, qtype string, as []*Answer) {
	var words []string
	var es []Exchange
	usable := false
	for _, a := range as {
		switch {
		case a.Type != qtype:
		case a.Status == NXDomain && exists(as, a):
			words, es = []string{"denied"}, lastOf(a)
		case a.Status.Usable():
			usable = true
		case a.Status.Ours(), len(words) > 0:
		case a.Status == Timeout:
			words, es = []string{"timeout"}, lastOf(a)
		case a.Status == Lame:
			words, es = []string{strings.ToLower(a.Rcode)}, lastOf(a)
		}
	}
	switch {
	case slices.Contains(words, "denied"):
		p.record(outcome(id, words, es))
	case usable:
		p.record(outcome(id, nil, nil))
	case len(words) > 0 && p.s.SOA != nil && p.s.SOA.Status.Usable():
		// A server that answers nothing says nothing about a type.
		p.record(outcome(id, words, es))
	}
}

// exists reports whether another answer of the server shows the name that one
// denies, or a name below it (RFC 8020 §2).
func exists(as []*Answer, denial *Answer) bool {
	if len(denial.Aliases) > 0 || Varies(as) {
		return false
	}
	return slices.ContainsFunc(as, func(a *Answer) bool {
		there := a.Status == Answered || a.Status == Aliased || a.Status == NoData && a.Name == denial.Name
		return there && !a.Wildcard && a.Rcode != "BADVERS" && resolver.InZone(a.Name, denial.Name)
	})
}

package check

import (
	"cmp"
	"slices"

	"dns01/resolver/survey"
)

// A breach is one way in which answers fail to validate, at the one zone that
// is to blame for it, over everything that was asked: a zone whose signer
// stopped is one finding, however many names an order has.
type breach struct {
	rule, zone string
	faults     []fault          // each once, in the order of names
	answers    []*survey.Answer // that do not validate
	good       []*survey.Answer // for a breach of some servers only: the others' answers
}

// A fault is a link of the chain of trust that broke. For a denial it names
// what was to be denied.
type fault struct {
	*survey.Security
	name, rrtype string
}

// blame finds the rule for a bogus answer and the zone that has to be mended.
// Keys are the matter of their zone, DS records that of the zone above; any
// other record set was signed, or not, in the zone that was asked.
func (j *judge) blame(l *survey.Lookup, a *survey.Answer) (id, zone string) {
	s := a.Security
	switch {
	case s.Type == "DNSKEY" && s.Name != "":
		return ruleOfBogus(l, a), s.Name
	case s.Type == "DS" && s.Zone != "":
		return ruleOfBogus(l, a), s.Zone
	}
	return ruleOfBogus(l, a), l.Zone
}

// breach gathers what there is of a way to fail, at lookups of which no
// server's answer is taken.
func (j *judge) breach(id, zone string) breach {
	b := breach{rule: id, zone: zone}
	for _, l := range j.s.Lookups {
		as := j.candidates(l)
		if l.Type == "DNSKEY" || slices.ContainsFunc(as, func(a *survey.Answer) bool { return j.takes(l, a) }) {
			continue
		}
		for _, a := range as {
			if !bogus(a) {
				continue
			}
			if i, z := j.blame(l, a); i == id && z == zone {
				b.add(j, a)
			}
		}
	}
	b.sort()
	return b
}

// validates reports whether a validating resolver takes an answer.
func validates(a *survey.Answer) bool { return a.Status.Usable() && !bogus(a) }

// leadsOn reports whether an answer is taken and, where it refers to a zone
// below, an answer of that zone too: a server that has both zones says at once
// what the others refer to.
func (j *judge) leadsOn(l *survey.Lookup, a *survey.Answer) bool {
	if !j.takes(l, a) || a.Status != survey.Referral {
		return j.takes(l, a)
	}
	below := j.lookup(a.Child, l.Question)
	return below != nil && below != l && slices.ContainsFunc(j.candidates(below), func(o *survey.Answer) bool { return j.leadsOn(below, o) })
}

// breachesOf returns the breaches of a lookup that some servers answer well.
func (j *judge) breachesOf(l *survey.Lookup) []breach {
	as := j.candidates(l)
	if !slices.ContainsFunc(as, func(a *survey.Answer) bool { return j.leadsOn(l, a) }) {
		return nil
	}
	var bs []breach
	for _, a := range as {
		if !bogus(a) {
			continue
		}
		id := ruleOfBogus(l, a)
		i := slices.IndexFunc(bs, func(b breach) bool { return b.rule == id })
		if i < 0 {
			i = len(bs)
			bs = append(bs, breach{rule: id, zone: l.Zone})
		}
		bs[i].add(j, a)
	}
	return bs
}

// partlyBreach gathers a breach of some of a zone's servers over all lookups.
func (j *judge) partlyBreach(zone, id string) breach {
	b := breach{rule: id, zone: zone}
	for _, l := range j.s.Lookups {
		if l.Zone != zone {
			continue
		}
		for _, p := range j.breachesOf(l) {
			if p.rule != id {
				continue
			}
			for _, a := range p.answers {
				b.add(j, a)
			}
			b.good = append(b.good, slices.DeleteFunc(slices.Clone(j.candidates(l)), func(a *survey.Answer) bool { return !validates(a) })...)
		}
	}
	b.good = slices.DeleteFunc(b.good, func(a *survey.Answer) bool {
		return slices.ContainsFunc(b.answers, func(o *survey.Answer) bool { return o.Addr == a.Addr })
	})
	b.sort()
	return b
}

// add notes an answer that does not validate.
func (b *breach) add(j *judge, a *survey.Answer) {
	b.answers = append(b.answers, a)
	f := fault{a.Security, a.Security.Name, a.Security.Type}
	if cut := j.s.Zone(f.name); f.name == "" || f.rrtype == "DS" && (cut == nil || cut.Parent != b.zone) {
		// A resolver that misses signatures suspects a zone of its own below,
		// and asks for its DS: what it was about is the question.
		f.name, f.rrtype = a.Name, a.Type
	}
	if !slices.ContainsFunc(b.faults, func(o fault) bool { return o.same(f) }) {
		b.faults = append(b.faults, f)
	}
}

func (f fault) same(o fault) bool {
	return f.name == o.name && f.rrtype == o.rrtype && f.Reason == o.Reason
}

func (b *breach) sort() {
	slices.SortStableFunc(b.faults, func(x, y fault) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(x.rrtype, y.rrtype), cmp.Compare(x.Reason, y.Reason))
	})
	slices.SortStableFunc(b.answers, func(x, y *survey.Answer) int {
		return cmp.Or(cmp.Compare(x.Server, y.Server), x.Addr.Compare(y.Addr))
	})
}

// undelegated is a zone below in whose name the servers answer without a
// delegation, as far as that can be seen.
func (b breach) undelegated() string {
	for _, a := range b.answers {
		if zone := undelegated(b.zone, a); zone != "" {
			return zone
		}
	}
	return ""
}

// ofKeys reports whether the zone's keys are what failed.
func (b breach) ofKeys() bool { return b.faults[0].rrtype == "DNSKEY" }

// withoutEDNS reports whether signatures are missing because the servers that
// should give them do not know EDNS, which it takes to ask for them
// (RFC 4035 §3.2.1).
func (b breach) withoutEDNS() bool {
	return b.rule == "dnssec-signature-missing" && all(b.answers, func(a *survey.Answer) bool { return a.EDNS == "unsupported" })
}

// answeredBy reports whether the answers came from servers of the zone.
func (b breach) answeredBy(z *survey.Zone) bool {
	return all(b.answers, func(a *survey.Answer) bool { return serverAt(z, a) != nil })
}

// keysAsked returns the lookup of a zone's keys, which the survey has where
// the chain of trust breaks at them; nil where it has none.
func (j *judge) keysAsked(zone string) *survey.Lookup {
	return j.lookup(zone, survey.Question{Name: zone, Type: "DNSKEY"})
}

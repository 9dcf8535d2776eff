package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// probed are the faults of a zone's servers that the probe plan has found.
func (j *judge) probed(h *zoneHealth) []draft {
	return slices.Concat(
		j.badVersion(h),
		j.caseDiffers(h),
		j.tcpClosed(h),
		j.fragmentsLost(h),
		j.truncatesEarly(h),
		j.rateLimited(h),
		j.noSOA(h),
		j.recursive(h),
		j.oddities(h),
	)
}

// caught are the servers of which a probe came to one of some words.
func caught(h *zoneHealth, id string, words ...string) []serverHealth {
	return slices.DeleteFunc(slices.Clone(h.servers), func(s serverHealth) bool {
		p := s.Probe(id)
		return !slices.ContainsFunc(words, p.Is)
	})
}

// whom names servers with their addresses.
func whom(ss []serverHealth) string {
	var as []*survey.Answer
	for _, s := range ss {
		as = append(as, &survey.Answer{Server: s.Name, Addr: s.Addr})
	}
	return who(as)
}

// sources tells on what condition servers fail, or where their replies come
// from that nobody takes; "" where there is nothing to add.
func sources(ss []serverHealth) string {
	switch ss[0].state {
	case balking:
		return " as soon as a query carries EDNS"
	case pedantic:
		return " as soon as a name is in mixed letter case, as the CA's resolver sends it"
	}
	var from []string
	for _, s := range ss {
		if s.answer != nil && s.answer.Elsewhere.IsValid() {
			from = append(from, s.answer.Elsewhere.String())
		}
	}
	if len(from) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s)", series(from))
}

// probeFinding is a finding about servers that a probe shows.
func probeFinding(rule string, h *zoneHealth, ss []serverHealth, probe, detail string) Finding {
	f := finding(rule, h.zone.Name, detail)
	f.Servers = labels(ss)
	const most = 4
	for _, s := range ss {
		if es := s.Probe(probe).Exchanges; len(es) > 0 && len(f.Evidence) < most {
			f.Evidence = append(f.Evidence, es[len(es)-1])
		}
	}
	return f
}

// badVersion are servers that answer BADVERS to EDNS version 0.
func (j *judge) badVersion(h *zoneHealth) []draft {
	as := j.showing(h, func(a *survey.Answer) bool { return a.Rcode == "BADVERS" })
	if len(as) == 0 {
		return nil
	}
	f := finding("edns-version-mishandled", h.zone.Name,
		fmt.Sprintf("%s %s BADVERS to EDNS version 0, which the CA's resolver takes for an empty answer.", who(as), agreeing(serverNames(as), "answers")))
	f.Severity = Error
	f.Servers, f.Evidence = hosts(as), evidence(as...)
	return []draft{{Finding: f}}
}

// caseDiffers are servers that know their names in lower case only.
func (j *judge) caseDiffers(h *zoneHealth) []draft {
	ss := slices.DeleteFunc(caught(h, "case", "differs"), func(s serverHealth) bool {
		return s.state == pedantic || slices.ContainsFunc(j.answersOf(h.zone, s.Server), func(a *survey.Answer) bool { return a.CaseLost })
	})
	if len(ss) == 0 {
		return nil
	}
	f := probeFinding("case-answers-differ", h, ss, "case", fmt.Sprintf(
		"%s %s otherwise when the name is in mixed letter case, as the CA's resolver sends it, than in lower case.",
		whom(ss), verb(len(names(ss)), "answers", "answer")))
	f.Fix = "Have names compared without regard to letter case (RFC 4343), by the name server and by whatever stands before it."
	return []draft{{Finding: f}}
}

// tcpClosed are servers without TCP, as long as no answer needs it.
func (j *judge) tcpClosed(h *zoneHealth) []draft {
	if j.s.Network.TCP != "" || len(j.tcpUnavailable(h)) > 0 {
		return nil
	}
	var all []serverHealth
	var parts []string
	for _, w := range []struct{ word, says string }{
		{"refused", "refuses connections"}, {"timeout", "does not answer"}, {"closed", "closes connections before an answer"},
		{"garbage", "brings no answer that can be read"}, {"error", "brings an error where UDP brings the answer"},
	} {
		ss := slices.DeleteFunc(caught(h, "tcp", w.word), func(s serverHealth) bool {
			return s.state != serving || w.word == "error" && refusesAbove(s)
		})
		if len(ss) > 0 {
			all = append(all, ss...)
			parts = append(parts, fmt.Sprintf("TCP port 53 of %s %s", whom(ss), w.says))
		}
	}
	if len(all) == 0 {
		return nil
	}
	f := probeFinding("tcp-unavailable", h, all, "tcp",
		fmt.Sprintf("%s; nothing needs it as long as answers fit %d octets.", series(parts), udpPayload))
	f.Severity = Note
	f.Fix = fmt.Sprintf("Open TCP port 53 to %s.", whom(all))
	return []draft{{Finding: f}}
}

// fragmentsLost are servers whose large UDP answers do not arrive.
func (j *judge) fragmentsLost(h *zoneHealth) []draft {
	if j.s.Network.Large == "lost" {
		return nil // whoever sends them
	}
	ss := slices.DeleteFunc(caught(h, "large", "lost"), func(s serverHealth) bool { return s.state != serving })
	if len(ss) > 0 {
		f := probeFinding("fragments-lost", h, ss, "large",
			fmt.Sprintf("From %s %s; to questions that leave less room answers come.", whom(ss), ss[0].Probe("large").Detail))
		f.Severity = Warning
		if j.s.Network.Large == "unclear" {
			f.Detail += " Whether this network loses them was not found out."
		}
		if len(ss) == len(h.in(serving)) && j.s.Network.Large == "" {
			f.Severity = Error
		}
		return []draft{{Finding: f}}
	}
	ss = slices.DeleteFunc(caught(h, "edns4096", "lost"), limits)
	if len(ss) == 0 {
		return nil
	}
	return []draft{{Finding: probeFinding("fragments-lost", h, ss, "edns4096",
		fmt.Sprintf("From %s nothing comes to a question that leaves 4096 octets of room; the CA's resolver leaves %d.", whom(ss), udpPayload))}}
}

// truncatesEarly are servers that truncate answers which would fit.
func (j *judge) truncatesEarly(h *zoneHealth) []draft {
	ss := caught(h, "truncates", "early")
	if len(ss) == 0 {
		return nil
	}
	return []draft{{Finding: probeFinding("answer-truncated-early", h, ss, "truncates",
		fmt.Sprintf("%s %s over UDP %s, though %d were offered.", whom(ss), verb(len(names(ss)), "truncates", "truncate"), ss[0].Probe("truncates").Detail, udpPayload))}}
}

// rateLimited are servers that limit the rate of their answers.
func (j *judge) rateLimited(h *zoneHealth) []draft {
	var ds []draft
	for _, w := range []struct {
		word     string
		severity Severity
		says     string
	}{
		{"drops", Warning, "answers some of the questions only"},
		{"refused", Warning, "answers with errors"},
		{"slips", Note, "truncates answers, and gives them over TCP"},
	} {
		ss := caught(h, "rate", w.word)
		if len(ss) == 0 {
			continue
		}
		f := probeFinding("rate-limited", h, ss, "rate", fmt.Sprintf("Asked often, %s %s: %s.",
			whom(ss), agreeing(names(ss), w.says), ss[0].Probe("rate").Detail))
		f.Severity = w.severity
		if slices.ContainsFunc(ss, func(s serverHealth) bool { p := s.Probe("tcp"); return p != nil && p.Grade == survey.Broken }) {
			f.Severity = Warning
		}
		f.Transient = true
		ds = append(ds, draft{Finding: f})
	}
	return ds
}

// noSOA are servers whose negative answers lack the zone's SOA.
func (j *judge) noSOA(h *zoneHealth) []draft {
	var all []serverHealth
	var parts []string
	for _, w := range []struct{ word, says string }{
		{"nosoa", "without a SOA record"}, {"othersoa", "with the SOA record of another zone"},
	} {
		ss := caught(h, "negative", w.word)
		if len(ss) == 0 {
			continue
		}
		all = append(all, ss...)
		parts = append(parts, fmt.Sprintf("%s %s %s", whom(ss), verb(len(names(ss)), "denies", "deny"), w.says))
	}
	if len(all) == 0 {
		return nil
	}
	return []draft{{Finding: probeFinding("negative-answer-malformed", h, all, "negative",
		fmt.Sprintf("What is not there, %s.", series(parts)))}}
}

// recursive are servers that offer recursion: those that also lack AA, which a
// resolver asks last, and with deep probes all.
func (j *judge) recursive(h *zoneHealth) []draft {
	ss := slices.DeleteFunc(caught(h, "ra", "ra"), func(s serverHealth) bool {
		return j.s.Probing != survey.ProbesDeep && !s.Probe("aa").Is("noaa")
	})
	if len(ss) == 0 {
		return nil
	}
	return []draft{{Finding: probeFinding("server-recursive", h, ss, "ra",
		fmt.Sprintf("%s %s with RA set.", whom(ss), verb(len(names(ss)), "answers", "answer")))}}
}

// asks are how the odd questions read that no other finding tells of.
var asks = []struct{ probe, asked string }{
	{"edns1", "Asked with EDNS version 1"},
	{"ednsopt", "Asked with an unknown EDNS option"},
	{"cookie", "Asked with a DNS cookie"},
	{"nsid", "Asked for its identifier (NSID)"},
	{"ednsflags", "Asked with an unknown EDNS flag"},
	{"type65534", "Asked for a type that nobody has defined"},
	{"types", "Asked for an address at a name that has TXT records"},
	{"ent", "Asked for an address at the name above one that has TXT records"},
	{"foreign", "Asked for the root's name servers"},
}

// did are what servers do, as predicates of a sentence; an rcode says itself.
var did = map[string]string{
	"timeout": "does not answer",
	"echoed":  "answers with the option sent back",
	"mbz":     "answers with the flag sent back",
	"soa":     "answers as to version 0",
	"noopt":   "answers without OPT",
	"version": "answers with another version than 0",
	"changed": "answers with another client cookie",
	"denied":  "denies the name",
	"upward":  "refers to the root",
	"answer":  "answers",
}

// oddities are the outcomes of odd questions: those that may cost the answer
// at some CA, and with deep probes those that cost nothing too.
func (j *judge) oddities(h *zoneHealth) []draft {
	if !slices.ContainsFunc(h.servers, func(s serverHealth) bool { return len(s.Probes) > 0 }) {
		return nil
	}
	outcomes := map[string]survey.PlannedProbe{}
	for _, p := range survey.Plan() {
		outcomes[p.ID] = p
	}
	var told []string // servers that were seen to deny a name that counts
	for _, d := range j.deniesExisting(h) {
		told = d.Servers
	}
	var ds []draft
	for _, rule := range []string{"edns-version-mishandled", "edns-option-mishandled", "edns-flag-mishandled", "type-mishandled", "nxdomain-for-existing-name", "upward-referral", "server-recursive"} {
		f := finding(rule, h.zone.Name, "")
		f.Severity = Note
		var parts []string
		for _, a := range asks {
			for _, o := range outcomes[a.probe].Outcomes {
				if o.Rule != rule || o.Grade == survey.Odd && j.s.Probing != survey.ProbesDeep {
					continue
				}
				ss := slices.DeleteFunc(caught(h, a.probe, o.Word), func(s serverHealth) bool {
					return s.state != serving || limits(s) && (o.Word == "timeout" || refusesAbove(s) && (o.Word == "refused" || o.Word == "servfail")) || rule == "nxdomain-for-existing-name" && slices.Contains(told, host(s.Name, s.Addr))
				})
				if len(ss) == 0 {
					continue
				}
				one := probeFinding(rule, h, ss, a.probe, "")
				f.Servers = unite(f.Servers, one.Servers)
				f.Evidence = append(f.Evidence, one.Evidence...)
				parts = append(parts, fmt.Sprintf("%s, %s %s", a.asked, whom(ss), agreeing(names(ss), saidOdd(o.Word))))
			}
		}
		if len(parts) > 0 {
			f.Detail = strings.Join(parts, "; ") + "."
			ds = append(ds, draft{Finding: f})
		}
	}
	return ds
}

// limits reports whether a server limits the rate of its answers: its silence
// to one question of many is no word about that question.
func limits(s serverHealth) bool {
	p := s.Probe("rate")
	return p != nil && p.Grade == survey.Broken
}

// refusesAbove reports whether a server answers with errors beyond a rate.
func refusesAbove(s serverHealth) bool { return s.Probe("rate").Is("refused") }

// saidOdd is what servers do with odd questions, as the predicate of a
// sentence.
func saidOdd(word string) string {
	if s := did[word]; s != "" {
		return s
	}
	return "answers " + strings.ToUpper(word)
}

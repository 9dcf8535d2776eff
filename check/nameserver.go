package check

import (
	"fmt"
	"slices"

	"dns01/resolver/survey"
)

// brokenServers are servers of the delegation that are of no use, a finding
// for each way; consequences when none is left.
func brokenServers(h *zoneHealth) []draft {
	var ds []draft
	for _, k := range []struct {
		state serverState
		id    string
		fix   string
	}{
		{lame, "nameserver-lame", "Load %s on %s, or take %s out of its NS records in %s%s."},
		{zoneless, "nameserver-lame", "Load %s on %s, or take %s out of its NS records in %s%s."},
		{quiet, "nameserver-silent", "See that %s is served on port 53, UDP and TCP, at %s, or take %s out of its NS records in %s%s."},
		{unreachable, "nameserver-unreachable", "Start the name server for %s at %s, or take %s out of its NS records in %s%s."},
		{deaf, mute[deaf], "Let queries for %s that carry EDNS (an OPT record) through to %s: look at the firewall before %s. Or change the NS records in %s%s."},
		{choked, mute[choked], "Let UDP answers for %s of up to 1232 octets through from %s: look at the firewall before %s. Or change the NS records in %s%s."},
		{astray, mute[astray], "Have replies for %s leave from the address that was asked, at %s, and not translated on the way; or take %s out of its NS records in %s%s."},
		{tardy, mute[tardy], "Find out what makes the servers for %s slow at %s, or take %s out of its NS records in %s%s."},
		{pedantic, mute[pedantic], "Have names in %s compared without regard to letter case (RFC 4343) by %s: look at what stands before %s. Or change the NS records in %s%s."},
		{balking, mute[balking], "Have queries for %s that carry EDNS (an OPT record) answered by %s: upgrade the software of %s, or change the NS records in %s%s."},
	} {
		ss := withoutIPv6Broken(h, h.in(k.state))
		if len(ss) == 0 {
			continue
		}
		f := finding(k.id, h.zone.Name, fmt.Sprintf("Of the servers of %s, %s%s.", h.zone.Name, saidEach(answers(ss)), sources(ss)+h.waits(ss)))
		if mute[k.state] != "" {
			f.Severity = Warning
			if h.dead() {
				f.Severity = Error
			}
		}
		if k.state == zoneless {
			f.Detail += fmt.Sprintf(" That was to the question for the %s of %s, which every server of it has.", apexRecords(answers(ss)), h.zone.Name)
		}
		f.Servers, f.Evidence = labels(ss), evidence(answers(ss)...)
		f.Fix = fmt.Sprintf(k.fix, h.zone.Name, who(answers(ss)), verb(len(names(ss)), "it", "them"), parentOf(h.zone), registrar(h.zone))
		ds = append(ds, draft{Finding: f, cause: h.whyBroken(ss)})
	}
	return append(ds, zoneNowhere(h)...)
}

// apexRecords says what some answers about the apex of a zone were asked for.
func apexRecords(as []*survey.Answer) string {
	ns := func(a *survey.Answer) bool { return a.Type == "NS" }
	switch {
	case all(as, ns):
		return "NS records"
	case slices.ContainsFunc(as, ns):
		return "SOA or NS records"
	}
	return "SOA record"
}

// zoneNowhere notes servers that all answer with authority and deny the zone's own
// SOA: a CA's resolver takes what they say, and does not ask for it.
func zoneNowhere(h *zoneHealth) []draft {
	ss := slices.DeleteFunc(slices.Clone(h.servers), func(s serverHealth) bool { return !s.InParent })
	if len(ss) == 0 || !all(ss, func(s serverHealth) bool {
		return s.state == serving && noApex(s.SOA) && !s.Probe("case").Is("differs")
	}) {
		return nil
	}
	var as []*survey.Answer
	for _, s := range ss {
		as = append(as, s.SOA)
	}
	f := finding("nameserver-lame", h.zone.Name, fmt.Sprintf("Asked for the SOA record of %s, which every server of a zone has, %s: whatever is published, it may not be there that it is looked up.", h.zone.Name, saidEach(as)))
	f.Severity = Note
	f.Servers, f.Evidence = labels(ss), evidence(as...)
	f.Fix = fmt.Sprintf("See that %s is loaded on %s, and not answered for by a catch-all.", h.zone.Name, who(as))
	return []draft{{Finding: f}}
}

// whyBroken is what explains broken servers: that none is left, or that the
// parent names servers which the zone has given up.
func (h *zoneHealth) whyBroken(ss []serverHealth) place {
	if h.dead() && mute[ss[0].state] != "" {
		return place{} // a cause itself
	}
	if h.dead() {
		return place{h.fault(), h.zone.Name}
	}
	if all(ss, outdatedGlue) {
		return place{"delegation-glue-mismatch", h.zone.Name}
	}
	if own := ownNS(h.zone); len(own) > 0 && all(ss, func(s serverHealth) bool { return !slices.Contains(own, s.Name) }) {
		return place{"delegation-mismatch", h.zone.Name}
	}
	return place{}
}

// brokenIPv6 reports whether an IPv6 address fails while the same server is
// fine over IPv4.
func brokenIPv6(h *zoneHealth, s serverHealth) bool {
	return s.Addr.Is6() && slices.ContainsFunc(h.servers, func(o serverHealth) bool {
		return o.Name == s.Name && o.Addr.Is4() && o.state == serving
	}) && (s.state == quiet || s.state == unreachable)
}

func withoutIPv6Broken(h *zoneHealth, ss []serverHealth) []serverHealth {
	return slices.DeleteFunc(ss, func(s serverHealth) bool { return brokenIPv6(h, s) })
}

// ipv6Broken are servers that answer over IPv4 only.
func ipv6Broken(h *zoneHealth) []draft {
	var ds []draft
	for _, s := range h.servers {
		if !brokenIPv6(h, s) {
			continue
		}
		f := finding("nameserver-ipv6-broken", h.zone.Name,
			fmt.Sprintf("%s of %s %s, while its IPv4 address answers.", host(s.Name, s.Addr), h.zone.Name, said(s.answer)))
		f.Servers, f.Evidence = labels([]serverHealth{s}), evidence(s.answer)
		f.Fix = fmt.Sprintf("Let %s answer at %s, or remove that AAAA record and glue.", s.Name, s.Addr)
		ds = append(ds, draft{Finding: f})
	}
	return ds
}

// unresolvable are name server names without an address.
func unresolvable(h *zoneHealth) []draft {
	ps := h.problems()
	if len(ps) == 0 {
		return nil
	}
	z := h.zone.Name
	f := finding("nameserver-unresolvable", z, fmt.Sprintf("Of the servers of %s, %s.", z, problems(ps)))
	for _, p := range ps {
		f.Servers = append(f.Servers, p.Server)
	}
	f.Fix = fmt.Sprintf("Give %s address records that resolve, or take %s out of the NS records of %s in %s%s.",
		series(f.Servers), verb(len(ps), "it", "them"), z, parentOf(h.zone), registrar(h.zone))
	var cause place
	if h.dead() {
		f.Severity = Error
		if id := h.fault(); id != "nameserver-unresolvable" {
			cause = place{id, z}
		}
	}
	return []draft{{Finding: f, cause: cause}}
}

// problems tells why names have no address.
func problems(ps []survey.NameServerProblem) string {
	var parts []string
	for _, p := range ps {
		parts = append(parts, p.Server+" "+problemWord(p.Reason))
	}
	return series(parts)
}

func problemWord(reason string) string {
	switch reason {
	case "nxdomain":
		return "does not exist"
	case "no-address":
		return "has no address"
	case "cyclic":
		return "can only be found through itself"
	case "limit":
		return "hangs on servers named in other zones, deeper than a resolver goes"
	case "restarts":
		return "is the end of too many aliases"
	case "case":
		return "cannot be looked up: letter case is lost, and answers differ"
	case "timeout":
		return "cannot be looked up (no answer)"
	case "failed":
		return "cannot be looked up"
	}
	return "was not looked up"
}

// private are servers at addresses that a CA never asks.
func private(h *zoneHealth) []draft {
	ss := h.in(special)
	if len(ss) == 0 {
		return nil
	}
	z := h.zone.Name
	var parts []string
	for _, s := range ss {
		parts = append(parts, fmt.Sprintf("%s (%s range)", host(s.Name, s.Addr), s.Special))
	}
	f := finding("nameserver-private-address", z,
		fmt.Sprintf("The delegation of %s leads to %s, which a CA never asks.", z, series(parts)))
	f.Servers = labels(ss)
	f.Fix = fmt.Sprintf("Give %s the public address of the server, or take %s out of the NS records of %s in %s%s.",
		series(names(ss)), verb(len(names(ss)), "it", "them"), z, parentOf(h.zone), registrar(h.zone))
	var cause place
	if h.dead() {
		f.Severity = Error
		if id := h.fault(); id != "nameserver-private-address" {
			cause = place{id, z}
		}
	}
	return []draft{{Finding: f, cause: cause}}
}

// names of servers, each once.
func names(ss []serverHealth) []string {
	var ns []string
	for _, s := range ss {
		if !slices.Contains(ns, s.Name) {
			ns = append(ns, s.Name)
		}
	}
	return ns
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var serverRules = []*Rule{
	{
		ID: "tcp-unavailable", Subject: "server", Severity: Note,
		Title:     "TCP port 53 does not answer",
		Otherwise: "an error when an answer needs it",
		Why:       "An answer that does not fit a UDP message of 1232 octets has to be fetched over TCP.",
		Fix:       "Open TCP port 53 to the name server.",
		Source:    "RFC 7766 §5; RFC 9210 §3",
	},
	{
		ID: "type-mishandled", Subject: "server", Severity: Error,
		Title:     "A server does not cope with a query type",
		Otherwise: "a warning when others do",
		Why:       "For a type without data the server has to answer NOERROR with an empty answer; an error or silence makes the CA's lookup fail.",
		Fix:       "Upgrade the name server, or stop the firewall before it from filtering query types.",
		Source:    "RFC 3597 §5; RFC 8906 §3.1.4; RFC 8659 §6",
	},
	{
		ID: "nxdomain-for-existing-name", Subject: "server", Severity: Warning,
		Title:  "A server denies a name that exists",
		Why:    "NXDOMAIN says that nothing exists at the name or below it. Resolvers that believe it stop there.",
		Fix:    "Answer NOERROR with an empty answer for names that have only other types or names below them.",
		Source: "RFC 8020 §2; RFC 4592 §2.2.2",
	},
	{
		ID: "answer-not-authoritative", Subject: "server", Severity: Note,
		Title:  "The zone's server answers without authority (AA is not set)",
		Why:    "Resolvers may take such a server for lame.",
		Fix:    "Let the delegation name the authoritative servers, not a resolver or a cache before them.",
		Source: "RFC 1035 §4.1.1; RFC 2181 §5.4.1",
	},
	{
		ID: "edns-unsupported", Subject: "server", Severity: Note,
		Title:     "A server answers only without EDNS",
		Otherwise: "an error in a signed zone",
		Why:       "Each query has to be repeated without it, and there are no signatures then: a signed zone does not validate.",
		Fix:       "Upgrade the name server, or the firewall before it.",
		Source:    "RFC 6891 §7; RFC 8906 §3.2",
	},
	{
		ID: "case-answers-differ", Subject: "server", Severity: Error,
		Title:  "A server does not keep the letter case of questions, and answers differ",
		Why:    "Without its question's letter case a reply may be forged. The CA's resolver then asks every server again, several times, and answers SERVFAIL when two replies differ in anything but their TTLs.",
		Fix:    "Have whatever rewrites the question, often a load balancer before the name server, leave its letter case alone.",
		Source: "RFC 5452 §9.1; Unbound, use-caps-for-id",
	},
	{
		ID: "case-not-confirmed", Subject: "server", Severity: Error,
		Title:  "A server does not keep the letter case of questions, and too few others answer",
		Why:    "Without its question's letter case a reply may be forged. The CA's resolver then wants three replies that agree for each address of the zone, the silent ones included, and asks none more than five times: it runs out of time before it has them.",
		Fix:    "Have whatever rewrites the question, often a load balancer before the name server, leave its letter case alone; and bring the silent servers back, or take them out of the zone's records.",
		Source: "RFC 5452 §9.1; Unbound, use-caps-for-id and outbound-msg-retry",
	},
	{
		ID: "case-not-preserved", Subject: "server", Severity: Note,
		Title:  "A server does not give the question back in the letter case it came in",
		Why:    "The CA's resolver mixes letter case against forgery. It has to ask again, several times, and fails when the answers differ.",
		Fix:    "Upgrade or reconfigure whatever rewrites the question: often a load balancer before the name server.",
		Source: "RFC 5452 §9.1; draft-vixie-dnsext-dns0x20",
	},
}

// explainServers raises how the servers of this identifier's zones behave.
func (az *authorization) explainServers() {
	for _, z := range az.passed() {
		if z.Public || z.Name == "." {
			continue
		}
		for _, d := range az.behaviour(z) {
			if d.Rule.ID == "tcp-unavailable" && !az.needsTCP(z) {
				d.Severity = Note // another name of the order needs it
			}
			if d.Rule.ID == "edns-unsupported" && az.losesSignatures(z) {
				d.Severity = Error
				d.Detail += " Without EDNS there are no signatures, and " + az.vouched(z.Name) + "."
			}
			az.raise(d.Finding, d.cause)
		}
	}
}

// losesSignatures reports whether answers that count for this identifier do
// not validate for lack of EDNS.
func (az *authorization) losesSignatures(z *survey.Zone) bool {
	return slices.ContainsFunc(az.validated(z), func(a *survey.Answer) bool {
		return bogus(a) && a.EDNS == "unsupported" && a.Security.Reason == "signature-missing"
	})
}

// needsTCP reports whether an answer that counts for this identifier was lost
// for lack of TCP: that with the zone's keys counts for all.
func (az *authorization) needsTCP(z *survey.Zone) bool {
	if keys := az.keysAsked(z.Name); keys != nil && slices.ContainsFunc(keys.Answers, truncated) {
		return true
	}
	for _, r := range az.questions() {
		for _, s := range r.steps {
			if s.at.Zone == z.Name && slices.ContainsFunc(az.candidates(s.at), truncated) {
				return true
			}
		}
	}
	return false
}

// behaviour are the faults of a zone's servers that show in their answers.
func (j *judge) behaviour(z *survey.Zone) []draft {
	key := "server " + z.Name
	if ds, ok := j.zoneDrafts[key]; ok {
		return ds
	}
	h := j.health(z)
	ds := j.tcpUnavailable(h)
	for _, t := range []string{"TXT", "CAA", "DNSKEY"} {
		ds = append(ds, j.mishandled(h, t)...)
	}
	ds = append(ds, j.deniesExisting(h)...)
	ds = append(ds, j.traits(h)...)
	ds = append(ds, j.probed(h)...)
	j.zoneDrafts[key] = ds
	return ds
}

// showing selects the answers of a zone's servers that show something, at most
// one a server.
func (j *judge) showing(h *zoneHealth, shows func(*survey.Answer) bool) []*survey.Answer {
	var as []*survey.Answer
	for _, s := range h.servers {
		own := j.answersOf(h.zone, s.Server)
		if i := slices.IndexFunc(own, shows); i >= 0 {
			as = append(as, own[i])
		}
	}
	return as
}

// traits are the habits that cost the CA's resolver something and break
// nothing.
func (j *judge) traits(h *zoneHealth) []draft {
	var ds []draft
	for _, t := range []struct {
		id, says string
		shows    func(*survey.Answer) bool
	}{
		{"answer-not-authoritative", "%s %s for %s without the AA flag.", func(a *survey.Answer) bool {
			return a.Status.Usable() && a.Status != survey.Referral && a.Rcode != "" && a.Rcode != "BADVERS" && !a.Authoritative
		}},
		{"edns-unsupported", "%s %s for %s only when asked without EDNS.", func(a *survey.Answer) bool { return a.EDNS == "unsupported" }},
		{"case-not-preserved", "%s %s for %s with the question in another letter case.", func(a *survey.Answer) bool { return a.CaseLost }},
	} {
		as := j.showing(h, t.shows)
		if len(as) == 0 {
			continue
		}
		f := finding(t.id, h.zone.Name, fmt.Sprintf(t.says, who(as), agreeing(serverNames(as), "answers"), h.zone.Name))
		f.Servers, f.Evidence = hosts(as), evidence(as...)
		ds = append(ds, draft{Finding: f})
	}
	return ds
}

// tcpUnavailable are servers that truncated an answer and did not give it
// over TCP. The severity is lowered where nobody hangs on it.
func (j *judge) tcpUnavailable(h *zoneHealth) []draft {
	as := j.showing(h, func(a *survey.Answer) bool {
		return a.NeedsTCP && a.TCP != "" && (!truncatedTwice(a) || truncatesAll(h.zone, a))
	})
	if len(as) == 0 || j.s.Network.TCP != "" {
		return nil
	}
	var order, parts []string
	by := map[string][]*survey.Answer{}
	for _, a := range as {
		how := saidTCP(a.TCP)
		if truncatedTwice(a) {
			how = "brings truncated answers too"
		}
		order = unite(order, []string{how})
		by[how] = append(by[how], a)
	}
	for _, how := range order {
		parts = append(parts, fmt.Sprintf("TCP at %s %s", who(by[how]), how))
	}
	f := finding("tcp-unavailable", h.zone.Name,
		fmt.Sprintf("An answer for %s does not fit a UDP message, and %s.", as[0].Name, series(parts)))
	f.Severity = Error
	f.Servers, f.Evidence = hosts(as), evidence(as...)
	f.Fix = fmt.Sprintf("Open TCP port 53 to %s.", who(as))
	if all(as, truncatedTwice) {
		f.Fix = fmt.Sprintf("Have answers over TCP come whole from %s: look at what stands before %s.", who(as), verb(len(serverNames(as)), "it", "them"))
	}
	return []draft{{Finding: f}}
}

// truncatesAll reports whether a server's SOA answer, which is small, comes
// truncated over TCP too: then it is no matter of size.
func truncatesAll(z *survey.Zone, a *survey.Answer) bool {
	s := serverAt(z, a)
	return s != nil && s.SOA != nil && truncatedTwice(s.SOA)
}

// mishandled are servers that answer for the zone and never for one type.
func (j *judge) mishandled(h *zoneHealth, qtype string) []draft {
	as := j.showing(h, func(a *survey.Answer) bool { return a.Type == qtype && !a.Status.Usable() && !sawLoop(a) && !j.ours(a) })
	as = slices.DeleteFunc(as, func(a *survey.Answer) bool {
		return !j.onlyThisType(h, a) || passing(j.lookup(h.zone.Name, a.Question))
	})
	if len(as) == 0 {
		return nil
	}
	f := finding("type-mishandled", h.zone.Name,
		fmt.Sprintf("Asked for %s records of %s, %s; other types are answered.", qtype, as[0].Name, saidEach(as)))
	if len(as) < len(h.in(serving)) || all(as, j.untold) {
		f.Severity = Warning
	}
	f.Servers, f.Evidence = hosts(as), evidence(as...)
	return []draft{{Finding: f}}
}

// passing reports whether a lookup that failed may have been failing for a
// moment only.
func passing(l *survey.Lookup) bool { return recovered(l) || l != nil && l.Undecided }

// onlyThisType reports whether the server that gave an unusable answer is fine
// for other types and never for this one. Truncation is a matter of TCP.
func (j *judge) onlyThisType(h *zoneHealth, bad *survey.Answer) bool {
	if bad.Status == survey.Truncated || serverAt(h.zone, bad).Probe("large").Is("lost") {
		return false
	}
	if p := serverAt(h.zone, bad).Probe("rate"); p != nil && p.Grade == survey.Broken {
		return false
	}
	other := false
	for _, a := range j.answersOf(h.zone, serverAt(h.zone, bad)) {
		if !a.Status.Usable() {
			continue
		}
		if a.Type == bad.Type {
			return false
		}
		other = true
	}
	return other
}

// deniesExisting are servers that answer NXDOMAIN for a name although another
// answer of theirs shows it, or a name below it, to exist.
func (j *judge) deniesExisting(h *zoneHealth) []draft {
	var as []*survey.Answer
	var proof *survey.Answer
	for _, s := range h.servers {
		own := j.answersOf(h.zone, s.Server)
		if survey.Varies(own) {
			continue // another machine may have said so
		}
		for _, a := range own {
			if !denies(a) {
				continue
			}
			if p := existence(own, a.Name); p != nil {
				as, proof = append(as, a), p
				break
			}
		}
	}
	if len(as) == 0 {
		return nil
	}
	what := "has " + proof.Type + " records"
	if proof.Name != as[0].Name {
		what = fmt.Sprintf("has %s below it", proof.Name)
	}
	f := finding("nxdomain-for-existing-name", h.zone.Name,
		fmt.Sprintf("%s %s NXDOMAIN for %s records of %s, which exists: it %s.", who(as), agreeing(serverNames(as), "answers"), as[0].Type, as[0].Name, what))
	f.Servers, f.Evidence = hosts(as), evidence(as[0], proof)
	return []draft{{Finding: f}}
}

// existence finds an answer that shows a name to exist (RFC 8020 §2: a name
// with another one below it does).
func existence(as []*survey.Answer, name string) *survey.Answer {
	for _, a := range as {
		shown := a.Status == survey.Answered || a.Status == survey.Aliased || len(a.Aliases) > 0 ||
			a.Status == survey.NoData && a.Name == name
		if shown && a.Status.Usable() && !a.Wildcard && (a.Name == name || strings.HasSuffix(a.Name, "."+name)) {
			return a
		}
	}
	return nil
}

// unusable explains an end at which the resolver gave up, and returns the
// finding that stands for the cause; the zero place when nothing does.
func (az *authorization) unusable(e *end) place {
	if e.bogus {
		return az.bogusEnd(e)
	}
	if e.caseLost {
		return az.caseEnd(e)
	}
	z := az.s.Zone(e.zone())
	if z == nil || e.kind != failed || e.loop || e.long {
		return place{}
	}
	h := az.health(z)
	switch {
	case az.registry(z.Name) && e.at.Type == "CAA":
		// Sampled, and told as it is (see caaFailure). What else its servers
		// fail at is raised where that is met.
		return place{h.fault(), z.Name}
	case h.dead():
		for _, d := range slices.Concat(az.deadZone(h), unresolvable(h), private(h)) {
			az.raise(az.foreign(d.Finding), d.cause)
		}
		return place{h.fault(), z.Name}
	case slices.ContainsFunc(e.answers, func(a *survey.Answer) bool { return az.tooSlow(e.at, a) }):
		for _, d := range az.slowServers(h) {
			az.raise(d.Finding, d.cause)
			return d.place()
		}
	case az.stuckAtTCP(e):
		for _, d := range az.tcpUnavailable(h) {
			az.raise(d.Finding, d.cause)
			return d.place()
		}
		return place{}
	}
	for _, d := range az.fragmentsLost(h) {
		if d.Severity == Error && all(e.answers, silent) {
			az.raise(d.Finding, d.cause)
			return d.place()
		}
	}
	for _, d := range az.mishandled(h, e.at.Type) {
		if d.Severity == Error {
			az.raise(d.Finding, d.cause)
			return d.place()
		}
	}
	return place{}
}

func truncated(a *survey.Answer) bool { return a.Status == survey.Truncated }

// truncatedTwice reports whether TCP brought a truncated answer too: TCP works
// and the answer does not fit a message.
func truncatedTwice(a *survey.Answer) bool {
	if !truncated(a) || len(a.Exchanges) == 0 {
		return false
	}
	last := a.Exchanges[len(a.Exchanges)-1]
	return last.Transport == "tcp" && slices.Contains(strings.Fields(last.Flags), "tc")
}

package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var delegationRules = []*Rule{
	{
		ID: "tld-does-not-exist", Subject: "delegation", Severity: Error,
		Title:  "The top level domain does not exist",
		Why:    "The root zone does not know the name's last label, so no lookup below it can succeed.",
		Fix:    "Correct the name, or order for a name under a public top level domain.",
		Source: "RFC 2308 §2.1; RFC 8659 §3",
	},
	{
		ID: "domain-not-registered", Subject: "delegation", Severity: Error,
		Title:     "The domain does not exist at its registry",
		Otherwise: "a warning when only some of the registry's servers say so",
		Why:       "The registry's servers answer NXDOMAIN for the domain, so nothing below it can be looked up.",
		Fix:       "Register or renew the domain at your registrar, and see that it is not on hold.",
		Source:    "RFC 2308 §2.1",
	},
	{
		ID: "delegation-cyclic", Subject: "delegation", Severity: Error,
		Title:  "The name servers can only be found through each other",
		Why:    "To find a server's address its name has to be resolved, and that needs the address of the very servers sought.",
		Fix:    "Add glue (host objects) for the name servers at your registrar, or use name servers whose names lie in a zone that resolves by itself.",
		Source: "RFC 1034 §4.2.1; RFC 9471 §2",
	},
	{
		ID: "delegation-lame", Subject: "delegation", Severity: Error,
		Title:  "No name server of the zone answers for it",
		Why:    "The CA's resolver tries every server of the delegation and gives up with SERVFAIL or a time-out.",
		Fix:    "Load the zone on the servers that the delegation names, or change the delegation to the servers that have it.",
		Source: "RFC 1912 §2.8; RFC 9520 §2",
	},
	{
		ID: "delegation-mismatch", Subject: "delegation", Severity: Warning,
		Title:     "The parent and the zone name different servers",
		Otherwise: "a note when all of them serve the same data; an error when what is expected is only at servers that the parent does not name",
		Why:       "Which servers are asked depends on whether a resolver goes by the parent or by the zone.",
		Fix:       "Make the delegation at your registrar and the zone's NS records list the same servers.",
		Source:    "RFC 1034 §4.2.2; RFC 1912 §2.3",
	},
	{
		ID: "nameserver-unresolvable", Subject: "delegation", Severity: Warning,
		Title:     "A name server's name has no address that can be used",
		Otherwise: "an error when no server is left",
		Why:       "A resolver that picks this server spends its tries on looking for an address.",
		Fix:       "Give the name server address records, or take it out of the delegation.",
		Source:    "RFC 1912 §2.3; RFC 2181 §10.3",
	},
	{
		ID: "nameserver-private-address", Subject: "delegation", Severity: Warning,
		Title:     "A name server's address is in a range that is not on the public Internet",
		Otherwise: "an error when no other is left",
		Why:       "A CA never asks private and special addresses.",
		Fix:       "Give the name server its public address, or take it out of the delegation.",
		Source:    "RFC 1918 §3; RFC 6890 §2",
	},
	{
		ID: "nameserver-lame", Subject: "delegation", Severity: Warning,
		Title:     "A server of the delegation does not serve the zone",
		Otherwise: "a note when all of them answer with authority, and none has the zone's SOA record",
		Why:       "A resolver that picks it has to try another one, and has few tries and little time. One that denies whatever it is asked, with authority, is believed.",
		Fix:       "Load the zone on this server, or take the server out of the delegation.",
		Source:    "RFC 1912 §2.8",
	},
	{
		ID: "nameserver-silent", Subject: "delegation", Severity: Warning,
		Title:  "A server of the delegation does not answer",
		Why:    "Each query to it costs the CA's resolver a time-out, and the whole lookup has about two seconds. Beside a server that answers, one that takes longer than that is told as silent, too; --probe deep tells which it is.",
		Fix:    "Bring this server back, open UDP and TCP port 53 to it, or take it out of the delegation.",
		Source: "RFC 2182 §3.1; RFC 9210 §3",
	},
	{
		ID: "nameserver-unreachable", Subject: "delegation", Severity: Warning,
		Title:  "A server of the delegation cannot be reached",
		Why:    "A resolver that picks it has to try another one, and has few tries and little time.",
		Fix:    "Start the name server at this address, correct the address, or take it out of the delegation.",
		Source: "RFC 2182 §3.1",
	},
	{
		ID: "nameserver-slow", Subject: "delegation", Severity: Note,
		Title:     "Servers take long to answer",
		Otherwise: "a warning when all of them do, an error when it is too long",
		Why:       "The CA's resolver asks again after 376 ms, then waits twice as long each time, and drops an answer that it has after 1.9 s: by then the CA has asked anew.",
		Fix:       "Add a name server closer to the rest of the Internet, or find out what makes these slow.",
		Source:    "Unbound, discard-timeout 1900; RFC 2182 §3.1",
	},
	{
		ID: "nameserver-ipv6-broken", Subject: "delegation", Severity: Note,
		Title:  "A server answers over IPv4 and not over IPv6",
		Why:    "Resolvers that try IPv6 first lose time before they fall back.",
		Fix:    "Let the server answer at its IPv6 address, or remove the AAAA record and glue.",
		Source: "RFC 3901 §4",
	},
	{
		ID: "nameserver-is-alias", Subject: "delegation", Severity: Note,
		Title:  "An NS record names an alias",
		Why:    "The target of an NS record must not be a CNAME; many resolvers treat such a server as having no address.",
		Fix:    "Let the NS record name the host itself.",
		Source: "RFC 2181 §10.3",
	},
	{
		ID: "delegation-glue-mismatch", Subject: "delegation", Severity: Note,
		Title:     "Glue differs from the server's own address records",
		Otherwise: "a warning when no server of the zone answers there",
		Why:       "Resolvers without a cache go by the glue, which is not what the zone says.",
		Fix:       "Correct the address of the name server at your registrar (host object).",
		Source:    "RFC 1034 §4.2.1; RFC 2181 §5.4.1",
	},
	{
		ID: "delegation-single-server", Subject: "delegation", Severity: Note,
		Title:  "The zone has one server only",
		Why:    "When it is slow or unreachable for a moment, the validation fails: nobody else can answer.",
		Fix:    "Add a second name server in another network.",
		Source: "RFC 2182 §5; RFC 1034 §4.1",
	},
	{
		ID: "zone-data-differs", Subject: "delegation", Severity: Warning,
		Title:  "Servers of one zone answer the same question differently",
		Why:    "What the CA sees depends on the server that it happens to ask.",
		Fix:    "Bring the servers to the same zone data: check the transfer to the one that differs.",
		Source: "RFC 1034 §4.3.5; RFC 1996 §1",
	},
	{
		ID: "zone-serial-differs", Subject: "delegation", Severity: Note,
		Title:  "The servers carry different serials",
		Why:    "Nothing fails by it; it shows that a change has not reached every server.",
		Fix:    "Wait for the zone transfer, or start it (NOTIFY). Some DNS hosts number each server on its own; then ignore this.",
		Source: "RFC 1034 §4.3.5; RFC 1996 §3",
	},
}

// explainZones raises the faults of the zones that this identifier hangs on.
func (az *authorization) explainZones() {
	for _, z := range az.passed() {
		if az.registry(z.Name) {
			continue // a registry's servers are sampled: see unusable
		}
		for _, d := range az.zoneFindings(z) {
			if d.Rule.ID == "delegation-mismatch" {
				if d.Severity == Note && az.partsAtGivenUp(z.Name) {
					d.Severity = Warning
				}
				d.Finding = az.moved(d.Finding)
			}
			az.raise(az.foreign(d.Finding), d.cause)
		}
	}
	az.explainUnregistered()
}

// foreign adds to the finding that a zone is dead who has to mend it, where an
// alias has led there, and the way around.
func (az *authorization) foreign(f Finding) Finding {
	whose := az.whose(f.Name)
	if f.Rule.ID != "delegation-lame" || whose == "" {
		return f
	}
	f.Detail = strings.TrimSuffix(f.Detail, ".") + whose + "."
	for _, r := range az.questions() {
		for _, e := range r.ends {
			if len(e.aliases) > 0 && e.zone() == f.Name {
				f.Fix += fmt.Sprintf(" Or change the alias at %s, which leads there.", e.aliases[len(e.aliases)-1].From)
				return f
			}
		}
	}
	return f
}

// zoneFindings are the faults of a zone and its servers, whoever hangs on it.
func (j *judge) zoneFindings(z *survey.Zone) []draft {
	if ds, ok := j.zoneDrafts[z.Name]; ok {
		return ds
	}
	h := j.health(z)
	ds := slices.Concat(
		j.deadZone(h),
		brokenServers(h),
		unresolvable(h),
		private(h),
		j.mismatch(h),
		ipv6Broken(h),
		j.slowServers(h),
		nsAliases(h),
		glueMismatch(h),
		singleServer(h),
		serials(h),
	)
	j.zoneDrafts[z.Name] = ds
	return ds
}

// fault is the rule that explains why no server of a dead zone can be used.
func (h *zoneHealth) fault() string {
	cyclic := slices.ContainsFunc(h.problems(), func(p survey.NameServerProblem) bool { return p.Reason == "cyclic" })
	switch {
	case len(h.in(lame, quiet, unreachable)) > 0:
		return "delegation-lame"
	case len(h.in(muted...)) > 0:
		return mute[h.in(muted...)[0].state]
	case len(h.in(special)) > 0:
		return "nameserver-private-address"
	case cyclic:
		return "delegation-cyclic"
	case len(h.problems()) > 0:
		return "nameserver-unresolvable"
	}
	return "delegation-lame"
}

// deadZone tells that no server is left: each with what it did.
func (j *judge) deadZone(h *zoneHealth) []draft {
	id := h.fault()
	if !h.dead() || id != "delegation-lame" && id != "delegation-cyclic" {
		return nil
	}
	z := h.zone.Name
	bad := h.in(unfit...)
	f := finding(id, z, fmt.Sprintf("No server of %s serves it: %s.", z, deadServers(h)))
	f.Servers, f.Evidence = labels(bad), evidence(answers(bad)...)
	f.Fix = fmt.Sprintf("Load %s on these servers, or change its NS records in %s%s to the servers that have it.", z, parentOf(h.zone), registrar(h.zone))
	switch {
	case len(h.in(lame)) > 0:
	case len(bad) > 0 && all(answers(bad), func(a *survey.Answer) bool { return a.OverTCP }):
		f.Fix = fmt.Sprintf("Let UDP port 53 through to %s: resolvers ask over UDP first, and over TCP only when told to.", who(answers(bad)))
	case len(bad) > 0 && all(answers(bad), func(a *survey.Answer) bool { return a.Mismatched }):
		f.Fix = fmt.Sprintf("Have the replies of %s carry the ID and the question of the query: look at the load balancer or firewall before %s.",
			who(answers(bad)), verb(len(names(bad)), "it", "them"))
	case dropsMixedCase(h.zone):
		f.Detail += " Asked in lower case and without EDNS, they answer; a CA's resolver asks in mixed letter case."
		f.Evidence = append(f.Evidence, h.zone.Elsewhere.Plain...)
		f.Fix = fmt.Sprintf("Have names in %s compared without regard to letter case (RFC 4343) by these servers: look at the firewall before them.", z)
	default:
		f.Fix = fmt.Sprintf("Bring these servers back (port 53, UDP and TCP), or change the NS records of %s in %s%s to servers that answer.", z, parentOf(h.zone), registrar(h.zone))
		f.Detail += j.notHeardElsewhere(h)
	}
	if id == "delegation-cyclic" {
		f.Detail = fmt.Sprintf("The servers of %s can only be found through each other: %s.", z, problems(h.problems()))
		f.Fix = fmt.Sprintf("Add glue for the name servers of %s in %s%s, or use name servers whose names resolve without them.", z, parentOf(h.zone), registrar(h.zone))
	}
	return []draft{{Finding: f}}
}

// deadServers lists why each server of a dead zone is of no use.
func deadServers(h *zoneHealth) string {
	var parts []string
	if as := answers(h.in(unfit...)); len(as) > 0 {
		parts = append(parts, saidEach(as))
	}
	for _, s := range h.in(special) {
		parts = append(parts, fmt.Sprintf("%s is in a range that is never asked", host(s.Name, s.Addr)))
	}
	if ps := h.problems(); len(ps) > 0 {
		parts = append(parts, problems(ps))
	}
	if len(parts) == 0 {
		return "no server is named"
	}
	return strings.Join(parts, "; ")
}

// parentOf names the zone that delegates.
func parentOf(z *survey.Zone) string {
	if z.Parent == "" {
		return "the parent zone"
	}
	if z.Parent == "." {
		return "the root zone"
	}
	return z.Parent
}

// registrar adds who changes a delegation in a registry's zone.
func registrar(z *survey.Zone) string {
	if suffix, ok := icannSuffix(z.Name); ok && suffix == z.Parent {
		return " (at your registrar)"
	}
	return ""
}

// nsAliases are NS targets that are aliases.
func nsAliases(h *zoneHealth) []draft {
	var ds []draft
	for _, ns := range sortedKeys(h.zone.NSAliases) {
		f := finding("nameserver-is-alias", h.zone.Name,
			fmt.Sprintf("The name server %s of %s is an alias of %s.", ns, h.zone.Name, h.zone.NSAliases[ns]))
		f.Servers = []string{ns}
		f.Fix = fmt.Sprintf("%s IN NS %s", absolute(h.zone.Name), absolute(h.zone.NSAliases[ns]))
		ds = append(ds, draft{Finding: f})
	}
	return ds
}

func sortedKeys(m map[string]string) []string {
	var ks []string
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}

// outdatedGlue reports whether the parent sends resolvers to an address that the
// server's own records lack.
func outdatedGlue(s serverHealth) bool { return s.Glue && s.NoOwn }

// glueMismatch is glue that the server's own records lack.
func glueMismatch(h *zoneHealth) []draft {
	var ss []serverHealth
	for _, s := range h.servers {
		if outdatedGlue(s) {
			ss = append(ss, s)
		}
	}
	if len(ss) == 0 {
		return nil
	}
	f := finding("delegation-glue-mismatch", h.zone.Name,
		fmt.Sprintf("%s gives %s as glue for %s, and the address records of %s do not have %s.", parentOf(h.zone),
			series(labels(ss)), h.zone.Name, series(names(ss)), verb(len(ss), "it", "them")))
	dead := slices.DeleteFunc(slices.Clone(ss), func(s serverHealth) bool { return !slices.Contains(unfit, s.state) })
	if len(dead) > 0 {
		f.Severity = Warning
		f.Detail += " There, " + saidEach(answers(dead)) + "."
	}
	f.Servers = labels(ss)
	f.Fix = fmt.Sprintf("Set the address of %s in %s%s to the one in its own records.", series(names(ss)), parentOf(h.zone), registrar(h.zone))
	return []draft{{Finding: f}}
}

// singleServer is a delegation to one machine.
func singleServer(h *zoneHealth) []draft {
	if len(h.zone.ParentNS) == 0 || h.zone.Parent == "" || h.dead() {
		return nil
	}
	addrs := map[string]bool{}
	for _, s := range h.servers {
		if s.InParent {
			addrs[s.Addr.String()] = true
		}
	}
	var detail string
	switch {
	case len(h.zone.ParentNS) == 1:
		detail = fmt.Sprintf("%s has one name server, %s.", h.zone.Name, h.zone.ParentNS[0])
	case len(addrs) == 1 && len(h.zone.Problems) == 0:
		detail = fmt.Sprintf("All name servers of %s (%s) have the same address.", h.zone.Name, series(h.zone.ParentNS))
	default:
		return nil
	}
	f := finding("delegation-single-server", h.zone.Name, detail)
	f.Servers = labels(h.in(append([]serverState{serving, special, unknown}, unfit...)...))
	return []draft{{Finding: f}}
}

// serials are different zone serials among the servers of the delegation.
func serials(h *zoneHealth) []draft {
	by := map[uint32][]serverHealth{}
	var order []uint32
	for _, s := range h.in(serving) {
		if s.SOA == nil || s.SOA.SOA == nil || !s.SOA.Status.Usable() {
			continue
		}
		n := s.SOA.SOA.Serial
		if by[n] == nil {
			order = append(order, n)
		}
		by[n] = append(by[n], s)
	}
	if len(order) < 2 {
		return nil
	}
	slices.Sort(order)
	var parts []string
	f := finding("zone-serial-differs", h.zone.Name, "")
	for _, n := range order {
		parts = append(parts, fmt.Sprintf("%s %s serial %d", series(labels(by[n])), verb(len(by[n]), "has", "have"), n))
	}
	f.Detail = fmt.Sprintf("For %s, %s.", h.zone.Name, series(parts))
	for _, s := range by[order[0]] {
		f.Servers = append(f.Servers, host(s.Name, s.Addr))
		f.Evidence = append(f.Evidence, evidence(s.SOA)...)
	}
	return []draft{{Finding: f}} // its cause is found at last: see foldSerials
}

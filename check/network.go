package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

var networkRules = []*Rule{
	{
		ID: "local-port53-blocked", Subject: "views", Severity: Note,
		Title:  "Direct DNS does not leave this network",
		Why:    "Servers on the Internet cannot be asked from here, so nothing is known about them; the CA is not behind this firewall.",
		Fix:    "Let this host send DNS (port 53, UDP and TCP) to the Internet, name a resolver that is asked over TLS or HTTPS to look through (--resolvers https://…), or run the check elsewhere.",
		Source: "RFC 9210 §3; RFC 8906 §3.1",
	},
	{
		ID: "local-port53-intercepted", Subject: "views", Severity: Note,
		Title:  "Something in between answers in the place of the servers that are asked",
		Why:    "A router or firewall of this network takes DNS queries for itself. Its answers say nothing about what the CA will see.",
		Fix:    "Have this host excepted from DNS redirection, name a resolver that is asked over TLS or HTTPS to look through (--resolvers https://…), or run the check elsewhere.",
		Source: "RFC 7720 §2; RFC 8906 §3.1",
	},
	{
		ID: "root-fails", Subject: "views", Severity: Note,
		Title:  "The root servers answer with nothing but SERVFAIL",
		Why:    "Thirteen operators do not fail together: something between here and them fails, or the root hints name servers that are none. What the CA sees is not known.",
		Fix:    "Look at what handles this network's DNS, see that --root-hints names root servers, name a resolver that is asked over TLS or HTTPS to look through (--resolvers https://…), or run the check elsewhere.",
		Source: "RFC 7720 §2; RFC 8906 §3.1",
	},
	{
		ID: "local-large-udp-lost", Subject: "views", Severity: Note,
		Title:  "Large UDP answers do not reach this host, whoever sends them",
		Why:    "What the servers would say in answers of that size is not known here; the CA is not behind this firewall.",
		Fix:    "Let UDP answers from port 53 of up to 1232 octets in (no limit of 512 in the DNS inspection of a firewall), or run the check elsewhere.",
		Source: "RFC 6891 §6.2.3; RFC 9715 §3",
	},
}

// Through names the resolver that stood in for all servers, "" for none.
func Through(s *survey.Survey) string {
	if s.Via == "" {
		return ""
	}
	return resolverName(survey.ResolverAnswer{Resolver: s.Via, Local: s.Via == "local"})
}

// via says that a resolver stood in for the servers, as a sentence to add.
func (az *authorization) via() string {
	through := Through(az.s)
	if through == "" {
		return ""
	}
	return fmt.Sprintf(" What follows was asked through %s instead: it is what one resolver has or gets, and may be as old as its cache.", through)
}

// explainInterceptor raises that somebody else answers, as far as that shows.
func (az *authorization) explainInterceptor() place {
	n := az.s.Network
	var f Finding
	switch x := n.Interceptor; {
	case x != nil && n.TCP == "intercepted":
		f = finding("local-port53-intercepted", ".", fmt.Sprintf(
			"Over TCP, %s was asked, which has %s, and the reply does not come from it (%s): something in between answers TCP queries.", host(x.Server, x.Addr.Addr()), Escape(x.Name), saidExchange(*x)))
	case x != nil && slices.Contains(strings.Fields(x.Flags), "ra"):
		f = finding("local-port53-intercepted", ".", fmt.Sprintf(
			"The root server %s was asked, and the reply comes from a resolver: it offers recursion (RA) and is not authoritative (no AA).", host(x.Server, x.Addr.Addr())))
	case x != nil:
		f = finding("local-port53-intercepted", ".", fmt.Sprintf(
			"The root server %s was asked, and what replies does not have the root zone: %s.", host(x.Server, x.Addr.Addr()), saidExchange(*x)))
	case n.Case == "lost":
		f = finding("local-port53-intercepted", ".",
			"Whoever is asked, the servers of registries and of the root included, the question comes back in another letter case: something in between passes queries on and answers itself.")
	default:
		return place{}
	}
	if n.Interceptor != nil {
		f.Evidence = []survey.Exchange{*n.Interceptor}
	}
	f.Detail += az.via()
	az.raise(f, place{})
	return f.place()
}

// saidExchange is what came back, in short.
func saidExchange(x survey.Exchange) string {
	if x.Flags == "" {
		return x.Rcode
	}
	return x.Rcode + ", flags " + x.Flags
}

// explainNetwork raises what is wrong with our own network, and returns the
// finding that explains why something could not be looked at.
func (az *authorization) explainNetwork(v Verdict) place {
	n := az.s.Network
	if p := az.explainInterceptor(); p != (place{}) {
		return p
	}
	if p := az.explainRoot(); p != (place{}) {
		return p
	}
	if n.Large == "lost" {
		f := finding("local-large-udp-lost", ".",
			"Large answers over UDP come from nobody, the servers of registries and of the root included, and smaller ones do.")
		f.Evidence = az.rootEvidence()
		f.Detail += az.via()
		az.raise(f, place{})
		return f.place()
	}
	if p := az.explainShutOut(); p != (place{}) {
		return p
	}
	what := az.blockedPort()
	if what == "" || n.TCP == "blocked" && v != Unknown && !az.triedTCP() {
		return place{}
	}
	f := finding("local-port53-blocked", ".", what+az.via())
	f.Evidence = az.rootEvidence()
	az.raise(f, place{})
	return f.place()
}

// explainRoot raises that root servers fail and nobody is seen in between.
func (az *authorization) explainRoot() place {
	if !az.gapped("root-fails") {
		return place{}
	}
	f := finding("root-fails", ".", "The root servers that were asked answer SERVFAIL, to the question for their own SOA too."+az.via())
	f.Evidence = az.rootEvidence()
	az.raise(f, place{})
	return f.place()
}

// gapped reports whether something was not seen for a reason.
func (j *judge) gapped(reason string) bool {
	return slices.ContainsFunc(j.s.Gaps, func(g survey.Gap) bool { return g.Reason == reason })
}

// blockedPort tells what does not leave this network, or "". Silence of all
// root servers is our own: thirteen operators do not fail together.
func (j *judge) blockedPort() string {
	n := j.s.Network
	rootSilent := j.gapped("root-silent")
	switch {
	case n.UDP == "blocked":
		return "Root servers answer over TCP and not over UDP: UDP port 53 does not leave this network."
	case rootSilent && (n.IPv4 == "silent" || n.IPv6 == "silent"):
		return "No root server answers, neither over UDP nor over TCP, though this host has a route to them: port 53 does not leave this network."
	case n.TCP == "blocked":
		return "Over TCP nobody answers, the servers of registries and of the root included: TCP port 53 does not leave this network."
	}
	return ""
}

// triedTCP reports whether probes of this identifier's servers were to tell
// whether TCP works.
func (az *authorization) triedTCP() bool {
	return slices.ContainsFunc(az.passed(), func(z *survey.Zone) bool {
		return slices.ContainsFunc(z.Servers, func(s *survey.Server) bool { return s.Probe("tcp") != nil })
	})
}

// rootEvidence are exchanges with root servers.
func (j *judge) rootEvidence() []survey.Exchange {
	var as []*survey.Answer
	for _, l := range j.s.Lookups {
		if l.Zone == "." {
			as = append(as, l.Answers...)
		}
	}
	return evidence(as...)
}

package check

import (
	"fmt"
	"slices"

	"dns01/resolver/survey"
)

var networkRules = []*Rule{
	{
		ID: "local-port53-blocked", Subject: "views", Severity: Note,
		Title:  "Direct DNS does not leave this network",
		Why:    "Servers on the Internet cannot be asked from here, so nothing is known about them; the CA is not behind this firewall.",
		Fix:    "Let this host send DNS (port 53, UDP and TCP) to the Internet, or run the check elsewhere.",
		Source: "RFC 9210 §3; RFC 8906 §3.1",
	},
	{
		ID: "local-port53-intercepted", Subject: "views", Severity: Note,
		Title:  "Something in between answers in the place of the servers that are asked",
		Why:    "A router or firewall of this network takes DNS queries for itself. Its answers say nothing about what the CA will see.",
		Fix:    "Have this host excepted from DNS redirection, or run the check elsewhere.",
		Source: "RFC 7720 §2; RFC 8906 §3.1",
	},
}

// explainNetwork raises what is wrong with our own network, and returns the
// finding that explains why something could not be looked at.
func (az *authorization) explainNetwork(v Verdict) place {
	n := az.s.Network
	if n.Interceptor != nil {
		x := *n.Interceptor
		f := finding("local-port53-intercepted", ".", fmt.Sprintf(
			"The root server %s was asked, and the reply comes from a resolver: it offers recursion (RA) and is not authoritative (no AA).", host(x.Server, x.Addr.Addr())))
		f.Evidence = []survey.Exchange{x}
		az.raise(f, place{})
		return f.place()
	}
	what := az.blockedPort()
	if what == "" || n.TCP == "blocked" && v != Unknown && !az.triedTCP() {
		return place{}
	}
	f := finding("local-port53-blocked", ".", what)
	f.Evidence = az.rootEvidence()
	az.raise(f, place{})
	return f.place()
}

// blockedPort tells what does not leave this network, or "". Silence of all
// root servers is our own: thirteen operators do not fail together.
func (j *judge) blockedPort() string {
	n := j.s.Network
	rootSilent := slices.ContainsFunc(j.s.Gaps, func(g survey.Gap) bool { return g.Reason == "root-silent" })
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

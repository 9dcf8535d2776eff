package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// explainUnregistered raises that the domain, or its TLD, does not exist.
func (az *authorization) explainUnregistered() {
	az.deniedAbove()
	name := az.unregistered()
	if name == "" {
		return
	}
	var as []*survey.Answer
	if l := az.start(survey.Question{Name: name, Type: "CAA"}); l != nil {
		as = az.candidates(l)
	}
	if len(as) == 0 {
		as = az.txt.ends[0].answers
	}
	if !strings.Contains(name, ".") {
		f := finding("tld-does-not-exist", name, fmt.Sprintf("The root servers answer NXDOMAIN for %q: there is no such top level domain.", name))
		f.Evidence = evidence(as...)
		az.raise(f, place{})
		return
	}
	f := finding("domain-not-registered", name,
		fmt.Sprintf("The servers of %s answer NXDOMAIN for %s: it is not registered, has expired or is on hold.", up(name), name))
	f.Fix = fmt.Sprintf("Register or renew %s at your registrar; if the registrar lists it as active, ask why it is not delegated.", name)
	f.Evidence = evidence(as...)
	az.raise(f, place{})
}

// nowhere returns the domain that a registry denies, where the end of aliases
// would have to lie: nobody can publish anything there. It is "" for ends that
// are elsewhere.
func (az *authorization) nowhere(e *end) string {
	if e.kind != nxDomain || len(e.aliases) == 0 || e.open || !az.registry(e.zone()) || !all(e.answers, denies) {
		return ""
	}
	domain := e.owner()
	for up(domain) != e.zone() && up(domain) != "." {
		domain = up(domain)
	}
	if az.registry(domain) || domain == e.zone() {
		return ""
	}
	return domain
}

// nobodysTarget tells that an alias leads into a domain that does not exist.
func (az *authorization) nobodysTarget(e *end, domain string) Finding {
	last := e.aliases[len(e.aliases)-1]
	f := finding("domain-not-registered", domain, fmt.Sprintf(
		"The servers of %s answer NXDOMAIN for %s, where the alias at %s leads: it is not registered, has expired or is on hold.", up(domain), domain, last.From))
	f.Fix = fmt.Sprintf("Correct the target of the CNAME at %s, or remove it. Do not leave it: whoever registers %s can answer the CA for %s.", last.From, domain, az.id.Name)
	if !strings.Contains(domain, ".") {
		f = finding("tld-does-not-exist", domain, fmt.Sprintf(
			"The root servers answer NXDOMAIN for %q, where the alias at %s leads: there is no such top level domain.", domain, last.From))
		f.Fix = fmt.Sprintf("Correct the target of the CNAME at %s, or remove it.", last.From)
	}
	f.Evidence = evidence(e.answers...)
	return f
}

// halfDelegated tells that some of a registry's servers refer to the domain and
// others deny that there is one.
func (az *authorization) halfDelegated(l *survey.Lookup, bad, good []*survey.Answer) (Finding, bool) {
	refer := func(a *survey.Answer) bool { return a.Status == survey.Referral }
	if !az.registry(l.Zone) || !all(bad, denies) || !all(good, refer) {
		return Finding{}, false
	}
	return halfDelegation(l.Zone, good[0].Child, bad, good), true
}

// halfDelegation is the finding that a registry's servers disagree on whether a
// domain is delegated.
func halfDelegation(registry, domain string, bad, good []*survey.Answer) Finding {
	refers := "another one refers"
	if len(good) > 0 {
		refers = series(serverNames(good)) + " " + verb(len(serverNames(good)), "refers", "refer")
	}
	f := finding("domain-not-registered", domain, fmt.Sprintf("Of the servers of %s, %s, and %s to the servers of %s: the delegation is not everywhere yet, or no more.",
		registry, saidByName(bad), refers, domain))
	f.Severity, f.Transient = Warning, true
	f.Evidence = evidence(append(bad[:1:1], good[:min(1, len(good))]...)...)
	f.Fix = fmt.Sprintf("Wait some minutes: a registry brings a new delegation to all of its servers by itself. If it lasts, ask your registrar about %s.", domain)
	return f
}

// deniedAbove raises that some of a registry's servers, all of which were asked,
// deny a domain that others delegate, or had no answer to that.
func (az *authorization) deniedAbove() {
	for _, z := range az.passed() {
		bad := slices.DeleteFunc(slices.Clone(z.Above), func(a *survey.Answer) bool { return !denies(a) })
		good := slices.DeleteFunc(slices.Clone(z.Above), func(a *survey.Answer) bool { return a.Status != survey.Referral || a.Child != z.Name })
		unheard := slices.DeleteFunc(slices.Clone(z.Above), func(a *survey.Answer) bool { return a.Status.Usable() })
		switch {
		case az.lookup(z.Parent, az.txt.question) != nil:
		case len(bad) > 0:
			az.raise(halfDelegation(z.Parent, z.Name, bad, good), place{})
		case len(unheard) > 0:
			az.raise(unheardAbove(z, unheard), place{})
		}
	}
}

// unheardAbove is the finding that servers of a registry do not say whether they
// delegate a zone.
func unheardAbove(z *survey.Zone, unheard []*survey.Answer) Finding {
	f := finding("nameserver-silent", z.Parent, fmt.Sprintf("Asked whether they delegate %s, %s: whether the delegation is everywhere is not known.", z.Name, saidByName(unheard)))
	f.Transient = true
	f.Servers, f.Evidence = hosts(unheard), evidence(unheard[0])
	f.Fix = fmt.Sprintf("Run the check again. If it lasts, and others hear these servers: see whether this network loses DNS packets; otherwise it is for the registry of %s to mend.", z.Parent)
	return f
}

// unregistered returns the domain, the closest to the root, that a registry
// says does not exist; "" when all exist as far as we know.
func (az *authorization) unregistered() string {
	for _, name := range slices.Backward(az.id.CAA) {
		l := az.start(survey.Question{Name: name, Type: "CAA"})
		if l == nil || !az.registry(l.Zone) {
			break
		}
		usable := usable(az.candidates(l))
		if len(usable) == 0 {
			continue
		}
		if all(usable, denies) {
			return name
		}
	}
	return az.unregisteredByTXT()
}

// unregisteredByTXT is the same, told by the challenge lookup: for a registry
// whose servers do not answer for CAA.
func (az *authorization) unregisteredByTXT() string {
	l := az.txt.steps
	if len(l) == 0 || !az.registry(l[0].at.Zone) {
		return ""
	}
	seen := usable(az.candidates(l[0].at))
	if len(seen) == 0 || !all(seen, denies) {
		return ""
	}
	for _, name := range az.id.CAA {
		q := az.start(survey.Question{Name: name, Type: "CAA"})
		if up(name) == l[0].at.Zone && (q == nil || len(usable(az.candidates(q))) == 0) {
			return name
		}
	}
	return ""
}

// registry reports whether a zone is a registry's, the root included.
func (j *judge) registry(zone string) bool {
	z := j.s.Zone(zone)
	return z != nil && (z.Public || z.Name == ".")
}

// denies reports whether an answer says that the name asked does not exist.
func denies(a *survey.Answer) bool { return a.Status == survey.NXDomain && len(a.Aliases) == 0 }

// usable are the answers that a resolver takes.
func usable(as []*survey.Answer) []*survey.Answer {
	return slices.DeleteFunc(slices.Clone(as), func(a *survey.Answer) bool { return !a.Status.Usable() })
}

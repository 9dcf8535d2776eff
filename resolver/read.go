package resolver

import (
	"strings"

	"github.com/miekg/dns"
)

// A Kind is what a resolver makes of an answer.
type Kind string

// The kinds of answers: the first five a resolver takes, for the others it
// asks another server.
const (
	Answered Kind = "answered"
	NoData   Kind = "nodata"
	NXDomain Kind = "nxdomain"
	Aliased  Kind = "alias"    // a chain of aliases that ends elsewhere
	Referral Kind = "referral" // to a zone below
	Lame     Kind = "lame"     // see Reading.Lame
	Cut      Kind = "truncated"
	Failed   Kind = "failed" // see Answer.Failure
)

// Usable reports whether a resolver takes such an answer.
func (k Kind) Usable() bool {
	switch k {
	case Answered, NoData, NXDomain, Aliased, Referral:
		return true
	}
	return false
}

// An Alias is one CNAME on the way. DNAME is the owner of the DNAME it was
// made from, or "".
type Alias struct {
	From, To string
	TTL      uint32
	DNAME    string
}

// A Reading is an answer as a resolver understands it. Names are canonical.
type Reading struct {
	Kind    Kind
	Lame    string   // why: "refused", "servfail", …, "upward-referral", "other-zone", "no-authority"
	Alias   *Alias   // what stands at the name asked; not followed unless Aliased
	Records []dns.RR // of the type asked, at the name asked
	SOA     *dns.SOA // of the zone that denies, or the zone asked
	Loop    []Alias  // with "servfail": the loop of aliases that made the server fail
	Child   string   // for Referral
	ChildNS []string
	// Weak is why a resolver tries the other servers first: "empty" (NODATA
	// without any record, RFC 2308 §2.2), "recursive" (from a cache: RA
	// without AA).
	Weak string
}

// Read reads an answer that came from a server of zone. Only what lies in the
// zone, at the name asked, is believed: where an alias stands there, its
// target is a question of its own, whatever else the message holds (see
// [Continue]).
func (rel Release) Read(zone string, a *Answer) Reading {
	if a.Msg == nil {
		return Reading{Kind: Failed}
	}
	if a.NeedsTCP && a.TCPFailure != "" {
		return Reading{Kind: Cut}
	}
	// A resolver looks at the four bits of the header alone: BADVERS reads
	// as an empty NOERROR.
	switch rcode := a.Msg.Rcode & 0xF; rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
	case dns.RcodeYXDomain:
		if !hasType(a.Msg.Answer, dns.TypeDNAME) {
			return Reading{Kind: Lame, Lame: "yxdomain"}
		}
	case dns.RcodeServerFailure:
		return Reading{Kind: Lame, Lame: "servfail", Loop: loop(a)}
	default:
		return Reading{Kind: Lame, Lame: strings.ToLower(dns.RcodeToString[rcode])}
	}
	var r Reading
	r.answer(zone, a)
	switch {
	case len(r.Records) > 0 && r.refersInAnswer(zone, a):
	case len(r.Records) > 0:
		r.Kind = Answered
		r.SOA = soaIn(a.Msg.Answer, zone, a.Name)
	case r.Alias != nil && r.Alias.DNAME != "" && a.Msg.Rcode == dns.RcodeSuccess && dnameInto(a, r.Alias.DNAME):
		// A DNAME to below itself would grow the name for ever: Unbound does
		// not follow it, and takes it for the answer.
		r.Kind = NoData
	case a.Msg.Rcode&0xF == dns.RcodeYXDomain:
		r.Alias, r.Kind = nil, NoData // the server found the name too long, and that is the end
	case r.Alias != nil:
		r.Kind = Aliased
	default:
		r.deny(rel, zone, a)
	}
	if r.Kind != Aliased && r.Kind != Referral && a.Msg.RecursionAvailable && !a.Msg.Authoritative {
		r.Weak = "recursive"
	}
	return r
}

// refersInAnswer takes an NS set below the zone, without AA, for the referral
// that some servers put into the answer section.
func (r *Reading) refersInAnswer(zone string, a *Answer) bool {
	if a.Type != dns.TypeNS || a.Msg.Authoritative || a.Msg.RecursionAvailable || a.Name == zone {
		return false
	}
	r.Kind, r.Child = Referral, a.Name
	for _, rr := range r.Records {
		if ns, ok := rr.(*dns.NS); ok && len(r.ChildNS) < maxNameServers {
			r.ChildNS = append(r.ChildNS, canonical(ns.Ns))
		}
	}
	r.Records = nil
	return true
}

// loop returns the aliases that an answer runs through when they come back to
// one of themselves: BIND answers SERVFAIL with the whole loop.
func loop(a *Answer) []Alias {
	var aliases []Alias
	seen := map[string]bool{}
	for at := a; !seen[at.Name]; {
		seen[at.Name] = true
		var r Reading
		r.answer(".", at)
		if r.Alias == nil {
			return nil
		}
		aliases = append(aliases, *r.Alias)
		next := *at
		next.Name = r.Alias.To
		at = &next
	}
	return aliases
}

// Continue returns what the message of a says about the target of its alias,
// as the answer to a question for that target, and false when it says
// nothing: the target lies outside the zone, or the chain just ends. A server
// that is asked for the target would say the same.
func Continue(zone string, a *Answer, target string) (*Answer, bool) {
	if !InZone(target, zone) || target == a.Name {
		return nil, false
	}
	next := *a
	next.Name = target
	switch r := Read(zone, &next); r.Kind {
	case Answered, Aliased:
		return &next, true
	case NoData, NXDomain:
		return &next, r.SOA != nil
	}
	return nil, false
}

// answer reads the answer section at the name asked, in the order of the
// records: where a CNAME and other data stand at one name, the first counts,
// and of a DNAME and a CNAME that it does not make, the one that comes first.
func (r *Reading) answer(zone string, a *Answer) {
	if !InZone(a.Name, zone) {
		return
	}
	dname, over := dnameAlias(zone, a), false
	for _, rr := range a.Msg.Answer {
		h := rr.Header()
		over = over || dname != nil && h.Rrtype == dns.TypeDNAME && canonical(h.Name) == dname.DNAME
		if h.Class != dns.ClassINET || canonical(h.Name) != a.Name {
			continue
		}
		if h.Rrtype == a.Type || a.Type == dns.TypeANY && h.Rrtype != dns.TypeRRSIG {
			r.Records = append(r.Records, rr)
			continue
		}
		if cname, ok := rr.(*dns.CNAME); ok && len(r.Records) == 0 {
			if over && canonical(cname.Target) != dname.To {
				break
			}
			r.Alias = &Alias{From: a.Name, To: canonical(cname.Target), TTL: h.Ttl}
			if dname != nil && dname.To == r.Alias.To {
				r.Alias.DNAME = dname.DNAME
			}
			if r.Alias.To == a.Name {
				continue // what it leads to may stand beside it
			}
			return
		}
	}
	switch {
	case len(r.Records) > 0:
		r.Alias = nil
	case r.Alias == nil:
		r.Alias = dname
	}
}

// dnameInto reports whether the DNAME at owner leads to below itself.
func dnameInto(a *Answer, owner string) bool {
	for _, rr := range a.Msg.Answer {
		if d, ok := rr.(*dns.DNAME); ok && canonical(d.Hdr.Name) == owner {
			return InZone(canonical(d.Target), owner)
		}
	}
	return false
}

// dnameAlias returns the alias that the first DNAME above the name asked
// makes, if there is one.
func dnameAlias(zone string, a *Answer) *Alias {
	for _, rr := range a.Msg.Answer {
		d, ok := rr.(*dns.DNAME)
		if !ok || d.Hdr.Class != dns.ClassINET {
			continue
		}
		if owner := canonical(d.Hdr.Name); below(a.Name, owner) && InZone(owner, zone) {
			return synthesise(a.Name, owner, d)
		}
	}
	return nil
}

// synthesise makes the CNAME of a DNAME (RFC 6672 §2.2); nil when the target
// would be too long.
func synthesise(name, owner string, d *dns.DNAME) *Alias {
	to := name[:len(name)-len(owner)] + canonical(d.Target)
	if canonical(d.Target) == "." {
		to = strings.TrimSuffix(name[:len(name)-len(owner)], ".")
	}
	if _, ok := dns.IsDomainName(to); !ok {
		return nil
	}
	return &Alias{From: name, To: to, TTL: d.Hdr.Ttl, DNAME: owner}
}

// deny reads a message without records at the name asked, which lies in the zone.
func (r *Reading) deny(rel Release, zone string, a *Answer) {
	r.SOA = soaIn(a.Msg.Ns, zone, a.Name)
	switch {
	case a.Type == dns.TypeDS && r.dsInReferral(a):
		r.Kind = Answered
	case a.Msg.Rcode == dns.RcodeNameError:
		r.Kind = NXDomain
		if r.SOA == nil && !a.Msg.Authoritative && len(a.Msg.Answer) == 0 && hasType(a.Msg.Ns, dns.TypeNS) {
			r.Kind, r.Lame = Lame, "no-authority"
		}
	case r.SOA != nil && a.Type == dns.TypeDS && canonical(r.SOA.Hdr.Name) == a.Name && a.Name != ".":
		// The child speaks where only the parent can (RFC 4035 §3.1.4.1).
		r.Kind, r.Lame = Lame, "other-zone"
	case r.SOA != nil:
		r.Kind = NoData
	default:
		r.refer(rel, zone, a)
	}
}

// dsInReferral takes the DS records of a referral for the answer to the
// question for them.
func (r *Reading) dsInReferral(a *Answer) bool {
	for _, rr := range a.Msg.Ns {
		if rr.Header().Rrtype == dns.TypeDS && canonical(rr.Header().Name) == a.Name {
			r.Records = append(r.Records, rr)
		}
	}
	return len(r.Records) > 0
}

// refer reads a NOERROR message with neither records nor a SOA. The first NS
// set that encloses the name asked tells what it is.
func (r *Reading) refer(rel Release, zone string, a *Answer) {
	r.Kind = NoData
	var owner string
	var foreign bool
	for _, rr := range a.Msg.Ns {
		ns, ok := rr.(*dns.NS)
		if !ok {
			continue
		}
		switch o := canonical(ns.Hdr.Name); {
		case !InZone(a.Name, o):
			foreign = true
		case owner == "" || owner == o:
			owner = o
			if len(r.ChildNS) < maxNameServers {
				r.ChildNS = append(r.ChildNS, canonical(ns.Ns))
			}
		}
	}
	switch {
	case below(owner, zone):
		r.Kind, r.Child = Referral, owner
		return
	case owner == "" && foreign:
		r.Kind, r.Lame = Lame, "other-zone"
	case owner == zone && !a.Msg.Authoritative && rel.SelfReferralIsLame:
		r.Kind, r.Lame = Lame, "no-authority"
	case owner != "" && owner != zone:
		r.Kind, r.Lame = Lame, "upward-referral"
	case len(a.Msg.Answer)+len(a.Msg.Ns) == 0 && rel.EmptyIsLame:
		r.Kind, r.Lame = Lame, "empty"
	case len(a.Msg.Answer)+len(a.Msg.Ns) == 0:
		r.Weak = "empty"
	}
	r.ChildNS = nil
}

// soaIn returns the SOA of a zone at or below zone that encloses name.
func soaIn(section []dns.RR, zone, name string) *dns.SOA {
	for _, rr := range section {
		soa, ok := rr.(*dns.SOA)
		if ok && InZone(soa.Hdr.Name, zone) && InZone(name, soa.Hdr.Name) {
			return soa
		}
	}
	return nil
}

func hasType(section []dns.RR, t uint16) bool {
	for _, rr := range section {
		if rr.Header().Rrtype == t {
			return true
		}
	}
	return false
}

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
	Aliases []Alias  // followed inside this answer
	Owner   string   // where they end
	Records []dns.RR // of the type asked, at Owner
	SOA     *dns.SOA // of the zone that denies, or the zone asked
	Child   string   // for Referral
	ChildNS []string
}

// maxAliases is how many CNAMEs of one message a resolver uses
// (Unbound's iter-scrub-cname).
const maxAliases = 11

// Read reads an answer that came from a server of zone. Only what lies in
// the zone is believed.
func Read(zone string, a *Answer) Reading {
	if a.Msg == nil {
		return Reading{Kind: Failed, Owner: a.Name}
	}
	if a.NeedsTCP && a.TCPFailure != "" {
		return Reading{Kind: Cut, Owner: a.Name}
	}
	// A resolver looks at the four bits of the header alone: BADVERS reads
	// as an empty NOERROR.
	switch rcode := a.Msg.Rcode & 0xF; rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
	case dns.RcodeYXDomain:
		if !hasType(a.Msg.Answer, dns.TypeDNAME) {
			return Reading{Kind: Lame, Lame: "yxdomain", Owner: a.Name}
		}
	default:
		return Reading{Kind: Lame, Lame: strings.ToLower(dns.RcodeToString[rcode]), Owner: a.Name}
	}
	r := Reading{Owner: a.Name}
	r.follow(zone, a)
	switch {
	case len(r.Records) > 0:
		r.Kind = Answered
		r.SOA = soaIn(a.Msg.Answer, zone, r.Owner)
	case !dns.IsSubDomain(dns.Fqdn(zone), dns.Fqdn(r.Owner)):
		r.Kind = Aliased
	default:
		r.deny(zone, a)
	}
	return r
}

// follow walks the answer section from the name asked, in the order of the
// records: where a CNAME and other data stand at one name, the first counts.
func (r *Reading) follow(zone string, a *Answer) {
	seen := map[string]bool{}
	for len(r.Aliases) < maxAliases && !seen[r.Owner] {
		seen[r.Owner] = true
		if !dns.IsSubDomain(dns.Fqdn(zone), dns.Fqdn(r.Owner)) {
			return
		}
		next := r.step(a)
		if next == nil {
			return
		}
		r.Aliases = append(r.Aliases, *next)
		r.Owner = next.To
	}
}

// step takes what stands at Owner: the records asked for, or an alias.
func (r *Reading) step(a *Answer) *Alias {
	var dname *Alias
	for _, rr := range a.Msg.Answer {
		h := rr.Header()
		owner := canonical(h.Name)
		switch {
		case h.Class != dns.ClassINET:
		case owner == r.Owner && h.Rrtype == a.Type:
			r.Records = append(r.Records, rr)
		case owner == r.Owner && h.Rrtype == dns.TypeCNAME && len(r.Records) == 0:
			cname, ok := rr.(*dns.CNAME)
			if !ok {
				continue
			}
			alias := &Alias{From: owner, To: canonical(cname.Target), TTL: h.Ttl}
			if dname != nil && dname.To == alias.To {
				alias.DNAME = dname.DNAME
			}
			return alias
		case h.Rrtype == dns.TypeDNAME && owner != r.Owner && dns.IsSubDomain(h.Name, dns.Fqdn(r.Owner)):
			if d, ok := rr.(*dns.DNAME); ok {
				dname = synthesise(r.Owner, owner, d)
			}
		}
	}
	if len(r.Records) > 0 {
		return nil
	}
	return dname
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

// deny reads a message without records for Owner, which lies in the zone.
func (r *Reading) deny(zone string, a *Answer) {
	r.SOA = soaIn(a.Msg.Ns, zone, r.Owner)
	nx := a.Msg.Rcode == dns.RcodeNameError
	switch {
	case len(r.Aliases) > 0 && r.SOA == nil:
		// Where the chain ends is not said: the target is asked for anew.
		r.Kind = Aliased
	case nx:
		r.Kind = NXDomain
	case r.SOA != nil:
		r.Kind = NoData
	default:
		r.refer(zone, a)
	}
}

// refer reads a NOERROR message with neither records nor a SOA.
func (r *Reading) refer(zone string, a *Answer) {
	r.Kind = NoData
	for _, rr := range a.Msg.Ns {
		ns, ok := rr.(*dns.NS)
		if !ok {
			continue
		}
		owner := canonical(ns.Hdr.Name)
		switch {
		case owner == zone && a.Msg.Authoritative:
			continue // NODATA with the zone's own NS instead of its SOA
		case owner == zone:
			r.Kind, r.Lame = Lame, "no-authority"
			return
		case !dns.IsSubDomain(dns.Fqdn(zone), ns.Hdr.Name):
			r.Kind, r.Lame = Lame, "upward-referral"
			return
		case !dns.IsSubDomain(ns.Hdr.Name, dns.Fqdn(r.Owner)):
			r.Kind, r.Lame = Lame, "other-zone"
			return
		}
		if r.Child == "" {
			r.Kind, r.Child = Referral, owner
		}
		if owner == r.Child && len(r.ChildNS) < maxNameServers {
			r.ChildNS = append(r.ChildNS, canonical(ns.Ns))
		}
	}
}

// soaIn returns the SOA of a zone at or below zone that encloses name.
func soaIn(section []dns.RR, zone, name string) *dns.SOA {
	for _, rr := range section {
		soa, ok := rr.(*dns.SOA)
		if ok && dns.IsSubDomain(dns.Fqdn(zone), soa.Hdr.Name) && dns.IsSubDomain(soa.Hdr.Name, dns.Fqdn(name)) {
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

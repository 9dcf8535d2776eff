package resolver

import (
	"slices"

	"github.com/miekg/dns"
)

// signed returns the records of a section with the signatures of other ones: a
// signature belongs to its records in whichever section it stands.
func signed(section []dns.RR, others ...[]dns.RR) []dns.RR {
	out := slices.Clone(section)
	for _, other := range others {
		for _, rr := range other {
			if rr.Header().Rrtype == dns.TypeRRSIG {
				out = append(out, rr)
			}
		}
	}
	return out
}

// denial returns what a server of zone says of names and types that are not
// there. NSEC sets that lead out of the zone are thrown away, as Unbound does.
func denial(m *dns.Msg, zone string) []dns.RR {
	overreaching := make(map[string]bool) // by owner
	for _, rr := range m.Ns {
		if nsec, ok := rr.(*dns.NSEC); ok && !InZone(canonical(nsec.NextDomain), zone) {
			overreaching[canonical(nsec.Hdr.Name)] = true
		}
	}
	var out []dns.RR
	for _, rr := range signed(m.Ns, m.Extra) {
		owner := canonical(rr.Header().Name)
		switch t := covered(rr); {
		case t != dns.TypeSOA && t != dns.TypeNSEC && t != dns.TypeNSEC3 || !InZone(owner, zone):
		case t == dns.TypeNSEC && overreaching[owner]:
		default:
			out = append(out, rr)
		}
	}
	return out
}

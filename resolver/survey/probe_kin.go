package survey

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// kin asks for what has to exist because a TXT record does: its name under
// another type, and the name above it, which may hold nothing itself
// (RFC 4592 §2.2.2, RFC 8020 §2).
func (p prober) kin(as []*Answer) {
	i := slices.IndexFunc(as, func(a *Answer) bool {
		return a.Type == "TXT" && a.Status == Answered && !a.Wildcard && len(a.Aliases) == 0
	})
	if i < 0 {
		return
	}
	plain := as[i].EDNS == "unsupported"
	ask := func(id, name string) {
		p.judged(id, resolver.Probe{Name: name, Type: dns.TypeA, Plain: plain}, kinWords)
	}
	ask("types", as[i].Name)
	if _, above, _ := strings.Cut(as[i].Name, "."); above != p.Name && resolver.InZone(above, p.Name) {
		ask("ent", above)
	}
}

// kinWords judge the answer to a question for a name that exists.
func kinWords(o resolver.Observation) []string {
	switch w := amiss(o); w {
	case "":
		return nil
	case "nxdomain":
		return []string{"denied"}
	default:
		return []string{w}
	}
}

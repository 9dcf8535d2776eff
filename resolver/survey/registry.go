package survey

import (
	"net/netip"
	"slices"
	"sync"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// mostAbove is how many name servers of a registry are asked for one delegation.
const mostAbove = 13

// askAbove asks every name server of a registry, each at one address, whether it
// delegates a zone: a change has often reached some of them only, and the walk
// has met one. That is a question more to each, and asked with --probe deep.
func (z *zone) askAbove() {
	above := z.t.known(z.Parent)
	if above == nil || !above.Public || above.Name == "." {
		return
	}
	servers := z.oneEach(above)
	answers := make([]*Answer, len(servers))
	var wg sync.WaitGroup
	for i, s := range servers {
		defect.Go(z.t.ctx, &wg, func() {
			a := z.t.c.Ask(z.t.ctx, s.Addr, z.Name, dns.TypeNS)
			z.t.probed.Add(int64(len(a.Exchanges)))
			answers[i] = digest(Question{z.Name, "NS"}, above.serverName(s.Addr), a, resolver.Read(above.Name, a))
		})
	}
	wg.Wait()
	z.Above = answers
}

// oneEach are addresses to ask a registry's servers at, one for each name.
func (z *zone) oneEach(above *zone) []resolver.ServerAddr {
	var some []resolver.ServerAddr
	named := map[string]bool{}
	for _, s := range z.t.c.Addresses(z.t.ctx, above.d) {
		name := above.serverName(s.Addr)
		if named[name] || !z.t.c.Askable(s.Addr) || len(some) == mostAbove {
			continue
		}
		named[name] = true
		some = append(some, s)
	}
	slices.SortFunc(some, func(a, b resolver.ServerAddr) int { return netip.Addr.Compare(a.Addr, b.Addr) })
	return some
}

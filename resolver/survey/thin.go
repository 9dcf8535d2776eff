package survey

import (
	"net/netip"
	"slices"
	"sync"

	"github.com/miekg/dns"
)

// manyNames is how many identifiers an order may have before the CAA records
// at its own names are asked of one server each. A server is asked for two
// records a name otherwise, and made to wait after a hundred questions, see
// [resolver.DefaultPacing].
const manyNames = 40

// thin reports whether one server's answer is enough at first: for CAA at a
// name of a large order. A zone's own name and those above, which the order's
// names share, are asked of every server.
func (t *taker) thin(l *lookup) bool {
	return l.Type == "CAA" && l.Name != l.Zone && len(t.s.Identifiers) > manyNames && t.isBase(l.Name)
}

// one calls ask for one of the zone's addresses, the next in turn, and
// remembers it for those that [taker.complete] may want to ask too. Where no
// address is known yet, it is the first of the name server next in turn.
func (z *zone) one(l *lookup, ask func(server string, addr netip.Addr)) {
	z.mu.Lock()
	turn := len(z.thinned)
	z.thinned = append(z.thinned, thinned{l, ask})
	known := z.askable()
	z.mu.Unlock()
	then := z.t.c.Recalled(l.Name, dns.TypeCAA)
	switch {
	case then.IsValid():
		var once sync.Once
		z.each(func(server string, addr netip.Addr) {
			if addr == then {
				once.Do(func() { ask(server, addr) })
			}
		})
	case len(known) > 0:
		s := known[turn%len(known)]
		ask(s.Name, s.Addr)
	case len(z.ParentNS) > 0:
		next := z.ParentNS[turn%len(z.ParentNS)]
		var once sync.Once
		z.each(func(server string, addr netip.Addr) {
			if server == next {
				once.Do(func() { ask(server, addr) })
			}
		})
	}
}

// A thinned lookup has been asked of one address.
type thinned struct {
	*lookup
	ask func(server string, addr netip.Addr)
}

// askable are the known servers that may be asked.
func (z *zone) askable() []*Server {
	var all []*Server
	for _, s := range z.Servers {
		if z.t.c.Askable(s.Addr) {
			all = append(all, s)
		}
	}
	return all
}

// complete asks the other servers what one was asked, where that one gave no
// answer to take, and where the servers do not all have the same zone.
func (t *taker) complete() {
	var rest []func()
	for _, z := range t.zones {
		uneven := z.uneven()
		for _, l := range z.thinned {
			if !uneven && l.usable() > 0 {
				continue
			}
			for _, s := range z.Servers {
				if s.Special == "" && !l.has(s.Addr) {
					rest = append(rest, func() { l.ask(s.Name, s.Addr) })
				}
			}
		}
	}
	for _, ask := range rest {
		ask()
	}
	t.wg.Wait()
}

// uneven reports whether servers of a zone carry it in different versions.
func (z *zone) uneven() bool {
	var serials []uint32
	for _, s := range z.Servers {
		if n, ok := serial(s); ok {
			serials = append(serials, n)
		}
	}
	slices.Sort(serials)
	return len(slices.Compact(serials)) > 1
}

// serial is the serial number of the zone that a server carries.
func serial(s *Server) (n uint32, ok bool) {
	if s.SOA == nil || s.SOA.Status != Answered || s.SOA.SOA == nil {
		return 0, false
	}
	return s.SOA.SOA.Serial, true
}

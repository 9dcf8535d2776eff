package survey

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// mostLate is how many silent addresses are asked once more in one run.
const mostLate = 8

// late asks addresses that gave no answer once more, and listens longer: a server
// that takes three seconds is of no more use to a CA than one that is not there,
// but somebody looking for the fault has to know which it is. What is found out
// is noted once wait has returned; meanwhile other things may be looked at.
func (t *taker) late() (wait func()) {
	silent := t.silentServers()
	took := make([]time.Duration, len(silent))
	var wg sync.WaitGroup
	for i, s := range silent {
		defect.Go(t.ctx, &wg, func() {
			o, sent := t.c.ProbeLate(t.ctx, s.addr, resolver.Probe{Name: s.zone, Type: dns.TypeSOA})
			if !sent {
				return
			}
			t.probed.Add(1)
			if failed(o) == "" {
				took[i] = o.Took
			}
		})
	}
	return func() {
		wg.Wait()
		for i, s := range silent {
			if took[i] > 0 {
				t.tardy(s.addr, took[i])
			}
		}
	}
}

// silentServers are the addresses to ask once more: those of zones that nothing
// was heard of, and with --probe deep all that are silent. Beside a server that
// answers it is not worth the time.
func (t *taker) silentServers() []server {
	var silent []server
	for _, z := range t.zones {
		if z.Public {
			continue
		}
		var mute []server
		var all []*Answer
		for _, s := range z.Servers {
			all = append(all, z.answersOf(s)...)
			if s.SOA != nil && s.SOA.Status == Timeout && s.SOA.Shuts() {
				mute = append(mute, server{z.Name, s.Addr})
			}
		}
		if t.o.Probes == ProbesDeep || z.Shut(all) {
			silent = append(silent, mute...)
		}
	}
	slices.SortFunc(silent, func(a, b server) int { return a.addr.Compare(b.addr) })
	silent = slices.CompactFunc(silent, func(a, b server) bool { return a.addr == b.addr })
	return silent[:min(mostLate, len(silent))]
}

// tardy notes on all that an address has not answered how long it takes.
func (t *taker) tardy(addr netip.Addr, took time.Duration) {
	for _, z := range t.zones {
		for _, s := range z.Servers {
			if s.Addr != addr {
				continue
			}
			for _, a := range z.answersOf(s) {
				if a.Status == Timeout {
					a.Late = took
				}
			}
		}
	}
}

package survey

import (
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// tcpFails reports whether TCP was tried and failed at every address.
func (t *taker) tcpFails() bool {
	tried, worked := 0, false
	for _, z := range t.zones {
		for _, s := range z.Servers {
			p := s.Probe("tcp")
			if p == nil {
				continue
			}
			tried++
			worked = worked || p.Words[0] == "ok" || p.Words[0] == "one" || p.Words[0] == "error"
		}
	}
	return tried > 0 && !worked
}

// ownTCP tells servers without TCP from a network that lets none out: up to
// three servers of registries are asked, which all have it.
func (t *taker) ownTCP() {
	others := t.answering()
	for _, a := range others {
		o, sent := t.c.ProbeOnce(t.ctx, a.addr, resolver.TCP, resolver.Probe{Name: a.zone, Type: dns.TypeSOA})
		if !sent {
			return
		}
		t.probed.Add(1)
		if failed(o) == "" {
			return
		}
	}
	if len(others) > 1 {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.s.Network.TCP = "blocked"
	}
}

type publicServer struct {
	zone string
	addr netip.Addr
}

// answering are up to three servers of registries and the root that have
// answered over UDP, of different zones as far as there are some.
func (t *taker) answering() []publicServer {
	t.mu.Lock()
	defer t.mu.Unlock()
	by := map[string][]netip.Addr{}
	var zones []string
	for key, l := range t.lookups {
		z := t.zones[key.zone]
		if z == nil || !z.Public {
			continue
		}
		for _, a := range l.Answers {
			if a.Status.Usable() && a.Transport == "udp" && !slices.Contains(by[key.zone], a.Addr) {
				by[key.zone] = append(by[key.zone], a.Addr)
			}
		}
		if len(by[key.zone]) > 0 && !slices.Contains(zones, key.zone) {
			zones = append(zones, key.zone)
		}
	}
	slices.SortFunc(zones, byTree)
	var ps []publicServer
	const most = 3
	for round := 0; round < most; round++ {
		for _, z := range zones {
			slices.SortFunc(by[z], netip.Addr.Compare)
			if round < len(by[z]) && len(ps) < most {
				ps = append(ps, publicServer{z, by[z][round]})
			}
		}
	}
	return ps
}

// network notes what root servers' answers, or their lack, say of the network
// that we ask from.
func (t *taker) network() {
	for _, l := range t.lookups {
		if l.Zone != "." {
			continue
		}
		for _, a := range l.Answers {
			if a.Lame == "intercepted" && len(a.Exchanges) > 0 && (t.s.Network.Interceptor == nil || a.Exchanges[0].At.Before(t.s.Network.Interceptor.At)) {
				t.s.Network.Interceptor = &a.Exchanges[len(a.Exchanges)-1]
			}
		}
	}
	if t.rootOverTCPAlone() {
		t.s.Network.UDP = "blocked"
	}
}

// rootOverTCPAlone reports whether root servers were heard over TCP and not
// over UDP.
func (t *taker) rootOverTCPAlone() bool {
	tcp := false
	for _, l := range t.lookups {
		if l.Zone != "." {
			continue
		}
		for _, a := range l.Answers {
			for _, e := range a.Exchanges {
				if e.Rcode == "" {
					continue
				}
				if e.Transport == "udp" {
					return false
				}
				tcp = true
			}
		}
	}
	return tcp
}

package lab

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A plan is a scenario with everything that its file leaves to be made: the
// root, the TLDs, and the zones of name servers' own names.
type plan struct {
	hosts  []host     // the file's first
	copies []copyText // the file's first

	addrs   map[string][]netip.Addr // by host
	owners  map[netip.Addr]string
	origins map[string]bool
}

func (s *Scenario) plan() (*plan, error) {
	p := &plan{
		addrs:   map[string][]netip.Addr{},
		owners:  map[netip.Addr]string{},
		origins: map[string]bool{},
	}
	for _, h := range s.servers {
		if err := p.addHost(h); err != nil {
			return nil, err
		}
	}
	for _, c := range s.caches {
		if err := p.own(c.Addr, c.Name); err != nil {
			return nil, err
		}
	}
	for _, c := range s.copies {
		p.addCopy(c)
	}
	if err := p.makeRoot(); err != nil {
		return nil, err
	}
	if err := p.makeTLDs(s.delegations); err != nil {
		return nil, err
	}
	p.makeHostZones()
	return p, p.check()
}

func (p *plan) addHost(h host) error {
	for _, a := range h.addrs {
		if err := p.own(a, undotted(h.name)); err != nil {
			return err
		}
	}
	p.hosts = append(p.hosts, h)
	p.addrs[h.name] = h.addrs
	return nil
}

// own gives an address to a host or cache.
func (p *plan) own(a netip.Addr, name string) error {
	if other, taken := p.owners[a]; taken {
		return fmt.Errorf("%s is an address of %s and of %s", a, other, name)
	}
	p.owners[a] = name
	return nil
}

func (p *plan) addCopy(c copyText) {
	p.copies = append(p.copies, c)
	p.origins[c.origin] = true
}

// makeZone adds a zone that the file does not have, on hosts of that name.
func (p *plan) makeZone(origin string, hosts []string) {
	p.addCopy(copyText{
		section: section{title: "zone " + undotted(origin) + " (made)"},
		origin:  origin,
		hosts:   hosts,
	})
}

// makeHosts adds hosts that the file does not have. Those it has keep the
// addresses it gives them.
func (p *plan) makeHosts(hosts []host) error {
	for _, h := range hosts {
		if p.addrs[h.name] != nil {
			continue
		}
		if err := p.addHost(h); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) makeRoot() error {
	if p.origins["."] {
		return nil
	}
	hosts := []host{
		madeHost("a.root-servers.net.", "198.51.100.1", "2001:db8:ffff::1"),
		madeHost("b.root-servers.net.", "198.51.100.2", "2001:db8:ffff::2"),
	}
	p.makeZone(".", []string{hosts[0].name, hosts[1].name})
	return p.makeHosts(hosts)
}

func madeHost(name string, addrs ...string) host {
	h := host{name: name}
	for _, a := range addrs {
		h.addrs = append(h.addrs, netip.MustParseAddr(a))
	}
	return h
}

// firstTLD and lastTLD bound the last octets of the addresses of TLD servers.
const (
	firstTLD = 10
	lastTLD  = 254
)

// makeTLDs adds the zones of the TLDs that zones, delegations and hosts are in.
func (p *plan) makeTLDs(delegations []delegationText) error {
	tlds := map[string]bool{}
	for _, d := range delegations {
		tlds[lastLabels(d.origin, 1)] = true
	}
	for origin := range p.origins {
		if origin != "." {
			tlds[lastLabels(origin, 1)] = true
		}
	}
	for _, h := range p.hosts {
		tlds[lastLabels(h.name, 1)] = true
	}
	octet := firstTLD
	for _, tld := range slices.Sorted(maps.Keys(tlds)) {
		if p.origins[tld] {
			continue
		}
		if octet >= lastTLD {
			return fmt.Errorf("more than %d TLDs", (lastTLD-firstTLD)/2)
		}
		if err := p.makeTLD(tld, octet); err != nil {
			return err
		}
		octet += 2
	}
	return nil
}

func (p *plan) makeTLD(tld string, octet int) error {
	var hosts []host
	for i, letter := range []string{"a", "b"} {
		hosts = append(hosts, madeHost(letter+".nic."+tld,
			fmt.Sprintf("198.51.100.%d", octet+i),
			fmt.Sprintf("2001:db8:fffe::%d", octet+i)))
	}
	p.makeZone(tld, []string{hosts[0].name, hosts[1].name})
	return p.makeHosts(hosts)
}

// makeHostZones adds a zone, served by themselves, for the hosts whose name
// lies in no zone but a TLD that they do not serve.
func (p *plan) makeHostZones() {
	served := map[string][]string{}
	var order []string
	for _, h := range p.hosts {
		in := p.enclosing(h.name)
		if dns.CountLabel(in) > 1 || slices.Contains(p.serving(in), h.name) {
			continue
		}
		origin := lastLabels(h.name, 2)
		if served[origin] == nil {
			order = append(order, origin)
		}
		served[origin] = append(served[origin], h.name)
	}
	for _, origin := range order {
		p.makeZone(origin, served[origin])
	}
}

// check makes sure that every zone is on hosts that exist.
func (p *plan) check() error {
	for _, c := range p.copies {
		for _, h := range c.hosts {
			if p.addrs[h] == nil {
				return c.errorf("%s is not among the servers", undotted(h))
			}
		}
	}
	return nil
}

// enclosing returns the origin of the nearest zone that a name lies in.
func (p *plan) enclosing(name string) string {
	for _, i := range dns.Split(name) {
		if p.origins[name[i:]] {
			return name[i:]
		}
	}
	return "."
}

// parent returns the origin of the zone that delegates a zone.
func (p *plan) parent(origin string) string {
	next, end := dns.NextLabel(origin, 0)
	if end {
		return "."
	}
	return p.enclosing(origin[next:])
}

// serving returns the hosts that have a zone when the world begins, or, if
// there are none, those that will.
func (p *plan) serving(origin string) []string {
	var now, later []string
	for _, c := range p.copies {
		if c.origin != origin {
			continue
		}
		later = append(later, c.hosts...)
		if c.from == 0 {
			now = append(now, c.hosts...)
		}
	}
	if len(now) == 0 {
		now = later
	}
	return unique(now)
}

// unique keeps the first of equal strings.
func unique(all []string) []string {
	var kept []string
	for _, s := range all {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// lastLabels returns the last n labels of a name, or all if it has fewer.
func lastLabels(name string, n int) string {
	starts := dns.Split(name)
	switch {
	case len(starts) <= n:
		return name
	case n == 0:
		return "."
	}
	return strings.ToLower(name[starts[len(starts)-n]:])
}

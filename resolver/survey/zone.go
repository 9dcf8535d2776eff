package survey

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A zone gathers a [Zone]. Its servers become known one by one: a question
// for all of them is asked of each as soon as it is.
type zone struct {
	Zone
	t *taker
	d *resolver.Delegation

	mu      sync.Mutex
	asking  []func(server string, addr netip.Addr)
	byAddr  map[netip.Addr]*Server
	named   map[string]bool                       // names whose addresses are being looked up
	used    bool                                  // it has referred to a zone below
	shapes  map[netip.Addr]*Answer                // what negative answers look like, by server
	talks   map[netip.Addr][]resolver.Observation // what came over TCP, by server
	thinned []thinned
	open    []netip.Addr // see prober.leaveOpen
}

// zone returns the gatherer of a delegated zone, and starts it if it is new.
func (t *taker) zone(d *resolver.Delegation) *zone {
	t.mu.Lock()
	defer t.mu.Unlock()
	if z, ok := t.zones[d.Zone]; ok {
		return z
	}
	z := &zone{
		t:      t,
		d:      d,
		Zone:   Zone{Name: d.Zone, Parent: d.Parent, Public: resolver.Public(d.Zone)},
		byAddr: map[netip.Addr]*Server{},
		named:  map[string]bool{},
		shapes: map[netip.Addr]*Answer{},
		talks:  map[netip.Addr][]resolver.Observation{},
	}
	for _, ns := range d.NS {
		z.ParentNS = append(z.ParentNS, ns.Name)
	}
	for _, ds := range d.DS {
		z.DS = append(z.DS, rdata(ds))
	}
	t.zones[d.Zone] = z
	t.tell(cutFound(d))
	z.judge()
	if !z.Public {
		z.discover()
	}
	return z
}

// discover adds the addresses that the parent gave for the name servers it
// lists, and begins to look up those that it did not give or that the zone
// itself has.
func (z *zone) discover() {
	for _, ns := range z.d.NS {
		for _, a := range ns.Glue {
			z.add(Server{Name: ns.Name, Addr: a, InParent: true, Glue: true})
		}
	}
	for _, ns := range z.d.NS {
		if len(ns.Glue) == 0 || resolver.InZone(ns.Name, z.Name) {
			z.locate(ns.Name)
		}
	}
}

// locate looks up the addresses of a name server, once.
func (z *zone) locate(name string) {
	z.mu.Lock()
	done := z.named[name]
	z.named[name] = true
	z.mu.Unlock()
	if done {
		return
	}
	z.t.c.Prefer(name, dns.TypeA)
	z.t.begin(func() {
		h := z.t.c.HostAddrs(z.t.ctx, name, z.Name)
		z.alias(name, h.Aliases)
		if len(h.Addrs) == 0 {
			z.problem(name, h.Problem)
			return
		}
		for _, a := range h.Addrs {
			z.add(Server{Name: name, Addr: a, InParent: slices.Contains(z.ParentNS, name), OwnData: true})
		}
		z.missing(name, h.Addrs)
	})
}

// add makes an address known and asks it all that is asked of every server.
func (z *zone) add(s Server) {
	z.mu.Lock()
	if old, ok := z.byAddr[s.Addr]; ok {
		old.OwnData = old.OwnData || s.OwnData && old.Name == s.Name
		old.InParent = old.InParent || s.InParent
		z.mu.Unlock()
		return
	}
	if len(z.byAddr) >= maxServers {
		z.mu.Unlock()
		return
	}
	s.Special = z.t.c.Special(s.Addr)
	z.byAddr[s.Addr] = &s
	z.Servers = append(z.Servers, &s)
	asking := slices.Clone(z.asking)
	z.mu.Unlock()
	if s.Special != "" {
		return
	}
	z.apex(&s)
	for _, f := range asking {
		f(s.Name, s.Addr)
	}
}

// each calls f for every address that may be asked, those known now and those
// found later. f must not block.
func (z *zone) each(f func(server string, addr netip.Addr)) {
	z.mu.Lock()
	z.asking = append(z.asking, f)
	known := slices.Clone(z.Servers)
	z.mu.Unlock()
	for _, s := range known {
		if s.Special == "" {
			f(s.Name, s.Addr)
		}
	}
}

// apex asks an address for the zone's SOA and NS.
func (z *zone) apex(s *Server) {
	known, settled := make(chan *Answer, 1), make(chan struct{})
	if s.Addr.Is6() {
		z.t.begin(func() { z.t.hearIPv6(settled) })
	}
	z.t.begin(func() {
		defer close(known)
		defer close(settled)
		a := z.t.ask(z.Name, s.Name, s.Addr, Question{z.Name, "SOA"})
		z.mu.Lock()
		s.SOA = a
		other := s.NS
		z.mu.Unlock()
		known <- a
		z.probe(s, a)
		z.doubt(s, a, other)
	})
	if z.probes() && !z.t.c.Off(s.Addr) {
		z.t.begin(func() { prober{z, s}.tcp(known) })
	}
	z.t.begin(func() {
		a := z.t.ask(z.Name, s.Name, s.Addr, Question{z.Name, "NS"})
		z.mu.Lock()
		s.NS = a
		other := s.SOA
		z.mu.Unlock()
		z.doubt(s, other, a)
		if a.Status == Answered {
			z.children(a.NS)
		}
	})
}

// hearIPv6 finds out whether anybody is heard over IPv6, as soon as one server
// has been silent for a while: only then does its silence tell of itself.
func (t *taker) hearIPv6(settled <-chan struct{}) {
	select {
	case <-settled:
	case <-t.ctx.Done():
	case <-time.After(between):
		if t.ipv6.CompareAndSwap(false, true) {
			t.c.HearIPv6(t.ctx)
		}
	}
}

// children notes the zone's own NS set, as one of its servers gives it.
func (z *zone) children(names []string) {
	const most = 20 // Unbound's iter-scrub-ns
	for _, n := range names[:min(len(names), most)] {
		z.mu.Lock()
		known := slices.Contains(z.ChildNS, n)
		if !known {
			z.ChildNS = append(z.ChildNS, n)
		}
		z.mu.Unlock()
		if !known && !slices.Contains(z.ParentNS, n) {
			z.locate(n)
		}
	}
}

// missing marks glue that the name's own address records lack. A family
// without any record counts as not read.
func (z *zone) missing(name string, own []netip.Addr) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, s := range z.Servers {
		family := func(a netip.Addr) bool { return a.Is4() == s.Addr.Is4() }
		if s.Name == name && !slices.Contains(own, s.Addr) && slices.ContainsFunc(own, family) {
			s.NoOwn = true
		}
	}
}

func (z *zone) alias(name string, aliases []resolver.Alias) {
	if len(aliases) == 0 {
		return
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.NSAliases == nil {
		z.NSAliases = map[string]string{}
	}
	z.NSAliases[name] = aliases[0].To
}

// problem notes a name server without an address, unless glue gave it one.
func (z *zone) problem(name string, p resolver.Problem) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, s := range z.Servers {
		if s.Name == name {
			return
		}
	}
	z.Problems = append(z.Problems, NameServerProblem{Server: name, Reason: string(p)})
}

// serverName returns a name server name that has the address, or "".
func (z *zone) serverName(addr netip.Addr) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	if s, ok := z.byAddr[addr]; ok {
		return s.Name
	}
	for _, ns := range z.d.NS {
		if slices.Contains(ns.Glue, addr) {
			return ns.Name
		}
	}
	return ""
}

// seen adds an address of a registry's zone that was asked.
func (z *zone) seen(name string, addr netip.Addr) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if _, ok := z.byAddr[addr]; ok {
		return
	}
	s := &Server{Name: name, Addr: addr, InParent: true}
	z.byAddr[addr] = s
	z.Servers = append(z.Servers, s)
}

// refers notes that the zone's servers referred to a zone below.
func (z *zone) refers() {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.used = true
}

func (z *zone) finish() {
	slices.Sort(z.ChildNS)
	slices.SortFunc(z.Servers, func(a, b *Server) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.Addr.Compare(b.Addr))
	})
	slices.SortFunc(z.Problems, func(a, b NameServerProblem) int { return cmp.Compare(a.Server, b.Server) })
}

package resolver

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/miekg/dns"

	"dns01/resolver/defect"
)

// A ServerAddr is one address of one name server.
type ServerAddr struct {
	Name string
	Addr netip.Addr
	Glue bool // came with the referral
}

// A Problem is why a name server name, or a lookup, led nowhere.
type Problem string

// The kinds of problems.
const (
	ProblemNone      Problem = ""
	ProblemNXDomain  Problem = "nxdomain"
	ProblemNoAddress Problem = "no-address"
	ProblemFailed    Problem = "failed" // no server gave a usable answer
	ProblemTimeout   Problem = "timeout"
	ProblemCyclic    Problem = "cyclic"
	ProblemLimit     Problem = "limit"
	ProblemRestarts  Problem = "restarts"  // too many aliases in a row
	ProblemCase      Problem = "case"      // letter case lost, and then replies that differ
	ProblemNotAsked  Problem = "not-asked" // the run ended, or no route
)

// A HostAddrs is what was found of a name server's addresses.
type HostAddrs struct {
	Addrs   []netip.Addr
	Aliases []Alias // its name is an alias (RFC 2181 §10.3 forbids it)
	Problem Problem // set when Addrs is empty
}

type addresses struct{ servers []ServerAddr }

// HostAddrs looks up the A and AAAA records of a name server of zone.
func (c *Client) HostAddrs(ctx context.Context, name, zone string) HostAddrs {
	return c.hostAddrs(ctx, name, route{targets: c.targetsOf(zone)}.to(zone))
}

func (c *Client) hostAddrs(ctx context.Context, name string, rt route) HostAddrs {
	var r [2]Resolution
	var wg sync.WaitGroup
	for i, t := range []uint16{dns.TypeA, dns.TypeAAAA} {
		defect.Go(ctx, &wg, func() { r[i] = c.lookup(ctx, name, t, rt) })
	}
	wg.Wait()
	var h HostAddrs
	for i, res := range r {
		if res.Problem == ProblemCyclic && InZone(canonical(name), rt.zones[len(rt.zones)-1]) {
			r[i].Answer = c.fromParent(ctx, name, res.Type, rt)
		}
	}
	for _, r := range r {
		if len(r.Aliases) > 0 {
			h.Aliases = r.Aliases
		}
		n := 0
		for _, rr := range r.Answer {
			if a := addrOf(rr); a.IsValid() && n < maxAddrs && !slices.Contains(h.Addrs, a) {
				h.Addrs = append(h.Addrs, a)
				n++
			}
		}
	}
	h.Addrs = c.strip(h.Addrs)
	if len(h.Addrs) == 0 {
		h.Problem = problemOf(r[0], r[1])
	}
	return h
}

// fromParent asks the zone above the one that a name server's name is in, and
// whose servers are being looked for: they may have the address as glue and
// not have sent it (Unbound's last resort).
func (c *Client) fromParent(ctx context.Context, name string, qtype uint16, rt route) []dns.RR {
	d := c.Deepest(name)
	if d.Parent == "" {
		return nil
	}
	up := c.delegation(d.Parent)
	servers := glued(up)
	if len(servers) == 0 && !rt.has(up.Zone) {
		servers, _ = c.addressesOf(ctx, up, rt)
	}
	s := c.descend(ctx, up, servers, name, qtype)
	if len(s.Answers) == 0 {
		return nil
	}
	last := s.Answers[len(s.Answers)-1]
	if r := Read(up.Zone, last); r.Kind == Answered {
		return r.Records
	}
	if last.Msg == nil || s.Child == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(last.Msg.Extra), func(rr dns.RR) bool {
		return rr.Header().Rrtype != qtype || canonical(rr.Header().Name) != canonical(name)
	})
}

// strip leaves of each family only the special-purpose addresses when there
// is one: a CA's resolver drops an address record set that holds one, whole
// (Unbound's private-address).
func (c *Client) strip(addrs []netip.Addr) []netip.Addr {
	special := [2]bool{}
	for _, a := range addrs {
		if c.Special(a) != "" {
			special[family(a)] = true
		}
	}
	return slices.DeleteFunc(addrs, func(a netip.Addr) bool {
		return special[family(a)] && c.Special(a) == ""
	})
}

// problemOf says why neither family has an address.
func problemOf(v4, v6 Resolution) Problem {
	switch p := worst(v4.Problem, v6.Problem); {
	case p != ProblemNone:
		return p
	case v4.Rcode == dns.RcodeNameError || v6.Rcode == dns.RcodeNameError:
		return ProblemNXDomain
	}
	return ProblemNoAddress
}

// worst returns the first problem by weight: what could not be seen outweighs
// what was seen to fail.
func worst(ps ...Problem) Problem {
	for _, p := range []Problem{
		ProblemNotAsked, ProblemCyclic, ProblemLimit, ProblemRestarts, ProblemTimeout, ProblemFailed,
		ProblemCase, ProblemNXDomain, ProblemNoAddress,
	} {
		if slices.Contains(ps, p) {
			return p
		}
	}
	return ProblemNone
}

// Addresses returns the addresses of the servers of d: glue where the parent
// gave it, looked up otherwise.
func (c *Client) Addresses(ctx context.Context, d *Delegation) []ServerAddr {
	servers, _ := c.addressesOf(ctx, d, route{targets: c.targetsOf(d.Zone)})
	return servers
}

// targetsOf counts the name servers looked up for the sake of a zone, whoever
// asks for them.
func (c *Client) targetsOf(zone string) *atomic.Int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.targets[zone]
	if !ok {
		n = new(atomic.Int32)
		c.targets[zone] = n
	}
	return n
}

// addressesOf returns the addresses, or why there are none.
func (c *Client) addressesOf(ctx context.Context, d *Delegation, rt route) ([]ServerAddr, Problem) {
	servers := glued(d)
	if rt.has(d.Zone) {
		return servers, ProblemCyclic // they are being looked for already
	}
	c.mu.Lock()
	known, ok := c.addresses[d.Zone]
	c.mu.Unlock()
	if ok {
		return known.servers, ProblemNone
	}
	why := ProblemNone
	if len(servers) == 0 {
		servers, why = c.glueless(ctx, d, rt.to(d.Zone))
	}
	if len(servers) > 0 {
		c.mu.Lock()
		c.addresses[d.Zone] = addresses{servers}
		c.mu.Unlock()
	}
	return servers, why
}

func glued(d *Delegation) []ServerAddr {
	var servers []ServerAddr
	for _, ns := range d.NS {
		for _, a := range ns.Glue {
			servers = append(servers, ServerAddr{ns.Name, a, true})
		}
	}
	return servers
}

// unglued is the delegation without the name servers whose addresses came with
// it.
func (d *Delegation) unglued() *Delegation {
	bare := *d
	bare.NS = slices.DeleteFunc(slices.Clone(d.NS), func(ns NameServer) bool { return len(ns.Glue) > 0 })
	return &bare
}

// seenGlue returns the addresses that any parent has given for the name
// servers of d.
func (c *Client) seenGlue(d *Delegation) []ServerAddr {
	c.mu.Lock()
	defer c.mu.Unlock()
	var servers []ServerAddr
	for _, ns := range d.NS {
		for _, a := range c.glue[ns.Name] {
			servers = append(servers, ServerAddr{ns.Name, a, true})
		}
	}
	return servers
}

// glueless looks up the name servers of d side by side, and says why none has
// an address. Names below the zone itself cannot be found this way: their
// addresses are in the zone.
func (c *Client) glueless(ctx context.Context, d *Delegation, rt route) ([]ServerAddr, Problem) {
	found := make([][]ServerAddr, min(len(d.NS), maxGlueless))
	problems := make([]Problem, len(found))
	var wg sync.WaitGroup
	for i := range found {
		ns := d.NS[i]
		if !rt.spend() {
			problems[i] = ProblemLimit
			continue
		}
		c.Prefer(ns.Name, dns.TypeA)
		defect.Go(ctx, &wg, func() {
			h := c.hostAddrs(ctx, ns.Name, rt)
			problems[i] = h.Problem
			for _, a := range h.Addrs {
				found[i] = append(found[i], ServerAddr{ns.Name, a, false})
			}
		})
	}
	wg.Wait()
	return slices.Concat(found...), worst(problems...)
}

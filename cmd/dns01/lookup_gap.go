package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"dns01/resolver"
	"dns01/resolver/dnssec"
)

// gap is a sentence that says why the answer could not be looked for from
// here, or "" when it is one that a CA's resolver would give too. whole is the
// context of the program, run that of the lookup.
func (o lookupOptions) gap(whole, run context.Context, c *resolver.Client, n *notes, r dnssec.Response, v dnssec.Verdict) string {
	switch {
	case whole.Err() != nil:
		return "interrupted before there was an answer"
	case run.Err() != nil:
		return fmt.Sprintf("the deadline of %s passed before there was an answer; --deadline gives more time", o.deadline)
	case !r.Failed && v.Reason != dnssec.LookupFailed:
		return ""
	}
	v4, v6 := c.Network()
	switch {
	case v4 == "works" || v6 == "works":
		return n.outOfReach(c, v4 == "none", v6 == "none")
	case v4 == "silent" || v6 == "silent":
		return "no server answered, the root servers neither; is DNS over port 53 let out of this network?"
	case v4 == "none" || v6 == "none":
		return "this host has no route to the root servers; is it connected?"
	}
	return "no root server could be asked: all have private or special addresses (--allow-private asks them), or ones of a family that is switched off"
}

// outOfReach is the sentence for servers of a zone that a CA would ask and
// that this run cannot: all their addresses are of a family that is switched
// off or has no route from here.
func (n *notes) outOfReach(c *resolver.Client, no4, no6 bool) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.hops {
		if h.Reading.Kind.Usable() {
			continue
		}
		addrs := n.addresses(c.Deepest(h.Zone))
		off := func(a netip.Addr) bool { return c.Off(a) || a.Is4() && no4 || !a.Is4() && no6 }
		addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return c.Special(a) != "" })
		if len(addrs) > 0 && !slices.ContainsFunc(addrs, func(a netip.Addr) bool { return !off(a) }) {
			return fmt.Sprintf("the servers of %s have addresses only of a family that this run cannot use, such as %s; a CA can", h.Zone, addrs[0])
		}
	}
	return ""
}

// addresses are those seen for the name servers of a delegation.
func (n *notes) addresses(d *resolver.Delegation) []netip.Addr {
	var addrs []netip.Addr
	for _, ns := range d.NS {
		addrs = append(addrs, ns.Glue...)
		for a, names := range n.names {
			if slices.Contains(names, ns.Name) && !slices.Contains(addrs, a) {
				addrs = append(addrs, a)
			}
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return addrs
}

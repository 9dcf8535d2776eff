package main

import (
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// A cache is a recursive resolver that --resolvers can name.
type cache struct {
	id    string
	addrs []netip.AddrPort
	local bool // the resolver that this host is configured to use
}

// publicCaches are the public resolvers, then those of this host, in the order
// in which they are asked.
func publicCaches() []cache {
	var cs []cache
	for _, r := range known.Resolvers() {
		c := cache{id: r.ID}
		for _, a := range r.Addrs {
			if addr, err := netip.ParseAddr(a); err == nil {
				c.addrs = append(c.addrs, netip.AddrPortFrom(addr, 53))
			}
		}
		cs = append(cs, c)
	}
	return append(cs, cache{id: "local", addrs: configured("/etc/resolv.conf"), local: true})
}

// configured are the resolvers of a resolv.conf; none when there is no such
// file.
func configured(file string) []netip.AddrPort {
	f, err := openRegular(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	return configuredIn(io.LimitReader(f, maxResolvConf))
}

// maxResolvConf is how much of a resolv.conf is read, in octets.
const maxResolvConf = 1 << 16

func configuredIn(r io.Reader) []netip.AddrPort {
	conf, err := dns.ClientConfigFromReader(r)
	if err != nil {
		return nil
	}
	port, err := strconv.ParseUint(conf.Port, 10, 16)
	if err != nil {
		return nil
	}
	var addrs []netip.AddrPort
	for _, s := range conf.Servers {
		if a, err := netip.ParseAddr(s); err == nil {
			addrs = append(addrs, netip.AddrPortFrom(a, uint16(port)))
		}
	}
	return addrs
}

// caches reads --resolvers: short names, addresses, or none. Unless it is
// given, every cache of the world is asked.
func (f *flags) caches(w world, s settings) ([]survey.Resolver, error) {
	if f.noCaches {
		if f.resolvers != "" && f.resolvers != "none" && !f.fromEnv["resolvers"] {
			return nil, usagef("%s and --resolvers contradict each other; give one of them", f.source("no-caches"))
		}
		return nil, nil
	}
	switch f.resolvers {
	case "none":
		return nil, nil
	case "":
		var all []survey.Resolver
		for _, c := range w.caches() {
			all = append(all, c.resolvers(s)...)
		}
		return all, nil
	}
	var chosen []survey.Resolver
	for _, word := range strings.FieldsFunc(f.resolvers, func(r rune) bool { return r == ',' || r == ' ' }) {
		rs, err := f.cache(word, w, s)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, rs...)
	}
	if len(chosen) == 0 {
		return nil, usagef("%s %q names no resolver; write none to ask none", f.source("resolvers"), f.resolvers)
	}
	return chosen, nil
}

// cache reads one word of the list.
func (f *flags) cache(word string, w world, s settings) ([]survey.Resolver, error) {
	var ids []string
	for _, c := range w.caches() {
		if strings.EqualFold(c.id, word) {
			return c.named(s), nil
		}
		ids = append(ids, c.id)
	}
	if strings.Contains(word, "://") {
		r, err := f.encrypted(word, w)
		return []survey.Resolver{r}, err
	}
	addr, err := cacheAddr(word)
	if err != nil {
		return nil, usagef("%s %q is neither an address, as in 9.9.9.9 or 192.0.2.1#5353, nor one of %s, none", f.source("resolvers"), word, strings.Join(ids, ", "))
	}
	return []survey.Resolver{{Name: word, Addr: addr}}, nil
}

// cacheAddr reads an address with or without "#port".
func cacheAddr(word string) (netip.AddrPort, error) {
	host, port, found := strings.Cut(word, "#")
	if !found {
		port = "53"
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addr, uint16(n)), nil
}

// named is resolvers for a cache that the user has named. This host's own may
// then be looked through where no other DNS leaves the network.
func (c cache) named(s settings) []survey.Resolver {
	rs := c.resolvers(s)
	for i := range rs {
		rs[i].Around = c.local
	}
	return rs
}

// resolvers are what to ask of a cache: the first address of a family that is
// in use. A host asks its own resolvers in turn, so they stand for one too.
func (c cache) resolvers(s settings) []survey.Resolver {
	for _, a := range c.addrs {
		if a.Addr().Is4() && s.only6 || !a.Addr().Is4() && s.only4 {
			continue
		}
		return []survey.Resolver{{Name: c.id, Addr: a, Local: c.local}}
	}
	return nil
}

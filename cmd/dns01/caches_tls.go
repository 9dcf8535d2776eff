package main

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"

	"dns01/resolver"
	"dns01/resolver/survey"
)

// encrypted reads a resolver that is asked over TLS or HTTPS: tls://HOST,
// with ":PORT" if it is not 853, or an https URL (RFC 7858 §3.1, RFC 8484 §4.1).
func (f *flags) encrypted(word string, w world) (survey.Resolver, error) {
	u, err := url.Parse(word)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "":
		return survey.Resolver{}, usagef("%s %q is no URL of a resolver; write tls://dns.quad9.net or https://dns.quad9.net/dns-query", f.source("resolvers"), word)
	case u.Scheme != "tls" && u.Scheme != "https":
		return survey.Resolver{}, usagef("%s %q is neither tls:// nor https://; for plain DNS write the address alone", f.source("resolvers"), word)
	case u.Scheme == "tls" && (u.Path != "" || u.RawQuery != ""):
		return survey.Resolver{}, usagef("%s %q has a path; only https:// takes one", f.source("resolvers"), word)
	case w.madeUp:
		return survey.Resolver{}, usagef("%s %s lies outside this made-up world; name one of its resolvers, or none", f.source("resolvers"), word)
	}
	r := survey.Resolver{Name: word, Transport: resolver.DoH, Around: true}
	port := "443"
	if u.Scheme == "tls" {
		r.Transport, port = resolver.DoT, "853"
	}
	if p := u.Port(); p != "" {
		port = p
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return r, usagef("%s %q has no port that can be asked", f.source("resolvers"), word)
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		r.Addr = netip.AddrPortFrom(a, uint16(n))
	}
	if r.Transport == resolver.DoT {
		r.Exchanger = &resolver.TLSServer{Addr: net.JoinHostPort(u.Hostname(), port)}
	} else {
		r.Exchanger = resolver.NewHTTPSServer(word)
	}
	return r, nil
}

// observed are the caches to ask, with each exchange told to observe, and with
// -v to the user, whatever way it takes.
func (p *program) observed(o options, observe func(resolver.Observation)) []survey.Resolver {
	var rs []survey.Resolver
	for _, r := range o.resolvers {
		if r.Exchanger != nil {
			r.Exchanger = p.watched(r.Exchanger, o.settings, observe)
		}
		rs = append(rs, r)
	}
	return rs
}

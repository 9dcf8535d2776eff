package main

import (
	"context"
	"fmt"
	"net/netip"
	"sync"

	"dns01/report"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// serve lets the servers of a scenario listen on sockets until the context
// ends, so that dig and others can be pointed at them.
func (p *program) serve(ctx context.Context, s *lab.Scenario, addr string) (int, error) {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return 0, usagef("--serve %q is not an address with a port; write 127.0.0.1:5300", addr)
	}
	w, err := s.World()
	if err != nil {
		return 0, err
	}
	name := "example.com"
	if d := demoFlags(); d.parse(s.Target) == nil && d.NArg() > 0 {
		name = d.Arg(0)
	}
	var once sync.Once
	announce := func(e lab.Endpoint) {
		once.Do(func() { p.tellHow(s, e, name) })
		fmt.Fprintf(p.stdout, "%-24s %-20s %s\n", e.Host, e.Addr, e.Listen)
	}
	if err := w.Serve(ctx, at.Addr().String(), int(at.Port()), announce); err != nil {
		return 0, fmt.Errorf("serving %s: %w", s.Name, err)
	}
	return statusOK, nil
}

// tellHow begins the table of endpoints, with a question to try.
func (p *program) tellHow(s *lab.Scenario, e lab.Endpoint, name string) {
	dig := report.Dig(survey.Exchange{Addr: e.Listen, Transport: "udp", Name: name, Type: "SOA", EDNS: true})
	fmt.Fprintf(p.stdout, "World %s listens until it is interrupted. For example:\n\n  %s\n\n", s.Name, dig)
	fmt.Fprintf(p.stdout, "%-24s %-20s %s\n", "HOST", "ADDRESS", "LISTENS AT")
}

package lab

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"dns01/resolver"
)

// network is the way from the asking host to the servers.
type network struct {
	noIPv6, noNetwork          spans
	udp53Blocked, tcp53Blocked spans
	udp53Intercepted           spans // by the local cache
	roundTrip                  time.Duration
}

// defaultRoundTrip is the time from a query to its answer unless a scenario
// says otherwise.
const defaultRoundTrip = 10 * time.Millisecond

// A span is a time counted from the start of the world; until 0 is for ever.
type span struct{ after, until time.Duration }

// spans are the times at which something holds.
type spans []span

// at reports whether it holds at a time.
func (s spans) at(t time.Duration) bool {
	for _, x := range s {
		if t >= x.after && (x.until == 0 || t < x.until) {
			return true
		}
	}
	return false
}

// read takes one line of the network section.
func (n *network) read(words []string) error {
	if words[0] == "rtt" && len(words) == 2 {
		d, err := parseDuration(words[1])
		n.roundTrip = d
		return err
	}
	holds := n.named(words[0])
	if holds == nil {
		return fmt.Errorf("unknown word %q", words[0])
	}
	x, err := readSpan(words[1:])
	*holds = append(*holds, x)
	return err
}

func (n *network) named(word string) *spans {
	switch word {
	case "no-ipv6":
		return &n.noIPv6
	case "no-network":
		return &n.noNetwork
	case "udp53-blocked":
		return &n.udp53Blocked
	case "udp53-intercepted":
		return &n.udp53Intercepted
	case "tcp53-blocked":
		return &n.tcp53Blocked
	}
	return nil
}

// readSpan takes after=DURATION and until=DURATION.
func readSpan(words []string) (x span, err error) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "after":
			x.after, err = parseDuration(value)
		case "until":
			x.until, err = parseDuration(value)
		default:
			return x, fmt.Errorf("unknown word %q", w)
		}
		if err != nil {
			return x, err
		}
	}
	return x, nil
}

// all are the times of everything that the network does.
func (n network) all() spans {
	var all spans
	for _, s := range []spans{n.noIPv6, n.noNetwork, n.udp53Blocked, n.tcp53Blocked, n.udp53Intercepted} {
		all = append(all, s...)
	}
	return all
}

// cutOff reports whether the asking host has no way to an address.
func (n network) cutOff(a netip.Addr, at time.Duration) bool {
	return n.noNetwork.at(at) || a.Is6() && n.noIPv6.at(at)
}

// blocks reports whether the asking network does not let a query out. Its own
// resolver is inside.
func (n network) blocks(s *server, q resolver.Query, at time.Duration) bool {
	if s.local || q.Server.Port() != port {
		return false
	}
	return q.Transport == resolver.UDP && n.udp53Blocked.at(at) || q.Transport == resolver.TCP && n.tcp53Blocked.at(at)
}

// intercepts reports whether the asking network answers a query itself.
func (n network) intercepts(s *server, q resolver.Query, at time.Duration) bool {
	return q.Transport == resolver.UDP && q.Server.Port() == port && (s == nil || !s.local) && n.udp53Intercepted.at(at)
}

package rpl

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A Config is how the resolver is set up.
type Config struct {
	Options map[string][]string // all values of an option, in order
	Zones   []Zone
	// Deckard is set for a file of Knot Resolver's: servers that have nothing
	// to say answer SERVFAIL there, and are silent in Unbound's.
	Deckard bool
}

// A Zone is one whose servers are not found by way of the root.
type Zone struct {
	Kind  string // stub-zone, forward-zone, auth-zone, rpz, view
	Name  string
	Addrs []netip.Addr
	Hosts []string
}

// Roots are the addresses of the root servers.
func (c *Config) Roots() []netip.Addr {
	for _, z := range c.Zones {
		if z.Kind == "stub-zone" && z.Name == "." {
			return z.Addrs
		}
	}
	return nil
}

// Anchors are the trust anchors. A file may bring one that cannot be read.
func (c *Config) Anchors() ([]dns.RR, error) {
	var out []dns.RR
	for _, s := range c.Options["trust-anchor"] {
		rr, err := parseRecord(s, ".")
		if err != nil || rr == nil {
			return nil, fmt.Errorf("trust anchor %q: %v", s, err)
		}
		out = append(out, rr)
	}
	return out, nil
}

// Now is the moment against which signatures are held; ok is false when that
// is the moment of the test.
func (c *Config) Now() (now time.Time, ok bool) {
	for _, option := range []string{"val-override-date", "val-override-timestamp"} {
		for _, s := range c.Options[option] {
			if t, err := time.Parse("20060102150405", s); err == nil {
				return t, true
			}
			if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
				return time.Unix(n, 0).UTC(), true
			}
		}
	}
	return time.Time{}, false
}

// Is reports whether the last value of an option is the one given.
func (c *Config) Is(option, value string) bool {
	v := c.Options[option]
	return len(v) > 0 && v[len(v)-1] == value
}

// parseConfig reads all that comes before CONFIG_END.
func parseConfig(lines []string) Config {
	c := Config{Options: map[string][]string{}, Deckard: true}
	var zone *Zone
	for _, line := range lines {
		key, value := cutOption(line)
		switch {
		case key == "":
		case value == "":
			c.Deckard = false
			zone = nil
			if key != "server" {
				c.Zones = append(c.Zones, Zone{Kind: key})
				zone = &c.Zones[len(c.Zones)-1]
			}
		case zone != nil && key == "name":
			zone.Name = dns.CanonicalName(value)
		case strings.HasSuffix(key, "-addr") || zone != nil && strings.HasSuffix(key, "-host"):
			if zone == nil {
				c.Zones = append(c.Zones, Zone{Kind: "stub-zone", Name: "."})
				zone = &c.Zones[len(c.Zones)-1]
			}
			zone.add(value)
		default:
			c.Options[key] = append(c.Options[key], value)
		}
	}
	return c
}

func (z *Zone) add(server string) {
	bare, _, _ := strings.Cut(server, "@")
	if a, err := netip.ParseAddr(bare); err == nil {
		z.Addrs = append(z.Addrs, a)
		return
	}
	z.Hosts = append(z.Hosts, dns.CanonicalName(server))
}

// cutOption splits a line of the configuration. Comments begin with a hash, or
// with a semicolon at the beginning.
func cutOption(line string) (key, value string) {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == ';' || line[0] == '#' {
		return "", ""
	}
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return "", ""
	}
	value = strings.TrimSpace(value)
	if rest, ok := strings.CutPrefix(value, `"`); ok {
		value, _, _ = strings.Cut(rest, `"`)
		if value == "" {
			value = `""` // empty, and not a heading
		}
		return key, value
	}
	value, _, _ = strings.Cut(value, "#")
	return key, strings.TrimSpace(value)
}

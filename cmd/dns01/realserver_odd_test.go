//go:build linux

package main_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// Servers that are set up otherwise than the ordinary ones, or that have a
// firewall before them.
var (
	nsdDefault  = nsdWith("")
	bindDrops   = bindWith("rate-limit { responses-per-second 4; slip 0; };")
	bindSlips   = bindWith("rate-limit { responses-per-second 4; slip 1; };")
	nsdLimits   = nsdWith("  rrl-ratelimit: 4\n  rrl-whitelist-ratelimit: 4\n  rrl-slip: 0\n")
	knotSlips   = knotWith("mod-rrl:\n  - id: limit\n    rate-limit: 4\n    slip: 1\n", "    global-module: mod-rrl/limit\n")
	knotCookies = knotWith("mod-cookies:\n  - id: strict\n    secret-lifetime: 10\n", "    module: mod-cookies/strict\n")
	bindSmall   = bindWith("max-udp-size 512;")
	bindLarge   = bindWith("max-udp-size 4096; edns-udp-size 4096;")
	bindStrict  = bindWith("require-server-cookie yes;")
	acmeDNS     = software{"like-acme-dns", func(_ *testing.T, _ string, addrs []netip.Addr, zones []zoneFile) []string {
		args := []string{netip.AddrPortFrom(addrs[0], 53).String()}
		for _, z := range zones {
			args = append(args, z.path, z.name)
		}
		return args
	}}
	bindMinimal = bindWith("minimal-responses yes; minimal-any yes;")
)

// oddHosts are them.
var oddHosts = []host{
	newHost("default-nsd", "10.53.4.1", "fd53::4:1", &nsdDefault),
	newHost("bind-drops", "10.53.4.2", "fd53::4:2", &bindDrops),
	newHost("bind-slips", "10.53.4.3", "fd53::4:3", &bindSlips),
	newHost("nsd-limits", "10.53.4.4", "fd53::4:4", &nsdLimits),
	newHost("knot-slips", "10.53.4.5", "fd53::4:5", &knotSlips),
	newHost("bind-small", "10.53.4.6", "fd53::4:6", &bindSmall),
	newHost("bind-large", "10.53.4.7", "fd53::4:7", &bindLarge),
	newHost("cookies", "10.53.4.8", "fd53::4:8", &bindStrict),
	newHost("minimal", "10.53.4.9", "fd53::4:9", &bindMinimal),
	newHost("tcp-refused", "10.53.4.10", "fd53::4:10", &nsd),
	newHost("tcp-dropped", "10.53.4.11", "fd53::4:11", &knot),
	newHost("edns-dropped", "10.53.4.12", "fd53::4:12", &nsd),
	newHost("over512-lost", "10.53.4.13", "fd53::4:13", &knot),
	newHost("elsewhere", "10.53.4.14", "fd53::4:14", &nsd),
	newHost("caa-dropped", "10.53.4.15", "fd53::4:15", &nsd),
	newHost("acme", "10.53.4.17", "fd53::4:17", &acmeDNS),
	newHost("knot-cookies", "10.53.4.16", "fd53::4:16", &knotCookies),
}

// oddRules are the firewalls before them. In a query the count of additional
// records (RFC 1035 §4.1.1) is 10 octets behind the UDP header, and the type
// follows the name, which is that of the zone.
func oddRules() string {
	behindName := 8 * (8 + 12 + len("caa-dropped.com") + 2)
	return fmt.Sprintf(`
table inet firewall {
	chain input {
		type filter hook input priority filter
		ip daddr 10.53.4.10 tcp dport 53 reject with tcp reset
		ip daddr 10.53.4.11 tcp dport 53 drop
		ip daddr 10.53.4.12 udp dport 53 @th,144,16 1 drop
		ip daddr 10.53.4.15 udp dport 53 @th,%d,16 257 drop
	}
	chain output {
		type filter hook output priority filter
		ip saddr 10.53.4.13 udp sport 53 udp length > 520 drop
		ip saddr 10.53.4.7 udp sport 53 udp length > 1240 drop
		ip saddr 10.53.4.14 udp sport 53 ip saddr set 10.53.4.15
	}
}
`, behindName)
}

// oddAddresses are the address records of odd hosts.
func oddAddresses() string {
	var s strings.Builder
	for _, h := range oddHosts {
		fmt.Fprintf(&s, "%s A %s\n", h.name, h.ipv4)
	}
	return s.String()
}

// oddZones are two for each odd host: with an ordinary neighbour under com,
// and alone under org.
var oddZones = func() (all []zone) {
	for _, h := range oddHosts {
		records := issue + challengeRecords(values(h.name, oddValues(h.name)))
		neighbour := "bind"
		if h.program == "named" {
			neighbour = "knot"
		}
		all = append(all,
			zone{name: h.name + ".com", on: []string{h.name, neighbour}, records: records},
			zone{name: h.name + ".org", on: []string{h.name}, records: records})
	}
	return all
}()

// oddValues is how many values stand at the challenge name of a host's zones.
func oddValues(host string) int {
	switch host {
	case "bind-small", "over512-lost":
		return 12 // more than 512 octets, less than 1232
	case "bind-large":
		return 30
	}
	return 1
}

// An oddCase is a zone, how it is probed, and what comes of it.
type oddCase struct {
	name, probe, verdict string
	findings             []string // as those of a signedCase
}

var oddCases = []oddCase{
	// In order, though set up with care.
	{"default-nsd.com", "default", "ready", nil},
	{"default-nsd.org", "deep", "ready", nil},
	{"acme.com", "default", "ready", []string{"note negative-answer-malformed: acme"}},
	{"acme.org", "deep", "ready", []string{"note negative-answer-malformed: acme", "note nxdomain-for-existing-name: acme"}},
	{"cookies.com", "default", "ready", nil},
	{"cookies.org", "deep", "ready", nil},
	{"knot-cookies.com", "default", "ready", nil},
	{"knot-cookies.org", "deep", "ready", nil},
	{"minimal.com", "default", "ready", nil},
	{"minimal.org", "deep", "ready", nil},

	// Limits of rate: a check stays below them, unless it looks for them.
	{"bind-drops.com", "default", "ready", nil},
	{"bind-drops.org", "deep", "at_risk", []string{"warning rate-limited: bind-drops"}},
	{"bind-slips.com", "default", "ready", nil},
	{"bind-slips.org", "deep", "ready", []string{"note rate-limited: bind-slips"}},
	{"nsd-limits.com", "default", "ready", nil},
	{"nsd-limits.org", "deep", "at_risk", []string{"warning rate-limited: nsd-limits"}},
	{"knot-slips.com", "default", "ready", nil},

	// Sizes.
	{"bind-small.com", "default", "ready", []string{"note answer-truncated-early: bind-small"}},
	{"bind-small.org", "deep", "ready", []string{"note answer-truncated-early: bind-small"}},
	{"bind-large.com", "default", "ready", []string{"note challenge-needs-tcp"}},
	{"bind-large.org", "deep", "ready", []string{"note challenge-needs-tcp", "note fragments-lost: bind-large"}},
	{"over512-lost.com", "default", "at_risk", []string{"warning fragments-lost: over512-lost"}},
	{"over512-lost.org", "deep", "blocked", []string{"error fragments-lost: over512-lost"}},

	// Firewalls and address translation.
	{"tcp-refused.com", "default", "ready", []string{"note tcp-unavailable: tcp-refused"}},
	{"tcp-refused.org", "deep", "ready", []string{"note tcp-unavailable: tcp-refused"}},
	{"tcp-dropped.com", "default", "ready", []string{"note tcp-unavailable: tcp-dropped"}},
	{"tcp-dropped.org", "deep", "ready", []string{"note tcp-unavailable: tcp-dropped"}},
	{"edns-dropped.com", "default", "at_risk", []string{"warning edns-dropped: edns-dropped"}},
	{"edns-dropped.org", "deep", "blocked", []string{
		"error edns-dropped: edns-dropped",
		"error caa-lookup-timeout because edns-dropped: edns-dropped",
	}},
	{"elsewhere.com", "default", "at_risk", []string{"warning answer-from-wrong-address: elsewhere"}},
	{"elsewhere.org", "deep", "blocked", []string{
		"error answer-from-wrong-address: elsewhere",
		"error caa-lookup-timeout because answer-from-wrong-address: elsewhere",
	}},
	{"caa-dropped.com", "default", "at_risk", []string{"warning type-mishandled: caa-dropped"}},
	{"caa-dropped.org", "deep", "blocked", []string{
		"error type-mishandled: caa-dropped",
		"error caa-lookup-timeout because type-mishandled: caa-dropped",
	}},
}

// mute reports whether nothing that a zone's servers say is heard, so that how
// many they are is not known.
func mute(zone string) bool { return zone == "edns-dropped.org" || zone == "elsewhere.org" }

// oddChecks are what the ordinary plan and the whole one find out. A whole
// plan takes seconds, most of them pauses: all run at once.
func oddChecks(t *testing.T, checking func(args []string) preflight) {
	type result struct {
		got     outcome
		details string
		err     error
	}
	checks := make([]preflight, len(oddCases))
	for i, tt := range oddCases {
		args := []string{tt.name, "--probe", tt.probe}
		host := tt.name[:len(tt.name)-len(".com")]
		for _, v := range values(host, oddValues(host)) {
			args = append(args, "--value", v)
		}
		first := make(chan result, 1)
		go func() {
			defer close(first)
			got, details, err := checking(args)()
			first <- result{got, details, err}
		}()
		checks[i] = func() (outcome, string, error) {
			if r, is := <-first; is {
				return r.got, r.details, r.err
			}
			return checking(args)()
		}
	}
	for i, tt := range oddCases {
		t.Run(tt.name+" "+tt.probe, func(t *testing.T) {
			want := signedCase{tt.name, tt.verdict, tt.findings}.want()
			if mute(tt.name) {
				want.Findings = slices.DeleteFunc(want.Findings, func(f string) bool { return strings.Contains(f, "delegation-single-server") })
			}
			comesTo(t, want, checks[i])
		})
	}
}

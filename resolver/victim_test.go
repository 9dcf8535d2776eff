package resolver_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/survey"
)

// A victim is somebody whose addresses a hostile zone names as its own, or to
// whose names it leads. What reaches him is counted.
type victim struct {
	name  string
	each  int                                // most packets to one address of his
	total int                                // and to all of them
	zone  func(q resolver.Query, m *dns.Msg) // what the hostile servers say
	only  string                             // conduct that costs most; "" to try all
}

// The roles of addresses in a hostile world: everything in 8/8 is hostile,
// everything in 9/8 a victim's.
func isVictim(a netip.Addr) bool { return a.Is4() && a.As4()[0] == 9 }

// conducts are what his servers do with what they did not ask for.
var conducts = map[string]func(m *dns.Msg) bool{
	"says nothing": func(m *dns.Msg) bool { return false },
	"refuses":      func(m *dns.Msg) bool { m.Rcode = dns.RcodeRefused; return true },
	"has no EDNS":  func(m *dns.Msg) bool { m.Rcode = dns.RcodeFormatError; return true },
	"fails":        func(m *dns.Msg) bool { m.Rcode = dns.RcodeServerFailure; return true },
	"truncates":    func(m *dns.Msg) bool { m.Truncated = true; return true },
}

func hashOf(parts ...any) uint32 {
	h := fnv.New32a()
	fmt.Fprint(h, parts...)
	return h.Sum32()
}

func a(name string, ip ...byte) dns.RR {
	return &dns.A{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: ip}
}

func alias(name, target string) dns.RR {
	return &dns.CNAME{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60}, Target: target}
}

var victims = []victim{
	{
		name: "glue for one address", each: 110, total: 110,
		zone: func(q resolver.Query, m *dns.Msg) {
			for i := range 20 {
				ns := fmt.Sprintf("n%d.example.com.", i)
				refer(m, "example.com.", ns)
				m.Extra = append(m.Extra, a(ns, 9, 9, 9, 9))
			}
		},
	},
	{
		name: "glue for a network", each: 40, total: 1850,
		zone: func(q resolver.Query, m *dns.Msg) {
			for i := range 20 {
				ns := fmt.Sprintf("n%d.example.com.", i)
				refer(m, "example.com.", ns)
				for x := range 8 {
					m.Extra = append(m.Extra, a(ns, 9, 9, byte(x), byte(i)))
				}
			}
		},
	},
	{
		// Every name is a zone of its own on the victim's servers.
		name: "a cut at every label", each: 110, total: 110,
		zone: func(q resolver.Query, m *dns.Msg) {
			labels := dns.SplitDomainName(strings.ToLower(m.Question[0].Name))
			refer(m, strings.Join(labels, ".")+".", "n.example.net.")
			m.Extra = append(m.Extra, a("n.example.net.", 9, 9, 9, 9))
		},
	},
	{
		// Each of forty servers leads each question to another name.
		name: "a fan of aliases into his zone", each: 160, total: 320,
		zone: func(q resolver.Query, m *dns.Msg) {
			name := m.Question[0].Name
			if strings.HasSuffix(strings.ToLower(name), ".victim.net.") {
				for i := range 2 {
					ns := fmt.Sprintf("n%d.victim.net.", i)
					refer(m, "victim.net.", ns)
					m.Extra = append(m.Extra, a(ns, 9, 9, 9, byte(i)))
				}
				return
			}
			if q.Server.Addr().As4()[0] != 8 {
				ownServers(m)
				return
			}
			m.Authoritative = true
			m.Answer = append(m.Answer, alias(name, fmt.Sprintf("x%d.victim.net.", hashOf(strings.ToLower(name), q.Server, m.Question[0].Qtype))))
		},
	},
	{
		// The same, through names of his own that lead on.
		name: "a fan of aliases that goes on", each: 160, total: 160,
		zone: func(q resolver.Query, m *dns.Msg) {
			name := m.Question[0].Name
			if strings.HasSuffix(strings.ToLower(name), ".victim.net.") {
				refer(m, "victim.net.", "n.victim.net.")
				m.Extra = append(m.Extra, a("n.victim.net.", 9, 9, 9, 9))
				return
			}
			if q.Server.Addr().As4()[0] != 8 {
				ownServers(m)
				return
			}
			m.Authoritative = true
			x := hashOf(strings.ToLower(name), q.Server, m.Question[0].Qtype)
			if x%2 == 0 {
				m.Answer = append(m.Answer, alias(name, fmt.Sprintf("x%d.example.com.", x)))
				return
			}
			m.Answer = append(m.Answer, alias(name, fmt.Sprintf("x%d.victim.net.", x)))
		},
	},
	{
		// NXNSAttack: names of servers in his zone that are not there.
		name: "servers that are named in his zone", each: 90, total: 90,
		zone: func(q resolver.Query, m *dns.Msg) {
			name := strings.ToLower(m.Question[0].Name)
			if strings.HasSuffix(name, ".victim.net.") {
				refer(m, "victim.net.", "n.victim.net.")
				m.Extra = append(m.Extra, a("n.victim.net.", 9, 9, 9, 9))
				return
			}
			labels := dns.SplitDomainName(name)
			var ns []string
			for i := range 40 {
				ns = append(ns, fmt.Sprintf("n%d-%d.victim.net.", i, len(labels)))
			}
			refer(m, "example.com.", ns...)
		},
	},
	{
		// Each alias leads into a network of his that no other leads to: what a
		// run may ask in all is the bound.
		name: "aliases into many networks", each: 25, total: 4300, only: "fails",
		zone: aliasesIntoNetworks(),
	},
	{
		// The same with a cut at every label, and servers that lead on.
		name: "cuts into many networks", each: 50, total: 4650, only: "fails",
		zone: func(q resolver.Query, m *dns.Msg) {
			depth := 0
			if b := q.Server.Addr().As4(); b[0] == 8 {
				depth = int(b[1])
			}
			labels := dns.SplitDomainName(strings.ToLower(m.Question[0].Name))
			zone := strings.Join(labels[len(labels)-min(2+depth, len(labels)):], ".") + "."
			for i := range 20 {
				m.Extra = append(m.Extra, a(fmt.Sprintf("n%d.%s", i, zone), 8, byte(depth+1), 0, byte(i)))
			}
			network(m, zone, depth)
		},
	},
}

// aliasesIntoNetworks answers each question of each server with an alias into
// another zone. The zones are numbered as they are first seen, so that which of
// them are asked, which is chance, does not say how many share an address.
func aliasesIntoNetworks() func(resolver.Query, *dns.Msg) {
	var mu sync.Mutex
	numbers := map[string]int{}
	return func(q resolver.Query, m *dns.Msg) {
		name := strings.ToLower(m.Question[0].Name)
		if strings.HasSuffix(name, ".net.") {
			labels := dns.SplitDomainName(name)
			zone := strings.Join(labels[len(labels)-2:], ".") + "."
			mu.Lock()
			number, seen := numbers[zone]
			if !seen {
				number = len(numbers)
				numbers[zone] = number
			}
			mu.Unlock()
			network(m, zone, number)
			return
		}
		if q.Server.Addr().As4()[0] != 8 {
			ownServers(m)
			return
		}
		m.Authoritative = true
		m.Answer = append(m.Answer, alias(m.Question[0].Name, fmt.Sprintf("x.v%d.net.", hashOf(name, q.Server, m.Question[0].Qtype))))
	}
}

// network refers to servers of a zone that have as many addresses of the
// victim's as there is room for.
func network(m *dns.Msg, zone string, number int) {
	for i := range 20 {
		ns := fmt.Sprintf("n%d.%s", i, zone)
		refer(m, zone, ns)
		for x := range 8 {
			m.Extra = append(m.Extra, a(ns, 9, byte(number>>8), byte(number), byte(8*i+x)))
		}
	}
}

// counting is a hostile world with a victim, and counts what reaches whom.
type counting struct {
	hostile answering
	conduct func(*dns.Msg) bool

	mu   sync.Mutex
	sent map[netip.Addr]int
}

func (c *counting) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	c.mu.Lock()
	c.sent[q.Server.Addr()]++
	c.mu.Unlock()
	if !isVictim(q.Server.Addr()) {
		return c.hostile.Exchange(ctx, q)
	}
	m := new(dns.Msg)
	if m.SetReply(q.Msg); c.conduct(m) {
		return answering(func(_ resolver.Query, out *dns.Msg) { *out = *m }).Exchange(ctx, q)
	}
	ctx, cancel := q.Context(ctx)
	defer cancel()
	<-ctx.Done()
	return resolver.Reply{}, resolver.Ended(ctx)
}

// to is what reached one of the victim's addresses at most, and all of them.
func (c *counting) to() (most, total int) {
	for addr, n := range c.sent {
		if isVictim(addr) {
			most, total = max(most, n), total+n
		}
	}
	return most, total
}

// Nobody can make us flood somebody else: however a zone is made, a check of
// two deep names in it sends any address a number of packets that is no burden,
// as fast as one that is asked in earnest at most.
func TestVictims(t *testing.T) {
	for _, v := range victims {
		for what, conduct := range conducts {
			if v.only != "" && what != v.only {
				continue
			}
			t.Run(v.name+", who "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { v.suffer(t, conduct) })
			})
		}
	}
}

// Glue does not lead to whom only we can reach: a router, a metadata service,
// this host.
func TestNobodyWithinIsAsked(t *testing.T) {
	within := []string{"127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "64:ff9b::a00:1", "2002:7f00:1::"}
	synctest.Test(t, func(t *testing.T) {
		c := &counting{sent: map[netip.Addr]int{}, hostile: func(q resolver.Query, m *dns.Msg) {
			for i, ip := range within {
				ns := fmt.Sprintf("n%d.example.com.", i)
				refer(m, "example.com.", ns)
				addr := netip.MustParseAddr(ip)
				if addr.Is4() {
					m.Extra = append(m.Extra, a(ns, addr.AsSlice()...))
					continue
				}
				m.Extra = append(m.Extra, &dns.AAAA{Hdr: dns.RR_Header{Name: ns, Rrtype: dns.TypeAAAA, Class: dns.ClassINET}, AAAA: addr.AsSlice()})
			}
		}}
		root := netip.MustParseAddr("198.41.0.4")
		client := resolver.New(resolver.Config{Exchanger: c, Roots: []resolver.Root{{Name: "a.root.", Addrs: []netip.Addr{root}}}})
		survey.Take(t.Context(), survey.Target{Names: []string{"example.com"}}, survey.Options{Client: client, Exchanger: c, Probes: survey.ProbesDefault})
		client.Lookup(t.Context(), "www.example.com", dns.TypeTXT)
		client.Wait()
		if len(c.sent) != 1 || c.sent[root] == 0 {
			t.Errorf("asked: %v", c.sent)
		}
	})
}

func (v victim) suffer(t *testing.T, conduct func(*dns.Msg) bool) {
	c := &counting{hostile: v.zone, conduct: conduct, sent: map[netip.Addr]int{}}
	x := resolver.Pace(c, resolver.DefaultPacing)
	client := resolver.New(resolver.Config{
		Exchanger: x, Rand: rand.New(rand.NewPCG(1, 1)),
		Roots: []resolver.Root{{Name: "a.root.", Addrs: []netip.Addr{netip.MustParseAddr("198.41.0.4")}}},
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	names := []string{"a.b.c.d.e.f.example.com", "*.g.h.example.com"}
	survey.Take(ctx, survey.Target{Names: names}, survey.Options{Client: client, Exchanger: x, Probes: survey.ProbesDefault})
	most, total := c.to()
	t.Logf("%d packets to one address, %d to all", most, total)
	if most > v.each || total > v.total {
		t.Errorf("%d packets to one address of the victim's, %d to all; at most %d and %d are allowed", most, total, v.each, v.total)
	}
	if ctx.Err() != nil {
		t.Error("it has not ended after a minute")
	}
}

// ownServers refers to twenty servers of the attacker, with forty addresses.
func ownServers(m *dns.Msg) {
	for i := range 20 {
		ns := fmt.Sprintf("n%d.example.com.", i)
		refer(m, "example.com.", ns)
		m.Extra = append(m.Extra, a(ns, 8, 8, 8, byte(2*i)), a(ns, 8, 8, 8, byte(2*i+1)))
	}
}

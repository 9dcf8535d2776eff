package lab

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver"
)

// world builds the world of a scenario's text.
func world(t *testing.T, text string) *World {
	t.Helper()
	s, err := Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// A query as tests write it: "udp ADDR NAME TYPE [plain]", EDNS unless plain.
func query(t *testing.T, words string) resolver.Query {
	t.Helper()
	f := strings.Fields(words)
	kind, ok := typeNamed(f[3])
	if !ok {
		t.Fatalf("unknown type in %q", words)
	}
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(f[2]), kind)
	m.RecursionDesired = false
	if len(f) < 5 {
		m.SetEdns0(1232, true)
	}
	return resolver.Query{
		Server:    netip.AddrPortFrom(netip.MustParseAddr(f[1]), 53),
		Transport: resolver.Transport(f[0]),
		Msg:       m,
	}
}

// patience is how long tests wait for a reply, in virtual time.
const patience = 5 * time.Second

// ask puts a query and shows what comes of it.
func ask(t *testing.T, w *World, words string) string {
	t.Helper()
	q := query(t, words)
	q.Timeout = patience
	r, err := w.Exchange(t.Context(), q)
	if err != nil {
		return string(resolver.FailureOf(err))
	}
	return show(r.Msg)
}

// show writes a message as one line for the header and one for each record,
// marked with the first letter of its section.
func show(m *dns.Msg) string {
	var b strings.Builder
	b.WriteString(dns.RcodeToString[m.Rcode])
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"aa", m.Authoritative}, {"tc", m.Truncated}, {"rd", m.RecursionDesired}, {"ra", m.RecursionAvailable},
		{"edns", m.IsEdns0() != nil},
	} {
		if f.set {
			b.WriteString(" " + f.name)
		}
	}
	for i, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			if rr.Header().Rrtype != dns.TypeOPT {
				fmt.Fprintf(&b, "\n%c %s", "ANX"[i], strings.Join(strings.Fields(rr.String()), " "))
			}
		}
	}
	return b.String()
}

// lines joins what a reply should show.
func lines(l ...string) string { return strings.Join(l, "\n") }

func diff(t *testing.T, what, want, got string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// Whoever asks from the root downwards must find the zone: first the referral
// by the root, then by the TLD, then the answer.
func TestWalkByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, `walk
-- servers --
ns1.example.com 192.0.2.1 2001:db8:1::53
ns.dns.example 203.0.113.1
-- zone example.com @ ns1.example.com ns.dns.example --
@ CAA 0 issue "ca.example"
`)
		want := []resolver.Root{
			{Name: "a.root-servers.net", Addrs: addrs("198.51.100.1", "2001:db8:ffff::1")},
			{Name: "b.root-servers.net", Addrs: addrs("198.51.100.2", "2001:db8:ffff::2")},
		}
		if d := cmp.Diff(want, w.Roots(), cmp.Comparer(sameAddr)); d != "" {
			t.Errorf("Roots (-want +got):\n%s", d)
		}
		diff(t, "root", lines(
			"NOERROR edns",
			"N com. 300 IN NS a.nic.com.",
			"N com. 300 IN NS b.nic.com.",
			"X a.nic.com. 300 IN A 198.51.100.10",
			"X a.nic.com. 300 IN AAAA 2001:db8:fffe::10",
			"X b.nic.com. 300 IN A 198.51.100.11",
			"X b.nic.com. 300 IN AAAA 2001:db8:fffe::11",
		), ask(t, w, "udp 198.51.100.1 example.com CAA"))
		diff(t, "TLD: glue only for the host below it", lines(
			"NOERROR edns",
			"N example.com. 300 IN NS ns1.example.com.",
			"N example.com. 300 IN NS ns.dns.example.",
			"X ns1.example.com. 300 IN A 192.0.2.1",
			"X ns1.example.com. 300 IN AAAA 2001:db8:1::53",
		), ask(t, w, "udp 2001:db8:fffe::11 example.com CAA"))
		diff(t, "zone", lines(
			"NOERROR aa edns",
			`A example.com. 300 IN CAA 0 issue "ca.example"`,
		), ask(t, w, "tcp 192.0.2.1 example.com CAA"))
		diff(t, "the other host's TLD", lines(
			"NOERROR edns",
			"N dns.example. 300 IN NS ns.dns.example.",
			"X ns.dns.example. 300 IN A 203.0.113.1",
		), ask(t, w, "udp 198.51.100.12 ns.dns.example A"))
		diff(t, "the other host's own zone", lines(
			"NOERROR aa edns",
			"A ns.dns.example. 300 IN A 203.0.113.1",
		), ask(t, w, "udp 203.0.113.1 ns.dns.example A"))
		diff(t, "priming", lines(
			"NOERROR aa edns",
			"A . 300 IN NS a.root-servers.net.",
			"A . 300 IN NS b.root-servers.net.",
			"X a.root-servers.net. 300 IN A 198.51.100.1",
			"X a.root-servers.net. 300 IN AAAA 2001:db8:ffff::1",
			"X b.root-servers.net. 300 IN A 198.51.100.2",
			"X b.root-servers.net. 300 IN AAAA 2001:db8:ffff::2",
		), ask(t, w, "udp 198.51.100.1 . NS"))
		diff(t, "no such TLD", lines(
			"NXDOMAIN aa edns",
			"N . 300 IN SOA a.root-servers.net. hostmaster. 2026110101 7200 3600 1209600 300",
		), ask(t, w, "udp 198.51.100.1 nosuch TXT"))
	})
}

func addrs(all ...string) []netip.Addr {
	var as []netip.Addr
	for _, a := range all {
		as = append(as, netip.MustParseAddr(a))
	}
	return as
}

func sameAddr(a, b netip.Addr) bool { return a == b }

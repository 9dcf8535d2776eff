package lab

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

const cached = `cached
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 192.0.2.2
ns.other.org 192.0.2.3
-- zone example.com @ ns1.example.com ns2.example.com --
@        SOA ns1 admin 7 7200 3600 1209600 60
@        TXT "live"
away     CNAME www.other.org.
loop     CNAME loop
lost     CNAME www.broken.org.
-- zone example.com @ ns2.example.com --
@        TXT "the second host's"
-- after 60s zone example.com @ ns1.example.com --
@        TXT "edited"
-- zone other.org @ ns.other.org --
www      TXT "elsewhere"
-- delegation broken.org --
@ NS ns.broken.org.
-- caches --
Google 192.0.2.100
local  192.0.2.101
-- cached Google --
example.com.     30 TXT "old"
www.other.org.   40 TXT "old too"
; NXDOMAIN new.example.com TXT 20
; NODATA www.other.org CAA 20
; SERVFAIL sick.example.com TXT 20
`

func TestCache(t *testing.T) {
	tests := []struct {
		name, query string
		second      int
		want        string
	}{
		{"nothing held", "udp 192.0.2.101 example.com TXT", 0,
			lines("NOERROR ra edns", `A example.com. 300 IN TXT "live"`)},
		{"as it is now", "udp 192.0.2.101 example.com TXT", 60,
			lines("NOERROR ra edns", `A example.com. 300 IN TXT "edited"`)},
		{"an alias into another zone", "udp 192.0.2.101 away.example.com TXT", 0,
			lines("NOERROR ra edns",
				"A away.example.com. 300 IN CNAME www.other.org.",
				`A www.other.org. 300 IN TXT "elsewhere"`)},
		{"no such name", "udp 192.0.2.101 no.example.com TXT", 0, lines("NXDOMAIN ra edns", soa)},
		{"no such type", "udp 192.0.2.101 example.com CAA", 0, lines("NOERROR ra edns", soa)},
		{"an alias loop", "udp 192.0.2.101 loop.example.com TXT", 0, "SERVFAIL ra edns"},
		{"a delegation to nowhere", "udp 192.0.2.101 lost.example.com TXT", 0, "SERVFAIL ra edns"},

		{"held, with the time left", "udp 192.0.2.100 Example.com TXT", 10,
			lines("NOERROR ra edns", `A Example.com. 20 IN TXT "old"`)},
		{"held no longer", "udp 192.0.2.100 example.com TXT", 30,
			lines("NOERROR ra edns", `A example.com. 300 IN TXT "live"`)},
		{"held at the end of an alias", "udp 192.0.2.100 away.example.com TXT", 10,
			lines("NOERROR ra edns",
				"A away.example.com. 300 IN CNAME www.other.org.",
				`A www.other.org. 30 IN TXT "old too"`)},
		{"held that it does not exist", "udp 192.0.2.100 new.example.com TXT", 5, lines("NXDOMAIN ra edns",
			"N example.com. 15 IN SOA example.com. hostmaster.example.com. 2026110101 7200 3600 1209600 300")},
		{"then it has no other type either", "udp 192.0.2.100 new.example.com CAA", 5, lines("NXDOMAIN ra edns",
			"N example.com. 15 IN SOA example.com. hostmaster.example.com. 2026110101 7200 3600 1209600 300")},
		{"held that the type does not exist", "udp 192.0.2.100 www.other.org CAA", 5, lines("NOERROR ra edns",
			"N other.org. 15 IN SOA other.org. hostmaster.other.org. 2026110101 7200 3600 1209600 300")},
		{"held a failure", "udp 192.0.2.100 sick.example.com TXT", 5, "SERVFAIL ra edns"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, cached+"-- network --\nrtt 0s\n")
				w.Start()
				sleepUntil(w, test.second)
				diff(t, test.query, test.want, ask(t, w, test.query))
			})
		})
	}
}

// A network that blocks port 53 still lets its own resolver be asked.
func TestLocalCacheBehindBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, cached+"-- network --\nudp53-blocked\n")
		diff(t, "local", "NOERROR", firstWord(ask(t, w, "udp 192.0.2.101 example.com TXT")))
		diff(t, "public", "timeout", ask(t, w, "udp 192.0.2.100 example.com TXT"))
	})
}

func TestCaches(t *testing.T) {
	want := []Cache{
		{Name: "Google", Addr: addrs("192.0.2.100")[0]},
		{Name: "local", Addr: addrs("192.0.2.101")[0], Local: true},
	}
	if d := cmp.Diff(want, world(t, cached).Caches(), cmp.Comparer(sameAddr)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Faults stand before caches too.
func TestFaultyCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, cached+"-- faults --\nGoogle servfail\n")
		diff(t, "Google", "SERVFAIL edns", ask(t, w, "udp 192.0.2.100 example.com TXT"))
	})
}

// A resolver elsewhere hears the servers that say nothing to this place, and
// none that is silent to all.
func TestCacheHears(t *testing.T) {
	const query = "udp 192.0.2.100 example.com TXT"
	for _, test := range []struct{ name, faults, want string }{
		{"one server left", "ns1.example.com drop\n", lines("NOERROR ra edns", `A example.com. 300 IN TXT "live"`)},
		{"silent to all", "ns1.example.com drop\nns2.example.com refuse\n", "SERVFAIL ra edns"},
		{"silent to here", "ns1.example.com from=here drop\nns2.example.com from=here drop\n", lines("NOERROR ra edns", `A example.com. 300 IN TXT "live"`)},
		{"without EDNS only", "ns1.example.com edns-drop\nns2.example.com edns-drop\n", lines("NOERROR ra edns", `A example.com. 300 IN TXT "live"`)},
		{"too slow", "ns1.example.com slow 5s\nns2.example.com slow 5s\n", "SERVFAIL ra edns"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := world(t, strings.Replace(cached, "example.com.     30 TXT \"old\"\n", "", 1)+"-- faults --\n"+test.faults)
			diff(t, test.name, test.want, ask(t, w, query))
		})
	}
	synctest.Test(t, func(t *testing.T) {
		w := world(t, cached+"-- faults --\nns1.example.com from=here drop\nns2.example.com from=here drop\n")
		diff(t, "this host's own", "SERVFAIL ra edns", ask(t, w, "udp 192.0.2.101 example.com TXT"))
	})
}

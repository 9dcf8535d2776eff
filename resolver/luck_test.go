package resolver

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// What a run leaves to chance follows from its seed, in every release: recorded
// runs are made again by it.
func TestLuckStays(t *testing.T) {
	server := netip.MustParseAddr("2001:db8::53")
	for _, what := range [][]any{
		{},
		{server},
		{server, "example.com", dns.TypeTXT, UDP, form{}},
		{server, "example.com", dns.TypeTXT, TCP, form{plain: true, lower: true}},
		{server, "example.com", uint16(65534), "from anywhere"},
		{server, UDP, Probe{Name: "example.com", Type: dns.TypeSOA, Option: true}},
		{netip.AddrPortFrom(server, 53), UDP, 1},
		{1, 2, server, server, "a", "b", 3, 4},
	} {
		if got, want := string(appendAll(nil, what)), fmt.Sprint(what...); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The moments that keep queries apart where time is not real decide which of
// them comes first: they stay too.
func TestApartStays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, m := range []*dns.Msg{
		question("example.com", dns.TypeTXT, form{}, rng),
		question("example.com", dns.TypeTXT, form{plain: true}, rng),
		question(".", dns.TypeNS, form{lower: true}, rng),
		Probe{Name: "example.com", Type: dns.TypeSOA, Option: true, Version: 1}.message(rng),
		Probe{Name: "example.com", Type: dns.TypeSOA, Size: 512}.message(rng),
		{},
	} {
		q := Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: UDP, Msg: m}
		h := fnv.New64a()
		fmt.Fprint(h, q.Server, q.Transport, len(m.Extra))
		for _, asked := range m.Question {
			fmt.Fprint(h, dns.CanonicalName(asked.Name), asked.Qtype)
		}
		if opt := m.IsEdns0(); opt != nil {
			fmt.Fprint(h, opt)
		}
		if got, want := q.Apart(), time.Duration(h.Sum64()%uint64(40*time.Microsecond)); got != want {
			t.Errorf("%v: %v, want %v", m.Question, got, want)
		}
	}
}

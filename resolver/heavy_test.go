package resolver_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/survey"
)

// fullMessage is a reply of 64 KiB with as many records as fit into it.
func fullMessage(t *testing.T) []byte {
	m := new(dns.Msg)
	m.Compress, m.Response, m.Authoritative = true, true, true
	for range 4600 {
		m.Answer = append(m.Answer, &dns.TXT{
			Hdr: dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60}, Txt: []string{"x"},
		})
	}
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

// fills answers every question to ten servers with a full message, over TCP.
func fills(wire []byte) answering {
	return func(q resolver.Query, m *dns.Msg) {
		switch {
		case q.Server.Addr().As4()[0] != 8:
			for i := range 10 {
				ns := fmt.Sprintf("n%d.example.com.", i)
				refer(m, "example.com.", ns)
				m.Extra = append(m.Extra, a(ns, 8, 8, 8, byte(i)))
			}
		case q.Transport == resolver.UDP:
			m.Truncated = true
		default:
			full, err := resolver.Unpack(slices.Clone(wire))
			if err != nil {
				panic(err)
			}
			for _, rr := range full.Answer {
				*rr.Header() = dns.RR_Header{Name: strings.ToLower(q.Msg.Question[0].Name), Rrtype: q.Msg.Question[0].Qtype, Class: dns.ClassINET}
			}
			m.Authoritative, m.Answer = true, full.Answer
		}
	}
}

// However much servers say, what is kept of it has room.
func TestRepliesHaveRoom(t *testing.T) {
	wire := fullMessage(t)
	synctest.Test(t, func(t *testing.T) {
		before := heap()
		x := counting{hostile: fills(wire), sent: map[netip.Addr]int{}}
		client := resolver.New(resolver.Config{
			Exchanger: &x, Rand: rand.New(rand.NewPCG(1, 1)), MaxHeld: 8 << 20,
			Roots: []resolver.Root{{Name: "a.root.", Addrs: []netip.Addr{netip.MustParseAddr("198.41.0.4")}}},
		})
		s := survey.Take(context.Background(), survey.Target{Names: []string{"a.b.example.com"}}, survey.Options{Client: client, Exchanger: &x})
		kept := heap() - before
		t.Logf("%d MiB kept of %d addresses", kept>>20, len(x.sent))
		if kept > 24<<20 {
			t.Errorf("%d MiB are kept, at most 24 are allowed", kept>>20)
		}
		if len(s.Gaps) == 0 {
			t.Error("what was not kept is no gap")
		}
		runtime.KeepAlive(client)
	})
}

// heap is what is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A message is no larger in memory than a few times its records, however its
// names are compressed: 5400 records of names with 255 octets.
func TestCompressedNamesHaveRoom(t *testing.T) {
	long := strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("b", 61) + "."
	m := new(dns.Msg)
	m.SetQuestion(long, dns.TypeNS)
	m.Response, m.Compress = true, true
	for range 4600 {
		m.Answer = append(m.Answer, &dns.NS{Hdr: dns.RR_Header{Name: long, Rrtype: dns.TypeNS, Class: dns.ClassINET}, Ns: long})
	}
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	got, err := resolver.Unpack(wire)
	if err != nil || len(got.Answer) != 4600 {
		t.Fatal(err)
	}
	if kept := heap() - before; kept > 8<<20 {
		t.Errorf("%d octets take %d", len(wire), kept)
	}
	runtime.KeepAlive(got)
}

// Pointers that lead to themselves, forward, or past the end are no names.
func TestCompressionLoopsEnd(t *testing.T) {
	header := []byte{0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for name, rest := range map[string][]byte{
		"to itself":                {0xc0, 12, 0, 16, 0, 1},
		"to each other":            {0xc0, 14, 0xc0, 12, 0, 16, 0, 1},
		"behind a label, for ever": {1, 'a', 0xc0, 12, 0, 16, 0, 1},
		"past the end":             {0xff, 0xff, 0, 16, 0, 1},
		"a label that is cut off":  {63, 'a'},
	} {
		if m, err := resolver.Unpack(append(slices.Clone(header), rest...)); err == nil {
			t.Errorf("%s: %v", name, m.Question)
		}
	}
}

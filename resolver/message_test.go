package resolver

import (
	"encoding/binary"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestQuestionIsWhatTheCAResolverSends(t *testing.T) {
	m := question("_acme-challenge.example.com", dns.TypeTXT, form{}, rand.New(rand.NewPCG(1, 2)))
	opt := m.IsEdns0()
	if m.RecursionDesired || !m.CheckingDisabled || opt == nil || opt.UDPSize() != 1232 || !opt.Do() || len(opt.Option) != 0 {
		t.Errorf("not the CA resolver's query:\n%v", m)
	}
	q := m.Question[0]
	if q.Name == strings.ToLower(q.Name) || !strings.EqualFold(q.Name, "_acme-challenge.example.com.") {
		t.Errorf("name %q is not in mixed case", q.Name)
	}
	if plain := question("a.example", dns.TypeTXT, form{plain: true, lower: true}, nil); plain.IsEdns0() != nil || plain.Question[0].Name != "a.example." {
		t.Errorf("plain question has EDNS or mixed case:\n%v", plain)
	}
}

// A CAA record with broken RDATA must not hide the records beside it: the
// resolver passes it on, and the CA fails on it.
func TestUnpackKeepsBrokenRecord(t *testing.T) {
	m := new(dns.Msg)
	m.SetQuestion("example.com.", dns.TypeCAA)
	m.Answer = []dns.RR{
		&dns.CAA{Hdr: dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeCAA, Class: 1, Ttl: 60}, Tag: "issue", Value: "letsencrypt.org"},
		&dns.RFC3597{Hdr: dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeCAA, Class: 1, Ttl: 60}, Rdata: "00ff69"},
	}
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if new(dns.Msg).Unpack(wire) == nil {
		t.Skip("the library reads this RDATA now")
	}
	got, err := Unpack(wire)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Answer) != 2 {
		t.Fatalf("%d records, want 2", len(got.Answer))
	}
	if raw, ok := got.Answer[1].(*dns.RFC3597); !ok || raw.Rdata != "00ff69" || raw.Hdr.Rrtype != dns.TypeCAA {
		t.Errorf("broken record came as %v", got.Answer[1])
	}
}

// An address of the wrong length is of no use to anybody: the addresses beside
// it count (Unbound since 1.19.0).
func TestUnpackDropsShortAddress(t *testing.T) {
	m := new(dns.Msg)
	m.SetQuestion("ns1.example.com.", dns.TypeA)
	h := dns.RR_Header{Name: "ns1.example.com.", Rrtype: dns.TypeA, Class: 1, Ttl: 60}
	m.Answer = []dns.RR{&dns.RFC3597{Hdr: h, Rdata: "c00002"}, &dns.A{Hdr: h, A: net.IPv4(192, 0, 2, 1)}}
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unpack(wire)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Answer) != 1 || got.Answer[0].String() != "ns1.example.com.\t60\tIN\tA\t192.0.2.1" {
		t.Errorf("left of the answer: %v", got.Answer)
	}
}

// A reply of which the end was lost must not read as one without records: that
// the CAA records do not exist is another answer than that they got lost.
func TestUnpackWantsAllRecords(t *testing.T) {
	m := new(dns.Msg)
	m.SetQuestion("example.com.", dns.TypeCAA)
	m.Response = true
	for _, ca := range []string{"letsencrypt.org", "ca.example"} {
		m.Answer = append(m.Answer, &dns.CAA{Hdr: dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeCAA, Class: 1, Ttl: 60}, Tag: "issue", Value: ca})
	}
	m.SetEdns0(1232, true)
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(wire) {
		if got, err := Unpack(wire[:n]); err == nil {
			t.Errorf("the first %d of %d octets are taken for\n%v", n, len(wire), got)
		}
	}
	if _, err := Unpack(wire); err != nil {
		t.Error(err)
	}
	wire[3] |= dns.RcodeRefused
	if got, err := Unpack(wire[:12]); err != nil || got.Rcode != dns.RcodeRefused {
		t.Errorf("a refusal without anything else: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	m := new(dns.Msg)
	m.SetQuestion("example.com.", dns.TypeTXT)
	m.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeTXT, Class: 1}, Txt: []string{"a"}}}
	m.SetEdns0(1232, true)
	wire, _ := m.Pack()
	f.Add(wire)
	f.Add(wire[:20])
	f.Add(append(wire[:12:12], 0xc0, 0x0c, 0, 1, 0, 1))
	f.Fuzz(func(t *testing.T, wire []byte) {
		m, err := Unpack(wire)
		if err != nil {
			return
		}
		if n := int(binary.BigEndian.Uint16(wire[6:])); len(m.Answer) > n {
			t.Errorf("%d answer records, the header counts %d", len(m.Answer), n)
		}
		if len(m.Question) == 1 {
			for _, zone := range []string{".", "example.com"} {
				Read(zone, &Answer{Name: canonical(m.Question[0].Name), Type: m.Question[0].Qtype, Msg: m})
			}
		}
	})
}

func TestSpecialRanges(t *testing.T) {
	for addr, special := range map[string]bool{
		"10.1.2.3": true, "192.0.2.1": true, "::1": true, "fe80::1": true, "2001:db8::1": true,
		"::ffff:8.8.8.8": true, "100.64.0.1": true, "255.255.255.255": true,
		"64:ff9b::127.0.0.1": true, "64:ff9b::8.8.8.8": false, "2002:a00:1::1": true, "2002:808:808::1": false,
		"64:ff9b:1::1": true, "::7f00:1": true, "fec0::1": true, "3fff::1": true, "5f00::1": true,
		"8.8.8.8": false, "2606:4700::1": false, "11.1.1.1": false, "172.32.0.1": false,
	} {
		if got := Special(addrOfText(addr)); (got != "") != special {
			t.Errorf("Special(%s) = %q", addr, got)
		}
	}
}

func TestPublic(t *testing.T) {
	for zone, want := range map[string]bool{
		".": true, "com": true, "co.uk": true, "uk": true, "unlisted-tld": true,
		"example.com": false, "github.io": false, "user.github.io": false, "example.co.uk": false,
	} {
		if got := Public(zone); got != want {
			t.Errorf("Public(%q) = %v", zone, got)
		}
	}
}

func TestInZone(t *testing.T) {
	for _, tt := range []struct {
		name, zone string
		want       bool
	}{
		{"example.com", "example.com", true},
		{"a.b.example.com", "example.com", true},
		{"A.Example.COM.", "example.com", true},
		{"a.example.com", "EXAMPLE.com.", true},
		{"notexample.com", "example.com", false},
		{"com", "example.com", false},
		{"example.com", "example.net", false},
		{"example.com", ".", true},
		{".", ".", true},
		{".", "com", false},
		{`a\.example.com`, "example.com", false}, // one label
		{`a\\.example.com`, "example.com", true}, // a label that ends in a backslash
		{`a.b\.`, `b\.`, true},
		{`a.b\.`, `b\..`, true},
	} {
		if got := InZone(tt.name, tt.zone); got != tt.want {
			t.Errorf("InZone(%q, %q) = %v", tt.name, tt.zone, got)
		}
		if got := dns.IsSubDomain(dns.Fqdn(tt.zone), dns.Fqdn(tt.name)); got != tt.want {
			t.Errorf("%q in %q: the library says %v", tt.name, tt.zone, got)
		}
	}
}

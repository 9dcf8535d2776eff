package recording_test

import (
	"bytes"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/recording"
)

// records answers with records, compressed as servers do.
func records(t *testing.T, rrs ...string) func(resolver.Query) (resolver.Reply, error) {
	t.Helper()
	return func(q resolver.Query) (resolver.Reply, error) {
		m := new(dns.Msg)
		m.SetReply(q.Msg)
		m.Compress = true
		for _, s := range rrs {
			rr, err := dns.NewRR(s)
			if err != nil {
				t.Fatal(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		wire, err := m.Pack()
		return resolver.Reply{Msg: m, Wire: wire, Size: len(wire), RTT: time.Millisecond}, err
	}
}

// Whoever posts a recording must not post who they are: no name, address,
// account or value of theirs may be left, in words or in octets.
func TestRedactLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := recorded(t, recording.Header{
			Tool: "dns01 devel", Command: "check", Started: time.Now(), Names: []string{"*.secret-shop.example"},
			Anchors: []dns.RR{&dns.DS{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeDS, Class: dns.ClassINET}, KeyTag: 1, Algorithm: 13, DigestType: 2, Digest: strings.Repeat("00", 32)}},
			Values:  []recording.Value{{Name: "*.secret-shop.example", TXT: "SECRETVALUE"}},
			Flags:   []string{"--account=https://acme.letsencrypt.org/acme/acct/987654", "--ca=letsencrypt"},
			Facts:   []recording.Fact{{Text: `answer secret-shop.example secret-shop.example CAA 192.0.2.1 {"Text":"<secret-shop.example. CAA IN> from 192.0.2.1"}`}},
		}, script{
			dns.TypeTXT: records(t, `_acme-challenge.secret-shop.example. 60 IN TXT "SECRETVALUE" "more secret"`),
			dns.TypeCAA: records(t,
				`secret-shop.example. 60 IN CAA 0 issue "letsencrypt.org; accounturi=https://acme.letsencrypt.org/acme/acct/987654"`,
				`secret-shop.example. 60 IN CAA 0 iodef "mailto:boss@secret-shop.example"`),
			dns.TypeNS:  records(t, "secret-shop.example. 60 IN NS ns1.secret-shop.example.", "secret-shop.example. 60 IN NS Alpha.Secret-Shop.example."),
			dns.TypeSOA: records(t, "secret-shop.example. 60 IN SOA ns1.secret-shop.example. boss.secret-shop.example. 1 2 3 4 5"),
			dns.TypeA:   records(t, "alpha.secret-shop.example. 60 IN A 192.0.2.77"),
		},
			ask("_acme-challenge.secret-shop.example.", dns.TypeTXT), ask("SECRET-shop.example.", dns.TypeCAA),
			ask("secret-shop.example.", dns.TypeNS), ask("secret-shop.example.", dns.TypeSOA), ask("alpha.secret-shop.example.", dns.TypeA))
		redacted := rec.Redact([]byte("key"), func(name string) bool { return name == "letsencrypt.org" })
		var file bytes.Buffer
		if err := redacted.Write(&file); err != nil {
			t.Fatal(err)
		}
		if _, err := recording.Read(bytes.NewReader(file.Bytes())); err != nil {
			t.Error(err)
		}
		text := strings.ToLower(file.String())
		for _, x := range redacted.Looks[0].Exchanges {
			text += strings.ToLower(string(x.Query) + string(x.Reply))
		}
		for _, secret := range []string{"secret", "shop", "boss", "alpha", "987654", "192.0.2.1", "192.0.2.77", string(net.IP{192, 0, 2, 77})} {
			if strings.Contains(text, secret) {
				t.Errorf("%q is left:\n%s", secret, &file)
			}
		}
		for _, kept := range []string{"_acme-challenge.", "*.", "ns1.", "letsencrypt.org; accounturi=https://acme", "mailto:", "redacted: yes"} {
			if !strings.Contains(text, kept) {
				t.Errorf("%q is not left:\n%s", kept, &file)
			}
		}
		if again := rec.Redact([]byte("key"), func(string) bool { return false }); again.Names[0] != redacted.Names[0] {
			t.Errorf("the same key makes %s and %s", again.Names[0], redacted.Names[0])
		}
		if other := rec.Redact([]byte("other"), func(string) bool { return false }); other.Names[0] == redacted.Names[0] {
			t.Errorf("two keys make the same name %s", other.Names[0])
		}
	})
}

// A name stays as long as it is, in its letter case, the same everywhere.
func TestRedactIsConsistent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := recorded(t, recording.Header{Names: []string{"shop.example"}}, script{
			dns.TypeTXT: records(t, `a.shop.example. 60 IN TXT "x"`), dns.TypeCAA: answered("shop.example."),
		}, ask("A.ShOp.example.", dns.TypeTXT), ask("sHOP.example.", dns.TypeCAA))
		redacted := rec.Redact([]byte("key"), func(string) bool { return false })
		name := redacted.Names[0]
		var got []string
		for _, x := range redacted.Looks[0].Exchanges {
			m := new(dns.Msg)
			if err := m.Unpack(x.Reply); err != nil {
				t.Fatal(err)
			}
			got = append(got, m.Question[0].Name)
		}
		slices.Sort(got)
		label, _, _ := strings.Cut(name, ".")
		mixed := strings.ToUpper(label[:1]) + label[1:2] + strings.ToUpper(label[2:3]) + label[3:]
		sub, _, _ := strings.Cut(got[0], ".")
		if diff := cmp.Diff([]string{sub + "." + mixed + ".example.", name + "."}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// FuzzRedact: whatever octets stand in a message, they are redacted without
// harm, and to as many.
func FuzzRedact(f *testing.F) {
	m := new(dns.Msg)
	m.SetQuestion("_acme-challenge.example.com.", dns.TypeTXT)
	m.SetEdns0(1232, true)
	seed, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add(append(seed, 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 3, 2, 'a', 'b'))
	f.Fuzz(func(t *testing.T, wire []byte) {
		rec := &recording.Recording{Looks: []recording.Look{{Exchanges: []recording.Exchange{{
			Server: netip.MustParseAddrPort("192.0.2.1:53"), Query: seed, Reply: wire,
		}}}}}
		x := rec.Redact([]byte("key"), func(string) bool { return false }).Looks[0].Exchanges[0]
		if len(x.Reply) != len(wire) {
			t.Errorf("%d octets became %d", len(wire), len(x.Reply))
		}
	})
}

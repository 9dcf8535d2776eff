package survey

import (
	"slices"
	"testing"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// Whatever a server sends back, there are words for it, and the plan knows
// each of them or they are odd: nothing of it ends the program.
func FuzzProbeWords(f *testing.F) {
	seed := func(change func(*dns.Msg)) {
		m := new(dns.Msg)
		m.SetQuestion("example.com.", dns.TypeSOA)
		m.Response = true
		m.SetEdns0(1232, true)
		change(m)
		wire, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	seed(func(m *dns.Msg) {})
	seed(func(m *dns.Msg) { m.Rcode = dns.RcodeBadVers; m.IsEdns0().SetVersion(1) })
	seed(func(m *dns.Msg) { m.Extra = nil; m.Rcode = dns.RcodeFormatError })
	seed(func(m *dns.Msg) {
		m.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_LOCAL{Code: resolver.OptionCode}, &dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "00"}}
	})
	f.Fuzz(func(t *testing.T, wire []byte) {
		m, err := resolver.Unpack(wire)
		if err != nil {
			return
		}
		query := new(dns.Msg)
		query.SetQuestion("example.com.", dns.TypeSOA)
		query.SetEdns0(1232, true)
		query.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0011223344556677"}}
		o := resolver.Observation{Query: resolver.Query{Msg: query}, Reply: resolver.Reply{Msg: m, Size: len(wire)}}
		opt, flags, cookie := extraWords(o)
		all := slices.Concat(versionWords(o), opt, flags, cookie, typeWords(o), sizeWords(o), foreignWords(o), doWords(o), plainWords(o), bitWords(o))
		if slices.Contains(all, "") {
			t.Errorf("a word without letters among %q", all)
		}
		grade("edns1", all)
	})
}

// A server that tells its name may tell anything.
func TestUnhex(t *testing.T) {
	for in, want := range map[string]string{"6e7331": "ns1", "1b5b326a": "?[2j", "zz": "zz", "22": "?"} {
		if got := unhex(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

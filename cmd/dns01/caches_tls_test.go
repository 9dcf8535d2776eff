package main

import (
	"net/netip"
	"testing"

	"dns01/resolver"
)

func TestEncryptedResolvers(t *testing.T) {
	tests := []struct {
		word      string
		transport resolver.Transport
		addr      string // "" when a name has to be looked up
		ask       string // what is dialled or posted to
	}{
		{"tls://9.9.9.9", resolver.DoT, "9.9.9.9:853", "9.9.9.9:853"},
		{"tls://dns.quad9.net", resolver.DoT, "", "dns.quad9.net:853"},
		{"tls://[2620:fe::fe]:8853", resolver.DoT, "[2620:fe::fe]:8853", "[2620:fe::fe]:8853"},
		{"https://dns.google/dns-query", resolver.DoH, "", "https://dns.google/dns-query"},
		{"https://1.1.1.1/dns-query", resolver.DoH, "1.1.1.1:443", "https://1.1.1.1/dns-query"},
	}
	for _, tt := range tests {
		f := newFlags("check")
		f.resolvers = tt.word
		rs, err := f.caches(world{caches: func() []cache { return nil }}, settings{})
		if err != nil || len(rs) != 1 {
			t.Fatalf("%s: %v, %v", tt.word, rs, err)
		}
		r := rs[0]
		ask := ""
		switch x := r.Exchanger.(type) {
		case *resolver.TLSServer:
			ask = x.Addr
		case *resolver.HTTPSServer:
			ask = x.URL
		}
		addr := netip.AddrPort{}
		if tt.addr != "" {
			addr = netip.MustParseAddrPort(tt.addr)
		}
		if r.Name != tt.word || r.Transport != tt.transport || r.Addr != addr || ask != tt.ask {
			t.Errorf("%s: %+v asks %q, want %s, %s, %q", tt.word, r, ask, tt.transport, tt.addr, tt.ask)
		}
	}
}

// --no-caches goes before the resolvers that the environment names.
func TestNoCaches(t *testing.T) {
	f := newFlags("check")
	if err := f.parse([]string{"--no-caches"}); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"DNS01_RESOLVERS": "google"}
	if err := f.readEnv(func(k string) string { return env[k] }, nil); err != nil {
		t.Fatal(err)
	}
	rs, err := f.caches(world{caches: publicCaches}, settings{})
	if err != nil || len(rs) != 0 {
		t.Errorf("%v, %v", rs, err)
	}
}

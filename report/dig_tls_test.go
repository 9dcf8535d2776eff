package report

import (
	"net/netip"
	"testing"

	"dns01/resolver/survey"
)

// The command has to ask the same resolver in the same way, whether it goes by
// an address or by a URL.
func TestDigOfEncryptedResolvers(t *testing.T) {
	tests := []struct{ server, addr, transport, want string }{
		{"tls://9.9.9.9", "9.9.9.9:853", "tls", "dig @9.9.9.9 +tls example.com TXT +noadflag +dnssec +bufsize=1232 +nocookie"},
		{"tls://dns.quad9.net:8853", "", "tls", "dig @dns.quad9.net -p 8853 +tls example.com TXT +noadflag +dnssec +bufsize=1232 +nocookie"},
		{"https://dns.google/dns-query", "", "https", "dig @dns.google '+https=/dns-query' example.com TXT +noadflag +dnssec +bufsize=1232 +nocookie"},
		{"https://[2620:fe::fe]:5053/q", "[2620:fe::fe]:5053", "https", "dig @2620:fe::fe -p 5053 '+https=/q' example.com TXT +noadflag +dnssec +bufsize=1232 +nocookie"},
	}
	for _, tt := range tests {
		x := survey.Exchange{Server: tt.server, Transport: tt.transport, Name: "example.com", Type: "TXT", EDNS: true, Recursive: true}
		if tt.addr != "" {
			x.Addr = netip.MustParseAddrPort(tt.addr)
		}
		if got := Dig(x); got != tt.want {
			t.Errorf("%s:\n%s, want\n%s", tt.server, got, tt.want)
		}
	}
}

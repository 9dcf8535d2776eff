package known

import (
	"testing"
	"time"
)

func TestProviderOf(t *testing.T) {
	tests := []struct{ nameServer, want string }{
		{"ada.ns.cloudflare.com", "cloudflare"},
		{"ns-1536.awsdns-00.co.uk", "route53"},
		{"ns1-37.azure-dns.com", "azure"},
		{"ns-cloud-b1.googledomains.com", "google"},
		{"ns2.desec.org", "desec"},
		{"hydrogen.ns.hetzner.com", "hetzner"},
		{"ns2.dnsowl.com", "namesilo"},
		{"root-dns.netcup.net", "netcup"},
		{"ns5.linode.com", "linode"},
		{"ns1.notlinode.com", ""},
		{"awsdns-00.example", ""},
		{"ns1.example.com", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if p, _ := ProviderOf(tt.nameServer); p.ID != tt.want {
			t.Errorf("%q belongs to %q, want %q", tt.nameServer, p.ID, tt.want)
		}
	}
}

// A wait that says "next at 10:15" has to be right to the second.
func TestNextBatch(t *testing.T) {
	p, _ := ProviderOf("ns1.dnsowl.com")
	zone := time.FixedZone("half past", 5*3600+30*60)
	tests := []struct{ now, want time.Time }{
		{time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), time.Date(2026, 11, 25, 10, 15, 0, 0, time.UTC)},
		{time.Date(2026, 11, 25, 10, 14, 59, 0, time.UTC), time.Date(2026, 11, 25, 10, 15, 0, 0, time.UTC)},
		{time.Date(2026, 11, 25, 23, 45, 1, 0, time.UTC), time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)},
		{time.Date(2026, 11, 25, 15, 37, 0, 0, zone), time.Date(2026, 11, 25, 10, 15, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		if got, ok := p.NextBatch(tt.now); !ok || !got.Equal(tt.want) {
			t.Errorf("after %s: %s, want %s", tt.now, got, tt.want)
		}
	}
	if _, ok := (Provider{}).NextBatch(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)); ok {
		t.Error("a provider without batches has one")
	}
}

func TestProvidersAreSourced(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Providers() {
		if p.ID == "" || seen[p.ID] || p.Name == "" || len(p.Suffixes) == 0 {
			t.Errorf("%+v is not fully named, or there twice", p)
		}
		seen[p.ID] = true
		if _, err := time.Parse(time.DateOnly, p.Date); err != nil || p.Source == "" {
			t.Errorf("%s: no source, or no date: %v", p.ID, err)
		}
		if p.Longest != 0 && p.Longest < p.Usual {
			t.Errorf("%s takes longer as a rule than at most", p.ID)
		}
	}
}

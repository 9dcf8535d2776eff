package known

import (
	"net/url"
	"testing"
	"time"
)

func TestTargetOf(t *testing.T) {
	const uuid = "d420c923-bbd7-4056-ab64-c3ca54c9b3cf"
	tests := []struct {
		name, id, slot string
	}{
		{uuid + ".auth.example.net", "acme-dns", uuid + ".auth.example.net"},
		{uuid + ".auth.acme-dns.io", "acme-dns-io", uuid + ".auth.acme-dns.io"},
		{"_acme-challenge.home.duckdns.org", "duckdns", "home.duckdns.org"},
		{"_acme-challenge.www.home.duckdns.org", "duckdns", "home.duckdns.org"},
		{"home.duckdns.org", "duckdns", "home.duckdns.org"},
		{"example.com." + uuid + ".dcv.cloudflare.com", "cloudflare-dcv", "example.com." + uuid + ".dcv.cloudflare.com"},
		{"duckdns.org", "", ""},
		{"_acme-challenge.notduckdns.org", "", ""},
		{"_acme-challenge.example.com", "", ""},
		{uuid, "", ""},
		{"d420c923bbd7-4056-ab64-c3ca54c9b3cf-.example", "", ""},
		{"d420c923-bbd7-4056-ab64-c3ca54c9b3cg.example", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		got, ok := TargetOf(tt.name)
		if got.ID != tt.id || ok != (tt.id != "") || ok && got.Slot(tt.name) != tt.slot {
			t.Errorf("%s: %q, slot %s, want %q, %s", tt.name, got.ID, got.Slot(tt.name), tt.id, tt.slot)
		}
	}
}

func TestTargetsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, x := range Targets() {
		u, err := url.Parse(x.Source)
		if err != nil || u.Scheme != "https" || x.Name == "" || x.Trap == "" || seen[x.ID] || len(x.Suffixes) == 0 && !x.UUIDLabel {
			t.Errorf("%s: incomplete: %+v", x.ID, x)
		}
		if _, err := time.Parse(time.DateOnly, x.Date); err != nil {
			t.Errorf("%s: %v", x.ID, err)
		}
		seen[x.ID] = true
	}
}

func TestPrivateZoneHost(t *testing.T) {
	tests := map[string]string{
		"ns-0.awsdns-00.com":               "Route 53",
		"ns-1536.awsdns-00.co.uk":          "Route 53",
		"ns-0.awsdns-01.com":               "",
		"ns-gcp-private.googledomains.com": "Google Cloud DNS",
		"ns1.example.com":                  "",
	}
	for ns, want := range tests {
		h, ok := PrivateZoneHost(ns)
		if h.Name != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", ns, h.Name, want)
		}
	}
}

func TestRateLimits(t *testing.T) {
	ca, _ := Find("letsencrypt")
	l, ok := RateLimitsOf(ca)
	if !ok || l.SameSetPerWeek != 5 || l.CertificatesPerDomainPerWeek != 50 || l.SameSetRefill != 34*time.Hour {
		t.Errorf("%+v, %t", l, ok)
	}
	if other, ok := RateLimitsOf(&CA{ID: "zerossl"}); ok {
		t.Errorf("limits of a CA that publishes none: %+v", other)
	}
}

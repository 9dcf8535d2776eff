package check

import (
	"testing"
	"time"

	"dns01/check/known"
)

// What a plan costs is told when it is much of a limit, with the wait when it
// is too much.
func TestRateFinding(t *testing.T) {
	le, _ := known.Find("letsencrypt")
	staging, _ := known.Find("letsencrypt-staging")
	zerossl, _ := known.Find("zerossl")
	tests := []struct {
		name   string
		ca     *known.CA
		cost   Cost
		want   string // severity and id, "" for none
		detail string
		wait   time.Duration
	}{
		{"little", le, Cost{Orders: 3, Certificates: 3, Domain: "example.com", SameSet: 3}, "", "", 0},
		{"near the limit of the same names", le, Cost{Orders: 1, Certificates: 4, Domain: "example.com", SameSet: 4}, "note order-near-rate-limit",
			"Let's Encrypt counts 4 certificates for exactly the same names (5 a week).", 0},
		{"beyond it", le, Cost{Orders: 1, Certificates: 12, Domain: "example.com", SameSet: 12}, "note order-near-rate-limit",
			"Let's Encrypt counts 12 certificates for exactly the same names (5 a week). That is more than it allows at once: the last certificate comes 10 days after the first.", 238 * time.Hour},
		{"beyond that of a domain", le, Cost{Orders: 60, Certificates: 60, Domain: "example.com", SameSet: 1}, "note order-near-rate-limit",
			"Let's Encrypt counts 60 certificates for example.com (50 a week). That is more than it allows at once: the last certificate comes 34 hours after the first.", 2020 * time.Minute},
		{"beyond that of an account", le, Cost{Orders: 310, Certificates: 1, Domain: "example.com", SameSet: 1}, "note order-near-rate-limit",
			"Let's Encrypt counts 310 orders of one account (300 in 3 hours). That is more than it allows at once: the last certificate comes 6 minutes after the first.", 6 * time.Minute},
		{"the same at staging", staging, Cost{Orders: 310, Certificates: 310, Domain: "example.com", SameSet: 310}, "", "", 0},
		{"a CA without published limits", zerossl, Cost{Orders: 1000, Certificates: 1000, SameSet: 1000}, "", "", 0},
	}
	for _, tt := range tests {
		f, ok := RateFinding(tt.ca, tt.cost)
		got := ""
		if ok {
			got = string(f.Severity) + " " + f.Rule.ID
		}
		if got != tt.want || f.Detail != tt.detail {
			t.Errorf("%s: %q %q, want %q %q", tt.name, got, f.Detail, tt.want, tt.detail)
		}
		if l, ok := known.RateLimitsOf(tt.ca); ok && tt.cost.Beyond(l) != tt.wait {
			t.Errorf("%s: %v to wait, want %v", tt.name, tt.cost.Beyond(l), tt.wait)
		}
	}
}

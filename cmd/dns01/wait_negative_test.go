package main

import (
	"testing"
	"time"
)

// A denial may be kept for a day by whoever keeps denials. A wait does not: it
// ends as soon as the servers have the value, however long the SOA allows to
// remember that they had not.
func TestWaitThroughANegativeTTL(t *testing.T) {
	s, err := scenario("wait-negative-ttl")
	if err != nil {
		t.Fatal(err)
	}
	r := waitIn(t, s, "--value", waitValue, "example.com")
	if r.status != statusOK || r.took < 40*time.Second || r.took > 75*time.Second {
		t.Errorf("status %d after %s, want 0 soon after 40 s\n%s", r.status, r.took, &r.stderr)
	}
}

// Nor does it go for ever by what it was referred to: servers that the
// challenge name is delegated to later are met.
func TestWaitMeetsANewDelegation(t *testing.T) {
	const soa = "@ SOA ns1 hostmaster 7 7200 3600 1209600 86400\n"
	r := waitIn(t, waitWorld(t, "ns3.example.com 203.0.113.3\n-- zone example.com @ ns1.example.com --\n"+soa+"_acme-challenge NS ns3.example.com.\n"+
		"-- zone _acme-challenge.example.com @ ns3.example.com --\n"+soa+"@ NS ns3.example.com.\n"+
		"-- zone _acme-challenge.example.com @ ns2.example.com --\n"+soa+"@ NS ns2.example.com.\n@ 60 TXT \""+waitValue+"\"\n"+
		"-- after 90s zone example.com @ ns1.example.com --\n"+soa+"_acme-challenge NS ns2.example.com.\n"), "--value", waitValue, "example.com")
	if r.status != statusOK || r.took < 90*time.Second || r.took > 3*time.Minute {
		t.Errorf("status %d after %s, want 0 within a minute or so of 90 s\n%s\n%s", r.status, r.took, &r.stdout, &r.stderr)
	}
}

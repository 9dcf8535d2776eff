package caa

import (
	"fmt"
	"slices"
	"testing"
)

// The zones of caatestsuite.com (SSLMate, 2026-05-30) rebuilt: what a CA other
// than "caatestsuite.com" has to decide, from the answers that a resolver gives
// for each name of the climb.
func TestCAATestSuite(t *testing.T) {
	them := Record{0, "issue", "caatestsuite.com"}
	zone := map[string][]Record{
		"empty.basic.caatestsuite.com":          {{0, "issue", ";"}},
		"deny.basic.caatestsuite.com":           {them},
		"uppercase-deny.basic.caatestsuite.com": {{0, "ISSUE", "caatestsuite.com"}},
		"mixedcase-deny.basic.caatestsuite.com": {{0, "IsSuE", "caatestsuite.com"}},
		"big.basic.caatestsuite.com":            append(dummies(1000), them),
		"critical1.basic.caatestsuite.com":      {{128, "caatestsuitedummyproperty", "test"}},
		"critical2.basic.caatestsuite.com":      {{130, "caatestsuitedummyproperty", "test"}},
		"deny-wild.basic.caatestsuite.com":      {{0, "issuewild", "caatestsuite.com"}},
		"permit.basic.caatestsuite.com":         {{0, "dummy", "dummy"}},
		"deny.permit.basic.caatestsuite.com":    {them},
		"ipv6only.caatestsuite.com":             {them},
		"xss.caatestsuite.com":                  {{0, "issue", "<script>alert(1)</script>"}},
		// Aliases: what the resolver brings from the end of the chain.
		"cname-deny.basic.caatestsuite.com":       {them},
		"cname-cname-deny.basic.caatestsuite.com": {them},
	}
	// DNAME and CNAME to a place without records, so the climb goes on from
	// the name itself: dname-permit.deny.basic, cname-permit-sub.deny.basic.
	failing := []string{"expired", "missing", "blackhole", "servfail", "refused"}
	for i, name := range failing {
		failing[i] = name + ".caatestsuite-dnssec.com"
	}

	tests := map[string]bool{
		"empty.basic.caatestsuite.com":                 false,
		"deny.basic.caatestsuite.com":                  false,
		"uppercase-deny.basic.caatestsuite.com":        false,
		"mixedcase-deny.basic.caatestsuite.com":        false,
		"big.basic.caatestsuite.com":                   false,
		"critical1.basic.caatestsuite.com":             false,
		"critical2.basic.caatestsuite.com":             false,
		"sub1.deny.basic.caatestsuite.com":             false,
		"sub2.sub1.deny.basic.caatestsuite.com":        false,
		"*.deny.basic.caatestsuite.com":                false,
		"*.deny-wild.basic.caatestsuite.com":           false,
		"deny-wild.basic.caatestsuite.com":             true,
		"cname-deny.basic.caatestsuite.com":            false,
		"cname-cname-deny.basic.caatestsuite.com":      false,
		"sub1.cname-deny.basic.caatestsuite.com":       false,
		"dname-permit.deny.basic.caatestsuite.com":     false,
		"cname-permit-sub.deny.basic.caatestsuite.com": false,
		"permit.basic.caatestsuite.com":                true,
		"sub1.permit.basic.caatestsuite.com":           true,
		"deny.permit.basic.caatestsuite.com":           false,
		"ipv6only.caatestsuite.com":                    false,
		"xss.caatestsuite.com":                         false,
		"expired.caatestsuite-dnssec.com":              false,
		"missing.caatestsuite-dnssec.com":              false,
		"blackhole.caatestsuite-dnssec.com":            false,
		"servfail.caatestsuite-dnssec.com":             false,
		"refused.caatestsuite-dnssec.com":              false,
	}
	for _, p := range []Profile{Boulder, RFC8659} {
		for name, want := range tests {
			var climb []Answer
			for _, n := range Climb(name) {
				climb = append(climb, Answer{Name: n, Records: zone[n], Failed: slices.Contains(failing, n)})
			}
			s := Select(climb, p)
			req := request()
			req.Wildcard = name[0] == '*'
			allowed := s.Failed < 0 && Decide(s.Records, req, p).Allowed
			if allowed != want {
				t.Errorf("%s: %s: allowed %t, want %t", p.Name, name, allowed, want)
			}
		}
	}
}

// dummies are properties that nobody knows.
func dummies(n int) []Record {
	var set []Record
	for i := range n {
		set = append(set, Record{0, fmt.Sprintf("t%d", i), "test"})
	}
	return set
}

//go:build linux

package main_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// issue lets the CA issue, and ends the CAA climb before it leaves the zone.
const issue = "@ CAA 0 issue \"letsencrypt.org\"\n"

// zones is the whole name space: the root, the top-level domains, the operator
// that the name servers are named after, and one zone or two for each case.
var zones = slices.Concat(registries, unsignedZones, signedZones, brokenZones, oddZones)

// registries are the root and the top-level domains: each way of delegating.
var registries = []zone{
	{name: "", on: []string{"root-nsd", "root-bind"}, under: "root-servers.net", dual: true, sign: signing{by: byBind}},
	{name: "com", on: []string{"tld-knot", "tld-nsd"}, under: "nic.com", dual: true, sign: signing{by: byBind, denial: optOut}},
	{name: "org", on: []string{"tld-nsd", "tld-knot"}, under: "nic.org", dual: true, sign: signing{by: byLdns}},
	{name: "dev", on: []string{"tld-nsd", "tld-knot"}, under: "nic.dev", sign: signing{by: byLdns, denial: nsec3, iterations: 1, salt: "ab12"}},
	{name: "biz", on: []string{"tld-knot", "tld-nsd"}, under: "nic.biz"},
	{name: "info", on: []string{"tld-nsd", "tld-knot"}, under: "nic.info", sign: signing{by: byBind, from: -48 * time.Hour, till: -24 * time.Hour}},
	{name: "app", on: []string{"tld-knot", "tld-nsd"}, under: "nic.app", sign: signing{by: byBind, denial: nsec3, ds: foreignDS}},
}

// unsignedZones have no signatures, though the zones above them have.
var unsignedZones = []zone{
	{name: operator, on: []string{"bind", "nsd"}, under: operator, records: `
knot   A 10.53.2.2
pdns   A 10.53.2.4
closed A 10.53.2.8
silent A 10.53.2.9
` + oddAddresses()},

	// Nothing wrong.
	{name: "healthy.com", on: []string{"bind", "knot"}, under: "healthy.com", dual: true, records: issue + `
_acme-challenge TXT %healthy-apex%
_acme-challenge TXT %healthy-wildcard%
`},
	{name: "many.com", on: []string{"bind", "knot", "nsd", "pdns"}, records: issue + challengeRecords(values("many", 30))},
	{name: "alias.com", on: []string{"nsd", "bind"}, records: issue + `
_acme-challenge CNAME d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example-dns.org.
`},
	{name: "auth.example-dns.org", on: []string{"pdns"}, under: "auth.example-dns.org", records: `
$TTL 1
d420c923-bbd7-4056-ab64-c3ca54c9b3cf TXT %alias%
`},
	{name: "delegated.com", on: []string{"bind", "nsd"}, records: issue},
	{name: "_acme-challenge.delegated.com", on: []string{"knot", "pdns"}, records: `
@ TXT %delegated%
`},

	// The value.
	{name: "missing.com", on: []string{"pdns", "nsd"}, records: issue},
	{name: "wrong.com", on: []string{"bind", "pdns"}, records: issue + `
_acme-challenge TXT "v=spf1 -all"
`},
	{name: "old.com", on: []string{"nsd", "knot"}, records: issue + `
_acme-challenge TXT %old-before%
`},
	{name: "half.com", on: []string{"knot", "pdns"}, records: issue + `
_acme-challenge TXT %half-wildcard%
`},

	// The servers.
	{
		name: "stale.com", on: []string{"bind", "pdns"}, records: issue + `
_acme-challenge TXT %stale%
`,
		stale: map[string]string{"pdns": issue},
	},
	{name: "onelame.com", on: []string{"nsd"}, lame: []string{"knot"}, records: issue + `
_acme-challenge TXT %onelame%
`},
	{name: "closed.com", on: []string{"bind"}, lame: []string{"closed"}, records: issue + `
_acme-challenge TXT %closed%
`},
	{name: "silent.com", on: []string{"knot"}, lame: []string{"silent"}, records: issue + `
_acme-challenge TXT %silent%
`},
	{name: "alllame.com", lame: []string{"bind", "pdns"}},

	// The aliases.
	{name: "loop.com", on: []string{"bind", "knot"}, records: issue + `
_acme-challenge CNAME a
a               CNAME b
b               CNAME _acme-challenge
`},
	{name: "loop.org", on: []string{"bind"}, records: issue + `
_acme-challenge CNAME _acme-challenge
`},
	{name: "chain.com", on: []string{"bind", "knot"}, records: issue + `
_acme-challenge CNAME hop1.chain.org.
hop2            CNAME hop3.chain.org.
hop4            CNAME hop5.chain.org.
hop6            CNAME hop7.chain.org.
hop8            CNAME hop9.chain.org.
hop10           CNAME hop11.chain.org.
hop12           TXT %chain%
`},
	{name: "chain.org", on: []string{"nsd", "pdns"}, records: `
hop1  CNAME hop2.chain.com.
hop3  CNAME hop4.chain.com.
hop5  CNAME hop6.chain.com.
hop7  CNAME hop8.chain.com.
hop9  CNAME hop10.chain.com.
hop11 CNAME hop12.chain.com.
`},
	{name: "ladder.com", on: []string{"bind"}, records: ladder},
	{name: "ladder.org", on: []string{"knot"}, records: ladder},
	{name: "ladder.dev", on: []string{"nsd"}, records: ladder},
	{name: "ladder.biz", on: []string{"pdns"}, records: ladder},
	{name: "dname.com", on: []string{"nsd"}, records: dnames},
	{name: "dname.org", on: []string{"knot"}, records: dnames},
	{name: "dname.dev", on: []string{"bind"}, records: dnames},

	// The way to the servers.
	{name: "around.com", lame: []string{"bind"}, under: "around.org"},
	{name: "around.org", lame: []string{"bind"}, under: "around.com"},
	{name: "nowhere.com", lame: []string{"bind", "knot"}, under: "nothing.org"},
	{name: "refused.dev", lame: []string{"nsd", "knot"}},
	{name: "dead.org", lame: []string{"closed"}},

	// Who may issue.
	{name: "forbids.com", on: []string{"knot", "nsd"}, records: `
@               CAA 0 issue "digicert.com"
_acme-challenge TXT %forbids%
`},
	{name: "above.com", on: []string{"bind", "nsd"}, records: `
@ CAA 0 issue "digicert.com"
`},
	{name: "sub.above.com", on: []string{"knot", "pdns"}, records: `
_acme-challenge.www TXT %above%
www                 A 192.0.2.1
`},
}

// ladder has an alias chain of each length up to 13.
const ladder = `
c0  TXT   "the end"
c1  CNAME c0
c2  CNAME c1
c3  CNAME c2
c4  CNAME c3
c5  CNAME c4
c6  CNAME c5
c7  CNAME c6
c8  CNAME c7
c9  CNAME c8
c10 CNAME c9
c11 CNAME c10
c12 CNAME c11
c13 CNAME c12
`

// dnames are DNAMEs that lead somewhere, nowhere, around and too far.
const dnames = `
www     TXT   "www"
here    DNAME @
alias   CNAME www.here
away    DNAME healthy.com.
signed  DNAME bind-nsec.com.
expired DNAME expired.com.
twice   DNAME here
nowhere DNAME nothing
grows   DNAME grows.grows
around  DNAME about
about   DNAME around
long    DNAME aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee.aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee.aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee.aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee.example
`

// challengeRecords is the challenge name of a zone with these values.
func challengeRecords(values []string) string {
	var s strings.Builder
	for _, v := range values {
		fmt.Fprintf(&s, "_acme-challenge TXT %q\n", v)
	}
	return s.String()
}

// A server that has both a zone and the one above it never refers from the one
// to the other, so the delegation would go untested.
func TestRealServerZones(t *testing.T) {
	for _, z := range zones[1:] {
		parent := zones[slices.IndexFunc(zones, func(p zone) bool { return p.name == parentOf(z) })]
		for _, h := range z.on {
			if slices.Contains(parent.on, h) {
				t.Errorf("%s serves both %q and %q", h, z.name, parent.name)
			}
		}
	}
}

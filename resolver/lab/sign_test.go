package lab

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// zoneOf returns a host's copy of a zone when the world begins.
func zoneOf(t *testing.T, text, host, origin string) *zone {
	t.Helper()
	s, err := Parse("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.made.hosted[host][origin].at(0)
}

// Each way of signing, over a zone with everything that signing treats apart.
var signings = []string{
	"example.com",
	"example.com nsec3",
	"example.com nsec3 iterations=5 salt=ab01",
	"example.com optout",
	"example.com algorithm=5",
	"example.com algorithm=7 nsec3",
	"example.com algorithm=8 bits=2048",
	"example.com algorithm=10",
	"example.com algorithm=14",
	"example.com algorithm=ED25519 digest=1,2,4",
	"example.com algorithm=8,13 keys=split",
	"example.com keys=single",
	"com optout\nexample.com nsec3",
	". algorithm=15 keys=single anchor=dnskey\nexample.com\nsub.example.com",
}

const signedWorld = `signed
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 192.0.2.2
ns.dns.org 192.0.2.3
-- zone example.com @ ns1.example.com ns2.example.com --
@           SOA ns1 admin 7 7200 3600 1209600 60
@           CAA 0 issue "ca.example"
www         A 192.0.2.80
www     60  A 192.0.2.81
MiXed       CNAME WWW
a.b.ent     TXT "deep" "and long"
*.wild      TXT "wild"
*           CAA 0 issue ";"
moved       DNAME Elsewhere.EXAMPLE.net.
x.moved     TXT "occluded"
insecure    NS ns.dns.org.
x.insecure  TXT "not ours"
e.n.t       NS ns.dns.org.
broken      TYPE257 \# 3 00FF61
\000.octets TXT "a name with an odd octet"
\001.octets TXT "another"
srv         SRV 1 2 3 WWW
-- zone sub.example.com @ ns1.example.com --
@           TXT "below"
-- zone dns.org @ ns.dns.org --
-- sign --
`

// Every signature in a signed world must verify, with a library that has not
// made it; every set that needs one must have one; and each chain of denials
// must come back to where it begins.
func TestSignatures(t *testing.T) {
	for _, lines := range signings {
		t.Run(lines, func(t *testing.T) {
			s, err := Parse("test", []byte(signedWorld+lines+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			checked := 0
			for host, zones := range s.made.hosted {
				for origin, e := range zones {
					z := e.at(0)
					if !z.signed() {
						continue
					}
					checked += verifyZone(t, host, z)
					verifyChain(t, z)
					verifyTrust(t, s, origin)
				}
			}
			if checked < 50 {
				t.Errorf("only %d signatures", checked)
			}
		})
	}
}

// verifyZone verifies every signature of a zone and returns how many.
func verifyZone(t *testing.T, host string, z *zone) int {
	t.Helper()
	n := 0
	verify := func(name string, at node, kind uint16) {
		sigs := at.signatures(kind)
		if len(sigs) == 0 {
			t.Errorf("%s: %s: %s %s is not signed", host, z.origin, name, dns.Type(kind))
		}
		for _, rr := range sigs {
			n++
			if err := verified(z, rr.(*dns.RRSIG), at[kind]); err != nil {
				t.Errorf("%s: %s: %s %s: %v", host, z.origin, name, dns.Type(kind), err)
			}
		}
	}
	for _, o := range z.authoritative() {
		for kind := range o.node {
			switch {
			case o.signs(kind):
				verify(o.name, o.node, kind)
			case len(o.node.signatures(kind)) > 0:
				t.Errorf("%s: %s %s is signed although it is not the zone's own", z.origin, o.name, dns.Type(kind))
			}
		}
	}
	for name, at := range z.hashed {
		verify(name, at, dns.TypeNSEC3)
	}
	return n
}

// verified checks one signature with the keys of the zone, at the beginning of
// the world.
func verified(z *zone, sig *dns.RRSIG, set []dns.RR) error {
	if !sig.ValidityPeriod(epoch) {
		return fmt.Errorf("not valid at the beginning")
	}
	set = copied(set)
	for _, rr := range set {
		rr.Header().Ttl = sig.OrigTtl
	}
	err := fmt.Errorf("no key %d", sig.KeyTag)
	for _, rr := range z.nodes[z.origin][dns.TypeDNSKEY] {
		if k := rr.(*dns.DNSKEY); k.KeyTag() == sig.KeyTag && k.Algorithm == sig.Algorithm {
			if err = sig.Verify(k, set); err == nil {
				return nil
			}
		}
	}
	return err
}

// verifyChain follows the denials of a zone from the apex.
func verifyChain(t *testing.T, z *zone) {
	t.Helper()
	next := map[string]string{}
	for _, owner := range z.chain.owners {
		for _, rr := range z.denials([]string{owner}) {
			switch rr := rr.(type) {
			case *dns.NSEC:
				next[owner] = rr.NextDomain
			case *dns.NSEC3:
				next[owner] = hashedOwner(rr.NextDomain, z.origin)
			}
		}
	}
	start := z.chainKey(z.origin)
	seen := map[string]bool{}
	for at := start; !seen[at]; at = next[at] {
		if next[at] == "" {
			t.Fatalf("%s: nothing comes after %s", z.origin, at)
		}
		seen[at] = true
	}
	if len(seen) != len(next) {
		t.Errorf("%s: the chain has %d of %d owners", z.origin, len(seen), len(next))
	}
}

// verifyTrust checks that the parent, or the world for the root, vouches for
// the keys of a zone.
func verifyTrust(t *testing.T, s *Scenario, origin string) {
	t.Helper()
	var above []dns.RR
	if origin == "." {
		above = s.made.anchors
	} else {
		parent := s.made.parent(origin)
		above = s.made.hosted[s.made.serving(parent)[0]][parent].at(0).nodes[origin][dns.TypeDS]
	}
	keys := s.made.hosted[s.made.serving(origin)[0]][origin].at(0).nodes[origin][dns.TypeDNSKEY]
	if len(above) == 0 {
		t.Errorf("nobody vouches for %s", origin)
	}
	for _, rr := range above {
		if !slices.ContainsFunc(keys, func(k dns.RR) bool { return vouches(rr, k.(*dns.DNSKEY)) }) {
			t.Errorf("%s: no key for %s", origin, rr)
		}
	}
}

func vouches(rr dns.RR, k *dns.DNSKEY) bool {
	if ds, ok := rr.(*dns.DS); ok {
		return cmp.Equal(ds.Digest, k.ToDS(ds.DigestType).Digest)
	}
	return dns.IsDuplicate(rr, k)
}

// Runs can be compared only if nothing in them is left to chance.
func TestSigningIsRepeatable(t *testing.T) {
	text := signedWorld + "example.com algorithm=5,8,13,14,15,200\n"
	one, two := zoneOf(t, text, "ns1.example.com.", "example.com."), zoneOf(t, text, "ns1.example.com.", "example.com.")
	for name, n := range one.nodes {
		for kind := range maps.Keys(n) {
			if d := cmp.Diff(fmt.Sprint(n[kind]), fmt.Sprint(two.nodes[name][kind])); d != "" {
				t.Errorf("%s:\n%s", name, d)
			}
		}
	}
}

package lab

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// The zone of RFC 4035 appendix A, on servers of its own.
const rfc4035 = `the zone of RFC 4035
-- servers --
ns1.example 192.0.2.1
ns2.example 192.0.2.2
-- zone example @ ns1.example ns2.example --
@     SOA   ns1 bugs 1081539377 3600 300 3600000 3600
@     MX    1 xx
a     NS    ns1.a
a     NS    ns2.a
a     DS    57855 5 1 B6DCD485719ADCA18E5F3D48A2331627FDD3636B
ns1.a A     192.0.2.5
ns2.a A     192.0.2.6
ai    A     192.0.2.9
b     NS    ns1.b
ns1.b A     192.0.2.7
*.w   MX    1 ai
x.w   MX    1 xx
x.y.w MX    1 xx
xx    A     192.0.2.10
-- sign --
example
`

// The zone of RFC 5155 appendix A.
var rfc5155 = strings.NewReplacer(
	"RFC 4035", "RFC 5155",
	"b     NS    ns1.b\nns1.b", "c     NS    ns1.c\nns1.c",
	"-- sign --\nexample\n", "-- sign --\nexample optout iterations=12 salt=aabbccdd\n",
).Replace(rfc4035)

// proofIn shows what an answer carries, a word for each set: its type, owner
// and for denials the next name. NSEC3 owners are given by the name they
// belong to.
func proofIn(t *testing.T, w *World, words string, names ...string) string {
	t.Helper()
	q := query(t, words)
	q.Timeout = patience
	r, err := w.Exchange(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var l []string
	for i, section := range [][]dns.RR{r.Msg.Answer, r.Msg.Ns} {
		for _, rr := range section {
			l = append(l, fmt.Sprintf("%c %s", "AN"[i], described(rr, names)))
		}
	}
	return lines(append([]string{dns.RcodeToString[r.Msg.Rcode]}, slices.Compact(l)...)...)
}

func described(rr dns.RR, names []string) string {
	owner := undotted(rr.Header().Name)
	switch rr := rr.(type) {
	case *dns.RRSIG:
		return "+" + dns.TypeToString[rr.TypeCovered]
	case *dns.NSEC:
		return "NSEC " + owner + " " + undotted(rr.NextDomain)
	case *dns.NSEC3:
		for _, name := range names {
			if rr.Match(dns.Fqdn(name)) {
				owner = name
			}
		}
		return "NSEC3 " + owner
	}
	return dns.TypeToString[rr.Header().Rrtype] + " " + owner
}

// Answers must carry the proofs of the appendices B of RFC 4035 and RFC 5155:
// what a validator misses there it calls bogus.
func TestProofs(t *testing.T) {
	names := []string{"example", "a.example", "ai.example", "ns1.example", "ns2.example", "w.example", "*.w.example",
		"x.w.example", "y.w.example", "x.y.w.example", "xx.example"}
	tests := []struct {
		name, query   string
		nsec, optOut  string
		nsec3Question string // if another than for NSEC
	}{
		{"answer (B.1)", "x.w.example MX",
			"NOERROR, A MX x.w.example, A +MX",
			"NOERROR, A MX x.w.example, A +MX", ""},
		{"name error (4035 B.2)", "ml.example A",
			"NXDOMAIN, N SOA example, N +SOA, N NSEC b.example ns1.example, N +NSEC, N NSEC example a.example, N +NSEC",
			"NXDOMAIN, N SOA example, N +SOA, N NSEC3 x.w.example, N +NSEC3, N NSEC3 example, N +NSEC3, N NSEC3 a.example, N +NSEC3",
			"a.c.x.w.example A"},
		{"no data (4035 B.3, 5155 B.2)", "ns1.example MX",
			"NOERROR, N SOA example, N +SOA, N NSEC ns1.example ns2.example, N +NSEC",
			"NOERROR, N SOA example, N +SOA, N NSEC3 ns1.example, N +NSEC3", ""},
		{"no data at an empty non-terminal (5155 B.2.1)", "y.w.example A",
			"NOERROR, N SOA example, N +SOA, N NSEC x.w.example x.y.w.example, N +NSEC",
			"NOERROR, N SOA example, N +SOA, N NSEC3 y.w.example, N +NSEC3", ""},
		{"referral to a signed zone (4035 B.4)", "mc.a.example MX",
			"NOERROR, N NS a.example, N DS a.example, N +DS",
			"NOERROR, N NS a.example, N DS a.example, N +DS", ""},
		{"referral to an unsigned zone (4035 B.5, 5155 B.3)", "mc.b.example MX",
			"NOERROR, N NS b.example, N NSEC b.example ns1.example, N +NSEC",
			"NOERROR, N NS c.example, N NSEC3 example, N +NSEC3, N NSEC3 a.example, N +NSEC3",
			"mc.c.example MX"},
		{"wildcard expansion (4035 B.6, 5155 B.4)", "a.z.w.example MX",
			"NOERROR, A MX a.z.w.example, A +MX, N NSEC x.y.w.example xx.example, N +NSEC",
			"NOERROR, A MX a.z.w.example, A +MX, N NSEC3 ns2.example, N +NSEC3", ""},
		{"wildcard no data (4035 B.7, 5155 B.5)", "a.z.w.example AAAA",
			"NOERROR, N SOA example, N +SOA, N NSEC *.w.example x.w.example, N +NSEC, N NSEC x.y.w.example xx.example, N +NSEC",
			"NOERROR, N SOA example, N +SOA, N NSEC3 w.example, N +NSEC3, N NSEC3 ns2.example, N +NSEC3, N NSEC3 *.w.example, N +NSEC3", ""},
		{"DS of the zone itself (4035 B.8, 5155 B.6)", "example DS",
			"NOERROR, N SOA example, N +SOA, N NSEC example a.example, N +NSEC",
			"NOERROR, N SOA example, N +SOA, N NSEC3 example, N +NSEC3", ""},
		{"DS of an unsigned zone", "b.example DS",
			"NOERROR, N SOA example, N +SOA, N NSEC b.example ns1.example, N +NSEC",
			"NOERROR, N SOA example, N +SOA, N NSEC3 example, N +NSEC3, N NSEC3 a.example, N +NSEC3",
			"c.example DS"},
		{"keys", "example DNSKEY",
			"NOERROR, A DNSKEY example, A +DNSKEY",
			"NOERROR, A DNSKEY example, A +DNSKEY", ""},
		{"the hash of a name is no name (5155 §7.2.8)", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example NSEC3",
			"NXDOMAIN, N SOA example, N +SOA, N NSEC example a.example, N +NSEC",
			"NXDOMAIN, N SOA example, N +SOA, N NSEC3 example, N +NSEC3, N NSEC3 ns2.example, N +NSEC3, N NSEC3 ai.example, N +NSEC3", ""},
		{"no signatures without DO", "ns1.example MX plain",
			"NOERROR, N SOA example",
			"NOERROR, N SOA example", ""},
	}
	nsec, nsec3 := world(t, rfc4035), world(t, rfc5155)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				diff(t, "NSEC", strings.ReplaceAll(test.nsec, ", ", "\n"), proofIn(t, nsec, "udp 192.0.2.1 "+test.query))
				q := test.query
				if test.nsec3Question != "" {
					q = test.nsec3Question
				}
				diff(t, "opt-out", strings.ReplaceAll(test.optOut, ", ", "\n"), proofIn(t, nsec3, "udp 192.0.2.1 "+q, names...))
			})
		})
	}
}

// The hashed names are those that RFC 5155 appendix A prints.
func TestNSEC3Hashes(t *testing.T) {
	want := map[string]string{
		"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.": "NS SOA MX RRSIG DNSKEY NSEC3PARAM",
		"35mthgpgcu1qg68fab165klnsnk3dpvl.example.": "NS DS RRSIG",
		"gjeqe526plbf1g8mklp59enfd789njgi.example.": "A RRSIG",
		"2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.": "A RRSIG",
		"q04jkcevqvmu85r014c7dkba38o0ji5r.example.": "A RRSIG",
		"k8udemvp1j2f7eg6jebps17vp3n8i58h.example.": "",
		"r53bq7cc2uvmubfu5ocmm6pers9tk9en.example.": "MX RRSIG",
		"b4um86eghhds6nea196smvmlo4ors995.example.": "MX RRSIG",
		"ji6neoaepv8b5o6k4ev33abha8ht9fgc.example.": "",
		"2vptu5timamqttgl4luu9kg21e0aor3s.example.": "MX RRSIG",
		"t644ebqk9bibcna874givr6joj62mlhv.example.": "A RRSIG",
	}
	got := map[string]string{}
	for owner, n := range zoneOf(t, rfc5155, "ns1.example.", "example.").hashed {
		var types []string
		for _, kind := range n[dns.TypeNSEC3][0].(*dns.NSEC3).TypeBitMap {
			types = append(types, dns.TypeToString[kind])
		}
		got[owner] = strings.Join(types, " ")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("NSEC3 owners and types (-want +got):\n%s", d)
	}
}

// Names that are signed and names that are not lie side by side: a zone that
// no sign line asks for stays as it was, and its parent says so.
func TestUnsignedBesideSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, signedWorld+"example.com\n")
		diff(t, "an unsigned TLD", "NOERROR\nN NS org\nN NSEC org .\nN +NSEC",
			proofIn(t, w, "udp 198.51.100.1 ns.dns.org A"))
		diff(t, "an unsigned child on the same host", "NOERROR\nA TXT sub.example.com",
			proofIn(t, w, "udp 192.0.2.1 sub.example.com TXT"))
		diff(t, "its DS, from the parent", "NOERROR\nN SOA example.com\nN +SOA\nN NSEC sub.example.com e.n.t.example.com\nN +NSEC",
			proofIn(t, w, "udp 192.0.2.1 sub.example.com DS"))
		diff(t, "below a DNAME", "NOERROR\nA DNAME moved.example.com\nA +DNAME\nA CNAME x.moved.example.com",
			proofIn(t, w, "udp 192.0.2.1 x.moved.example.com TXT"))
		diff(t, "an alias", "NOERROR\nA CNAME mixed.example.com\nA +CNAME\nA A WWW.example.com\nA +A",
			proofIn(t, w, "udp 192.0.2.1 mixed.example.com A"))
	})
}

// A hand-signed zone text is served as it is: signatures with what they cover.
func TestSignedByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, `by hand
-- servers --
ns1.example.com 192.0.2.1
-- zone example.com @ ns1.example.com --
@   DNSKEY 257 3 13 AAAA
@   NSEC   www A NS SOA RRSIG NSEC DNSKEY
@   RRSIG  NSEC 13 2 300 20300101000000 20200101000000 1 example.com. AAAA
www A      192.0.2.80
www RRSIG  A 13 3 300 20300101000000 20200101000000 1 example.com. AAAA
www NSEC   @ A RRSIG NSEC
`)
		diff(t, "an answer", "NOERROR\nA A www.example.com\nA +A", proofIn(t, w, "udp 192.0.2.1 www.example.com A"))
		diff(t, "a denial", "NXDOMAIN\nN SOA example.com\nN NSEC www.example.com example.com\nN NSEC example.com www.example.com\nN +NSEC",
			proofIn(t, w, "udp 192.0.2.1 zzz.example.com A"))
	})
}

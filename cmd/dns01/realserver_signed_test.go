//go:build linux

package main_test

// contents are the records that every signed zone has: those of an order, and
// each way to be answered by something else than a record of one's own.
const contents = issue + `
@               A     192.0.2.1
_acme-challenge TXT   %signed%
www             A     192.0.2.1
www             TXT   "www"
www.ent         TXT   "www"
*.wild          TXT   "wild"
*.wild          CAA   0 issue "ca.example"
*.walias        CNAME www
alias           CNAME www
gone            CNAME nowhere
to-plain        CNAME _acme-challenge.healthy.com.
to-signed       CNAME www.ldns-nsec.com.
to-expired      CNAME www.expired.com.
to-wild         CNAME x.wild.bind-nsec3.org.
tree            DNAME ent
`

// signedZones are signed by every maker, with nothing wrong.
var signedZones = []zone{
	{name: "bind-nsec.com", on: []string{"bind", "knot"}, records: contents, sign: signing{by: byBind}},
	{name: "bind-nsec3.org", on: []string{"nsd", "pdns"}, records: contents, sign: signing{by: byBind, denial: nsec3, iterations: 3, salt: "c0ffee"}},
	{name: "ldns-nsec.com", on: []string{"nsd", "bind"}, records: contents, sign: signing{by: byLdns}},
	{name: "ldns-nsec3.org", on: []string{"knot", "nsd"}, records: contents, sign: signing{by: byLdns, denial: nsec3, iterations: 1}},
	{name: "knot-nsec.org", on: []string{"knot"}, records: contents, sign: signing{by: byKnot}},
	{name: "knot-nsec3.com", on: []string{"knot"}, records: contents, sign: signing{by: byKnot, denial: nsec3}},
	{name: "pdns-nsec.dev", on: []string{"pdns"}, records: contents, sign: signing{by: byPDNS}},
	{name: "pdns-nsec3.org", on: []string{"pdns"}, records: contents, sign: signing{by: byPDNS, denial: nsec3}},
	{name: "pdns-narrow.com", on: []string{"pdns"}, records: contents, sign: signing{by: byPDNS, denial: narrow}},

	// Other algorithms and digests.
	{name: "rsa.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, algorithm: "RSASHA256", denial: nsec3, ds: sha384DS}},
	{name: "rsasha1.com", on: []string{"knot", "nsd"}, records: contents, sign: signing{by: byBind, algorithm: "NSEC3RSASHA1"}},
	{name: "p384.dev", on: []string{"bind", "pdns"}, records: contents, sign: signing{by: byLdns, algorithm: "ECDSAP384SHA384", denial: nsec3}},
	{name: "ed25519.com", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byLdns, algorithm: "ED25519"}},
	{name: "ed448.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, algorithm: "ED448", denial: nsec3}},
	{name: "sha1ds.com", on: []string{"bind"}, records: contents, sign: signing{by: byBind, ds: sha1DS}},
	{name: "twods.org", on: []string{"nsd"}, records: contents, sign: signing{by: byLdns, ds: bothDS}},

	// Cuts.
	{name: "optout.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, denial: optOut}},
	{name: "unsigned.optout.com", on: []string{"knot"}, records: contents},
	{name: "signed.optout.com", on: []string{"pdns"}, records: contents, sign: signing{by: byPDNS}},
	{name: "parent.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byLdns}},
	{name: "unsigned.parent.org", on: []string{"knot"}, records: contents},
	{name: "signed.parent.org", on: []string{"knot"}, records: contents, sign: signing{by: byBind, denial: nsec3}},
	{name: "_acme-challenge.signed.parent.org", on: []string{"pdns"}, records: "@ TXT %delegated-signed%\n", sign: signing{by: byPDNS}},
	{name: "deep.er.dev", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byBind, denial: nsec3}},
	{name: "plain.dev", on: []string{"bind", "knot"}, records: contents},

	// Not in the chain of trust, which is no fault.
	{name: "island.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, ds: noDS}},
	{name: "below.island.com", on: []string{"knot"}, records: contents, sign: signing{by: byKnot}},
	{name: "signed.biz", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byLdns, denial: nsec3}},
	{name: "plain.biz", on: []string{"bind", "pdns"}, records: contents},
	{name: "algorithm.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, ds: unknownAlgorithmDS}},
	{name: "digest.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byLdns, ds: unknownDigestDS}},
	{name: "iterations150.org", on: []string{"nsd", "bind"}, records: contents, sign: signing{by: byLdns, denial: nsec3, iterations: 150}},
	{name: "iterations200.com", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byLdns, denial: nsec3, iterations: 200}},
}

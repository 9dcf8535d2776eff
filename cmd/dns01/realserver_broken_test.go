//go:build linux

package main_test

import "time"

// day is what the signatures below are late or early by.
const day = 24 * time.Hour

// brokenZones were signed by every maker and broken since.
var brokenZones = []zone{
	// Time.
	{name: "expired.com", on: []string{"bind", "knot"}, records: contents, sign: signing{by: byBind, from: -10 * day, till: -2 * day}},
	{name: "expired.org", on: []string{"nsd", "pdns"}, records: contents, sign: signing{by: byLdns, denial: nsec3, from: -10 * day, till: -2 * day}},
	{name: "future.com", on: []string{"nsd"}, records: contents, sign: signing{by: byLdns, from: 2 * day, till: 10 * day}},
	{name: "future.dev", on: []string{"bind", "pdns"}, records: contents, sign: signing{by: byBind, denial: nsec3, from: 2 * day, till: 10 * day}},
	{name: "backwards.org", on: []string{"bind"}, records: contents, sign: signing{by: byBind, damage: backwards}},
	{
		name: "oneexpired.com", on: []string{"nsd", "bind"}, records: contents, sign: signing{by: byBind},
		signOn: map[string]signing{"bind": {by: byBind, from: -10 * day, till: -2 * day}},
	},
	{name: "soon.org", on: []string{"bind", "knot"}, records: contents, sign: signing{by: byBind, from: -20 * day, till: time.Hour}},

	// Keys and DS records.
	{name: "wrongds.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, denial: nsec3, ds: foreignDS}},
	{name: "wrongds.org", on: []string{"pdns"}, records: contents, sign: signing{by: byPDNS, ds: foreignDS}},
	{name: "wrongds.dev", on: []string{"knot"}, records: contents, sign: signing{by: byKnot, ds: foreignDS}},
	{name: "digest.com", on: []string{"nsd"}, records: contents, sign: signing{by: byLdns, ds: sameTagDS}},
	{name: "preferred.org", on: []string{"nsd"}, records: contents, sign: signing{by: byLdns, ds: sha1GoodDS}},
	{name: "stale.org", on: []string{"bind", "pdns"}, records: contents, sign: signing{ds: foreignDS}},
	{name: "stale.dev", on: []string{"nsd", "knot"}, records: contents, sign: signing{ds: foreignDS}},
	{name: "keyless.com", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byBind, damage: keyless}},
	{name: "badkeys.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byLdns, damage: badKeys}},
	{name: "barekeys.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, denial: nsec3, damage: bareKeys}},

	// Signatures.
	{name: "stripped.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, damage: stripped}},
	{name: "stripped.org", on: []string{"knot", "nsd"}, records: contents, sign: signing{by: byLdns, denial: nsec3, damage: stripped}},
	{
		name: "onestripped.org", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byLdns},
		signOn: map[string]signing{"knot": {by: byLdns, damage: stripped}},
	},
	{
		name: "oneunsigned.com", on: []string{"bind", "knot"}, records: contents, sign: signing{by: byBind, denial: nsec3},
		signOn: map[string]signing{"knot": {}},
	},
	{name: "badtxt.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, damage: badTXT}},
	{
		name: "onebadtxt.org", on: []string{"bind", "knot"}, records: contents, sign: signing{by: byBind},
		signOn: map[string]signing{"bind": {by: byBind, damage: badTXT}},
	},
	{name: "baretxt.org", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byLdns, denial: nsec3, damage: bareTXT}},
	{name: "altered.com", on: []string{"knot", "nsd"}, records: contents, sign: signing{by: byLdns, damage: altered}},
	{name: "added.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, damage: added(`_acme-challenge TXT "another"`)}},
	{name: "signer.com", on: []string{"bind"}, records: contents, sign: signing{by: byBind, damage: wrongSigner}},
	{name: "tag.org", on: []string{"nsd"}, records: contents, sign: signing{by: byBind, damage: wrongTag}},
	{name: "txtalgorithm.com", on: []string{"nsd"}, records: contents, sign: signing{by: byBind, damage: unknownTXT}},
	{name: "morelabels.org", on: []string{"nsd"}, records: contents, sign: signing{by: byLdns, damage: moreLabels}},
	{name: "fewerlabels.com", on: []string{"nsd"}, records: contents, sign: signing{by: byLdns, damage: fewerLabels}},

	// Denial.
	{name: "undenied.com", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byBind, damage: undenied}},
	{name: "undenied.org", on: []string{"nsd", "knot"}, records: contents, sign: signing{by: byLdns, denial: nsec3, damage: undenied}},
	{name: "baredenial.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byLdns, damage: undeniedSigs}},
	{name: "baredenial.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, denial: nsec3, damage: undeniedSigs}},
	{name: "shortnsec.com", on: []string{"nsd"}, records: contents, sign: signing{by: byBind, damage: shortNSEC}},
	{name: "apexnsec.org", on: []string{"nsd"}, records: contents, sign: signing{by: byLdns, damage: apexNSECMissing}},
	{name: "badsoa.com", on: []string{"nsd", "bind"}, records: contents, sign: signing{by: byBind, damage: badSOA}},

	// Above.
	{name: "broken-ds.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind, damage: badDS}},
	{name: "child.broken-ds.com", on: []string{"knot"}, records: contents, sign: signing{by: byKnot}},
	{name: "bare-ds.org", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byLdns, denial: nsec3, damage: bareDS}},
	{name: "child.bare-ds.org", on: []string{"pdns"}, records: contents, sign: signing{by: byPDNS}},
	{name: "child.undenied.org", on: []string{"bind"}, records: contents},
	{name: "signed.undenied.org", on: []string{"pdns"}, records: contents, sign: signing{by: byPDNS}},
	{name: "halfway.com", on: []string{"bind", "nsd"}, records: contents, sign: signing{by: byBind}},
	{name: "child.halfway.com", on: []string{"knot"}, records: contents, sign: signing{by: byKnot}, unlinked: []string{"nsd"}},
	{name: "signed.info", on: []string{"bind", "knot"}, records: contents, sign: signing{by: byBind}},
	{name: "plain.info", on: []string{"nsd", "pdns"}, records: contents},
	{name: "signed.app", on: []string{"nsd", "pdns"}, records: contents, sign: signing{by: byLdns}},
	{name: "plain.app", on: []string{"bind", "knot"}, records: contents},
}

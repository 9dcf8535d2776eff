//go:build linux

package main_test

import (
	"encoding/base64"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// A damage changes the records of a signed zone.
type damage func([]dns.RR) []dns.RR

// rewrite does damage to a zone file.
func rewrite(t *testing.T, z zone, path string, d damage) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rrs []dns.RR
	zp := dns.NewZoneParser(f, z.name+".", path)
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		rrs = append(rrs, rr)
	}
	if err := zp.Err(); err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	for _, rr := range d(rrs) {
		s.WriteString(rr.String() + "\n")
	}
	if err := os.WriteFile(path, []byte(s.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// without leaves out the records of which drop says so.
func without(drop func(dns.RR) bool) damage {
	return func(rrs []dns.RR) []dns.RR { return slices.DeleteFunc(rrs, drop) }
}

// of reports whether a record has one of the types.
func of(types ...uint16) func(dns.RR) bool {
	return func(rr dns.RR) bool { return slices.Contains(types, rr.Header().Rrtype) }
}

// about reports whether a record has one of the types, or is a signature over
// one that has.
func about(types ...uint16) func(dns.RR) bool {
	return func(rr dns.RR) bool {
		t := rr.Header().Rrtype
		if sig, ok := rr.(*dns.RRSIG); ok {
			t = sig.TypeCovered
		}
		return slices.Contains(types, t)
	}
}

// at narrows a condition to the names that begin with a label.
func at(label string, is func(dns.RR) bool) func(dns.RR) bool {
	return func(rr dns.RR) bool { return strings.HasPrefix(rr.Header().Name, label+".") && is(rr) }
}

// signatureOver reports whether a record is a signature over a type.
func signatureOver(qtype uint16) func(dns.RR) bool {
	return func(rr dns.RR) bool {
		sig, ok := rr.(*dns.RRSIG)
		return ok && sig.TypeCovered == qtype
	}
}

// changed changes the records of which is says so.
func changed[T dns.RR](is func(dns.RR) bool, change func(T)) damage {
	return func(rrs []dns.RR) []dns.RR {
		for _, rr := range rrs {
			if rr, ok := rr.(T); ok && is(rr) {
				change(rr)
			}
		}
		return rrs
	}
}

// spoilt is a signature with an octet changed.
func spoilt(sig *dns.RRSIG) {
	raw, err := base64.StdEncoding.DecodeString(sig.Signature)
	if err != nil {
		panic(err)
	}
	raw[5] ^= 0xff
	sig.Signature = base64.StdEncoding.EncodeToString(raw)
}

// The damages.
var (
	stripped        = without(of(dns.TypeRRSIG))
	keyless         = without(about(dns.TypeDNSKEY))
	undenied        = without(about(dns.TypeNSEC, dns.TypeNSEC3, dns.TypeNSEC3PARAM))
	undeniedSigs    = without(func(rr dns.RR) bool { return signatureOver(dns.TypeNSEC)(rr) || signatureOver(dns.TypeNSEC3)(rr) })
	badTXT          = changed(at("_acme-challenge", signatureOver(dns.TypeTXT)), spoilt)
	bareTXT         = without(at("_acme-challenge", signatureOver(dns.TypeTXT)))
	badKeys         = changed(signatureOver(dns.TypeDNSKEY), spoilt)
	bareKeys        = without(signatureOver(dns.TypeDNSKEY))
	badSOA          = changed(signatureOver(dns.TypeSOA), spoilt)
	badDS           = changed(signatureOver(dns.TypeDS), spoilt)
	bareDS          = without(signatureOver(dns.TypeDS))
	wrongSigner     = changed(at("_acme-challenge", signatureOver(dns.TypeTXT)), func(sig *dns.RRSIG) { sig.SignerName = "com." })
	wrongTag        = changed(at("_acme-challenge", signatureOver(dns.TypeTXT)), func(sig *dns.RRSIG) { sig.KeyTag++ })
	unknownTXT      = changed(at("_acme-challenge", signatureOver(dns.TypeTXT)), func(sig *dns.RRSIG) { sig.Algorithm = 200 })
	moreLabels      = changed(at("_acme-challenge", signatureOver(dns.TypeTXT)), func(sig *dns.RRSIG) { sig.Labels++ })
	fewerLabels     = changed(at("_acme-challenge", signatureOver(dns.TypeTXT)), func(sig *dns.RRSIG) { sig.Labels-- })
	backwards       = changed(at("_acme-challenge", signatureOver(dns.TypeTXT)), func(sig *dns.RRSIG) { sig.Inception, sig.Expiration = sig.Expiration, sig.Inception })
	altered         = changed(at("_acme-challenge", of(dns.TypeTXT)), func(txt *dns.TXT) { txt.Txt = []string{"altered"} })
	shortNSEC       = changed(of(dns.TypeNSEC), func(n *dns.NSEC) { n.NextDomain = "\\000." + n.Hdr.Name })
	apexNSECMissing = without(func(rr dns.RR) bool { return about(dns.TypeNSEC)(rr) && dns.CountLabel(rr.Header().Name) == 2 })
)

// added adds a record, with a name below the apex, that nobody signed.
func added(text string) damage {
	return func(rrs []dns.RR) []dns.RR {
		for _, rr := range rrs {
			if rr.Header().Rrtype == dns.TypeSOA {
				name, rest, _ := strings.Cut(text, " ")
				more, err := dns.NewRR(name + "." + rr.Header().Name + " 60 IN " + rest)
				if err != nil {
					panic(err)
				}
				return append(rrs, more)
			}
		}
		return rrs
	}
}

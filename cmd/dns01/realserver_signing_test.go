//go:build linux

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A signing is how a zone is signed, and what has become of it since. The zero
// value is that of an unsigned zone.
type signing struct {
	by         signer
	algorithm  string // as dnssec-keygen names it; "" for ECDSAP256SHA256
	denial     denial
	iterations int           // of NSEC3
	salt       string        // of NSEC3, in hex
	from, till time.Duration // when signatures count, from now on; both zero: an hour ago, in 30 days
	ds         dsAtParent    // nil: the DS record of the zone's key
	damage     damage        // done to the signed zone; nil: none
}

// A signer is the software that signs. BIND's and ldns's write a zone file that
// any server can have; Knot and PowerDNS sign the zones they serve.
type signer string

const (
	byBind signer = "dnssec-signzone"
	byLdns signer = "ldns-signzone"
	byKnot signer = "keymgr"
	byPDNS signer = "pdnsutil"
)

// A denial is how a zone proves what is not there.
type denial int

const (
	nsec denial = iota
	nsec3
	optOut // NSEC3 without the delegations to unsigned zones (RFC 5155 §6)
	narrow // NSEC3 made for each question (RFC 7129 appendix B)
)

// offline reports whether the zone file has the signatures in it.
func (s signing) offline() bool { return s.by == byBind || s.by == byLdns }

// A key is one key pair of a zone.
type key struct {
	base    string // the path of its files without .key and .private
	records *dns.DNSKEY
}

// keyring holds the keys of every signed zone, the key signing key first, and
// under foreignKey one that no zone has.
type keyring map[string][]key

const foreignKey = "foreign-key"

// newKeyring makes the keys. Knot has a key for the zone's records beside the
// one that its DS record is made of; the others do with a single one.
func newKeyring(t *testing.T) keyring {
	t.Helper()
	for _, s := range []signer{byBind, byLdns, byKnot, byPDNS} {
		program(t, string(s))
	}
	dir, keys := t.TempDir(), keyring{}
	keys[foreignKey] = []key{newKey(t, dir, foreignKey, "", true)}
	for _, z := range zones {
		if z.sign.by == "" {
			continue
		}
		keys[z.name] = []key{newKey(t, dir, z.name, z.sign.algorithm, true)}
		if z.sign.by == byKnot {
			keys[z.name] = append(keys[z.name], newKey(t, dir, z.name, z.sign.algorithm, false))
		}
	}
	return keys
}

func newKey(t *testing.T, dir, zone, algorithm string, ksk bool) key {
	t.Helper()
	if algorithm == "" {
		algorithm = "ECDSAP256SHA256"
	}
	args := []string{"-q", "-K", dir, "-a", algorithm}
	if strings.HasPrefix(algorithm, "RSA") {
		args = append(args, "-b", "2048")
	}
	if ksk {
		args = append(args, "-f", "KSK")
	}
	base := filepath.Join(dir, strings.TrimSpace(output(t, program(t, "dnssec-keygen"), append(args, zone+".")...)))
	text, err := os.ReadFile(base + ".key")
	if err != nil {
		t.Fatal(err)
	}
	rr, err := dns.NewRR(string(text))
	if err != nil {
		t.Fatalf("%s.key: %v", base, err)
	}
	return key{base, rr.(*dns.DNSKEY)}
}

// dnskeys are the DNSKEY records that a signer wants to find in the zone file.
func (k keyring) dnskeys(z zone) string {
	var s strings.Builder
	if z.sign.offline() {
		for _, key := range k[z.name] {
			fmt.Fprintln(&s, key.records)
		}
	}
	return s.String()
}

// ds are the DS records that the parent of a zone has for it.
func (k keyring) ds(z zone) string {
	at := z.sign.ds
	switch {
	case at == nil && z.sign.by == "":
		return ""
	case at == nil:
		at = ownDS
	}
	own := k[foreignKey][0].records
	if z.sign.by != "" {
		own = k[z.name][0].records
	}
	foreign := *k[foreignKey][0].records
	foreign.Hdr.Name = z.name + "."
	var s strings.Builder
	for _, ds := range at(own, &foreign) {
		ds.Hdr.Name, ds.Hdr.Ttl = z.name+".", 60
		fmt.Fprintln(&s, ds)
	}
	return s.String()
}

// A dsAtParent makes the DS records of a zone from its key and a foreign one.
type dsAtParent func(own, foreign *dns.DNSKEY) []*dns.DS

func ownDS(own, _ *dns.DNSKEY) []*dns.DS { return []*dns.DS{own.ToDS(dns.SHA256)} }

func noDS(_, _ *dns.DNSKEY) []*dns.DS { return nil }

func foreignDS(_, foreign *dns.DNSKEY) []*dns.DS { return []*dns.DS{foreign.ToDS(dns.SHA256)} }

func bothDS(own, foreign *dns.DNSKEY) []*dns.DS {
	return []*dns.DS{foreign.ToDS(dns.SHA256), own.ToDS(dns.SHA256)}
}

// sameTagDS has the tag and algorithm of the zone's key, and the digest of
// another.
func sameTagDS(own, foreign *dns.DNSKEY) []*dns.DS {
	ds := foreign.ToDS(dns.SHA256)
	ds.KeyTag = own.KeyTag()
	return []*dns.DS{ds}
}

func sha1DS(own, _ *dns.DNSKEY) []*dns.DS { return []*dns.DS{own.ToDS(dns.SHA1)} }

func sha384DS(own, _ *dns.DNSKEY) []*dns.DS { return []*dns.DS{own.ToDS(dns.SHA384)} }

// sha1GoodDS has a digest that fits and one, preferred, that does not.
func sha1GoodDS(own, foreign *dns.DNSKEY) []*dns.DS {
	return append(sha1DS(own, foreign), sameTagDS(own, foreign)...)
}

// unknownAlgorithmDS is of an algorithm that nobody has (RFC 4034 appendix A.1:
// 123 to 251 are reserved).
func unknownAlgorithmDS(own, _ *dns.DNSKEY) []*dns.DS {
	ds := own.ToDS(dns.SHA256)
	ds.Algorithm = 200
	return []*dns.DS{ds}
}

func unknownDigestDS(own, _ *dns.DNSKEY) []*dns.DS {
	ds := own.ToDS(dns.SHA256)
	ds.DigestType = 200
	return []*dns.DS{ds}
}

// signed signs the zone file at path where its signer writes files, and does
// it the damage it is meant to have. It returns the path of the result.
func (s signing) signed(t *testing.T, z zone, path string, keys []key) string {
	t.Helper()
	if !s.offline() {
		return path
	}
	from, till := s.from, s.till
	if from == 0 && till == 0 {
		from, till = -time.Hour, 30*24*time.Hour
	}
	now := time.Now().UTC()
	begin, end := now.Add(from).Format("20060102150405"), now.Add(till).Format("20060102150405")
	out := path + ".signed"
	var args []string
	switch s.by {
	case byBind:
		args = append(s.bindArgs(), "-d", filepath.Dir(path), "-s", begin, "-e", end, "-o", z.name+".", "-f", out, path)
	case byLdns:
		args = append(s.ldnsArgs(), "-i", begin, "-e", end, "-o", z.name+".", "-f", out, path)
	}
	for _, k := range keys {
		args = append(args, k.base)
	}
	output(t, program(t, string(s.by)), args...)
	if s.damage != nil {
		rewrite(t, z, out, s.damage)
	}
	return out
}

func (s signing) bindArgs() []string {
	// -z: the key signing key signs everything; -P: the result is not verified.
	args := []string{"-q", "-z", "-P", "-O", "full"}
	if s.denial != nsec {
		args = append(args, "-3", s.saltOr("-"), "-H", fmt.Sprint(s.iterations))
	}
	if s.denial == optOut {
		args = append(args, "-A")
	}
	return args
}

func (s signing) ldnsArgs() []string {
	if s.denial == nsec {
		return nil
	}
	args := []string{"-n", "-t", fmt.Sprint(s.iterations)}
	if s.salt != "" {
		args = append(args, "-s", s.salt)
	}
	if s.denial == optOut {
		args = append(args, "-p")
	}
	return args
}

// narrowly are the words that tell pdnsutil of narrow NSEC3.
func (s signing) narrowly() []string {
	if s.denial == narrow {
		return []string{"narrow"}
	}
	return nil
}

func (s signing) saltOr(none string) string {
	if s.salt == "" {
		return none
	}
	return s.salt
}

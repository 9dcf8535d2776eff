package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// The canonical forms of RFC 4034 §6, written out here so that a world is
// signed by other code than that which validates it.

// wireName returns a name in lower case as octets.
func wireName(name string) []byte {
	wire := make([]byte, 256)
	end, err := dns.PackDomainName(dns.CanonicalName(name), wire, 0, nil, false)
	if err != nil {
		panic(fmt.Sprintf("lab: %q is not a name: %v", name, err)) // all names have been read from text
	}
	return wire[:end]
}

// canonicalKey is a string that sorts as names do in canonical order: by their
// labels from the right, octet by octet (RFC 4034 §6.1). The octet 0 ends a
// label; 0 and 1 within one are written as two.
func canonicalKey(name string) string {
	var labels [][]byte
	for wire := wireName(name); wire[0] > 0; wire = wire[1+wire[0]:] {
		labels = append(labels, wire[1:1+wire[0]])
	}
	var key []byte
	for _, label := range slices.Backward(labels) {
		for _, octet := range label {
			if octet <= 1 {
				key = append(key, 1)
				octet++
			}
			key = append(key, octet)
		}
		key = append(key, 0)
	}
	return string(key)
}

// sortNames puts names into canonical order.
func sortNames(names iter.Seq[string]) []string {
	keys := map[string]string{}
	var sorted []string
	for name := range names {
		keys[name] = canonicalKey(name)
		sorted = append(sorted, name)
	}
	slices.SortFunc(sorted, func(a, b string) int { return strings.Compare(keys[a], keys[b]) })
	return sorted
}

// canonicalRDATA returns the RDATA of a record with the names in it in lower
// case and written in full (RFC 4034 §6.2, RFC 6840 §5.1).
func canonicalRDATA(rr dns.RR) []byte {
	rr = dns.Copy(rr)
	lowerNames(rr)
	rr.Header().Name = "."
	const before = 1 + 2 + 2 + 4 + 2 // owner, type, class, TTL, length
	wire := make([]byte, dns.Len(rr)+64)
	end, err := dns.PackRR(rr, wire, 0, nil, false)
	if err != nil {
		panic(fmt.Sprintf("lab: %s: %v", rr, err)) // all records have been packed when read
	}
	return wire[before:end]
}

// lowerNames changes the names in the RDATA of the types that RFC 4034 §6.2
// lists, as far as a zone still has them.
func lowerNames(rr dns.RR) {
	for _, name := range namesIn(rr) {
		*name = dns.CanonicalName(*name)
	}
}

func namesIn(rr dns.RR) []*string {
	switch rr := rr.(type) {
	case *dns.NS:
		return []*string{&rr.Ns}
	case *dns.CNAME:
		return []*string{&rr.Target}
	case *dns.DNAME:
		return []*string{&rr.Target}
	case *dns.SOA:
		return []*string{&rr.Ns, &rr.Mbox}
	case *dns.PTR:
		return []*string{&rr.Ptr}
	case *dns.MX:
		return []*string{&rr.Mx}
	case *dns.SRV:
		return []*string{&rr.Target}
	case *dns.NAPTR:
		return []*string{&rr.Replacement}
	case *dns.AFSDB:
		return []*string{&rr.Hostname}
	case *dns.KX:
		return []*string{&rr.Exchanger}
	case *dns.RP:
		return []*string{&rr.Mbox, &rr.Txt}
	}
	return nil
}

// signedOctets returns what a signature over a record set is made over
// (RFC 4034 §3.1.8.1), by the fields of the signature as they are.
func signedOctets(sig *dns.RRSIG, set []dns.RR) []byte {
	octets := binary.BigEndian.AppendUint16(nil, sig.TypeCovered)
	octets = append(octets, sig.Algorithm, sig.Labels)
	octets = binary.BigEndian.AppendUint32(octets, sig.OrigTtl)
	octets = binary.BigEndian.AppendUint32(octets, sig.Expiration)
	octets = binary.BigEndian.AppendUint32(octets, sig.Inception)
	octets = binary.BigEndian.AppendUint16(octets, sig.KeyTag)
	octets = append(octets, wireName(sig.SignerName)...)

	var all [][]byte
	for _, rr := range set {
		all = append(all, canonicalRDATA(rr))
	}
	slices.SortFunc(all, bytes.Compare)
	owner := wireName(signedOwner(set[0].Header().Name, int(sig.Labels)))
	for _, rdata := range slices.CompactFunc(all, bytes.Equal) {
		octets = append(octets, owner...)
		octets = binary.BigEndian.AppendUint16(octets, sig.TypeCovered)
		octets = binary.BigEndian.AppendUint16(octets, dns.ClassINET)
		octets = binary.BigEndian.AppendUint32(octets, sig.OrigTtl)
		octets = binary.BigEndian.AppendUint16(octets, uint16(len(rdata)))
		octets = append(octets, rdata...)
	}
	return octets
}

// signedOwner is the owner of the records that were signed: a wildcard if the
// signature counts fewer labels than the name has.
func signedOwner(owner string, labels int) string {
	if signedLabels(owner) <= labels {
		return owner
	}
	return wildcardOf(lastLabels(owner, labels))
}

// signedLabels counts labels as RRSIG does, without an asterisk in front
// (RFC 4034 §3.1.3).
func signedLabels(owner string) int {
	n := dns.CountLabel(owner)
	if isWildcard(owner) {
		n--
	}
	return n
}

func isWildcard(name string) bool { return name == "*." || len(name) > 2 && name[:2] == "*." }

// wildcardOf returns the asterisk label below a name.
func wildcardOf(name string) string {
	if name == "." {
		return "*."
	}
	return "*." + name
}

package resolver

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A Root is one root name server: where a walk begins.
type Root struct {
	Name  string // without the final dot
	Addrs []netip.Addr
}

// IANA's root hints, https://www.internic.net/domain/named.root, and the root
// trust anchors, https://data.iana.org/root-anchors/root-anchors.xml.
var (
	//go:embed rootdata/named.root
	namedRoot string
	//go:embed rootdata/root-anchors.ds
	rootAnchors string
)

// BuiltinRoots returns IANA's root servers.
func BuiltinRoots() []Root {
	roots, err := ParseRoots(strings.NewReader(namedRoot))
	if err != nil {
		panic("resolver: built-in root hints: " + err.Error())
	}
	return roots
}

// hintsDate is a line of IANA's file.
var hintsDate = regexp.MustCompile(`(?m)^;\s+last update:\s+(\w+ \d+, \d{4})$`)

// BuiltinRootsDate returns the day on which IANA last changed the built-in
// hints, as their text says.
func BuiltinRootsDate() time.Time {
	m := hintsDate.FindStringSubmatch(namedRoot)
	if m == nil {
		panic("resolver: built-in root hints: no date")
	}
	day, err := time.Parse("January 2, 2006", m[1])
	if err != nil {
		panic("resolver: built-in root hints: " + err.Error())
	}
	return day
}

// BuiltinAnchors returns the DS records of the root keys KSK-2017 and KSK-2024.
func BuiltinAnchors() []dns.RR {
	rrs, err := ParseAnchors(strings.NewReader(rootAnchors))
	if err != nil {
		panic("resolver: built-in trust anchors: " + err.Error())
	}
	return rrs
}

// mostRootRecords is how many records root hints or anchors may be: a line of
// $GENERATE makes 65,536 of them.
const mostRootRecords = 10_000

// ParseRoots reads root hints in zone-file form, with or without TTLs: the NS
// records of the root and the addresses of their names. Servers without an address are left out;
// an error says that no server is left.
func ParseRoots(r io.Reader) ([]Root, error) {
	var names []string
	addrs := map[string][]netip.Addr{}
	zp := dns.NewZoneParser(r, ".", "")
	zp.SetIncludeAllowed(false)
	zp.SetDefaultTTL(172800)
	read := 0
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		if read++; read > mostRootRecords {
			return nil, fmt.Errorf("root hints of more than %d records; the usual ones have 39", mostRootRecords)
		}
		owner := canonical(rr.Header().Name)
		switch rr := rr.(type) {
		case *dns.NS:
			if owner == "." {
				names = append(names, canonical(rr.Ns))
			}
		case *dns.A, *dns.AAAA:
			addrs[owner] = append(addrs[owner], addrOf(rr))
		}
	}
	if err := zp.Err(); err != nil {
		return nil, fmt.Errorf("reading root hints: %w", err)
	}
	var roots []Root
	for _, n := range names {
		if len(addrs[n]) > 0 {
			roots = append(roots, Root{Name: n, Addrs: addrs[n]})
		}
	}
	if len(roots) == 0 {
		return nil, errors.New("root hints name no server of the root zone that has an address")
	}
	return roots, nil
}

// ParseAnchors reads trust anchors in zone-file form, with or without TTLs: DS
// or DNSKEY records of any zone. An error says what else stands there, or that none does.
func ParseAnchors(r io.Reader) ([]dns.RR, error) {
	var rrs []dns.RR
	zp := dns.NewZoneParser(r, ".", "")
	zp.SetIncludeAllowed(false)
	zp.SetDefaultTTL(172800)
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		if len(rrs) == mostRootRecords {
			return nil, fmt.Errorf("more than %d trust anchors", mostRootRecords)
		}
		if !slices.Contains([]uint16{dns.TypeDS, dns.TypeDNSKEY}, rr.Header().Rrtype) {
			return nil, fmt.Errorf("a trust anchor is a DS or DNSKEY record, not %s", dns.TypeToString[rr.Header().Rrtype])
		}
		rrs = append(rrs, rr)
	}
	if err := zp.Err(); err != nil {
		return nil, fmt.Errorf("reading trust anchors: %w", err)
	}
	if len(rrs) == 0 {
		return nil, errors.New("no DS or DNSKEY record among the trust anchors")
	}
	return rrs, nil
}

// addrOf returns the address of an A or AAAA record, or the zero Addr.
func addrOf(rr dns.RR) netip.Addr {
	var a netip.Addr
	switch rr := rr.(type) {
	case *dns.A:
		a, _ = netip.AddrFromSlice(rr.A.To4())
	case *dns.AAAA:
		a, _ = netip.AddrFromSlice(rr.AAAA.To16())
	}
	return a
}

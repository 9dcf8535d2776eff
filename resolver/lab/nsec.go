package lab

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// denialTTL is that of negative answers (RFC 9077).
func (z *zone) denialTTL() uint32 { return z.soa().Hdr.Ttl }

// chainNSEC gives every owner that has records the NSEC record that leads to
// the next one (RFC 4034 §4).
func (z *zone) chainNSEC() {
	owners := slices.DeleteFunc(z.authoritative(), func(o owner) bool { return len(o.node) == 0 })
	for i, o := range owners {
		nsec := &dns.NSEC{
			Hdr:        header(o.name, dns.TypeNSEC),
			NextDomain: owners[(i+1)%len(owners)].name,
			TypeBitMap: o.types(dns.TypeNSEC),
		}
		nsec.Hdr.Ttl = z.denialTTL()
		o.node[dns.TypeNSEC] = []dns.RR{nsec}
	}
}

// chainNSEC3 makes the chain of hashed names (RFC 5155 §7.1).
func (z *zone) chainNSEC3(iterations uint16, salt string, optOut bool) {
	listed := z.listed(optOut)
	byHash := map[string]owner{}
	var hashes []string
	for _, o := range listed {
		h := dns.HashName(o.name, dns.SHA1, iterations, salt)
		byHash[h] = o
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	for i, h := range hashes {
		nsec3 := &dns.NSEC3{
			Hdr:        header(hashedOwner(h, z.origin), dns.TypeNSEC3),
			Hash:       dns.SHA1,
			Iterations: iterations,
			SaltLength: uint8(len(salt) / 2),
			Salt:       salt,
			HashLength: 20,
			NextDomain: hashes[(i+1)%len(hashes)],
			TypeBitMap: byHash[h].types(),
		}
		if optOut {
			nsec3.Flags = optOutFlag
		}
		nsec3.Hdr.Ttl = z.denialTTL()
		z.hashed[nsec3.Hdr.Name] = node{dns.TypeNSEC3: []dns.RR{nsec3}}
	}
}

// optOutFlag is the only flag of NSEC3 (RFC 5155 §3.1.2.1).
const optOutFlag = 1

// listed returns the owners that an NSEC3 chain has: with opt-out those that
// are no unsigned delegations, and the names between them and the apex.
func (z *zone) listed(optOut bool) []owner {
	names := map[string]bool{}
	all := z.authoritative()
	for _, o := range all {
		if len(o.node) == 0 || optOut && o.cut && len(o.node[dns.TypeDS]) == 0 {
			continue
		}
		for _, name := range descent(z.origin, o.name) {
			names[name] = true
		}
	}
	return slices.DeleteFunc(all, func(o owner) bool { return !names[o.name] })
}

func hashedOwner(hash, origin string) string {
	if origin == "." {
		return strings.ToLower(hash) + "."
	}
	return strings.ToLower(hash) + "." + origin
}

package dnssec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

func (w *world) soa(z *testZone) []dns.RR { return w.signed(z, z.set(z.name, dns.TypeSOA)) }

func (w *world) noName(z *testZone, q string) []dns.RR {
	ce := z.closestEncloser(q)
	return slices.Concat(w.soa(z), w.covering(z, q), w.covering(z, "*."+ce), w.matching3(z, ce))
}

func (w *world) noData(z *testZone, q, owner string) []dns.RR {
	out := w.soa(z)
	if z.nsec3 != nil {
		if m := w.matching3(z, owner); m != nil {
			return slices.Concat(out, m, w.matching3(z, z.closestEncloser(q)))
		}
		// An unsigned delegation in an opt-out span.
		ce := owner
		for ce = parentName(ce); w.matching3(z, ce) == nil; ce = parentName(ce) {
		}
		return slices.Concat(out, w.covering(z, q), w.matching3(z, ce))
	}
	if z.records[owner] == nil { // an empty non-terminal
		return append(out, w.covering(z, owner)...)
	}
	return append(out, w.nsecAt(z, owner)...)
}

func (w *world) noExact(z *testZone, q string) []dns.RR { return w.covering(z, q) }

// owners lists the names that the NSEC chain has, in order.
func (w *world) owners(z *testZone) []string {
	var out []string
	for n := range z.records {
		if !w.glue(z, n) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, canonicalOrder)
	return out
}

// canonicalOrder sorts by reversed labels, which is enough for plain names.
func canonicalOrder(a, b string) int {
	la, lb := dns.SplitDomainName(a), dns.SplitDomainName(b)
	slices.Reverse(la)
	slices.Reverse(lb)
	return slices.Compare(la, lb)
}

// glue reports whether n is below a delegation.
func (w *world) glue(z *testZone, n string) bool {
	for n != z.name && n != "." {
		n = parentName(n)
		if w.isCut(z, n) {
			return true
		}
	}
	return false
}

func (z *testZone) types(n string, extra ...uint16) []uint16 {
	types := slices.Clone(extra)
	for _, rr := range z.records[n] {
		types = append(types, rr.Header().Rrtype)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

func (w *world) nsecAt(z *testZone, n string) []dns.RR {
	if z.unsigned {
		return nil
	}
	all := w.owners(z)
	i := slices.Index(all, n)
	if i < 0 {
		return nil
	}
	return w.signed(z, []dns.RR{&dns.NSEC{
		Hdr:        dns.RR_Header{Name: n, Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: 300},
		NextDomain: all[(i+1)%len(all)],
		TypeBitMap: z.types(n, dns.TypeNSEC, dns.TypeRRSIG),
	}})
}

// covering returns the record that shows that q does not exist.
func (w *world) covering(z *testZone, q string) []dns.RR {
	if z.unsigned {
		return nil
	}
	if z.nsec3 != nil {
		return w.covering3(z, q)
	}
	all := w.owners(z)
	at := all[len(all)-1]
	for _, n := range all {
		if canonicalOrder(n, q) < 0 {
			at = n
		}
	}
	return w.nsecAt(z, at)
}

// hashed lists the NSEC3 chain: hash and name, in order of hash.
func (w *world) hashed(z *testZone) [][2]string {
	seen := make(map[string]bool)
	var out [][2]string
	for n := range z.records {
		insecure := w.isCut(z, n) && len(z.set(n, dns.TypeDS)) == 0
		if w.glue(z, n) || z.nsec3.optOut && insecure {
			continue
		}
		for ; !seen[n]; n = parentName(n) { // with the empty non-terminals above
			seen[n] = true
			out = append(out, [2]string{z.hash(n), n})
			if n == z.name {
				break
			}
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return cmp.Compare(a[0], b[0]) })
	return out
}

func (z *testZone) hash(n string) string {
	return dns.HashName(n, dns.SHA1, z.nsec3.iterations, z.nsec3.salt)
}

func (w *world) record3(z *testZone, all [][2]string, i int) []dns.RR {
	n := all[i][1]
	var extra []uint16
	if len(z.records[n]) > 0 && !(w.isCut(z, n) && len(z.set(n, dns.TypeDS)) == 0) {
		extra = append(extra, dns.TypeRRSIG)
	}
	rr := &dns.NSEC3{
		Hdr:  dns.RR_Header{Name: strings.ToLower(all[i][0]) + "." + strings.TrimPrefix(z.name, "."), Rrtype: dns.TypeNSEC3, Class: dns.ClassINET, Ttl: 300},
		Hash: dns.SHA1, Iterations: z.nsec3.iterations, Salt: z.nsec3.salt, SaltLength: uint8(len(z.nsec3.salt) / 2),
		NextDomain: all[(i+1)%len(all)][0], HashLength: 20,
		TypeBitMap: z.types(n, extra...),
	}
	if z.nsec3.optOut {
		rr.Flags = 1
	}
	return w.signed(z, []dns.RR{rr})
}

// matching3 returns the NSEC3 at the hash of n, if the zone has such.
func (w *world) matching3(z *testZone, n string) []dns.RR {
	if z.unsigned || z.nsec3 == nil {
		return nil
	}
	all := w.hashed(z)
	for i := range all {
		if all[i][1] == n {
			return w.record3(z, all, i)
		}
	}
	return nil
}

func (w *world) covering3(z *testZone, q string) []dns.RR {
	all := w.hashed(z)
	for n := q; n != z.name; n = parentName(n) { // the next closer name
		if p := parentName(n); w.matching3(z, p) != nil {
			q = n
			break
		}
	}
	at := len(all) - 1
	for i := range all {
		if all[i][0] < z.hash(q) {
			at = i
		}
	}
	return w.record3(z, all, at)
}

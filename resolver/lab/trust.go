package lab

import (
	"encoding/hex"
	"maps"
	"slices"

	"github.com/miekg/dns"
)

// signAll settles which zones are signed and how: those with a line in the
// sign section, and for a chain without gaps every zone above them that has no
// line of its own.
func (b *builder) signAll(lines []signLine) error {
	b.lines, b.signers, b.keys = lines, map[string]*zoneSigner{}, keyring{}
	told := map[string]bool{}
	for _, l := range lines {
		if !b.origins[l.origin] {
			return l.errorAt(l.number, "%s is not among the zones", undotted(l.origin))
		}
		for _, h := range l.hosts {
			if !slices.Contains(b.everServing(l.origin), h) {
				return l.errorAt(l.number, "%s does not serve %s", undotted(h), undotted(l.origin))
			}
		}
		told[l.origin] = true
	}
	for _, origin := range slices.Sorted(maps.Keys(told)) {
		how, err := b.signing(origin, "")
		if err != nil {
			return err
		}
		if how.unsigned {
			continue
		}
		b.signers[origin] = b.keys.signer(origin, how)
		for above := origin; above != "."; {
			above = b.parent(above)
			if !told[above] && b.signers[above] == nil {
				b.signers[above] = b.keys.signer(above, defaultSigning())
			}
		}
	}
	return nil
}

// everServing returns the hosts that have a zone at any time.
func (p *plan) everServing(origin string) []string {
	var hosts []string
	for _, c := range p.copies {
		if c.origin == origin {
			hosts = append(hosts, c.hosts...)
		}
	}
	return hosts
}

// signing is how a host's copies of a zone are signed, or the zone as a whole
// if host is "".
func (b *builder) signing(origin, host string) (signing, error) {
	how := defaultSigning()
	for _, l := range b.lines {
		if !l.about(origin, host) {
			continue
		}
		if err := l.apply(&how); err != nil {
			return signing{}, l.errorAt(l.number, "%v", err)
		}
	}
	return how, nil
}

// signer returns who signs a host's copies of a zone, or nil.
func (b *builder) signer(origin, host string) (*zoneSigner, error) {
	whole := b.signers[origin]
	if whole == nil || !slices.ContainsFunc(b.lines, func(l signLine) bool {
		return l.origin == origin && slices.Contains(l.hosts, host)
	}) {
		return whole, nil
	}
	how, err := b.signing(origin, host)
	if err != nil || how.unsigned {
		return nil, err
	}
	return b.keys.signer(origin, how), nil
}

// publishDS gives the parents of signed zones their DS records, unless they
// have some already or do not delegate the zone.
func (b *builder) publishDS() {
	for _, origin := range slices.Sorted(maps.Keys(b.signers)) {
		if origin == "." {
			continue
		}
		for _, z := range b.copiesOf(b.parent(origin)) {
			n := z.nodes[origin]
			if len(n[dns.TypeNS]) > 0 && len(n[dns.TypeDS]) == 0 {
				n[dns.TypeDS] = append(n[dns.TypeDS], b.ds(b.signers[origin])...)
			}
			if len(n[dns.TypeDS]) == 0 {
				delete(n, dns.TypeDS)
			}
		}
	}
}

// ds returns what the parent has for a zone.
func (b *builder) ds(s *zoneSigner) []dns.RR {
	switch s.held.ds {
	case "none":
		return nil
	case "wrong":
		return falsified(s.dsOf(s.ksks))
	case "stale":
		return s.dsOf(b.keys.unpublished(s))
	}
	return s.dsOf(s.ksks)
}

// dsOf returns the DS records for keys, one for each digest type.
func (s *zoneSigner) dsOf(keys []*key) []dns.RR {
	digests, err := parseNumbers(s.held.digests)
	if err != nil {
		panic("lab: digest types: " + err.Error()) // read once already
	}
	var rrs []dns.RR
	for _, k := range keys {
		for _, d := range digests {
			rrs = append(rrs, k.ds(d))
		}
	}
	return rrs
}

// falsified changes the last octet of each DS record's digest.
func falsified(set []dns.RR) []dns.RR {
	set = copied(set)
	for _, rr := range set {
		if ds, ok := rr.(*dns.DS); ok {
			ds.Digest = flipped(ds.Digest)
		}
	}
	return set
}

// flipped returns hexadecimal octets with the last one inverted.
func flipped(digits string) string {
	octets, err := hex.DecodeString(digits)
	if err != nil || len(octets) == 0 {
		return digits
	}
	octets[len(octets)-1] ^= 0xff
	return hex.EncodeToString(octets)
}

// anchors are the trust anchors of the world: DS records of the root's keys,
// unless its line says otherwise, and those of zones whose line asks for it.
func (b *builder) anchors() []dns.RR {
	var rrs []dns.RR
	for _, origin := range slices.SortedFunc(maps.Keys(b.signers), byDepth) {
		s := b.signers[origin]
		kind := s.held.anchor
		if kind == "" && origin == "." {
			kind = "ds"
		}
		switch kind {
		case "ds":
			rrs = append(rrs, s.dsOf(s.ksks)...)
		case "wrong":
			rrs = append(rrs, falsified(s.dsOf(s.ksks))...)
		case "dnskey":
			for _, k := range s.ksks {
				rrs = append(rrs, k.dnskey)
			}
		}
	}
	return rrs
}

// byDepth orders names from the root downwards.
func byDepth(a, b string) int {
	if n := dns.CountLabel(a) - dns.CountLabel(b); n != 0 {
		return n
	}
	if a < b {
		return -1
	}
	return 1
}

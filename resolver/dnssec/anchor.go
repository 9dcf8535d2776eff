package dnssec

import (
	"encoding/base64"

	"github.com/miekg/dns"
)

// An anchor is where trust begins: DS or DNSKEY records of one zone that came
// from elsewhere than the DNS (RFC 4033 §2).
type anchor struct {
	zone name
	ds   []*dns.DS
	keys []zoneKey
}

// newAnchors sorts anchor records by zone. Of the DS records of a zone those
// with the strongest digest count. A zone with unusable records only has no
// anchor, as in Unbound: what is below is then covered by the anchor above,
// or by none.
func newAnchors(records []dns.RR, support Support) map[name]*anchor {
	all := make(map[name]*anchor)
	for _, rr := range records {
		zone, ok := parseName(rr.Header().Name)
		if !ok {
			continue
		}
		a := all[zone]
		if a == nil {
			a = &anchor{zone: zone}
		}
		if a.add(rr, support) {
			all[zone] = a
		}
	}
	for _, a := range all {
		a.keepStrongest()
	}
	return all
}

// add takes a record that can be used.
func (a *anchor) add(rr dns.RR, support Support) bool {
	switch rr := rr.(type) {
	case *dns.DS:
		if !support.usable(rr) {
			return false
		}
		a.ds = append(a.ds, rr)
		return true
	case *dns.DNSKEY:
		public, err := base64.StdEncoding.DecodeString(rr.PublicKey)
		if err != nil || !support.algorithm(rr.Algorithm) {
			return false
		}
		a.keys = append(a.keys, zoneKey{rr.Flags, rr.Protocol, rr.Algorithm, rr.KeyTag(), public})
		return true
	}
	return false
}

func (a *anchor) keepStrongest() {
	var best uint8
	for _, ds := range a.ds {
		best = max(best, ds.DigestType)
	}
	var kept []*dns.DS
	for _, ds := range a.ds {
		if ds.DigestType == best {
			kept = append(kept, ds)
		}
	}
	a.ds = kept
}

// tags are the key tags that the anchor names.
func (a *anchor) tags() []uint16 {
	var tags []uint16
	for _, ds := range a.ds {
		tags = append(tags, ds.KeyTag)
	}
	for _, k := range a.keys {
		tags = append(tags, k.tag)
	}
	return tags
}

// anchorFor returns the closest anchor at or above n, or nil.
func (v *Validator) anchorFor(n name) *anchor {
	for {
		if a := v.anchors[n]; a != nil {
			return a
		}
		if n == root || n == "" {
			return nil
		}
		n = n.parent()
	}
}

package dnssec

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/miekg/dns"
)

// A keySet is the DNSKEY RRset of a zone.
type keySet struct {
	zone name
	keys []zoneKey
	set  *rrset // the records, for verification and for the trace
}

// A zoneKey is one DNSKEY, with what has to be computed once.
type zoneKey struct {
	flags     uint16
	protocol  uint8
	algorithm uint8
	tag       uint16
	public    []byte // the public key field
}

// newKeySet reads the keys of a DNSKEY RRset.
func newKeySet(s *rrset) *keySet {
	ks := &keySet{zone: s.owner, set: s}
	for _, rr := range s.rrs {
		k, ok := rr.(*dns.DNSKEY)
		if !ok {
			continue
		}
		public, err := base64.StdEncoding.DecodeString(k.PublicKey)
		if err != nil {
			public = nil
		}
		ks.keys = append(ks.keys, zoneKey{k.Flags, k.Protocol, k.Algorithm, k.KeyTag(), public})
	}
	return ks
}

func (ks *keySet) tags() []uint16 {
	var tags []uint16
	for _, k := range ks.keys {
		tags = append(tags, k.tag)
	}
	return tags
}

// writeTo feeds the digest of a DS: the owner and the key's RDATA
// (RFC 4034 §5.1.4).
func (k zoneKey) writeTo(h hash.Hash, owner name) {
	h.Write([]byte(owner))
	h.Write([]byte{byte(k.flags >> 8), byte(k.flags), k.protocol, k.algorithm})
	h.Write(k.public)
}

// digestFits reports whether ds is the digest of key k of the zone.
func (ks *keySet) digestFits(k zoneKey, ds *dns.DS) bool {
	h := digestOf(ds.DigestType)
	if h == 0 {
		return false
	}
	want, err := hex.DecodeString(ds.Digest)
	if err != nil || len(want) != h.Size() {
		return false
	}
	w := h.New()
	k.writeTo(w, ks.zone)
	return string(w.Sum(nil)) == string(want)
}

// anchoredBy checks the DNSKEY RRset against the DS RRset above it, or against
// a trust anchor: at least one usable DS must name a key that signs the set
// (RFC 4035 §5.2). Which algorithms are signed with besides does not matter:
// Unbound leaves harden-algo-downgrade off.
//
// Secure comes with no fault; Insecure when no DS is usable.
func (w *work) anchoredBy(ks *keySet, dss []*dns.DS) (Status, fault) {
	f := fault{ede: EDEBogus, reason: DSMismatch}
	useful := false
	for _, ds := range dss {
		if !w.v.cfg.Support.usable(ds) {
			continue
		}
		useful = true
		if w.digestMatch(ks, ds, &f) {
			return Secure, fault{}
		}
	}
	if !useful {
		return Insecure, fault{reason: AlgorithmUnsupported, link: Link{Zone: ks.zone.String()}}
	}
	return Bogus, f
}

// digestMatch looks for a key that fits ds and signs the set.
func (w *work) digestMatch(ks *keySet, ds *dns.DS, f *fault) bool {
	candidates, fitting := 0, 0
	for _, k := range ks.keys {
		if k.algorithm != ds.Algorithm || k.tag != ds.KeyTag {
			continue
		}
		candidates++
		if !ks.digestFits(k, ds) {
			// Each mismatch costs a hash: keys made to share a tag
			// must not buy many (CVE-2023-50387).
			if candidates > fitting+w.v.cfg.Limits.DigestMismatches {
				return false
			}
			continue
		}
		fitting++
		if w.selfSigned(ks, k, f) {
			return true
		}
	}
	at := Link{Zone: ks.zone.String(), Name: ks.zone.String(), Type: dns.TypeDNSKEY, KeyTag: ds.KeyTag}
	switch {
	case candidates == 0:
		*f = fault{fmt.Sprintf("no keys have a DS with algorithm %s", algorithmName(ds.Algorithm)), f.ede, DSMismatch, at}
	case fitting == 0:
		*f = fault{"DS hash mismatches key", f.ede, DSMismatch, at}
	case f.text == "":
		*f = fault{"keyset not secured by DNSKEY that matches DS", f.ede, DSMismatch, at}
	}
	return false
}

// anchoredByKeys checks the DNSKEY RRset against trust anchors that are keys.
func (w *work) anchoredByKeys(ks *keySet, anchors []zoneKey, f *fault) bool {
	for _, k := range anchors {
		if w.v.cfg.Support.algorithm(k.algorithm) && w.selfSigned(ks, k, f) {
			return true
		}
	}
	return false
}

// selfSigned reports whether key k signs the zone's DNSKEY RRset.
func (w *work) selfSigned(ks *keySet, k zoneKey, f *fault) bool {
	link := Link{Zone: ks.zone.String(), Name: ks.zone.String(), Type: dns.TypeDNSKEY, KeyTag: k.tag}
	if len(ks.set.sigs) == 0 {
		*f = fault{"no signatures", EDERRSIGsMissing, SignatureMissing, link}
		return false
	}
	checked := 0
	for _, sig := range ks.set.sigs {
		if sig.Algorithm != k.algorithm || sig.KeyTag != k.tag {
			continue
		}
		if w.check(ks.set, sig, ks.zone, k, f) {
			w.passed(ks.set, sig, true)
			return true
		}
		checked++
		if checked > w.v.cfg.Limits.SignatureChecks {
			*f = tooManySignatures(link)
			return false
		}
	}
	if checked == 0 {
		*f = fault{"signature for expected key and algorithm missing", EDEBogus, SignatureMissing, link}
	}
	return false
}

func tooManySignatures(at Link) fault {
	return fault{"too many RRSIG validations", EDEBogus, TooManySignatures, at}
}

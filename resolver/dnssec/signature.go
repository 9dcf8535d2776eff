package dnssec

import (
	"encoding/base64"
	"errors"

	"github.com/miekg/dns"
)

const (
	flagZone   = 0x0100 // RFC 4034 §2.1.1
	flagRevoke = 0x0080 // RFC 5011 §2.1
	dnssecKey  = 3      // the only protocol (RFC 4034 §2.1.2)
)

// verify checks the signatures over s until one holds (RFC 4035 §5.3.3: any
// one is enough). It returns how many were tried with a key. The fault is that
// of the last one tried.
func (w *work) verify(s *rrset, ks *keySet, authority bool) (f fault, tried int, ok bool) {
	if s.status == Secure {
		return fault{}, 0, true
	}
	link := Link{Zone: ks.zone.String(), Name: s.owner.String(), Type: s.rtype}
	if len(s.sigs) == 0 {
		return fault{"no signatures", EDERRSIGsMissing, SignatureMissing, link}, 0, false
	}
	f = fault{ede: EDEBogus, reason: Other, link: link}
	for _, sig := range s.sigs {
		if w.verifyWith(s, sig, ks, &f, &tried) {
			w.passed(s, sig, authority)
			return fault{}, tried, true
		}
		if tried > w.v.cfg.Limits.SignatureChecks {
			f = tooManySignatures(link)
			break
		}
	}
	s.status = Bogus
	return f, tried, false
}

// verifyWith tries the keys that sig may be made with. Several may share its
// tag and algorithm.
func (w *work) verifyWith(s *rrset, sig *dns.RRSIG, ks *keySet, f *fault, tried *int) bool {
	if !w.v.cfg.Support.algorithm(sig.Algorithm) {
		f.ede, f.reason = EDEUnsupportedAlgorithm, AlgorithmUnsupported
		return false
	}
	found := false
	for _, k := range ks.keys {
		if k.algorithm != sig.Algorithm || k.tag != sig.KeyTag {
			continue
		}
		found = true
		*tried++
		if w.check(s, sig, ks.zone, k, f) {
			return true
		}
		if *tried > w.v.cfg.Limits.SignatureChecks {
			return false
		}
	}
	if !found {
		*f = fault{"signatures from unknown keys", EDEDNSKEYMissing, UnknownKey, w.linkTo(s, sig, ks.zone)}
	}
	return false
}

func (w *work) linkTo(s *rrset, sig *dns.RRSIG, zone name) Link {
	return Link{
		Zone: zone.String(), Name: s.owner.String(), Type: s.rtype,
		KeyTag:    sig.KeyTag,
		Inception: w.clock.at(sig.Inception), Expiration: w.clock.at(sig.Expiration),
	}
}

// passed notes that sig holds over s.
func (w *work) passed(s *rrset, sig *dns.RRSIG, authority bool) {
	s.status = Secure
	if authority && s.rtype == dns.TypeNSEC {
		s.owner = signedOwner(s.owner, sig)
	}
}

// check tries one signature with one key of the zone (RFC 4035 §5.3.1 to
// §5.3.3). The validity period comes last: a signature that is both false and
// late is false. A crypto failure keeps the code of the fault before it.
func (w *work) check(s *rrset, sig *dns.RRSIG, zone name, k zoneKey, f *fault) bool {
	link := w.linkTo(s, sig, zone)
	if bad, ok := fits(s, sig, zone, k); !ok {
		*f = bad
		f.link = link
		return false
	}
	data, ok := signedData(s, sig)
	if !ok || len(k.public) == 0 {
		return false // nothing to check against; not worth words
	}
	if w.ctx.Err() != nil {
		w.givenUp = true
		return false
	}
	w.checks++
	sigData, _ := base64.StdEncoding.DecodeString(sig.Signature)
	if err := w.v.crypto(k.algorithm, k.public, data, sigData); err != nil {
		f.text, f.reason, f.link = err.Error(), CryptoFailed, link
		if errors.Is(err, errKey) {
			f.reason = KeyUnusable
		}
		return false
	}
	if bad, ok := w.clock.check(sig); !ok {
		*f = bad
		f.link = link
		return false
	}
	return true
}

// fits checks everything about a signature and a key that needs no
// cryptography.
func fits(s *rrset, sig *dns.RRSIG, zone name, k zoneKey) (fault, bool) {
	unfit := func(text string) (fault, bool) {
		return fault{text: text, ede: EDEBogus, reason: SignatureUnfit}, false
	}
	key := func(text string, e EDE) (fault, bool) { return fault{text: text, ede: e, reason: KeyUnusable}, false }

	atApex := s.rtype == dns.TypeDNSKEY && s.owner == zone
	switch {
	case k.flags&flagZone == 0:
		return key("dnskey without ZSK flag", EDENoZoneKeyBit)
	case k.flags&flagRevoke != 0 && !atApex: // it may still sign its own set
		return key("dnskey revoked", EDEDNSKEYMissing)
	case k.protocol != dnssecKey:
		return key("dnskey has wrong protocolnumber", EDEBogus)
	}
	signer, ok := parseName(sig.SignerName)
	switch {
	case !ok:
		return unfit("signer name malformed")
	case !s.owner.under(signer):
		return unfit("signer name off-tree")
	case s.rtype == dns.TypeNSEC3 && s.owner.parent() != signer:
		return unfit("NSEC3 owner name is not b32.signer name")
	case s.rtype == dns.TypeNSEC && !nextUnder(s, signer):
		return unfit("NSEC next owner overreaches signer name")
	case sig.Signature == "":
		return unfit("signature too short, no signature data")
	case signer != zone:
		return unfit("signer name mismatches key name")
	case sig.TypeCovered != s.rtype:
		return unfit("signature covers wrong type")
	case sig.Algorithm != k.algorithm:
		return unfit("signature has wrong algorithm")
	case sig.KeyTag != k.tag:
		return unfit("signature has wrong keytag")
	case int(sig.Labels) > s.owner.signedLabels():
		return unfit("signature labelcount out of range")
	case int(sig.Labels) < signer.signedLabels():
		return unfit("signature labelcount lower than signature signer")
	}
	return fault{}, true
}

// nextUnder reports whether an NSEC stays within its zone.
func nextUnder(s *rrset, zone name) bool {
	n := s.nsec()
	if n == nil {
		return false
	}
	next, ok := parseName(n.NextDomain)
	return ok && next.under(zone)
}

package dnssec

import (
	"time"

	"github.com/miekg/dns"
)

// A clock is the moment of a validation. Times of signatures are 32-bit
// seconds that wrap around; they are compared in serial arithmetic
// (RFC 4034 §3.1.5, RFC 1982).
type clock struct {
	now  time.Time
	skew time.Duration // how far inception and expiration may be missed
}

// at returns the time that a field of an RRSIG means: the one nearest to now.
func (c clock) at(field uint32) time.Time {
	now := c.now.Unix()
	return time.Unix(now+int64(int32(field-uint32(now))), 0).UTC()
}

// check returns the fault in the validity period of sig, if there is one. The
// second of expiration itself still counts.
func (c clock) check(sig *dns.RRSIG) (fault, bool) {
	now := uint32(c.now.Unix())
	skew := int32(c.skew / time.Second)
	switch {
	case int32(sig.Inception-sig.Expiration) > 0:
		return fault{text: "signature inception after expiration", ede: EDESignatureNotYetValid, reason: SignatureNotYetValid}, false
	case int32(sig.Inception-now) > skew:
		return fault{text: "signature before inception date", ede: EDESignatureNotYetValid, reason: SignatureNotYetValid}, false
	case int32(now-sig.Expiration) > skew:
		return fault{text: "signature expired", ede: EDESignatureExpired, reason: SignatureExpired}, false
	}
	return fault{}, true
}

package dnssec

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"errors"
	"math/big"

	"github.com/miekg/dns"
)

// A Verify checks one signature over signed octets with the public key field
// of a DNSKEY: nil when it fits. It is the seam between DNSSEC and
// cryptography: everything else in this package is about names, times and
// proofs.
type Verify func(algorithm uint8, key, signed, sig []byte) error

// Why a signature does not fit, in Unbound's words.
var (
	errKey           = errors.New("use of key for crypto failed")
	errSignatureForm = errors.New("use of signature for ECDSA crypto failed")
	errCrypto        = errors.New("signature crypto failed")
)

// VerifySignature is the [Verify] for every algorithm of [Unbound].
func VerifySignature(algorithm uint8, key, signed, sig []byte) error {
	switch algorithm {
	case dns.RSASHA1, dns.RSASHA1NSEC3SHA1, dns.RSASHA256, dns.RSASHA512:
		return verifyRSA(algorithm, key, signed, sig)
	case dns.ECDSAP256SHA256:
		return verifyECDSA(elliptic.P256(), algorithm, key, signed, sig)
	case dns.ECDSAP384SHA384:
		return verifyECDSA(elliptic.P384(), algorithm, key, signed, sig)
	case dns.ED25519:
		return verifyEd25519(key, signed, sig)
	case dns.ED448:
		return verifyEd448(key, signed, sig)
	}
	return errKey
}

func verifyRSA(algorithm uint8, key, signed, sig []byte) error {
	k, ok := parseRSA(key)
	if !ok {
		return errKey
	}
	if !k.verify(hashOf(algorithm), signed, sig) {
		return errCrypto
	}
	return nil
}

// verifyECDSA checks a signature of two numbers side by side (RFC 6605 §4).
func verifyECDSA(curve elliptic.Curve, algorithm uint8, key, signed, sig []byte) error {
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, append([]byte{4}, key...))
	if err != nil {
		return errKey
	}
	if len(sig) < 16 || len(sig)%2 != 0 {
		return errSignatureForm
	}
	h := hashOf(algorithm).New()
	h.Write(signed)
	r := new(big.Int).SetBytes(sig[:len(sig)/2])
	s := new(big.Int).SetBytes(sig[len(sig)/2:])
	if !ecdsa.Verify(pub, h.Sum(nil), r, s) {
		return errCrypto
	}
	return nil
}

func verifyEd25519(key, signed, sig []byte) error {
	if len(key) != ed25519.PublicKeySize {
		return errKey
	}
	if !ed25519.Verify(key, signed, sig) {
		return errCrypto
	}
	return nil
}

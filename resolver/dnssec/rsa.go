package dnssec

import (
	"bytes"
	"crypto"
	"math/big"
)

// crypto/rsa refuses moduli under 1024 bits and public exponents over 31
// bits. Unbound, whose library refuses neither, answers for zones signed with
// such keys, so the public-key operation stands here.

// An rsaKey is the public key of a DNSKEY (RFC 3110 §2).
type rsaKey struct{ n, e *big.Int }

// The bounds of OpenSSL's RSA verification: they keep a hostile key from
// costing more than a few milliseconds.
const (
	maxRSABits          = 16384
	smallRSABits        = 3072
	maxRSAExponentOfBig = 64 // bits, for a modulus over smallRSABits
)

// parseRSA reads the public key field of a DNSKEY.
func parseRSA(b []byte) (rsaKey, bool) {
	if len(b) < 3 {
		return rsaKey{}, false
	}
	length, b := int(b[0]), b[1:]
	if length == 0 {
		length, b = int(b[0])<<8|int(b[1]), b[2:]
	}
	if length == 0 || length >= len(b) {
		return rsaKey{}, false
	}
	k := rsaKey{e: new(big.Int).SetBytes(b[:length]), n: new(big.Int).SetBytes(b[length:])}
	return k, k.bounded()
}

func (k rsaKey) bounded() bool {
	bits := k.n.BitLen()
	if bits > maxRSABits || k.e.Cmp(k.n) >= 0 || k.e.Sign() == 0 {
		return false
	}
	return bits <= smallRSABits || k.e.BitLen() <= maxRSAExponentOfBig
}

// verify checks an RSASSA-PKCS1-v1_5 signature by making the encoded message
// it must open to and comparing all of it (RFC 8017 §8.2.2).
func (k rsaKey) verify(h crypto.Hash, signed, sig []byte) bool {
	size := (k.n.BitLen() + 7) / 8
	want, ok := encodePKCS1(h, signed, size)
	if !ok || len(sig) != size {
		return false
	}
	s := new(big.Int).SetBytes(sig)
	if s.Cmp(k.n) >= 0 {
		return false
	}
	got := s.Exp(s, k.e, k.n).FillBytes(make([]byte, size))
	return bytes.Equal(got, want)
}

// encodePKCS1 is EMSA-PKCS1-v1_5 (RFC 8017 §9.2).
func encodePKCS1(h crypto.Hash, signed []byte, size int) ([]byte, bool) {
	w := h.New()
	w.Write(signed)
	t := append(digestInfo(h), w.Sum(nil)...)
	if len(t) == h.Size() || size < len(t)+11 {
		return nil, false
	}
	m := bytes.Repeat([]byte{0xff}, size)
	m[0], m[1], m[size-len(t)-1] = 0, 1, 0
	copy(m[size-len(t):], t)
	return m, true
}

// digestInfo is the DER prefix that names the hash (RFC 8017 §9.2, note 1).
func digestInfo(h crypto.Hash) []byte {
	switch h {
	case crypto.SHA1:
		return []byte("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14")
	case crypto.SHA256:
		return []byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20")
	case crypto.SHA512:
		return []byte("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40")
	}
	return nil
}

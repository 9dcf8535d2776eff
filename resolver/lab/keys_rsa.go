package lab

import (
	"crypto"
	"encoding/hex"
	"io"
	"math/big"
)

// The sizes of RSA moduli in bits. Go's own library refuses those under 1024,
// which zones still have, and takes its primes from nowhere but the system's
// source of chance, so that RSA is done by hand here.
const (
	minRSABits     = 512
	maxRSABits     = 2048
	minSHA512Bits  = 1024
	defaultRSABits = 1024
)

// An rsaKey is a modulus and the private exponent.
type rsaKey struct{ n, d *big.Int }

// publicExponent is the usual one.
const publicExponent = 65537

// rsaMaterial has keys as RFC 3110 §2 writes them and signatures by PKCS #1
// v1.5 (RFC 8017 §8.2.1).
func rsaMaterial(id identity, hash crypto.Hash) material {
	private := newRSAKey(id.chance(), id.bits)
	return material{
		public: append([]byte{3, 1, 0, 1}, private.n.Bytes()...),
		sign: func(octets []byte) []byte {
			return private.sign(hash, digested(hash, octets))
		},
	}
}

func newRSAKey(chance io.Reader, bits int) rsaKey {
	e, one := big.NewInt(publicExponent), big.NewInt(1)
	for {
		p, q := prime(chance, bits/2), prime(chance, bits-bits/2)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d != nil && p.Cmp(q) != 0 {
			return rsaKey{n: new(big.Int).Mul(p, q), d: d}
		}
	}
}

// prime returns a prime with the two highest of its bits set, so that the
// product of two has all its bits.
func prime(chance io.Reader, bits int) *big.Int {
	octets := make([]byte, (bits+7)/8)
	for {
		_, _ = io.ReadFull(chance, octets) // never fails
		p := new(big.Int).SetBytes(octets)
		p.Rsh(p, uint(len(octets)*8-bits))
		p.SetBit(p, 0, 1).SetBit(p, bits-1, 1).SetBit(p, bits-2, 1)
		if p.ProbablyPrime(0) { // exact below 2⁶⁴, no exception known above
			return p
		}
	}
}

// digestInfo is what stands before a digest (RFC 8017 §9.2, note 1).
var digestInfo = map[crypto.Hash]string{
	crypto.SHA1:   "3021300906052b0e03021a05000414",
	crypto.SHA256: "3031300d060960864801650304020105000420",
	crypto.SHA512: "3051300d060960864801650304020305000440",
}

func (k rsaKey) sign(hash crypto.Hash, digest []byte) []byte {
	prefix, err := hex.DecodeString(digestInfo[hash])
	if err != nil {
		panic("lab: digest info: " + err.Error())
	}
	tail := append(append([]byte{0}, prefix...), digest...)
	padded := make([]byte, (k.n.BitLen()+7)/8)
	padded[1] = 1
	for i := 2; i < len(padded)-len(tail); i++ {
		padded[i] = 0xff
	}
	copy(padded[len(padded)-len(tail):], tail)
	s := new(big.Int).Exp(new(big.Int).SetBytes(padded), k.d, k.n)
	return s.FillBytes(make([]byte, len(padded)))
}

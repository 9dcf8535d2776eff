package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	_ "crypto/sha1" // RSASHA1 (RFC 3110)
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/miekg/dns"
)

// A key signs for a zone. It is made from its identity alone, so that every
// run has the same keys and, since no signature needs chance either (RFC 6979
// for ECDSA, RFC 8032 for Ed25519, PKCS #1 v1.5 for RSA), the same messages.
type key struct {
	dnskey *dns.DNSKEY
	sign   func(octets []byte) []byte
}

// An identity is what a key is made from.
type identity struct {
	zone      string
	role      string
	algorithm uint8
	bits      int // of RSA
	flags     uint16
}

// The roles of keys. An unpublished one is in no DNSKEY set.
const (
	keySigning  = "ksk"
	zoneSigning = "zsk"
	combined    = "csk"
	unpublished = "unpublished"
)

// key makes the key of that identity.
func (id identity) key() *key {
	m := id.material()
	return &key{
		dnskey: &dns.DNSKEY{
			Hdr:       header(id.zone, dns.TypeDNSKEY),
			Flags:     id.flags,
			Protocol:  3,
			Algorithm: id.algorithm,
			PublicKey: base64.StdEncoding.EncodeToString(m.public),
		},
		sign: m.sign,
	}
}

// chance is the source of all that a key has of its own.
func (id identity) chance() *rand.ChaCha8 {
	text := fmt.Sprintf("lab key %s %s %d %d", id.zone, id.role, id.algorithm, id.bits)
	return rand.NewChaCha8(sha256.Sum256([]byte(text)))
}

// material is a public key as DNSKEY has it, and how its owner signs.
type material struct {
	public []byte
	sign   func(octets []byte) []byte
}

// material makes a real key for the algorithms that a lab can sign with. For
// any other number it is octets that nobody can verify anything with: Ed448,
// GOST and DSA are not in Go's library, and unknown algorithms are in none.
func (id identity) material() material {
	switch id.algorithm {
	case dns.RSASHA1, dns.RSASHA1NSEC3SHA1:
		return rsaMaterial(id, crypto.SHA1)
	case dns.RSASHA256:
		return rsaMaterial(id, crypto.SHA256)
	case dns.RSASHA512:
		return rsaMaterial(id, crypto.SHA512)
	case dns.ECDSAP256SHA256:
		return ecdsaMaterial(id, elliptic.P256(), crypto.SHA256)
	case dns.ECDSAP384SHA384:
		return ecdsaMaterial(id, elliptic.P384(), crypto.SHA384)
	case dns.ED25519:
		return ed25519Material(id)
	}
	return opaqueMaterial(id)
}

func digested(hash crypto.Hash, octets []byte) []byte {
	h := hash.New()
	_, _ = h.Write(octets) // never fails
	return h.Sum(nil)
}

// ecdsaMaterial has keys and signatures as RFC 6605 §4 writes them.
func ecdsaMaterial(id identity, curve elliptic.Curve, hash crypto.Hash) material {
	size := (curve.Params().BitSize + 7) / 8
	private := ecdsaKey(id.chance(), curve, size)
	point, err := private.PublicKey.Bytes()
	if err != nil {
		panic("lab: a key off its own curve: " + err.Error())
	}
	return material{
		public: point[1:], // without the octet that says "uncompressed"
		sign: func(octets []byte) []byte {
			// Without a source of chance the nonce is that of RFC 6979.
			der, err := private.Sign(nil, digested(hash, octets), hash)
			if err != nil {
				panic("lab: signing: " + err.Error())
			}
			return fixedWidth(der, size)
		},
	}
}

func ecdsaKey(chance *rand.ChaCha8, curve elliptic.Curve, size int) *ecdsa.PrivateKey {
	scalar := make([]byte, size)
	for {
		_, _ = chance.Read(scalar) // never fails
		if private, err := ecdsa.ParseRawPrivateKey(curve, scalar); err == nil {
			return private
		}
	}
}

// fixedWidth turns the ASN.1 form of a signature into r and s, one after the
// other.
func fixedWidth(der []byte, size int) []byte {
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		panic("lab: reading a signature: " + err.Error())
	}
	return append(sig.R.FillBytes(make([]byte, size)), sig.S.FillBytes(make([]byte, size))...)
}

// ed25519Material is that of RFC 8080.
func ed25519Material(id identity) material {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = id.chance().Read(seed) // never fails
	private := ed25519.NewKeyFromSeed(seed)
	return material{
		public: private.Public().(ed25519.PublicKey),
		sign:   func(octets []byte) []byte { return ed25519.Sign(private, octets) },
	}
}

// opaqueMaterial looks like a key and signs with a digest.
func opaqueMaterial(id identity) material {
	public := make([]byte, 64)
	_, _ = id.chance().Read(public) // never fails
	return material{
		public: public,
		sign: func(octets []byte) []byte {
			sum := sha512.Sum512(append(octets, public...))
			return sum[:]
		},
	}
}

// ds returns the DS record of the key. A digest type that is not known is
// given octets of the length of SHA-256.
func (k *key) ds(digest uint8) *dns.DS {
	if ds := k.dnskey.ToDS(digest); ds != nil {
		ds.Hdr = header(k.dnskey.Hdr.Name, dns.TypeDS)
		return ds
	}
	ds := k.ds(dns.SHA256)
	ds.DigestType = digest
	return ds
}

package dnssec

import (
	"crypto"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/miekg/dns"
)

// testRSA is a key of 1024 bits, the smallest that crypto/rsa takes: it signs
// what is verified here by other code.
func testRSA(t *testing.T) *rsa.PrivateKey {
	p := new(big.Int).SetBytes(fromHex("c4dd1fcb17c12fc0b0159a13321516b2398eb8b9997bdb2d141bcfd67b6360768d84686798f95d5cb7c00161557767a54d85fd30d3e698e3af63cfc7b680831b"))
	q := new(big.Int).SetBytes(fromHex("dbfef29926fc1cae9a1cbe069e17d3b21566902ea3533ad7f4000164c8bdf350fd84be266143dbb68aedbf2a1de0f36b57b5c9b9579bb32693153f14e9ffa6c1"))
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	k := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi),
		Primes:    []*big.Int{p, q},
	}
	k.Precompute()
	if err := k.Validate(); err != nil {
		t.Fatal(err)
	}
	return k
}

// dnskeyRSA is the public key field for a key (RFC 3110 §2).
func dnskeyRSA(n *big.Int, e ...byte) []byte {
	return append(append([]byte{byte(len(e))}, e...), n.Bytes()...)
}

func TestRSA(t *testing.T) {
	k := testRSA(t)
	msg := []byte("signed")
	for _, c := range []struct {
		name      string
		algorithm uint8
		hash      crypto.Hash
	}{
		{"SHA-1", dns.RSASHA1, crypto.SHA1},
		{"SHA-1 for NSEC3", dns.RSASHA1NSEC3SHA1, crypto.SHA1},
		{"SHA-256", dns.RSASHA256, crypto.SHA256},
		{"SHA-512", dns.RSASHA512, crypto.SHA512},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := c.hash.New()
			h.Write(msg)
			sig, err := rsa.SignPKCS1v15(nil, k, c.hash, h.Sum(nil))
			if err != nil {
				t.Fatal(err)
			}
			key := dnskeyRSA(k.N, 1, 0, 1)
			if err := VerifySignature(c.algorithm, key, msg, sig); err != nil {
				t.Error(err)
			}
			long := append([]byte{0, 0, 3}, key[1:]...) // the three-octet length
			if err := VerifySignature(c.algorithm, long, msg, sig); err != nil {
				t.Errorf("long form of the exponent's length: %v", err)
			}
			for _, bad := range [][]byte{nil, sig[1:], append([]byte{0}, sig...), k.N.Bytes()} {
				if err := VerifySignature(c.algorithm, key, msg, bad); err != errCrypto {
					t.Errorf("signature %x: %v", bad, err)
				}
			}
			sig[5] ^= 1
			if err := VerifySignature(c.algorithm, key, msg, sig); err != errCrypto {
				t.Errorf("changed signature: %v", err)
			}
		})
	}
}

// TestBadRSAKeys: keys that would be no keys, or cost too much.
func TestBadRSAKeys(t *testing.T) {
	n := testRSA(t).N
	huge := new(big.Int).Lsh(big.NewInt(1), maxRSABits)
	wide := new(big.Int).Lsh(big.NewInt(1), smallRSABits)
	for name, key := range map[string][]byte{
		"empty":                           nil,
		"one octet":                       {3},
		"no modulus":                      {3, 1, 0, 1},
		"exponent longer than the field":  {200, 1, 0, 1},
		"no exponent":                     append([]byte{0, 0, 0}, n.Bytes()...),
		"exponent zero":                   dnskeyRSA(n, 0),
		"exponent over the modulus":       append(append([]byte{130, 1}, n.Bytes()...), n.Bytes()...),
		"modulus too large":               dnskeyRSA(huge, 3),
		"large modulus and long exponent": dnskeyRSA(wide, 1, 1, 1, 1, 1, 1, 1, 1, 1),
	} {
		if err := VerifySignature(dns.RSASHA256, key, nil, make([]byte, 128)); err != errKey {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package dnssec

import (
	"crypto"
	_ "crypto/sha1"   // the hash of algorithms 5 and 7, of digest 1 and of NSEC3
	_ "crypto/sha256" // the hash of algorithms 8 and 13 and of digest 2
	_ "crypto/sha512" // the hash of algorithms 10 and 14 and of digest 4
	"fmt"
	"slices"

	"github.com/miekg/dns"
)

// Support lists what a resolver can check. A DS with another algorithm or
// digest is as good as none: the zone counts as unsigned (RFC 4035 §5.2,
// RFC 6840 §5.2).
type Support struct {
	Algorithms []uint8 // DNSKEY algorithm numbers
	Digests    []uint8 // DS digest types
	Verify     Verify  // nil: every algorithm of Unbound
}

// Unbound is what Unbound can check when it is linked with OpenSSL 3 (its
// dnskey_algo_id_is_supported and ds_digest_size_supported, as built by the
// distributions): no RSAMD5 (1), DSA (3, 6), GOST (12, digest 3), private or
// unknown numbers.
func Unbound() Support {
	return Support{
		Algorithms: []uint8{
			dns.RSASHA1, dns.RSASHA1NSEC3SHA1, dns.RSASHA256, dns.RSASHA512,
			dns.ECDSAP256SHA256, dns.ECDSAP384SHA384, dns.ED25519, dns.ED448,
		},
		Digests: []uint8{dns.SHA1, dns.SHA256, dns.SHA384},
	}
}

func (s Support) algorithm(a uint8) bool { return slices.Contains(s.Algorithms, a) }

func (s Support) digest(d uint8) bool { return slices.Contains(s.Digests, d) }

// usable reports whether the key that ds names can be found and used.
func (s Support) usable(ds *dns.DS) bool {
	return s.digest(ds.DigestType) && s.algorithm(ds.Algorithm)
}

// hashes are the functions that algorithms sign with. EdDSA has none of its
// own here: it hashes by itself.
func hashOf(algorithm uint8) crypto.Hash {
	switch algorithm {
	case dns.RSASHA1, dns.RSASHA1NSEC3SHA1:
		return crypto.SHA1
	case dns.RSASHA256, dns.ECDSAP256SHA256:
		return crypto.SHA256
	case dns.ECDSAP384SHA384:
		return crypto.SHA384
	case dns.RSASHA512:
		return crypto.SHA512
	}
	return 0
}

// digestOf returns the function of a DS digest type, or 0.
func digestOf(digest uint8) crypto.Hash {
	switch digest {
	case dns.SHA1:
		return crypto.SHA1
	case dns.SHA256:
		return crypto.SHA256
	case dns.SHA384:
		return crypto.SHA384
	}
	return 0
}

// algorithmName returns the mnemonic that reasons use.
func algorithmName(a uint8) string {
	if s, ok := dns.AlgorithmToString[a]; ok {
		return s
	}
	return fmt.Sprintf("ALG%d", a)
}

package dnssec

import (
	"encoding/base64"
	"encoding/hex"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// TestPublishedSignatures checks the examples that the RFCs print.
func TestPublishedSignatures(t *testing.T) {
	for _, c := range []struct{ name, key, record, sig string }{
		{
			"RFC 6605 §6.1, P-256",
			"example.net. 3600 IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
			"www.example.net. 3600 IN A 192.0.2.1",
			"www.example.net. 3600 IN RRSIG A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
		},
		{
			"RFC 6605 §6.2, P-384",
			"example.net. 3600 IN DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
			"www.example.net. 3600 IN A 192.0.2.1",
			"www.example.net. 3600 IN RRSIG A 14 3 3600 20100909102025 20100812102025 10771 example.net. /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
		},
		{
			"RFC 8080 §6.1, Ed25519",
			"example.com. 3600 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
			"example.com. 3600 IN MX 10 mail.example.com.",
			"example.com. 3600 IN RRSIG MX 15 2 3600 1440021600 1438207200 3613 example.com. oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
		},
		{
			"RFC 8080 §6.2, Ed448",
			"example.com. 3600 IN DNSKEY 257 3 16 3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA",
			"example.com. 3600 IN MX 10 mail.example.com.",
			"example.com. 3600 IN RRSIG MX 16 2 3600 1440021600 1438207200 9713 example.com. 3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA",
		},
		{
			"RFC 5702 §6.1, RSA/SHA-256, 512 bits",
			"example.net. 3600 IN DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=",
			"www.example.net. 3600 IN A 192.0.2.91",
			"www.example.net. 3600 IN RRSIG A 8 3 3600 20300101000000 20000101000000 9033 example.net. kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			ks := newKeySet(&rrset{owner: mustName(mustRR(c.key).Header().Name), rtype: dns.TypeDNSKEY, rrs: []dns.RR{mustRR(c.key)}})
			sig := mustRR(c.sig).(*dns.RRSIG)
			v := New(Config{Now: func() time.Time { return time.Unix(int64(sig.Inception), 0) }})
			set := group(0, []dns.RR{mustRR(c.record), sig})[0][0]
			if f, _, ok := v.newWork(t.Context()).verify(set, ks, false); !ok {
				t.Errorf("not verified: %s", f.text)
			}
		})
	}
}

func mustName(s string) name {
	n, ok := parseName(s)
	if !ok {
		panic("not a name: " + s)
	}
	return n
}

func fromHex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// TestEd448 has the first vectors of RFC 8032 §7.4, and what must not pass.
func TestEd448(t *testing.T) {
	for _, c := range []struct{ name, key, msg, sig string }{
		{
			"blank",
			"5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180",
			"",
			"533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600",
		},
		{
			"one octet",
			"43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
			"03",
			"26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			key, msg, sig := fromHex(c.key), fromHex(c.msg), fromHex(c.sig)
			if err := verifyEd448(key, msg, sig); err != nil {
				t.Error(err)
			}
			if err := verifyEd448(key, append(msg, 0), sig); err != errCrypto {
				t.Errorf("another message: %v", err)
			}
			for _, i := range []int{0, 56, 57, 113} { // of R, and of S
				bad := append([]byte(nil), sig...)
				bad[i] ^= 1
				if err := verifyEd448(key, msg, bad); err != errCrypto {
					t.Errorf("octet %d changed: %v", i, err)
				}
			}
			if err := verifyEd448(key[:56], msg, sig); err != errKey {
				t.Errorf("short key: %v", err)
			}
			if err := verifyEd448(key, msg, sig[:113]); err != errCrypto {
				t.Errorf("short signature: %v", err)
			}
		})
	}
}

func toBase64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

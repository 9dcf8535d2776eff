package check

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
)

// digestLength is the length of a challenge value: base64url of a SHA-256
// digest without padding (RFC 8555 §8.4).
const digestLength = 43

// looksLikeDigest reports whether a value has the form of a challenge value.
func looksLikeDigest(v string) bool { return len(v) == digestLength && base64url(v) }

func base64url(v string) bool {
	return all([]byte(v), func(c byte) bool {
		return c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	})
}

// misread finds the rule for values that are there when none is the expected
// one, and a sentence without its end. The most exact rule wins.
func misread(have, want []string) (id, detail string) {
	for _, v := range have {
		for _, w := range want {
			if quoted(v, w) {
				return "challenge-value-quoted", fmt.Sprintf("the value is there inside literal quote characters: %s", quote(v))
			}
		}
	}
	for _, v := range have {
		for _, w := range want {
			if how := padded(v, w); how != "" {
				return "challenge-value-padded", fmt.Sprintf("%s differs from the value expected: %s", quote(v), how)
			}
		}
	}
	for _, v := range have {
		if how := keyAuthorization(v, want); how != "" {
			return "challenge-value-is-key-authorization", fmt.Sprintf("%s %s", quote(v), how)
		}
	}
	for _, v := range have {
		for _, w := range want {
			if how := partOf(v, w); how != "" {
				return "challenge-wrong-value", fmt.Sprintf("%s is %s", quote(v), how)
			}
		}
	}
	if all(have, looksLikeDigest) {
		return "challenge-value-stale", fmt.Sprintf("%s %s: %s the form of a challenge value, of another order", quotes(have),
			verb(len(have), "is not the one expected", "are not what is expected"), verb(len(have), "it has", "they have"))
	}
	for _, v := range have {
		if hostname(v) {
			return "challenge-value-is-hostname", fmt.Sprintf("the TXT record holds the host name %s", quote(v))
		}
	}
	return "challenge-wrong-value", fmt.Sprintf("%s %s not what is expected", quotes(have), verb(len(have), "is", "are"))
}

// quoted reports whether v is w inside quote characters.
func quoted(v, w string) bool {
	if len(v) <= len(w) {
		return false
	}
	bare := strings.Trim(v, `"'`+"\u201c\u201d\u2018\u2019`\\")
	return bare == w
}

// padded tells how v is w but for white space, letter case, characters that
// do not show, or another encoding; "" when it is something else.
func padded(v, w string) string {
	if v == w {
		return ""
	}
	if asciiLower(v) == asciiLower(w) {
		i := firstDifference(v, w)
		return fmt.Sprintf("octet %d is %q in another letter case", i+1, v[i])
	}
	if how := encodedOtherwise(v, w); how != "" {
		return how
	}
	bare := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, v)
	if bare != w {
		return ""
	}
	i := firstDifference(v, w)
	return fmt.Sprintf("octet %d is %s", i+1, octetName(v[i:]))
}

// asciiLower lowers the letters of base64url, and nothing else: octets that are
// no UTF-8 would all be alike.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

// encodedOtherwise tells how v is the digest that w encodes, written in
// another way than base64url without padding (RFC 8555 §6.1).
func encodedOtherwise(v, w string) string {
	if urlsafe := strings.NewReplacer("+", "-", "/", "_").Replace(v); urlsafe != v && strings.TrimRight(urlsafe, "=") == w {
		return "it is base64 with + or /, where base64url has - and _"
	}
	if strings.TrimRight(v, "=") == w {
		return "it ends in padding (=), which base64url leaves out here"
	}
	digest, err := base64.RawURLEncoding.DecodeString(w)
	if err == nil && len(digest) == sha256.Size && strings.EqualFold(v, hex.EncodeToString(digest)) {
		return "it is the digest in hexadecimal, which has to be in base64url"
	}
	return ""
}

// partOf tells how v is part of w, or has more around it; "" when it is not.
func partOf(v, w string) string {
	const least = 20 // octets: shorter ones meet by chance
	switch {
	case len(v) >= least && strings.HasPrefix(w, v):
		return fmt.Sprintf("the first %d of the %d characters expected: it was cut off", len(v), len(w))
	case len(v) >= least && strings.Contains(w, v):
		return fmt.Sprintf("%d of the %d characters expected", len(v), len(w))
	case len(w) >= least && strings.Contains(v, w):
		return "the value expected with more text around it"
	}
	return ""
}

// firstDifference is the index of the first octet of v that w does not have.
func firstDifference(v, w string) int {
	for i := range len(v) {
		if i >= len(w) || v[i] != w[i] {
			return i
		}
	}
	return len(v)
}

// octetName tells what character begins a string, for those that do not show.
func octetName(s string) string {
	names := map[rune]string{
		' ': "a space", '\t': "a tab", '\n': "a line feed", '\r': "a carriage return",
		'\u00a0': "a no-break space", '\u200b': "a zero width space", '\ufeff': "a byte order mark",
	}
	r := []rune(s)[0]
	if n, ok := names[r]; ok {
		return fmt.Sprintf("%s (0x%02x)", n, s[0])
	}
	return fmt.Sprintf("0x%02x, which does not show", s[0])
}

// keyAuthorization tells how a value is what the digest should have been made
// of; "" when it is not.
func keyAuthorization(v string, want []string) string {
	digest := Digest(v)
	for _, w := range want {
		if digest == w {
			return "is what the expected value is the digest of"
		}
	}
	if IsKeyAuthorization(v) {
		return "is a key authorization; its digest belongs there"
	}
	return ""
}

// Digest is the TXT value of DNS-01 for a key authorization: the base64url of
// its SHA-256 digest (RFC 8555 §8.4).
func Digest(keyAuthorization string) string {
	sum := sha256.Sum256([]byte(keyAuthorization))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// IsKeyAuthorization reports whether a text has the form of one: a token, a
// dot and the thumbprint of an account key (RFC 8555 §8.1). A token has at
// least 128 bits, which are 22 characters.
func IsKeyAuthorization(s string) bool {
	token, thumbprint, ok := strings.Cut(s, ".")
	return ok && len(token) >= 22 && base64url(token) && looksLikeDigest(thumbprint)
}

// hostname reports whether a value reads as a host name that should have been
// the target of a CNAME.
func hostname(v string) bool {
	v = strings.TrimSuffix(v, ".")
	labels := strings.Split(v, ".")
	if len(labels) < 2 || len(v) > 253 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || !base64url(l) {
			return false
		}
	}
	tld := labels[len(labels)-1]
	return len(tld) >= 2 && all([]byte(tld), func(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }) || strings.HasPrefix(tld, "xn--")
}

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
func misread(have, want []string, sources map[string]Source) (id, detail string) {
	for _, tell := range []func(v, w string, from Source) (id, how string){asQuoted, asPadded, asUndigested, asKeyAuthorization, asPart} {
		for _, v := range have {
			for _, w := range want {
				if id, how := tell(v, w, sources[w]); id != "" {
					return id, fmt.Sprintf("%s %s", quote(v), how)
				}
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
	return "challenge-wrong-value", fmt.Sprintf("%s %s not what is expected%s", quotes(have), verb(len(have), "is", "are"), formOf(have))
}

// Mangled reports whether one of the values that are there was made of what
// one of the expected ones is made of, in a wrong way: nothing else is on its
// way then.
func (o Order) Mangled(have, want []string) bool {
	for _, tell := range []func(v, w string, from Source) (id, how string){asQuoted, asPadded, asUndigested, asPart} {
		for _, v := range have {
			for _, w := range want {
				if id, _ := tell(v, w, o.Sources[w]); id != "" {
					return true
				}
			}
		}
	}
	return false
}

func asQuoted(v, w string, _ Source) (id, how string) {
	if quoted(v, w) {
		return "challenge-value-quoted", "is the value inside literal quote characters"
	}
	return "", ""
}

func asPadded(v, w string, _ Source) (id, how string) {
	if how := padded(v, w); how != "" {
		return "challenge-value-padded", "differs from the value expected: " + how
	}
	return "", ""
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
	if err != nil || len(digest) != sha256.Size {
		return ""
	}
	hexadecimal := hex.EncodeToString(digest)
	switch undone, ok := anyBase64(v); {
	case strings.EqualFold(v, hexadecimal):
		return "it is the digest in hexadecimal, which has to be in base64url"
	case ok && strings.EqualFold(strings.TrimSpace(undone), hexadecimal):
		return "it is base64 of the hexadecimal text of the digest, where its 32 octets have to be encoded"
	case v == string(digest):
		return "it is the 32 octets of the digest, which have to be in base64url"
	}
	return ""
}

// asPart tells how v is part of w, has more around it, or is mistyped.
func asPart(v, w string, _ Source) (id, how string) {
	const least = 20 // octets: shorter ones meet by chance
	switch {
	case len(v) >= least && strings.HasPrefix(w, v):
		how = fmt.Sprintf("is the first %d of the %d characters expected: it was cut off", len(v), len(w))
	case len(v) >= least && strings.Contains(w, v):
		how = fmt.Sprintf("is %d of the %d characters expected", len(v), len(w))
	case len(w) >= least && twoInOne(v, w):
		how = "is two values in one record: a CA joins the strings of a record, so that each value needs a record of its own"
	case len(w) >= least && strings.Contains(v, w):
		how = "is the value expected with more text around it"
	default:
		how = mistyped(v, w)
	}
	if how == "" {
		return "", ""
	}
	return "challenge-wrong-value", how
}

// twoInOne reports whether v is w and another value, with nothing or something
// short between them.
func twoInOne(v, w string) bool {
	before, after, found := strings.Cut(v, w)
	return found && looksLikeDigest(strings.Trim(before+after, "\"' ,;"))
}

// mistyped tells where v is w but for a few characters, as when it was copied
// by hand; "" when it is not.
func mistyped(v, w string) string {
	const most = 2 // of 43: who mistypes more did not copy this
	if len(v) != len(w) || len(w) != digestLength {
		return ""
	}
	n := 0
	for i := range len(w) {
		if v[i] != w[i] {
			n++
		}
	}
	if n > most {
		return ""
	}
	i := firstDifference(v, w)
	how := fmt.Sprintf("differs from the value expected in %s: octet %d is %s, where %s belongs", count(n, "character"), i+1, octet(v[i]), octet(w[i]))
	return how
}

// octet shows one octet.
func octet(c byte) string {
	if ' ' < c && c <= '~' {
		return fmt.Sprintf("%q", c)
	}
	return fmt.Sprintf("0x%02x", c)
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

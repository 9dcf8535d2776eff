package check

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Source is what a value is the digest of: a token and the thumbprint of the
// account key (RFC 8555 §8.1). Either may be "" when it is not known.
type Source struct{ Token, Thumbprint string }

// SourceOf takes a key authorization apart.
func SourceOf(keyAuthorization string) Source {
	token, thumbprint, _ := strings.Cut(keyAuthorization, ".")
	return Source{token, thumbprint}
}

// keyAuthorization is the text that is digested, "" when a part is not known.
func (s Source) keyAuthorization() string {
	if s.Token == "" || s.Thumbprint == "" {
		return ""
	}
	return s.Token + "." + s.Thumbprint
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
	return ok && len(token) >= leastToken && base64url(token) && looksLikeDigest(thumbprint)
}

// leastToken is how many characters a token has at least: 128 bits in
// base64url (RFC 8555 §8.3).
const leastToken = 22

// asUndigested tells how v was made of what w is the digest of.
func asUndigested(v, w string, from Source) (id, how string) {
	const plain, wrong = "challenge-value-is-key-authorization", "challenge-wrong-value"
	whole := from.keyAuthorization()
	switch {
	case Digest(v) == w:
		return plain, "is the key authorization that the expected value is the digest of"
	case Digest(strings.TrimSpace(v)) == w:
		return plain, "is the key authorization that the expected value is the digest of, with white space around it"
	case from.Token != "" && v == from.Token:
		return plain, "is the token of this order; the digest of the token, a dot and the thumbprint of the account key belongs there"
	case from.Thumbprint != "" && v == from.Thumbprint:
		return plain, "is the thumbprint of the account key; the digest of the token, a dot and the thumbprint belongs there"
	case whole != "" && (v == Digest(whole+"\n") || v == Digest(whole+"\r\n")):
		return wrong, "is the digest of the key authorization with the end of a line after it, as echo writes one: digest the text alone"
	case from.Token != "" && v == Digest(from.Token):
		return wrong, "is the digest of the token alone; a dot and the thumbprint of the account key have to follow the token before it is digested"
	}
	return "", ""
}

// asKeyAuthorization recognises a key authorization of which nothing else is
// known.
func asKeyAuthorization(v, _ string, _ Source) (id, how string) {
	if !IsKeyAuthorization(v) {
		return "", ""
	}
	return "challenge-value-is-key-authorization", fmt.Sprintf(
		"is a key authorization, and not the one of the value expected; DNS-01 wants the digest, which would be %s", quote(Digest(v)))
}

// formOf tells what a value that is alone looks like, and what it would be as a
// challenge value; "" when there is nothing to say.
func formOf(have []string) string {
	if len(have) != 1 || have[0] == "" {
		return ""
	}
	v := have[0]
	if how := digestOtherwise(v); how != "" {
		return ": it is " + how
	}
	if !base64url(v) {
		return ""
	}
	how := fmt.Sprintf(": it has %s, and a value has %d", count(len(v), "character"), digestLength)
	if len(v) >= leastToken {
		how += ". It may be a token, which is digested with the thumbprint of the account key"
	}
	return how
}

// digestOtherwise tells how a value is some SHA-256 digest in another form
// than base64url without padding, and what it would be in that; "" for others.
func digestOtherwise(v string) string {
	as := func(how, octets string) string {
		return fmt.Sprintf("a SHA-256 digest %s; in base64url it would be %s", how, quote(base64.RawURLEncoding.EncodeToString([]byte(octets))))
	}
	if octets, err := hex.DecodeString(v); err == nil && len(octets) == sha256.Size {
		return as("in hexadecimal", string(octets))
	}
	octets, ok := anyBase64(v)
	switch {
	case ok && len(octets) == sha256.Size && !looksLikeDigest(v):
		return as("in base64 with padding, + or /", octets)
	case len(v) == sha256.Size && strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }):
		return as("as 32 octets", v)
	}
	return ""
}

// anyBase64 undoes base64 in either alphabet, padded or not.
func anyBase64(v string) (octets string, ok bool) {
	v = strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(v), "=")
	decoded, err := base64.RawURLEncoding.DecodeString(v)
	return string(decoded), err == nil
}

package survey

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
)

// The challenge types whose record is looked for in the DNS.
const (
	DNS01        = "dns-01"         // RFC 8555 §8.4
	DNSAccount01 = "dns-account-01" // draft-ietf-acme-dns-account-label
	DNSPersist01 = "dns-persist-01" // draft-ietf-acme-dns-persist
)

// ChallengeName is the name of the TXT record that a CA looks for: that of the
// identifier without its wildcard label, with labels in front that depend on
// the type of the challenge, and for dns-account-01 on the account's URI.
func ChallengeName(challenge, account, identifier string) string {
	base := strings.TrimPrefix(identifier, "*.")
	switch challenge {
	case DNSAccount01:
		return AccountLabel(account) + "." + challengeLabel + base
	case DNSPersist01:
		return persistLabel + base
	}
	return challengeLabel + base
}

// AccountLabel is the label of an account in dns-account-01: the first ten
// octets of the SHA-256 digest of its URI, in base32 and lower case. The URI
// counts octet for octet (draft-ietf-acme-dns-account-label-03 §3.2).
func AccountLabel(account string) string {
	sum := sha256.Sum256([]byte(account))
	return "_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// challengeLabel stands before the name in dns-01, persistLabel in
// dns-persist-01.
const (
	challengeLabel = "_acme-challenge."
	persistLabel   = "_validation-persist."
)

// isChallenge reports whether a name is where a challenge of the order is
// looked for.
func (t *taker) isChallenge(name string) bool {
	return slices.ContainsFunc(t.s.Identifiers, func(id Identifier) bool { return id.Challenge == name })
}

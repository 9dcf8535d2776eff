package plan

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// The challenge types.
const (
	dns01     = "dns-01"
	account01 = "dns-account-01"
	persist01 = "dns-persist-01"
)

// A Challenge is where the CA looks for an identifier.
type Challenge struct {
	Identifier string
	Name       string // that the CA asks for
	Target     string // where its aliases lead; Name itself without any
}

// challenges are those of the names, in their order.
func challenges(r Request, names []string) []Challenge {
	var cs []Challenge
	for _, n := range names {
		c := Challenge{Identifier: n, Name: ChallengeName(r.Challenge, r.Account, n)}
		c.Target = c.Name
		if t, ok := r.Targets[c.Name]; ok {
			c.Target = t
		}
		if s, ok := r.Seen[n]; ok && s.Name == c.Name && s.Target != "" {
			c.Target = s.Target
		}
		cs = append(cs, c)
	}
	return cs
}

// ChallengeName is where a CA looks for an identifier: for dns-account-01 the
// name depends on the account's URI, octet for octet.
func ChallengeName(challenge, account, identifier string) string {
	base := strings.TrimPrefix(identifier, "*.")
	switch challenge {
	case account01:
		return AccountLabel(account) + "._acme-challenge." + base
	case persist01:
		return "_validation-persist." + base
	}
	return "_acme-challenge." + base
}

// AccountLabel is the label of an account in dns-account-01: the first ten
// octets of the SHA-256 digest of its URI, in base32
// (draft-ietf-acme-dns-account-label-03 §3.2).
func AccountLabel(account string) string {
	sum := sha256.Sum256([]byte(account))
	return "_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

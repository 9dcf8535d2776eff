package plan

import "dns01/resolver/survey"

// The challenge types.
const (
	dns01     = survey.DNS01
	account01 = survey.DNSAccount01
	persist01 = survey.DNSPersist01
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
	return survey.ChallengeName(challenge, account, identifier)
}

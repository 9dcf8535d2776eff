package known

import (
	"strings"
	"time"
)

// A CA is one certificate authority environment that speaks ACME: production
// and staging are two. A zero field means "not known", never "none".
type CA struct {
	ID   string // short name, as --ca takes it
	Name string // what people call it
	// Brands are other words for the CA that stand in CAA records where an
	// identity belongs.
	Brands []string

	Directories []string // ACME directory URLs, the usual one first
	Staging     bool     // its certificates are for tests
	Aliases     []string // other short names, as ACME clients use them

	// Identities are the issuer domain names that the CA recognises in CAA
	// records (RFC 8659 §4.2), the one to recommend first.
	Identities []string
	// CAAReading names the dns01/caa profile that decides as this CA does.
	CAAReading string
	// AccountPrefixes begin the account URIs of this environment; a decimal
	// number follows. Empty when the form is not known (RFC 8657 §3).
	AccountPrefixes []string

	Methods []string // challenge types offered for DNS identifiers
	// AccountBinding is set when new ACME accounts have to be bound to one at
	// the CA (RFC 8555 §7.3.4).
	AccountBinding bool
	Profiles       []Profile // certificate profiles, the default first

	Perspectives Perspectives
	// CAARecheckAfter is the age of a validation from which CAA is looked up
	// again at finalize; 0 when not known.
	CAARecheckAfter time.Duration

	Sources []Source
}

// A Profile is a kind of certificate that a CA offers by name.
type Profile struct {
	Name               string
	MaxNames           int                     // identifiers in one order; 0 when not known
	AuthorizationReuse Schedule[time.Duration] // how long a validation may be used
}

// A Source says where facts were read: a public document, and the day on
// which it was current.
type Source struct {
	Facts string // the fields it covers, by name, separated by spaces
	URL   string
	Date  string // YYYY-MM-DD
}

// Profile returns the profile of that name; "" is the default one. A CA
// without a profile of that name gives the zero Profile and false.
func (c *CA) Profile(name string) (Profile, bool) {
	for i, p := range c.Profiles {
		if p.Name == name || name == "" && i == 0 {
			return p, true
		}
	}
	return Profile{}, false
}

// MaxNames returns how many identifiers an order for the profile may have,
// and 0 when that is not known.
func (c *CA) MaxNames(profile string) int {
	p, _ := c.Profile(profile)
	return p.MaxNames
}

// Offers reports whether the CA offers the challenge type.
func (c *CA) Offers(method string) bool {
	for _, m := range c.Methods {
		if m == method {
			return true
		}
	}
	return false
}

// Words are the names of the CA that a person may have written in a CAA
// record in place of its identity.
func (c *CA) Words() []string { return append([]string{c.Name}, c.Brands...) }

// CAs returns every CA environment that is known, production before staging.
// The caller may change what it gets: each call makes new values.
func CAs() []*CA {
	return []*CA{
		letsEncrypt(), letsEncryptStaging(),
		googleTrust(), googleTrustStaging(),
		zeroSSL(), sectigo(),
		sslCom(), actalis(), digiCert(), globalSign(),
	}
}

// Find returns the CA that goes by s: its short name, an alias or a directory
// URL, in any letter case.
func Find(s string) (*CA, bool) {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), "/")
	if s == "" {
		return nil, false
	}
	for _, ca := range CAs() {
		for _, n := range ca.names() {
			if strings.ToLower(n) == s {
				return ca, true
			}
		}
	}
	return nil, false
}

// names are the strings by which Find knows the CA.
func (c *CA) names() []string {
	ns := append([]string{c.ID}, c.Aliases...)
	return append(ns, c.Directories...)
}

package known

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A Directory is what an ACME server says of itself (RFC 8555 §7.1.1).
type Directory struct {
	NewOrder        string
	TermsOfService  string
	Website         string
	CAAIdentities   []string
	AccountRequired bool // externalAccountRequired: accounts are bound to one at the CA
	// Profiles are the certificate profiles by name, with what the CA says of
	// each (draft-aaron-acme-profiles).
	Profiles map[string]string
}

// MaxDirectory is how large a directory document may be, in octets. Those of
// public CAs have two thousand.
const MaxDirectory = 1 << 20

// ParseDirectory reads a directory document. Unknown fields are passed over;
// the error says what makes it none.
func ParseDirectory(doc []byte) (Directory, error) {
	var d struct {
		NewAccount string `json:"newAccount"`
		NewNonce   string `json:"newNonce"`
		NewOrder   string `json:"newOrder"`
		Meta       struct {
			TermsOfService  string            `json:"termsOfService"`
			Website         string            `json:"website"`
			CAAIdentities   []string          `json:"caaIdentities"`
			AccountRequired bool              `json:"externalAccountRequired"`
			Profiles        map[string]string `json:"profiles"`
		} `json:"meta"`
	}
	if len(doc) > MaxDirectory {
		return Directory{}, fmt.Errorf("it is longer than %d octets, which no ACME directory is", MaxDirectory)
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return Directory{}, fmt.Errorf("it is no JSON document of an ACME directory (RFC 8555 section 7.1.1): %w", err)
	}
	if d.NewOrder == "" {
		return Directory{}, fmt.Errorf("it has no newOrder URL, so it is no ACME directory (RFC 8555 section 7.1.1)")
	}
	for _, id := range d.Meta.CAAIdentities {
		if !isIdentity(id) {
			return Directory{}, fmt.Errorf("its meta.caaIdentities hold %q, which is no domain name", id)
		}
	}
	return Directory{
		NewOrder: d.NewOrder, TermsOfService: d.Meta.TermsOfService, Website: d.Meta.Website,
		CAAIdentities: d.Meta.CAAIdentities, AccountRequired: d.Meta.AccountRequired, Profiles: d.Meta.Profiles,
	}, nil
}

// isIdentity reports whether s can be an issuer domain name (RFC 8659 §4.2).
func isIdentity(s string) bool {
	for label := range strings.SplitSeq(strings.ToLower(s), ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
			label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

// CA returns the CA that a directory is of: one that is known by its host, or
// a new one of which nothing else is known. from is where the document came
// from, a URL or not.
func (d Directory) CA(from string) *CA {
	if ca, ok := Find(from); ok {
		return d.Over(ca)
	}
	host := hostOf(d.NewOrder)
	for _, ca := range CAs() {
		if slices.ContainsFunc(ca.Directories, func(u string) bool { return hostOf(u) == host }) {
			return d.Over(ca)
		}
	}
	return d.Over(Unlisted(host))
}

// Unlisted is a CA of which nothing is known but its identity in CAA records:
// it is bound by the Baseline Requirements, and read as RFC 8659 says.
func Unlisted(identity string) *CA {
	return &CA{
		ID: identity, Name: identity, Identities: []string{identity},
		CAAReading:   "rfc8659",
		Methods:      []string{"dns-01"},
		Perspectives: baselinePerspectives(),
		Sources: []Source{baselineSource(),
			{"CAAReading Methods", "https://www.rfc-editor.org/rfc/rfc8659", "2019-11-01"}},
	}
}

// Over returns a CA with what its directory says in place of what is known
// here: a CA knows its own identities best. A directory that is silent on
// something changes nothing.
func (d Directory) Over(ca *CA) *CA {
	c := *ca
	c.AccountBinding = ca.AccountBinding || d.AccountRequired
	if len(d.CAAIdentities) > 0 {
		c.Identities = slices.Clone(d.CAAIdentities)
	}
	if len(d.Profiles) > 0 {
		c.Profiles = nil
		for _, p := range ca.Profiles { // the default first, as it stands here
			if _, offered := d.Profiles[p.Name]; offered {
				c.Profiles = append(c.Profiles, p)
			}
		}
		var others []string
		for name := range d.Profiles {
			if _, known := c.Profile(name); !known || name == "" {
				others = append(others, name)
			}
		}
		slices.Sort(others)
		for _, name := range others {
			c.Profiles = append(c.Profiles, Profile{Name: name})
		}
	}
	return &c
}

// hostOf is the host of a URL in lower case, "" when it has none.
func hostOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

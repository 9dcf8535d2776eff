package caa

import (
	"slices"
	"strings"
)

// A Profile is a way to read CAA records. Each field is a point on which
// readings differ; the zero Profile knows no property at all.
type Profile struct {
	Name string

	// CriticalFlags are the flag bits that forbid issuance when the property
	// is not known.
	CriticalFlags uint8
	// KnownTags are the property tags, in lower case, that are acted upon or
	// knowingly ignored. Tags compare without letter case (RFC 8659 §4.1).
	KnownTags []string

	// IssuerIgnoreCase compares issuer domain names without letter case.
	IssuerIgnoreCase bool
	// IssuerGrammar takes a value as malformed when the issuer is no domain
	// name of letters, digits and inner hyphens, without a final dot
	// (RFC 8659 §4.2).
	IssuerGrammar bool

	// ParamTags is the grammar of parameter tags.
	ParamTags TagGrammar
	// ParamTagsIgnoreCase compares the tags of parameters without letter case.
	ParamTagsIgnoreCase bool

	// Restrictions honours accounturi and validationmethods (RFC 8657).
	Restrictions bool
	// RefuseTwoMethods takes two validationmethods parameters in one property
	// as a refusal; else both have to list the method.
	RefuseTwoMethods bool
	// MethodsToMatch reads a validationmethods list only up to the method
	// sought; else one malformed label spoils the list wherever it stands.
	MethodsToMatch bool

	// NXDomainAtTLDFails takes NXDOMAIN for a name of one label as a failure.
	NXDomainAtTLDFails bool
}

// A TagGrammar is what the tag of a parameter may be.
type TagGrammar int

const (
	// TagLDH is letters and digits with hyphens inside (RFC 8659 §4.2).
	TagLDH TagGrammar = iota
	// TagAlnumOrEmpty is letters and digits, and none at all too.
	TagAlnumOrEmpty
)

// RFC8659 is the strict reading of the RFCs. It knows the properties of IANA's
// registry. Where RFC 8657 is silent it reads with care for the domain owner:
// restrictions hold in any letter case, and two lists of methods both hold.
// It is not to be changed.
var RFC8659 = Profile{
	Name:                "rfc8659",
	CriticalFlags:       flagCritical,
	KnownTags:           []string{"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"},
	IssuerIgnoreCase:    true,
	IssuerGrammar:       true,
	ParamTagsIgnoreCase: true,
	Restrictions:        true,
}

// Boulder is the reading of Let's Encrypt's software, release v0.20261105.0.
// It is not to be changed.
//
// It takes flag bit 1 for critical beside bit 128, since many records have it
// meant so. It compares issuers and the tags of parameters octet by octet:
// "LetsEncrypt.org" authorises nobody it knows, and "accountURI=" is a
// parameter it does not know and so does not enforce.
var Boulder = Profile{
	Name:               "boulder",
	CriticalFlags:      flagCritical | 1,
	KnownTags:          []string{"issue", "issuewild", "iodef", "issuemail", "issuevmc"},
	Restrictions:       true,
	RefuseTwoMethods:   true,
	MethodsToMatch:     true,
	NXDomainAtTLDFails: true,
}

// Boulder20261013 is how Boulder read up to release v0.20261013.0: parameter
// tags had no hyphens, and could be empty. It is not to be changed.
var Boulder20261013 = Profile{
	Name:               "boulder-20261013",
	CriticalFlags:      flagCritical | 1,
	KnownTags:          []string{"issue", "issuewild", "iodef", "issuemail", "issuevmc"},
	ParamTags:          TagAlnumOrEmpty,
	Restrictions:       true,
	RefuseTwoMethods:   true,
	MethodsToMatch:     true,
	NXDomainAtTLDFails: true,
}

// ProfileNamed returns the profile of that name: "rfc8659", "boulder" or
// "boulder-20261013".
func ProfileNamed(name string) (Profile, bool) {
	for _, p := range []Profile{RFC8659, Boulder, Boulder20261013} {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// knows reports whether a property tag is known.
func (p Profile) knows(tag string) bool { return slices.Contains(p.KnownTags, lower(tag)) }

// sameIssuer compares an issuer domain name with an identity of the CA.
func (p Profile) sameIssuer(issuer, identity string) bool {
	if p.IssuerIgnoreCase {
		return lower(issuer) == lower(identity)
	}
	return issuer == identity
}

// sameParam compares the tag of a parameter with a known one in lower case.
func (p Profile) sameParam(tag, known string) bool {
	if p.ParamTagsIgnoreCase {
		tag = lower(tag)
	}
	return tag == known
}

// paramTagFits reports whether the grammar allows a parameter tag.
func (p Profile) paramTagFits(tag string) bool {
	if p.ParamTags == TagAlnumOrEmpty {
		return isAlnumHyphen(tag) && !strings.Contains(tag, "-")
	}
	return isLDH(tag)
}

// isLDH reports whether s is letters and digits with hyphens inside: a label
// and a parameter tag of RFC 8659 §4.2.
func isLDH(s string) bool {
	return s != "" && isAlnumHyphen(s) && s[0] != '-' && s[len(s)-1] != '-'
}

// isAlnumHyphen reports whether s has only letters, digits and hyphens.
func isAlnumHyphen(s string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) && s[i] != '-' {
			return false
		}
	}
	return true
}

package check

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"dns01/check/known"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

var nameRules = []*Rule{
	{
		ID: "name-invalid", Subject: "name", Severity: Error,
		Title:  "The CA takes no such name into an order",
		Why:    "The CA's policy refuses the name at new-order, before any DNS is asked: it allows ASCII letters, digits and inner hyphens in up to 10 labels, and one wildcard label in front.",
		Fix:    "Order for a host name; leave out underscores, ports, paths and addresses.",
		Source: "RFC 8555 §7.1.3; RFC 5890 §2.3.1; Let's Encrypt: boulder policy/pa.go",
	},
	{
		ID: "name-has-no-public-suffix", Subject: "name", Severity: Error,
		Title:  "The name does not end in a public suffix",
		Why:    "A public CA issues only for names below a suffix in the ICANN section of the Public Suffix List; internal and made-up domains are refused at new-order.",
		Fix:    "Order for a name under a public top level domain, or use a private CA for internal names.",
		Source: "Baseline Requirements §3.2.2.6, §4.2.2; publicsuffix.org; Let's Encrypt: boulder policy/pa.go",
	},
	{
		ID: "name-is-public-suffix", Subject: "name", Severity: Error,
		Title:  "The name, or the base of the wildcard, is itself a public suffix",
		Why:    "A certificate for a public suffix would cover what belongs to many owners; the CA refuses it at new-order.",
		Fix:    "Order for a name with at least one label more.",
		Source: "Baseline Requirements §3.2.2.6; publicsuffix.org; Let's Encrypt: boulder policy/pa.go",
	},
	{
		ID: "name-too-long-for-challenge", Subject: "name", Severity: Error,
		Title:  "The name is legal, and its challenge name is too long for the DNS",
		Why:    "With the challenge's labels in front (_acme-challenge. for dns-01) the name has more than 253 characters, so nobody can publish or look up the record.",
		Fix:    "Use a shorter name, a wildcard one level up, or another challenge type.",
		Source: "RFC 1035 §2.3.4; RFC 8555 §8.4",
	},
	{
		ID: "name-redundant-with-wildcard", Subject: "name", Severity: Error,
		Title:  "The order has both a name and the wildcard that covers it",
		Why:    "The CA refuses the whole order at new-order.",
		Fix:    "Leave out the name or the wildcard, or order two certificates.",
		Source: "Let's Encrypt: boulder ra/ra.go",
	},
	{
		ID: "order-too-large", Subject: "order", Severity: Error,
		Title:  "The order has more names than the CA takes in one certificate",
		Why:    "The CA refuses the whole order at new-order.",
		Fix:    "Split the names over several orders, or use a wildcard.",
		Source: "https://letsencrypt.org/docs/profiles/",
	},
	{
		ID: "order-duplicate-names", Subject: "order", Severity: Note,
		Title:  "The same name is given more than once",
		Why:    "Names that differ only by letter case, a final dot or their Unicode form are one identifier; the CA takes it once.",
		Fix:    "Give the name once.",
		Source: "RFC 4343 §2; RFC 5890 §2.3.2.1; Let's Encrypt: boulder identifier/identifier.go",
	},
}

// The limits of a name.
const (
	nameMax   = 253 // characters, RFC 1035 §2.3.4 without the final dot
	labelMax  = 63  // RFC 1035 §2.3.4
	labelsMax = 10  // Let's Encrypt's own
)

// challengePrefix stands before the name in the name of the TXT record
// (RFC 8555 §8.4).
const challengePrefix = "_acme-challenge."

// NormalizeName makes the identifier of an order out of what a person types:
// without white space around it and one final dot, in lower case, U-labels as
// A-labels (RFC 5891 §5, mapped as UTS 46 says). Whether a CA takes it is not
// judged: see [NameProblem].
//
// The error is a sentence that names the argument, for input of which no name
// can be made: nothing, control characters, octets that are not UTF-8, labels
// that IDNA does not allow.
func NormalizeName(s string) (string, error) {
	name := strings.TrimSpace(s)
	if !utf8.ValidString(name) {
		return "", fmt.Errorf("the name %+q is not UTF-8", s)
	}
	if i := strings.IndexFunc(name, unicode.IsControl); i >= 0 {
		c, _ := utf8.DecodeRuneInString(name[i:])
		return "", fmt.Errorf("the name %+q has the control character %U in it", s, c)
	}
	labels := splitLabels(name)
	for i, label := range labels {
		a, err := toALabel(label)
		if err != nil {
			return "", fmt.Errorf("the name %+q has the label %+q, which is no internationalized label", s, label)
		}
		labels[i] = a
	}
	name = strings.TrimSuffix(strings.Join(labels, "."), ".")
	if name == "" {
		return "", fmt.Errorf("the name %+q is empty", s)
	}
	return name, nil
}

// splitLabels splits a name at dots, those of East Asian scripts included
// (UTS 46 §2.3).
func splitLabels(name string) []string {
	return strings.Split(strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".").Replace(name), ".")
}

// toALabel is a label as it stands in the DNS. Labels of ASCII are only made
// lower case: a hyphen or underscore out of place is for the CA to refuse.
func toALabel(label string) (string, error) {
	if isASCII(label) {
		return strings.ToLower(label), nil
	}
	return idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false)).ToASCII(label)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// A nameFault is one answer of the CA's identifier policy.
type nameFault struct {
	rule    string
	detail  string // the CA's text
	problem string // ACME error type of a sub-problem, the last part of the URN
}

// The policy's answers, with the texts of Let's Encrypt (boulder
// v0.20261105.0, policy/pa.go).
var (
	faultWildcards  = &nameFault{"name-invalid", "Domain name has more than one wildcard", "malformed"}
	faultWildcard   = &nameFault{"name-invalid", "Domain name contains an invalid wildcard. A wildcard is only permitted before the first dot in a domain name", "malformed"}
	faultEmpty      = &nameFault{"name-invalid", "Identifier value (name) is empty", "malformed"}
	faultCharacter  = &nameFault{"name-invalid", "Domain name contains an invalid character", "malformed"}
	faultLong       = &nameFault{"name-invalid", "Domain name is longer than 253 bytes", "malformed"}
	faultAddress    = &nameFault{"name-invalid", "Identifier type is DNS but value is an IP address", "malformed"}
	faultFinalDot   = &nameFault{"name-invalid", "Domain name ends in a dot", "malformed"}
	faultLabels     = &nameFault{"name-invalid", "Domain name has more than 10 labels (parts)", "malformed"}
	faultOneLabel   = &nameFault{"name-invalid", "Domain name needs at least one dot", "malformed"}
	faultNoLabel    = &nameFault{"name-invalid", "Domain name can not have two dots in a row", "malformed"}
	faultLongLabel  = &nameFault{"name-invalid", "Domain has a label (component between dots) longer than 63 bytes", "malformed"}
	faultReserved   = &nameFault{"name-invalid", "Domain name contains an invalid label in a reserved format (R-LDH: '??--')", "rejectedIdentifier"}
	faultPunycode   = &nameFault{"name-invalid", "Domain name contains malformed punycode", "malformed"}
	faultNoSuffix   = &nameFault{"name-has-no-public-suffix", "Domain name does not end with a valid public suffix (TLD)", "malformed"}
	faultSuffix     = &nameFault{"name-is-public-suffix", "Domain name is an ICANN TLD", "malformed"}
	faultSuffixWild = &nameFault{"name-is-public-suffix", "Domain name is a wildcard for an ICANN TLD", "malformed"}
)

// NameProblem tells what is wrong with an identifier in the form that
// [NormalizeName] gives it: the id of the rule and a sentence, for refusals of
// the CA's policy its exact text. The first failure counts, in the CA's order.
// found is false for a name that may be ordered.
//
// What it cannot know is whether the name is on a list of the CA's of names
// that it never issues for.
func NameProblem(identifier string) (ruleID, detail string, found bool) {
	return nameProblem(identifier, icannSuffix)
}

// NameProblemAnyTLD is [NameProblem] for a world with top level domains of its
// own: each is taken for a public suffix, so that name-has-no-public-suffix is
// never the answer and does not hide another.
func NameProblemAnyTLD(identifier string) (ruleID, detail string, found bool) {
	return nameProblem(identifier, anySuffix)
}

func nameProblem(identifier string, suffix suffixFunc) (ruleID, detail string, found bool) {
	if f := policyFault(identifier, suffix); f != nil {
		return f.rule, f.detail, true
	}
	challenge := challengePrefix + strings.TrimPrefix(identifier, "*.")
	if len(challenge) > nameMax {
		ruleID, detail = tooLong(challenge)
		return ruleID, detail, true
	}
	return "", "", false
}

// tooLong tells of a challenge name that is none.
func tooLong(challenge string) (ruleID, detail string) {
	return "name-too-long-for-challenge",
		fmt.Sprintf("%s has %d characters, and a name in the DNS has %d at most", challenge, len(challenge), nameMax)
}

// policyFault is the CA's identifier policy: the first fault, or nil. For a
// wildcard the suffix is looked at before the characters.
func policyFault(name string, suffix suffixFunc) *nameFault {
	switch strings.Count(name, "*") {
	case 0:
		return plainFault(name, suffix)
	case 1:
	default:
		return faultWildcards
	}
	base, ok := strings.CutPrefix(name, "*.")
	if !ok {
		return faultWildcard
	}
	switch s, ok := suffix(base); {
	case !ok:
		return faultNoSuffix
	case s == base:
		return faultSuffixWild
	}
	return plainFault(base, suffix)
}

// plainFault is the policy for a name without wildcard.
func plainFault(name string, suffix suffixFunc) *nameFault {
	labels := strings.Split(name, ".")
	switch {
	case name == "":
		return faultEmpty
	case !hasNameOctets(name):
		return faultCharacter
	case len(name) > nameMax:
		return faultLong
	case isAddress(name):
		return faultAddress
	case strings.HasSuffix(name, "."):
		return faultFinalDot
	case len(labels) > labelsMax:
		return faultLabels
	case len(labels) < 2:
		return faultOneLabel
	}
	for _, label := range labels {
		if f := labelFault(label); f != nil {
			return f
		}
	}
	switch s, ok := suffix(name); {
	case !ok:
		return faultNoSuffix
	case s == name:
		return faultSuffix
	}
	return nil
}

// hasNameOctets reports whether a name is made of letters, digits, hyphens and
// dots of ASCII.
func hasNameOctets(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return true
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// labelFault is the policy for one label: an LDH label that is no reserved one
// but an A-label, and that holds a U-label in NFC (RFC 5890 §2.3.1).
func labelFault(label string) *nameFault {
	switch {
	case label == "":
		return faultNoLabel
	case len(label) > labelMax:
		return faultLongLabel
	case !isLowerLDH(label):
		return faultCharacter
	case len(label) < 4 || label[2:4] != "--":
		return nil
	case label[:2] != "xn":
		return faultReserved
	}
	u, err := idna.ToUnicode(label)
	if err != nil || !norm.NFC.IsNormalString(u) {
		return faultPunycode
	}
	return nil
}

// isLowerLDH reports whether a label is small letters and digits with hyphens
// inside.
func isLowerLDH(label string) bool {
	for i := range len(label) {
		c := label[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return label[0] != '-' && label[len(label)-1] != '-'
}

// A suffixFunc returns the public suffix of a name, the name itself if it is
// one, and false when there is none.
type suffixFunc func(name string) (string, bool)

// icannSuffix goes by the ICANN section of the Public Suffix List as the CA
// has it: a suffix of the private section counts as an ordinary name, and a
// TLD that is not listed has no suffix.
func icannSuffix(name string) (string, bool) {
	suffix, ok := listedSuffix(name)
	if ok && known.SuffixRemoved(suffix) {
		_, parent, _ := strings.Cut(suffix, ".")
		suffix, ok = listedSuffix(parent)
	}
	for longer := name; len(longer) > len(suffix); _, longer, _ = strings.Cut(longer, ".") {
		if known.SuffixAdded(longer) {
			return longer, true
		}
	}
	return suffix, ok
}

// listedSuffix goes by our own copy of the list.
func listedSuffix(name string) (string, bool) {
	for name != "" {
		suffix, icann := publicsuffix.PublicSuffix(name)
		if icann {
			return suffix, true
		}
		_, name, _ = strings.Cut(suffix, ".")
	}
	return "", false
}

// anySuffix is icannSuffix with every TLD taken as listed.
func anySuffix(name string) (string, bool) {
	if s, ok := icannSuffix(name); ok {
		return s, true
	}
	tld := name[strings.LastIndexByte(name, '.')+1:]
	return tld, tld != ""
}

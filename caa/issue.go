package caa

import (
	"fmt"
	"strings"
)

// An Issue is the value of an issue, issuewild or issuemail property
// (RFC 8659 §4.2, RFC 9495 §3).
type Issue struct {
	Issuer string // issuer domain name as published; "" authorises nobody
	Params []Param
}

// A Param is one parameter of an issue value, letter case kept.
type Param struct{ Tag, Value string }

func (p Param) String() string { return escape(p.Tag + "=" + p.Value) }

// ParseIssue reads the value of an issue property as a profile does. The error
// is a *[SyntaxError]; with it the Issue holds what was read so far, the
// issuer at least. A CA treats a malformed value as one that authorises nobody
// (RFC 8659 §4.2).
func ParseIssue(value string, p Profile) (Issue, error) {
	issuer, rest, _ := strings.Cut(value, ";")
	is := Issue{Issuer: trimWSP(issuer)}
	if p.IssuerGrammar && is.Issuer != "" && !isDomainName(is.Issuer) {
		return is, issueError("%s is not a domain name of letters, digits and inner hyphens", quote(is.Issuer))
	}
	// A semicolon with nothing behind it is fine after the issuer, and only
	// there: parameters are separated by semicolons, not ended by them.
	if trimWSP(rest) == "" {
		return is, nil
	}
	for part := range strings.SplitSeq(rest, ";") {
		param, err := p.parseParam(part)
		if err != nil {
			return is, err
		}
		is.Params = append(is.Params, param)
	}
	return is, nil
}

// parseParam reads one "tag=value" (RFC 8659 §4.2).
func (p Profile) parseParam(s string) (Param, error) {
	s = trimWSP(s)
	if s == "" {
		return Param{}, issueError(`there is an empty parameter: a ";" after the last one, or two in a row`)
	}
	tag, value, ok := strings.Cut(s, "=")
	if !ok {
		return Param{}, issueError("the parameter %s has no =", quote(s))
	}
	param := Param{trimWSP(tag), trimWSP(value)}
	if !p.paramTagFits(param.Tag) {
		return Param{}, issueError("the parameter %s has a tag that is not letters, digits and inner hyphens", quote(s))
	}
	if i := badValueOctet(param.Value); i >= 0 {
		return Param{}, issueError("the parameter %s has %s in its value", quote(s), octetName(param.Value[i]))
	}
	return param, nil
}

// badValueOctet returns the index of the first octet that the value of a
// parameter may not have, or -1: it takes %x21-3A and %x3C-7E.
func badValueOctet(s string) int {
	for i := range len(s) {
		if c := s[i]; c < '!' || c > '~' || c == ';' {
			return i
		}
	}
	return -1
}

// octetName is an octet in words.
func octetName(c byte) string {
	switch {
	case c == ' ':
		return "a space"
	case c == '\t':
		return "a tab"
	case c < ' ' || c == 0x7f:
		return fmt.Sprintf("the control character %d", c)
	case c > '~':
		return fmt.Sprintf("the octet %d outside ASCII", c)
	}
	return `a "` + string(rune(c)) + `"`
}

// isDomainName reports whether s is an issuer-domain-name of RFC 8659 §4.2.
func isDomainName(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if !isLDH(label) {
			return false
		}
	}
	return true
}

func issueError(format string, args ...any) error {
	return &SyntaxError{"issue value", fmt.Sprintf(format, args...)}
}

// trimWSP trims the white space of RFC 5234, space and tab.
func trimWSP(s string) string { return strings.Trim(s, " \t") }

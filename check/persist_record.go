package check

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// A persistRecord is a TXT record of dns-persist-01 as the CA reads it: an
// issue-value (RFC 8659 §4.2) with parameters of its own
// (draft-ietf-acme-dns-persist-01 §4.1).
type persistRecord struct {
	issuer  string // normalised: a lower-case A-label without final dot
	account string
	policy  string
	until   time.Time // the zero time for no end
}

// parsePersistRecord reads the text of a record, in the escapes of [Escape]:
// that is what the CA's DNS library hands on, so that a tab is no white space
// and other octets than ASCII's are four characters. An error goes with the
// issuer as far as it could be read, since only a record in the CA's own name
// is complained of; its text is the CA's.
//
// Other than in CAA records tags match in any letter case, the issuer is
// normalised, and an empty parameter is an error.
func parsePersistRecord(text string) (persistRecord, error) {
	parts := strings.Split(text, ";")
	issuer, err := normalizeIssuer(trimBlanks(parts[0]))
	r := persistRecord{issuer: issuer}
	if err != nil {
		return r, err
	}
	seen := map[string]bool{}
	for _, p := range parts[1:] {
		tag, value, err := persistParameter(trimBlanks(p))
		if err != nil {
			return r, err
		}
		if err := r.set(tag, value, seen); err != nil {
			return r, err
		}
	}
	if r.account == "" {
		return r, errors.New("missing mandatory accounturi parameter")
	}
	return r, nil
}

// trimBlanks takes away the white space of the grammar (RFC 5234 §B.1).
func trimBlanks(s string) string { return strings.Trim(s, " \t") }

// normalizeIssuer gives an issuer the one form that it is compared in.
func normalizeIssuer(s string) (string, error) {
	if s == "" {
		return "", errors.New("empty issuer-domain-name")
	}
	name, err := idna.Lookup.ToASCII(norm.NFC.String(strings.ToLower(s)))
	if err != nil {
		return "", fmt.Errorf("malformed issuer-domain-name %q", s)
	}
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > nameMax {
		return "", fmt.Errorf("malformed issuer-domain-name %q", s)
	}
	return name, nil
}

// persistParameter splits "tag=value".
func persistParameter(p string) (tag, value string, err error) {
	if p == "" {
		return "", "", errors.New("empty parameter or trailing semicolon provided")
	}
	tag, value, found := strings.Cut(p, "=")
	tag, value = trimBlanks(tag), trimBlanks(value)
	switch {
	case !found:
		return "", "", fmt.Errorf("malformed parameter %q should be tag=value pair", p)
	case tag == "":
		return "", "", fmt.Errorf("malformed parameter %q, empty tag", p)
	case strings.ContainsFunc(value, func(r rune) bool { return r < 0x21 || r == ';' || r > 0x7e }):
		return "", "", fmt.Errorf("malformed value %q for tag %q", value, tag)
	}
	return tag, value, nil
}

// set takes one parameter. Tags that are not known are passed over, however
// often they come.
func (r *persistRecord) set(tag, value string, seen map[string]bool) error {
	known := strings.ToLower(tag)
	switch known {
	case "accounturi", "policy", "persistuntil":
		if seen[known] {
			return fmt.Errorf("duplicate parameter %q", tag)
		}
		seen[known] = true
	}
	switch known {
	case "accounturi":
		if value == "" {
			return errors.New("empty value provided for mandatory accounturi")
		}
		r.account = value
	case "policy":
		r.policy = value
	case "persistuntil":
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("malformed persistUntil timestamp %q", value)
		}
		r.until = time.Unix(seconds, 0).UTC()
	}
	return nil
}

// authorizes returns nil when a record in the CA's name stands for an order
// of the account, or the CA's text for why it does not. URIs are compared
// octet for octet (RFC 3986 §6.2.1).
func (r persistRecord) authorizes(account string, wildcard bool, now time.Time) error {
	switch {
	case r.account != account:
		return fmt.Errorf("accounturi mismatch: expected %q, got %q", account, r.account)
	case wildcard && !strings.EqualFold(r.policy, "wildcard"):
		return fmt.Errorf(`policy mismatch: expected "wildcard", got %q`, r.policy)
	case !r.until.IsZero() && now.After(r.until):
		return fmt.Errorf("validation time %s is after persistUntil %s", now.UTC().Format(time.RFC3339), r.until.Format(time.RFC3339))
	}
	return nil
}

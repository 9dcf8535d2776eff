package caa

import "strings"

// unseparated returns the identity that an issuer begins with, when something
// other than more of a name follows: a parameter without its semicolon, or a
// list of issuers.
func unseparated(issuer string, identities []string) (string, bool) {
	for _, id := range identities {
		if len(issuer) > len(id) && lower(issuer[:len(id)]) == lower(id) && strings.IndexByte(" \t,=", issuer[len(id)]) >= 0 {
			return id, true
		}
	}
	return "", false
}

// misspelling tells whether an issuer is meant to be the CA and is not: which
// identity is meant, and what is wrong.
func misspelling(issuer string, req Request) (identity, how string, ok bool) {
	for _, id := range req.Issuers {
		if how := departure(issuer, id); how != "" {
			return id, how, true
		}
	}
	for _, brand := range req.Brands {
		b := squeeze(brand)
		if b != "" && (squeeze(issuer) == b || squeeze(withoutTLD(issuer)) == b) && len(req.Issuers) > 0 {
			return req.Issuers[0], "that is a name of the CA, and not the one it has in CAA records", true
		}
	}
	return "", "", false
}

// departure says how an issuer departs from the identity it resembles, and is
// empty when it does not resemble it.
func departure(issuer, id string) string {
	i, d := lower(issuer), lower(id)
	bare := strings.Trim(i, ` ."'`)
	switch {
	case i == d:
		return "letter case counts"
	case strings.TrimRight(i, ".") == d:
		return "there is no final dot in an issuer's name"
	case bare == d:
		return "it has quote characters or dots around it"
	case strings.HasPrefix(bare, "*."+d):
		return "an issuer's name has no wildcard"
	case hostOfURL(bare) == d || strings.HasSuffix(hostOfURL(bare), "."+d):
		return "it is a URL and not a name"
	case strings.HasSuffix(bare, "."+d):
		return "it is a name below that one"
	case strings.HasSuffix(bare, "@"+d):
		return "it is a mail address and not a name"
	case squeeze(i) == squeeze(d):
		return "punctuation counts"
	case squeeze(i) == squeeze(withoutTLD(d)):
		return "the whole domain name is needed"
	case withoutTLD(bare) == withoutTLD(d):
		return "the top level domain is another"
	case len(d) >= slipMin && oneSlip(bare, d):
		return "one character is wrong"
	}
	return ""
}

// meant returns the property that an unknown tag is a misspelling of, or "".
// A tag that is registered is never one, whether the profile knows it or not.
func (p Profile) meant(tag string) string {
	if p.knows(tag) || RFC8659.knows(tag) {
		return ""
	}
	for _, property := range []string{"issue", "issuewild"} {
		if squeeze(tag) == property || oneSlip(lower(tag), property) {
			return property
		}
	}
	if squeeze(tag) == "issuewildcard" || squeeze(tag) == "wildissue" {
		return "issuewild"
	}
	return ""
}

// slipMin is how long an identity is at least for one slip to be told from
// another name.
const slipMin = 10

// hostOfURL returns the host of a URL, or "" when s is none.
func hostOfURL(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// withoutTLD drops the last label, if there are more.
func withoutTLD(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return name
}

// squeeze keeps the letters and digits of s, in lower case.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && isAlnum(byte(r)) {
			return r
		}
		return -1
	}, lower(s))
}

// oneSlip reports whether a and b differ by one character too many, too few,
// wrong, or by two neighbours exchanged.
func oneSlip(a, b string) bool { return a != b && within(a, b, 1) }

// within reports whether n such slips at most make b of a.
func within(a, b string, n int) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == "" || b == "":
		return len(a)+len(b) <= n
	case n == 0:
		return false
	}
	swapped := len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0]
	return within(a[1:], b, n-1) || within(a, b[1:], n-1) || within(a[1:], b[1:], n-1) ||
		swapped && within(a[2:], b[2:], n-1)
}

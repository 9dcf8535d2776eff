package caa

import (
	"net/url"
	"slices"
	"strings"
)

// A knownParam is a parameter that restricts an issue property, and how far a
// tag may be from it and still be meant as it.
type knownParam struct {
	tag   string
	slips int
}

// knownParams are the parameters of RFC 8657 (§3 and §4). Others are a CA's
// own, such as the account=230123 of RFC 8659 §4.2: what they mean is not
// known here.
var knownParams = []knownParam{
	{paramAccount, 1},
	{paramMethods, 2}, // longer, and less like any other word
}

// meantParam returns the known parameter that a tag is, or is a misspelling
// of: in another letter case, with punctuation, or with a slip or two. It is
// "" for all others.
func meantParam(tag string) string {
	for _, k := range knownParams {
		if squeeze(tag) == k.tag || within(lower(tag), k.tag, k.slips) {
			return k.tag
		}
	}
	return ""
}

// challengeTypes are the labels that validationmethods lists (RFC 8657 §4):
// the registry of ACME validation methods.
var challengeTypes = []string{"dns-01", "http-01", "tls-alpn-01", "dns-account-01", "dns-persist-01"}

// Mended returns the value of an issue property that a value was meant to be,
// so that it authorises the request: the CA's identity, and the restrictions
// that the value has, or was to have, written as RFC 8657 has them. The account
// and the method of the request are added to a restriction that lacks them,
// and no restriction is dropped. The restrictions come first, then what other
// parameters parse, as they are.
func Mended(value string, req Request, p Profile) string {
	m := mending{req: req}
	for _, part := range parameters(value, req) {
		m.read(part, p)
	}
	issuer, _, _ := strings.Cut(value, ";")
	identity, ok := p.identity(trimWSP(issuer), req.Issuers)
	if !ok {
		identity = first(req.Issuers)
	}
	return strings.Join(slices.Concat([]string{identity}, m.params()), "; ")
}

// Respelled returns the value of an issue property with the tags of its
// parameters as RFC 8657 has them, and nothing else changed in what it says.
func Respelled(value string, p Profile) string {
	is, err := ParseIssue(value, p)
	if err != nil {
		return value
	}
	parts := []string{is.Issuer}
	for _, param := range is.Params {
		if tag := meantParam(param.Tag); tag != "" {
			param.Tag = tag
		}
		parts = append(parts, param.Tag+"="+param.Value)
	}
	return strings.Join(parts, "; ")
}

// parameters are the parts of a value behind the issuer, whatever separates it
// from them.
func parameters(value string, req Request) []string {
	issuer, rest, _ := strings.Cut(value, ";")
	if id, ok := unseparated(trimWSP(issuer), req.Issuers); ok {
		rest = trimWSP(issuer)[len(id):] + ";" + rest
	}
	return strings.Split(rest, ";")
}

// A mending is a value on its way to what it was meant to be.
type mending struct {
	req      Request
	accounts []string
	methods  []string
	limited  bool // there is a list of methods, be it an empty one
	others   []string
}

// read takes in one part of a value.
func (m *mending) read(part string, p Profile) {
	part = strings.Trim(part, " \t,=")
	end := strings.IndexFunc(part, func(r rune) bool { return strings.ContainsRune("=: \t", r) })
	tag, val := part, ""
	if end >= 0 {
		tag, val = part[:end], strings.Trim(part[end:], "=: \t")
	}
	switch meantParam(tag) {
	case paramAccount:
		m.accounts = append(m.accounts, strings.Trim(val, `"'<> `))
	case paramMethods:
		m.limited = true
		m.list(val)
	default:
		if slices.Contains(challengeTypes, lower(part)) {
			m.list(part) // of a list that is separated by semicolons
			return
		}
		if param, err := p.parseParam(part); err == nil {
			m.others = append(m.others, param.Tag+"="+param.Value)
		}
	}
}

// list takes in the methods of a list, whatever separates them.
func (m *mending) list(s string) {
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(", \t|/+\"'", r) }) {
		label := lower(word)
		for _, known := range challengeTypes {
			if squeeze(label) == squeeze(known) {
				label = known
			}
		}
		if isLDH(label) && !slices.Contains(m.methods, label) {
			m.methods = append(m.methods, label)
		}
	}
}

// params are the parameters, each once.
func (m *mending) params() []string {
	var ps []string
	if m.limited {
		if m.req.Method != "" && !slices.Contains(m.methods, m.req.Method) {
			m.methods = append(m.methods, m.req.Method)
		}
		ps = append(ps, paramMethods+"="+strings.Join(m.methods, ","))
	}
	if len(m.accounts) > 0 {
		ps = append(ps, paramAccount+"="+m.account())
	}
	return append(ps, m.others...)
}

// account is the one that orders, where it is known; else one of those that are
// there and can be one of the CA's, or a place to put it in.
func (m *mending) account() string {
	for _, a := range m.accounts {
		if m.req.Account != "" && slices.Contains(accountURIs(m.req), a) {
			return a
		}
	}
	if m.req.Account != "" {
		return m.req.Account
	}
	for _, a := range m.accounts {
		if _, err := url.Parse(a); err == nil && a != "" && badValueOctet(a) < 0 && hasAccountForm(a, m.req.AccountPrefixes) {
			return a
		}
	}
	return first(m.req.AccountPrefixes) + "ACCOUNT"
}

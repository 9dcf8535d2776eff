package caa

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The parameters of RFC 8657.
const (
	paramAccount = "accounturi"
	paramMethods = "validationmethods"
)

// restrict decides a property that names the CA by its parameters (RFC 8657).
// Detail stays empty when nothing restricts.
func (p Profile) restrict(params []Param, req Request) RecordDecision {
	unenforced := p.unenforced(params)
	d := RecordDecision{Allowed: true, Reason: Authorized}
	if p.Restrictions {
		account := p.account(p.named(params, paramAccount), req)
		method := p.method(p.named(params, paramMethods), req)
		d = stricter(account, method)
	}
	d.Unenforced = unenforced
	return d
}

// stricter returns the decision that restricts more, a when they are equal.
func stricter(a, b RecordDecision) RecordDecision {
	switch {
	case !a.Allowed:
		return a
	case !b.Allowed:
		return b
	case a.Unknown:
		return a
	case b.Unknown:
		return b
	}
	return a
}

// named returns the values of the parameters of that tag.
func (p Profile) named(params []Param, tag string) []string {
	var values []string
	for _, param := range params {
		if p.sameParam(param.Tag, tag) {
			values = append(values, param.Value)
		}
	}
	return values
}

// unenforced returns the parameters that read like a restriction and are none
// to the profile, for how they are spelled or because it honours none at all.
func (p Profile) unenforced(params []Param) []Param {
	var ignored []Param
	for _, param := range params {
		tag := meantParam(param.Tag)
		if tag != "" && (!p.Restrictions || !p.sameParam(param.Tag, tag)) {
			ignored = append(ignored, param)
		}
	}
	return ignored
}

// account decides by accounturi (RFC 8657 §3): a URI compared octet by octet,
// and only one in a property.
func (p Profile) account(uris []string, req Request) RecordDecision {
	switch len(uris) {
	case 0:
		return RecordDecision{Allowed: true, Reason: Authorized}
	case 1:
	default:
		return mismatch("there are %d accounturi parameters in one record, which no account satisfies (RFC 8657 section 3)", len(uris))
	}
	uri := uris[0]
	if _, err := url.Parse(uri); err != nil || uri == "" {
		return mismatch("accounturi is %s, which is no URI", quote(uri))
	}
	if !hasAccountForm(uri, req.AccountPrefixes) {
		return mismatch("accounturi is %s, and account URIs of the CA are like %s", quote(uri), quote(req.AccountPrefixes[0]+"1234567"))
	}
	if req.Account == "" {
		return RecordDecision{Allowed: true, Unknown: true, Reason: AccountUnknown,
			Detail: fmt.Sprintf("accounturi allows only the account %s", quote(uri))}
	}
	if !slices.Contains(accountURIs(req), uri) {
		return mismatch("accounturi is %s, and the account is %s", quote(uri), quote(req.Account))
	}
	return RecordDecision{Allowed: true, Reason: Authorized}
}

func mismatch(format string, args ...any) RecordDecision {
	return RecordDecision{Reason: AccountMismatch, Detail: fmt.Sprintf(format, args...)}
}

// hasAccountForm reports whether a URI can be an account of the CA.
func hasAccountForm(uri string, prefixes []string) bool {
	if len(prefixes) == 0 {
		return true
	}
	_, ok := accountNumber(uri, prefixes)
	return ok
}

// accountNumber returns what follows a prefix, if that is a decimal number as
// a CA writes it.
func accountNumber(uri string, prefixes []string) (string, bool) {
	for _, prefix := range prefixes {
		number, ok := strings.CutPrefix(uri, prefix)
		if ok && number != "" && number[0] != '0' && strings.Trim(number, "0123456789") == "" {
			return number, true
		}
	}
	return "", false
}

// accountURIs returns every URI under which the CA knows the account. An
// account of another form than the CA's has none there.
func accountURIs(req Request) []string {
	if len(req.AccountPrefixes) == 0 {
		return []string{req.Account}
	}
	number, ok := accountNumber(req.Account, req.AccountPrefixes)
	if !ok {
		return nil
	}
	var uris []string
	for _, prefix := range req.AccountPrefixes {
		uris = append(uris, prefix+number)
	}
	return uris
}

// method decides by validationmethods (RFC 8657 §4): labels separated by
// commas, compared octet by octet.
func (p Profile) method(lists []string, req Request) RecordDecision {
	if len(lists) == 0 {
		return RecordDecision{Allowed: true, Reason: Authorized}
	}
	if len(lists) > 1 && p.RefuseTwoMethods {
		return forbidden("there are %d validationmethods parameters in one record, which the CA refuses", len(lists))
	}
	if req.Method == "" {
		return RecordDecision{Allowed: true, Unknown: true, Reason: MethodUnknown,
			Detail: fmt.Sprintf("validationmethods allows only %s", quote(strings.Join(lists, " and ")))}
	}
	for _, list := range lists {
		if ok, why := p.lists(list, req.Method); !ok {
			return forbidden("validationmethods is %s, %s", quote(list), why)
		}
	}
	return RecordDecision{Allowed: true, Reason: Authorized}
}

func forbidden(format string, args ...any) RecordDecision {
	return RecordDecision{Reason: MethodForbidden, Detail: fmt.Sprintf(format, args...)}
}

// lists reports whether a list has the method, and if not, why.
func (p Profile) lists(list, method string) (ok bool, why string) {
	for label := range strings.SplitSeq(list, ",") {
		switch {
		case label == "" || !isAlnumHyphen(label):
			return false, fmt.Sprintf("and %s is no method's name", quote(label))
		case label == method && p.MethodsToMatch:
			return true, ""
		case label == method:
			ok = true
		}
	}
	if !ok {
		return false, "without " + quote(method)
	}
	return true, ""
}

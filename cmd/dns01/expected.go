package main

import (
	"slices"
	"strings"

	"dns01/check"
)

// tokenLength is the least number of characters of a token: 128 bits in
// base64url (RFC 8555 §8.3).
const tokenLength = 22

// computed adds the values that tokens and the account key's thumbprint make
// (RFC 8555 §8.1 and §8.4), each for the name that stands before it.
func (f *flags) computed(names []string, values map[string][]string) error {
	switch {
	case len(f.tokens) > 0 && f.thumbprint == "":
		return usagef("%s needs --thumbprint beside it: a value is made of both", f.source("token"))
	case len(f.tokens) == 0 && f.thumbprint != "":
		return usagef("%s needs --token beside it: a value is made of both", f.source("thumbprint"))
	}
	for _, arg := range f.tokens {
		name, token, err := f.named("token", arg, names)
		if err != nil {
			return err
		}
		keyAuthorization := token + "." + f.thumbprint
		if len(token) < tokenLength || !check.IsKeyAuthorization(keyAuthorization) {
			return usagef("%s %q and --thumbprint %q do not make a key authorization; a token has %d characters or more of base64url, a thumbprint has 43",
				f.source("token"), arg, f.thumbprint, tokenLength)
		}
		f.comesFrom(digested(keyAuthorization), check.SourceOf(keyAuthorization))
		values[name] = append(values[name], digested(keyAuthorization))
	}
	return nil
}

// comesFrom notes what a value is made of.
func (f *flags) comesFrom(value string, s check.Source) {
	if f.sources == nil {
		f.sources = map[string]check.Source{}
	}
	f.sources[value] = s
}

// digested is a value as it has to stand in the DNS: a key authorization given
// in its place stands for its digest, since no value has a dot.
func digested(value string) string {
	if check.IsKeyAuthorization(value) {
		return check.Digest(value)
	}
	return value
}

// named splits [NAME=]TEXT. TEXT may hold "=" itself: what stands before the
// first one is a name only if it looks like one.
func (f *flags) named(flag, arg string, names []string) (name, text string, err error) {
	before, after, found := strings.Cut(arg, "=")
	if !found || !strings.Contains(before, ".") || strings.ContainsAny(before, " \t\"") {
		before, after = "", arg
	}
	if after == "" {
		return "", "", usagef("%s %q has no value; write NAME=TXT or TXT", f.source(flag), arg)
	}
	if before == "" {
		return "", after, nil
	}
	if name, err = nameFrom(before); err != nil {
		return "", "", err
	}
	if !slices.Contains(names, name) {
		return "", "", usagef("%s is for %q, which is not among the names to check; they are %s", f.source(flag), before, strings.Join(names, ", "))
	}
	return name, after, nil
}

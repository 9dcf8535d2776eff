//go:build linux

package main_test

import (
	"regexp"
	"slices"
	"strings"
)

// A disagreement is a way in which we differ from the Unbound at hand, and why
// that is so.
type disagreement struct {
	reason string
	is     func(comparison) bool
}

// disagreements are all those that are known. Debian's Unbound is release
// 1.17.1 with some of the later changes; ours is made after the newest.
var disagreements = []disagreement{
	{
		"before 1.18, a broken chain of trust has extended error 9, DNSKEY Missing, whatever broke it",
		func(c comparison) bool {
			return c.sameText() && c.Theirs.EDE.Code == 9 && c.Ours.EDE.Code == 6 && strings.HasSuffix(c.Ours.EDE.Text, "while building chain of trust")
		},
	},
	{
		"the servers that it tried first did not answer, and it gives no answer after 1.9 s (discard-timeout)",
		func(c comparison) bool {
			return c.Theirs.Rcode == "SERVFAIL" && c.Theirs.EDE == nil && c.Ours.Rcode != "SERVFAIL" && c.about(zone.slow)
		},
	},
	{
		"of two servers that both fail, the one whose answers have signatures is asked again, though it is to be avoided",
		func(c comparison) bool {
			return c.Ours.EDE != nil && c.Theirs.EDE != nil && c.about(zone.halfSigned)
		},
	},
	{
		"NSEC3 owners are written in the letter case in which BIND has them",
		func(c comparison) bool {
			return c.Ours.EDE != nil && c.Theirs.EDE != nil && c.Ours.EDE.Code == c.Theirs.EDE.Code && strings.EqualFold(c.Ours.EDE.Text, c.Theirs.EDE.Text)
		},
	},
	{
		"the NSEC record named is another one of those that do not fit",
		func(c comparison) bool {
			same := func(e *extendedError) string { return nsecOwner.ReplaceAllString(e.Text, "NSEC") }
			return c.Ours.EDE != nil && c.Theirs.EDE != nil && c.Ours.EDE.Code == c.Theirs.EDE.Code && same(c.Ours.EDE) == same(c.Theirs.EDE)
		},
	},
}

var nsecOwner = regexp.MustCompile(`<[^ >]+ NSEC3? IN>`)

// knownDisagreement is why two conclusions differ, or "" when nobody knows.
func knownDisagreement(c comparison) string {
	for _, d := range disagreements {
		if d.is(c) {
			return d.reason
		}
	}
	return ""
}

// sameText reports whether both have an extended error, in the same words.
func (c comparison) sameText() bool {
	return c.Ours.EDE != nil && c.Theirs.EDE != nil && c.Ours.EDE.Text == c.Theirs.EDE.Text
}

// about reports whether the question is about a zone of a kind.
func (c comparison) about(is func(zone) bool) bool {
	name, _, _ := strings.Cut(c.Question, ". ")
	return slices.ContainsFunc(zones, func(z zone) bool {
		return is(z) && (name == z.name || strings.HasSuffix(name, "."+z.name))
	})
}

// halfSigned reports whether one of the servers of a zone gives answers without
// any signature: its copy has none, or it is BIND, which takes a zone for
// unsigned when its NSEC records are.
func (z zone) halfSigned() bool {
	return z.name == "oneunsigned.com" || z.name == "baredenial.com"
}

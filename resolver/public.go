package resolver

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Public reports whether a zone is a registry's: the root, a TLD, or another
// public suffix of the ICANN section of the Public Suffix List. Suffixes of
// its private section (github.io) are domains that someone has registered.
func Public(zone string) bool {
	if zone == "." {
		return true
	}
	suffix, icann := publicsuffix.PublicSuffix(zone)
	for !icann && strings.Contains(suffix, ".") {
		// A private rule: what counts is the ICANN rule above it.
		_, above, _ := strings.Cut(suffix, ".")
		suffix, icann = publicsuffix.PublicSuffix(above)
	}
	return suffix == zone
}

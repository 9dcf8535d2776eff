package conformance

import (
	"math/rand/v2"
	"strings"

	"github.com/weppos/publicsuffix-go/publicsuffix"
)

// GenerateOrder makes the names of an order, most of them with some fault. In
// lower case, as the CA makes them.
func GenerateOrder(seed uint64) []string {
	g := generator{rand.New(rand.NewPCG(seed, 1)), nil}
	var names []string
	for range pick(g, 1, 1, 1, 2, 3, 8) {
		if n := strings.ToLower(g.name()); n != "" {
			names = append(names, n)
		}
	}
	return names
}

// name is any name: a good one that was changed in some way, or not.
func (g generator) name() string {
	n := g.host()
	switch g.IntN(24) {
	case 0, 1:
		return n
	case 2:
		return g.suffix()
	case 3:
		return n + "."
	case 4:
		return pick(g, "."+n, strings.Replace(n, ".", "..", 1))
	case 5:
		return g.mutate(n)
	case 6:
		return g.label() + pick(g, "", ".localhost", ".local", ".internal", ".lan", ".example", ".arpa", ".onion", ".invalid", ".corp")
	case 7:
		return pick(g, "192.0.2.1", "2001:db8::1", "::1", "1.2.3", "1.2.3.4.5", "127.1", "[::1]", "fe80::1%eth0", "*.192.0.2.1")
	case 8:
		return strings.Repeat(g.letters(1+g.IntN(2))+".", 6+g.IntN(6)) + n
	case 9:
		return g.long(n)
	case 10:
		return g.letters(60+g.IntN(8)) + "." + n
	case 11:
		return pick(g, "-", "", "_", "--") + g.label() + pick(g, "-", "_", "") + "." + n
	case 12, 13:
		return g.reserved() + "." + n
	case 14:
		return pick(g, "*", "*", "**", "*.*", "a*", "*a", "a.*", "") + "." + n
	case 15:
		return pick(g, "bücher", "ｅｘ", "éa", "e\u0301a", "\u212aelvin", "ss\u200d", "_acme-challenge", "a b", "https://a", "a:443") + "." + n
	case 16, 17:
		return "*." + g.suffix()
	case 18:
		return "*." + g.mutate(n)
	}
	return "*." + n
}

// host is a name that may be ordered.
func (g generator) host() string {
	n := g.label() + "." + g.suffix()
	for range g.IntN(3) {
		n = g.label() + "." + n
	}
	return n
}

// long is a name about as long as names may be.
func (g generator) long(n string) string {
	for want := 245 + g.IntN(14); len(n) < want; {
		n = g.letters(min(1+g.IntN(60), max(want-len(n)-1, 1))) + "." + n
	}
	return n
}

// reserved is a label with hyphens in third and fourth place (RFC 5890
// §2.3.1): A-labels, good and bad, and others.
func (g generator) reserved() string {
	return pick(g, "xn--bcher-kva", "xn--fiqs8s", "xn--mgbh0fb", "xn--ls8h", "xn--", "xn---", "xn--a", "xn--ab", "xn--zzzzzzz99999",
		"xn--a-ecp.ru", "xn--ex-pha", "xn--strae-oqa", "xn--bcher-kva8445foa", "xn--0", "xn--99zt52a", "xn--xn--a--gua", "xn--1ch",
		"ab--cd", "a---b", "ss--", "yn--bcher-kva", "xn-a", "x--n", "xn--"+g.letters(1+g.IntN(8)), "xn--"+g.octets(1+g.IntN(8), "abcdefghij0123456789-"))
}

// suffixRules is the Public Suffix List as Boulder has it.
var suffixRules = publicsuffix.DefaultRules()

// suffix is a rule of the Public Suffix List, with its wildcard filled in.
func (g generator) suffix() string {
	rule := suffixRules[g.IntN(len(suffixRules))]
	if g.chance(50) {
		return pick(g, "com", "net", "org", "de", "co.uk", "com.br", "github.io", "kawasaki.jp", "ck", "www.ck", "s3.amazonaws.com")
	}
	if rule.Type == publicsuffix.WildcardType && g.chance(70) {
		return g.label() + "." + rule.Value
	}
	return rule.Value
}

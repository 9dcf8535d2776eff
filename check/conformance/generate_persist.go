package conformance

import (
	"fmt"
	"strings"
)

// persistRight is a record of dns-persist-01 that does for the whole order.
func (g generator) persistRight() string {
	s := fmt.Sprintf("%s; accounturi=%s", Issuer, g.w.AccountURI())
	for _, a := range g.w.Authorizations {
		if strings.HasPrefix(a.Identifier, "*.") {
			return s + "; policy=wildcard"
		}
	}
	return s
}

// persistRecords publishes records of dns-persist-01 of which most do not do.
func (g generator) persistRecords() {
	n := g.w.node(g.w.Challenge())
	n.TXT = nil
	seen := map[string]bool{}
	for range pick(g, 1, 1, 1, 1, 2, 3, 5) {
		rdata := g.split(g.persistRecord())
		if !seen[string(rdata)] { // RFC 2181 §5
			seen[string(rdata)] = true
			n.TXT = append(n.TXT, rdata)
		}
	}
}

// persistRecord is one record, or something near.
func (g generator) persistRecord() string {
	s := g.persistRight()
	switch g.IntN(10) {
	case 0:
		return s
	case 1, 2:
		return g.mutate(s)
	case 3:
		return g.recase(s)
	case 4:
		return s + pick(g, ";", " ;", ";;", "; ", " ", "\t", ";=", "; a", ";a=b;")
	case 5:
		return strings.Replace(s, "accounturi=", pick(g, "accountURI=", "accounturi = ", "accounturi==", "accounturi=x;accounturi=", "account-uri=", "=", "accounturi"), 1)
	}
	var b strings.Builder
	b.WriteString(g.spaced(g.persistIssuer()))
	for range pick(g, 0, 1, 1, 2, 2, 3, 4) {
		b.WriteString(pick(g, ";", "; ", " ; ", ";\t", ";;"))
		b.WriteString(g.persistParameter())
	}
	b.WriteString(pick(g, "", "", "", "", ";", " "))
	return b.String()
}

// persistIssuer is the CA's identity in one of the forms that are taken for
// it, or another one.
func (g generator) persistIssuer() string {
	if g.chance(20) {
		return g.issuer()
	}
	return pick(g, Issuer, Issuer, Issuer, Issuer, "LETSENCRYPT.ORG", "letsencrypt.org.", "letsencrypt.org..", ".letsencrypt.org", "letsencrypt..org",
		"ca.example", "xn--bcher-kva.example", "xn--.example", "-a.example", "a_b.example", strings.Repeat("a", 300), "")
}

// persistParameter is one "tag=value" of such a record.
func (g generator) persistParameter() string {
	equals := pick(g, "=", "=", "=", "=", "=", " = ", "==", "")
	tag := func(s string) string {
		if g.chance(25) {
			return g.recase(s)
		}
		return s
	}
	switch g.IntN(8) {
	case 0, 1, 2:
		return tag("accounturi") + equals + g.accountURI()
	case 3, 4:
		return tag("policy") + equals + pick(g, "wildcard", "wildcard", "WildCard", "subdomain", "", "wild card", "wildcard,", "\u212a", "wildcarð")
	case 5, 6:
		return tag("persistUntil") + equals + g.persistUntil()
	}
	return pick(g, "a", "a_b", "é", "", "=", "validationmethods", "a b") + equals + pick(g, "", "b", "b c", "ü", "\x00", "a=b")
}

// persistUntil is a time around the one at which both sides judge.
func (g generator) persistUntil() string {
	now := Now().Unix()
	return pick(g, fmt.Sprint(now), fmt.Sprint(now-1), fmt.Sprint(now+1), fmt.Sprint(now+1000), "0", "-1", "+1", "1e9", "0x10", "007", "",
		"-62135596800", "-62135596801", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "253402300800", "1.5", "1_000", "tomorrow", "2027-01-01")
}

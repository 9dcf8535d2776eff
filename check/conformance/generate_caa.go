package conformance

import (
	"fmt"
	"strconv"
	"strings"
)

// relevantSet puts a CAA set at the identifier's name, or at one above.
func (g generator) relevantSet() {
	name := g.w.Base
	for g.chance(30) && strings.Contains(name, ".") {
		_, name, _ = strings.Cut(name, ".")
	}
	g.w.node(name).CAA = g.set()
}

// climb puts sets and trouble at the names of the climb.
func (g generator) climb() {
	for name, ok := g.w.Base, true; ok; _, name, ok = strings.Cut(name, ".") {
		if g.chance(20) {
			g.w.node(name).CAA = g.set()
		}
		if g.chance(12) {
			g.w.Fates[Question{name, "CAA"}] = g.fate()
		}
	}
}

// set is a CAA record set: RDATA on the wire.
func (g generator) set() [][]byte {
	n := pick(g, 1, 1, 1, 1, 2, 2, 3, 4, 8)
	if g.chance(1) {
		n = 1001
	}
	var set [][]byte
	seen := map[string]bool{}
	for range n {
		rdata := g.property()
		if n == 1001 {
			rdata = property(0, "issue", fmt.Sprintf("ca%d.example", len(set)))
		}
		if !seen[string(rdata)] { // a set has no two that are the same (RFC 2181 §5)
			seen[string(rdata)] = true
			set = append(set, rdata)
		}
	}
	if n == 1001 && g.chance(50) {
		set = append(set, property(0, "issue", Issuer))
	}
	return set
}

// property is one record.
func (g generator) property() []byte {
	if g.chance(2) {
		return g.brokenProperty()
	}
	return property(g.flags(), g.tag(), g.value())
}

// property is RDATA (RFC 8659 §4.1).
func property(flags byte, tag, value string) []byte {
	return append(append([]byte{flags, byte(len(tag))}, tag...), value...)
}

// brokenProperty is RDATA that does not hold what it announces.
func (g generator) brokenProperty() []byte {
	switch g.IntN(6) {
	case 0:
		return []byte{}
	case 1:
		return []byte{128}
	case 2:
		return []byte{0, 5, 'i', 's'}
	case 3:
		return []byte{0, 255}
	case 4:
		return append([]byte{0, 0}, Issuer...)
	}
	return []byte(g.anyOctets(g.IntN(12)))
}

func (g generator) flags() byte {
	return pick(g, 0, 0, 0, 0, 0, 0, 128, 128, 1, 129, 2, 64, 126, 127, 254, 255, byte(g.IntN(256)))
}

func (g generator) tag() string {
	tag := pick(g, "issue", "issue", "issue", "issue", "issue", "issue", "issuewild", "issuewild", "issuewild",
		"iodef", "issuemail", "issuevmc", "contactemail", "contactphone", "auth", "path", "policy", "tbs", "future")
	switch g.IntN(20) {
	case 0, 1:
		return g.recase(tag)
	case 2:
		return g.mutate(tag)
	}
	return tag
}

// value is the value of an issue property, or something near.
func (g generator) value() string {
	if g.chance(45) {
		return g.nearly()
	}
	v := g.spaced(g.issuer()) + g.parameters()
	switch g.IntN(16) {
	case 0, 1:
		return g.mutate(v)
	case 2:
		return g.recase(v)
	case 3:
		return g.anyOctets(g.IntN(20))
	}
	return v
}

// nearly is a value that authorises us but for one thing, or for nothing.
func (g generator) nearly() string {
	account := fmt.Sprintf("accounturi=%s%d", AccountPrefixes[0], g.w.Account)
	methods := "validationmethods=" + pick(g, "dns-01", "http-01,dns-01", "dns-01,http-01", "http-01")
	params := pick(g, []string{account}, []string{methods}, []string{account, methods}, []string{methods, account, "policy=ev"})
	i := g.IntN(len(params))
	separator, end := pick(g, ";", "; "), ""
	switch g.IntN(10) {
	case 0, 1:
	case 2:
		params = append(params, params[i])
	case 3:
		params[i] = g.recase(params[i])
	case 4:
		end = pick(g, ";", " ;", ";;", " ")
	case 5:
		separator = pick(g, ";;", " ", "; ;", ",", "\n;", ";\t")
	case 6:
		params[i] = g.mutate(params[i])
	case 7:
		params[i] += pick(g, ",", ",_", ",a_b", ", b", ",\xff", "/")
	case 8:
		params[i] = strings.Replace(params[i], "=", pick(g, "=_,", "=,", "= ", " =", "==", "=ca-x,", "=é,"), 1)
	case 9:
		params = append(params, pick(g, "a-b=c", "=c", "a=", "a", "-a=b", "accounturi=", "validationmethods=", "é=1", "a=\u00e9"))
	}
	return Issuer + separator + strings.Join(params, separator) + end
}

func (g generator) issuer() string {
	return pick(g, Issuer, Issuer, Issuer, Issuer, Issuer, Issuer, Issuer, Issuer, Issuer, Issuer,
		"", "", "ca.example", "pki.goog", "LetsEncrypt.org", "letsencrypt.org.", "letsencrypt", "www.letsencrypt.org",
		"letsencrypt.com", "Let's Encrypt", "https://letsencrypt.org", "letsencrypt.org ca.example", "letsencrypt.org,pki.goog",
		`"letsencrypt.org"`, "letsencrypt\u3002org", "\u200bletsencrypt.org", "\xa0letsencrypt.org", "letsencrypt.org\n", "xn--bcher-kva.example",
		`lets\encrypt.org`, `letsencrypt\.org`, `\108etsencrypt.org`)
}

// spaced puts white space around a text, as the grammar allows.
func (g generator) spaced(s string) string {
	return pick(g, "", "", "", " ", "\t", "  ") + s + pick(g, "", "", "", " ", "\t ")
}

// parameters are those of a value with their separators, and what may follow
// the last one. Some are there twice, which decides for those of RFC 8657.
func (g generator) parameters() string {
	var b strings.Builder
	for range pick(g, 0, 0, 1, 1, 1, 2, 2, 3, 5) {
		p := g.parameter()
		for range pick(g, 1, 1, 1, 1, 1, 1, 1, 2) {
			b.WriteString(pick(g, ";", ";", "; ", "; ", "; ", " ;", " ; ", ";\t", ";;", " "))
			b.WriteString(p)
		}
	}
	b.WriteString(pick(g, "", "", "", "", "", "", ";", "; ", ";;", " ;\t"))
	return b.String()
}

// parameter is one "tag=value", or something near.
func (g generator) parameter() string {
	equals := pick(g, "=", "=", "=", "=", "=", "=", "=", "=", " = ", "= ", " =", "==", "")
	var s string
	switch g.IntN(8) {
	case 0, 1, 2:
		s = pick(g, "accounturi", "accounturi", "accounturi", "accounturi", "accountURI", "AccountUri", "account-uri") + equals + g.accountURI()
	case 3, 4, 5:
		s = pick(g, "validationmethods", "validationmethods", "validationmethods", "validationmethods", "validationMethods", "validation-methods", "validationmethod") + equals + g.methods()
	default:
		s = pick(g, "a", "policy", "a-b", "-a", "a-", "a--b", "", "é", "a_b", "cansignhttpexchanges", "7") + equals +
			pick(g, "", "b", "ev", "yes", "a=b", "a b", "ü", "b\x7f", "x\x00", strconv.Itoa(g.IntN(100)))
	}
	if g.chance(6) {
		return g.mutate(s)
	}
	return s
}

// accountURI is that of our account, or something near.
func (g generator) accountURI() string {
	right := fmt.Sprintf("%s%d", AccountPrefixes[0], g.w.Account)
	if g.chance(45) {
		return right
	}
	return pick(g,
		fmt.Sprintf("%s%d", AccountPrefixes[1], g.w.Account),
		fmt.Sprintf("%s%d", AccountPrefixes[0], g.w.Account+1),
		fmt.Sprintf("%s%d0", AccountPrefixes[0], g.w.Account),
		fmt.Sprintf("%s0%d", AccountPrefixes[0], g.w.Account),
		fmt.Sprintf("%s+%d", AccountPrefixes[0], g.w.Account),
		fmt.Sprintf("https://acme-staging-v02.api.letsencrypt.org/acme/acct/%d", g.w.Account),
		AccountPrefixes[0],
		right+"/",
		right+"?",
		`"`+right+`"`,
		strings.Replace(right, "https", "http", 1),
		strings.Replace(right, "acme-v02", "ACME-v02", 1),
		strings.Replace(right, "/acct", "/%61cct", 1),
		strings.Replace(right, "/acct", "/%zzcct", 1),
		strconv.FormatInt(g.w.Account, 10),
		"", "%", ":", "https://[::1", "urn:ietf:params:acme", "mailto:a@example.com",
	)
}

// methods is a list of methods, in every way that lists go wrong.
func (g generator) methods() string {
	if g.chance(35) {
		return pick(g, "dns-01", "dns-01,http-01", "http-01,dns-01")
	}
	var list []string
	for range g.IntN(4) {
		list = append(list, pick(g, "dns-01", "dns-01", "http-01", "tls-alpn-01", "dns-account-01", "dns-persist-01", "DNS-01",
			"dns", "dns_01", "ca-x", "", "dns-01 ", "é", "-", "*", "dns-01.", "contact"))
	}
	return strings.Join(list, pick(g, ",", ",", ",", ",", ", ", ",,", ":", "|"))
}

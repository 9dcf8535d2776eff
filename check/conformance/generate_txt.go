package conformance

import (
	"strings"
)

// challenge publishes something other than the right value alone.
func (g generator) challenge() {
	if g.w.Method == persist && g.chance(80) {
		g.persistRecords()
		return
	}
	n := g.w.node(g.w.Challenge())
	n.TXT = nil
	switch g.IntN(12) {
	case 0:
		delete(g.w.Nodes, g.w.Challenge())
		return
	case 1:
		return // the name has something else, or nothing
	case 2:
		g.w.node("below." + g.w.Challenge()).TXT = [][]byte{characterStrings("x")}
		delete(g.w.Nodes, g.w.Challenge())
		return
	}
	if g.chance(2) { // more than a message holds, and almost that
		for range pick(g, 1000, 1400) {
			n.TXT = append(n.TXT, characterStrings(g.token()))
		}
		return
	}
	seen := map[string]bool{}
	for range pick(g, 1, 1, 1, 1, 2, 2, 3, 5, 20, 60) {
		rdata := g.txt()
		if !seen[string(rdata)] { // RFC 2181 §5
			seen[string(rdata)] = true
			n.TXT = append(n.TXT, rdata)
		}
	}
}

// one is any of the order's authorizations.
func (g generator) one() Authorization { return pick(g, g.w.Authorizations...) }

// txt is the RDATA of one record.
func (g generator) txt() []byte {
	switch g.IntN(40) {
	case 0:
		return []byte{}
	case 1:
		return []byte{43, 'a'} // announces more than there is
	case 2:
		return g.split(g.one().Value())
	case 3:
		return append(characterStrings(""), characterStrings(g.one().Value())...)
	}
	return g.split(g.text())
}

// text is a value that may stand in the right one's place.
func (g generator) text() string {
	v := g.one().Value()
	switch g.IntN(12) {
	case 0:
		return v
	case 1:
		return pick(g, " "+v, v+" ", `"`+v+`"`, v+"\n", v+".", v+"=", strings.ToUpper(v), strings.ToLower(v), v[:42], "\u200b"+v)
	case 2:
		return g.mutate(v)
	case 3:
		return g.one().KeyAuthorization
	case 4:
		token, thumbprint, _ := strings.Cut(g.one().KeyAuthorization, ".")
		return pick(g, token, thumbprint, g.w.Challenge(), g.w.Base)
	case 5:
		return ""
	case 6:
		return g.anyOctets(g.IntN(300))
	case 7:
		return g.letters(95 + g.IntN(10))
	case 8:
		// The cut at 100 octets falls on an escape.
		return g.letters(93+g.IntN(8)) + pick(g, `"`, `\`, "\x00", "é", "\xff", "\u20ac\u20ac", `\\\`) + g.letters(g.IntN(4))
	case 9:
		return pick(g, "v=spf1 -all", `say "hi"`, `back\slash`, `\065`, "tab\there", "bell\a", "\x1b[31m", "München", "\xf0\x9f\x98\x80", "%s %q %d", "<b>", "a;b")
	case 10:
		return strings.Repeat(pick(g, "\x00", `"`, "é", "ab"), 20+g.IntN(100))
	}
	return g.token()
}

// split makes RDATA of a text, in one character-string or in several.
func (g generator) split(s string) []byte {
	if len(s) < 2 || g.chance(70) {
		return characterStrings(s)
	}
	at := 1 + g.IntN(len(s)-1)
	rdata := characterStrings(s[:at])
	if g.chance(20) {
		rdata = append(rdata, 0)
	}
	return append(rdata, characterStrings(s[at:])...)
}

// characterStrings is a text as TXT RDATA: strings of up to 255 octets, one
// at least (RFC 1035 §3.3.14).
func characterStrings(s string) []byte {
	var rdata []byte
	for len(s) > 255 {
		rdata = append(append(rdata, 255), s[:255]...)
		s = s[255:]
	}
	return append(append(rdata, byte(len(s))), s...)
}

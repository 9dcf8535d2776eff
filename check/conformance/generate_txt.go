package conformance

import (
	"fmt"
	"strings"
)

// challenge publishes something other than the right value alone.
func (g generator) challenge() {
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
	seen := map[string]bool{}
	for range pick(g, 1, 1, 1, 1, 2, 2, 3, 5, 20, 60) {
		rdata := g.txt()
		if !seen[string(rdata)] { // RFC 2181 §5
			seen[string(rdata)] = true
			n.TXT = append(n.TXT, rdata)
		}
	}
}

// txt is the RDATA of one record.
func (g generator) txt() []byte {
	switch g.IntN(40) {
	case 0:
		return []byte{}
	case 1:
		return []byte{43, 'a'} // announces more than there is
	case 2:
		return g.split(g.w.Value())
	case 3:
		return append(characterStrings(""), characterStrings(g.w.Value())...)
	}
	return g.split(g.text())
}

// text is a value that may stand in the right one's place.
func (g generator) text() string {
	v := g.w.Value()
	switch g.IntN(12) {
	case 0:
		return v
	case 1:
		return pick(g, " "+v, v+" ", `"`+v+`"`, v+"\n", v+".", v+"=", strings.ToUpper(v), strings.ToLower(v), v[:42], "\u200b"+v)
	case 2:
		return g.mutate(v)
	case 3:
		return g.w.KeyAuthorization
	case 4:
		token, thumbprint, _ := strings.Cut(g.w.KeyAuthorization, ".")
		return pick(g, token, thumbprint, g.w.Challenge(), g.w.Base())
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

// fates brings trouble to the challenge, or to a name of the climb.
func (g generator) fates() {
	if g.chance(50) {
		g.w.Fates[Question{g.w.Challenge(), "TXT"}] = g.fate()
		return
	}
	name := g.w.Base()
	for g.chance(50) && strings.Contains(name, ".") {
		_, name, _ = strings.Cut(name, ".")
	}
	g.w.Fates[Question{name, "CAA"}] = g.fate()
}

// fate is what goes wrong with a question. Silence is rare, as it costs the
// time that it is waited for.
func (g generator) fate() Fate {
	if g.chance(35) {
		return Fate{Bogus, pick(g, 0, 5, 6, 6, 7, 8, 9, 9, 10, 10, 12, 22, 23, 30, 65535, g.IntN(26)), g.extendedText()}
	}
	return Fate{Fault: pick(g, "servfail", "servfail", "refuse", "notimp", "formerr", "lame", "upward", "truncate", "truncate no-tcp",
		"truncate tcp-silent", "nxdomain", "nxdomain", "nxdomain", "unreachable", "garbage", "drop")}
}

func (g generator) extendedText() string {
	return pick(g, "", "no text fits",
		"validation failure "+asked+": signature expired from 192.0.2.1",
		"validation failure "+asked+": no keys have a DS with algorithm ECDSAP256SHA256",
		`"quoted" \ and %s`, "Müller \u20ac", "100%")
}

// unregistered takes a zone out of the tree.
func (g generator) unregistered() {
	i := g.IntN(len(g.w.Zones))
	g.w.Zones[i].Delegated = false
}

// aliases leads the challenge, or a name of the climb, elsewhere.
func (g generator) aliases() {
	if g.chance(60) {
		n := g.w.node(g.w.Challenge())
		txt := n.TXT
		n.TXT = nil
		if end := g.chain(g.w.Challenge()); end != nil {
			end.TXT = txt
		}
		return
	}
	name := g.w.Base()
	if at, _ := g.w.zone(name); at.Apex == name {
		return // an apex is no alias (RFC 1912 §2.4)
	}
	if end := g.chain(name); end != nil && g.chance(80) {
		end.CAA = g.set()
	}
}

// chain makes aliases from a name, and returns the node at their end; nil when
// there is no end, or nothing at it.
func (g generator) chain(from string) *Node {
	if at, _ := g.w.zone(from); at.Apex == from {
		return g.w.node(from) // a zone of its own: an apex is no alias
	}
	names := []string{from}
	for i := range pick(g, 1, 1, 1, 2, 3, 5, 9, 10, 11, 12, 13) {
		zone := pick(g, "alias-target.net", "alias-target.net", g.w.Zones[1].Apex)
		names = append(names, fmt.Sprintf("alias%d-%s.%s", i, g.letters(3), zone))
	}
	for i, name := range names[:len(names)-1] {
		*g.w.node(name) = Node{CNAME: names[i+1]}
	}
	last := names[len(names)-1]
	switch g.IntN(8) {
	case 0:
		*g.w.node(last) = Node{CNAME: pick(g, names...)}
		return nil
	case 1:
		return nil // dangling
	case 2:
		// Within one zone its servers answer for the target too, unasked.
		before, _ := g.w.zone(names[len(names)-2])
		if at, _ := g.w.zone(last); at != before {
			g.w.Fates[Question{last, pick(g, "TXT", "CAA")}] = g.fate()
		}
	case 3:
		g.w.node(last) // nothing of the type
		return nil
	}
	return g.w.node(last)
}

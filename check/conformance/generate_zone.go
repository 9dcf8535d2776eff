package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fates brings trouble to the challenge, or to a name of the climb.
func (g generator) fates() {
	if g.chance(50) {
		g.w.Fates[Question{g.w.Challenge(), "TXT"}] = g.fate()
		return
	}
	name := g.w.Base
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

// unregistered takes a zone out of the tree. No wildcard of its parent covers
// it: then it would be there after all.
func (g generator) unregistered() {
	for name := range g.w.Nodes {
		if strings.HasPrefix(name, "*.") {
			return
		}
	}
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
	name := g.w.Base
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
		zone := pick(g, aliasZone, aliasZone, g.w.Zones[1].Apex)
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
		g.w.Fates[Question{last, pick(g, "TXT", "CAA")}] = g.fate()
	case 3:
		g.w.node(last) // nothing of the type
		return nil
	}
	return g.w.node(last)
}

// wildcards has a wildcard answer in the place of records (RFC 4592).
func (g generator) wildcards() {
	if slices.ContainsFunc(g.w.Zones, func(z Zone) bool { return !z.Delegated }) {
		return
	}
	at := pick(g, g.w.Base, g.w.Base, up(g.w.Base))
	n := g.w.node("*." + at)
	switch g.IntN(4) {
	case 0:
		n.CNAME = "wild." + aliasZone
		*g.w.node(n.CNAME) = Node{TXT: g.w.node(g.w.Challenge()).TXT}
		if g.chance(50) {
			g.w.node(n.CNAME).CAA = g.set()
		}
	case 1:
		n.CAA = g.set()
	default:
		n.TXT = slices.Clone(g.w.node(g.w.Challenge()).TXT)
		if g.chance(50) {
			n.TXT = [][]byte{g.txt()}
		}
	}
	if g.chance(70) {
		delete(g.w.Nodes, g.w.Challenge())
	}
}

// dname leads everything below a name elsewhere (RFC 6672).
func (g generator) dname() {
	from := g.w.Base
	if above := up(from); g.chance(30) && within(above, g.w.Zones[1].Apex) {
		from = above
	}
	if slices.ContainsFunc(g.w.Zones, func(z Zone) bool { return z.Apex != from && within(z.Apex, from) }) {
		return // a zone below it is no longer one
	}
	for _, name := range slices.Sorted(maps.Keys(g.w.Nodes)) {
		if name == from || !within(name, from) {
			continue
		}
		if n := g.w.Nodes[name]; g.chance(85) {
			g.w.Nodes[strings.TrimSuffix(name, from)+"moved."+aliasZone] = n
		}
		delete(g.w.Nodes, name)
	}
	if n := g.w.node(from); n.CNAME == "" {
		n.DNAME = "moved." + aliasZone
	}
	if g.chance(30) {
		g.w.node("moved." + aliasZone).CAA = g.set()
	}
}

// unasked takes fates away from targets of aliases in the same zone: its
// servers answer for them together with the alias, and dns01 does not ask
// again.
func (g generator) unasked() {
	for name, above := g.w.Challenge(), true; above; _, name, above = strings.Cut(name, ".") {
		for _, qtype := range []string{"TXT", "CAA"} {
			from := name
			for range maxRestarts {
				target := g.w.alias(from)
				if target == "" {
					break
				}
				was, _ := g.w.zone(from)
				if is, _ := g.w.zone(target); is == was {
					delete(g.w.Fates, Question{target, qtype})
				}
				from = target
			}
		}
	}
}

// unread takes garbage away where RDATA is broken already: the lab has one way
// only to say that a message cannot be read.
func (g generator) unread() {
	for q, f := range g.w.Fates {
		if f.Fault == "garbage" && g.w.Broken() {
			g.w.Fates[q] = Fate{Fault: "servfail"}
		}
	}
}

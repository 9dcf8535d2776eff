package conformance

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator makes one world. What it leaves to chance comes from the seed
// alone, so a seed names a world.
type generator struct {
	*rand.Rand
	w *World
}

// Generate makes the world of a seed. Each has one theme; in the rest it is
// plain, so that the theme decides.
func Generate(seed uint64) *World {
	g := generator{rand.New(rand.NewPCG(seed, 0)), &World{
		Seed:  seed,
		Nodes: map[string]*Node{},
		Fates: map[Question]Fate{},
	}}
	g.identity()
	g.w.Method = method(g.w)
	g.zones()
	n := g.w.node(g.w.Challenge())
	for _, a := range g.w.Authorizations {
		if g.w.Method != persist {
			n.TXT = append(n.TXT, characterStrings(a.Value()))
		}
	}
	if g.w.Method == persist {
		n.TXT = append(n.TXT, characterStrings(g.persistRight()))
	}
	for range g.themes() {
		g.theme()
	}
	g.unasked()
	g.unread()
	return g.w
}

// themes is how many come together: mostly one.
func (g generator) themes() int {
	if g.chance(20) {
		return 2
	}
	return 1
}

// theme changes the plain world in one way.
func (g generator) theme() {
	switch n := g.IntN(100); {
	case n < 36:
		g.relevantSet()
	case n < 50:
		g.climb()
	case n < 68:
		g.challenge()
	case n < 80:
		g.aliases()
	case n < 86:
		g.wildcards()
	case n < 90:
		g.dname()
	case n < 98:
		g.fates()
	default:
		g.unregistered()
	}
}

// chance is true in that many of 100 cases.
func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// pick returns any one. What stands in the list twice comes twice as often.
func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

// identity chooses the identifier, its zones and its account.
func (g generator) identity() {
	suffix := pick(g, "com", "com", "net", "org", "de", "xyz", "co.uk", "com.br", "pvt.k12.ma.us", "github.io", "xn--p1ai")
	registered := g.label() + "." + suffix
	base := registered
	for range g.IntN(5) {
		if longer := g.label() + "." + base; strings.Count(longer, ".") < 10 && len(longer) <= 230 {
			base = longer
		}
	}
	g.w.Base = base
	for _, id := range pick(g, []string{base}, []string{base}, []string{"*." + base}, []string{base, "*." + base}) {
		g.w.Authorizations = append(g.w.Authorizations, Authorization{id, g.token() + "." + g.token()})
	}
	g.w.Registered = registered
	g.w.Account = pick(g, 1, 7, 10, 1234567, 987654321, g.Int64N(1<<40)+1)
}

// method chooses the method of the challenge, apart from what else is chosen.
func method(w *World) string {
	g := generator{rand.New(rand.NewPCG(w.Seed, 3)), w}
	const nameMax = 253
	m := pick(g, dns01, dns01, dns01, dns01, dns01, dns01, dns01, account, persist, persist)
	if trial := (&World{Method: m, Base: w.Base}); len(trial.Challenge()) > nameMax {
		return dns01
	}
	return m
}

// zones makes the TLD's zone, the registered one, perhaps one between that and
// the identifier, and one for aliases to lead to.
func (g generator) zones() {
	base, registered := g.w.Base, g.w.Registered
	tld := registered[strings.LastIndex(registered, ".")+1:]
	g.zone(tld)
	g.zone(registered)
	if base != registered && g.chance(30) {
		g.zone(base)
	}
	if g.chance(10) {
		g.zone(g.w.Challenge())
	}
	if tld != "net" {
		g.zone("net")
	}
	g.zone(aliasZone)
}

// aliasZone is where aliases lead.
const aliasZone = "alias-target.net"

func (g generator) zone(apex string) { g.w.Zones = append(g.w.Zones, Zone{apex, true}) }

// label is one label of a host name.
func (g generator) label() string {
	switch g.IntN(20) {
	case 0:
		return pick(g, "xn--bcher-kva", "xn--mnchen-3ya", "xn--fiqs8s")
	case 1:
		return g.letters(63)
	case 2:
		return fmt.Sprint(g.IntN(100000))
	case 3:
		return g.letters(2) + "-" + g.letters(3)
	}
	return g.letters(1 + g.IntN(10))
}

func (g generator) letters(n int) string { return g.octets(n, "abcdefghijklmnopqrstuvwxyz") }

// token is 43 characters of base64url, as tokens and thumbprints have.
func (g generator) token() string {
	return g.octets(43, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
}

// octets is n of an alphabet.
func (g generator) octets(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(b)
}

// anyOctets is n of all there are.
func (g generator) anyOctets(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.IntN(256))
	}
	return string(b)
}

// mutate changes a text in a few places, with octets that mean something to
// somebody.
func (g generator) mutate(s string) string {
	for range 1 + g.IntN(3) {
		at := g.IntN(len(s) + 1)
		odd := pick(g, ";", ";", "=", " ", "\t", ",", ".", "-", "_", "A", "z", "0", `"`, `\`, `\.`, `\059`,
			"\n", "\r", "\x00", "\x7f", "\x80", "\xff", "é", "\u212a", "%", "/", "\u00a0")
		switch rest := s[at:]; {
		case g.chance(50):
			s = s[:at] + odd + rest
		case rest == "":
		case g.chance(50):
			s = s[:at] + rest[1:]
		default:
			s = s[:at] + odd + rest[1:]
		}
	}
	return s
}

// recase changes the case of letters.
func (g generator) recase(s string) string {
	switch g.IntN(3) {
	case 0:
		return strings.ToUpper(s)
	case 1:
		return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):]
	}
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' && g.chance(30) {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

package rpl_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A drawn world is a scenario of the lab that a seed makes: a few zones, signed
// in one way or another, with a fault or two, and what is asked in it.
type drawnWorld struct {
	*rand.Rand
	sections  map[string][]string
	zones     []string // "zone host" of those that are drawn
	tampers   []string
	questions []string // "NAME. TYPE"
}

func drawWorld(seed uint64) *drawnWorld {
	w := &drawnWorld{Rand: rand.New(rand.NewPCG(seed, 1)), sections: map[string][]string{}}
	w.zone("example.test")
	w.zone("target.test")
	if w.chance(0.6) {
		w.zone("sub.example.test")
	}
	if w.chance(0.3) {
		w.zone("deep.sub.example.test")
	}
	if w.chance(0.3) {
		w.zone("below.ent.example.test")
	}
	for range w.IntN(4) {
		w.tampers = append(w.tampers, w.tamper())
	}
	if w.chance(0.2) {
		w.sections["sign"] = append(w.sections["sign"], "test "+w.pick("unsigned", "nsec3", "optout", "ds=wrong", "optout iterations=151", "anchor=ds ds=none"))
	}
	if w.chance(0.25) {
		w.sections["faults"] = append(w.sections["faults"], w.fault())
	}
	for range 24 {
		w.questions = append(w.questions, w.name()+". "+w.pick("TXT", "TXT", "TXT", "CAA", "CAA", "CAA", "A", "A", "NS", "DS", "SOA", "DNSKEY"))
	}
	slices.Sort(w.questions)
	w.questions = slices.Compact(w.questions)
	return w
}

func (w *drawnWorld) chance(p float64) bool { return w.Float64() < p }

func (w *drawnWorld) pick(words ...string) string { return words[w.IntN(len(words))] }

// zone draws one: its records, who serves it, how it is signed.
func (w *drawnWorld) zone(name string) {
	n := len(w.zones)
	hosts := []string{"ns1." + name}
	if w.chance(0.25) {
		hosts = append(hosts, "ns2."+name)
	}
	if n > 0 && w.chance(0.3) {
		hosts = []string{"ns1.example.test"} // one server for both sides of a cut
	}
	for i, h := range hosts {
		if strings.HasSuffix(h, "."+name) && (h != "ns1.example.test" || n == 0) {
			w.sections["servers"] = append(w.sections["servers"], fmt.Sprintf("%s 192.0.2.%d", h, 10*(n+1)+i))
		}
	}
	w.zones = append(w.zones, name)
	w.sections["zone "+name+" @ "+strings.Join(hosts, " ")] = w.records()
	if how := w.signing(); how != "" {
		w.sections["sign"] = append(w.sections["sign"], name+" "+how)
		if len(hosts) > 1 && how != "unsigned" && w.chance(0.5) {
			w.sections["sign"] = append(w.sections["sign"], name+" "+w.pick("expired", "future", "unsigned", "nsec3", "nsec", "keys=single")+" @ "+hosts[1])
		}
	}
	if n > 0 && w.chance(0.1) {
		w.sections["delegation "+name] = []string{"@ NS " + w.pick(hosts[0], "ns9."+name, "ns1.example.test", "ns1.target.test") + "."}
	}
}

// records are some of those that a zone may have.
func (w *drawnWorld) records() []string {
	var out []string
	for _, r := range []string{
		`@ TXT "apex"`, `@ CAA 0 issue "ca.example"`, `@ A 192.0.2.200`,
		`a TXT "a"`, `a A 192.0.2.201`, `b CAA 0 issue ";"`, `x.ent TXT "x"`, `y.x.ent A 192.0.2.202`,
		`*.wild TXT "wild"`, `*.wild CAA 0 issue "ca.example"`, `*.r.wild A 192.0.2.203`,
		`*.walias CNAME a`, `*.wfar CNAME a.target.test.`, `*.wgone CNAME gone`,
		`al CNAME a`, `al2 CNAME al`, `far CNAME a.target.test.`, `farent CNAME ent.target.test.`, `fargone CNAME gone.target.test.`,
		`gonealias CNAME gone`, `entalias CNAME ent`, `wildalias CNAME q.wild`, `wildfar CNAME q.wild.target.test.`,
		`loop CNAME loop2`, `loop2 CNAME loop`, `dn DNAME ent`, `dnfar DNAME target.test.`, `dnwild DNAME wild`,
		`subalias CNAME a.sub.example.test.`, `up CNAME a.example.test.`,
		`* TXT "all"`, `* CAA 0 issue "ca.example"`, `*.below.wild TXT "deep"`, `h.*.wild TXT "under"`, `*.wdn DNAME target.test.`,
		`wtoent CNAME below.wild`, `deepalias CNAME a.deep.sub.example.test.`, `belowalias CNAME a.below.ent.example.test.`,
		`indn CNAME x.dn`, `infar CNAME a.dnfar`, `_acme-challenge CNAME a.target.test.`, `_acme-challenge.a CNAME _acme-challenge`,
		`zz TXT "last"`, `0 TXT "first"`, `plain NS ns.plain`, `ns.plain A 192.0.2.9`, `\001ctl TXT "c"`, `UP.CASE TXT "u"`,
	} {
		if !strings.HasPrefix(r, "* ") && w.chance(0.55) || w.chance(0.08) {
			out = append(out, r)
		}
	}
	return out
}

// signing are the words of the sign section for a zone, "" for none.
func (w *drawnWorld) signing() string {
	words := []string{w.pick("nsec", "nsec", "nsec3", "nsec3", "optout", "", "unsigned")}
	if words[0] == "" {
		return ""
	}
	if words[0] == "nsec3" || words[0] == "optout" {
		words = append(words, w.pick("iterations=0", "iterations=0", "iterations=7 salt=ABCD", "iterations=150", "iterations=151"))
	}
	if w.chance(0.2) {
		words = append(words, w.pick("algorithm=8", "algorithm=13", "algorithm=15", "algorithm=14", "algorithm=8,13", "algorithm=13,15", "algorithm=13,200", "algorithm=200", "algorithm=5", "algorithm=16"))
	}
	if w.chance(0.15) {
		words = append(words, w.pick("keys=single", "ksk-flags=256", "ksk-flags=385", "zsk-flags=0", "zsk-flags=384", "ksk-flags=0"))
	}
	if w.chance(0.12) {
		words = append(words, w.pick("expired", "future", "inception=+1h", "expiration=-1h"))
	}
	if w.chance(0.12) {
		words = append(words, w.pick("ds=none", "ds=wrong", "ds=stale"))
	}
	if w.chance(0.15) {
		words = append(words, w.pick("digest=1", "digest=4", "digest=99", "digest=1,2", "digest=2,4", "digest=2,99", "digest=1,99"))
	}
	return strings.Join(words, " ")
}

// tamper draws a line of the tamper section, which may have nothing to change.
func (w *drawnWorld) tamper() string {
	name, zone := w.owner(), w.pick(w.zones...)
	set := name + "/" + w.pick("TXT", "CAA", "A", "CNAME", "DNAME")
	switch w.IntN(6) {
	case 0:
		set = zone + "/" + w.pick("DNSKEY", "SOA", "NSEC", "DS", "NSEC3PARAM")
	case 1:
		set = name + "/" + w.pick("NSEC", "NSEC3")
	}
	switch w.IntN(15) {
	case 0, 1:
		return w.pick("badsig ", "nosig ", "unknown-keytag ") + set
	case 2:
		return "swap-signer " + set + " " + w.pick(w.zones...)
	case 3, 4:
		return "resign " + set + " " + w.pick("expired", "future", "by=ksk", "by=zsk", "labels=1", "labels=2", "labels=3", "labels=9", "ttl=5", "signer=test", "signer=example.test", "signer=a."+zone)
	case 5:
		return "nodenial " + zone
	case 6, 7:
		return w.pick("drop-nsec ", "drop-cover ") + w.name()
	case 8:
		return "bitmap " + name + " " + w.pick("+TXT", "-TXT", "+CNAME", "-CNAME", "+CAA", "-CAA", "+NS", "-NS", "+DS", "-DS", "+SOA", "-SOA", "+DNAME", "-DNAME")
	case 9:
		return "nsec-next " + name + " " + w.pick(w.name(), zone, "zzz."+zone, "test", "other.test")
	case 10:
		return w.pick("set-optout ", "no-optout ") + w.name()
	case 11:
		return w.pick("stripped ", "no-dnskey ") + zone
	case 12:
		return fmt.Sprintf("extra-keys %s %d %s", zone, 1+w.IntN(6), w.pick("", "ksk"))
	case 13:
		return fmt.Sprintf("extra-sigs %s %d", set, 1+w.IntN(10))
	}
	return w.pick("wrong-ds "+zone, fmt.Sprintf("extra-ds %s %d", zone, 1+w.IntN(6)))
}

// fault draws a line of the faults section: of the server, and what it answers.
func (w *drawnWorld) fault() string {
	host := strings.Fields(w.pick(w.sections["servers"]...))[0]
	return host + " " + w.pick("", "type=TXT ", "type=CAA ", "type=DNSKEY ", "type=DS ") + w.pick("refuse", "servfail", "notimp", "formerr", "nxdomain", "lame", "upward", "truncate",
		"no-aa", "ra", "lower-case", "no-edns", "edns-ignore", "badvers", "no-soa", "foreign-soa", "ent-nxdomain", "strip-dnssec", "rotate", "alias-and-records", "garbage")
}

// owner is a name that has records in some world.
func (w *drawnWorld) owner() string {
	return w.in(w.pick("", "a.", "b.", "x.ent.", "ent.", "*.wild.", "*.walias.", "*.wfar.", "al.", "far.", "dn.", "dnfar.", "zz.", "0.", "plain.", "wildalias.", "fargone."))
}

// name is one that may be asked for.
func (w *drawnWorld) name() string {
	return w.in(w.pick("", "a.", "a.", "b.", "nx.", "y.nx.", "x.ent.", "ent.", "z.ent.", "y.x.ent.", "wild.", "q.wild.", "p.q.wild.", "q.r.wild.", "*.wild.",
		"q.walias.", "q.wfar.", "q.wgone.", "al.", "al2.", "far.", "farent.", "fargone.", "gonealias.", "entalias.", "wildalias.", "wildfar.", "loop.",
		"dn.", "x.dn.", "a.dnfar.", "q.wild.dnfar.", "nx.dnfar.", "q.dnwild.", "subalias.", "up.", "zz.", "zzz.", "0.", "-.", "plain.", "a.plain.", "up.case.",
		"below.wild.", "q.below.wild.", "h.x.wild.", "x.h.x.wild.", "*.", "q.wdn.", "wtoent.", "deepalias.", "belowalias.", "indn.", "infar.",
		"below.ent.", "nx.below.ent.", "nx.sub.", "sub.", "_acme-challenge.", "_acme-challenge.a."))
}

func (w *drawnWorld) in(relative string) string { return relative + w.pick(w.zones...) }

// text is the scenario.
func (w *drawnWorld) text() []byte {
	var b strings.Builder
	b.WriteString("Drawn\n-- target --\nexample.test\n")
	for _, title := range sortedKeys(w.sections) {
		fmt.Fprintf(&b, "-- %s --\n%s\n", title, strings.Join(w.sections[title], "\n"))
	}
	if len(w.tampers) > 0 {
		fmt.Fprintf(&b, "-- tamper --\n%s\n", strings.Join(w.tampers, "\n"))
	}
	return []byte(b.String())
}

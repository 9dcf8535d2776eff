package dnssec

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// testNow is the moment of every test.
var testNow = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// A world is a few zones in memory that sign what they answer, and answer as
// an iterator delivers it. It signs with miekg/dns, whose canonical form is
// not the one under test.
type world struct {
	zones map[string]*testZone

	// times replaces the validity of the signatures over a set, keyed by
	// its owner and type; edit changes a reply before it is delivered.
	times map[dns.Question][2]time.Time
	edit  map[dns.Question]func(*Response)
	// good lists servers that give the unedited reply when asked past the
	// first one.
	good []string

	mu    sync.Mutex
	asked []string // "example.test. DS", in order
}

// A testZone is a zone with its records by owner.
type testZone struct {
	name     string
	unsigned bool
	server   string
	keys     []*testKey
	records  map[string][]dns.RR
	nsec3    *testNSEC3
}

type testNSEC3 struct {
	iterations uint16
	salt       string
	optOut     bool
}

// A testKey signs. The first key of a zone signs its DNSKEY set, the last
// everything else.
type testKey struct {
	rr   *dns.DNSKEY
	priv ed25519.PrivateKey
}

func newTestKey(zone, role string) *testKey {
	seed := sha256.Sum256([]byte(zone + " " + role))
	priv := ed25519.NewKeyFromSeed(seed[:])
	k := &dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: 256, Protocol: 3, Algorithm: dns.ED25519,
		PublicKey: base64.StdEncoding.EncodeToString(priv.Public().(ed25519.PublicKey)),
	}
	if role == "ksk" {
		k.Flags = 257
	}
	return &testKey{k, priv}
}

// newWorld makes zones from text: a zone's lines follow a line with its name
// and options, such as "example.test. nsec3 optout iterations=5 server=192.0.2.1".
// SOA, NS at the apex, DNSKEY, and the DS at the parent are made.
func newWorld(t testing.TB, text string) *world {
	t.Helper()
	w := &world{
		zones: make(map[string]*testZone),
		times: make(map[dns.Question][2]time.Time),
		edit:  make(map[dns.Question]func(*Response)),
	}
	var z *testZone
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "zone "); ok {
			z = newTestZone(strings.Fields(head))
			w.zones[z.name] = z
			continue
		}
		if line == "" {
			continue
		}
		rr, err := dns.NewRR("$TTL 3600\n$ORIGIN " + z.name + "\n" + line)
		if err != nil {
			t.Fatalf("zone %s: %q: %v", z.name, line, err)
		}
		z.add(rr)
	}
	w.delegate()
	return w
}

func newTestZone(f []string) *testZone {
	z := &testZone{name: f[0], records: make(map[string][]dns.RR), server: "192.0.2.1"}
	for _, o := range f[1:] {
		k, v, _ := strings.Cut(o, "=")
		switch k {
		case "unsigned":
			z.unsigned = true
		case "nsec3":
			z.nsec3 = &testNSEC3{iterations: 0, salt: "abcd"}
		case "optout":
			z.nsec3.optOut = true
		case "iterations":
			for _, c := range v {
				z.nsec3.iterations = z.nsec3.iterations*10 + uint16(c-'0')
			}
		case "server":
			z.server = v
		}
	}
	at := func(s string) string { return strings.TrimPrefix(s+"."+strings.TrimPrefix(z.name, "."), ".") }
	for _, s := range []string{
		z.name + " 3600 IN SOA " + at("ns") + " " + at("host") + " 1 3600 600 86400 300",
		z.name + " 3600 IN NS " + at("ns"),
	} {
		rr, err := dns.NewRR(s)
		if err != nil {
			panic(err)
		}
		z.add(rr)
	}
	if !z.unsigned {
		z.keys = []*testKey{newTestKey(z.name, "ksk"), newTestKey(z.name, "zsk")}
		for _, k := range z.keys {
			z.add(k.rr)
		}
	}
	return z
}

func (z *testZone) add(rr dns.RR) {
	n := dns.CanonicalName(rr.Header().Name)
	z.records[n] = append(z.records[n], rr)
}

// delegate puts NS, and DS for signed zones, into the parents.
func (w *world) delegate() {
	for _, z := range w.zones {
		p := w.parentOf(z.name)
		if p == nil {
			continue
		}
		ns, _ := dns.NewRR(z.name + " 3600 IN NS ns." + z.name)
		p.add(ns)
		if !z.unsigned && !slices.ContainsFunc(p.records[z.name], isType(dns.TypeDS)) {
			ds := z.keys[0].rr.ToDS(dns.SHA256)
			ds.Hdr.Ttl = 3600
			p.add(ds)
		}
	}
}

func isType(t uint16) func(dns.RR) bool {
	return func(rr dns.RR) bool { return rr.Header().Rrtype == t }
}

func (w *world) parentOf(zone string) *testZone {
	if zone == "." {
		return nil
	}
	return w.zoneOf(parentName(zone))
}

func parentName(n string) string {
	i, last := dns.NextLabel(n, 0)
	if last {
		return "."
	}
	return n[i:]
}

// zoneOf returns the deepest zone that n is in.
func (w *world) zoneOf(n string) *testZone {
	for {
		if z := w.zones[n]; z != nil || n == "." {
			return z
		}
		n = parentName(n)
	}
}

// anchor returns the DS of a zone's key.
func (w *world) anchor(zone string) dns.RR { return w.zones[zone].keys[0].rr.ToDS(dns.SHA256) }

// validator returns a validator for the world with the root as anchor.
func (w *world) validator(anchors ...dns.RR) *Validator {
	if anchors == nil {
		anchors = []dns.RR{w.anchor(".")}
	}
	return New(Config{Anchors: anchors, Now: func() time.Time { return testNow }, Fetch: w.fetch})
}

func (w *world) fetch(_ context.Context, q string, qtype uint16, avoid []string) Response {
	w.mu.Lock()
	w.asked = append(w.asked, q+" "+dns.TypeToString[qtype])
	w.mu.Unlock()
	r := w.answer(dns.CanonicalName(q), qtype)
	for _, g := range w.good {
		if slices.Contains(avoid, r.Server) && !slices.Contains(avoid, g) {
			r.Server = g
			return r
		}
	}
	if f := w.edit[dns.Question{Name: q, Qtype: qtype}]; f != nil {
		f(&r)
	}
	return r
}

// answer makes the reply, alias by alias.
func (w *world) answer(q string, qtype uint16) Response {
	r := Response{Name: q, Type: qtype}
	for range 12 {
		z := w.zoneOf(q)
		if qtype == dns.TypeDS && q != "." {
			z = w.zoneOf(parentName(q))
		}
		if r.Server != "" { // each alias is asked for by itself
			r.Via = append([]string{r.Server}, r.Via...)
		}
		r.Server = z.server
		next := w.step(&r, z, q, qtype)
		if next == "" {
			return r
		}
		q = next
	}
	return r
}

// step answers from one zone; next is where an alias leads.
func (w *world) step(r *Response, z *testZone, q string, qtype uint16) (next string) {
	if d := z.dnameAbove(q); d != nil {
		r.Answer = append(r.Answer, w.signed(z, []dns.RR{d})...)
		target := strings.TrimSuffix(q, d.Hdr.Name) + d.Target
		r.Answer = append(r.Answer, &dns.CNAME{Hdr: dns.RR_Header{Name: q, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 3600}, Target: target})
		return dns.CanonicalName(target)
	}
	owner := q
	if !z.exists(q) {
		owner = "*." + z.closestEncloser(q)
		if z.records[owner] == nil {
			r.Rcode = dns.RcodeNameError
			r.Authority = append(r.Authority, w.noName(z, q)...)
			return ""
		}
	}
	if owner != q {
		r.Authority = append(r.Authority, w.noExact(z, q)...)
	}
	for _, t := range []uint16{qtype, dns.TypeCNAME} {
		set := z.set(owner, t)
		if len(set) == 0 || t == dns.TypeCNAME && (qtype == dns.TypeDS && w.isCut(z, q)) {
			continue
		}
		r.Answer = append(r.Answer, expanded(w.signed(z, set), q)...)
		if c, ok := set[0].(*dns.CNAME); ok && qtype != dns.TypeCNAME {
			return dns.CanonicalName(c.Target)
		}
		return ""
	}
	r.Authority = append(r.Authority, w.noData(z, q, owner)...)
	return ""
}

func (w *world) isCut(z *testZone, n string) bool {
	return n != z.name && len(z.set(n, dns.TypeNS)) > 0
}

// expanded gives records of a wildcard the name asked for.
func expanded(rrs []dns.RR, q string) []dns.RR {
	var out []dns.RR
	for _, rr := range rrs {
		c := dns.Copy(rr)
		c.Header().Name = q
		out = append(out, c)
	}
	return out
}

func (z *testZone) set(n string, t uint16) []dns.RR {
	var out []dns.RR
	for _, rr := range z.records[n] {
		if rr.Header().Rrtype == t {
			out = append(out, rr)
		}
	}
	return out
}

func (z *testZone) dnameAbove(q string) *dns.DNAME {
	for n := q; n != z.name && n != "."; {
		n = parentName(n)
		if s := z.set(n, dns.TypeDNAME); len(s) > 0 {
			return s[0].(*dns.DNAME)
		}
	}
	return nil
}

// exists reports whether n or a name below it has records.
func (z *testZone) exists(n string) bool {
	for owner := range z.records {
		if dns.IsSubDomain(n, owner) {
			return true
		}
	}
	return false
}

func (z *testZone) closestEncloser(q string) string {
	for !z.exists(q) {
		q = parentName(q)
	}
	return q
}

// signed returns a set with its signature, if the zone signs.
func (w *world) signed(z *testZone, set []dns.RR) []dns.RR {
	h := set[0].Header()
	delegation := h.Rrtype == dns.TypeNS && dns.CanonicalName(h.Name) != z.name
	if z.unsigned || delegation {
		return set
	}
	k := z.keys[len(z.keys)-1]
	if h.Rrtype == dns.TypeDNSKEY {
		k = z.keys[0]
	}
	return append(slices.Clone(set), w.sign(z, k, set))
}

func (w *world) sign(z *testZone, k *testKey, set []dns.RR) *dns.RRSIG {
	h := set[0].Header()
	from, to := testNow.Add(-24*time.Hour), testNow.Add(14*24*time.Hour)
	if t, ok := w.times[dns.Question{Name: h.Name, Qtype: h.Rrtype}]; ok {
		from, to = t[0], t[1]
	}
	sig := &dns.RRSIG{
		Hdr:       dns.RR_Header{Ttl: h.Ttl},
		Algorithm: k.rr.Algorithm, KeyTag: k.rr.KeyTag(), SignerName: z.name,
		Inception: uint32(from.Unix()), Expiration: uint32(to.Unix()),
	}
	if err := sig.Sign(k.priv, set); err != nil {
		panic(err)
	}
	return sig
}

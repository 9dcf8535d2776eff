package check

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dns01/caa"
	"dns01/check/known"
	"dns01/resolver/survey"
)

// The value that tests expect, and one of an earlier order.
const (
	v1  = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	v2  = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	old = "ccccccccccccccccccccccccccccccccccccccccccc"
)

const challengeName = "_acme-challenge.example.com"

// A world is a survey while a test writes it: the root, com and example.com,
// the latter on ns1 (192.0.2.1) and ns2 (192.0.2.2).
type world struct{ *survey.Survey }

// An edit makes one answer.
type edit func(*survey.Answer)

// newWorld is a healthy world: no CAA records, and the value v1 published for
// every identifier.
func newWorld(ids ...string) world {
	w := world{&survey.Survey{Starts: map[survey.Question]string{}, Network: survey.Network{IPv4: "works", IPv6: "works"}}}
	w.zone(".", "", "a.root-servers.net 198.51.100.1").Public = true
	w.zone("com", ".", "a.nic.com 198.51.100.10", "b.nic.com 198.51.100.11").Public = true
	w.zone("example.com", "com", "ns1.example.com 192.0.2.1", "ns2.example.com 192.0.2.2")
	for _, id := range ids {
		w.identify(id)
	}
	return w
}

// identify adds an identifier below example.com.
func (w world) identify(name string) {
	base := strings.TrimPrefix(name, "*.")
	id := survey.Identifier{Name: name, Challenge: "_acme-challenge." + base, CAA: caa.Climb(name)}
	w.Identifiers = append(w.Identifiers, id)
	for _, n := range id.CAA {
		zone := "com"
		if strings.HasSuffix(n, "example.com") {
			zone = "example.com"
		}
		w.ask(zone, n, "CAA", noDataAnswer)
	}
	w.ask("example.com", id.Challenge, "TXT", txtAnswer(v1))
}

// zone adds a zone on servers "NAME ADDRESS".
func (w world) zone(name, parent string, servers ...string) *survey.Zone {
	z := &survey.Zone{Name: name, Parent: parent}
	for _, s := range servers {
		ns, addr, _ := strings.Cut(s, " ")
		z.ParentNS = unite(z.ParentNS, []string{ns})
		z.Servers = append(z.Servers, &survey.Server{Name: ns, Addr: netip.MustParseAddr(addr), InParent: parent != ""})
	}
	z.ChildNS = z.ParentNS
	w.Zones = append(w.Zones, z)
	if strings.Contains(name, ".") && name != "." {
		for _, s := range z.Servers {
			s.SOA = w.answer(z, s, survey.Question{Name: name, Type: "SOA"}, soaAnswer(1))
		}
	}
	return z
}

// ask sets the answers to a question at a zone: one edit a server, or one for
// all of them.
func (w world) ask(zone, name, qtype string, edits ...edit) *survey.Lookup {
	q := survey.Question{Name: name, Type: qtype}
	z := w.Zone(zone)
	if _, ok := w.Starts[q]; !ok {
		w.Starts[q] = zone
	}
	l := w.Lookup(zone, q)
	if l == nil {
		l = &survey.Lookup{Zone: zone, Question: q}
		w.Lookups = append(w.Lookups, l)
	}
	l.Answers = nil
	for i, s := range z.Servers {
		if s.Special != "" {
			continue
		}
		l.Answers = append(l.Answers, w.answer(z, s, q, edits[min(i, len(edits)-1)]))
	}
	return l
}

// more adds what each server says to a TXT question when it is asked again.
func (w world) more(zone, name string, e edit) {
	q := survey.Question{Name: name, Type: "TXT"}
	l, z := w.Lookup(zone, q), w.Zone(zone)
	for _, s := range z.Servers {
		l.Answers = append(l.Answers, w.answer(z, s, q, e))
	}
}

// start moves the start of a question to a zone.
func (w world) start(name, qtype, zone string) {
	w.Starts[survey.Question{Name: name, Type: qtype}] = zone
}

// soa sets the answers to the SOA question of a zone.
func (w world) soa(zone string, edits ...edit) {
	z := w.Zone(zone)
	for i, s := range z.Servers {
		s.SOA = w.answer(z, s, survey.Question{Name: zone, Type: "SOA"}, edits[min(i, len(edits)-1)])
	}
}

// deniesNS has the first server of a zone answer the NS question, and the second
// one deny it.
func (w world) deniesNS(zone string) {
	z, q := w.Zone(zone), survey.Question{Name: zone, Type: "NS"}
	z.Servers[0].NS = w.answer(z, z.Servers[0], q, func(a *survey.Answer) { a.Status, a.NS = survey.Answered, z.ParentNS })
	z.Servers[1].NS = w.answer(z, z.Servers[1], q, nxDomainAnswer)
}

// everything sets every answer of one server of a zone.
func (w world) everything(zone string, server int, e edit) {
	z := w.Zone(zone)
	s := z.Servers[server]
	s.SOA = w.answer(z, s, survey.Question{Name: zone, Type: "SOA"}, e)
	for _, l := range w.Lookups {
		if l.Zone == zone {
			l.Answers[server] = w.answer(z, s, l.Question, e)
		}
	}
}

func (w world) answer(z *survey.Zone, s *survey.Server, q survey.Question, e edit) *survey.Answer {
	a := &survey.Answer{Question: q, Server: s.Name, Addr: s.Addr, Rcode: "NOERROR", Authoritative: true, Transport: "udp", Bytes: 100}
	a.Exchanges = []survey.Exchange{{Server: s.Name, Addr: netip.AddrPortFrom(s.Addr, 53), Transport: "udp", Name: q.Name, Type: q.Type, EDNS: true}}
	a.Owner = q.Name
	e(a)
	return a
}

func noDataAnswer(a *survey.Answer) { a.Status = survey.NoData }

func nxDomainAnswer(a *survey.Answer) { a.Status, a.Rcode = survey.NXDomain, "NXDOMAIN" }

func soaAnswer(serial uint32) edit {
	return func(a *survey.Answer) {
		a.Status = survey.Answered
		a.SOA = &survey.SOA{Zone: a.Name, Serial: serial}
	}
}

func txtAnswer(values ...string) edit {
	return func(a *survey.Answer) {
		a.Status = survey.Answered
		for _, v := range values {
			a.Records = append(a.Records, survey.Record{Owner: a.Owner, TTL: 300, Text: quote(v), TXT: v, Strings: 1})
		}
	}
}

// caaAnswer takes records in zone-file form.
func caaAnswer(texts ...string) edit {
	return func(a *survey.Answer) {
		a.Status = survey.Answered
		for _, t := range texts {
			r, err := caa.ParseText(t)
			if err != nil {
				panic(err)
			}
			a.Records = append(a.Records, survey.Record{Owner: a.Owner, TTL: 300, Text: r.String(), CAA: &r})
		}
	}
}

func lameAnswer(how string) edit {
	return func(a *survey.Answer) {
		a.Status, a.Lame, a.Authoritative, a.Rcode = survey.Lame, how, false, strings.ToUpper(how)
	}
}

// lost is an answer that never came in a usable form.
func lost(s survey.Status) edit {
	return func(a *survey.Answer) { a.Status, a.Rcode, a.Authoritative = s, "", false }
}

func truncatedAnswer(tcp string) edit {
	return func(a *survey.Answer) { a.Status, a.NeedsTCP, a.TCP = survey.Truncated, true, tcp }
}

// overMessageSize is an answer that is truncated over TCP too.
func overMessageSize(a *survey.Answer) {
	truncatedAnswer("malformed")(a)
	x := a.Exchanges[0]
	x.Transport, x.Flags = "tcp", "aa tc"
	a.Exchanges = append(a.Exchanges, x)
}

// aliasTo is a CNAME that leads out of what the server knows.
func aliasTo(targets ...string) edit {
	return func(a *survey.Answer) {
		a.Status = survey.Aliased
		from := a.Name
		for _, t := range targets {
			a.Aliases = append(a.Aliases, survey.Alias{From: from, To: t, TTL: 300})
			from = t
		}
		a.Owner = from
	}
}

// and joins edits.
func and(edits ...edit) edit {
	return func(a *survey.Answer) {
		for _, e := range edits {
			e(a)
		}
	}
}

func wildcard(a *survey.Answer) { a.Wildcard = true }

func size(n int) edit { return func(a *survey.Answer) { a.Bytes = n } }

// letsEncrypt is an order at Let's Encrypt; values are for all identifiers,
// or "NAME=VALUE" for one.
func letsEncrypt(values ...string) Order {
	ca, _ := known.Find("letsencrypt")
	o := Order{CA: ca, Challenge: "dns-01", Values: map[string][]string{}, Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}
	for _, v := range values {
		name, value, ok := strings.Cut(v, "=")
		if !ok {
			name, value = "", v
		}
		o.Values[name] = append(o.Values[name], value)
	}
	return o
}

// brief is a finding in one line: severity, id, and what explains it.
func brief(f Finding) string {
	s := fmt.Sprintf("%s %s", f.Severity, f.Rule.ID)
	if f.Because != "" {
		s += " because " + f.Because
	}
	return s
}

func briefs(r Result) []string {
	out := []string{}
	for _, f := range r.Findings {
		out = append(out, brief(f))
	}
	return out
}

// judgeAll judges and holds the result to what must hold for every result.
func judgeAll(t *testing.T, w world, o Order) Result {
	t.Helper()
	r := Judge(w.Survey, o)
	if err := r.Check(); err != nil {
		t.Errorf("contradiction: %v\n%s", err, strings.Join(briefs(r), "\n"))
	}
	for i, f := range r.Findings {
		checkFinding(t, r, i, f)
	}
	return r
}

// checkFinding holds one finding to its form.
func checkFinding(t *testing.T, r Result, i int, f Finding) {
	t.Helper()
	for _, s := range append([]string{f.Detail, strings.ReplaceAll(f.Fix, "\n", "")}, f.Servers...) {
		for _, c := range []byte(s) {
			if c < ' ' || c > '~' {
				t.Errorf("%s: %q is not printable ASCII", f.Rule.ID, s)
				break
			}
		}
		if strings.Contains(s, "%!") {
			t.Errorf("%s: bad format: %q", f.Rule.ID, s)
		}
	}
	if f.Detail == "" || !strings.HasSuffix(f.Detail, ".") {
		t.Errorf("%s: detail %q is no sentence", f.Rule.ID, f.Detail)
	}
	if len(f.Identifiers) == 0 {
		t.Errorf("%s: about no identifier", f.Rule.ID)
	}
	if f.Because == "" {
		return
	}
	for _, before := range r.Findings[:i] {
		if before.Rule.ID == f.Because {
			return
		}
	}
	t.Errorf("%s: its cause %s does not stand before it", f.Rule.ID, f.Because)
}

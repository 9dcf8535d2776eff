package survey

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/caa"
	"dns01/resolver"
)

// Limits of zone text, against files that are no zones.
const (
	maxZoneText    = 16 << 20 // octets
	maxZoneRecords = 1 << 20
)

// A ZoneText is a zone as its master file has it (RFC 1035 §5). It answers as
// an authoritative server of that zone would, wildcards, aliases and
// delegations included, without being one.
type ZoneText struct {
	Origin string // lower case, no final dot; "." for the root
	sets   map[string]map[uint16][]dns.RR
	exists map[string]bool // every owner and what stands between it and the origin
}

// ReadZone reads zone text. Without an origin the owner of the first SOA is
// it, or what $ORIGIN says. $INCLUDE is not followed. The error names the line.
func ReadZone(r io.Reader, origin string) (*ZoneText, error) {
	limited := &io.LimitedReader{R: r, N: maxZoneText + 1}
	start := ""
	if origin != "" {
		start = dns.Fqdn(origin)
	}
	p := dns.NewZoneParser(limited, start, "")
	p.SetDefaultTTL(3600)
	var rrs []dns.RR
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		if c, ok := rr.(*dns.CAA); ok { // the parser leaves escapes as written
			c.Tag, c.Value = unescape(c.Tag), unescape(c.Value)
		}
		if rrs = append(rrs, rr); len(rrs) > maxZoneRecords {
			return nil, fmt.Errorf("it has more than %d records", maxZoneRecords)
		}
	}
	switch err := p.Err(); {
	case limited.N == 0:
		return nil, fmt.Errorf("it is longer than %d octets", maxZoneText)
	case err != nil:
		return nil, lineError(err)
	case len(rrs) == 0:
		return nil, errors.New("it holds no record")
	}
	if origin == "" {
		origin = apexOf(rrs)
	}
	if origin == "" {
		return nil, errors.New("it has no SOA record to tell the zone's name by, and no origin is given")
	}
	return NewZone(name(dns.Fqdn(origin)), rrs)
}

// lineError is the parser's complaint with the line first, and with what to
// do where its own words do not tell.
func lineError(err error) error {
	text, at, _ := strings.Cut(strings.TrimPrefix(err.Error(), "dns: "), " at line: ")
	text = strings.TrimPrefix(text, ": ")
	switch {
	case strings.Contains(text, "$INCLUDE"):
		text += ": a zone is judged from one file, put the records into it"
	case strings.Contains(text, "bad owner name"):
		text += ": a name without final dot needs an origin"
	case strings.Contains(text, "bad CAA Value"):
		text += `: write flags, tag and the value in double quotes, as in CAA 0 issue "ca.example"`
	}
	if line, _, ok := strings.Cut(at, ":"); ok {
		text = "line " + line + ": " + text
	}
	return errors.New(text)
}

// apexOf is the owner of the first SOA record.
func apexOf(rrs []dns.RR) string {
	for _, rr := range rrs {
		if rr.Header().Rrtype == dns.TypeSOA {
			return name(rr.Header().Name)
		}
	}
	return ""
}

// NewZone makes a zone of records. One outside of the zone is an error.
func NewZone(origin string, rrs []dns.RR) (*ZoneText, error) {
	z := &ZoneText{Origin: origin, sets: map[string]map[uint16][]dns.RR{}, exists: map[string]bool{origin: true}}
	for _, rr := range rrs {
		owner := name(rr.Header().Name)
		if !resolver.InZone(owner, origin) {
			return nil, fmt.Errorf("%s does not lie in the zone %s: give the origin that the file is written for", owner, origin)
		}
		if z.sets[owner] == nil {
			z.sets[owner] = map[uint16][]dns.RR{}
		}
		z.sets[owner][rr.Header().Rrtype] = append(z.sets[owner][rr.Header().Rrtype], rr)
		for n := owner; n != origin && !z.exists[n]; n = parentName(n) {
			z.exists[n] = true
		}
	}
	return z, nil
}

// parentName is the name one label up; the root is ".".
func parentName(n string) string {
	i, end := dns.NextLabel(n, 0)
	if end || n == "." {
		return "."
	}
	return n[i:]
}

// Hosts are the owners that a certificate could be for, sorted: those with
// addresses or an alias, the wildcards among them, and the apex. Names below a
// delegation are another zone's.
func (z *ZoneText) Hosts() []string {
	hosts := []string{z.Origin}
	for owner, set := range z.sets {
		if owner == z.Origin || z.cut(owner) != "" {
			continue
		}
		for _, t := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeCNAME, dns.TypeHTTPS} {
			if len(set[t]) > 0 {
				hosts = append(hosts, owner)
				break
			}
		}
	}
	slices.SortFunc(hosts, byTree)
	return hosts
}

// cut is the delegation at or above a name, "" when the zone itself has it.
func (z *ZoneText) cut(n string) string {
	found := ""
	for ; n != z.Origin && resolver.InZone(n, z.Origin); n = parentName(n) {
		if len(z.sets[n][dns.TypeNS]) > 0 {
			found = n
		}
	}
	return found
}

// OfZone is the survey of CAA for some names in zone text: what a server of
// that zone would say. Registries' zones above it are taken to have no CAA
// records, which holds for nearly all; any other name outside of it was not
// looked at.
func OfZone(z *ZoneText, names []string) *Survey {
	s := &Survey{Starts: map[Question]string{}, Zones: []*Zone{{Name: z.Origin}}}
	t := zoneTaker{z: z, s: s}
	for _, n := range names {
		id := Target{OnlyCAA: true}.wanted(n)
		s.Identifiers = append(s.Identifiers, id)
		for _, owner := range id.CAA {
			t.ask(Question{owner, "CAA"}, 0)
		}
	}
	return s
}

type zoneTaker struct {
	z *ZoneText
	s *Survey
}

// ask notes the answer to a question, once, and goes on where it leads.
func (t *zoneTaker) ask(q Question, hops int) {
	if _, ok := t.s.Starts[q]; ok || hops > maxHops {
		return
	}
	zone := t.z.Origin
	a := &Answer{Question: q, Server: "the zone text", Owner: q.Name, Rcode: "NOERROR", Status: NoData}
	switch cut := t.z.cut(q.Name); {
	case !resolver.InZone(q.Name, zone) && resolver.Public(q.Name):
		zone, a.Server = q.Name, ""
	case !resolver.InZone(q.Name, zone):
		return // no start: not looked at
	case cut != "":
		a.Status, a.Child = Referral, cut
	default:
		t.z.answer(q.Name, a)
	}
	t.s.Starts[q] = zone
	t.s.Lookups = append(t.s.Lookups, &Lookup{Zone: zone, Question: q, Answers: []*Answer{a}})
	if a.Status == Aliased {
		t.ask(Question{a.Owner, q.Type}, hops+1)
	}
}

// answer is what the zone says about CAA at a name in it (RFC 1034 §4.3.2,
// RFC 4592 §3.3, RFC 6672 §3.2).
func (z *ZoneText) answer(q string, a *Answer) {
	for n := parentName(q); n != q && resolver.InZone(n, z.Origin); n = parentName(n) {
		if rrs := z.sets[n][dns.TypeDNAME]; len(rrs) > 0 {
			target := name(rrs[0].(*dns.DNAME).Target)
			a.alias(q, strings.TrimSuffix(q, n)+target, n)
			return
		}
		if n == z.Origin {
			break
		}
	}
	owner := q
	if !z.exists[q] {
		if owner = "*." + z.encloser(q); z.sets[owner] == nil {
			a.Status, a.Rcode = NXDomain, "NXDOMAIN"
			return
		}
		a.Wildcard = true
	}
	set := z.sets[owner]
	if rrs := set[dns.TypeCNAME]; len(rrs) > 0 {
		a.alias(q, name(rrs[0].(*dns.CNAME).Target), "")
		return
	}
	for _, rr := range set[dns.TypeCAA] {
		a.Status = Answered
		r := RecordOf(rr)
		r.Owner = q
		a.Records = append(a.Records, r)
	}
}

// alias makes an answer lead on.
func (a *Answer) alias(from, to, dname string) {
	a.Status, a.Owner = Aliased, to
	a.Aliases = []Alias{{From: from, To: to, DNAME: dname}}
}

// encloser is the closest name above that exists.
func (z *ZoneText) encloser(n string) string {
	for n = parentName(n); n != z.Origin && !z.exists[n]; n = parentName(n) {
	}
	return n
}

// ZoneOf is zone text with nothing but CAA records at some names, anywhere
// below the root.
func ZoneOf(records map[string][]caa.Record) *ZoneText {
	z := &ZoneText{Origin: ".", sets: map[string]map[uint16][]dns.RR{}, exists: map[string]bool{}}
	for owner, set := range records {
		rrs := make([]dns.RR, 0, len(set))
		for _, r := range set {
			rrs = append(rrs, &dns.CAA{Hdr: dns.RR_Header{Name: dns.Fqdn(owner), Rrtype: dns.TypeCAA}, Flag: r.Flags, Tag: r.Tag, Value: r.Value})
		}
		z.sets[owner] = map[uint16][]dns.RR{dns.TypeCAA: rrs}
		for n := owner; n != "."; n = parentName(n) {
			z.exists[n] = true
		}
	}
	return z
}

package lab

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A recursor is a recursive resolver. It holds what the scenario says until
// the TTL of that ends, and takes everything else from the first host of each
// zone as it is at the moment; it remembers nothing it was asked. It stands
// elsewhere: faults before the servers hit it unless they are for certain
// places.
type recursor struct {
	held  []holding
	zones func(origin string, at time.Duration) *zone // nil if there is no such zone
	// hears reports whether some server of a zone answers a question.
	hears func(origin string, q dns.Question, at time.Duration) bool
}

// A holding is one question that a cache has the answer to.
type holding struct {
	name  string // canonical
	qtype uint16
	rcode int
	rrs   []dns.RR // none for a negative answer
	ttl   time.Duration
}

// A resolved is how a name was resolved: the records of its aliases and of the
// type asked, the SOA of a negative answer.
type resolved struct {
	rcode int
	rrs   []dns.RR
	soa   *dns.SOA
}

// handle answers with RA set and AA clear (RFC 1034 §4.3.1).
func (c *recursor) handle(r request) response {
	q := r.question()
	got := c.resolve(q.Name, q.Qtype, r.at)
	m := r.reply(got.rcode)
	m.RecursionAvailable = true
	m.Answer = got.rrs
	if got.soa != nil {
		m.Ns = []dns.RR{got.soa}
	}
	return response{msg: m}
}

// resolve follows aliases from a name to the end.
func (c *recursor) resolve(name string, qtype uint16, at time.Duration) resolved {
	var all resolved
	seen := map[string]bool{}
	for !seen[dns.CanonicalName(name)] && len(seen) < maxAliases {
		seen[dns.CanonicalName(name)] = true
		if h, ok := c.holds(name, qtype, at); ok {
			return all.then(h.answer(name, at))
		}
		m, z := c.lookUp(name, qtype, at)
		if m.outcome != aliased {
			return all.then(concluded(m, z))
		}
		all.rrs = append(all.rrs, m.rrs...)
		name = m.target
	}
	return resolved{rcode: dns.RcodeServerFailure}
}

// then puts the last hop behind the aliases that lead to it.
func (r resolved) then(last resolved) resolved {
	if last.rcode == dns.RcodeServerFailure {
		return last
	}
	last.rrs = append(r.rrs, last.rrs...)
	return last
}

// lookUp descends by delegation from the root. The zone is nil if a cut leads
// nowhere, or to servers that do not answer.
func (c *recursor) lookUp(name string, qtype uint16, at time.Duration) (match, *zone) {
	z := c.zones(".", at)
	for z != nil && c.hears(z.origin, dns.Question{Name: name, Qtype: qtype, Qclass: dns.ClassINET}, at) {
		m := z.find(name, qtype)
		if m.outcome != delegated {
			return m, z
		}
		z = c.zones(m.cut, at)
	}
	return match{}, nil
}

// concluded is what a last hop that is not an alias comes to.
func concluded(m match, z *zone) resolved {
	switch {
	case z == nil:
		return resolved{rcode: dns.RcodeServerFailure}
	case m.outcome == tooLong:
		return resolved{rcode: dns.RcodeYXDomain}
	case m.outcome == noName:
		return resolved{rcode: dns.RcodeNameError, soa: z.soa()}
	case m.outcome == noData:
		return resolved{soa: z.soa()}
	}
	return resolved{rrs: m.rrs}
}

// holds returns what the cache still has for a question. A name known not to
// exist has no type at all (RFC 8020 §2).
func (c *recursor) holds(name string, qtype uint16, at time.Duration) (holding, bool) {
	name = dns.CanonicalName(name)
	for _, h := range c.held {
		if at < h.ttl && h.name == name && (h.qtype == qtype || h.rcode == dns.RcodeNameError) {
			return h, true
		}
	}
	return holding{}, false
}

// answer gives the records the time that they have left, and a negative answer
// a SOA that says so.
func (h holding) answer(name string, at time.Duration) resolved {
	left := uint32((h.ttl - at) / time.Second)
	got := resolved{rcode: h.rcode, rrs: owned(name, h.rrs)}
	for _, rr := range got.rrs {
		rr.Header().Ttl = left
	}
	if len(h.rrs) == 0 && h.rcode != dns.RcodeServerFailure {
		origin := lastLabels(h.name, 2)
		got.soa = madeSOA(origin, origin)
		got.soa.Hdr.Ttl = left
	}
	return got
}

// holdings reads a section: records, and lines such as
// "; NXDOMAIN new.example.com TXT 300".
func (h heldText) holdings() ([]holding, error) {
	rrs, err := h.records(".")
	if err != nil {
		return nil, err
	}
	var held []holding
	for _, rr := range rrs {
		held = withRecord(held, rr)
	}
	for i, l := range strings.Split(h.text, "\n") {
		denied, ok, err := parseDenial(l)
		if err != nil {
			return nil, h.errorAt(h.line+1+i, "%v", err)
		}
		if ok {
			held = append(held, denied)
		}
	}
	return held, nil
}

// withRecord adds a record to those of its set.
func withRecord(held []holding, rr dns.RR) []holding {
	name, kind := dns.CanonicalName(rr.Header().Name), rr.Header().Rrtype
	for i, h := range held {
		if h.name == name && h.qtype == kind {
			held[i].rrs = append(held[i].rrs, rr)
			return held
		}
	}
	ttl := time.Duration(rr.Header().Ttl) * time.Second
	return append(held, holding{name: name, qtype: kind, rrs: []dns.RR{rr}, ttl: ttl})
}

// denials are the answers without records that a cache can hold.
var denials = map[string]int{
	"NXDOMAIN": dns.RcodeNameError,
	"NODATA":   dns.RcodeSuccess,
	"SERVFAIL": dns.RcodeServerFailure,
}

// parseDenial reads "; WORD name TYPE ttl"; ok is false for any other line.
func parseDenial(line string) (h holding, ok bool, err error) {
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != ";" {
		return holding{}, false, nil
	}
	rcode, ok := denials[words[1]]
	if !ok {
		return holding{}, false, nil
	}
	if len(words) != 5 {
		return holding{}, false, fmt.Errorf(`want "; %s NAME TYPE TTL"`, words[1])
	}
	name, err := absolute(words[2])
	if err != nil {
		return holding{}, false, err
	}
	kind, known := typeNamed(words[3])
	if !known {
		return holding{}, false, fmt.Errorf("unknown type %q", words[3])
	}
	ttl, err := strconv.ParseUint(words[4], 10, 31)
	if err != nil {
		return holding{}, false, fmt.Errorf("%q is not a TTL in seconds", words[4])
	}
	return holding{name: name, qtype: kind, rcode: rcode, ttl: time.Duration(ttl) * time.Second}, true, nil
}

// resolverWaits is how long a resolver waits for a server.
const resolverWaits = 4 * time.Second

// fromElsewhere is where resolvers ask from: no perspective, and not here. This
// host's own one asks from here.
const fromElsewhere = "a resolver"

// answersResolver reports whether a server answers a question of a resolver,
// with EDNS or else without.
func (s *server) answersResolver(q dns.Question, at time.Duration, from string) bool {
	for _, edns := range []bool{true, false} {
		m := new(dns.Msg)
		m.Question = []dns.Question{q}
		if edns {
			m.SetEdns0(udpSize, true)
		}
		r := s.handle(request{at: at, server: s.addr, transport: resolver.UDP, msg: m, from: from})
		if r.msg != nil && r.delay < resolverWaits && (r.msg.Rcode == dns.RcodeSuccess || r.msg.Rcode == dns.RcodeNameError) {
			return true
		}
	}
	return false
}

package survey

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/caa"
	"dns01/resolver"
)

// ask asks one address of a zone one question and digests the answer.
func (t *taker) ask(zone, server string, addr netip.Addr, q Question) *Answer {
	return Ask(t.ctx, t.c, zone, server, addr, q)
}

// Ask asks one address of a zone's server one question and digests the answer.
func Ask(ctx context.Context, c *resolver.Client, zone, server string, addr netip.Addr, q Question) *Answer {
	if c.Off(addr) {
		return &Answer{Question: q, Server: server, Addr: addr, Owner: q.Name, Status: NotAsked}
	}
	a := c.Ask(ctx, addr, q.Name, dns.StringToType[q.Type])
	return digest(q, server, a, resolver.Read(zone, a))
}

// digest turns an answer into facts.
func digest(q Question, server string, a *resolver.Answer, r resolver.Reading) *Answer {
	d := &Answer{
		Question:  q,
		Server:    server,
		Addr:      a.Server,
		Status:    status(a, r),
		Lame:      r.Lame,
		Owner:     q.Name,
		Transport: string(a.Transport),
		NeedsTCP:  a.NeedsTCP,
		TCP:       string(a.TCPFailure),
		CaseLost:  a.CaseLost,
		Child:     r.Child,
		ChildNS:   r.ChildNS,
	}
	for _, o := range a.Exchanges {
		d.Exchanges = append(d.Exchanges, exchange(server, o))
	}
	for _, al := range r.Loop {
		d.Aliases = append(d.Aliases, Alias{From: al.From, To: al.To, TTL: al.TTL, DNAME: al.DNAME})
		d.Lame = "alias-loop"
	}
	if al := r.Alias; al != nil {
		d.Aliases = []Alias{{From: al.From, To: al.To, TTL: al.TTL, DNAME: al.DNAME}}
		d.Owner = al.To
	}
	d.Elsewhere, d.OverTCP, d.Mismatched = a.Elsewhere, a.TCPOnly, a.Failure == resolver.Mismatched
	switch {
	case a.PlainOnly:
		d.EDNS = "dropped"
	case a.SmallOnly:
		d.EDNS = "small"
	}
	for _, f := range []resolver.Failure{a.Failure, a.TCPFailure} {
		if f == resolver.NotRecorded || f == resolver.LineDead {
			d.Lame = string(f) // the reason of the gap
		}
	}
	if a.Msg != nil {
		d.said(a, r)
	}
	return d
}

// said adds what the message holds that counts.
func (d *Answer) said(a *resolver.Answer, r resolver.Reading) {
	d.Rcode = rcode(a.Msg.Rcode)
	d.signatures(a.Msg)
	d.Authoritative, d.Recursion = a.Msg.Authoritative, a.Msg.RecursionAvailable
	d.Bytes, d.Spare, d.RTT = a.Size, spare(a.Msg), a.RTT
	switch {
	case a.Plain:
		d.EDNS = "unsupported"
	case a.Msg.IsEdns0() == nil:
		d.EDNS = "absent"
	}
	for _, rr := range r.Records {
		d.Records = append(d.Records, RecordOf(rr))
		switch rr := rr.(type) {
		case *dns.NS:
			d.NS = append(d.NS, name(rr.Ns))
		case *dns.SOA:
			d.SOA = soa(rr)
		}
	}
	if r.SOA != nil {
		d.SOA = soa(r.SOA)
	}
	if len(d.Aliases) > 0 && d.Owner != d.Question.Name {
		d.shadowed(a)
	}
	if d.Status == Answered {
		for _, rr := range a.Msg.Ns {
			if ns, ok := rr.(*dns.NS); ok {
				d.Beside = append(d.Beside, name(ns.Ns))
			}
		}
	}
	if d.SOA == nil && (d.Status == NoData || d.Status == NXDomain) {
		d.OtherSOA = otherSOA(a.Msg)
	}
}

// shadowed notes the records that an answer has beside an alias at one name,
// which must not be (RFC 2181 §10.1).
func (d *Answer) shadowed(a *resolver.Answer) {
	for _, rr := range a.Msg.Answer {
		if rr.Header().Rrtype == a.Type && name(rr.Header().Name) == d.Question.Name {
			d.Shadowed = append(d.Shadowed, RecordOf(rr))
		}
	}
}

// spare is how many octets of a message the records of the additional section
// take, names compressed. Where space is short a server leaves them out, and
// the message does not count as truncated for that (RFC 2181 §9). OPT is no
// such record.
func spare(m *dns.Msg) int {
	all, bare := *m, *m
	all.Compress, bare.Compress = true, true
	bare.Extra = slices.DeleteFunc(slices.Clone(m.Extra), func(rr dns.RR) bool { return rr.Header().Rrtype != dns.TypeOPT })
	if len(bare.Extra) == len(m.Extra) {
		return 0
	}
	return all.Len() - bare.Len()
}

func status(a *resolver.Answer, r resolver.Reading) Status {
	switch r.Kind {
	case resolver.Failed:
		return silence(a.Failure)
	case resolver.Lame:
		return Lame
	case resolver.Cut:
		if a.TCPFailure.Ours() {
			return silence(a.TCPFailure)
		}
		return Truncated
	}
	return Status(r.Kind)
}

// silence is what a failure comes to.
func silence(f resolver.Failure) Status {
	switch {
	case f == resolver.NoRoute:
		return NoRoute
	case f.Ours():
		return NotAsked
	case f == resolver.Timeout, f == resolver.Mismatched:
		return Timeout
	case f == resolver.Unreachable:
		return Unreachable
	}
	return Malformed
}

// otherSOA is the owner of the SOA in the authority section, whatever zone
// that is, or "".
func otherSOA(m *dns.Msg) string {
	for _, rr := range m.Ns {
		if rr.Header().Rrtype == dns.TypeSOA {
			return name(rr.Header().Name)
		}
	}
	return ""
}

// RecordOf digests one record of the type asked.
func RecordOf(rr dns.RR) Record {
	h := rr.Header()
	r := Record{Owner: name(h.Name), TTL: h.Ttl, Text: rdata(rr)}
	switch rr := rr.(type) {
	case *dns.TXT:
		r.Strings = len(rr.Txt)
		for _, s := range rr.Txt {
			r.TXT += unescape(s)
		}
	case *dns.CAA:
		r.CAA = &caa.Record{Flags: rr.Flag, Tag: rr.Tag, Value: rr.Value}
		r.Text = r.CAA.String()
	case *dns.RFC3597:
		r.Bad = "RDATA does not parse"
		wire, err := hex.DecodeString(rr.Rdata)
		if err == nil && h.Rrtype == dns.TypeCAA {
			_, err = caa.Parse(wire)
		}
		if err != nil {
			r.Bad = err.Error()
		}
	}
	return r
}

// rdata is the RDATA of a record in presentation form, or in that of unknown
// types (RFC 3597 §5) when it does not parse.
func rdata(rr dns.RR) string {
	if raw, ok := rr.(*dns.RFC3597); ok {
		return fmt.Sprintf(`\# %d %s`, len(raw.Rdata)/2, raw.Rdata)
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

// unescape turns the presentation form of a character-string, as the DNS
// library keeps it, into its octets (RFC 1035 §5.1).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			b = append(b, s[i])
		case i+3 < len(s) && digits(s[i+1:i+4]):
			b = append(b, (s[i+1]-'0')*100+(s[i+2]-'0')*10+s[i+3]-'0')
			i += 3
		default:
			b = append(b, s[i+1])
			i++
		}
	}
	return string(b)
}

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

func soa(rr *dns.SOA) *SOA {
	return &SOA{
		Zone:        name(rr.Hdr.Name),
		Serial:      rr.Serial,
		Refresh:     rr.Refresh,
		Retry:       rr.Retry,
		TTL:         rr.Hdr.Ttl,
		Minimum:     rr.Minttl,
		NegativeTTL: min(rr.Hdr.Ttl, rr.Minttl),
	}
}

// exchange digests one query on the wire.
func exchange(server string, o resolver.Observation) Exchange {
	q := o.Query.Msg.Question[0]
	e := Exchange{
		Server:    server,
		Addr:      o.Query.Server,
		Transport: string(o.Query.Transport),
		Name:      strings.TrimSuffix(q.Name, "."),
		Type:      resolver.TypeName(q.Qtype),
		EDNS:      o.Query.Msg.IsEdns0() != nil,
		Recursive: o.Query.Msg.RecursionDesired,
		At:        o.At,
		RTT:       o.Took,
		Failure:   string(resolver.FailureOf(o.Err)),
	}
	if opt := o.Query.Msg.IsEdns0(); opt != nil {
		e.NoDO = !opt.Do()
	}
	if e.Name == "" {
		e.Name = "."
	}
	if m := o.Reply.Msg; m != nil {
		e.Rcode, e.Flags, e.Bytes = rcode(m.Rcode), flags(m), o.Reply.Size
	}
	return e
}

// signatures notes whether a message carries signatures, and when the first
// of them ends.
func (d *Answer) signatures(m *dns.Msg) {
	for _, section := range [][]dns.RR{m.Answer, m.Ns} {
		for _, rr := range section {
			sig, ok := rr.(*dns.RRSIG)
			if !ok {
				continue
			}
			d.SigBytes = max(d.SigBytes, len(strings.TrimRight(sig.Signature, "="))*3/4) // of base64
			from, until := time.Unix(int64(sig.Inception), 0), time.Unix(int64(sig.Expiration), 0)
			if !d.Signed || until.Before(d.SignedUntil) {
				d.Signed, d.SignedFrom, d.SignedUntil = true, from.UTC(), until.UTC()
			}
		}
	}
}

func flags(m *dns.Msg) string {
	var set []string
	for _, f := range []struct {
		name string
		on   bool
	}{
		{"aa", m.Authoritative}, {"tc", m.Truncated},
		{"ra", m.RecursionAvailable}, {"ad", m.AuthenticatedData},
	} {
		if f.on {
			set = append(set, f.name)
		}
	}
	return strings.Join(set, " ")
}

func rcode(rc int) string {
	if rc == dns.RcodeBadVers {
		return "BADVERS" // the library has the other name of 16
	}
	if s, ok := dns.RcodeToString[rc]; ok {
		return s
	}
	return fmt.Sprintf("RCODE%d", rc)
}

// name is a domain name as the survey writes it.
func name(fqdn string) string {
	if fqdn == "." || fqdn == "" {
		return "."
	}
	return strings.TrimSuffix(strings.ToLower(fqdn), ".")
}

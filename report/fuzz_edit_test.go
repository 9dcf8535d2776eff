package report

import (
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// An edit spoils replies. It is six octets and those that it puts in: who is
// spoilt, what is done, three arguments, and how many octets follow.
type edit struct {
	who, op, a, b, c byte
	octets           []byte
}

func (e edit) appended(to []byte) []byte {
	return append(append(to, e.who, e.op, e.a, e.b, e.c, byte(len(e.octets))), e.octets...)
}

func (e edit) with(octets []byte) edit { e.octets = octets; return e }

// editsOf reads edits; what is left over is none.
func editsOf(data []byte) (es []edit) {
	const most = 8
	for len(data) >= 6 && len(es) < most {
		e := edit{who: data[0], op: data[1], a: data[2], b: data[3], c: data[4]}
		n := min(int(data[5]), len(data)-6)
		e.octets, data = data[6:6+n], data[6+n:]
		es = append(es, e)
	}
	return es
}

// types are those that an edit can be about, or put in the place of others.
var types = []uint16{
	dns.TypeNone, dns.TypeTXT, dns.TypeCAA, dns.TypeNS, dns.TypeSOA, dns.TypeDNSKEY, dns.TypeDS, dns.TypeA,
	dns.TypeAAAA, dns.TypeCNAME, dns.TypeDNAME, dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3, dns.TypeOPT, dns.TypeTLSA,
}

// about reports whether an edit is about a query: three bits are for its type,
// one for its transport, two for its server, two for how deep its name is.
func (e edit) about(q resolver.Query) bool {
	asked := q.Msg.Question[0]
	if t := types[e.who&7]; t != dns.TypeNone && t != asked.Qtype {
		return false
	}
	if e.who&8 != 0 && q.Transport != resolver.TCP {
		return false
	}
	if which := e.who >> 4 & 3; which != 0 {
		h := fnv.New32a()
		_, _ = h.Write([]byte(q.Server.String()))
		if h.Sum32()%3+1 != uint32(which) {
			return false
		}
	}
	depth := e.who >> 6
	return depth == 0 || dns.CountLabel(asked.Name) == int(depth)
}

// spoil applies edits to a reply, and reads it as if it had come so.
func spoil(q resolver.Query, r resolver.Reply, edits []edit) (resolver.Reply, error) {
	wire := r.Wire
	if wire == nil {
		return r, nil
	}
	changed := false
	for _, e := range edits {
		if e.about(q) {
			wire, changed = e.apply(q, wire), true
		}
	}
	if !changed {
		return r, nil
	}
	if len(wire) < 12 {
		return resolver.Reply{}, &resolver.Error{Failure: resolver.Mismatched}
	}
	m, err := resolver.Unpack(wire)
	if err != nil {
		return resolver.Reply{}, &resolver.Error{Failure: resolver.Malformed, Err: err}
	}
	if asked := q.Msg.Question[0]; !m.Response || len(m.Question) > 1 ||
		len(m.Question) == 1 && (!strings.EqualFold(m.Question[0].Name, asked.Name) || m.Question[0].Qtype != asked.Qtype || m.Question[0].Qclass != asked.Qclass) {
		return resolver.Reply{}, &resolver.Error{Failure: resolver.Mismatched}
	}
	r.Msg, r.Wire, r.Size = m, wire, len(wire)
	return r, nil
}

// ops are what can be done to a reply.
var ops = []struct {
	name string
	// raw changes octets; msg changes a message as it was read, and reports
	// whether it did. One of them is set.
	raw func(e edit, wire []byte) []byte
	msg func(e edit, q resolver.Query, m *dns.Msg) bool
}{
	{name: "other octets", raw: func(e edit, wire []byte) []byte {
		if len(e.octets) == 0 {
			wire[e.at(len(wire))] = e.c
		}
		copy(wire[e.at(len(wire)):], e.octets)
		return wire
	}},
	{name: "fewer octets", raw: func(e edit, wire []byte) []byte { return wire[:e.at(len(wire))] }},
	{name: "more octets", raw: func(e edit, wire []byte) []byte {
		at := e.at(len(wire))
		return append(append(append([]byte{}, wire[:at]...), e.octets...), wire[at:]...)
	}},
	{name: "other header", raw: func(e edit, wire []byte) []byte {
		wire[2], wire[3] = wire[2]^e.a|0x80, wire[3]^e.b
		return wire
	}},
	{name: "other counts", raw: func(e edit, wire []byte) []byte {
		wire[4+2*(e.a%4)], wire[5+2*(e.a%4)] = e.b&1, e.c
		return wire
	}},
	{name: "a record more", msg: func(e edit, q resolver.Query, m *dns.Msg) bool {
		for range 1 + e.c>>6 {
			s := e.section(m)
			*s = append(*s, e.record(q, types[int(e.b)%len(types)]))
		}
		return true
	}},
	{name: "the answer is this record", msg: func(e edit, q resolver.Query, m *dns.Msg) bool {
		m.Rcode, m.Answer, m.Ns = 0, []dns.RR{e.record(q, types[int(e.b)%len(types)])}, nil
		return true
	}},
	{name: "a record less", msg: func(e edit, _ resolver.Query, m *dns.Msg) bool {
		s := e.section(m)
		if len(*s) == 0 {
			return false
		}
		i := int(e.b) % len(*s)
		*s = append((*s)[:i:i], (*s)[i+1:]...)
		return true
	}},
	{name: "other data", msg: func(e edit, q resolver.Query, m *dns.Msg) bool {
		s := e.section(m)
		if len(*s) == 0 {
			return false
		}
		i := int(e.b) % len(*s)
		h := *(*s)[i].Header()
		if h.Rrtype == dns.TypeOPT {
			return false // "other octets" spoils it
		}
		(*s)[i] = &dns.RFC3597{Hdr: h, Rdata: hex.EncodeToString(e.octets)}
		return true
	}},
	{name: "another owner, time to live or class", msg: func(e edit, q resolver.Query, m *dns.Msg) bool {
		s := e.section(m)
		if len(*s) == 0 {
			return false
		}
		rr := dns.Copy((*s)[int(e.b)%len(*s)])
		(*s)[int(e.b)%len(*s)] = rr
		switch h := rr.Header(); e.c % 4 {
		case 0:
			h.Ttl = binary.BigEndian.Uint32(append([]byte{e.a, e.b, e.c, e.a}, e.octets...))
		case 1:
			h.Class = uint16(e.a)
		default:
			h.Name = e.name(q, e.c>>2)
		}
		return true
	}},
	{name: "sections exchanged", msg: func(e edit, _ resolver.Query, m *dns.Msg) bool {
		from, to := e.section(m), []*[]dns.RR{&m.Answer, &m.Ns, &m.Extra}[e.b%3]
		*from, *to = *to, *from
		return true
	}},
	{name: "a referral", msg: func(e edit, q resolver.Query, m *dns.Msg) bool {
		m.Rcode, m.Authoritative, m.Answer, m.Ns, m.Extra = 0, false, nil, nil, nil
		cut := e.name(q, e.a)
		for i := range 1 + e.c%8 {
			host := e.name(q, e.b+i)
			m.Ns = append(m.Ns, &dns.NS{Hdr: dns.RR_Header{Name: cut, Rrtype: dns.TypeNS, Class: 1, Ttl: 60}, Ns: host})
			glue := e.record(q, dns.TypeA)
			glue.Header().Name = host
			m.Extra = append(m.Extra, glue)
		}
		return true
	}},
	{name: "rcode and extended errors", msg: func(e edit, _ resolver.Query, m *dns.Msg) bool {
		m.Rcode = int(e.a)<<4&0xf00 | int(e.a&15)
		m.Extra = nil
		o := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 1232}}
		o.Hdr.Ttl = uint32(e.c) << 16
		o.Option = []dns.EDNS0{&dns.EDNS0_LOCAL{Code: uint16(e.b), Data: e.octets}}
		m.Extra = append(m.Extra, o)
		return true
	}},
	{name: "many of it", msg: func(e edit, q resolver.Query, m *dns.Msg) bool {
		s := e.section(m)
		for i := range int(e.b) {
			rr := e.record(q, types[int(e.c)%len(types)])
			if raw, ok := rr.(*dns.RFC3597); ok {
				raw.Rdata += hex.EncodeToString([]byte{byte(i)})
			}
			*s = append(*s, rr)
		}
		return e.b > 0
	}},
}

func (e edit) apply(q resolver.Query, wire []byte) []byte {
	op := ops[int(e.op)%len(ops)]
	wire = append([]byte{}, wire...)
	if op.raw != nil {
		if len(wire) < 12 {
			return wire
		}
		return op.raw(e, wire)
	}
	m, err := resolver.Unpack(wire)
	if err != nil || !op.msg(e, q, m) {
		return wire
	}
	m.Compress = e.a&0x80 == 0
	if out, err := m.Pack(); err == nil {
		return out
	}
	return wire
}

// at is a place in a message.
func (e edit) at(n int) int {
	if n == 0 {
		return 0
	}
	return (int(e.a)<<8 | int(e.b)) % n
}

// section is one of the three.
func (e edit) section(m *dns.Msg) *[]dns.RR {
	return []*[]dns.RR{&m.Answer, &m.Ns, &m.Extra}[e.a%3]
}

// name is one that may matter, or one that nobody would want to meet.
func (e edit) name(q resolver.Query, which byte) string {
	asked := dns.CanonicalName(q.Msg.Question[0].Name)
	parent := asked
	if i, end := dns.NextLabel(asked, 0); !end {
		parent = asked[i:]
	}
	names := []string{
		asked, parent, q.Msg.Question[0].Name, ".", "com.", "example.com.", "_acme-challenge.example.com.", "*.example.com.", "www.example.com.", "ns1.example.com.",
		"a." + asked, "a.b.c." + parent, `\000\027[2J.example.com.`, `\226\128\174\.\"$(id)'.com.`, "example.net.", "victim.example.org.",
		strings.Repeat("a.", 100) + "example.com.", strings.Repeat("a", 63) + ".example.com.", "-o.com.", "xn--.com.", "0.in-addr.arpa.", "localhost.",
	}
	n := names[int(which)%len(names)]
	if _, ok := dns.IsDomainName(n); !ok || len(n) > 255 {
		return asked
	}
	return n
}

// addresses are those that glue can lead to.
var addresses = []string{"c0000201", "cb007101", "7f000001", "0a000001", "a9fea9fe", "c6336401", "08080808", "00000000", "ffffffff"}

// record makes one of a type, as octets: what they come to is for the reader
// to say.
func (e edit) record(q resolver.Query, t uint16) dns.RR {
	h := dns.RR_Header{Name: e.name(q, e.c), Rrtype: t, Class: dns.ClassINET, Ttl: 60}
	data := hex.EncodeToString(e.octets)
	name := func(which byte) string {
		buf := make([]byte, 256)
		n, err := dns.PackDomainName(e.name(q, which), buf, 0, nil, false)
		if err != nil {
			return "00"
		}
		return hex.EncodeToString(buf[:n])
	}
	switch t {
	case dns.TypeNone:
		h.Rrtype = q.Msg.Question[0].Qtype
	case dns.TypeNS, dns.TypeCNAME, dns.TypeDNAME:
		data = name(e.b >> 4)
	case dns.TypeSOA:
		data = name(e.b>>4) + name(e.a>>4) + hex.EncodeToString(append(append([]byte{}, e.octets...), make([]byte, 20)...)[:20])
	case dns.TypeA:
		data = addresses[int(e.a)%len(addresses)]
	case dns.TypeAAAA:
		data = hex.EncodeToString(append(append([]byte{0x20, 0x01, 0x0d, 0xb8}, e.octets...), make([]byte, 16)...)[:16])
	case dns.TypeRRSIG:
		data = hex.EncodeToString(append(append([]byte{}, e.octets...), make([]byte, 18)...)[:18]) + name(e.b>>4) + data
	case dns.TypeNSEC:
		data = name(e.b>>4) + data
	case dns.TypeTXT:
		data = hex.EncodeToString(append([]byte{byte(min(len(e.octets), 255))}, e.octets...))
	case dns.TypeOPT:
		h.Class = 1232
		return &dns.OPT{Hdr: h, Option: []dns.EDNS0{&dns.EDNS0_LOCAL{Code: uint16(e.b), Data: e.octets}}}
	}
	return &dns.RFC3597{Hdr: h, Rdata: data}
}

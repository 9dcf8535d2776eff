package resolver

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"

	"github.com/miekg/dns"
)

// UDPSize is the EDNS buffer size offered: what the CA's resolver offers, and
// small enough not to be fragmented (DNS flag day 2020).
const UDPSize = 1232

// canonical returns a name in the form used everywhere outside messages:
// lower case, without the final dot, the root as ".".
func canonical(name string) string {
	if name == "." || name == "" {
		return "."
	}
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

// InZone reports whether a name is zone or lies below it, in whatever letter
// case, with or without the final dot.
func InZone(name, zone string) bool {
	name, zone = withoutDot(name), withoutDot(zone)
	i := len(name) - len(zone)
	switch {
	case zone == "" || i == 0:
		return zone == "" || strings.EqualFold(name, zone)
	case i < 0 || name[i-1] != '.' || escaped(name, i-1):
		return false
	}
	return strings.EqualFold(name[i:], zone)
}

// withoutDot returns a name without its final dot: the root as "".
func withoutDot(name string) string {
	if end := len(name) - 1; end >= 0 && name[end] == '.' && !escaped(name, end) {
		return name[:end]
	}
	return name
}

// escaped reports whether a backslash takes the meaning of the octet at i.
func escaped(name string, i int) bool {
	before := len(strings.TrimRight(name[:i], "\\"))
	return (i-before)%2 == 1
}

// form is how a question is put.
type form struct {
	plain bool // without EDNS
	lower bool // without mixed case
}

// question builds the query a CA's Unbound sends to an authoritative server:
// RD clear, CD set, EDNS with DO, the name in random letter case.
func question(name string, qtype uint16, f form, rng *rand.Rand) *dns.Msg {
	m := new(dns.Msg)
	qname := dns.Fqdn(name)
	if !f.lower {
		qname = mixCase(qname, rng)
	}
	m.Question = []dns.Question{{Name: qname, Qtype: qtype, Qclass: dns.ClassINET}}
	m.CheckingDisabled = true
	if !f.plain {
		m.SetEdns0(UDPSize, true)
	}
	return m
}

// mixCase flips the case of letters at random (draft-vixie-dnsext-dns0x20).
// Escapes stay as they are: a digit has no case, and an escaped letter keeps
// its meaning. Of letters that are there one is a capital at least: a server that
// wants lower case must not answer by chance.
func mixCase(name string, rng *rand.Rand) string {
	b := []byte(strings.ToLower(name))
	var bits uint64
	last, mixed := -1, false
	for i, c := range b {
		if i%64 == 0 {
			bits = rng.Uint64()
		}
		if 'a' <= c && c <= 'z' {
			last = i
			if bits&1 == 1 {
				b[i], mixed = c-'a'+'A', true
			}
		}
		bits >>= 1
	}
	if last >= 0 && !mixed {
		b[last] -= 'a' - 'A'
	}
	return string(b)
}

// Unpack reads a message as a resolver does: a record whose RDATA does not
// parse is kept as *dns.RFC3597 with its raw octets, since a resolver passes
// it on, and an address record of the wrong length is left out. It fails only
// where the message itself does not hold together: also where it ends before
// all the records that its header counts.
func Unpack(wire []byte) (*dns.Msg, error) {
	m := new(dns.Msg)
	if err := m.Unpack(wire); err != nil {
		return unpackLenient(wire)
	}
	if !whole(wire, m) {
		return nil, errShort
	}
	return m, nil
}

// whole reports whether a message has as many records as its header counts
// (RFC 1035 §4.1.1): one that was cut between two of them reads like a denial.
// An error may be nothing but a header.
func whole(wire []byte, m *dns.Msg) bool {
	const header = 12
	if len(wire) == header && m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError {
		return true
	}
	for i, n := range []int{len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra)} {
		if n != int(binary.BigEndian.Uint16(wire[4+2*i:])) {
			return false
		}
	}
	return true
}

var errShort = errors.New("message ends within a record")

var errOPT = errors.New("the OPT record is malformed")

func unpackLenient(wire []byte) (*dns.Msg, error) {
	if len(wire) < 12 {
		return nil, errShort
	}
	m := new(dns.Msg)
	head := append(append([]byte{}, wire[:4]...), 0, 0, 0, 0, 0, 0, 0, 0)
	if err := m.Unpack(head); err != nil {
		return nil, err
	}
	off := 12
	for range binary.BigEndian.Uint16(wire[4:]) {
		name, next, err := dns.UnpackDomainName(wire, off)
		if err != nil {
			return nil, err
		}
		if next+4 > len(wire) {
			return nil, errShort
		}
		m.Question = append(m.Question, dns.Question{
			Name:   name,
			Qtype:  binary.BigEndian.Uint16(wire[next:]),
			Qclass: binary.BigEndian.Uint16(wire[next+2:]),
		})
		off = next + 4
	}
	for i, section := range []*[]dns.RR{&m.Answer, &m.Ns, &m.Extra} {
		for range binary.BigEndian.Uint16(wire[6+2*i:]) {
			rr, next, err := unpackRecord(wire, off)
			if err != nil {
				return nil, err
			}
			off = next
			if !misshapen(rr) {
				*section = append(*section, rr)
			}
		}
	}
	if opt := m.IsEdns0(); opt != nil {
		m.Rcode |= opt.ExtendedRcode()
	}
	return m, nil
}

// misshapen reports whether a record is an address of the wrong length. Unbound
// removes it from its set (since 1.19.0), or else has no use for the message.
func misshapen(rr dns.RR) bool {
	raw, ok := rr.(*dns.RFC3597)
	return ok && (raw.Hdr.Rrtype == dns.TypeA || raw.Hdr.Rrtype == dns.TypeAAAA)
}

// unpackRecord reads one record, as opaque octets when its RDATA is broken.
func unpackRecord(wire []byte, off int) (dns.RR, int, error) {
	if rr, next, err := dns.UnpackRR(wire, off); err == nil {
		return rr, next, nil
	}
	name, at, err := dns.UnpackDomainName(wire, off)
	if err != nil {
		return nil, 0, err
	}
	if at+10 > len(wire) {
		return nil, 0, errShort
	}
	if binary.BigEndian.Uint16(wire[at:]) == dns.TypeOPT {
		return nil, 0, errOPT // nobody can tell what an answer with it means
	}
	length := int(binary.BigEndian.Uint16(wire[at+8:]))
	end := at + 10 + length
	if end > len(wire) {
		return nil, 0, errShort
	}
	return &dns.RFC3597{
		Hdr: dns.RR_Header{
			Name:     name,
			Rrtype:   binary.BigEndian.Uint16(wire[at:]),
			Class:    binary.BigEndian.Uint16(wire[at+2:]),
			Ttl:      binary.BigEndian.Uint32(wire[at+4:]),
			Rdlength: uint16(length),
		},
		Rdata: hex.EncodeToString(wire[at+10 : end]),
	}, end, nil
}

// sameQuestion reports whether got asks what want asks, and whether the
// letter case of the name was kept.
func sameQuestion(want, got dns.Question) (same, caseKept bool) {
	same = want.Qtype == got.Qtype && want.Qclass == got.Qclass && strings.EqualFold(want.Name, got.Name)
	return same, same && want.Name == got.Name
}

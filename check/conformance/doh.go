package conformance

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/miekg/dns"
)

// A Resolver is the CA's resolver: DNS over HTTPS (RFC 8484) about one world
// at a time.
type Resolver struct{ world atomic.Pointer[World] }

// ServeHTTP answers one query.
func (s *Resolver) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 65535))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	query := new(dns.Msg)
	if err := query.Unpack(body); err != nil || len(query.Question) != 1 {
		http.Error(rw, "not a query", http.StatusBadRequest)
		return
	}
	q := query.Question[0]
	reply := s.world.Load().Resolve(Question{strings.TrimSuffix(q.Name, "."), dns.TypeToString[q.Qtype]})
	if reply.Silent {
		<-r.Context().Done()
		return
	}
	wire, err := reply.message(query)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "application/dns-message")
	_, _ = rw.Write(wire) // a client that went away has its own error
}

// message is the reply on the wire. RDATA is copied as it is: packing it by
// library would refuse what servers do send.
func (r Reply) message(query *dns.Msg) ([]byte, error) {
	m := new(dns.Msg)
	m.SetRcode(query, r.Rcode)
	m.RecursionAvailable = true
	m.Compress = true
	owner := query.Question[0].Name
	for _, target := range r.CNAMEs {
		m.Answer = append(m.Answer, &dns.CNAME{
			Hdr:    dns.RR_Header{Name: owner, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: ttl},
			Target: target + ".",
		})
		owner = target + "."
	}
	wire, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("packing a reply: %w", err)
	}
	at := uint16(len(wire))
	for i, rdata := range r.RDATA {
		if wire, err = appendOwner(wire, owner, at, i == 0); err != nil {
			return nil, err
		}
		wire = binary.BigEndian.AppendUint16(wire, dns.StringToType[r.Type])
		wire = binary.BigEndian.AppendUint16(wire, dns.ClassINET)
		wire = binary.BigEndian.AppendUint32(wire, ttl)
		wire = binary.BigEndian.AppendUint16(wire, uint16(len(rdata)))
		wire = append(wire, rdata...)
	}
	const answers, additional = 6, 10 // where the header counts them
	binary.BigEndian.PutUint16(wire[answers:], uint16(len(r.CNAMEs)+len(r.RDATA)))
	binary.BigEndian.PutUint16(wire[additional:], 1)
	return append(wire, r.opt()...), nil
}

// appendOwner writes the name of the first record in full, and later ones as a
// pointer to it (RFC 1035 §4.1.4).
func appendOwner(wire []byte, owner string, at uint16, first bool) ([]byte, error) {
	if !first {
		return binary.BigEndian.AppendUint16(wire, 0xC000|at), nil
	}
	name := make([]byte, 255)
	n, err := dns.PackDomainName(owner, name, 0, nil, false)
	if err != nil {
		return nil, fmt.Errorf("packing an owner: %w", err)
	}
	return append(wire, name[:n]...), nil
}

// ttl is that of every record, in seconds.
const ttl = 300

// opt is the OPT record (RFC 6891 §6.1.2), with the extended error if there is
// one (RFC 8914 §2).
func (r Reply) opt() []byte {
	b := []byte{0, 0, 41, 4, 208, 0, 0, 0, 0} // root, OPT, 1232 octets, no flags
	if r.EDE == nil {
		return append(b, 0, 0)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(6+len(r.EDE.Text)))
	b = binary.BigEndian.AppendUint16(b, dns.EDNS0EDE)
	b = binary.BigEndian.AppendUint16(b, uint16(2+len(r.EDE.Text)))
	b = binary.BigEndian.AppendUint16(b, uint16(r.EDE.EDE))
	return append(b, r.EDE.Text...)
}

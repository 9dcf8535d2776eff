package rpl

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// reply reads the flags and the rcode of a message. Words that are neither are
// somebody's remark.
func (e *Entry) reply(words []string) error {
	for _, w := range words {
		e.Flags = append(e.Flags, w)
		switch w {
		case "QR":
			e.Msg.Response = true
		case "AA":
			e.Msg.Authoritative = true
		case "TC":
			e.Msg.Truncated = true
		case "RD":
			e.Msg.RecursionDesired = true
		case "RA":
			e.Msg.RecursionAvailable = true
		case "AD":
			e.Msg.AuthenticatedData = true
		case "CD":
			e.Msg.CheckingDisabled = true
		case "NOTIMPL":
			e.Msg.Rcode = dns.RcodeNotImplemented
		case "NOTIFY":
			e.Msg.Opcode = dns.OpcodeNotify
		default:
			if rcode, ok := dns.StringToRcode[w]; ok {
				e.Msg.Rcode = rcode
			}
		}
	}
	return nil
}

// parseQuestion reads "NAME [CLASS] TYPE".
func parseQuestion(words []string, origin string) (dns.Question, error) {
	q := dns.Question{Name: qualify(words[0], origin), Qclass: dns.ClassINET}
	if _, ok := dns.IsDomainName(q.Name); !ok {
		return q, fmt.Errorf("%q is no name", words[0])
	}
	for _, w := range words[1:] {
		if c, ok := dns.StringToClass[w]; ok && w != "ANY" {
			q.Qclass = c
			continue
		}
		if _, err := strconv.Atoi(w); err == nil {
			continue // a TTL
		}
		t, ok := dns.StringToType[w]
		if n, found := strings.CutPrefix(w, "TYPE"); !ok && found {
			number, err := strconv.ParseUint(n, 10, 16)
			t, ok = uint16(number), err == nil
		}
		if !ok {
			return q, fmt.Errorf("%q is no type", w)
		}
		q.Qtype = t
		return q, nil
	}
	return q, fmt.Errorf("a question for %q without a type", words[0])
}

func qualify(name, origin string) string {
	switch {
	case name == "@":
		return origin
	case strings.HasSuffix(name, ".") || origin == ".":
		return dns.Fqdn(name)
	}
	return name + "." + origin
}

// parseRecord reads a record; nil without an error is a line without one.
func parseRecord(line, origin string) (dns.RR, error) {
	z := dns.NewZoneParser(strings.NewReader(line+"\n"), origin, "")
	z.SetDefaultTTL(3600)
	rr, ok := z.Next()
	if err := z.Err(); err != nil {
		return opaqueRecord(line, origin, err)
	}
	if !ok {
		return nil, nil
	}
	if raw, err := opaqueRecord(line, origin, nil); err == nil && raw != nil && !sameOctets(rr, raw) {
		return raw, nil
	}
	sortBitmap(rr)
	return rr, nil
}

// sameOctets reports whether two records are the same on the wire: data given
// in hexadecimal may be cut or filled up to what the type has.
func sameOctets(a, b dns.RR) bool {
	b.Header().Ttl = a.Header().Ttl
	x, y := make([]byte, dns.Len(a)), make([]byte, dns.Len(b))
	_, errA := dns.PackRR(a, x, 0, nil, false)
	_, errB := dns.PackRR(b, y, 0, nil, false)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// opaqueRecord reads a record whose data no server would load, given in
// hexadecimal (RFC 3597 §5): what comes in is to be wrong.
func opaqueRecord(line, origin string, err error) (dns.RR, error) {
	head, data, ok := strings.Cut(line, `\#`)
	words := strings.Fields(uncomment(data))
	if !ok || len(words) < 2 {
		return nil, err
	}
	q, qerr := parseQuestion(strings.Fields(head), origin)
	if qerr != nil {
		return nil, err
	}
	h := dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: q.Qclass, Ttl: 3600}
	return &dns.RFC3597{Hdr: h, Rdata: strings.Join(words[1:], "")}, nil
}

// sortBitmap puts the types of a denial into the order that they have on the
// wire, in which alone they can be sent.
func sortBitmap(rr dns.RR) {
	switch rr := rr.(type) {
	case *dns.NSEC:
		slices.Sort(rr.TypeBitMap)
	case *dns.NSEC3:
		slices.Sort(rr.TypeBitMap)
	}
}

package dnssec

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/miekg/dns"
)

// signedData returns the octets that sig signs: its own RDATA without the
// signature, then the records of s in canonical form and order
// (RFC 4034 §3.1.8.1, §6). ok is false when a record cannot be written.
func signedData(s *rrset, sig *dns.RRSIG) (data []byte, ok bool) {
	signer, ok := parseName(sig.SignerName)
	if !ok {
		return nil, false
	}
	data = binary.BigEndian.AppendUint16(data, sig.TypeCovered)
	data = append(data, sig.Algorithm, sig.Labels)
	data = binary.BigEndian.AppendUint32(data, sig.OrigTtl)
	data = binary.BigEndian.AppendUint32(data, sig.Expiration)
	data = binary.BigEndian.AppendUint32(data, sig.Inception)
	data = binary.BigEndian.AppendUint16(data, sig.KeyTag)
	data = append(data, signer...)

	rdatas, ok := s.canonicalRdata()
	if !ok {
		return nil, false
	}
	prefix := []byte(signedOwner(s.owner, sig))
	prefix = binary.BigEndian.AppendUint16(prefix, s.rtype)
	prefix = binary.BigEndian.AppendUint16(prefix, dns.ClassINET)
	prefix = binary.BigEndian.AppendUint32(prefix, sig.OrigTtl)
	for _, rd := range rdatas {
		data = append(data, prefix...)
		data = binary.BigEndian.AppendUint16(data, uint16(len(rd)))
		data = append(data, rd...)
	}
	return data, true
}

// signedOwner is the owner as it was signed: the wildcard, when the signature
// counts fewer labels than the owner has (RFC 4035 §5.3.2).
func signedOwner(owner name, sig *dns.RRSIG) name {
	if owner.signedLabels() <= int(sig.Labels) {
		return owner
	}
	return owner.last(int(sig.Labels)).wildcard()
}

// canonicalRdata returns the RDATA of each record in canonical form, sorted
// as octet strings, duplicates dropped (RFC 4034 §6.2, §6.3).
// They are made once for all signatures of the set.
func (s *rrset) canonicalRdata() ([][]byte, bool) {
	if s.canonical != nil {
		return s.canonical, true
	}
	out := make([][]byte, 0, len(s.rrs))
	for _, rr := range s.rrs {
		rd, ok := rdata(rr)
		if !ok {
			return nil, false
		}
		out = append(out, rd)
	}
	slices.SortFunc(out, bytes.Compare)
	s.canonical = slices.CompactFunc(out, bytes.Equal)
	return s.canonical, true
}

// rdata writes the RDATA of one record, names uncompressed and lower-cased
// where RFC 4034 §6.2 (3) with RFC 6840 §5.1 wants that.
func rdata(rr dns.RR) ([]byte, bool) {
	c := dns.Copy(rr)
	lowerNames(c)
	c.Header().Name = "."
	for _, size := range []int{dns.Len(c) + 1, dns.MaxMsgSize} { // Len may fall short
		buf := make([]byte, size)
		off, err := dns.PackRR(c, buf, 0, nil, false)
		const header = 1 + 2 + 2 + 4 + 2 // root owner, type, class, TTL, length
		if err == nil && off >= header {
			return buf[header:off], true
		}
	}
	return nil, false
}

func lowerNames(rr dns.RR) {
	set := func(names ...*string) {
		for _, n := range names {
			*n = dns.CanonicalName(*n)
		}
	}
	switch x := rr.(type) {
	case *dns.NS:
		set(&x.Ns)
	case *dns.MD:
		set(&x.Md)
	case *dns.MF:
		set(&x.Mf)
	case *dns.CNAME:
		set(&x.Target)
	case *dns.SOA:
		set(&x.Ns, &x.Mbox)
	case *dns.MB:
		set(&x.Mb)
	case *dns.MG:
		set(&x.Mg)
	case *dns.MR:
		set(&x.Mr)
	case *dns.PTR:
		set(&x.Ptr)
	case *dns.MINFO:
		set(&x.Rmail, &x.Email)
	case *dns.MX:
		set(&x.Mx)
	case *dns.RP:
		set(&x.Mbox, &x.Txt)
	case *dns.AFSDB:
		set(&x.Hostname)
	case *dns.RT:
		set(&x.Host)
	case *dns.SIG:
		set(&x.SignerName)
	case *dns.RRSIG:
		set(&x.SignerName)
	case *dns.PX:
		set(&x.Map822, &x.Mapx400)
	case *dns.NXT:
		set(&x.NextDomain)
	case *dns.NAPTR:
		set(&x.Replacement)
	case *dns.KX:
		set(&x.Exchanger)
	case *dns.SRV:
		set(&x.Target)
	case *dns.DNAME:
		set(&x.Target)
	}
}

package recording

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// exchange replaces what an exchange holds.
func (d *redactor) exchange(x *Exchange) {
	if x.Server.IsValid() {
		x.Server = netip.AddrPortFrom(d.addr(x.Server.Addr()), x.Server.Port())
	}
	if x.From.IsValid() {
		x.From = netip.AddrPortFrom(d.addr(x.From.Addr()), x.From.Port())
	}
	x.Resolver = d.text(x.Resolver)
	x.Query, x.Reply = d.message(x.Query), d.message(x.Reply)
}

// A wire is a message whose octets are replaced in place: labels keep their
// length, so that what points to them still does (RFC 1035 §4.1.4).
type wire struct {
	d    *redactor
	in   []byte // as it was
	out  []byte
	done map[int]bool // where labels have been replaced
}

// message replaces what a message holds. What cannot be followed to its end is
// scrambled from there on.
func (d *redactor) message(in []byte) []byte {
	if len(in) < 12 {
		return in
	}
	w := &wire{d: d, in: in, out: append([]byte{}, in...), done: map[int]bool{}}
	off := 12
	for range binary.BigEndian.Uint16(in[4:]) {
		if off = w.name(off); off < 0 || off+4 > len(in) {
			return w.out
		}
		off += 4
	}
	records := 0
	for i := range 3 {
		records += int(binary.BigEndian.Uint16(in[6+2*i:]))
	}
	for range records {
		if off = w.record(off); off < 0 {
			return w.out
		}
	}
	return w.out
}

// name replaces the labels of a name and returns where it ends, -1 when it does
// not.
func (w *wire) name(off int) (end int) {
	type label struct{ at, length int }
	var labels []label
	end = -1
	for at, jumps := off, 0; ; {
		if at >= len(w.in) || len(labels) > 127 {
			return -1
		}
		c := int(w.in[at])
		switch {
		case c == 0:
			if end < 0 {
				end = at + 1
			}
			names := make([]string, len(labels)+1)
			for i := len(labels) - 1; i >= 0; i-- {
				l := labels[i]
				names[i] = strings.TrimSuffix(strings.ToLower(string(w.in[l.at:l.at+l.length]))+"."+names[i+1], ".")
			}
			for i, l := range labels {
				if !w.done[l.at] {
					w.done[l.at] = true
					copy(w.out[l.at:], w.d.label(w.in[l.at:l.at+l.length], names[i]))
				}
			}
			return end
		case c < 64:
			if at+1+c > len(w.in) {
				return -1
			}
			labels = append(labels, label{at + 1, c})
			at += 1 + c
		case c >= 0xc0 && at+1 < len(w.in) && jumps < 64:
			if end < 0 {
				end = at + 2
			}
			at = int(binary.BigEndian.Uint16(w.in[at:]) & 0x3fff)
			jumps++
		default:
			return -1
		}
	}
}

// record replaces what a record holds and returns where it ends, or -1.
func (w *wire) record(off int) int {
	at := w.name(off)
	if at < 0 || at+10 > len(w.in) {
		return -1
	}
	rrtype := binary.BigEndian.Uint16(w.in[at:])
	data := at + 10
	end := data + int(binary.BigEndian.Uint16(w.in[at+8:]))
	if end > len(w.in) {
		return -1
	}
	w.rdata(rrtype, data, end)
	return end
}

// rdata replaces RDATA by its type: names in it, addresses, text, and what is
// signed or a key. Of types that nobody knows everything is scrambled.
func (w *wire) rdata(rrtype uint16, at, end int) {
	switch rrtype {
	case dns.TypeNS, dns.TypeCNAME, dns.TypeDNAME, dns.TypePTR:
		w.name(at)
	case dns.TypeMX, dns.TypeAFSDB, dns.TypeKX:
		w.name(at + 2)
	case dns.TypeSRV:
		w.name(at + 6)
	case dns.TypeSOA:
		if next := w.name(at); next > 0 {
			w.name(next)
		}
	case dns.TypeA, dns.TypeAAAA:
		if a, ok := netip.AddrFromSlice(w.in[at:end]); ok {
			copy(w.out[at:end], w.d.addr(a).AsSlice())
		}
	case dns.TypeTXT:
		w.strings(at, end)
	case dns.TypeCAA:
		w.caa(at, end)
	case dns.TypeOPT:
		w.options(at, end)
	case dns.TypeRRSIG:
		if next := w.name(at + 18); next > 0 {
			w.scramble(next, end)
		}
	case dns.TypeNSEC:
		w.name(at)
	case dns.TypeDS:
		w.scramble(at+4, end)
	case dns.TypeDNSKEY:
		w.scramble(at+4, end)
	case dns.TypeNSEC3, dns.TypeNSEC3PARAM:
		w.nsec3(at, end)
	default:
		w.scramble(at, end)
	}
}

// strings disguises character-strings (RFC 1035 §3.3.14). A value is one over
// all of its strings.
func (w *wire) strings(at, end int) {
	for at < end {
		n := int(w.in[at])
		if at+1+n > end {
			return
		}
		copy(w.out[at+1:], w.d.value(string(w.in[at+1:at+1+n])))
		at += 1 + n
	}
}

// caa leaves tags and issuers, and replaces what is one's own: the account, and
// whom to report to (RFC 8659 §4).
func (w *wire) caa(at, end int) {
	if at+2 > end || at+2+int(w.in[at+1]) > end {
		return
	}
	tag := strings.ToLower(string(w.in[at+2 : at+2+int(w.in[at+1])]))
	value := at + 2 + int(w.in[at+1])
	text := string(w.in[value:end])
	switch tag {
	case "issue", "issuewild", "issuemail", "issuevmc":
		copy(w.out[value:end], w.d.account(text))
	case "iodef", "contactemail":
		copy(w.out[value:end], w.d.iodef(text))
	}
}

// iodef replaces the name, and what stands before or behind it.
func (d *redactor) iodef(s string) string {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok {
		return d.disguise(s)
	}
	local, domain, mail := strings.Cut(rest, "@")
	if mail {
		return scheme + ":" + d.disguise(local) + "@" + d.text(domain)
	}
	return scheme + ":" + d.text(rest)
}

// options replaces what EDNS options tell of the server or of who asks: their
// codes and lengths stay, and what an extended error is (RFC 8914 §2).
func (w *wire) options(at, end int) {
	for at+4 <= end {
		code, n := binary.BigEndian.Uint16(w.in[at:]), int(binary.BigEndian.Uint16(w.in[at+2:]))
		at += 4
		if at+n > end {
			return
		}
		switch code {
		case dns.EDNS0EDE:
			if n > 2 {
				copy(w.out[at+2:at+n], w.d.text(string(w.in[at+2:at+n])))
			}
		case dns.EDNS0NSID:
			copy(w.out[at:at+n], w.d.disguise(string(w.in[at:at+n])))
		case dns.EDNS0SUBNET:
			w.scramble(at+4, at+n)
		}
		at += n
	}
}

// nsec3 scrambles the salt and the next hash (RFC 5155 §3.2).
func (w *wire) nsec3(at, end int) {
	if at+5 > end {
		return
	}
	salt := at + 5
	next := salt + int(w.in[at+4])
	w.scramble(salt, min(next, end))
	if next < end {
		w.scramble(next+1, min(next+1+int(w.in[next]), end))
	}
}

// scramble replaces octets by others, the same by the same.
func (w *wire) scramble(at, end int) {
	if at < 0 || at >= end || end > len(w.in) {
		return
	}
	pad := w.d.sum("octets "+string(w.in[at:end]), 0)
	for i := at; i < end; i++ {
		w.out[i] = pad[(i-at)%len(pad)] ^ byte((i-at)/len(pad)*31)
	}
}

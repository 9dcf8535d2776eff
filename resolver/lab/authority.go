package lab

import (
	"time"

	"github.com/miekg/dns"
)

// maxAliases is how many aliases one answer follows.
const maxAliases = 16

// An authority is what one host has: editions by origin. It answers from them
// and from nothing else (RFC 1034 §4.3.2).
type authority map[string]editions

// zone returns the zone in which a question is to be looked up: the nearest
// one that encloses the name. For DS that is the one above the name itself, if
// the host has it (RFC 4035 §3.1.4.1).
func (a authority) zone(name string, qtype uint16, at time.Duration) *zone {
	name = dns.CanonicalName(name)
	var apex *zone
	for _, i := range append(dns.Split(name), len(name)-1) {
		z := a[name[i:]].at(at)
		switch {
		case z == nil:
		case qtype == dns.TypeDS && z.origin == name && name != ".":
			apex = z
		default:
			return z
		}
	}
	return apex
}

// handle answers a request.
func (a authority) handle(r request) response {
	q := r.question()
	z := a.zone(q.Name, q.Qtype, r.at)
	if z == nil {
		return r.fails(dns.RcodeRefused)
	}
	w := writer{msg: r.reply(dns.RcodeSuccess), qtype: q.Qtype, proves: r.wantsDNSSEC()}
	w.msg.Authoritative = true
	resp := response{msg: w.msg, zone: z}
	name, seen := q.Name, map[string]bool{}
	for range maxAliases {
		seen[dns.CanonicalName(name)] = true
		m := z.find(name, q.Qtype)
		w.write(z, m)
		resp.empty = m.empty && len(w.msg.Answer) == 0
		if m.outcome != aliased || seen[dns.CanonicalName(m.target)] {
			break
		}
		name = m.target
		if z = a.zone(name, q.Qtype, r.at); z == nil {
			break
		}
	}
	return resp
}

// A writer puts what zones say into a message. Every record set goes through
// it, and gets its signatures there if they are wanted (RFC 4035 §3.1).
type writer struct {
	msg    *dns.Msg
	qtype  uint16
	proves bool // signatures and denials are wanted
}

// write adds what one zone says to one question or one hop of it.
func (w writer) write(z *zone, m match) {
	w.answer(z, m)
	switch m.outcome {
	case found:
		w.additional(z, z.addressesOf(m.rrs))
	case delegated:
		w.refer(z, m.cut)
	case noData:
		w.negative(z)
	case noName:
		w.msg.Rcode = dns.RcodeNameError
		w.negative(z)
	case tooLong:
		w.msg.Rcode = dns.RcodeYXDomain // RFC 6672 §2.2
	}
	if w.proves && z.signed() {
		w.msg.Ns = append(w.msg.Ns, copied(z.denials(z.proofs(m)))...)
	}
}

// answer adds the records of a hop, each set followed by its signatures: those
// of a wildcard have the owner name of what was made from it (RFC 4035
// §3.1.3.3), a CNAME made from a DNAME has none (RFC 6672 §5.3.1).
func (w writer) answer(z *zone, m match) {
	if w.qtype == dns.TypeANY || !w.proves || !z.signed() {
		w.msg.Answer = append(w.msg.Answer, m.rrs...)
		return
	}
	for _, set := range sets(m.rrs) {
		h := set[0].Header()
		w.msg.Answer = append(w.msg.Answer, set...)
		w.msg.Answer = append(w.msg.Answer, owned(h.Name, z.nodes[m.source].signatures(h.Rrtype))...)
	}
}

// sets divides records that lie together by owner and type.
func sets(rrs []dns.RR) [][]dns.RR {
	var all [][]dns.RR
	for i, rr := range rrs {
		if i > 0 && rr.Header().Rrtype == rrs[i-1].Header().Rrtype && rr.Header().Name == rrs[i-1].Header().Name {
			all[len(all)-1] = append(all[len(all)-1], rr)
			continue
		}
		all = append(all, []dns.RR{rr})
	}
	return all
}

// negative writes the SOA record that a negative answer has.
func (w writer) negative(z *zone) {
	soa := z.soa()
	w.authority(soa)
	if w.proves && z.signed() {
		sigs := copied(z.nodes[z.origin].signatures(dns.TypeSOA))
		for _, sig := range sigs {
			sig.Header().Ttl = soa.Hdr.Ttl // that of its set (RFC 4034 §3)
		}
		w.authority(sigs...)
	}
}

// refer writes a referral. The answer is then authoritative only if it has
// begun with an alias of ours (RFC 1035 §4.1.1, AA).
func (w writer) refer(z *zone, cut string) {
	w.msg.Authoritative = len(w.msg.Answer) > 0
	ns, glue := z.referral(cut)
	w.authority(ns...)
	if w.proves {
		w.authority(z.nodes[cut][dns.TypeDS]...) // RFC 4035 §3.1.4
		w.authority(z.nodes[cut].signatures(dns.TypeDS)...)
	}
	w.additional(z, glue)
}

func (w writer) authority(rrs ...dns.RR) {
	w.msg.Ns = append(w.msg.Ns, copied(rrs)...)
}

// additional puts records before the OPT record, which stays last, with the
// signatures over those that the zone has authority for (RFC 4035 §3.1.1).
func (w writer) additional(z *zone, rrs []dns.RR) {
	var all []dns.RR
	for _, set := range sets(rrs) {
		all = append(all, copied(set)...)
		h := set[0].Header()
		if name := dns.CanonicalName(h.Name); w.proves && len(z.glue[name]) == 0 {
			all = append(all, copied(z.nodes[name].signatures(h.Rrtype))...)
		}
	}
	w.msg.Extra = append(all, w.msg.Extra...)
}

// copied keeps the zone's own records out of messages, which faults change.
func copied(rrs []dns.RR) []dns.RR {
	var copies []dns.RR
	for _, rr := range rrs {
		copies = append(copies, dns.Copy(rr))
	}
	return copies
}

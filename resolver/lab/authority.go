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
	w := writer{msg: r.reply(dns.RcodeSuccess)}
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
// it: signatures belong beside them here.
type writer struct {
	msg *dns.Msg
}

// write adds what one zone says to one question or one hop of it.
func (w writer) write(z *zone, m match) {
	w.msg.Answer = append(w.msg.Answer, m.rrs...)
	switch m.outcome {
	case found:
		w.additional(z.addressesOf(m.rrs))
	case delegated:
		w.refer(z, m.cut)
	case noData:
		w.authority(z.soa())
	case noName:
		w.msg.Rcode = dns.RcodeNameError
		w.authority(z.soa())
	case tooLong:
		w.msg.Rcode = dns.RcodeYXDomain // RFC 6672 §2.2
	}
}

// refer writes a referral. The answer is then authoritative only if it has
// begun with an alias of ours (RFC 1035 §4.1.1, AA).
func (w writer) refer(z *zone, cut string) {
	w.msg.Authoritative = len(w.msg.Answer) > 0
	ns, glue := z.referral(cut)
	w.authority(ns...)
	if opt := w.msg.IsEdns0(); opt != nil && opt.Do() {
		w.authority(z.nodes[cut][dns.TypeDS]...) // RFC 4035 §3.1.4
	}
	w.additional(glue)
}

func (w writer) authority(rrs ...dns.RR) {
	w.msg.Ns = append(w.msg.Ns, copied(rrs)...)
}

// additional puts records before the OPT record, which stays last.
func (w writer) additional(rrs []dns.RR) {
	w.msg.Extra = append(copied(rrs), w.msg.Extra...)
}

// copied keeps the zone's own records out of messages, which faults change.
func copied(rrs []dns.RR) []dns.RR {
	var copies []dns.RR
	for _, rr := range rrs {
		copies = append(copies, dns.Copy(rr))
	}
	return copies
}

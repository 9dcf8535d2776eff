package resolver

import (
	"context"
	"slices"

	"github.com/miekg/dns"

	"dns01/resolver/dnssec"
)

// Fetch looks a question up for a validator: it is a [dnssec.Fetch]. The DS
// records of a zone, or the proof that there are none, mostly came with the
// referral to it. When servers to avoid are the only ones, they count again.
func (c *Client) Fetch(ctx context.Context, name string, qtype uint16, avoid []string) dnssec.Response {
	if r, ok := c.referredDS(name, qtype, avoid); ok {
		return r
	}
	res := c.Lookup(ctx, name, qtype, avoid...)
	if res.Problem != ProblemNone && len(avoid) > 0 {
		res = c.Lookup(ctx, name, qtype)
	}
	return res.Response()
}

// Response is what a resolution gives to validate.
func (r Resolution) Response() dnssec.Response {
	out := dnssec.Response{
		Name: r.Name, Type: r.Type, Rcode: r.Rcode, Answer: r.Answer, Authority: r.Authority,
		Failed: r.Problem != ProblemNone, Unsent: r.Problem == ProblemNotAsked, Detail: r.Reason,
	}
	for _, h := range slices.Backward(r.Hops) {
		if h.Reading.Kind == Referral || len(h.Answers) == 0 {
			continue
		}
		server := h.Answers[len(h.Answers)-1].Server.String()
		if out.Server == "" {
			out.Server = server
		} else {
			out.Via = append(out.Via, server)
		}
	}
	return out
}

// referredDS returns what the referral to a zone said of its DS records: the
// set, or the NSEC or NSEC3 records in place of one.
func (c *Client) referredDS(name string, qtype uint16, avoid []string) (dnssec.Response, bool) {
	zone := canonical(name)
	d := c.Deepest(zone)
	if qtype != dns.TypeDS || d.Zone != zone || d.referral == nil || slices.Contains(avoid, d.referral.Server.String()) {
		return dnssec.Response{}, false
	}
	r := dnssec.Response{Name: zone, Type: dns.TypeDS, Server: d.referral.Server.String()}
	for _, rr := range d.referral.Msg.Ns {
		if covered(rr) == dns.TypeDS && canonical(rr.Header().Name) == zone {
			r.Answer = append(r.Answer, rr)
		}
	}
	for _, rr := range denial(d.referral.Msg, d.Parent) {
		if covered(rr) != dns.TypeSOA {
			r.Authority = append(r.Authority, rr)
		}
	}
	signed := hasType(r.Answer, dns.TypeRRSIG) || hasType(r.Authority, dns.TypeRRSIG)
	if len(r.Answer) > 0 {
		r.Authority = nil
	}
	return r, signed
}

// Judge returns what an answer from a server of zone gives to validate by
// itself: the records at the name, or the alias, or what denies them.
func Judge(zone string, a *Answer, r Reading) (dnssec.Response, bool) {
	var res Resolution
	res.Name, res.Type = a.Name, a.Type
	h := Hop{Zone: zone, Name: a.Name, Type: a.Type, Answers: []*Answer{a}, Reading: r}
	switch {
	case r.Alias == nil && (r.Kind == Answered || r.Kind == NoData || r.Kind == NXDomain):
		res.end(h)
	case r.Alias != nil:
		res.Type = dns.TypeCNAME // nothing is said here of the target
		res.alias(h)
	default:
		return dnssec.Response{}, false
	}
	res.Hops = []Hop{h}
	return res.Response(), true
}

package resolver

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"sync/atomic"

	"github.com/miekg/dns"
)

// A Resolution is what a resolver concludes for one question, before any
// signature is checked.
type Resolution struct {
	Name  string
	Type  uint16
	Rcode int // NOERROR, NXDOMAIN, YXDOMAIN; SERVFAIL when Problem is set
	// Answer holds the aliases followed and the records at their end,
	// Authority what the last server said beside it, signatures included.
	Answer, Authority []dns.RR
	Aliases           []Alias
	Problem           Problem // why there is no usable answer
	Reason            string  // the same in words, as a resolver's log has it
	Hops              []Hop   // the way taken
}

// A Hop is one question to one zone's servers on the way of a resolution.
type Hop struct {
	Zone    string
	Name    string
	Type    uint16
	Answers []*Answer // as asked; the last one counts, if it is usable
	Reading Reading   // of the last one
}

// Lookup resolves a name from the deepest zone known, by delegation and along
// aliases, asking one server at a time. Servers in avoid are not asked, unless
// a zone has no other: then it is the first of them.
func (c *Client) Lookup(ctx context.Context, name string, qtype uint16, avoid ...string) Resolution {
	return c.lookup(ctx, name, qtype, route{avoid: avoid})
}

// route is what a lookup carries into the lookups it needs itself.
type route struct {
	zones   []string      // whose servers are being looked for, outermost first
	avoid   []string      // addresses not to ask
	targets *atomic.Int32 // name servers looked up so far, for all of the request
}

func (r route) to(zone string) route {
	r.zones = append(slices.Clone(r.zones), zone)
	return r
}

// spend takes leave to look up one more name server. A zone whose servers are
// named in zones whose servers are named in more zones would otherwise cost a
// power of their number (NXNSAttack).
func (r route) spend() bool { return r.targets == nil || r.targets.Add(1) <= maxTargets }

func (r route) has(zone string) bool { return slices.Contains(r.zones, zone) }

func (c *Client) lookup(ctx context.Context, name string, qtype uint16, rt route) Resolution {
	res := Resolution{Name: canonical(name), Type: qtype}
	if len(rt.zones) > maxDepth {
		return res.fail(ProblemLimit, "request has exceeded the maximum dependency depth")
	}
	if rt.targets == nil {
		rt.targets = new(atomic.Int32)
	}
	name = res.Name
	for range maxRestarts + 1 {
		last, ok := c.resolve(ctx, &res, name, qtype, rt)
		if !ok {
			return res
		}
		if last.Reading.Alias != nil {
			res.alias(last)
		}
		if last.Reading.Kind != Aliased {
			res.end(last)
			return res
		}
		name = last.Reading.Alias.To
	}
	return res.fail(ProblemRestarts, "request has exceeded the maximum number of restarts")
}

func (r *Resolution) fail(p Problem, reason string) Resolution {
	r.Problem, r.Reason, r.Rcode = p, reason, dns.RcodeServerFailure
	r.Answer, r.Authority = nil, nil
	return *r
}

// resolve follows referrals to the zone that has an answer for name.
func (c *Client) resolve(ctx context.Context, res *Resolution, name string, qtype uint16, rt route) (Hop, bool) {
	d := c.Deepest(name)
	if qtype == dns.TypeDS && name != "." {
		d = c.Deepest(parent(name)) // DS records are the parent's (RFC 4035 §2.4)
	}
	for range maxCuts {
		servers, why := c.addressesOf(ctx, d, rt)
		if len(servers) == 0 {
			res.fail(noServers(ctx, why))
			return Hop{}, false
		}
		s := c.ask1(ctx, d, servers, name, qtype, rt)
		h := Hop{Zone: d.Zone, Name: name, Type: qtype, Answers: s.Answers}
		if len(s.Answers) > 0 {
			h.Reading = Read(d.Zone, s.Answers[len(s.Answers)-1])
		}
		res.Hops = append(res.Hops, h)
		if c.cfg.Trace != nil {
			c.cfg.Trace(h)
		}
		if up := c.aboveCut(ctx, d, h, rt); up != nil {
			d = up
			continue
		}
		if s.Child == nil {
			p, why := failing(d.Zone, s.Answers)
			if p == ProblemNone {
				_, p = c.agreeInLowerCase(ctx, servers, s.Answers[len(s.Answers)-1])
				switch p {
				case ProblemCase:
					why = "0x20 failed, then got different replies in fallback"
				case ProblemTimeout:
					why = "0x20 failed, then got too few replies in fallback"
				}
			}
			if p != ProblemNone {
				res.fail(p, why)
			}
			return h, p == ProblemNone
		}
		if !below(s.Child.Zone, d.Zone) {
			res.fail(ProblemFailed, "a referral that leads nowhere")
			return h, false
		}
		d = s.Child
	}
	res.fail(ProblemLimit, "exceeded the maximum of referrals")
	return Hop{}, false
}

// aboveCut returns the zone that has the DS records asked for, when a server
// that is also the child's answered in the child's name: the parent is then
// looked for by its own NS records.
func (c *Client) aboveCut(ctx context.Context, d *Delegation, h Hop, rt route) *Delegation {
	up := parent(h.Name)
	if h.Type != dns.TypeDS || h.Reading.Lame != "other-zone" || d.Zone == up || len(rt.zones) > maxDepth {
		return nil
	}
	c.lookup(ctx, up, dns.TypeNS, rt.to(d.Zone))
	if deeper := c.Deepest(up); below(deeper.Zone, d.Zone) {
		return deeper
	}
	return nil
}

// ask1 asks the servers of a zone, but for those to avoid. When there are no
// others, the one avoided first is asked: a way along aliases has servers of
// several zones to avoid, and the fault lies with one of them. Unbound asks
// those it avoids last (BLACKLIST_PENALTY). Where only name servers are looked
// for, avoiding is no loss.
func (c *Client) ask1(ctx context.Context, d *Delegation, servers []ServerAddr, name string, qtype uint16, rt route) Step {
	s := c.askOthers(ctx, d, servers, name, qtype, rt)
	if s.Child != nil || len(s.Answers) > 0 || len(rt.avoid) == 0 || len(rt.zones) > 0 {
		return s
	}
	return c.descend(ctx, d, rt.avoidedFirst(servers), name, qtype)
}

// askOthers asks the servers of a zone, and, when none of their addresses is of
// use, those that the same names have elsewhere: their own address records
// where glue was used, glue that some parent gave where it was not.
func (c *Client) askOthers(ctx context.Context, d *Delegation, servers []ServerAddr, name string, qtype uint16, rt route) Step {
	s := c.first(ctx, d, rt.inTurn(d.Zone, rt.without(servers), name, qtype), name, qtype, rt)
	p, _ := failing(d.Zone, s.Answers)
	if s.Child != nil || d.Parent == "" || rt.has(d.Zone) {
		return s
	}
	from := d
	switch weak := weakness(d.Zone, s.Answers); {
	case p != ProblemNone || weak == "recursive":
	case weak == "empty" && len(s.Answers) == 1:
		from = d.unglued() // the first that has nothing; a second one is believed
	default:
		return s
	}
	var more []ServerAddr
	own, _ := c.glueless(ctx, from, rt.to(d.Zone))
	for _, other := range rt.without(slices.Concat(own, c.seenGlue(d))) {
		if !slices.ContainsFunc(slices.Concat(servers, more), func(s ServerAddr) bool { return s.Addr == other.Addr }) {
			more = append(more, other)
		}
	}
	if len(more) == 0 {
		return s
	}
	again := c.descend(ctx, d, more, name, qtype)
	if q, _ := failing(d.Zone, again.Answers); p == ProblemNone && q != ProblemNone {
		return s
	}
	again.Answers = append(s.Answers, again.Answers...)
	return again
}

// first asks servers of a zone for the first time. Where some are avoided, what
// others were told by those is no help.
func (c *Client) first(ctx context.Context, d *Delegation, servers []ServerAddr, name string, qtype uint16, rt route) Step {
	if len(rt.avoid) > 0 {
		return c.descend(ctx, d, servers, name, qtype)
	}
	return c.Descend(ctx, d, servers, name, qtype)
}

// weakness is why the last of some answers would rather not be taken, or "".
func weakness(zone string, answers []*Answer) string {
	if len(answers) == 0 {
		return ""
	}
	return Read(zone, answers[len(answers)-1]).Weak
}

// inTurn spreads the questions for the addresses of name servers over the
// servers of their zone, so that one of them does not get them all. At a
// registry the servers that have answered the first question do.
func (r route) inTurn(zone string, servers []ServerAddr, name string, qtype uint16) []ServerAddr {
	if len(r.zones) == 0 || len(servers) == 0 || Public(zone) {
		return servers
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, name)
	first := int((h.Sum64() + uint64(qtype)) % uint64(len(servers)))
	return slices.Concat(servers[first:], servers[:first])
}

func (r route) without(servers []ServerAddr) []ServerAddr {
	return slices.DeleteFunc(slices.Clone(servers), func(s ServerAddr) bool {
		return slices.Contains(r.avoid, s.Addr.String())
	})
}

// avoidedFirst returns the server that was the first to be avoided, if any was.
func (r route) avoidedFirst(servers []ServerAddr) []ServerAddr {
	for _, addr := range r.avoid {
		if i := slices.IndexFunc(servers, func(s ServerAddr) bool { return s.Addr.String() == addr }); i >= 0 {
			return servers[i : i+1]
		}
	}
	return nil
}

// below reports whether a zone lies strictly below another. "" is no zone.
func below(zone, above string) bool { return zone != "" && zone != above && InZone(zone, above) }

// alias adds what a message says of an alias: the CNAME, the DNAME it comes
// from, their signatures, and the proofs that a wildcard made it.
func (r *Resolution) alias(h Hop) {
	a := h.Answers[len(h.Answers)-1]
	al := h.Reading.Alias
	r.Aliases = append(r.Aliases, *al)
	answer := signed(a.Msg.Answer, a.Msg.Ns, a.Msg.Extra)
	for _, rr := range answer { // before the CNAME that it makes, as Unbound puts them
		if al.DNAME != "" && canonical(rr.Header().Name) == al.DNAME && covered(rr) == dns.TypeDNAME {
			r.Answer = append(r.Answer, rr)
		}
	}
	var have bool
	for _, rr := range answer {
		owner := canonical(rr.Header().Name)
		if cname, ok := rr.(*dns.CNAME); ok && (owner != al.From || canonical(cname.Target) != al.To) {
			continue // not the one that its DNAME makes
		}
		if owner == al.From && covered(rr) == dns.TypeCNAME {
			r.Answer = append(r.Answer, rr)
			have = true
		}
	}
	if !have {
		r.Answer = append(r.Answer, &dns.CNAME{
			Hdr:    dns.RR_Header{Name: dns.Fqdn(al.From), Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: al.TTL},
			Target: dns.Fqdn(al.To),
		})
	}
	for _, rr := range denial(a.Msg, h.Zone) {
		if covered(rr) != dns.TypeSOA {
			r.Authority = append(r.Authority, rr)
		}
	}
}

// end adds the last answer.
func (r *Resolution) end(h Hop) {
	a := h.Answers[len(h.Answers)-1]
	r.Rcode = a.Msg.Rcode & 0xF
	if a.Type == dns.TypeCNAME || r.Rcode == dns.RcodeYXDomain {
		r.Answer = append(r.Answer, dnameOver(a, h.Zone)...)
	}
	records := h.Reading.Records // signatures over none are no answer
	for _, rr := range signed(a.Msg.Answer, a.Msg.Ns, a.Msg.Extra) {
		h := rr.Header()
		asked := a.Type == dns.TypeANY || h.Rrtype == a.Type || covered(rr) == a.Type && len(records) > 0
		if canonical(h.Name) == a.Name && asked && h.Class == dns.ClassINET {
			r.Answer = append(r.Answer, rr)
		}
	}
	for _, rr := range a.Msg.Ns {
		if a.Type == dns.TypeDS && covered(rr) == dns.TypeDS && canonical(rr.Header().Name) == a.Name {
			r.Answer = append(r.Answer, rr)
		}
	}
	r.Authority = append(r.Authority, denial(a.Msg, h.Zone)...)
}

// dnameOver returns the DNAME above the name asked, with its signatures: the
// CNAME that is asked for may be made from it and have none (RFC 6672 §5.3.1).
func dnameOver(a *Answer, zone string) []dns.RR {
	var rrs []dns.RR
	for _, rr := range a.Msg.Answer {
		owner := canonical(rr.Header().Name)
		if covered(rr) == dns.TypeDNAME && below(a.Name, owner) && InZone(owner, zone) {
			rrs = append(rrs, rr)
		}
	}
	return rrs
}

// covered returns the type of a record, or for a signature the type it signs.
func covered(rr dns.RR) uint16 {
	if sig, ok := rr.(*dns.RRSIG); ok {
		return sig.TypeCovered
	}
	return rr.Header().Rrtype
}

// noServers says why a zone has no server to ask.
func noServers(ctx context.Context, why Problem) (Problem, string) {
	switch {
	case ctx.Err() != nil:
		return ProblemNotAsked, "the run ended"
	case why == ProblemCyclic || why == ProblemLimit || why == ProblemNotAsked:
		return why, "no addresses for nameservers"
	}
	return ProblemFailed, "no addresses for nameservers"
}

// useless says in Unbound's words why an answer was thrown away.
func useless(a *Answer) string {
	switch {
	case a.NeedsTCP && a.TCPFailure != "":
		return " got SERVFAIL" // as it takes a connection that ends early
	case a.Msg == nil:
		return " could not parse upstream response"
	case a.Msg.Rcode&0xF == dns.RcodeNotImplemented:
		return " got NOTIMPL"
	case a.Msg.Rcode&0xF != dns.RcodeSuccess:
		return " got " + rcodeWord(a.Msg.Rcode&0xF)
	case len(a.Msg.Answer) == 0:
		return " nodata answer"
	}
	return ""
}

func rcodeWord(rcode int) string {
	if word, ok := dns.RcodeToString[rcode]; ok {
		return word
	}
	return fmt.Sprintf("RCODE%d", rcode)
}

// failing says why a step has no usable answer; it has one when the last
// answer is usable.
func failing(zone string, answers []*Answer) (Problem, string) {
	if len(answers) == 0 {
		return ProblemNotAsked, "nameserver addresses not usable"
	}
	if Read(zone, answers[len(answers)-1]).Kind.Usable() {
		return ProblemNone, ""
	}
	p, why := ProblemNotAsked, "not asked"
	lineDied := slices.ContainsFunc(answers, func(a *Answer) bool { return a.Failure == LineDead || a.TCPFailure == LineDead })
	for _, a := range answers {
		failure := a.Failure
		if a.NeedsTCP && a.TCPFailure != "" {
			failure = a.TCPFailure
		}
		switch {
		case failure.Ours():
		case failure == Timeout, failure == Mismatched, failure == Unreachable && !a.NeedsTCP:
			// Unbound does not hear of ICMP, and by the time it gives up on a silent
			// server its client has gone (discard-timeout).
			if !lineDied {
				return ProblemTimeout, "upstream server timeout"
			}
		default:
			p, why = ProblemFailed, "all servers for this domain failed, at zone "+dns.Fqdn(zone)+" from "+a.Server.String()+useless(a)
		}
	}
	return p, why
}

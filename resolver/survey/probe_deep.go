package survey

import (
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// deep asks the rest of the plan, one question after another.
func (p prober) deep(edns bool) {
	q := p.question()
	q.Plain = true
	p.judged("dns", q, plainWords)
	if edns {
		p.deepEDNS()
	}
	p.judged("foreign", resolver.Probe{Name: ".", Type: dns.TypeNS, Plain: !edns}, foreignWords)
	p.loss()
}

// deepEDNS asks what needs EDNS.
func (p prober) deepEDNS() {
	q := p.question()
	q.NoDO = true
	p.judged("do", q, doWords)
	q = p.question()
	q.Bits = true
	p.judged("zflag", q, bitWords)
	p.nsid()
	p.sizes()
}

// nsid asks for the server's name for itself, which is evidence of who answers
// at an anycast address.
func (p prober) nsid() {
	q := p.question()
	q.NSID = true
	r, ok := p.ask(q)
	if !ok {
		return
	}
	var words []string
	if w := amiss(r.Observation); w != "" {
		words = append(words, w)
	}
	o := outcome("nsid", words, r.exchanges)
	if failed(r.Observation) == "" {
		if id, ok := option(r.Reply.Msg, dns.EDNS0NSID).(*dns.EDNS0_NSID); ok && id.Nsid != "" {
			o.Detail = "calls itself " + unhex(id.Nsid)
		}
	}
	p.record(o)
}

// sizes asks for a large answer with little and with much room for it.
func (p prober) sizes() {
	small := p.challenge()
	small.Size = dns.MinMsgSize
	p.judged("edns512", small, sizeWords)
	large := p.challenge()
	if len(p.DS) > 0 {
		large = resolver.Probe{Name: p.Name, Type: dns.TypeDNSKEY}
	}
	large.Size = 4096
	p.judged("edns4096", large, func(o resolver.Observation) []string {
		switch w := failed(o); w {
		case "":
			return nil
		case "timeout":
			return []string{"lost"}
		default:
			return []string{w}
		}
	})
}

// loss asks the same three times, once what was asked before may be forgotten: a
// limit on the rate of answers is no loss.
func (p prober) loss() {
	var es []Exchange
	var words []string
	for i := range 3 {
		d := window
		if i > 0 {
			d = 500 * time.Millisecond
		}
		if !p.t.pause(d) {
			return
		}
		o, sent := p.once(resolver.UDP, p.question())
		if !sent {
			return
		}
		es = append(es, p.exchanges(p.question(), []resolver.Observation{o})...)
		if failed(o) == "timeout" {
			words = []string{"lossy"}
		}
	}
	p.record(outcome("loss", words, es))
}

package main

import (
	"fmt"

	"github.com/miekg/dns"

	"dns01/report"
	"dns01/resolver"
)

// sent writes an exchange as a line of JSON, for --format jsonl. There is
// nothing to do about its failure: the report's will be seen.
func (p *program) sent(ob resolver.Observation) {
	s := report.Sent{At: ob.At, Server: "resolver", Transport: string(ob.Query.Transport), Took: ob.Took}
	if a := ob.Query.Server; a.IsValid() {
		s.Server = fmt.Sprintf("%s#%d", a.Addr(), a.Port())
	}
	if q := ob.Query.Msg.Question; len(q) > 0 {
		s.Name, s.Type = q[0].Name, dns.Type(q[0].Qtype).String()
	}
	if ob.Err != nil {
		s.Failure = string(resolver.FailureOf(ob.Err))
	} else {
		s.Rcode, s.Flags, s.Bytes = rcodeName(ob.Reply.Msg.Rcode), flagsOf(ob.Reply.Msg), ob.Reply.Size
	}
	p.chatter.Lock()
	defer p.chatter.Unlock()
	_ = report.SentLine(p.stdout, s)
}

// begin writes the first line of an order, for --format jsonl.
func (p *program) begin(o options) error {
	p.chatter.Lock()
	defer p.chatter.Unlock()
	return delivered(report.StartLine(p.stdout, report.Start{
		Tool: p.tool(), At: p.now(), CA: o.order.CA.ID, Identifiers: o.names,
	}))
}

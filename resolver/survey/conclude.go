package survey

import (
	"context"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/dnssec"
)

// Conclude is what a CA's resolver at this place makes of a question: one
// server after another from the deepest zone known, along aliases, validated
// where v is set. A question that the run had no time or no way to ask comes
// back as [NotAsked].
func Conclude(ctx context.Context, c *resolver.Client, v *dnssec.Validator, q Question) PerspectiveAnswer {
	a := PerspectiveAnswer{Question: q}
	qtype := dns.StringToType[q.Type]
	res := c.Lookup(ctx, q.Name, qtype)
	response, rcode := res.Response(), res.Rcode
	if res.Problem == resolver.ProblemNone && v != nil {
		var verdict dnssec.Verdict
		response, verdict = v.Resolve(ctx, q.Name, qtype)
		rcode = verdict.Rcode
		if verdict.Status == dnssec.Bogus {
			rcode = dns.RcodeServerFailure
		}
	}
	switch {
	case ctx.Err() != nil, res.Problem == resolver.ProblemNotAsked:
		a.Status = NotAsked
	case res.Problem == resolver.ProblemTimeout:
		a.Status = Timeout
	case response.Failed, rcode != dns.RcodeSuccess && rcode != dns.RcodeNameError:
		a.Status = Lame
	default:
		a.Records = ofType(response.Answer, qtype)
		a.Status = concluded(rcode, len(a.Records))
	}
	return a
}

// concluded is the status of an answer that a resolver gives out.
func concluded(rcode, records int) Status {
	switch {
	case rcode == dns.RcodeNameError:
		return NXDomain
	case records == 0:
		return NoData
	}
	return Answered
}

// ofType are the records of a type: those at the end of the aliases.
func ofType(rrs []dns.RR, qtype uint16) []Record {
	var rs []Record
	for _, rr := range rrs {
		if rr.Header().Rrtype == qtype {
			rs = append(rs, RecordOf(rr))
		}
	}
	return rs
}

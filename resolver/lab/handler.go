package lab

import (
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A request is a query as it arrives at one address of a server, at a time
// counted from the start of the world.
type request struct {
	at        time.Duration
	server    netip.Addr
	transport resolver.Transport
	msg       *dns.Msg
	before    int    // how many queries came on the same connection before
	from      string // the perspective that asks; "" for here
}

// A response is what becomes of a request. The zero value is silence.
type response struct {
	msg     *dns.Msg
	failure resolver.Failure // Unreachable or Closed; then msg is nil
	delay   time.Duration    // on top of the round trip
	// garbled messages cannot be read; those from elsewhere have another
	// source address than was asked.
	garbled, elsewhere bool
	passage

	zone  *zone // in which the name asked for lies, if any
	empty bool  // the answer denies data at an empty non-terminal
}

// A handler answers requests: a server, or a fault before one.
type handler func(request) response

// question returns the question, or the zero value if there is not just one.
func (r request) question() dns.Question {
	if len(r.msg.Question) != 1 {
		return dns.Question{}
	}
	return r.msg.Question[0]
}

// wantsDNSSEC reports whether the query has the DO bit (RFC 3225 §3).
func (r request) wantsDNSSEC() bool {
	opt := r.msg.IsEdns0()
	return opt != nil && opt.Do()
}

// reply begins the answer to a request: the question as it came, with an OPT
// record of our own if the query had one (RFC 6891 §6.1.1).
func (r request) reply(rcode int) *dns.Msg {
	m := new(dns.Msg)
	m.Id = r.msg.Id
	m.Response = true
	m.Opcode = r.msg.Opcode
	m.RecursionDesired = r.msg.RecursionDesired
	m.CheckingDisabled = r.msg.CheckingDisabled
	m.Rcode = rcode
	m.Question = append(m.Question, r.msg.Question...)
	if opt := r.msg.IsEdns0(); opt != nil {
		m.SetEdns0(udpSize, opt.Do())
	}
	return m
}

// fails is the response that consists of an rcode.
func (r request) fails(rcode int) response {
	return response{msg: r.reply(rcode)}
}

// standard stands before every server: it refuses what is not a plain query.
func standard(next handler) handler {
	return func(r request) response {
		opt := r.msg.IsEdns0()
		switch {
		case opt != nil && opt.Version() != 0:
			return r.fails(dns.RcodeBadVers) // RFC 6891 §6.1.3
		case r.msg.Opcode != dns.OpcodeQuery:
			return r.fails(dns.RcodeNotImplemented)
		case len(r.msg.Question) != 1:
			return r.fails(dns.RcodeFormatError)
		case r.question().Qclass != dns.ClassINET, transfer(r.question().Qtype):
			return r.fails(dns.RcodeRefused)
		}
		return next(r)
	}
}

func transfer(qtype uint16) bool {
	return qtype == dns.TypeAXFR || qtype == dns.TypeIXFR
}

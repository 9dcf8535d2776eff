package lab

import (
	"fmt"

	"github.com/miekg/dns"
)

// rcode answers with an rcode and nothing else.
func rcode(code int) fault {
	return func(handler) handler {
		return func(r request) response { return r.fails(code) }
	}
}

// lame answers as a server does that does not have the zone.
func lame(next handler) handler { return rcode(dns.RcodeRefused)(next) }

// nxdomain denies that the name exists, with the authority of the zone.
func nxdomain(next handler) handler {
	return func(r request) response { return denied(r, next(r)) }
}

// denied turns what a zone said into a denial of the name asked for. What has
// come from no zone is left alone.
func denied(r request, resp response) response {
	if resp.zone == nil {
		return resp
	}
	m := r.reply(dns.RcodeNameError)
	m.Authoritative = true
	m.Ns = []dns.RR{resp.zone.soa()}
	resp.msg = m
	return resp
}

// upwardForeign answers so what is outside of its zones only.
func upwardForeign(s setting) (fault, error) {
	up, err := upward(s)
	if err != nil {
		return nil, err
	}
	return func(next handler) handler {
		foreign := up(next)
		return func(r request) response {
			if resp := next(r); resp.zone != nil || resp.msg == nil || resp.msg.Rcode != dns.RcodeRefused {
				return resp
			}
			return foreign(r)
		}
	}, nil
}

// upward answers with a referral to the root, as servers once did for zones
// they do not have.
func upward(s setting) (fault, error) {
	if len(s.args) > 0 {
		return nil, fmt.Errorf("unknown word %q", s.args[0])
	}
	rootNS := nameServers(".", s.serving("."))
	return func(handler) handler {
		return func(r request) response {
			m := r.reply(dns.RcodeSuccess)
			m.Ns = copied(rootNS)
			return response{msg: m}
		}
	}, nil
}

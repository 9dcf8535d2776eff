package lab

import (
	"slices"

	"github.com/miekg/dns"
)

// toEDNS is a fault for queries with an OPT record only.
func toEDNS(f fault) fault {
	return func(next handler) handler {
		faulty := f(next)
		return func(r request) response {
			if r.msg.IsEdns0() != nil {
				return faulty(r)
			}
			return next(r)
		}
	}
}

// noEDNS does not understand OPT: FORMERR, without question and OPT
// (RFC 6891 §7).
func noEDNS(next handler) handler {
	return toEDNS(func(handler) handler {
		return func(r request) response {
			m := r.reply(dns.RcodeFormatError)
			m.Question, m.Extra = nil, nil
			return response{msg: m}
		}
	})(next)
}

// ednsDrop loses queries with OPT, as some firewalls do.
func ednsDrop(next handler) handler { return toEDNS(drop)(next) }

// ednsIgnore answers as if there were no OPT in the query.
func ednsIgnore(next handler) handler {
	return toEDNS(func(next handler) handler {
		return func(r request) response {
			m := r.msg.Copy()
			m.Extra = slices.DeleteFunc(m.Extra, func(rr dns.RR) bool {
				return rr.Header().Rrtype == dns.TypeOPT
			})
			r.msg = m
			return next(r)
		}
	})(next)
}

// badVersion says BADVERS to every version, 0 included.
func badVersion(next handler) handler { return toEDNS(rcode(dns.RcodeBadVers))(next) }

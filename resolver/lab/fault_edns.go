package lab

import (
	"fmt"
	"slices"
	"strings"

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

// spoilsEDNS makes a fault for queries whose OPT has something odd: the word
// after its name says what becomes of them.
//
//	drop      they are lost
//	formerr   FORMERR, and any other rcode by its name in lower case
//	ignore    they are answered as if it were not there
//	echo      so too, and the oddity stands in the answer's OPT
func spoilsEDNS(odd func(*dns.OPT) bool, echo func(own, asked *dns.OPT)) maker {
	return func(s setting) (fault, error) {
		if len(s.args) != 1 {
			return nil, fmt.Errorf("want drop, ignore, echo or an rcode")
		}
		spoil, err := spoiler(s.args[0], echo)
		if err != nil {
			return nil, err
		}
		return func(next handler) handler {
			spoiled := spoil(next)
			return func(r request) response {
				if opt := r.msg.IsEdns0(); opt != nil && odd(opt) {
					return spoiled(r)
				}
				return next(r)
			}
		}, nil
	}
}

func spoiler(word string, echo func(own, asked *dns.OPT)) (fault, error) {
	switch word {
	case "drop":
		return drop, nil
	case "ignore":
		return plainOPT(func(*dns.OPT, *dns.OPT) {}), nil
	case "echo":
		return plainOPT(echo), nil
	}
	if code, ok := dns.StringToRcode[strings.ToUpper(word)]; ok {
		return rcode(code), nil
	}
	return nil, fmt.Errorf("%q is neither drop, ignore, echo nor an rcode", word)
}

// plainOPT answers a query as one with an OPT record that has nothing odd, and
// then does something with the answer's.
func plainOPT(echo func(own, asked *dns.OPT)) fault {
	return func(next handler) handler {
		return func(r request) response {
			asked := r.msg.IsEdns0()
			m := r.msg.Copy()
			opt := m.IsEdns0()
			opt.SetVersion(0)
			opt.SetZ(0)
			opt.Option = nil
			r.msg = m
			resp := next(r)
			if resp.msg == nil {
				return resp
			}
			if own := resp.msg.IsEdns0(); own != nil {
				echo(own, asked)
			}
			return resp
		}
	}
}

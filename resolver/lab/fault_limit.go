package lab

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// responseRateLimit answers a question so many times in any second over UDP;
// beyond that every second time with TC and nothing else, otherwise not at
// all, as BIND and NSD do. A second number says how many go by from one such
// answer to the next, 0 that there are none (BIND's slip).
func responseRateLimit(s setting) (fault, error) {
	slip := 2
	if len(s.args) == 2 {
		n, err := strconv.Atoi(s.args[1])
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is not a slip", s.args[1])
		}
		slip = n
	}
	if len(s.args) < 1 || len(s.args) > 2 {
		return nil, fmt.Errorf("want a number of answers a second, and a slip or none")
	}
	n, err := strconv.Atoi(s.args[0])
	if err != nil || n < 1 {
		return nil, fmt.Errorf("%q is not a number of answers a second", s.args[0])
	}
	return func(next handler) handler {
		var mu sync.Mutex
		limits := map[string]*limiter{}
		limited := 0
		slips := func(r request) (limit, slips bool) {
			mu.Lock()
			defer mu.Unlock()
			key := dns.CanonicalName(r.question().Name) + dns.Type(r.question().Qtype).String()
			if limits[key] == nil {
				limits[key] = &limiter{perSecond: n}
			}
			if limits[key].allow(r.at) {
				return false, false
			}
			limited++
			return true, slip > 0 && limited%slip == 0
		}
		return func(r request) response {
			if r.transport != resolver.UDP {
				return next(r)
			}
			limit, slip := slips(r)
			switch {
			case !limit:
				return next(r)
			case !slip:
				return response{}
			}
			m := r.reply(dns.RcodeSuccess)
			m.Truncated = true
			return response{msg: m}
		}
	}, nil
}

// lostOver loses answers over UDP that are longer than so many octets, as a
// network does that drops fragments.
func lostOver(s setting) (fault, error) {
	if len(s.args) != 1 {
		return nil, fmt.Errorf("want a number of octets")
	}
	most, err := strconv.Atoi(s.args[0])
	if err != nil || most < 1 {
		return nil, fmt.Errorf("%q is not a number of octets", s.args[0])
	}
	return func(next handler) handler {
		return func(r request) response {
			resp := next(r)
			if resp.msg == nil || r.transport != resolver.UDP {
				return resp
			}
			if wire, err := pack(r, resp.msg.Copy()); err == nil && len(wire) > most {
				return response{}
			}
			return resp
		}
	}, nil
}

package lab

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// drop loses the query.
func drop(handler) handler {
	return func(request) response { return response{} }
}

// wrongSource answers over UDP from another address than was asked.
func wrongSource(next handler) handler {
	return func(r request) response {
		resp := next(r)
		resp.elsewhere = r.transport == resolver.UDP
		return resp
	}
}

// garbage answers with a message that ends in the middle of a record.
func garbage(next handler) handler {
	return func(r request) response {
		resp := next(r)
		resp.garbled = true
		return resp
	}
}

// unreachable has the address refuse, by ICMP or TCP reset.
func unreachable(handler) handler {
	return func(request) response { return response{failure: resolver.Unreachable} }
}

// overTCP is a fault for queries over TCP only.
func overTCP(f fault) fault {
	return func(next handler) handler {
		faulty := f(next)
		return func(r request) response {
			if r.transport == resolver.TCP {
				return faulty(r)
			}
			return next(r)
		}
	}
}

// noTCP refuses connections.
func noTCP(next handler) handler { return overTCP(unreachable)(next) }

// tcpOne answers one query on a connection and closes it.
func tcpOne(next handler) handler {
	return func(r request) response {
		if r.before > 0 {
			return response{failure: resolver.Closed}
		}
		return next(r)
	}
}

// tcpSilent takes connections and says nothing.
func tcpSilent(next handler) handler { return overTCP(drop)(next) }

// tcpClose takes a connection and closes it once the query is there.
func tcpClose(next handler) handler {
	return overTCP(func(handler) handler {
		return func(request) response { return response{failure: resolver.Closed} }
	})(next)
}

// slow takes its time, on top of the round trip.
func slow(s setting) (fault, error) {
	d, err := s.duration()
	if err != nil {
		return nil, err
	}
	return func(next handler) handler {
		return func(r request) response {
			resp := next(r)
			resp.delay += d
			return resp
		}
	}, nil
}

// rateLimit answers so many queries in any second and drops the rest, at each
// address for itself.
func rateLimit(s setting) (fault, error) {
	refuses := len(s.args) == 2 && s.args[1] == "refused"
	if len(s.args) != 1 && !refuses {
		return nil, fmt.Errorf("want a number of answers a second, and \"refused\" if more are not dropped")
	}
	n, err := strconv.Atoi(s.args[0])
	if err != nil || n < 1 {
		return nil, fmt.Errorf("%q is not a number of answers a second", s.args[0])
	}
	return func(next handler) handler {
		l := &limiter{perSecond: n}
		return func(r request) response {
			switch {
			case l.allow(r.at):
				return next(r)
			case refuses:
				return r.fails(dns.RcodeRefused)
			}
			return response{}
		}
	}, nil
}

// A limiter allows perSecond events within any second.
type limiter struct {
	perSecond int

	mu     sync.Mutex
	recent []time.Duration // of those allowed
}

func (l *limiter) allow(at time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.recent) > 0 && l.recent[0] <= at-time.Second {
		l.recent = l.recent[1:]
	}
	if len(l.recent) >= l.perSecond {
		return false
	}
	l.recent = append(l.recent, at)
	return true
}

package lab

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/miekg/dns"
)

// noSOA leaves the SOA out of negative answers.
func noSOA(next handler) handler {
	return changed(func(m *dns.Msg) { m.Ns = without(m.Ns, dns.TypeSOA) })(next)
}

// foreignSOA answers negatively with the SOA of a zone that was not asked.
func foreignSOA(next handler) handler {
	return changed(func(m *dns.Msg) {
		for _, rr := range m.Ns {
			if soa, ok := rr.(*dns.SOA); ok {
				soa.Hdr.Name = "parking.invalid."
			}
		}
	})(next)
}

// aliasAndRecords gives the records that stand beside an alias along with it
// (against RFC 2181 §10.1).
func aliasAndRecords(next handler) handler {
	return func(r request) response {
		resp := next(r)
		if resp.msg == nil || resp.zone == nil {
			return resp
		}
		q := r.question()
		n := resp.zone.nodes[dns.CanonicalName(q.Name)]
		if len(n[dns.TypeCNAME]) == 0 || q.Qtype == dns.TypeCNAME {
			return resp
		}
		m := resp.msg.Copy()
		for _, rr := range n[q.Qtype] {
			m.Answer = append(m.Answer, dns.Copy(rr))
		}
		resp.msg = m
		return resp
	}
}

// entNXDomain denies that empty non-terminals exist (against RFC 8020 §2).
func entNXDomain(next handler) handler {
	return func(r request) response {
		resp := next(r)
		if resp.empty {
			return denied(r, resp)
		}
		return resp
	}
}

// stripDNSSEC leaves out everything that proves an answer. DNSKEY and DS
// records stay where they were asked for.
func stripDNSSEC(next handler) handler {
	return changed(func(m *dns.Msg) {
		m.Answer = without(m.Answer, dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3)
		m.Ns = without(m.Ns, dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3, dns.TypeDS)
		m.Extra = without(m.Extra, dns.TypeRRSIG)
	})(next)
}

func without(rrs []dns.RR, kinds ...uint16) []dns.RR {
	return slices.DeleteFunc(rrs, func(rr dns.RR) bool {
		return slices.Contains(kinds, rr.Header().Rrtype)
	})
}

// alternate answers every second query from the copies of another host, as
// servers behind one address do that are not in step.
func alternate(s setting) (fault, error) {
	if len(s.args) != 1 {
		return nil, fmt.Errorf("want the host whose copies take turns with its own")
	}
	host, err := absolute(s.args[0])
	if err != nil {
		return nil, err
	}
	other, known := s.hosted[host]
	if !known {
		return nil, fmt.Errorf("%s is not among the servers", s.args[0])
	}
	return func(next handler) handler {
		var turns atomic.Uint64
		return func(r request) response {
			if turns.Add(1)%2 == 0 {
				return other.handle(r)
			}
			return next(r)
		}
	}, nil
}

// rotate gives the records of the answer in another order each time.
func rotate(next handler) handler {
	var mu sync.Mutex
	turn := 0
	return func(r request) response {
		resp := next(r)
		if resp.msg == nil {
			return resp
		}
		mu.Lock()
		defer mu.Unlock()
		rotateSets(resp.msg.Answer, turn)
		turn++
		return resp
	}
}

// single gives one record of each set of the answer, the next one each time.
func single(next handler) handler {
	rotated := rotate(next)
	return func(r request) response {
		resp := rotated(r)
		if resp.msg == nil {
			return resp
		}
		m := resp.msg.Copy()
		m.Answer = slices.CompactFunc(m.Answer, func(a, b dns.RR) bool {
			return a.Header().Rrtype == b.Header().Rrtype && a.Header().Rrtype != dns.TypeCNAME
		})
		resp.msg = m
		return resp
	}
}

// rotateSets rotates each run of records of one type by n places. Aliases stay
// before what they lead to.
func rotateSets(rrs []dns.RR, n int) {
	for start := 0; start < len(rrs); {
		end := start + 1
		for end < len(rrs) && rrs[end].Header().Rrtype == rrs[start].Header().Rrtype {
			end++
		}
		if set := rrs[start:end]; set[0].Header().Rrtype != dns.TypeCNAME {
			k := n % len(set)
			copy(set, slices.Concat(set[k:], set[:k]))
		}
		start = end
	}
}

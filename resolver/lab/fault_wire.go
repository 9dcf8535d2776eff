package lab

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A passage is what happens to a response on its way. The zero value: nothing.
type passage struct {
	strays [][]byte      // datagrams that arrive just before it, over UDP
	twice  bool          // it arrives again, over UDP
	cut    float64       // the share of it that arrives; 0: all. Over TCP the connection ends there
	drip   time.Duration // over TCP: between one piece of it and the next
}

// piece is how much of a response arrives at once where it drips, in octets.
const piece = 16

// datagram is the response as it arrives over UDP.
func (r reaction) datagram() []byte { return r.wire[:r.end(len(r.wire), headerSize)] }

// stream is the response as it arrives over TCP: the pieces in which it comes,
// the length before it.
func (r reaction) stream() (parts [][]byte) {
	framed := append(binary.BigEndian.AppendUint16(nil, uint16(len(r.wire))), r.wire...)
	framed = framed[:r.end(len(framed), 1)]
	if r.drip == 0 {
		return [][]byte{framed}
	}
	return slices.Collect(slices.Chunk(framed, piece))
}

// pieces is in how many a message comes, with its length before it.
func (p passage) pieces(wire []byte) int {
	if p.drip == 0 {
		return 1
	}
	return (len(wire) + 2 + piece - 1) / piece
}

// end is where a message of so many octets ends, no earlier than least.
func (p passage) end(octets, least int) int {
	if p.cut == 0 {
		return octets
	}
	return min(max(int(p.cut*float64(octets)), least), octets-1)
}

// duplicate sends every datagram twice.
func duplicate(next handler) handler {
	return func(r request) response {
		resp := next(r)
		resp.twice = true
		return resp
	}
}

// jitter delays each answer for itself, by up to so much: they arrive in
// another order than they were asked for.
func jitter(s setting) (fault, error) {
	most, err := s.duration()
	if err != nil {
		return nil, err
	}
	return func(next handler) handler {
		chance := &draws{seed: s.seed}
		return func(r request) response {
			resp := next(r)
			resp.delay += time.Duration(chance.of(r).Float64() * float64(most))
			return resp
		}
	}, nil
}

// cut loses the end of an answer over UDP, from somewhere behind the header on.
func cut(s setting) (fault, error) { return cutOver(s, resolver.UDP) }

// tcpCut closes a connection in the middle of an answer.
func tcpCut(s setting) (fault, error) { return cutOver(s, resolver.TCP) }

func cutOver(s setting, t resolver.Transport) (fault, error) {
	if len(s.args) > 0 {
		return nil, fmt.Errorf("unknown word %q", s.args[0])
	}
	return func(next handler) handler {
		chance := &draws{seed: s.seed}
		return func(r request) response {
			resp := next(r)
			if r.transport == t {
				resp.cut = 0.01 + 0.98*chance.of(r).Float64()
			}
			return resp
		}
	}, nil
}

// tcpDrip sends an answer over TCP in small pieces, with so much time before
// each but the first.
func tcpDrip(s setting) (fault, error) {
	d, err := s.duration()
	if err != nil {
		return nil, err
	}
	return func(next handler) handler {
		return func(r request) response {
			resp := next(r)
			if r.transport == resolver.TCP {
				resp.drip = d
			}
			return resp
		}
	}, nil
}

// guess lets somebody who does not see the query send so many answers of his
// own in the server's name before it can reply: that nothing of the kind
// exists, with every ID but the right one, to another question, or as a query.
func guess(s setting) (fault, error) {
	if len(s.args) != 1 {
		return nil, fmt.Errorf("want a number of guesses")
	}
	n, err := strconv.Atoi(s.args[0])
	if err != nil || n < 1 || n > 1000 {
		return nil, fmt.Errorf("%q is not a number of guesses", s.args[0])
	}
	return func(next handler) handler {
		return func(r request) response {
			resp := next(r)
			if r.transport == resolver.UDP {
				resp.strays = slices.Concat(resp.strays, guesses(r, n))
			}
			return resp
		}
	}, nil
}

func guesses(r request, n int) [][]byte {
	m := r.reply(dns.RcodeSuccess)
	m.Authoritative = true
	m.Ns = []dns.RR{madeSOA(dns.CanonicalName(r.question().Name), "forged.invalid.")}
	wire, err := m.Pack()
	if err != nil {
		return nil
	}
	var all [][]byte
	for i := range n {
		g := slices.Clone(wire)
		switch {
		case i%8 == 3:
			g[2] &^= 0x80 // QR: a query
		case i%8 == 5 && len(r.question().Name) > 1:
			g[13] ^= 1 // the first letter of another name
		default:
			id := r.msg.Id + uint16(i) + 1
			g[0], g[1] = byte(id>>8), byte(id)
		}
		all = append(all, g)
	}
	return all
}

// duration is the one argument of a fault that takes a time.
func (s setting) duration() (time.Duration, error) {
	if len(s.args) != 1 {
		return 0, fmt.Errorf("want one duration")
	}
	return parseDuration(s.args[0])
}

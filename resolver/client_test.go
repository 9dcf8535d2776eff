package resolver

import (
	"context"
	"net/netip"
	"testing"

	"github.com/miekg/dns"
)

// strayed answers with so many strays before the reply, and with nothing but
// strays where the number is negative.
type strayed map[netip.Addr]int

func (s strayed) Exchange(_ context.Context, q Query) (Reply, error) {
	n := s[q.Server.Addr()]
	if n < 0 {
		return Reply{}, &Error{Failure: Mismatched}
	}
	return Reply{Msg: answerTo(q, fine), Strays: n}, nil
}

// Whoever guesses at what this host asks names root servers, too. One server that
// sends replies to something else does so to the CA as well, and one in whose name
// no guess came was not drowned by any.
func TestForged(t *testing.T) {
	root, server := addrOfText("198.51.100.1"), addrOfText("192.0.2.1")
	tests := map[string]struct {
		strays strayed
		want   bool
	}{
		"nothing but guesses":                     {strayed{root: -1, server: -1}, true},
		"guesses beside the root server's reply":  {strayed{root: 9, server: -1}, true},
		"guesses beside both replies":             {strayed{root: 9, server: 9}, true},
		"guesses in the server's name alone":      {strayed{server: -1}, false},
		"guesses in the root server's name alone": {strayed{root: -1}, false},
		"no guesses": {strayed{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := New(Config{Exchanger: test.strays, Roots: []Root{{Name: "a.root.", Addrs: []netip.Addr{root}}}, AllowPrivate: true})
			for _, a := range []netip.Addr{root, server} {
				c.ProbeOnce(context.Background(), a, UDP, Probe{Name: "example.com", Type: dns.TypeSOA})
			}
			if got := c.Forged(server); got != test.want {
				t.Errorf("forged: %t, want %t", got, test.want)
			}
		})
	}
}

package survey

import (
	"context"
	"net/netip"
	"testing"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// guessed are addresses in whose name nothing but replies to other questions comes.
type guessed []netip.Addr

func (g guessed) Exchange(_ context.Context, q resolver.Query) (resolver.Reply, error) {
	for _, a := range g {
		if a == q.Server.Addr() {
			return resolver.Reply{}, &resolver.Error{Failure: resolver.Mismatched}
		}
	}
	return resolver.Reply{}, &resolver.Error{Failure: resolver.Timeout}
}

// A flood of guesses of which some are lost looks like silence to the question
// that lost them: it is left open like the others to that server.
func TestSilenceUnderGuessesIsLeftOpen(t *testing.T) {
	root, flooded, silent := netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	c := resolver.New(resolver.Config{Exchanger: guessed{root, flooded}, Roots: []resolver.Root{{Name: "a.root.", Addrs: []netip.Addr{root}}}, AllowPrivate: true})
	for _, a := range []netip.Addr{root, flooded, silent} {
		c.ProbeOnce(context.Background(), a, resolver.UDP, resolver.Probe{Name: "example.com", Type: dns.TypeSOA})
	}
	as := []*Answer{{Addr: flooded, Status: Timeout}, {Addr: flooded, Status: Timeout, Mismatched: true}, {Addr: flooded, Status: Answered}, {Addr: silent, Status: Timeout}}
	tk := &taker{c: c, lookups: map[lookupKey]*lookup{{}: {Lookup: Lookup{Answers: as}}}}
	tk.discountForged()
	for i, want := range []Answer{{Status: NotAsked, Lame: "forged"}, {Status: NotAsked, Lame: "forged"}, {Status: Answered}, {Status: Timeout}} {
		if a := as[i]; a.Status != want.Status || a.Lame != want.Lame {
			t.Errorf("answer %d of %s is %q %q, want %q %q", i, a.Addr, a.Status, a.Lame, want.Status, want.Lame)
		}
	}
}

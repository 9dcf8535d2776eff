package lab

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver"
)

const laterWorld = `A world that changes twice
-- target --
example.com
-- servers --
ns1.example.com 192.0.2.1
-- zone example.com @ ns1.example.com --
@ TXT "old"
-- after 1h zone example.com @ ns1.example.com --
@ TXT "new"
-- faults --
ns1.example.com type=CAA after=30m until=2h refuse
`

// Who learns the tool on a made-up world need not wait an hour for its change.
func TestAdvance(t *testing.T) {
	s, err := Parse("later", []byte(laterWorld))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, err := s.World()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour}, w.Edits()); diff != "" {
			t.Errorf("edits (-want +got):\n%s", diff)
		}
		if got := txtOf(t, w); got != `"old"` {
			t.Errorf("at first %s", got)
		}
		w.Advance(-time.Hour)
		for _, want := range []time.Duration{30 * time.Minute, time.Hour} {
			if at, ok := w.AdvanceToEdit(); !ok || at != want {
				t.Errorf("advanced to %v, %v, want %v", at, ok, want)
			}
		}
		if got := txtOf(t, w); got != `"new"` {
			t.Errorf("after an hour %s", got)
		}
		w.Advance(time.Hour)
		if at, ok := w.AdvanceToEdit(); ok {
			t.Errorf("advanced to %v, and nothing was left", at)
		}
	})
}

func txtOf(t *testing.T, w *World) string {
	t.Helper()
	m := new(dns.Msg).SetQuestion("example.com.", dns.TypeTXT)
	r, err := w.Exchange(t.Context(), resolver.Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: resolver.UDP, Msg: m})
	if err != nil || len(r.Msg.Answer) != 1 {
		t.Fatalf("no answer: %v", err)
	}
	return r.Msg.Answer[0].(*dns.TXT).String()[len(r.Msg.Answer[0].Header().String()):]
}

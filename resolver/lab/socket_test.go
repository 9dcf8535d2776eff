package lab

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver"
)

// live asks over the world's sockets, with the client that is used in earnest.
func live(t *testing.T, w *World, words string) (string, resolver.Reply) {
	t.Helper()
	q := query(t, words)
	q.Timeout = patience
	r, err := resolver.Live{Sockets: w}.Exchange(t.Context(), q)
	if err != nil {
		return string(resolver.FailureOf(err)), r
	}
	return show(r.Msg), r
}

// Sockets in memory must show what the lab's own exchange shows, or a test
// over them tries another world.
func TestSockets(t *testing.T) {
	const tcp = "tcp 192.0.2.1 example.com TXT"
	fine := lines("NOERROR aa edns", here)
	for _, test := range []struct{ fault, query, want string }{
		{"p=0.001 drop", txt, fine},
		{"p=0.001 drop", tcp, fine},
		{"p=0.001 drop", "udp 2001:db8::1 example.com TXT", fine},
		{"drop", txt, "timeout"},
		{"drop", tcp, "timeout"},
		{"unreachable", txt, "unreachable"},
		{"unreachable", tcp, "unreachable"},
		{"no-tcp", tcp, "unreachable"},
		{"type=TXT unreachable", tcp, "closed"}, // a reset: the query is read first
		{"tcp-silent", tcp, "timeout"},
		{"tcp-close", tcp, "closed"},
		{"slow 4s", txt, fine},
		{"slow 6s", txt, "timeout"},
		{"slow 6s", tcp, "timeout"},
		{"duplicate", txt, fine},
		{"jitter 50ms", txt, fine},
		{"guess 20", txt, fine},
		{"guess 20", tcp, fine},
		{"guess 64", txt, "mismatched"}, // more than Live reads
		{"cut", txt, "malformed"},
		{"cut", tcp, fine},
		{"tcp-cut", tcp, "closed"},
		{"tcp-drip 60ms", tcp, fine},
		{"tcp-drip 6s", tcp, "timeout"},
		{"garbage", txt, "malformed"},
		{"garbage", tcp, "malformed"},
		{"wrong-id", txt, "mismatched"},
		{"wrong-id", tcp, "mismatched"},
		{"wrong-source", txt, "timeout"},
		{"truncate", txt, "NOERROR aa tc edns"},
		{"p=0.001 drop", "udp 192.0.2.200 example.com TXT", "timeout"}, // nobody lives there
		{"p=0.001 drop", "tcp 192.0.2.200 example.com TXT", "timeout"},
	} {
		t.Run(test.fault+"/"+test.query, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, _ := live(t, world(t, faulty+"ns1.example.com "+test.fault+"\n"), test.query)
				diff(t, "it", test.want, got)
			})
		})
	}
}

// Times are the world's own: a round trip for the handshake, another for the
// query, and what faults add.
func TestSocketTimes(t *testing.T) {
	for _, test := range []struct {
		fault, query string
		want         time.Duration
	}{
		{"p=0.001 drop", txt, 10 * time.Millisecond},
		{"p=0.001 drop", "tcp 192.0.2.1 example.com TXT", 20 * time.Millisecond},
		{"slow 700ms", txt, 710 * time.Millisecond},
		{"tcp-drip 60ms", "tcp 192.0.2.1 example.com TXT", (20 + 3*60) * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, r := live(t, world(t, faulty+"ns1.example.com "+test.fault+"\n"), test.query)
			if whole(r.RTT) != test.want {
				t.Errorf("%s, %s: %s, want %s", test.fault, test.query, r.RTT, test.want)
			}
		})
	}
}

// Guesses are counted, and none is taken: what they say is not in the answer.
func TestGuesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com guess 20\n")
		got, r := live(t, w, txt)
		diff(t, "over sockets", lines("NOERROR aa edns", here), got)
		if r.Strays != 20 {
			t.Errorf("%d strays over sockets, want 20", r.Strays)
		}
		r, err := w.Exchange(t.Context(), query(t, txt))
		if err != nil || r.Strays != 20 {
			t.Errorf("%d strays (%v), want 20", r.Strays, err)
		}
		w = world(t, faulty+"ns1.example.com guess 20\nns1.example.com drop\n")
		diff(t, "and no reply", "mismatched", ask(t, w, txt))
		got, _ = live(t, w, txt)
		diff(t, "and no reply, over sockets", "mismatched", got)
	})
}

// A socket that takes datagrams from anywhere hears where they come from.
func TestListenFromElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com wrong-source\n")
		q := query(t, txt)
		q.Timeout = patience
		from, r, err := resolver.Live{Sockets: w}.Overhear(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "the answer", lines("NOERROR aa edns", here), show(r.Msg))
		if want := netip.MustParseAddrPort("192.0.2.2:53"); from != want {
			t.Errorf("from %s, want %s", from, want)
		}
	})
}

// Several questions on one connection are answered one after the other.
func TestSocketConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com tcp-one\n")
		qs := []resolver.Query{query(t, "tcp 192.0.2.1 example.com TXT"), query(t, "tcp 192.0.2.1 list.example.com TXT")}
		rs, err := resolver.Live{Sockets: w}.Converse(t.Context(), qs)
		if len(rs) != 1 || resolver.FailureOf(err) != resolver.Closed {
			t.Errorf("%d replies and %v, want one and a closed connection", len(rs), err)
		}
		qs[0].Server, qs[1].Server = netip.MustParseAddrPort("192.0.2.2:53"), netip.MustParseAddrPort("192.0.2.2:53")
		if rs, err = (resolver.Live{Sockets: w}).Converse(t.Context(), qs); len(rs) != 2 || err != nil {
			t.Errorf("%d replies and %v, want two", len(rs), err)
		}
	})
}

// Without a network there is an error at once, and one that goes away takes
// what is on its way with it.
func TestNetworkGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com slow 2s\n-- network --\nno-network after=1s until=9s\nno-ipv6 after=20s\n")
		w.Start()
		var got []string
		both := func() {
			a, _ := live(t, w, txt)
			got = append(got, firstWord(a), firstWord(ask(t, w, txt)))
		}
		a, _ := live(t, w, txt) // gone before it is answered
		got = append(got, a)
		both()
		sleepUntil(w, 9)
		both()
		sleepUntil(w, 20)
		v6, _ := live(t, w, "udp 2001:db8::1 example.com TXT")
		got = append(got, v6)
		want := []string{"timeout", "no-route", "no-route", "NOERROR", "NOERROR", "no-route"}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// A closed socket, and one whose time is up, do not keep a reader waiting.
func TestSocketDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, plainWorld)
		c, err := w.Dial(t.Context(), "udp", "192.0.2.1:53")
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
		if _, err := c.Read(make([]byte, 512)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v, want the deadline", err)
		}
		_ = c.SetDeadline(time.Time{})
		time.AfterFunc(time.Second, func() { _ = c.Close() })
		if _, err := c.Read(make([]byte, 512)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v, want a closed socket", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := w.Dial(ctx, "tcp", "192.0.2.200:53"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want the end of the context", err)
		}
		if _, err := w.Dial(t.Context(), "tcp", "192.0.2.1:54"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v, want a refusal", err)
		}
	})
}

// More that goes wrong leaves the scenario it is added to as it is.
func TestWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := Parse("plain", []byte(faulty+"ns1.example.com servfail\n-- network --\nrtt 20ms\nno-ipv6 after=1h\n"))
		if err != nil {
			t.Fatal(err)
		}
		more, err := s.With("more", []string{"192.0.2.1 first=1 refuse"}, []string{"no-network after=1h"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range []*Scenario{more, s} {
			w, err := s.World()
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, s.Name, firstWord(ask(t, w, txt)), firstWord(ask(t, w, txt)))
		}
		if d := cmp.Diff([]string{"more", "REFUSED", "SERVFAIL", "plain", "SERVFAIL", "SERVFAIL"}, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if len(s.network.noNetwork) != 0 {
			t.Error("the network of the first has changed")
		}
		if _, err := s.With("bad", []string{"192.0.2.1 explode"}, nil); err == nil {
			t.Error("an unknown fault is taken")
		}
		want := []string{"ns1.example.com", "ns2.example.com", "ns3.example.com", "a.root-servers.net", "b.root-servers.net",
			"a.nic.com", "b.nic.com", "a.nic.net", "b.nic.net"}
		if d := cmp.Diff(want, s.Hosts()); d != "" {
			t.Errorf("Hosts (-want +got):\n%s", d)
		}
	})
}

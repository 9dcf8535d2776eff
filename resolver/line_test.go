package resolver

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// lossyLine answers everything but what it loses, by what it is and when it is
// sent.
func lossyLine(lost func(q Query, at time.Duration) bool) *scripted {
	begun := time.Now()
	return &scripted{reply: func(q Query, _ int) *dns.Msg {
		if lost(q, time.Since(begun)) {
			return nil
		}
		return answerTo(q, fine)
	}}
}

// Silence while nobody is heard over UDP says nothing of a server. Where others
// are heard before it is given up, it is asked once more; one that was silent while
// others were heard is not.
func TestSilenceOfALineIsNotThatOfAServer(t *testing.T) {
	server, root := addrOfText("192.0.2.1"), addrOfText("198.51.100.2")
	roots := []Root{{Name: "a.root.", Addrs: []netip.Addr{root}}, {Name: "b.root.", Addrs: []netip.Addr{addrOfText("198.51.100.1")}}}
	away := func(from, to time.Duration) func(Query, time.Duration) bool {
		return func(q Query, at time.Duration) bool { return q.Transport == UDP && at >= from && at < to }
	}
	tests := map[string]struct {
		lost  func(q Query, at time.Duration) bool
		known bool // the server has answered something before
		want  Failure
	}{
		"UDP is back before it is sounded out":                      {away(time.Millisecond, 900*time.Millisecond), false, ""},
		"UDP is back while it is sounded out, and TCP was there":    {away(time.Millisecond, 1900*time.Millisecond), false, ""},
		"UDP is back when nobody is asked any more":                 {away(time.Millisecond, 2900*time.Millisecond), false, LineDead},
		"UDP is back during the last try at a server that is there": {away(time.Millisecond, 2200*time.Millisecond), true, ""},
		"the server is dead":                                        {func(q Query, _ time.Duration) bool { return q.Server.Addr() == server }, false, Timeout},
		"the server drops the type": {func(q Query, at time.Duration) bool {
			return q.Msg.Question[0].Qtype == dns.TypeCAA
		}, true, Timeout},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := lossyLine(test.lost)
				c := New(Config{Exchanger: x, Roots: roots, AllowPrivate: true})
				ask := func(a netip.Addr, qtype uint16) *Answer { return c.Ask(context.Background(), a, "example.com", qtype) }
				ask(root, dns.TypeTXT)
				if test.known {
					ask(server, dns.TypeTXT)
				}
				time.Sleep(time.Millisecond)
				if a := ask(server, dns.TypeCAA); a.Failure != test.want || a.TCPOnly {
					t.Errorf("failure %q, over TCP alone %t, want %q: %q", a.Failure, a.TCPOnly, test.want, x.asked)
				}
				c.Wait()
			})
		})
	}
}

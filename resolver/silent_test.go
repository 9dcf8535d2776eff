package resolver

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// What one client has found silent is sounded out by the next before it puts its
// questions there, and has them answered as soon as it is back.
func TestSilentAddressIsSoundedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent, dead := &Silent{}, true
		s := &scripted{reply: func(q Query, n int) *dns.Msg {
			if dead {
				return nil
			}
			return answerTo(q, fine)
		}}
		asks := func() (answers []*Answer, sent int) {
			before := len(s.asked)
			c := New(Config{Exchanger: s, Silent: silent})
			var wg sync.WaitGroup
			answers = make([]*Answer, 4)
			for i, qtype := range []uint16{dns.TypeTXT, dns.TypeCAA, dns.TypeNS, dns.TypeDNSKEY} {
				wg.Go(func() { answers[i] = c.Ask(t.Context(), addrOfText("192.0.2.1"), "example.com", qtype) })
			}
			wg.Wait()
			c.Wait()
			return answers, len(s.asked) - before
		}
		for i, want := range []int{7, 3, 3} {
			answers, sent := asks()
			if sent != want {
				t.Errorf("client %d sends %d questions to a dead address, want %d", i+1, sent, want)
			}
			for _, a := range answers {
				if a.Msg != nil || a.Failure != Timeout {
					t.Errorf("client %d, type %d: %+v", i+1, a.Type, a)
				}
			}
		}
		dead = false
		for i, want := range []int{6, 4} { // two to find out, over UDP and TCP
			answers, sent := asks()
			if sent != want {
				t.Errorf("client %d sends %d questions to an address that is back, want %d", i+1, sent, want)
			}
			for _, a := range answers {
				if a.Msg == nil {
					t.Errorf("client %d, type %d: %+v", i+1, a.Type, a)
				}
			}
		}
	})
}

// An address is silent as long as nobody has heard it, and not for ever; a list
// of dead servers that somebody else makes up must not fill the memory.
func TestSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Silent
		lately := func(n uint32, want bool) {
			t.Helper()
			if got := s.lately(addrOfNumber(n)); got != want {
				t.Errorf("%s: silent is %v, want %v", addrOfNumber(n), got, want)
			}
		}
		lately(1, false)
		s.note(addrOfNumber(1), true)
		s.note(addrOfNumber(2), true)
		lately(1, true)
		s.note(addrOfNumber(1), false)
		lately(1, false)
		lately(2, true)
		time.Sleep(silentFor)
		lately(2, false)
		for n := range uint32(3 * mostSilent) {
			s.note(addrOfNumber(n), true)
		}
		lately(3*mostSilent-1, true)
		if len(s.seen) > mostSilent {
			t.Errorf("%d addresses are kept in mind", len(s.seen))
		}
		var none *Silent
		none.note(addrOfNumber(1), true)
		if none.lately(addrOfNumber(1)) {
			t.Error("nil remembers")
		}
	})
}

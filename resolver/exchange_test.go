package resolver

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// A watch sends queries for months: one that is over must not leave a timer
// that goes off again and again.
func TestNothingHurriesAQueryThatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := make(chan func(), 1)
		var asked atomic.Int64
		q := Query{
			Server: netip.MustParseAddrPort("192.0.2.1:53"), Msg: new(dns.Msg).SetQuestion("example.com.", dns.TypeA),
			Hurry: func(waited time.Duration) time.Duration {
				if asked.Add(1); waited > 0 {
					over := <-set
					over() // the reply comes while the timer is at work
					set <- over
				}
				return 100 * time.Millisecond
			},
		}
		_, end := q.Context(t.Context())
		set <- end
		time.Sleep(time.Hour)
		if n := asked.Load(); n > 3 {
			t.Errorf("asked %d times for more time", n)
		}
	})
}

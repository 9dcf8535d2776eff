package resolver

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// A run that goes on for days over millions of servers must not keep each of
// them in mind; one that limits the rate of its answers must not be forgotten
// at once.
func TestPaceForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &told{msg: new(dns.Msg)}
		p := Pace(x, DefaultPacing).(*pacer)
		ask := func(n uint32) {
			q := Query{Server: netip.AddrPortFrom(addrOfNumber(n), 53), Transport: UDP, Msg: new(dns.Msg)}
			q.Msg.SetQuestion("example.com.", dns.TypeTXT)
			_, _ = p.Exchange(t.Context(), q)
		}
		ask(0)
		x.err = &Error{Failure: Timeout}
		ask(0) // a sign of limiting
		x.err = nil
		slower := p.lanes[addrOfNumber(0)].rate.Limit()
		for n := range uint32(50) * leastLanes {
			ask(1 + n)
			if n%leastLanes == 0 {
				time.Sleep(rest / 2)
			}
		}
		if most := 8 * leastLanes; len(p.lanes) > most {
			t.Errorf("%d addresses are kept in mind, want %d at most", len(p.lanes), most)
		}
		ask(0)
		if got := p.lanes[addrOfNumber(0)].rate.Limit(); got != slower {
			t.Errorf("a server that limits is asked %v times a second, want %v still", got, slower)
		}
	})
}

func addrOfNumber(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 0x0b000000+n)))
}

// Where there is nothing to keep to, nothing is kept.
func TestPaceNone(t *testing.T) {
	x := &told{}
	if got := Pace(x, Pacing{}); got != Exchanger(x) {
		t.Errorf("without pacing there is a %T before the servers", got)
	}
}

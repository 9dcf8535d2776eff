package resolver

import (
	"encoding/binary"
	"net/netip"
	"slices"
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
		if l := p.lanes[addrOfNumber(0)]; l == nil || l.rate.Limit() != slower {
			t.Errorf("a server that limits is not asked %v times a second still: %+v", slower, l)
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

// A process that runs for months must not ask a server slowly for ever because
// it was silent for a moment; and what has shown a limit is not asked in full at
// once.
func TestPaceRelents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &told{msg: new(dns.Msg)}
		p := Pace(x, DefaultPacing).(*pacer)
		q := Query{Server: netip.AddrPortFrom(addrOfNumber(0), 53), Transport: UDP, Msg: new(dns.Msg)}
		q.Msg.SetQuestion("example.com.", dns.TypeTXT)
		ask := func(failure Failure) (perSecond float64, burst int) {
			x.err = nil
			if failure != "" {
				x.err = &Error{Failure: failure}
			}
			_, _ = p.Exchange(t.Context(), q)
			l := p.lanes[q.Server.Addr()]
			return float64(l.rate.Limit()), l.rate.Burst()
		}
		ask("")
		for range 5 { // an outage of some seconds
			ask(Timeout)
			time.Sleep(time.Second)
		}
		type step struct {
			perSecond float64
			burst     int
		}
		var got []step
		for range 6 {
			perSecond, burst := ask("")
			got = append(got, step{perSecond, burst})
			time.Sleep(relent)
		}
		want := []step{{10, 1}, {20, 1}, {40, 1}, {80, 1}, {100, 100}, {100, 100}}
		if !slices.Equal(got, want) {
			t.Errorf("every %v it is asked %v, want %v", relent, got, want)
		}
		if perSecond, _ := ask(Timeout); perSecond != 50 {
			t.Errorf("after another sign it is asked %v times a second, want 50", perSecond)
		}
	})
}

package lab

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A world that is asked for months remembers few of the questions that chance
// decided about, and chance decides the same for each in every run.
func TestDrawsStayFew(t *testing.T) {
	ask := func(d *draws, name string) float64 {
		m := new(dns.Msg)
		m.SetQuestion(name, dns.TypeTXT)
		return d.of(request{server: netip.MustParseAddr("192.0.2.1"), transport: resolver.UDP, msg: m}).Float64()
	}
	one, other := &draws{seed: "p"}, &draws{seed: "p"}
	if a, b, c := ask(one, "a.example."), ask(one, "A.example."), ask(other, "a.example."); a == b || a != c {
		t.Errorf("the same question draws %v and %v, and in another run %v first", a, b, c)
	}
	for i := range 3 * keepDraws {
		ask(one, fmt.Sprintf("n%d.example.", i))
		if len(one.asked) > keepDraws {
			t.Fatalf("%d questions are kept in mind", len(one.asked))
		}
	}
}

// A fault that is over remembers nothing: a world of a month may have hundreds.
func TestWhatIsOverRemembersNothing(t *testing.T) {
	m := &meter{conditions: conditions{chance: 0.5, until: time.Hour}, draws: draws{seed: "p"}}
	ask := func(at time.Duration) {
		msg := new(dns.Msg)
		msg.SetQuestion("a.example.", dns.TypeTXT)
		m.hit(request{server: netip.MustParseAddr("192.0.2.1"), transport: resolver.UDP, msg: msg, at: at})
	}
	if ask(time.Hour - 1); len(m.asked) != 1 {
		t.Errorf("%d questions are kept in mind while it lasts, want 1", len(m.asked))
	}
	if ask(time.Hour); len(m.asked) != 0 {
		t.Errorf("%d questions are kept in mind when it is over", len(m.asked))
	}
}

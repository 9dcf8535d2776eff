package survey_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// servedBy is a healthy world of two servers with four addresses, with faults.
func servedBy(faults ...string) string {
	return `probed
-- target --
www.example.com
-- servers --
ns1.example.com 192.0.2.1 2001:db8:1::53
ns2.example.com 203.0.113.1 2001:db8:2::53
-- zone example.com @ ns1.example.com ns2.example.com --
@   CAA 0 issue "ca.example"
www A   192.0.2.80
-- faults --
` + strings.Join(faults, "\n") + "\n"
}

// look surveys a world, and returns it for its log.
func look(t *testing.T, text string, p survey.Probing) (s *survey.Survey, w *lab.World) {
	t.Helper()
	sc, err := lab.Parse("probed", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if w, err = sc.World(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	counter := &resolver.Counter{}
	x := resolver.Pace(resolver.Observe(w, counter.Add), resolver.DefaultPacing)
	client := resolver.New(resolver.Config{Exchanger: x, Roots: w.Roots(), Allow: w.Public(), Rand: rand.New(rand.NewPCG(1, 1))})
	s = survey.Take(ctx, survey.Target{Names: sc.Target}, survey.Options{Client: client, Counter: counter, Exchanger: x, Probes: p})
	return s, w
}

// arrived counts the queries that reached each address.
func arrived(w *lab.World) map[netip.Addr]int {
	n := map[netip.Addr]int{}
	for _, a := range w.Log() {
		n[a.Server]++
	}
	return n
}

// Probes are asked of other people's servers: few of those of the zone, and
// none of registries'.
func TestProbeBudget(t *testing.T) {
	const most = 8
	var without, with map[netip.Addr]int
	synctest.Test(t, func(t *testing.T) {
		_, w := look(t, servedBy(), survey.ProbesNone)
		without = arrived(w)
	})
	synctest.Test(t, func(t *testing.T) {
		s, w := look(t, servedBy(), survey.ProbesDefault)
		with = arrived(w)
		if s.Queries.Probes != 20 {
			t.Errorf("%d probes counted, want 20: five for each of four addresses", s.Queries.Probes)
		}
	})
	for addr, n := range with {
		more := n - without[addr]
		own := addr == netip.MustParseAddr("192.0.2.1") || addr == netip.MustParseAddr("203.0.113.1") ||
			addr == netip.MustParseAddr("2001:db8:1::53") || addr == netip.MustParseAddr("2001:db8:2::53")
		t.Logf("%s: %d questions, %d of them probes", addr, n, more)
		if own && more > most || !own && more > 0 {
			t.Errorf("%s: %d probes", addr, more)
		}
	}
}

// Probes run beside the questions of a check: they may end it a little later,
// and must not begin it later.
func TestProbesAreNotWaitedFor(t *testing.T) {
	took := map[survey.Probing]time.Duration{}
	for _, p := range []survey.Probing{survey.ProbesNone, survey.ProbesDefault} {
		synctest.Test(t, func(t *testing.T) {
			s, _ := look(t, servedBy(), p)
			took[p] = s.Took
		})
	}
	// The SOA, then a TCP connection: that is as long as it takes to look up
	// the challenge name and one round trip more.
	if more := took[survey.ProbesDefault] - took[survey.ProbesNone]; more.Truncate(time.Millisecond) > 30*time.Millisecond {
		t.Errorf("%v with probes, %v without", took[survey.ProbesDefault], took[survey.ProbesNone])
	}
}

// outcomes are the probes of one address that are not fine, as "id word".
func outcomes(s *survey.Survey, addr string) []string {
	all := []string{}
	for _, v := range s.Zone("example.com").Servers {
		if v.Addr.String() != addr {
			continue
		}
		for _, p := range v.Probes {
			if p.Grade != survey.OK {
				all = append(all, fmt.Sprintf("%s %s (%s)", p.ID, strings.Join(p.Words, ","), p.Grade))
			}
		}
	}
	return all
}

// A probe names what a server does, and no healthy server does any of it.
func TestProbes(t *testing.T) {
	for _, tt := range []struct {
		fault string
		deep  bool
		want  []string
	}{
		{fault: "", want: []string{}},
		{fault: "", deep: true, want: []string{}},
		{fault: "rotate", deep: true, want: []string{}},
		{fault: "slow 300ms", want: []string{}},
		{fault: "no-edns", want: []string{"edns formerr (broken)"}},
		{fault: "edns-ignore", want: []string{"edns noopt (odd)"}},
		{fault: "edns-drop", want: []string{"edns dropped (broken)"}},
		{fault: "badvers", want: []string{"edns badvers (broken)"}},
		{fault: "edns refused", want: []string{"edns refused (broken)"}},
		{fault: "edns-version ignore", want: []string{"edns1 soa (odd)"}},
		{fault: "edns-version echo", want: []string{"edns1 soa,version (odd)"}},
		{fault: "edns-version formerr", want: []string{"edns1 formerr (odd)"}},
		{fault: "edns-version drop", want: []string{"edns1 timeout (odd)"}},
		{fault: "edns-option formerr", want: []string{"ednsopt formerr (broken)", "cookie formerr (broken)"}},
		{fault: "edns-option drop", want: []string{"ednsopt timeout (broken)", "cookie timeout (broken)"}},
		{fault: "edns-option echo", want: []string{"edns1 echoed (odd)", "ednsopt echoed (odd)"}},
		{fault: "edns-flag formerr", want: []string{"ednsflags formerr (odd)"}},
		{fault: "edns-flag echo", want: []string{"ednsflags mbz (odd)"}},
		{fault: "lower-case", want: []string{"case lost (broken)"}},
		{fault: "case-sensitive-nxdomain", want: []string{"case differs (broken)"}},
		{fault: "wrong-source", want: []string{"source elsewhere (broken)"}},
		{fault: "no-tcp", want: []string{"tcp refused (broken)"}},
		{fault: "tcp-silent", want: []string{"tcp timeout (broken)"}},
		{fault: "tcp-close", want: []string{"tcp closed (broken)"}},
		{fault: "tcp-one", want: []string{"tcp one (odd)"}},
		{fault: "no-aa", want: []string{"aa noaa (broken)"}},
		{fault: "ra", want: []string{"ra ra (odd)"}},
		{fault: "no-soa", want: []string{"negative nosoa (broken)"}},
		{fault: "foreign-soa", want: []string{"negative othersoa (broken)"}},
		{fault: "type=CAA notimp", want: []string{"caa notimp (broken)"}},
		{fault: "type=TYPE65534 drop", want: []string{"type65534 timeout (odd)"}},
		{fault: "type=TYPE65534 nxdomain", want: []string{"type65534 nxdomain (odd)"}},
		{fault: "truncate", want: []string{"truncates early (broken)"}},
		{fault: "upward-foreign", deep: true, want: []string{"foreign upward (odd)"}},
		{fault: "rate-limit 8", deep: true, want: []string{"rate drops (broken)"}},
		{fault: "type=CAA rrl 8", deep: true, want: []string{"rate drops (broken)"}},
		{fault: "type=CAA rrl 8 1", deep: true, want: []string{"rate slips (broken)"}},
		{fault: "rate-limit 50", deep: true, want: []string{}},
		{fault: "drop", want: []string{}},
		{fault: "lame", want: []string{}},
	} {
		name := tt.fault
		if tt.deep {
			name += " deep"
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := survey.ProbesDefault
				if tt.deep {
					p = survey.ProbesDeep
				}
				world := servedBy()
				if tt.fault != "" {
					world = servedBy("192.0.2.1 " + tt.fault)
				}
				s, w := look(t, world, p)
				if d := cmp.Diff(tt.want, outcomes(s, "192.0.2.1")); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
				if d := cmp.Diff([]string{}, outcomes(s, "203.0.113.1")); d != "" {
					t.Errorf("the other server (-want +got):\n%s", d)
				}
				if n := arrived(w)[netip.MustParseAddr("192.0.2.1")]; n > 90 {
					t.Errorf("%d questions to one address", n)
				}
			})
		})
	}
}

// However slowly or quickly a server's limit is met, the steps are never more
// than 40 questions, and none within a second that the limit would not bear.
func TestRampIsPolite(t *testing.T) {
	for _, fault := range []string{"", "192.0.2.1 rate-limit 8"} {
		synctest.Test(t, func(t *testing.T) {
			_, w := look(t, servedBy(fault), survey.ProbesDeep)
			var at []time.Duration
			for _, a := range w.Log() {
				if a.Server == netip.MustParseAddr("192.0.2.1") && a.Type == "CAA" && strings.EqualFold(a.Name, "example.com") && a.At > time.Second {
					at = append(at, a.At)
				}
			}
			if len(at) > 42 {
				t.Errorf("%q: %d questions, at most 40 and the survey's own", fault, len(at))
			}
			for i := range at {
				n := 0
				for _, b := range at[i:] {
					if b < at[i]+time.Second {
						n++
					}
				}
				if n > 20 {
					t.Errorf("%q: %d questions within a second", fault, n)
				}
			}
		})
	}
}

// What makes a question odd has to reach the dig line, or the evidence shows
// something else than was seen.
func TestProbeEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := look(t, servedBy("192.0.2.1 edns-version formerr"), survey.ProbesDefault)
		got := map[string][]string{}
		for _, p := range s.Zone("example.com").Servers[0].Probes {
			if len(p.Exchanges) > 0 {
				got[p.ID] = p.Exchanges[len(p.Exchanges)-1].Options
			}
		}
		want := map[string][]string{
			"edns1":     {"+edns=1", "+noednsnegotiation"},
			"ednsopt":   {"+ednsflags=0x0080", "+ednsopt=65001:646e7331", "+cookie"},
			"ednsflags": {"+ednsflags=0x0080", "+ednsopt=65001:646e7331", "+cookie"},
			"cookie":    {"+ednsflags=0x0080", "+ednsopt=65001:646e7331", "+cookie"},
			"tcp":       nil,
			"type65534": nil,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

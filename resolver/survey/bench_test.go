package survey_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// roundTrip is what one exchange takes in the worlds of this file. Nothing
// else takes time there, so that the length of a run divided by it is the
// number of round trips that had to wait for each other.
const roundTrip = 20 * time.Millisecond

// costs are the worlds whose cost is measured: a zone on two servers with four
// addresses under one TLD, and the same with the challenge delegated by CNAME
// to a zone under another.
var costs = []struct {
	name   string
	alias  bool
	signed string // lines of the sign section; "" signs nothing
}{
	{"unsigned", false, ""},
	{"signed", false, "example.com"},
	{"signed-nsec3", false, "example.com nsec3"},
	{"alias", true, ""},
	{"signed-alias", true, "example.com\nexample.net"},
}

// costWorld builds one of them.
func costWorld(tb testing.TB, alias bool, signed string) *lab.World {
	tb.Helper()
	value := `60 TXT "_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"`
	text := `cost

-- target --
www.example.com
-- network --
rtt 20ms
-- servers --
ns1.example.com 192.0.2.1 2001:db8:1::53
ns2.example.com 203.0.113.1 2001:db8:2::53
ns1.example.net 192.0.2.129
ns2.example.net 203.0.113.129
-- zone example.com @ ns1.example.com ns2.example.com --
@   CAA 0 issue "ca.example"
www A   192.0.2.80
_acme-challenge.www `
	if alias {
		text += "CNAME x.example.net.\n-- zone example.net @ ns1.example.net ns2.example.net --\nx "
	}
	text += value + "\n"
	if signed != "" {
		text += "-- sign --\n" + signed + "\n"
	}
	return worldOf(tb, text)
}

// cost surveys a world and returns what that took. The seed decides which
// servers come first.
func cost(t *testing.T, w *lab.World, seed uint64) (trips float64, queries int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		counter := &resolver.Counter{}
		x := resolver.Pace(resolver.Observe(w, counter.Add), resolver.DefaultPacing)
		s := survey.Take(ctx, survey.Target{Names: []string{"www.example.com"}}, survey.Options{
			Client: resolver.New(resolver.Config{
				Exchanger: x, Roots: w.Roots(), Allow: w.Public(), Rand: rand.New(rand.NewPCG(seed, 1)),
			}),
			Counter: counter, Exchanger: x,
			Anchors: w.Anchors(), SignedAt: w.Now(),
		})
		trips, queries = float64(s.Took)/float64(roundTrip), s.Queries.Total
		for _, g := range s.Gaps {
			t.Errorf("gap: %v", g)
		}
	})
	return trips, queries
}

// Validation must not make people wait, nor ask their servers much more.
func TestCostOfDNSSEC(t *testing.T) {
	type spent struct {
		trips   float64
		queries int
	}
	got := map[string]spent{}
	for _, c := range costs {
		trips, queries := cost(t, costWorld(t, c.alias, c.signed), 1)
		got[c.name] = spent{trips, queries}
		t.Logf("%-13s %4.1f round trips, %d queries", c.name, trips, queries)
	}
	for signed, unsigned := range map[string]string{"signed": "unsigned", "signed-nsec3": "unsigned", "signed-alias": "alias"} {
		s, u := got[signed], got[unsigned]
		if 2*s.queries > 3*u.queries {
			t.Errorf("%s takes %d queries, %s %d: more than half as many again", signed, s.queries, unsigned, u.queries)
		}
		if s.trips > u.trips+1.5 {
			t.Errorf("%s takes %.1f round trips, %s %.1f", signed, s.trips, unsigned, u.trips)
		}
	}
}

// BenchmarkTake reports, beside what the machine has to do, the round trips
// on the critical path and the queries of a survey: in virtual time, so that
// they are the same on every machine.
func BenchmarkTake(b *testing.B) {
	for _, c := range costs {
		b.Run(c.name, func(b *testing.B) {
			w := costWorld(b, c.alias, c.signed)
			var trips float64
			var queries int
			for b.Loop() {
				virtually(b, func(t *testing.T) { trips, queries = cost(t, w, 1) })
			}
			b.ReportMetric(trips, "trips/op")
			b.ReportMetric(float64(queries), "queries/op")
		})
	}
}

// virtually runs f as a test of its own: only tests have virtual time.
func virtually(b *testing.B, f func(t *testing.T)) {
	all := func(string, string) (bool, error) { return true, nil }
	name := strings.ReplaceAll(b.Name(), "/", "-")
	if !testing.RunTests(all, []testing.InternalTest{{Name: name, F: f}}) {
		b.FailNow()
	}
}

package survey_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// A load is an order whose cost is measured, in zones made for it.
type load struct {
	name    string
	zones   int
	perZone int // names of the order in each zone
	servers int // of each zone, with an address in each family
	signed  bool
	alias   bool // the challenge is delegated to a zone under another TLD
	floor   int  // round trips that delegation forces one after another
}

var loads = []load{
	{name: "one-name", zones: 1, perZone: 1, servers: 2, floor: 3},
	{name: "signed", zones: 1, perZone: 1, servers: 2, signed: true, floor: 3},
	{name: "alias", zones: 1, perZone: 1, servers: 2, alias: true, floor: 6},
	{name: "ten-servers", zones: 1, perZone: 1, servers: 10, floor: 3},
	{name: "100-names-1-zone", zones: 1, perZone: 100, servers: 2, floor: 3},
	{name: "99-names-33-zones", zones: 33, perZone: 3, servers: 2, floor: 3},
}

func (l load) names() []string {
	var names []string
	for z := range l.zones {
		for i := range l.perZone {
			names = append(names, fmt.Sprintf("host%d.zone%d.com", i, z))
		}
	}
	return names
}

// world builds the zones of a load.
func (l load) world(tb testing.TB, rtt time.Duration) *lab.World {
	tb.Helper()
	var servers, zones, sign strings.Builder
	zone := func(name string, n int, records string) {
		var at []string
		for i := range l.servers {
			at = append(at, fmt.Sprintf("ns%d.%s", i+1, name))
			fmt.Fprintf(&servers, "%s 192.0.2.%d 2001:db8:%x::%d\n", at[i], n*l.servers+i+1, n+1, i+1)
		}
		fmt.Fprintf(&zones, "-- zone %s @ %s --\n@ CAA 0 issue \"letsencrypt.org\"\n%s", name, strings.Join(at, " "), records)
		if l.signed {
			fmt.Fprintln(&sign, name)
		}
	}
	value := `60 TXT "_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"` + "\n"
	for z := range l.zones {
		var records strings.Builder
		for i := range l.perZone {
			fmt.Fprintf(&records, "host%d A 192.0.2.80\n_acme-challenge.host%[1]d ", i)
			if l.alias {
				records.WriteString("CNAME x.elsewhere.net.\n")
			} else {
				records.WriteString(value)
			}
		}
		zone(fmt.Sprintf("zone%d.com", z), z, records.String())
	}
	if l.alias {
		zone("elsewhere.net", l.zones, "x "+value)
	}
	text := fmt.Sprintf("load\n\n-- target --\n%s\n-- network --\nrtt %v\n-- servers --\n%s%s", strings.Join(l.names(), "\n"), rtt, &servers, &zones)
	if l.signed {
		text += "-- sign --\n" + sign.String()
	}
	return worldOf(tb, text)
}

// survey looks at a load through an exchanger, in virtual time.
func (l load) survey(t *testing.T, w *lab.World, x resolver.Exchanger, pace resolver.Pacing, probes survey.Probing) (*survey.Survey, resolver.Counts) {
	t.Helper()
	var s *survey.Survey
	counter := &resolver.Counter{}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		x := resolver.Pace(resolver.Observe(x, counter.Add), pace)
		s = survey.Take(ctx, survey.Target{Names: l.names()}, survey.Options{
			Client: resolver.New(resolver.Config{
				Exchanger: x, Roots: w.Roots(), Allow: w.Public(), Rand: rand.New(rand.NewPCG(1, 1)),
			}),
			Counter: counter, Exchanger: x, Probes: probes,
			Anchors: w.Anchors(), SignedAt: w.Now(),
		})
	})
	return s, counter.Counts()
}

// A lossy way loses a share of the queries that go over UDP.
type lossy struct {
	resolver.Exchanger
	share float64

	mu   sync.Mutex
	rand *rand.Rand
}

func (l *lossy) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	l.mu.Lock()
	lost := l.rand.Float64() < l.share
	l.mu.Unlock()
	if !lost || q.Transport != resolver.UDP {
		return l.Exchanger.Exchange(ctx, q)
	}
	ctx, cancel := q.Context(ctx)
	defer cancel()
	<-ctx.Done()
	return resolver.Reply{}, resolver.Ended(ctx)
}

// Converse passes on what goes over TCP, which makes up for losses.
func (l *lossy) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	return resolver.Conversed(ctx, l.Exchanger, qs)
}

// BenchmarkLoad reports for each load, latency and loss how long a survey
// takes in virtual time, as a multiple of the floor that delegation sets, and
// how many queries, beside the time and the memory that this machine spends.
// "paced" keeps to the default pacing, "probed" asks the probe plan besides.
func BenchmarkLoad(b *testing.B) {
	for _, l := range loads {
		for _, rtt := range []time.Duration{0, 20 * time.Millisecond, 100 * time.Millisecond} {
			w := l.world(b, rtt)
			for _, loss := range []float64{0, 0.01, 0.05} {
				if rtt == 0 && loss > 0 {
					continue // nothing but the retries
				}
				way := fmt.Sprintf("%s/rtt=%v/loss=%v%%", l.name, rtt, 100*loss)
				b.Run(way+"/free", func(b *testing.B) { l.measure(b, w, rtt, loss, resolver.Pacing{}, survey.ProbesNone) })
				b.Run(way+"/paced", func(b *testing.B) { l.measure(b, w, rtt, loss, resolver.DefaultPacing, survey.ProbesNone) })
				b.Run(way+"/probed", func(b *testing.B) {
					l.measure(b, w, rtt, loss, resolver.DefaultPacing, survey.ProbesDefault)
				})
			}
		}
	}
}

func (l load) measure(b *testing.B, w *lab.World, rtt time.Duration, loss float64, pace resolver.Pacing, probes survey.Probing) {
	b.ReportAllocs()
	x := &lossy{Exchanger: w, share: loss, rand: rand.New(rand.NewPCG(1, 2))}
	var took []time.Duration
	queries := 0
	for b.Loop() {
		virtually(b, func(t *testing.T) {
			s, _ := l.survey(t, w, x, pace, probes)
			took = append(took, s.Took)
			queries += s.Queries.Total
		})
	}
	slices.Sort(took)
	median := took[len(took)/2]
	b.ReportMetric(float64(queries)/float64(len(took)), "queries/op")
	b.ReportMetric(float64(median)/float64(time.Millisecond), "virtual-ms/op")
	if rtt > 0 {
		b.ReportMetric(float64(median)/float64(rtt), "trips/op")
		b.ReportMetric(float64(median)/float64(rtt)/float64(l.floor), "x-floor")
	}
}

// A large order has to stay small at each server, and short: every name's
// TXT record is asked of every address, its CAA record of one.
func TestManyNames(t *testing.T) {
	l := load{name: "many", zones: 1, perZone: 100, servers: 2}
	const rtt = 20 * time.Millisecond
	w := l.world(t, rtt)
	s, counts := l.survey(t, w, w, resolver.DefaultPacing, survey.ProbesDefault)
	if s.Took > 600*time.Millisecond {
		t.Errorf("100 names take %v at a round trip of %v", s.Took, rtt)
	}
	for addr, n := range counts.ByServer {
		if n > 150 {
			t.Errorf("%v is asked %d questions", addr, n)
		}
	}
	if txt, caa := l.asked(s, "TXT"), l.asked(s, "CAA"); txt != 400 || caa != 100 {
		t.Errorf("%d answers for TXT and %d for CAA, want one from each of 4 addresses and one for each name", txt, caa)
	}
}

// asked counts the answers for a type at the names of the order themselves.
func (l load) asked(s *survey.Survey, qtype string) int {
	n := 0
	for _, k := range s.Lookups {
		if k.Type == qtype && strings.HasPrefix(strings.TrimPrefix(k.Name, "_acme-challenge."), "host") {
			n += len(k.Answers)
		}
	}
	return n
}

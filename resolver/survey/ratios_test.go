package survey_test

import (
	"testing"
	"time"

	"dns01/resolver"
	"dns01/resolver/survey"
)

// People put a check before every order only if it costs no more than it has
// to: little more than the round trips that delegation forces one after another,
// signed or not, however many servers and names there are. Time is virtual, so
// that these are the same on every machine; scripts/ratios prints more of them.
func TestRatios(t *testing.T) {
	const rtt = 20 * time.Millisecond
	type spent struct {
		took    time.Duration
		queries int
	}
	free, probed := map[string]spent{}, map[string]spent{}
	for _, l := range loads {
		w := l.world(t, rtt)
		s, _ := l.survey(t, w, w, resolver.Pacing{}, survey.ProbesNone)
		free[l.name] = spent{s.Took, s.Queries.Total}
		p, _ := l.survey(t, w, w, resolver.Pacing{}, survey.ProbesDefault)
		probed[l.name] = spent{p.Took, p.Queries.Total}

		const most = 1.3
		floor := time.Duration(l.floor) * rtt
		ratio := float64(s.Took) / float64(floor)
		// The answer to a question over TCP takes a round trip more than the last
		// one over UDP: the connection.
		probing := float64(p.Took) / float64(floor+rtt)
		t.Logf("%-17s %.2f of the floor of %d round trips, %d queries; with probes %.2f of %d, %d queries",
			l.name, ratio, l.floor, s.Queries.Total, probing, l.floor+1, p.Queries.Total)
		if ratio > most || probing > most {
			t.Errorf("%s takes %.2f of the floor, and %.2f with probes, want %.1f at most", l.name, ratio, probing, most)
		}
	}
	one, many := "one-name", "100-names-1-zone"
	for how, got := range map[string]map[string]spent{"without probes": free, "with probes": probed} {
		if 2*got[many].took > 3*got[one].took {
			t.Errorf("%s, a hundred names take %v and one %v: more than half as much again", how, got[many].took, got[one].took)
		}
		// A name more is its TXT record at each of four addresses, and its CAA
		// record at one: the zone has been asked all else.
		if most := got[one].queries + 99*(4+1); got[many].queries > most {
			t.Errorf("%s, a hundred names take %d queries and one %d, want %d at most", how, got[many].queries, got[one].queries, most)
		}
	}
}

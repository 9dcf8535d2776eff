package survey_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver"
	"dns01/resolver/survey"
)

// A CAA question that nobody answers is asked again, a few times and a second
// apart; one that the climb never reaches, or that is answered, is not.
func TestAskAgain(t *testing.T) {
	for _, tt := range []struct {
		name    string
		zone    string
		faults  string
		answers int // usable ones, of those asked again
		again   int
	}{
		{"answered", "", "", 0, 0},
		{"fails for good", "", "ns1.example.com type=CAA servfail\nns2.example.com type=CAA refuse\n", 0, 6},
		{"fails for a moment", "", "ns1.example.com type=CAA until=1500ms servfail\nns2.example.com type=CAA until=1500ms servfail\n", 2, 4},
		{"one server fails", "", "ns2.example.com type=CAA servfail\n", 0, 0},
		{"above a record of its own", "www CAA 0 issue \"letsencrypt.org\"\n", "ns1.example.com type=CAA name=example.com servfail\nns2.example.com type=CAA name=example.com servfail\n", 0, 0},
		{"everything fails", "", "ns1.example.com servfail\nns2.example.com servfail\n", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := worldOf(t, twoServers+"_acme-challenge.www TXT \"x\"\n"+tt.zone+"-- faults --\n"+tt.faults)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				c := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), Allow: w.Public(), Rand: rand.New(rand.NewPCG(1, 1))})
				v := survey.Take(ctx, survey.Target{Names: []string{"www.example.com"}}, survey.Options{Client: c, Probes: survey.ProbesNone})
				var again []*survey.Answer
				usable := 0
				for _, l := range v.Lookups {
					for _, a := range l.Again {
						again = append(again, a)
						if a.Status.Usable() {
							usable++
						}
					}
				}
				if len(again) != tt.again || usable != tt.answers {
					t.Errorf("%d answers of which %d are usable, want %d and %d", len(again), usable, tt.again, tt.answers)
				}
				for i, a := range again {
					if a.Exchanges[0].At.Before(v.Started.Add(time.Duration(i/2+1) * time.Second)) {
						t.Errorf("answer %d was asked for too soon", i)
					}
				}
			})
		})
	}
}

package survey_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/survey"
)

// txtQuestions counts the questions for the TXT records of a name.
type txtQuestions struct {
	resolver.Exchanger
	name string
	n    atomic.Int64
}

func (x *txtQuestions) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	if asked := q.Msg.Question[0]; asked.Qtype == dns.TypeTXT && strings.EqualFold(asked.Name, x.name) {
		x.n.Add(1)
	}
	return x.Exchanger.Exchange(ctx, q)
}

// A value that no server has is asked for once more, and further where the
// answers differ; one that is there, or went to another name, is not.
func TestRedraw(t *testing.T) {
	const missing, there = `_acme-challenge TXT "old"` + "\n", `_acme-challenge TXT "sought"` + "\n"
	three := `_acme-challenge TXT "1"` + "\n" + `_acme-challenge TXT "2"` + "\n" + there
	single := "ns1.example.com name=_acme-challenge.example.com single\nns2.example.com name=_acme-challenge.example.com single\n"
	for _, tt := range []struct {
		name, zone, faults string
		seek               map[string][]string
		questions          int64 // two of the walk, and those to the two servers
		heard              bool  // the value
	}{
		{"there", there, "", map[string][]string{"": {"sought"}}, 4, true},
		{"missing", missing, "", map[string][]string{"": {"sought"}}, 6, false},
		{"no such name", "", "", map[string][]string{"": {"sought"}}, 6, false},
		{"nothing is sought", missing, "", nil, 4, false},
		{"at another name", "@ TXT \"sought\"\n", "", map[string][]string{"": {"sought"}}, 4, false},
		{"drawn third", three, single, map[string][]string{"": {"sought"}}, 8, true},
		{"drawn and not there", three, single, map[string][]string{"": {"other"}}, 18, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := worldOf(t, twoServers+tt.zone+"-- faults --\n"+tt.faults)
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				x := &txtQuestions{Exchanger: w, name: "_acme-challenge.example.com."}
				c := resolver.New(resolver.Config{Exchanger: x, Roots: w.Roots(), Allow: w.Public(), Rand: rand.New(rand.NewPCG(1, 1))})
				v := survey.Take(ctx, survey.Target{Names: []string{"example.com"}, Seek: tt.seek}, survey.Options{Client: c, Probes: survey.ProbesNone})
				heard := false
				for _, a := range v.Lookup("example.com", survey.Question{Name: "_acme-challenge.example.com", Type: "TXT"}).Answers {
					for _, r := range a.Records {
						heard = heard || r.TXT == "sought"
					}
				}
				if n := x.n.Load(); n != tt.questions || heard != tt.heard {
					t.Errorf("%d questions, heard: %t; want %d, %t", n, heard, tt.questions, tt.heard)
				}
			})
		})
	}
}

package survey_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver"
	"dns01/resolver/defect"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
	"dns01/testdata"
)

// explosive breaks down over one of its exchanges.
type explosive struct {
	resolver.Exchanger
	at int64
	n  atomic.Int64
}

func (x *explosive) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	if x.n.Add(1) == x.at {
		panic(fmt.Sprintf("exchange %d", x.at))
	}
	return x.Exchanger.Exchange(ctx, q)
}

// Whatever goroutine of a survey meets a fault of the program, it comes out of
// Take, soon, and nothing of the run is left behind.
func TestAFaultComesOutOfTheSurvey(t *testing.T) {
	for _, name := range []string{"dnssec-healthy", "server-rate-limited-slip", "healthy-glueless-servers", "caa-fails-for-a-moment"} {
		data, err := testdata.Scenario(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := lab.Parse(name, data)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			for at := int64(1); breaksDown(t, s, at); at += every {
				if t.Failed() {
					break
				}
			}
		})
	}
}

// every is how many exchanges lie between those that break down: an odd number,
// so that both of a pair are met in one world or another.
const every = 5

// breaksDown takes a survey that breaks down over one exchange, and reports
// whether there are so many.
func breaksDown(t *testing.T, s *lab.Scenario, at int64) (did bool) {
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		x := &explosive{Exchanger: w, at: at}
		defer func() {
			e, ok := recover().(*defect.Error)
			if did = x.n.Load() >= at; did != ok || ok && e.Error() != fmt.Sprintf("exchange %d", at) {
				t.Errorf("of %d exchanges, at %d: %v", x.n.Load(), at, e)
			}
			time.Sleep(time.Minute) // what is still waiting for time to pass
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		paced := resolver.Pace(x, resolver.DefaultPacing)
		survey.Take(ctx, survey.Target{Names: []string{"example.com"}}, survey.Options{
			Client: resolver.New(resolver.Config{
				Exchanger: paced, Roots: w.Roots(), Allow: w.Public(), Timeout: time.Second, Rand: rand.New(rand.NewPCG(1, 1)),
			}),
			Exchanger: paced, Anchors: w.Anchors(), SignedAt: w.Now(), Probes: survey.ProbesDeep, Now: w.Now,
		})
	})
	return did
}

package survey_test

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// Who watches a run sees every query and its end, every cut and hop, and the
// stages in their order.
func TestEvents(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "scenarios", "alias-chain-in-one-zone.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := lab.Parse("alias", data)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, err := s.World()
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		sent, received := 0, 0
		var cuts, hops []string
		var stages []survey.Stage
		tell := func(e survey.Event) {
			mu.Lock()
			defer mu.Unlock()
			switch e := e.(type) {
			case survey.Sent:
				sent++
			case survey.Received:
				received++
				if e.Rcode != "" && e.Message == nil {
					t.Errorf("a reply without its message: %+v", e)
				}
			case survey.CutFound:
				cuts = append(cuts, e.Zone)
			case survey.HopFollowed:
				hops = append(hops, e.From+" "+e.To)
			case survey.StageBegun:
				stages = append(stages, e.Stage)
			}
		}
		counter := &resolver.Counter{}
		x := resolver.Observe(resolver.Announce(w, func(q resolver.Query) { tell(survey.Sending(q)) }), func(o resolver.Observation) {
			counter.Add(o)
			tell(survey.Receiving(o))
		})
		sv := survey.Take(t.Context(), survey.Target{Names: []string{"example.com"}}, survey.Options{
			Client: resolver.New(resolver.Config{Exchanger: x, Roots: w.Roots(), Allow: w.Public()}), Counter: counter, Exchanger: x, Events: tell,
		})
		if sent != sv.Queries.Total || received != sv.Queries.Total {
			t.Errorf("%d sent, %d received, %d counted", sent, received, sv.Queries.Total)
		}
		if diff := cmp.Diff(survey.Stages(), stages); diff != "" {
			t.Errorf("stages (-want +got):\n%s", diff)
		}
		for _, z := range sv.Zones {
			if !slices.Contains(cuts, z.Name) {
				t.Errorf("the cut %s was not told; those told are %q", z.Name, cuts)
			}
		}
		if len(hops) == 0 {
			t.Error("no hop was told")
		}
	})
}

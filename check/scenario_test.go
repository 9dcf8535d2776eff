package check_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dns01/check"
	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
	"dns01/testdata"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// knownWrong are scenarios that say what should be found and is not yet, with
// the reason. One that is right after all fails until it is taken out.
var knownWrong = map[string]string{}

// neverWanted are rules, or whole subjects of rules, that no scenario raises,
// with the reason.
var neverWanted = map[string]string{
	"order-near-rate-limit": "it is about several orders, which only a plan has",
}

// A played scenario is what came of it.
type played struct {
	survey *survey.Survey
	result check.Result
	log    []lab.Arrival
}

// play takes a scenario through the pipeline that the program has: its world,
// a paced client, the survey, the judge. Time is virtual. The seed decides
// what a run leaves to chance: letter case, and which server comes first.
func play(t *testing.T, s *lab.Scenario, seed uint64) played {
	t.Helper()
	target, err := readTarget(s.Target)
	if err != nil {
		t.Fatalf("the target of %s: %v", s.Name, err)
	}
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	var p played
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), target.deadline)
		defer cancel()
		counter := &resolver.Counter{}
		x := resolver.Pace(resolver.Observe(w, counter.Add), resolver.DefaultPacing)
		client := resolver.New(resolver.Config{
			Exchanger: x, Roots: w.Roots(), Allow: w.Public(),
			No4: target.only6, No6: target.only4,
			Timeout: target.timeout,
			Rand:    rand.New(rand.NewPCG(seed, 1)),
		})
		p.survey = survey.Take(ctx, survey.Target{Names: target.names, Unasked: check.Unasked(target.names, target.order), Seek: target.order.Values, Challenge: target.order.Challenge, Account: target.order.Account}, survey.Options{
			Client: client, Counter: counter,
			Exchanger: x, Resolvers: target.caches(w),
			Anchors: w.Anchors(), SignedAt: w.Now(),
			Probes: target.probes,
		})
		lookFrom(ctx, w, p.survey, target)
		p.result = check.Judge(p.survey, target.order)
		p.log = w.Log()
	})
	return p
}

// lookFrom adds what the perspectives of a world see.
func lookFrom(ctx context.Context, w *lab.World, s *survey.Survey, target target) {
	var places vantage.Places
	for _, p := range w.Perspectives() {
		places.At = append(places.At, vantage.Place{Name: p.Name, RIR: p.RIR, Client: resolver.New(resolver.Config{
			Exchanger: resolver.Pace(p, resolver.DefaultPacing), Roots: w.Roots(), Allow: w.Public(),
			Timeout: target.timeout, Rand: rand.New(rand.NewPCG(1, 1)),
		})})
	}
	if len(places.At) > 0 {
		vantage.Look(ctx, vantage.Target{Survey: s, Values: target.order.Values}, []vantage.Vantage{places})
	}
}

// scenario reads an embedded scenario.
func scenario(t *testing.T, name string) *lab.Scenario {
	t.Helper()
	data, err := testdata.Scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := lab.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every broken world has to be judged exactly as its file says: a fault that
// is missed sends people to the CA for nothing, and one that is made up sends
// them mending what works.
func TestScenarios(t *testing.T) {
	for _, name := range testdata.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, name)
			w := readWant(t, s.Want)
			p := play(t, s, 1)
			r := p.result
			agree(t, r)
			diff := w.differs(r)
			reason, wrong := knownWrong[name]
			switch {
			case wrong && diff == "":
				t.Errorf("it is as wanted: take it out of knownWrong (%s)", reason)
			case wrong:
				t.Skipf("known to be wrong: %s\n%s", reason, diff)
			case diff != "":
				q := p.survey.Queries
				t.Errorf("(-want +got):\n%s\nwhat was found, to paste:\n%s\nqueries %d\n\n%s", diff, strings.Join(brief(r), "\n"), q.Total-q.Probes, told(r))
			}
		})
	}
}

// agree fails when the verdict and the findings contradict each other: no
// refusal unexplained, no alarm without a refusal.
func agree(t *testing.T, r check.Result) {
	t.Helper()
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	count := map[check.Severity]int{}
	for _, f := range r.Findings {
		count[f.Severity]++
	}
	errors, warnings := count[check.Error], count[check.Warning]
	ok := true
	switch r.Verdict {
	case check.Blocked, check.Retry:
		ok = errors > 0
	case check.AtRisk:
		ok = warnings > 0 && errors == 0
	case check.Ready:
		ok = warnings == 0 && errors == 0
	case check.Unknown:
		ok = errors == 0
	}
	if !ok {
		t.Errorf("%s with %d errors and %d warnings", r.Verdict, errors, warnings)
	}
}

// A rule that no scenario wants is a rule that nobody has seen work.
func TestEveryRuleHasScenario(t *testing.T) {
	wanted := map[string]bool{}
	for _, name := range testdata.Scenarios() {
		for _, f := range readWant(t, scenario(t, name).Want).findings {
			wanted[f.id] = true
		}
	}
	for _, r := range check.All() {
		switch {
		case wanted[r.ID] && neverWanted[r.ID] != "":
			t.Errorf("%s is wanted: take it out of neverWanted (%s)", r.ID, neverWanted[r.ID])
		case !wanted[r.ID] && neverWanted[r.ID]+neverWanted[r.Subject] == "":
			t.Errorf("no scenario wants %s", r.ID)
		case !wanted[r.ID]:
			t.Logf("no scenario wants %s: %s", r.ID, neverWanted[r.ID]+neverWanted[r.Subject])
		}
		delete(wanted, r.ID)
	}
	for id := range wanted {
		t.Errorf("a scenario wants %s, which is no rule", id)
	}
}

// The same run has the same result, to the word, in whatever order answers
// come. Evidence is left out: it holds the queries as they were sent. With
// other luck (which of a registry's servers are asked, in what letter case)
// the servers named may differ, and nothing else. Which of several servers
// the words of the CA's resolver name is luck too.
func TestSameResult(t *testing.T) {
	for _, name := range testdata.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, name)
			first := play(t, s, 1).result
			for range 2 {
				again := play(t, s, 1).result
				if diff := cmp.Diff(first, again, cmpopts.IgnoreFields(check.Finding{}, "Evidence"), cmp.Comparer(sameProblem), cmp.Comparer(sameSubproblem)); diff != "" {
					t.Fatalf("the same run differs (-first +again):\n%s", diff)
				}
			}
			for seed := uint64(2); seed <= 3; seed++ {
				again := play(t, s, seed).result
				if diff := cmp.Diff(outline(first), outline(again)); diff != "" {
					t.Fatalf("with other luck (-first +again):\n%s", diff)
				}
			}
		})
	}
}

// sameProblem compares what the CA would return.
func sameProblem(a, b check.Problem) bool {
	return a.Stage == b.Stage && a.Type == b.Type &&
		anyServer.ReplaceAllString(a.Detail, "") == anyServer.ReplaceAllString(b.Detail, "")
}

func sameSubproblem(a, b check.Subproblem) bool {
	return a.Identifier == b.Identifier &&
		sameProblem(check.Problem{Type: a.Type, Detail: a.Detail}, check.Problem{Type: b.Type, Detail: b.Detail})
}

// noon is when dated facts are judged, unless a target has --now.
var noon = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"dns01/check"
	"dns01/check/known"
	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// Survey has dns01 look at the world. Called in a testing/synctest bubble, it
// waits for nothing.
func (w *World) Survey(ctx context.Context) (*survey.Survey, error) {
	scenario, err := lab.Parse("world", []byte(w.Scenario()))
	if err != nil {
		return nil, fmt.Errorf("reading the scenario: %w", err)
	}
	world, err := scenario.World()
	if err != nil {
		return nil, fmt.Errorf("building the world: %w", err)
	}
	client := resolver.New(resolver.Config{
		Exchanger: world, Roots: world.Roots(), Allow: world.Public(),
		Timeout: time.Second,
		Rand:    rand.New(rand.NewPCG(w.Seed, 1)),
	})
	s := survey.Take(ctx, survey.Target{Names: []string{w.Identifier}}, survey.Options{
		Client: client, Exchanger: world, SignedAt: world.Now(),
	})
	w.condemn(s)
	return s, nil
}

// condemn gives answers the validation that the world has for them.
func (w *World) condemn(s *survey.Survey) {
	for _, l := range s.Lookups {
		f := w.Fates[Question(l.Question)]
		if f.Fault != Bogus {
			continue
		}
		for _, a := range l.Answers {
			a.Security = &survey.Security{
				Status: "bogus", Reason: "bogus", EDE: f.EDE, Text: f.text(Question(l.Question)),
				Zone: l.Zone, Name: l.Name, Type: l.Type,
			}
		}
	}
}

// A Prediction is what dns01 says about a world.
type Prediction struct {
	Verdict  check.Verdict
	Problems []check.Problem
}

// Passes reports whether dns01 expects the CA to pass the identifier.
func (p Prediction) Passes() bool { return p.Verdict == check.Ready || p.Verdict == check.AtRisk }

// Problem is the answer that dns01 expects, nil for a pass.
func (p Prediction) Problem() *Problem {
	if p.Passes() || len(p.Problems) == 0 {
		return nil
	}
	return &Problem{p.Problems[0].Type, p.Problems[0].Detail}
}

func (p Prediction) String() string {
	s := string(p.Verdict)
	for _, q := range p.Problems {
		s += fmt.Sprintf("\n    %s %s: %s", q.Stage, q.Type, q.Detail)
	}
	return s
}

// Predict has dns01 judge a survey of the world. The reading names how the CA
// reads CAA records (see dns01/caa).
func (w *World) Predict(s *survey.Survey, reading string) (Prediction, error) {
	ca, ok := known.Find("letsencrypt")
	if !ok {
		return Prediction{}, fmt.Errorf("no CA letsencrypt")
	}
	ca.CAAReading, ca.AccountPrefixes = reading, slices.Clone(AccountPrefixes)
	r := check.Judge(s, check.Order{
		CA:        ca,
		Account:   fmt.Sprintf("%s%d", AccountPrefixes[0], w.Account),
		Challenge: "dns-01",
		Values:    map[string][]string{w.Identifier: {w.Value()}},
		Now:       time.Date(2026, time.September, 8, 0, 0, 0, 0, time.UTC),
	})
	if len(r.Identifiers) != 1 {
		return Prediction{}, fmt.Errorf("%d identifiers judged", len(r.Identifiers))
	}
	id := r.Identifiers[0]
	return Prediction{id.Verdict, id.Predicted}, r.Check()
}

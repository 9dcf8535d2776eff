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
	s := survey.Take(ctx, survey.Target{Names: w.identifiers(), Challenge: w.Method, Account: w.AccountURI()}, survey.Options{
		Client: client, Exchanger: world, SignedAt: world.Now(),
	})
	w.condemn(s)
	return s, nil
}

// identifiers are those of the order.
func (w *World) identifiers() []string {
	var ids []string
	for _, a := range w.Authorizations {
		ids = append(ids, a.Identifier)
	}
	return ids
}

// condemn gives answers the validation that the world has for them.
func (w *World) condemn(s *survey.Survey) {
	for _, l := range s.Lookups {
		f := w.fate(Question(l.Question))
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

// Now is the time at which both sides judge.
func Now() time.Time { return time.Date(2026, time.September, 8, 0, 0, 0, 0, time.UTC) }

// A Prediction is what dns01 says about an identifier of a world: the verdict,
// and the problems that it expects of the CA.
type Prediction struct {
	Verdict  check.Verdict
	Problems []Problem
}

// Passes reports whether dns01 expects the CA to pass the identifier.
func (p Prediction) Passes() bool { return p.Verdict == check.Ready || p.Verdict == check.AtRisk }

func (p Prediction) String() string {
	s := string(p.Verdict)
	for _, q := range p.Problems {
		s += fmt.Sprintf("\n    %s: %s", q.Type, q.Detail)
	}
	return s
}

// Predict has dns01 judge a survey of the world: a prediction for each
// authorization. The reading names how the CA reads CAA records (see
// dns01/caa).
func (w *World) Predict(s *survey.Survey, reading string) ([]Prediction, error) {
	ca, ok := known.Find("letsencrypt")
	if !ok {
		return nil, fmt.Errorf("no CA letsencrypt")
	}
	ca.CAAReading, ca.AccountPrefixes = reading, slices.Clone(AccountPrefixes)
	values := map[string][]string{}
	for _, a := range w.Authorizations {
		if w.Method != persist {
			values[a.Identifier] = []string{a.Value()}
		}
	}
	r := check.Judge(s, check.Order{
		CA:        ca,
		Account:   w.AccountURI(),
		Challenge: w.Method,
		Values:    values,
		Now:       Now(),
	})
	if len(r.Identifiers) != len(w.Authorizations) {
		return nil, fmt.Errorf("%d identifiers judged", len(r.Identifiers))
	}
	var ps []Prediction
	for _, id := range r.Identifiers {
		p := Prediction{id.Verdict, []Problem{}}
		for _, q := range id.Predicted {
			p.Problems = append(p.Problems, Problem{q.Type, q.Detail})
		}
		ps = append(ps, p)
	}
	return ps, r.Check()
}

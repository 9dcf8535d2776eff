// Package vantage looks at the names of an order from other places: a CA asks
// from several continents, and a server that answers one network may be silent
// to another.
//
// A [Vantage] is an engine that exists elsewhere. It is told what to look at
// and brings back what each of its perspectives saw; what that comes to is
// for others to judge (Baseline Requirements §3.2.2.9). [Look] asks several
// of them and puts what they saw into the survey. Start with the interface;
// each engine has a file or a folder of its own.
package vantage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"dns01/resolver/defect"
	"dns01/resolver/survey"
)

// A Vantage looks from elsewhere. It is safe for concurrent use.
type Vantage interface {
	// Name is what to call it in messages: "open-mpic at mpic.example.net".
	// It tells no secret.
	Name() string
	// Cost says in words what looking at the target will spend there, "" when
	// nothing is counted. It asks nothing.
	Cost(Target) string
	// Look brings back what each perspective saw. Perspectives that did not
	// answer are left out, and told in Sight.Missing. The error is for an
	// engine that could not be used at all: a clause that says what to do. It
	// returns soon after the context has ended, with what it has.
	Look(context.Context, Target) (Sight, error)
}

// A Target is what to look at from elsewhere.
type Target struct {
	// Survey is what is known of the order from here: its identifiers with
	// their challenge names and climbs, and the servers of each zone. It is
	// not to be changed.
	Survey *survey.Survey
	// Values are the TXT values expected, by identifier; "" is for all of
	// them together, each of which has to be there. None: a preflight.
	Values map[string][]string
	// Challenge is the type of the challenge, Account the account's URL or "".
	Challenge, Account string
	// Issuers are the CAA issuer domain names of the CA that will be asked.
	Issuers []string
}

// A Sight is what was seen from elsewhere.
type Sight struct {
	Perspectives []*survey.Perspective
	Missing      []survey.Missing
	Verdicts     []survey.EngineVerdict // its own, if it has any
	// Limits are what this engine cannot look at, a sentence each.
	Limits []string
}

// errRefusedUnseen is why no engine is asked about an order whose names are all
// refused for what they are called.
var errRefusedUnseen = errors.New("the CA refuses these names without looking, so that no place was asked")

// Look asks engines, side by side, and puts what they saw into the target's
// survey. What is not looked up from here is not looked up from elsewhere. A
// fault of the program in it is a panic of the caller's goroutine.
func Look(ctx context.Context, t Target, engines []Vantage) {
	if !slices.ContainsFunc(t.Survey.Identifiers, survey.Identifier.LookedUp) {
		for _, v := range engines {
			add(t.Survey, v.Name(), Sight{}, errRefusedUnseen)
		}
		return
	}
	sights := make([]Sight, len(engines))
	failed := make([]error, len(engines))
	defect.Contain(ctx, func(ctx context.Context) any {
		var wg sync.WaitGroup
		for i, v := range engines {
			defect.Go(ctx, &wg, func() { sights[i], failed[i] = v.Look(ctx, t) })
		}
		wg.Wait()
		return nil
	})
	names := map[string]int{}
	for i, v := range engines {
		name := v.Name()
		if names[v.Name()]++; names[v.Name()] > 1 {
			name = fmt.Sprintf("%s (%d)", name, names[v.Name()])
		}
		add(t.Survey, name, sights[i], failed[i])
	}
	if why := survey.Ended(ctx); why != "" {
		t.Survey.Gaps = append(t.Survey.Gaps, survey.Gap{Reason: why})
	}
}

// add puts what one engine saw into a survey.
func add(s *survey.Survey, name string, seen Sight, err error) {
	v := survey.Vantage{Name: name, Missing: seen.Missing, Limits: seen.Limits, Verdicts: seen.Verdicts}
	if err != nil {
		v.Failure = err.Error()
	}
	for _, p := range seen.Perspectives {
		p.Vantage = name
	}
	s.Vantages = append(s.Vantages, v)
	s.Perspectives = append(s.Perspectives, seen.Perspectives...)
}

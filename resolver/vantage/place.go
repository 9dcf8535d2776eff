package vantage

import (
	"context"
	"slices"
	"sync"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
	"dns01/resolver/survey"
)

// A Place is a perspective with a resolver of ours: a client that asks from
// there.
type Place struct {
	Name, RIR string
	Client    *resolver.Client
}

// Places is a vantage of several places.
type Places struct {
	Called string
	At     []Place
}

func (p Places) Name() string       { return p.Called }
func (p Places) Cost(Target) string { return "" }

// Look looks from each place at the same time.
func (p Places) Look(ctx context.Context, t Target) (Sight, error) {
	s := Sight{Perspectives: make([]*survey.Perspective, len(p.At))}
	var wg sync.WaitGroup
	for i, at := range p.At {
		defect.Go(ctx, &wg, func() { s.Perspectives[i] = at.See(ctx, t) })
	}
	wg.Wait()
	return s, nil
}

// See looks up from a place what a CA would: the challenge name and the names
// of each climb, by delegation from the root; and asks each server of the zone
// that holds the challenge's target what it says there.
func (at Place) See(ctx context.Context, t Target) *survey.Perspective {
	p := &survey.Perspective{Name: at.Name, RIR: at.RIR}
	questions := Questions(t.Survey)
	p.Answers = make([]survey.PerspectiveAnswer, len(questions))
	servers := ServersOf(t.Survey)
	p.Servers = make([]*survey.Answer, len(servers))
	var wg sync.WaitGroup
	for i, q := range questions {
		defect.Go(ctx, &wg, func() { p.Answers[i] = at.conclude(ctx, q) })
	}
	wg.Wait()
	for i, s := range servers {
		defect.Go(ctx, &wg, func() { p.Servers[i] = survey.Ask(ctx, at.Client, s.Zone, s.Name, s.Addr, s.Question) })
	}
	wg.Wait()
	return p
}

// conclude resolves one question.
func (at Place) conclude(ctx context.Context, q survey.Question) survey.PerspectiveAnswer {
	qtype := dns.StringToType[q.Type]
	r := at.Client.Lookup(ctx, q.Name, qtype)
	a := survey.PerspectiveAnswer{Question: q, Status: statusOf(r)}
	for _, rr := range r.Answer {
		if rr.Header().Rrtype == qtype {
			a.Records = append(a.Records, survey.RecordOf(rr))
		}
	}
	if a.Status == survey.NoData && len(a.Records) > 0 {
		a.Status = survey.Answered
	}
	return a
}

// statusOf is the status of a resolution, apart from its records.
func statusOf(r resolver.Resolution) survey.Status {
	switch r.Problem {
	case resolver.ProblemNone:
	case resolver.ProblemNotAsked:
		return survey.NotAsked
	case resolver.ProblemTimeout:
		return survey.Timeout
	default:
		return survey.Lame
	}
	if r.Rcode == dns.RcodeNameError {
		return survey.NXDomain
	}
	return survey.NoData
}

// Questions are those whose answers decide about the identifiers of a survey:
// TXT of each challenge name and CAA of each name of a climb, each once.
func Questions(s *survey.Survey) []survey.Question {
	var qs []survey.Question
	add := func(q survey.Question) {
		if !slices.Contains(qs, q) {
			qs = append(qs, q)
		}
	}
	for _, id := range s.Identifiers {
		if !id.LookedUp() {
			continue
		}
		add(survey.Question{Name: id.Challenge, Type: "TXT"})
		for _, n := range id.CAA {
			add(survey.Question{Name: n, Type: "CAA"})
		}
	}
	return qs
}

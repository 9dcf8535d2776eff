package resolver

import (
	"context"
	"slices"
)

// A Result is the outcome of an iterative lookup.
type Result struct {
	Zone    string  // whose servers gave the answer
	Answer  *Answer // the last one; nil when there was no server to ask
	Reading Reading // of Answer
	Aliases []Alias // all that were followed
	Problem Problem // why there is no usable answer
}

// Lookup resolves a name from the deepest zone known, by delegation and along
// aliases, asking one server at a time.
func (c *Client) Lookup(ctx context.Context, name string, qtype uint16) Result {
	return c.lookup(ctx, name, qtype, nil)
}

func (c *Client) lookup(ctx context.Context, name string, qtype uint16, path []string) Result {
	if len(path) > maxDepth {
		return Result{Problem: ProblemLimit}
	}
	name = canonical(name)
	var aliases []Alias
	for range maxRestarts + 1 {
		r := c.resolve(ctx, name, qtype, path)
		r.Aliases = append(aliases, r.Reading.Aliases...)
		if r.Problem != ProblemNone || r.Reading.Kind != Aliased {
			return r
		}
		aliases = r.Aliases
		name = r.Reading.Owner
	}
	return Result{Aliases: aliases, Problem: ProblemLimit}
}

// resolve follows referrals to the zone that has an answer for name.
func (c *Client) resolve(ctx context.Context, name string, qtype uint16, path []string) Result {
	d := c.Deepest(name)
	for range maxCuts {
		servers := c.addressesOf(ctx, d, path)
		if len(servers) == 0 {
			return Result{Zone: d.Zone, Problem: c.noServers(ctx, d, path)}
		}
		s := c.Descend(ctx, d, servers, name, qtype)
		if s.Child != nil {
			d = s.Child
			continue
		}
		r := Result{Zone: d.Zone, Problem: failing(d.Zone, s.Answers)}
		if len(s.Answers) > 0 {
			r.Answer = s.Answers[len(s.Answers)-1]
			r.Reading = Read(d.Zone, r.Answer)
		}
		return r
	}
	return Result{Zone: d.Zone, Problem: ProblemLimit}
}

func (c *Client) noServers(ctx context.Context, d *Delegation, path []string) Problem {
	switch {
	case ctx.Err() != nil:
		return ProblemNotAsked
	case slices.Contains(path, d.Zone):
		return ProblemCyclic
	}
	return ProblemFailed
}

// failing says why a step has no usable answer; it has one when the last
// answer is usable.
func failing(zone string, answers []*Answer) Problem {
	if len(answers) == 0 {
		return ProblemNotAsked
	}
	if Read(zone, answers[len(answers)-1]).Kind.Usable() {
		return ProblemNone
	}
	p := ProblemNotAsked
	for _, a := range answers {
		switch a.Failure {
		case NoRoute, Canceled, Limit:
		case Timeout, Mismatched:
			if p == ProblemNotAsked {
				p = ProblemTimeout
			}
		default:
			p = ProblemFailed
		}
	}
	return p
}

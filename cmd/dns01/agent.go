package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/defect"
	"dns01/resolver/dnssec"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/nats"
)

// agentAside is how many questions of one request are concluded at once.
const agentAside = 16

// agent answers for one perspective until it is interrupted.
func (p *program) agent(ctx context.Context, args []string) (int, error) {
	f := newAgentFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("agent")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	w, err := f.world(p.world)
	if err != nil {
		return 0, err
	}
	o, err := f.options(w)
	if err != nil {
		return 0, err
	}
	work := p.judging(w, o.start, o.settings)
	a := &nats.Agent{
		Options: o.nats, Perspective: o.perspective, RIR: o.rir, Tool: p.toolName(),
		Jobs: o.jobs, Drain: o.drain,
		Look: func(ctx context.Context, r nats.Request) (nats.Sighting, error) { return work.look(ctx, r) },
		Judge: func(ctx context.Context, order nats.Order) (nats.Verdict, error) {
			return work.order(ctx, order, o.perspective)
		},
		Say: func(format string, args ...any) {
			if !o.quiet {
				p.say("dns01: "+format, args...)
			}
		},
	}
	if err := a.Serve(ctx); err != nil {
		return 0, f.natsError(err)
	}
	return statusOK, nil
}

func (p *program) toolName() string {
	t := p.tool()
	return strings.TrimSpace(t.Name + " " + t.Version)
}

// look looks at the names of a request, and says what the resolver of this
// place concludes for each question that a CA would ask.
func (j *judging) look(ctx context.Context, r nats.Request) (nats.Sighting, error) {
	begun := time.Now()
	counter := &resolver.Counter{}
	x := resolver.Observe(j.door, counter.Add)
	client := j.client(x, len(r.Names))
	s := survey.Take(ctx, survey.Target{Names: r.Names, Challenge: r.Challenge, Account: r.Account}, survey.Options{
		Client: client, Counter: counter, Exchanger: x, Now: j.p.clock(j.w),
		Anchors: j.anchors, SignedAt: j.signedAt, Probes: survey.ProbesNone,
	})
	sight := nats.Sighting{Withheld: withheld(s)}
	sight.Perspective.Answers = j.conclude(ctx, client, vantage.Questions(s))
	client.Wait()
	for _, l := range s.Lookups {
		if wanted(s, l.Question) {
			sight.Perspective.Servers = append(sight.Perspective.Servers, l.Answers...)
		}
	}
	c := counter.Counts()
	sight.Queries, sight.Took = c.UDP+c.TCP, time.Since(begun)
	return sight, j.unable(client, sight)
}

// wanted reports whether a question is of the challenge or of CAA: what
// servers say to others decides nothing elsewhere.
func wanted(s *survey.Survey, q survey.Question) bool {
	if _, asked := s.Starts[q]; asked {
		return q.Type == "TXT" || q.Type == "CAA"
	}
	return q.Type == "TXT"
}

// conclude asks as the CA's resolver does.
func (j *judging) conclude(ctx context.Context, c *resolver.Client, qs []survey.Question) []survey.PerspectiveAnswer {
	var v *dnssec.Validator
	if len(j.anchors) > 0 {
		now := j.p.clock(j.w)
		if at := j.signedAt; !at.IsZero() {
			now = func() time.Time { return at }
		}
		v = dnssec.New(dnssec.Config{Anchors: j.anchors, Now: now, Fetch: c.Fetch})
	}
	answers := make([]survey.PerspectiveAnswer, len(qs))
	aside := make(chan struct{}, agentAside)
	var wg sync.WaitGroup
	for i, q := range qs {
		aside <- struct{}{}
		defect.Go(ctx, &wg, func() {
			answers[i] = survey.Conclude(ctx, c, v, q)
			<-aside
		})
	}
	wg.Wait()
	return answers
}

// withheld are the servers that were not asked because of their addresses.
func withheld(s *survey.Survey) []string {
	var all []string
	for _, z := range s.Zones {
		for _, server := range z.Servers {
			if server.Special != "" {
				all = append(all, fmt.Sprintf("%s at %s (%s)", server.Name, server.Addr, server.Special))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// unable says why a sight is none: an agent without a network has no opinion,
// and one that may ask no server of the names has none either.
func (j *judging) unable(c *resolver.Client, s nats.Sighting) error {
	if v4, v6 := c.Network(); v4 != "works" && v6 != "works" {
		return &nats.Refusal{Code: 503, Text: "no server at all answers it, so DNS does not get out of its network"}
	}
	seen := func(a survey.PerspectiveAnswer) bool { return a.Type == "TXT" && !a.Status.Ours() }
	if len(s.Withheld) == 0 || slices.ContainsFunc(s.Perspective.Answers, seen) {
		return nil
	}
	few := s.Withheld[:min(3, len(s.Withheld))]
	return &nats.Refusal{Code: 403, Text: fmt.Sprintf("it asks no servers at private or special addresses, and the names have no others: %s; its --allow-private would", strings.Join(few, ", "))}
}

// order judges an order of somebody's batch.
func (j *judging) order(ctx context.Context, o nats.Order, perspective string) (nats.Verdict, error) {
	ca, err := caOf(o)
	if err != nil {
		return nats.Verdict{}, err
	}
	order := check.Order{CA: ca, Account: o.Account, Challenge: o.Challenge, Values: o.Values, Now: j.p.now()}
	if o.Now != "" {
		if order.Now, err = time.Parse(time.RFC3339, o.Now); err != nil {
			return nats.Verdict{}, &nats.Refusal{Code: 400, Text: "the order is to be judged as of what is no time"}
		}
	}
	probes := survey.ProbesNone
	if p := survey.Probing(o.Probes); p == survey.ProbesDefault || p == survey.ProbesDeep {
		probes = p
	}
	deadline := min(time.Duration(o.DeadlineMS)*time.Millisecond, 5*time.Minute)
	r := j.judge(ctx, orderLine{number: o.Number, line: o.Line, id: o.ID, names: o.Names}, order, terms{deadline, probes})
	x := r.line1()
	x.Perspective = perspective
	var v nats.Verdict
	if v.Short, err = report.JSONBatchLine(x, false); err != nil {
		return v, err
	}
	if v.Line = v.Short; o.Full {
		if v.Line, err = report.JSONBatchLine(x, true); err != nil {
			return v, err
		}
	}
	for _, z := range report.SlowZones(r.report.Survey) {
		v.Slow = append(v.Slow, nats.SlowZone{Zone: z.Zone, MS: z.RTT.Milliseconds()})
	}
	return v, nil
}

// caOf is the CA that an order is for: one that is known here, with what a
// directory document says of it.
func caOf(o nats.Order) (*known.CA, error) {
	ca, ok := known.Find(o.CA)
	if o.Directory == "" {
		if !ok {
			return nil, &nats.Refusal{Code: 400, Text: fmt.Sprintf("it does not know the CA %q; is it an older version?", o.CA)}
		}
		return ca, nil
	}
	d, err := known.ParseDirectory([]byte(o.Directory))
	switch {
	case err != nil:
		return nil, &nats.Refusal{Code: 400, Text: fmt.Sprintf("the directory document cannot be used: %v", err)}
	case ok:
		return d.Over(ca), nil
	}
	return d.CA(o.DirectoryFrom), nil
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"dns01/report"
	"dns01/resolver/vantage/nats"
)

// fleetOptions are how orders are judged by agents.
type fleetOptions struct {
	nats      nats.Options
	lostAfter time.Duration
	counted   bool // --jobs was given
	terms     nats.Order
	flags     *batchFlags
}

// ofAgents are flags that say how to ask the DNS, which the agents do.
var ofAgents = []string{"root-hints", "trust-anchor", "allow-private", "ipv4", "ipv6", "timeout", "pace", "trace", "verbose", "demo"}

// maxSentDirectory is how large a directory document may be that goes with
// every order.
const maxSentDirectory = 32 << 10

// fleetOptions makes sense of the flags about agents. It is nil without
// --nats. The error is a usageError.
func (p *program) fleetOptions(ctx context.Context, f *batchFlags, w world) (*fleetOptions, error) {
	if f.url == "" {
		for _, flag := range []string{"nats-creds", "nats-nkey", "nats-ca", "nats-cert", "nats-key", "lost-after"} {
			if f.Changed(flag) && !f.fromEnv[flag] {
				return nil, usagef("--%s is about agents; name their NATS server with --nats URL", flag)
			}
		}
		return nil, nil
	}
	var wrong error
	f.Visit(func(x *pflag.Flag) {
		if slices.Contains(ofAgents, x.Name) && !f.fromEnv[x.Name] {
			wrong = usagef("%s has no meaning with --nats: the agents ask the DNS, each as it was started; give it to them", dashed(x))
		}
	})
	if wrong != nil {
		return nil, wrong
	}
	o := &fleetOptions{counted: f.Changed("jobs"), flags: f}
	var err error
	if o.nats, err = f.natsOptions(f.natsFlags); err != nil {
		return nil, err
	}
	if o.lostAfter, err = f.duration("lost-after", f.lostAfter); err != nil {
		return nil, err
	}
	if o.lostAfter < time.Second {
		return nil, usagef("%s %s is too short for an agent to be heard of; give a second at least", f.source("lost-after"), f.lostAfter)
	}
	o.terms = nats.Order{CA: f.flags.ca, Account: f.account, Challenge: f.challenge, Full: f.full, Probes: f.probe}
	if f.noProbe {
		o.terms.Probes = "none"
	}
	if f.caDirectory != "" {
		doc, err := p.directoryDocument(ctx, f.flags, w)
		if err != nil {
			return nil, err
		}
		if len(doc) > maxSentDirectory {
			return nil, usagef("%s %s is too large to go with every order", f.source("ca-directory"), f.caDirectory)
		}
		o.terms.Directory, o.terms.DirectoryFrom = string(doc), f.caDirectory
		if !f.Changed("ca") {
			o.terms.CA = ""
		}
	}
	return o, nil
}

// A fleet is the agents that judge the orders of a batch.
type fleet struct {
	*nats.Dispatcher
	p *program
	o *fleetOptions
}

// openFleet connects, and finds out whom there is. Without --jobs, each agent
// gets twice as many orders as it judges at once.
func (p *program) openFleet(ctx context.Context, o *batchOptions) (*fleet, error) {
	f := &fleet{p: p, o: o.fleet}
	say := func(format string, args ...any) { p.say("dns01: "+format, args...) }
	d, err := nats.Dispatch(ctx, nats.DispatchConfig{
		Options: o.fleet.nats, Run: p.runID(), LostAfter: o.fleet.lostAfter, Check: checkJudged, Say: say,
	})
	if err != nil {
		return nil, o.fleet.flags.natsError(err)
	}
	f.Dispatcher = d
	agents, err := d.Agents(ctx)
	if err == nil && len(agents) == 0 {
		err = d.ErrNobody()
	}
	if err != nil {
		f.close(ctx)
		return nil, err
	}
	jobs := 0
	tools := map[string]bool{}
	for _, a := range agents {
		jobs += 2 * a.Jobs
		tools[a.Tool] = true
	}
	if !o.fleet.counted {
		o.jobs = max(1, min(jobs, 10_000))
	}
	if !o.quiet {
		say("%s at %s, for %d orders at once", plural(len(agents), "agent"), o.fleet.nats.Host(), o.jobs)
	}
	if len(tools) > 1 {
		say("the agents are of %d versions, which may judge differently", len(tools))
	}
	return f, nil
}

// runID tells the orders of this run from those of others.
func (p *program) runID() string {
	n := rand.Uint64()
	return strconv.FormatInt(p.now().Unix(), 36) + "-" + strconv.FormatUint(n, 36)
}

// close removes what the run left at the server, interrupted or not.
func (f *fleet) close(ctx context.Context) {
	if err := f.Close(context.WithoutCancel(ctx)); err != nil {
		f.p.say("dns01: what this run left at %s could not be removed: %v; it goes by itself in an hour", f.o.nats.Host(), err)
	}
}

// A judgedElsewhere is what an agent came to.
type judgedElsewhere struct {
	line []byte // with its line feed
	read report.BatchRead
	slow []report.SlowZone
}

// judgeElsewhere has an order judged by some agent.
func (b *batch) judgeElsewhere(ctx context.Context, q orderLine) result {
	r := result{orderLine: q}
	o := b.fleet.o.terms
	o.Number, o.Line, o.ID, o.Names, o.Values = q.number, q.line, q.id, q.names, q.values
	o.DeadlineMS = b.o.deadline.Milliseconds()
	if q.account != "" {
		o.Account = q.account
	}
	if b.o.dated {
		o.Now = b.o.order.Now.UTC().Format(time.RFC3339)
	}
	j, err := b.fleet.Judge(ctx, o)
	switch {
	case err != nil:
		r.begun = true
	case j.Failed != "":
		r.report = b.givenUp(q, j.Failed)
	default:
		r.judged = judged(j)
	}
	return r
}

// judged is a result that [checkJudged] found to be one.
func judged(j nats.Judged) *judgedElsewhere {
	e := &judgedElsewhere{}
	e.read, _ = report.ReadBatchLine(j.Line)
	var line bytes.Buffer
	_ = json.Compact(&line, j.Line)
	e.line = append(report.SeenJSON(line.Bytes()), '\n')
	for _, z := range j.Slow {
		e.slow = append(e.slow, report.SlowZone{Zone: z.Zone, RTT: time.Duration(z.MS) * time.Millisecond})
	}
	return e
}

// checkJudged refuses what is no result of the order.
func checkJudged(o nats.Order, j nats.Judged) error {
	x, err := report.ReadBatchLine(j.Line)
	switch {
	case err != nil:
		return err
	case x.Order != o.Number || x.Line != o.Line || x.ID != o.ID:
		return fmt.Errorf("it is of order %d with the id %q", x.Order, x.ID)
	case x.Error != "":
		return errors.New("it finds the order to be none, which was read as one here")
	case !slices.Equal(x.Identifiers, distinctNames(o.Names)):
		return errors.New("it is about other names")
	}
	return nil
}

// givenUp is the report of an order that no agent could judge: all of it is
// unknown, and why.
func (b *batch) givenUp(q orderLine, reason string) report.Report {
	order := b.o.order
	order.Now, order.Values = b.p.now(), q.values
	return b.p.unseen(q.names, order, "no agent could judge the order ("+reason+")")
}

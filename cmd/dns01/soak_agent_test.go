package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"golang.org/x/sync/errgroup"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/nats"
)

// What an agent does for requests and orders, for days on end in virtual time:
// names that are asked for once each, and a world that fails and comes back.
// NATS has real sockets and no place in virtual time: the agent's side of it
// has a test of its own.
func TestSoakAgentDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newProgram(t)
		p.now, p.rand = time.Now, unchanging()
		w := soakedWorld(t, *soakDays)
		f := newAgentFlags()
		settings, err := f.settings()
		if err != nil {
			t.Fatal(err)
		}
		from, err := f.start(w)
		if err != nil {
			t.Fatal(err)
		}
		work := p.judging(w, from, settings)
		held := &soak{}
		for day := range *soakDays {
			seen := map[string]int{}
			for half := range 48 {
				time.Sleep(30 * time.Minute)
				name := fmt.Sprintf("day%d-%d", day, half)
				seen[agentLooks(t, work, name+".a.com", "*."+name+".b.com")]++
				seen[agentJudges(t, work, name+".a.com", name+".c.com")]++
			}
			for _, want := range []string{"seen", "not seen", "ready", "blocked"} {
				if seen[want] == 0 {
					t.Errorf("day %d: nothing was %s, but %v", day, want, seen)
				}
			}
			held.take(t)
		}
		held.isFlat(t)
	})
}

// agentLooks answers a request, and says whether all that was asked was seen.
func agentLooks(t *testing.T, work *judging, names ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sight, err := work.look(ctx, nats.Request{Version: nats.Version, Names: names})
	unseen := func(a survey.PerspectiveAnswer) bool {
		return a.Status != survey.Answered && a.Status != survey.NoData && a.Status != survey.NXDomain
	}
	if err != nil || slices.ContainsFunc(sight.Perspective.Answers, unseen) {
		return "not seen"
	}
	return "seen"
}

// agentJudges judges an order of a batch, and says what came of it.
func agentJudges(t *testing.T, work *judging, names ...string) string {
	t.Helper()
	v, err := work.order(t.Context(), nats.Order{Version: nats.Version, Run: "soak", Number: 1, ID: "1", Line: 1, Names: names, CA: "letsencrypt", DeadlineMS: 30_000}, "elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	var line struct{ Verdict string }
	if err := json.Unmarshal(v.Line, &line); err != nil {
		t.Fatal(err)
	}
	return line.Verdict
}

// An agent that is asked again and again, by callers that come and go, and is
// given batches: each is answered, and nothing is left of them, neither here
// nor at the server. The server is in the same process, so what it holds counts
// as well.
func TestSoakAgentRequests(t *testing.T) {
	leavesNothingRunning(t)
	// The server remembers ten thousand connections that have ended by default.
	s := natsServer(t, func(o *server.Options) { o.MaxClosedClients = 10 })
	// A world that is seen from a place of it keeps no log.
	_, stderr := agentRunning(t, s, "--perspective", "us-east", "--rir", "ARIN", "--demo", "perspectives-two-fail", "--pace", "none", "--timeout", "20s")
	const samples = 6
	held := &soak{}
	for range samples {
		askAgent(t, s.ClientURL(), "us-east", max(*soakRequests/samples, 1))
		v := &nats.Vantage{Options: nats.Options{URL: s.ClientURL()}}
		sight, err := v.Look(t.Context(), vantage.Target{Survey: &survey.Survey{Identifiers: []survey.Identifier{{Name: "example.com"}}}})
		if err != nil || len(sight.Missing) > 0 || len(sight.Perspectives) != 1 {
			t.Fatalf("%v, missing %v", err, sight.Missing)
		}
		const n = 20
		exactlyOnce(t, from1(n), startFleet(t.Context(), t, s, orders(n), "-q").wait(t, statusOK))
		stderr.forget()
		held.take(t)
	}
	held.isFlat(t)
	if left := streams(t, s); len(left) > 0 {
		t.Errorf("left at the server: %v", left)
	}
}

// callers is how many ask an agent at the same time: as many as it answers at
// once. A look takes the round trips of its world, in real time.
const callers = 16

// askAgent has an agent asked so many times, and wants it to answer.
func askAgent(t *testing.T, url, perspective string, times int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), endsWithin+time.Duration(times)*time.Second)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(callers)
	for i := range times {
		g.Go(func() error { return asksAgent(ctx, url, perspective, fmt.Sprintf("n%d.example.com", i)) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

// asksAgent is a caller with a connection of its own, who knows where to ask:
// to find out who is there takes half a second.
func asksAgent(ctx context.Context, url, perspective, name string) error {
	conn, err := natsgo.Connect(url, natsgo.Timeout(endsWithin))
	if err != nil {
		return err
	}
	defer conn.Close()
	msg, err := conn.RequestWithContext(ctx, "dns01.v1.look."+perspective, fmt.Appendf(nil, `{"version":1,"names":[%q,"example.com"]}`, name))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if refusal := msg.Header.Get(micro.ErrorHeader); refusal != "" || len(msg.Data) == 0 {
		return fmt.Errorf("%s: refused with %q, %d octets", name, refusal, len(msg.Data))
	}
	return nil
}

package nats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"dns01/resolver/defect"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// answerFor is how long perspectives have when the caller's context has no
// deadline.
const answerFor = 30 * time.Second

// A Vantage asks every perspective that has an agent at a NATS server.
type Vantage struct{ Options Options }

var _ vantage.Vantage = (*Vantage)(nil)

// Name implements [vantage.Vantage].
func (v *Vantage) Name() string { return "agents at " + v.Options.Host() }

// Cost implements [vantage.Vantage]: nothing is counted.
func (v *Vantage) Cost(vantage.Target) string { return "" }

// Look implements [vantage.Vantage]. Perspectives are found by NATS' own
// discovery and asked side by side.
func (v *Vantage) Look(ctx context.Context, t vantage.Target) (vantage.Sight, error) {
	var s vantage.Sight
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, answerFor)
		defer cancel()
	}
	o := v.Options
	o.Name = "dns01 check"
	conn, err := o.connect()
	if err != nil {
		return s, err
	}
	defer conn.Close()
	all, err := discover(ctx, conn)
	if err != nil {
		return s, v.Options.why(err)
	}
	names := perspectives(all)
	if len(names) == 0 {
		return s, nobody(v.Options.Host())
	}
	names, s.Missing = bounded(names)
	requests := requestsOf(t)
	if len(requests) == 0 {
		return s, nil
	}
	type told struct {
		seen survey.Perspective
		held []string
		err  error
	}
	tells := make([]told, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		defect.Go(ctx, &wg, func() { tells[i].seen, tells[i].held, tells[i].err = ask(ctx, conn, name, requests) })
	}
	wg.Wait()
	for i, name := range names {
		if err := tells[i].err; err != nil {
			s.Missing = append(s.Missing, survey.Missing{Perspective: name, Reason: err.Error()})
			continue
		}
		s.Perspectives = append(s.Perspectives, &tells[i].seen)
		if held := tells[i].held; len(held) > 0 {
			s.Limits = append(s.Limits, fmt.Sprintf("The agent in %s does not ask servers at private or special addresses: %s.", name, strings.Join(held, ", ")))
		}
	}
	return s, nil
}

// bounded are the perspectives that are asked, and what is told of the others.
func bounded(names []string) ([]string, []survey.Missing) {
	if len(names) <= maxPerspectives {
		return names, nil
	}
	why := fmt.Sprintf("%d perspectives have agents, and %d are asked", len(names), maxPerspectives)
	return names[:maxPerspectives], []survey.Missing{{Perspective: "others", Reason: why}}
}

// requestsOf are what one perspective is asked: an order that is too large for
// one request is asked in parts.
func requestsOf(t vantage.Target) []Request {
	var names []string
	for _, id := range t.Survey.Identifiers {
		if id.LookedUp() && !slices.Contains(names, id.Name) {
			names = append(names, id.Name)
		}
	}
	var rs []Request
	for part := range slices.Chunk(names, MaxNames) {
		rs = append(rs, Request{Version: Version, Names: part, Challenge: t.Challenge, Account: t.Account})
	}
	return rs
}

// ask asks one perspective, and unites what it says to the parts.
func ask(ctx context.Context, conn *natsgo.Conn, name string, rs []Request) (p survey.Perspective, held []string, err error) {
	p.Name = name
	for _, r := range rs {
		part, withheld, err := askOnce(ctx, conn, name, r)
		if err != nil {
			return p, nil, err
		}
		p.RIR = part.RIR
		p.Answers = append(p.Answers, part.Answers...)
		p.Servers = append(p.Servers, part.Servers...)
		held = append(held, withheld...)
	}
	slices.Sort(held)
	return p, slices.Compact(held), nil
}

// askOnce puts one request to a perspective. Errors are clauses, for
// [survey.Missing].
func askOnce(ctx context.Context, conn *natsgo.Conn, name string, r Request) (*survey.Perspective, []string, error) {
	begun := time.Now()
	until, _ := ctx.Deadline()
	r.WithinMS = time.Until(until).Milliseconds()
	data, err := json.Marshal(r)
	if err != nil {
		return nil, nil, err
	}
	msg, err := conn.RequestWithContext(ctx, lookSubject+name, data)
	switch {
	case errors.Is(err, natsgo.ErrNoResponders):
		return nil, nil, errors.New("its agent has gone")
	case errors.Is(err, context.DeadlineExceeded):
		return nil, nil, fmt.Errorf("no answer within %v", time.Since(begun).Round(time.Second))
	case errors.Is(err, context.Canceled):
		return nil, nil, errors.New("the run was interrupted")
	case err != nil:
		return nil, nil, fmt.Errorf("the request could not be sent: %s", strings.TrimPrefix(err.Error(), "nats: "))
	}
	return readSeen(msg.Header.Get(micro.ErrorHeader), msg.Data, name)
}

// readSeen reads an answer, or a refusal.
func readSeen(refused string, data []byte, name string) (*survey.Perspective, []string, error) {
	if refused != "" {
		return nil, nil, fmt.Errorf("its agent refuses: %s", strings.TrimSuffix(header(refused), "."))
	}
	var seen Seen
	if err := unpack(data, &seen); err != nil {
		return nil, nil, fmt.Errorf("its answer cannot be used: %w", err)
	}
	p, err := seen.perspective()
	if err != nil {
		return nil, nil, fmt.Errorf("its answer cannot be used: %w", err)
	}
	if p.Name != name {
		return nil, nil, fmt.Errorf("its answer cannot be used: it is of the perspective %q", cut(header(p.Name)))
	}
	if len(seen.Withheld) > maxAnswers || allPlain(seen.Withheld...) != nil {
		return nil, nil, errors.New("its answer cannot be used: it lists servers that have no such names")
	}
	return p, seen.Withheld, nil
}

// Package globalping looks from elsewhere through Globalping
// (api.globalping.io), a network of probes that anybody may use: each asks a
// zone's servers one by one, from a network of its own.
//
// It shows what no single place can: that a server is silent to a part of the
// world, has another copy of the zone there, or lets no TCP in. It cannot ask
// for CAA. Every question from every probe is a test that counts against an
// hourly limit, so the cost is known before anything is asked, and the same
// probes answer all questions.
//
// Plan.go says what is asked, protocol.go how, read.go makes perspectives of
// the answers.
package globalping

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"dns01/resolver/defect"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/web"
)

// API is where Globalping is asked.
const API = "https://api.globalping.io"

// Tests an hour that are given away, and probes of one measurement, with a
// token and without.
//
// Source: public/v1/spec.yaml of github.com/jsdelivr/globalping, 2026-08-07.
const (
	hourly, hourlyWithToken = 250, 500
	probes, probesWithToken = 50, 500
)

// How results are waited for.
const (
	inFlight   = 4                      // measurements at a time
	afterReply = 500 * time.Millisecond // before a measurement is looked at again
	onLimit    = 5 * time.Second        // when the server does not say how long
	testLasts  = 10                     // seconds that a probe may take for a test
)

// limits are what the engine cannot look at.
var limits = []string{
	"Globalping cannot ask for CAA: whether CAA passes elsewhere was not looked at.",
	"Its probes ask the servers' IPv4 addresses that are known from here; the delegation above them was not looked at from there.",
}

// Options say how to ask. The zero value asks without a token.
type Options struct {
	Token  string
	Budget int // tests that may be spent; 0: as many as an hour gives
	Web    web.Options
	// Pause waits, and reports whether the context lasted; nil: by the clock.
	Pause func(context.Context, time.Duration) bool
}

// An Engine is Globalping, asked from chosen places.
type Engine struct {
	client *web.Client
	places []place
	o      Options
}

// New makes an engine that asks from places, such as "europe*2,JP", or from
// several continents when that is "". base is [API] but for tests. The error
// is a clause that says what to write.
func New(base, places string, o Options) (*Engine, error) {
	ps, err := parsePlaces(places)
	if err != nil {
		return nil, err
	}
	e := &Engine{places: ps, o: o}
	if most := e.most(); e.probes() > most {
		return nil, fmt.Errorf("asks from %d probes, and %d are the most at a time%s; write smaller numbers", e.probes(), most, e.withoutToken())
	}
	if o.Token != "" {
		if strings.ContainsAny(o.Token, " \t\r\n") {
			return nil, errors.New("has a token that is none in DNS01_GLOBALPING_TOKEN: it has white space in it")
		}
		o.Web.Header = http.Header{"Authorization": {"Bearer " + o.Token}}
	}
	if e.client, err = web.New(base, o.Web); err != nil {
		return nil, err
	}
	if e.o.Pause == nil {
		e.o.Pause = pause
	}
	return e, nil
}

func (e *Engine) most() int {
	if e.o.Token != "" {
		return probesWithToken
	}
	return probes
}

// budget is how many tests may be spent.
func (e *Engine) budget() int {
	switch {
	case e.o.Budget > 0:
		return e.o.Budget
	case e.o.Token != "":
		return hourlyWithToken
	}
	return hourly
}

func (e *Engine) withoutToken() string {
	if e.o.Token != "" {
		return ""
	}
	return " without a token"
}

func (e *Engine) Name() string { return "globalping" }

// Cost says how many tests a target takes.
func (e *Engine) Cost(t vantage.Target) string {
	qs := plan(t)
	if len(qs) == 0 {
		return ""
	}
	return fmt.Sprintf("%d tests (%d questions to servers × %d probes) of the %d that may be spent", len(qs)*e.probes(), len(qs), e.probes(), e.budget())
}

// Look asks every question from the same probes.
func (e *Engine) Look(ctx context.Context, t vantage.Target) (vantage.Sight, error) {
	qs := plan(t)
	if len(qs) == 0 {
		return vantage.Sight{Limits: limits}, errors.New("no server of the zone has a public IPv4 address to ask")
	}
	if err := e.affordable(ctx, len(qs)*e.probes()); err != nil {
		return vantage.Sight{Limits: limits}, err
	}
	first, err := e.create(ctx, qs[0], e.places)
	if err != nil {
		return vantage.Sight{Limits: limits}, err
	}
	answers := make([]measurement, len(qs))
	failed := make([]error, len(qs))
	var wg sync.WaitGroup
	room := make(chan struct{}, inFlight)
	for i, q := range qs {
		defect.Go(ctx, &wg, func() {
			room <- struct{}{}
			defer func() { <-room }()
			id := first
			if i > 0 {
				if id, failed[i] = e.create(ctx, q, first); failed[i] != nil {
					return
				}
			}
			answers[i], failed[i] = e.wait(ctx, id)
		})
	}
	wg.Wait()
	s := collect(qs, answers, failed)
	s.Limits = slices.Clone(limits)
	if i := slices.IndexFunc(failed, func(err error) bool { return err != nil }); len(s.Perspectives) == 0 && i >= 0 {
		return vantage.Sight{Limits: s.Limits}, failed[i]
	}
	return s, nil
}

// affordable wants the tests to be within the budget, and within what is left
// of the hour. Asking for that is free.
func (e *Engine) affordable(ctx context.Context, tests int) error {
	if b := e.budget(); tests > b {
		return fmt.Errorf("it would take %d tests, and %d may be spent; ask from fewer places (globalping=europe*2,asia), check fewer names at a time, or allow it with --vantage-budget %d", tests, b, tests)
	}
	var l limitsNow
	if _, err := e.client.Get(ctx, "v1/limits", &l); err != nil {
		return e.refused(err)
	}
	left := l.RateLimit.Measurements.Create
	if left == nil || tests <= left.Remaining+l.Credits.Remaining {
		return nil
	}
	advice := "; a token in DNS01_GLOBALPING_TOKEN gives more"
	if e.o.Token != "" {
		advice = "; credits give more"
	}
	return fmt.Errorf("it would take %d tests, and %d of this hour's %d are left; in %s there are more%s", tests, left.Remaining, left.Limit, soon(left.Reset), advice)
}

// soon is a number of seconds as people say it.
func soon(seconds int) string {
	if seconds < 120 {
		return fmt.Sprintf("%d s", max(seconds, 1))
	}
	return fmt.Sprintf("%d minutes", (seconds+59)/60)
}

// create begins a measurement, from places or from the probes of another one.
func (e *Engine) create(ctx context.Context, q question, from any) (id string, err error) {
	var c created
	if _, err := e.client.Post(ctx, "v1/measurements", q.request(from), &c); err != nil {
		return "", e.refused(err)
	}
	if !validID(c.ID) {
		return "", errors.New("it answers with JSON that is no measurement; see whether the address is right")
	}
	return c.ID, nil
}

// wait looks at a measurement until it is over: half a second after each
// reply, and later when it is told so. When the time is over before, it is
// what was there by then.
func (e *Engine) wait(ctx context.Context, id string) (measurement, error) {
	var last measurement
	for {
		var m measurement
		_, err := e.client.Get(ctx, "v1/measurements/"+id, &m)
		wait := afterReply
		s, refused := errors.AsType[*web.StatusError](err)
		switch {
		case refused && s.Status == http.StatusTooManyRequests:
			if wait = web.RetryAfter(s.Header, time.Time{}); wait == 0 {
				wait = onLimit
			}
		case err != nil && last.Results == nil:
			return m, e.refused(err)
		case err != nil:
			return last, nil
		case m.Status != "in-progress":
			return m, nil
		default:
			last = m
		}
		if !e.o.Pause(ctx, wait) {
			if last.Results == nil {
				return last, errors.New("no result came in the time there was; give more with --deadline")
			}
			return last, nil
		}
	}
}

// pause waits by the clock.
func pause(ctx context.Context, d time.Duration) bool {
	if at, ok := ctx.Deadline(); ok && time.Until(at) < d {
		d = time.Until(at)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// refused says what a failure means for whoever wrote the command.
func (e *Engine) refused(err error) error {
	s, ok := errors.AsType[*web.StatusError](err)
	if !ok {
		return err
	}
	said := said(s.Body)
	switch s.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w%s: it does not take the token; see to DNS01_GLOBALPING_TOKEN", s, said)
	case http.StatusUnprocessableEntity:
		return fmt.Errorf("%w%s: it has no probe at one of these places; write others, such as globalping=europe*2,JP", s, said)
	case http.StatusTooManyRequests:
		return fmt.Errorf("%w%s: this hour's tests are spent%s%s", s, said, reset(s.Header), web.After(s.Header))
	case http.StatusBadRequest:
		return fmt.Errorf("%w%s: it does not understand the request; write places as its documentation names them", s, said)
	}
	return fmt.Errorf("%w%s: Globalping itself fails; try later", s, said)
}

// reset says when more tests are given, if that is told.
func reset(h http.Header) string {
	if d := web.RetryAfter(http.Header{"Retry-After": {h.Get("X-Ratelimit-Reset")}}, time.Time{}); d > 0 {
		return "; there are more in " + soon(int(d.Seconds()))
	}
	return ""
}

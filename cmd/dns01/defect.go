package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"dns01/check"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/defect"
	"dns01/resolver/survey"
)

// A fault of the program itself is told as what it is: nobody shall look for it
// in their zone. One order that runs into it is "unknown"; others go on.

// guarded runs a command. A fault in any goroutine of it is an error.
func (p *program) guarded(ctx context.Context, run command, args []string) (status int, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = defect.Of(fault)
		}
		if d, ok := errors.AsType[*defect.Error](err); ok {
			status, err = 0, p.tellDefect(d)
		}
	}()
	type end struct {
		status int
		err    error
	}
	e := defect.Contain(ctx, func(ctx context.Context) (e end) {
		e.status, e.err = run(p, ctx, args)
		return e
	})
	return e.status, e.err
}

// tellDefect writes to stderr what a report of a fault has to hold, and returns the
// fault as an error.
func (p *program) tellDefect(d *defect.Error) error {
	t := p.tool()
	p.say("dns01: a fault of dns01 itself; to report it, please copy from here:")
	p.say("  %s %s, %s, %s/%s", t.Name, t.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for line := range strings.Lines("panic: " + d.Error() + "\n" + strings.Join(d.Lines(), "\n")) {
		p.say("  %s", strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    "))
	}
	return fmt.Errorf("%s (%v)", faultOfOurs, d)
}

const faultOfOurs = "dns01 itself broke down, which says nothing about the names; please report it, with what is written on stderr"

// spare looks at an order, which is unknown when the program breaks down over
// it.
func (p *program) spare(names []string, order check.Order, look func() report.Report) (r report.Report) {
	defer func() {
		if fault := recover(); fault != nil {
			err := p.tellDefect(defect.Of(fault))
			r = p.unseen(names, order, err.Error())
		}
	}()
	return look()
}

// unseen is the report of an order of which nothing was seen, for a reason.
func (p *program) unseen(names []string, order check.Order, reason string) report.Report {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := survey.Take(ctx, survey.Target{Names: names, Unasked: check.Unasked(names, order), Challenge: order.Challenge, Account: order.Account}, survey.Options{
		Client: resolver.New(resolver.Config{Exchanger: noDoor{}}), Now: p.now,
	})
	for i := range s.Gaps {
		s.Gaps[i].Reason = reason
	}
	return report.Report{Tool: p.tool(), Order: order, Survey: s, Result: check.Judge(s, order)}
}

// noDoor leads nowhere.
type noDoor struct{}

func (noDoor) Exchange(ctx context.Context, _ resolver.Query) (resolver.Reply, error) {
	return resolver.Reply{}, resolver.Ended(ctx)
}

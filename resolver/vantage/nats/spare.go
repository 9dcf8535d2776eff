package nats

import (
	"context"

	"dns01/resolver/defect"
)

// spared does what a message asks for. A fault of the program over it costs
// that message, and no other: it is told with its place, and is an error.
func spared[T any](ctx context.Context, say func(string, ...any), f func(context.Context) (T, error)) (result T, err error) {
	defer func() {
		fault := recover()
		if fault == nil {
			return
		}
		d := defect.Of(fault)
		say("a fault of dns01 itself, please report it with these lines: %v", d)
		for _, line := range d.Lines() {
			say("  %s", line)
		}
		err = refuse(failedInner, "dns01 itself broke down over it, which says nothing about the names; its log has what to report")
	}()
	type end struct {
		result T
		err    error
	}
	e := defect.Contain(ctx, func(ctx context.Context) (e end) {
		e.result, e.err = f(ctx)
		return e
	})
	return e.result, e.err
}

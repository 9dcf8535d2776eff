package conformance

import (
	"dns01/check"
)

// A Difference is a way in which dns01 decides otherwise than the release that
// is built here, because another release does.
type Difference struct {
	Reason string
	Since  string // the first release that decides as dns01 does
	// Applies reports whether a world has what the releases differ on.
	Applies func(*World) bool
}

var _ = check.Ready

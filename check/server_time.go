package check

import (
	"fmt"
	"time"
)

// What the CA's resolver waits for a server that it does not know, doubled
// each time, and what a lookup may take in all (Unbound,
// UNKNOWN_SERVER_NICENESS and discard-timeout).
const (
	firstWait = 376 * time.Millisecond
	allTime   = 1900 * time.Millisecond
)

// waits tells what silent servers cost a resolver that tries them first, as
// the end of a sentence; "" when they cost no time, or when no other is left.
func (h *zoneHealth) waits(ss []serverHealth) string {
	if len(h.in(serving)) == 0 || ss[0].state != deaf && ss[0].state != choked && ss[0].state != astray && ss[0].state != tardy {
		return ""
	}
	var all time.Duration
	for i := range ss {
		all += firstWait << min(i, 4)
	}
	if all > allTime {
		return fmt.Sprintf("; a resolver that tries them first is past the %.1f s that a lookup has", allTime.Seconds())
	}
	return fmt.Sprintf("; a resolver that tries %s first loses %.1f s of the %.1f s that a lookup has",
		verb(len(ss), "it", "them"), all.Seconds(), allTime.Seconds())
}

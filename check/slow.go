package check

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"dns01/resolver/survey"
)

// How long a server may take, measured from the quickest answer of all that
// were seen: our own way to the Internet is not its fault. The CA's resolver
// waits 376 ms for a server that it does not know, then 752 ms, then 1504 ms,
// and drops what it has later than 1.9 s after the question (Unbound,
// UNKNOWN_SERVER_NICENESS and discard-timeout).
const (
	asksAgain = 350 * time.Millisecond  // one time-out at least
	nearLimit = 700 * time.Millisecond  // two, and hardly any time left
	pastLimit = 1500 * time.Millisecond // the answer is dropped
)

// rtt is the quickest answer of an address; 0 when none was measured.
func (j *judge) rtt(addr netip.Addr) time.Duration {
	if j.rtts == nil {
		j.rtts = map[netip.Addr]time.Duration{}
		for _, z := range j.s.Zones {
			for _, s := range z.Servers {
				j.measure(s.SOA)
				j.measure(s.NS)
			}
		}
		for _, l := range j.s.Lookups {
			for _, a := range l.Answers {
				j.measure(a)
			}
		}
	}
	return j.rtts[addr]
}

func (j *judge) measure(a *survey.Answer) {
	if a == nil || a.RTT <= 0 {
		return
	}
	if t, ok := j.rtts[a.Addr]; !ok || a.RTT < t {
		j.rtts[a.Addr] = a.RTT
	}
}

// delay is what an address takes longer than the quickest of all.
func (j *judge) delay(addr netip.Addr) time.Duration {
	own := j.rtt(addr)
	floor := own
	if q := j.s.Network.Quickest; q > 0 {
		floor = min(floor, q)
	}
	for _, t := range j.rtts {
		floor = min(floor, t)
	}
	return own - floor
}

// tooSlow reports whether the CA's resolver has an answer too late to use it.
// A registry's servers are sampled, and not judged by it.
func (j *judge) tooSlow(l *survey.Lookup, a *survey.Answer) bool {
	return a.Status.Usable() && !j.registry(l.Zone) && j.delay(a.Addr) >= pastLimit
}

// slowHere reports whether an answer came late since everything takes long from
// here: another network might have had it in time.
func (j *judge) slowHere(a *survey.Answer) bool {
	q := j.s.Network.Quickest
	return a.Late > 0 && q > 0 && a.Late-q < pastLimit
}

// slowServers raises that servers take long: all that serve the zone, or some
// of them, which the CA's resolver then avoids.
func (j *judge) slowServers(h *zoneHealth) []draft {
	alive := h.in(serving)
	if len(alive) == 0 {
		return nil
	}
	quickest := slices.MinFunc(alive, func(a, b serverHealth) int { return int(j.delay(a.Addr) - j.delay(b.Addr)) })
	f := finding("nameserver-slow", h.zone.Name, "")
	limit := nearLimit
	switch best := j.delay(quickest.Addr); {
	case best >= pastLimit:
		f.Severity, limit = Error, pastLimit
	case best >= nearLimit:
		f.Severity = Warning
	case best >= asksAgain:
		limit = asksAgain
	}
	slow := slices.DeleteFunc(alive, func(s serverHealth) bool { return j.delay(s.Addr) < limit })
	if len(slow) == 0 {
		return nil
	}
	first := slices.MinFunc(slow, func(a, b serverHealth) int { return int(j.rtt(a.Addr) - j.rtt(b.Addr)) })
	f.Detail = fmt.Sprintf("For %s, %s %s %d ms and more to answer.",
		h.zone.Name, who(answers(slow)), verb(len(names(slow)), "takes", "take"), j.rtt(first.Addr).Milliseconds())
	f.Servers, f.Evidence = labels(slow), evidence(answers(slow)...)
	return []draft{{Finding: f}}
}

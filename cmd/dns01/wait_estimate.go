package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dns01/check/known"
	"dns01/report"
	"dns01/resolver/survey"
)

// A lag is the newest serial of a zone, and when it was first seen.
type lag struct {
	serial uint32
	since  time.Time
}

// batchTakes is how long after a provider's slot its servers may still be
// loading what was published in it.
const batchTakes = 2 * time.Minute

// foresee says when the set may be complete, from what the servers show and
// what is known of who runs them. It is empty when nothing can be said.
func (wt *waiter) foresee(r report.Report, states []report.State) report.Estimate {
	wt.provider = false
	if wt.stand != coming {
		return report.Estimate{}
	}
	behind, newest := laggards(states)
	if len(behind) > 0 {
		return wt.transfer(r, behind, newest)
	}
	for _, s := range states {
		if p, ok := known.ProviderOf(s.Server); ok && !s.Has {
			wt.provider = true
			return wt.rhythm(p)
		}
	}
	return report.Estimate{}
}

// laggards are the servers without the set whose serial is behind that of a
// server that has it, in the zone of the first of them.
func laggards(states []report.State) (behind []report.State, newest report.State) {
	for _, s := range states {
		for _, ahead := range states {
			if s.Zone != ahead.Zone || s.Has || !ahead.Has || s.Serial == nil || ahead.Serial == nil {
				continue
			}
			if older(*s.Serial, *ahead.Serial) && (len(behind) == 0 || behind[0].Zone == s.Zone) {
				behind, newest = append(behind, s), ahead
				break
			}
		}
	}
	return behind, newest
}

// older compares serials, which go round (RFC 1982 §3.2).
func older(a, b uint32) bool { return a != b && int32(b-a) > 0 }

// transfer is the estimate for secondaries that do not have the newest zone: a
// NOTIFY makes them fetch it at once, the refresh timer at the latest (RFC
// 1996 §1, RFC 1035 §3.3.13).
func (wt *waiter) transfer(r report.Report, behind []report.State, newest report.State) report.Estimate {
	if wt.lag.serial != *newest.Serial || wt.lag.since.IsZero() {
		wt.lag = lag{*newest.Serial, wt.p.now()}
	}
	var names []string
	for _, s := range behind {
		if !slices.Contains(names, s.Server) {
			names = append(names, s.Server)
		}
	}
	e := report.Estimate{Why: fmt.Sprintf("%s at serial %d, others at %d: a zone transfer is due",
		strings.Join(names, ", "), *behind[0].Serial, *newest.Serial)}
	if refresh := refreshOf(r.Survey, newest.Zone); refresh > 0 {
		e.Until = wt.lag.since.Add(refresh)
		e.Why += fmt.Sprintf(", within %s by the SOA refresh timer if no NOTIFY comes", about(refresh))
	}
	return e
}

// refreshOf is the refresh timer of a zone; 0 when no SOA was seen.
func refreshOf(s *survey.Survey, zone string) time.Duration {
	z := s.Zone(zone)
	if z == nil {
		return 0
	}
	for _, v := range z.Servers {
		if v.SOA != nil && v.SOA.SOA != nil {
			return time.Duration(v.SOA.SOA.Refresh) * time.Second
		}
	}
	return 0
}

// rhythm is the estimate from how a DNS host publishes.
func (wt *waiter) rhythm(p known.Provider) report.Estimate {
	now := wt.p.now()
	if next, ok := p.NextBatch(now); ok {
		slot := next.Add(-p.Batch)
		e := report.Estimate{Until: next.Add(batchTakes)}
		if slot.After(wt.out.Started) && now.Sub(slot) < batchTakes {
			e.Until = slot.Add(batchTakes)
			e.Why = fmt.Sprintf("%s publishes every %s, last at %s UTC", p.Name, about(p.Batch), slot.Format("15:04"))
			return e
		}
		e.From = next
		e.Why = fmt.Sprintf("%s publishes every %s, next at %s UTC", p.Name, about(p.Batch), next.Format("15:04"))
		return e
	}
	if p.Longest == 0 {
		return report.Estimate{}
	}
	e := report.Estimate{Until: wt.out.Started.Add(p.Longest)}
	if p.Usual > 0 {
		e.Why = fmt.Sprintf("%s takes %s as a rule, and up to %s", p.Name, about(p.Usual), about(p.Longest))
		return e
	}
	e.Why = fmt.Sprintf("%s takes up to %s", p.Name, about(p.Longest))
	return e
}

// about is a duration without what does not matter: "15 min", "90 s".
func about(d time.Duration) string {
	if d >= 2*time.Minute && d%time.Minute == 0 {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d s", int(d.Seconds()))
}

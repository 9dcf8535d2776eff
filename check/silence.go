package check

import (
	"slices"

	"dns01/resolver/survey"
)

// candidates are the answers of the servers that the CA's resolver would ask
// at a zone: those the parent names, at addresses that may be asked at all. A
// server that only the zone itself names is hardly ever met without a cache.
func (j *judge) candidates(l *survey.Lookup) []*survey.Answer {
	z := j.s.Zone(l.Zone)
	if z == nil || !slices.ContainsFunc(z.Servers, func(s *survey.Server) bool { return s.InParent }) {
		return l.Answers
	}
	var as []*survey.Answer
	for _, a := range l.Answers {
		if s := serverAt(z, a); s == nil || s.InParent && s.Special == "" {
			as = append(as, a)
		}
	}
	return as
}

// serverAt finds the server that gave an answer.
func serverAt(z *survey.Zone, a *survey.Answer) *survey.Server {
	var found *survey.Server
	for _, s := range z.Servers {
		if s.Addr == a.Addr && (found == nil || s.InParent) {
			found = s
		}
	}
	return found
}

// ours reports whether an answer failed on our side: it says nothing about
// the server. Silence counts as ours where a whole address family is silent,
// where what gets lost may be large, or where others are answered.
func (j *judge) ours(a *survey.Answer) bool {
	if a.Status.Ours() || j.slowHere(a) || a.Status == survey.Truncated && j.s.Network.TCP != "" ||
		a.Status == survey.Timeout && j.s.Network.Large == "lost" || j.bars(a) {
		return true
	}
	if a.Status != survey.Timeout && a.Status != survey.Unreachable {
		return false
	}
	family := j.s.Network.IPv4
	if a.Addr.Is6() && !a.Addr.Is4In6() {
		family = j.s.Network.IPv6
	}
	return family == "silent" || family == "none"
}

// untold reports whether it is not known on whose side an answer failed: ours,
// or that of a network which may have lost it for its size.
func (j *judge) untold(a *survey.Answer) bool {
	return j.ours(a) || j.s.Network.Large == "unclear" && a.Status == survey.Timeout && (a.Type == "TXT" || a.Type == "CAA")
}

// silence is the end of a lookup whose answers are all unusable.
func (j *judge) silence(l *survey.Lookup, candidates []*survey.Answer, t trail) end {
	e := end{kind: failed, failure: servfail, at: l, trail: t}
	e.answers = slices.DeleteFunc(slices.Clone(candidates), j.untold)
	switch {
	case l.Undecided:
		e.kind, e.failure = unseen, ""
	case slices.ContainsFunc(e.answers, bogus):
		e.bogus = true
		if slices.ContainsFunc(e.answers, keysTimedOut) || slices.ContainsFunc(e.answers, silent) {
			e.failure = timedOut
		}
	case len(e.answers) == 0 && (len(candidates) > 0 || !j.hopeless(l.Zone)):
		e.kind, e.failure = unseen, ""
	case j.otherServersUnseen(candidates):
		e.kind, e.failure = unseen, ""
	case slices.ContainsFunc(e.answers, func(a *survey.Answer) bool { return j.tooSlow(l, a) }):
		e.failure = timedOut
	case slices.ContainsFunc(e.answers, silent):
		// Others have failed at once, and waiting for this one takes longer than
		// the resolver has.
		e.failure = timedOut
	case slices.ContainsFunc(e.answers, unparsable):
		e.failure = resolverFailure
	}
	if i := slices.IndexFunc(e.answers, sawLoop); i >= 0 && e.kind == failed {
		e.loop = true
		e.trail, _ = t.follow(e.answers[i].Aliases)
	}
	return e
}

// sawLoop reports whether a server failed because of a loop of aliases.
func sawLoop(a *survey.Answer) bool { return a.Status == survey.Lame && a.Lame == looped }

// silent reports whether an answer never came, over TCP where that was needed.
// Unbound waits for a server that refuses as for one that is silent: it does not
// look at ICMP messages.
func silent(a *survey.Answer) bool {
	return a.Status == survey.Timeout || a.Status == survey.Unreachable || a.Status == survey.Truncated && a.TCP == "timeout"
}

// otherServersUnseen reports whether a server remains of which nothing is
// known at any of its addresses.
func (j *judge) otherServersUnseen(as []*survey.Answer) bool {
	known := map[string]bool{}
	for _, a := range as {
		known[a.Server] = known[a.Server] || !j.untold(a)
	}
	for _, k := range known {
		if !k {
			return true
		}
	}
	return false
}

// hopeless reports whether a zone has no server that could be asked, for
// reasons that hold for the CA as well.
func (j *judge) hopeless(zone string) bool {
	z := j.s.Zone(zone)
	if z == nil || len(z.Servers)+len(z.Problems) == 0 {
		return false
	}
	return all(z.Servers, func(s *survey.Server) bool { return s.Special != "" }) &&
		!slices.ContainsFunc(z.Problems, ourProblem) && j.shutOut(zone) == nil
}

// ourProblem reports whether a name server has no address because we stopped
// looking. The limits on depth and referrals are the CA's resolver's too.
func ourProblem(p survey.NameServerProblem) bool { return p.Reason == "not-asked" }

// cutShort reports whether a server that might answer otherwise was left out
// because the run ended.
func (j *judge) cutShort(l *survey.Lookup, as []*survey.Answer) bool {
	var left []*survey.Answer
	for _, g := range j.s.Gaps {
		if g.Zone != l.Zone || g.Question != l.Question || g.Reason == "no-route" || g.Reason == "switched-off" {
			continue
		}
		for _, a := range as {
			if a.Addr != g.Addr || a.Status != survey.NotAsked {
				continue
			}
			if g.Reason == "line-dead" || g.Reason == "forged" {
				return true // another address of its server may be another machine
			}
			left = append(left, a)
		}
	}
	return slices.ContainsFunc(left, func(a *survey.Answer) bool {
		return !slices.ContainsFunc(as, func(b *survey.Answer) bool { return b.Server == a.Server && !j.ours(b) })
	})
}

// startless is the end of a question whose first lookup is missing.
func (j *judge) startless(q survey.Question, t trail) end {
	zone, ok := j.s.Starts[q]
	if !ok || !j.hopeless(zone) {
		return end{kind: unseen, trail: t}
	}
	return end{kind: failed, failure: servfail, at: &survey.Lookup{Zone: zone, Question: q}, trail: t}
}

// all reports whether every element fits.
func all[T any](xs []T, fits func(T) bool) bool {
	return !slices.ContainsFunc(xs, func(x T) bool { return !fits(x) })
}

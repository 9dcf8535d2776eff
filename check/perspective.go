package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check/known"
	"dns01/resolver/survey"
)

var perspectiveRules = []*Rule{
	{
		ID: "perspective-fails", Subject: "views", Severity: Warning,
		Title:     "Seen from elsewhere it would not pass",
		Otherwise: "an error when the CA's quorum fails",
		Why:       "A CA looks from several places, and few of them may fail: one of two to five remote perspectives, two of six or more; those that pass have to span two registries' regions.",
		Fix:       "Let every place in the world ask the zone's servers: lift geographic blocks and rate limits for DNS, and mend the servers that answer there.",
		Source:    "Baseline Requirements §3.2.2.9; Let's Encrypt: boulder va/va.go",
	},
	{
		ID: "fails-only-from-here", Subject: "views", Severity: Note,
		Title:  "What fails from here passes at vantage points elsewhere",
		Why:    "A CA stands elsewhere too: when the fault is on the way from this network to the servers, or they refuse this network alone, the CA may pass. The verdict is that of this place.",
		Fix:    "Find out whether this network is blocked, limited or routed elsewhere by the servers' operator, or check again from another network before changing the zone.",
		Source: "Baseline Requirements §3.2.2.9",
	},
	{
		ID: "server-differs-by-place", Subject: "views", Severity: Note,
		Title:  "A server answers one part of the world otherwise than another",
		Why:    "Sites of one address (anycast), views and filters by origin make what a CA sees depend on where it asks from.",
		Fix:    "Bring the site that differs up to date, or lift the view, filter or limit that treats these places differently.",
		Source: "RFC 4786 §4; Baseline Requirements §3.2.2.9",
	},
}

// secondaryPrefix begins what the CA answers when remote perspectives, and not
// the primary one, are why it refuses.
const secondaryPrefix = "During secondary validation: "

// secondary is a problem as it reads when a remote perspective has it.
func secondary(p Problem) Problem {
	p.Detail = secondaryPrefix + p.Detail
	return p
}

// secondaries are the problems at validation as remote perspectives have them.
func secondaries(ps []Problem) []Problem {
	var out []Problem
	for _, p := range ps {
		if p.Stage == "validation" && !strings.HasPrefix(p.Detail, secondaryPrefix) {
			out = append(out, secondary(p))
		}
	}
	return out
}

// A remote is what one perspective comes to about an identifier. The challenge
// and CAA are counted apart: a perspective that fails one may pass the other.
type remote struct {
	*survey.Perspective
	txt, caa respect
}

// A respect is how one of both fares there, and the problem if it may fail.
type respect struct {
	tally
	problem Problem
}

// standing puts it in a word.
func (r respect) standing() Standing {
	switch {
	case r.pass && r.fail:
		return PerspectiveDepends
	case r.fail && !r.unsure:
		return PerspectiveFails
	case r.pass && !r.unsure:
		return PerspectivePasses
	}
	return PerspectiveUnknown
}

// note adds a way in which it may end.
func (r *respect) note(o outcome, p Problem) {
	if o == fails && !r.fail {
		r.problem = secondary(p)
	}
	r.add(o)
}

// remotes judges what every perspective of the survey saw.
func (az *authorization) remotes() []remote {
	var rs []remote
	for _, p := range az.s.Perspectives {
		r := remote{Perspective: p, caa: az.climbFrom(p)}
		for _, e := range az.challengeFrom(p) {
			o, problem := az.validates(e), Problem{}
			if o == fails {
				problem = az.challengeProblem(e)
			}
			r.txt.note(o, problem)
		}
		rs = append(rs, r)
	}
	return rs
}

// perspectiveResults is what every perspective comes to.
func (az *authorization) perspectiveResults() []PerspectiveResult {
	var out []PerspectiveResult
	for _, r := range az.remotes() {
		res := PerspectiveResult{Name: r.Name, RIR: r.RIR, Vantage: r.Vantage, Challenge: r.txt.standing(), CAA: r.caa.standing()}
		for _, part := range []respect{r.txt, r.caa} {
			if part.fail {
				res.Problems = append(res.Problems, part.problem)
			}
		}
		out = append(out, res)
	}
	return out
}

// challengeFrom are the ways in which the challenge lookup may end at a
// perspective: what its resolver concluded, and what each server that it could
// as well have asked said there. A resolver that gave up had no server left.
func (az *authorization) challengeFrom(p *survey.Perspective) []*end {
	q := survey.Question{Name: az.id.Challenge, Type: "TXT"}
	var usable, useless []*end
	if e := az.seenFrom(p, q); e != nil {
		if e.kind == failed {
			return []*end{e}
		}
		usable = append(usable, e)
	}
	for _, a := range p.Servers {
		if a.Type != "TXT" || a.Transport == "tcp" || a.Status.Ours() || a.Status == survey.Aliased || a.Status == survey.Referral || a.Name != az.id.Challenge && a.Name != az.endsAt(az.id) {
			continue
		}
		e := endFrom(a, a.Status)
		if e.kind == failed {
			useless = append(useless, e)
		} else {
			usable = append(usable, e)
		}
	}
	if len(usable) > 0 {
		return usable
	}
	return useless
}

// climbFrom is the climb as a perspective saw it (see climbCAA).
func (az *authorization) climbFrom(p *survey.Perspective) (r respect) {
	for _, name := range az.id.CAA {
		e := az.seenFrom(p, survey.Question{Name: name, Type: "CAA"})
		if e == nil {
			r.add(unsure)
			return r
		}
		e = az.atTLD(name, e)
		if e.kind == noData || e.kind == nxDomain {
			continue
		}
		c := az.stop(az.id, name, e)
		problem := Problem{}
		if c.outcome == fails {
			problem = caaProblem(c, az.id.Name)
		}
		r.note(c.outcome, problem)
		return r
	}
	r.add(passes)
	return r
}

// seenFrom is the end of a question as the resolver of a perspective saw it,
// nil when it was not asked.
func (az *authorization) seenFrom(p *survey.Perspective, q survey.Question) *end {
	seen := p.Answer(q)
	if seen == nil || seen.Status.Ours() {
		return nil
	}
	a := &survey.Answer{Question: q, Server: p.Name, Status: seen.Status, Owner: q.Name, Records: seen.Records}
	return endFrom(a, seen.Status)
}

// endFrom is the end that an answer makes somewhere else.
func endFrom(a *survey.Answer, s survey.Status) *end {
	e := terminal(&survey.Lookup{Question: a.Question}, a, trail{chain: []string{a.Name}})
	switch s {
	case survey.Answered, survey.NoData, survey.NXDomain:
	case survey.Timeout, survey.Unreachable:
		e.kind, e.failure = failed, timedOut
	default:
		e.kind, e.failure = failed, servfail
	}
	e.answers = []*survey.Answer{a}
	return &e
}

// A quorum is how remote perspectives came out in one respect.
type quorum struct {
	passed, failing, depending []string
	regions, spanned           int  // that those which passed span, and all of them
	somewhere                  bool // the region of one of them is not known
	problem                    Problem
	least                      int // perspectives that the CA has at least
	mayFail, needRegions       int
}

// quorumFor counts one respect over perspectives; those that did not look are left
// out.
func (az *authorization) quorumFor(rs []remote, of func(remote) respect) quorum {
	var q quorum
	var passing, all []string
	for _, r := range rs {
		part := of(r)
		switch part.standing() {
		case PerspectiveUnknown:
			continue
		case PerspectiveFails:
			if len(q.failing) == 0 {
				q.problem = part.problem
			}
			q.failing = append(q.failing, r.Name)
		case PerspectiveDepends:
			q.depending = append(q.depending, r.Name)
			passing = unite(passing, []string{r.RIR})
		case PerspectivePasses:
			q.passed = append(q.passed, r.Name)
			passing = unite(passing, []string{r.RIR})
		}
		all = unite(all, []string{r.RIR})
		q.somewhere = q.somewhere || r.RIR == ""
		if part.fail && q.problem == (Problem{}) {
			q.problem = part.problem
		}
	}
	q.regions, q.spanned = len(passing), len(all)
	if az.ca != nil {
		q.needRegions = az.ca.Perspectives.Regions.At(az.o.Now)
		q.least, _ = az.ca.Perspectives.RemotesAt(az.o.Now)
	}
	q.mayFail = known.Quorum(max(q.seen(), q.least))
	return q
}

// seen is how many perspectives looked.
func (q quorum) seen() int { return len(q.passed) + len(q.failing) + len(q.depending) }

// holds reports whether the CA would go on, or may. Fewer perspectives than
// the CA has count as some of its: those that nobody looked from may pass.
func (q quorum) holds() bool {
	return len(q.failing) <= q.mayFail && !q.lacksRegions()
}

// lacksRegions reports whether those that pass span too few regions. Where we
// looked is no choice of the CA's: perspectives that all stand in one region
// say nothing about the others.
func (q quorum) lacksRegions() bool {
	return q.seen() >= max(q.least, 1) && !q.somewhere && q.spanned >= q.needRegions && q.regions < q.needRegions
}

// corroborate weighs what remote perspectives saw. It returns what the CA
// would answer when their quorum fails, nil when it holds or when none looked.
func (az *authorization) corroborate() *Problem {
	rs := az.remotes()
	az.differByPlace()
	for _, part := range []struct {
		what string
		here tally
		of   func(remote) respect
	}{
		{"the challenge", az.txtTally(), func(r remote) respect { return r.txt }},
		{"CAA", az.climb.tally(), func(r remote) respect { return r.caa }},
	} {
		q := az.quorumFor(rs, part.of)
		if !part.here.may() || az.shutOutOf(part.here) {
			az.passElsewhere(part.what, q)
			return nil // the CA does not ask its remote perspectives, or nobody knows
		}
		if len(q.failing) > 0 || len(q.depending) > 0 && !part.here.fail {
			az.raise(az.perspectivesFail(part.what, q), place{})
		}
		if !q.holds() {
			return &q.problem
		}
	}
	return nil
}

// shutOutOf reports whether nothing is known here of one respect since servers
// answer others only.
func (az *authorization) shutOutOf(here tally) bool {
	return here.unsure && !here.pass && !here.fail && len(az.shutOuts()) > 0
}

// passElsewhere tells that what fails here passes at other places: then the
// fault may be of the way from here to the servers.
func (az *authorization) passElsewhere(what string, q quorum) {
	if len(q.passed) == 0 {
		return
	}
	d := fmt.Sprintf("For %s, %s of %d perspectives elsewhere %s, though it fails from here.", what, series(few(q.passed)), q.seen(), verb(len(q.passed), "passes", "pass"))
	f := finding("fails-only-from-here", az.id.Challenge, d)
	f.Servers = slices.Clone(q.passed)
	az.raise(f, place{})
}

// few names the first of many.
func few(names []string) []string {
	const most = 4
	if len(names) <= most+1 {
		return names
	}
	return first(most, names)
}

// perspectivesFail tells which perspectives fail and what that comes to.
func (az *authorization) perspectivesFail(what string, q quorum) Finding {
	n := q.seen()
	why := strings.TrimPrefix(strings.TrimSuffix(q.problem.Detail, "."), secondaryPrefix)
	var d string
	switch {
	case len(q.failing) > 0:
		d = fmt.Sprintf("For %s, %s of %d perspectives %s: %s.", what, series(few(q.failing)), n, verb(len(q.failing), "fails", "fail"), why)
	case len(q.depending) > 0:
		d = fmt.Sprintf("For %s, %s of %d perspectives may fail, depending on the server asked: %s.", what, series(few(q.depending)), n, why)
	}
	f := finding("perspective-fails", az.id.Challenge, d+" "+q.allowed())
	f.Servers = slices.Concat(q.failing, q.depending)
	if !q.holds() {
		f.Severity = Error
	}
	return f
}

// allowed tells what the CA allows, and whether that is kept.
func (q quorum) allowed() string {
	n := q.seen()
	rule := fmt.Sprintf("Of %d remote perspectives %d may fail", max(n, q.least), q.mayFail)
	if q.needRegions > 1 {
		rule += fmt.Sprintf(", and those that pass have to span %d regions", q.needRegions)
	}
	if q.holds() {
		return rule + ": it passes, and one more failure may decide."
	}
	return rule + ": it is refused."
}

// quorumOf tells what servers that differ mean for a CA that asks from several
// places; it goes behind the advice.
func (j *judge) quorumOf() string {
	if j.ca == nil {
		return ""
	}
	n, _ := j.ca.Perspectives.RemotesAt(j.o.Now)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" Until then the primary and %d of %d remote perspectives have to meet a good server.", n-known.Quorum(n), n)
}

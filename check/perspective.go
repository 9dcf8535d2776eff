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
		Title:     "What a remote vantage point sees would not pass",
		Otherwise: "an error when the CA's quorum fails",
		Why:       "A CA looks from several places, and too few of them may fail: one of two to five remote perspectives, two of six or more; those that pass have to span two registries' regions.",
		Fix:       "Let every place in the world ask the zone's servers: lift geographic blocks and rate limits for DNS, and mend the servers that answer there.",
		Source:    "Baseline Requirements §3.2.2.9; Let's Encrypt: boulder va/va.go",
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
	txt, caa               outcome
	txtProblem, caaProblem Problem
}

// remotes judges what every perspective of the survey saw.
func (az *authorization) remotes() []remote {
	var rs []remote
	for _, p := range az.s.Perspectives {
		r := remote{Perspective: p}
		if e := az.seenFrom(p, survey.Question{Name: az.id.Challenge, Type: "TXT"}); e != nil {
			if r.txt = az.validates(e); r.txt == fails {
				r.txtProblem = secondary(az.challengeProblem(e))
			}
		} else {
			r.txt = unsure
		}
		r.caa, r.caaProblem = az.climbFrom(p)
		rs = append(rs, r)
	}
	return rs
}

// climbFrom is the climb as a perspective saw it (see climbCAA).
func (az *authorization) climbFrom(p *survey.Perspective) (outcome, Problem) {
	for _, name := range az.id.CAA {
		e := az.seenFrom(p, survey.Question{Name: name, Type: "CAA"})
		if e == nil {
			return unsure, Problem{}
		}
		e = az.atTLD(name, e)
		if e.kind == noData || e.kind == nxDomain {
			continue
		}
		c := az.stop(az.id, name, nil, e)
		if c.outcome == fails {
			return fails, secondary(caaProblem(c, az.id.Name))
		}
		return c.outcome, Problem{}
	}
	return passes, Problem{}
}

// seenFrom is the end of a question as a perspective saw it, nil when it was
// not asked.
func (az *authorization) seenFrom(p *survey.Perspective, q survey.Question) *end {
	seen := p.Answer(q)
	if seen == nil || seen.Status.Ours() {
		return nil
	}
	a := &survey.Answer{Question: q, Server: p.Name, Status: seen.Status, Owner: q.Name, Records: seen.Records}
	e := terminal(&survey.Lookup{Question: q}, a, trail{chain: []string{q.Name}})
	switch seen.Status {
	case survey.Answered, survey.NoData, survey.NXDomain:
	case survey.Timeout:
		e.kind, e.failure = failed, timedOut
	default:
		e.kind, e.failure = failed, servfail
	}
	e.answers = []*survey.Answer{a}
	return &e
}

// A quorum is how remote perspectives came out in one respect.
type quorum struct {
	passed, failing []string
	regions         int // that those which passed span
	problem         Problem
	mayFail         int
	needRegions     int
}

// quorumFor counts one respect over perspectives; those that did not look are left
// out.
func (az *authorization) quorumFor(rs []remote, of func(remote) (outcome, Problem)) quorum {
	var q quorum
	var regions []string
	for _, r := range rs {
		switch o, p := of(r); o {
		case passes:
			q.passed = append(q.passed, r.Name)
			regions = unite(regions, []string{r.RIR})
		case fails:
			if len(q.failing) == 0 {
				q.problem = p
			}
			q.failing = append(q.failing, r.Name)
		}
	}
	q.regions = len(regions)
	q.mayFail = known.Quorum(len(q.passed) + len(q.failing))
	if az.ca != nil {
		q.needRegions = az.ca.Perspectives.Regions.At(az.o.Now)
	}
	return q
}

// seen reports whether any perspective looked.
func (q quorum) seen() bool { return len(q.passed)+len(q.failing) > 0 }

// holds reports whether the CA would go on.
func (q quorum) holds() bool {
	return !q.seen() || len(q.failing) <= q.mayFail && q.regions >= q.needRegions
}

// refusal is the problem when the quorum fails: the first perspective's that
// has one, or else that of too few regions.
func (q quorum) refusal() Problem {
	if len(q.failing) > 0 {
		return q.problem
	}
	return Problem{"validation", "serverInternal", secondaryPrefix + "validation failed but the problem is unavailable"}
}

// corroborate weighs what remote perspectives saw. It returns what the CA
// would answer when their quorum fails, nil when it holds or when none looked.
func (az *authorization) corroborate() *Problem {
	rs := az.remotes()
	for _, part := range []struct {
		what string
		of   func(remote) (outcome, Problem)
	}{
		{"the challenge", func(r remote) (outcome, Problem) { return r.txt, r.txtProblem }},
		{"CAA", func(r remote) (outcome, Problem) { return r.caa, r.caaProblem }},
	} {
		q := az.quorumFor(rs, part.of)
		if len(q.failing) > 0 || !q.holds() {
			az.raise(az.perspectivesFail(part.what, q), place{})
		}
		if !q.holds() {
			p := q.refusal()
			return &p
		}
	}
	return nil
}

// perspectivesFail tells which perspectives fail and what that comes to.
func (az *authorization) perspectivesFail(what string, q quorum) Finding {
	n := len(q.passed) + len(q.failing)
	var d string
	switch {
	case len(q.failing) == 0:
		d = fmt.Sprintf("All %d perspectives pass for %s, and they stand in %s.", n, what, countOf(q.regions, "registry's region", "registries' regions"))
	default:
		d = fmt.Sprintf("For %s, %s of %d perspectives %s: %s.", what, series(q.failing), n, verb(len(q.failing), "fails", "fail"),
			strings.TrimPrefix(strings.TrimSuffix(q.problem.Detail, "."), secondaryPrefix))
	}
	f := finding("perspective-fails", az.id.Challenge, d+" "+q.allowed())
	f.Servers = slices.Clone(q.failing)
	if !q.holds() {
		f.Severity = Error
	}
	return f
}

// allowed tells what the CA allows, and whether that is kept.
func (q quorum) allowed() string {
	n := len(q.passed) + len(q.failing)
	rule := fmt.Sprintf("Of %d remote perspectives %d may fail", n, q.mayFail)
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

package explain

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// decide chooses the event that decides, and tells the others.
//
// Of the failures the latest of each identifier counts; one that concerns the
// whole order ends whatever was before it; a success ends the failures of its
// names. Of what is left at the end, the heaviest kind counts, and of that the
// one that waiting helps least.
func (t *text) decide(es []event, now time.Time) Explanation {
	standing, past, succeeded := t.standing(es)
	x := Explanation{Outcome: NoOutcome}
	switch {
	case len(standing) > 0:
		x.Outcome = Failed
	case len(past) > 0 && succeeded:
		last := deciding(past)
		standing = []event{*last}
		past = slices.DeleteFunc(past, func(o event) bool { return o.from == last.from && o.m == last.m })
		x.Outcome = Succeeded
	case succeeded:
		x.Outcome = Succeeded
	}
	if len(standing) == 0 {
		x.Problem = nothing(x.Outcome)
		return x
	}
	first := deciding(standing)
	if first.m.tier == waiting && x.Outcome == Failed {
		x.Outcome = Waiting
	}
	x.Problem = t.problem(first, now)
	x.About = x.Identifiers
	x.tell(t, first, standing, past, now)
	if x.Outcome == Succeeded {
		x.Retry, x.RetryAfter = No, nil
		x.Summary = "A later attempt passed. Before it: " + x.Summary
		x.Advice = "Nothing to do. Should it come again: " + x.Advice
	}
	return x
}

// apart is how far apart, in octets, two errors of one report are at most.
const apart = 3000

// deciding is the event that decides among those that stand at the end: of the
// heaviest, in the last report, the one that waiting helps least.
func deciding(standing []event) *event {
	heaviest := slices.MaxFunc(standing, func(a, b event) int { return int(a.m.tier) - int(b.m.tier) }).m.tier
	var first *event
	from := 0
	for i := len(standing) - 1; i >= 0; i-- {
		e := &standing[i]
		switch {
		case e.m.tier != heaviest:
			continue
		case first != nil && from-e.to > apart:
			return first
		case first == nil || gravity(e) >= gravity(first):
			first = e
		}
		from = e.from
	}
	return first
}

// tell adds the problems beside the first one, and all their identifiers.
func (x *Explanation) tell(t *text, first *event, standing, past []event, now time.Time) {
	var ids []string
	for i := range standing {
		e := &standing[i]
		if e.m.tier != first.m.tier || len(x.Others) >= mostIdentifiers {
			continue
		}
		for _, id := range e.names {
			if !slices.Contains(ids, id) && len(ids) < mostIdentifiers {
				ids = append(ids, id)
			}
		}
		p := t.problem(e, now)
		if e != first && !same(p, x.Problem) && !slices.ContainsFunc(x.Others, func(o Problem) bool { return same(o, p) }) {
			x.Others = append(x.Others, p)
		}
	}
	for i := len(past) - 1; i >= 0 && len(x.Earlier) < 3; i-- {
		p := t.problem(&past[i], now)
		known := func(o Problem) bool { return same(o, p) }
		if past[i].m.tier == decisive && !same(p, x.Problem) && !slices.ContainsFunc(x.Earlier, known) && !slices.ContainsFunc(x.Others, known) {
			x.Earlier = append(x.Earlier, p)
		}
	}
	x.Identifiers = ids
}

// same reports whether two problems are one, told twice.
func same(a, b Problem) bool {
	return a.Category == b.Category && (slices.Equal(a.Identifiers, b.Identifiers) || len(a.Identifiers) == 0 || len(b.Identifiers) == 0) &&
		(a.LookedUp == nil || b.LookedUp == nil || *a.LookedUp == *b.LookedUp)
}

// gravity orders events by how little waiting helps.
func gravity(e *event) int {
	return slices.Index([]Retry{Yes, Maybe, No}, e.m.retry)
}

// standing sorts problems into those that stand at the end of the text and
// those that are past, and reports whether something succeeded at the end.
func (t *text) standing(es []event) (standing, past []event, succeeded bool) {
	drop := func(ends func(o *event) bool) {
		standing = slices.DeleteFunc(standing, func(o event) bool {
			if ends(&o) {
				past = append(past, o)
				return true
			}
			return false
		})
	}
	for i := range es {
		e := &es[i]
		switch e.m.kind {
		case success:
			succeeded = true
			drop(func(o *event) bool { return concerns(e.names, o.names) })
			continue
		case idle:
			succeeded = succeeded || len(standing) == 0
			continue
		case attempt:
			drop(func(o *event) bool { return concerns(e.names, o.names) })
			continue
		}
		if e.m.tier >= general {
			succeeded = false
			if slices.ContainsFunc(standing, func(o event) bool { return t.goesOn(&o, e) }) {
				continue
			}
			drop(func(o *event) bool {
				passed := o.m.category == ClientPrecheck && e.m.byCA && concerns(o.names, e.names)
				return passed || o.m.tier >= general && (e.m.order && o.m != e.m || slices.Equal(o.names, e.names) || o.m.order && len(o.names) == 0)
			})
		}
		standing = append(standing, *e)
	}
	if succeeded && !slices.ContainsFunc(standing, func(o event) bool { return o.m.tier >= general || len(o.names) > 0 }) {
		// What tells neither its name nor its failure, beside a success.
		past, standing = append(past, standing...), nil
	}
	return standing, past, succeeded
}

// goesOn reports whether e is more of the sentence of o: "NXDOMAIN looking up
// A for …; NXDOMAIN looking up AAAA for …", or, by a client, "failed to find
// zone example.com.: zone could not be found".
func (t *text) goesOn(o, e *event) bool {
	const reach = 120
	if len(e.names) == 0 || o.m.category != e.m.category || o.m.tier != e.m.tier || e.from-o.to >= reach || e.from < o.from {
		return false
	}
	if slices.Equal(o.names, e.names) {
		return true
	}
	return !e.m.byCA && len(o.names) > 0 && related(o.names[0], e.names[0]) && !strings.Contains(t.lines[min(o.to, e.from):e.from], "\n")
}

// related reports whether one name is the other, or below it.
func related(a, b string) bool {
	a, b = "."+base(a), "."+base(b)
	return strings.HasSuffix(a, b) || strings.HasSuffix(b, a)
}

// concerns reports whether what is told of some names is about others: also
// when either names none.
func concerns(names, others []string) bool {
	if len(names) == 0 || len(others) == 0 {
		return true
	}
	return slices.ContainsFunc(others, func(o string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return base(n) == base(o) })
	})
}

// problem makes a problem of an event.
func (t *text) problem(e *event, now time.Time) Problem {
	m := e.m
	p := Problem{
		Category: m.category, Stage: m.stage, Retry: m.retry, Culprit: m.culprit,
		Identifiers: e.names, LookedUp: e.lookedUp, Secondary: e.prefix.secondary,
		Findings: m.findings, Type: m.acme, Seen: e.seen,
		Quote: t.quote(e),
	}
	if m.byCA {
		p.Stage = t.stageOf(e)
	}
	if p.Stage == UnknownStage || p.Stage == "" {
		p.Stage = t.stageNear(e.from)
	}
	if typ, status := t.problemType(e); m.byCA {
		p.Status = status
		if typ != "" {
			p.Type = typ
		}
	}
	p.RetryAfter = t.retryAfter(e, now)
	p.Summary = e.fill(m.what)
	if p.Secondary {
		p.Summary = strings.TrimSuffix(p.Summary, ".") + "; a remote perspective of the CA saw it, after the primary one had passed."
	}
	p.Advice = e.fill(m.advice)
	if p.Secondary && m.category != CAInternal {
		p.Advice += " The CA looks from several places: see that no server, firewall or country filter treats some networks differently, and that all servers at all sites answer alike."
		p.Findings = append(slices.Clone(p.Findings), "perspective-fails")
	}
	return p
}

// fill puts what the text says into a sentence.
func (e *event) fill(sentence string) string {
	name := e.groups["name"]
	if e.lookedUp != nil {
		name = e.lookedUp.Name
	}
	ident := "the name"
	if len(e.names) > 0 {
		ident = e.names[0]
	}
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	typ := "the"
	if e.lookedUp != nil {
		typ = e.lookedUp.Type
	}
	return strings.NewReplacer(
		"{name}", or(nameOf(name), "the name"), "{ident}", ident, "{type}", typ,
		"{n}", e.groups["n"], "{word}", cmp.Or(plainWord(e.groups["word"]), "an error"), "{seen}", redact(e.seen),
	).Replace(sentence)
}

// nothing is the problem of a text that has none that is known.
func nothing(o Outcome) Problem {
	p := Problem{Category: Unknown, Stage: UnknownStage, Retry: Maybe, Culprit: Somebody}
	if o == Succeeded {
		p.Retry = No
		p.Summary = "No failure found: the text tells of success."
		p.Advice = "Nothing to do. If a certificate is missing all the same, look for the attempt that failed in an older log."
		return p
	}
	p.Summary = "No failure that is known here was found in the text."
	p.Advice = "Give the CA's own words: the lines with \"urn:ietf:params:acme:error\", or the client's log with debugging on. Whether the CA would pass these names now, dns01 check tells without any log."
	return p
}

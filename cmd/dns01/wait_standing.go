package main

import (
	"slices"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

// A standing is what one look means for the wait.
type standing string

const (
	passing  standing = "passing"  // it is as waited for
	coming   standing = "coming"   // it is not, and may be later
	hopeless standing = "hopeless" // it never will be without a change
	unseen   standing = "unseen"   // what counts could not be looked at
)

// standOf weighs a look, its worst identifier first.
func (wt *waiter) standOf(r report.Report, states []report.State) standing {
	if len(r.Result.Identifiers) == 0 {
		return unseen
	}
	stand := passing
	for _, id := range r.Result.Identifiers {
		switch {
		case id.Verdict == check.Blocked && !wt.mayCome(r.Result, id):
			return hopeless
		case id.Verdict == check.Unknown:
			stand = unseen
		case stand == passing && !wt.passes(id, states):
			stand = coming
		}
	}
	return stand
}

// mayCome reports whether a refusal may end without anybody changing anything:
// the value is on its way, or a server is that is silent now.
func (wt *waiter) mayCome(res check.Result, id check.IdentifierResult) bool {
	return !slices.ContainsFunc(res.Findings, func(f check.Finding) bool { return wt.blocks(f, id) })
}

// blocks reports whether a finding keeps an identifier from passing for good.
func (wt *waiter) blocks(f check.Finding, id check.IdentifierResult) bool {
	if f.Severity != check.Error || !slices.Contains(f.Identifiers, id.Identifier) {
		return false
	}
	switch f.Rule.ID {
	case "challenge-value-is-key-authorization", "challenge-wrong-value":
		// Something else may be on its way, unless this is what was meant.
		return wt.o.order.Mangled(id.Challenge.Values, wt.expected(id.Identifier))
	}
	return !passesByItself(f)
}

// blocker is the finding that waiting does not mend, nil for none.
func (wt *waiter) blocker(res check.Result) *check.Finding {
	for i, f := range res.Findings {
		for _, id := range res.Identifiers {
			if id.Verdict == check.Blocked && wt.blocks(f, id) {
				return &res.Findings[i]
			}
		}
	}
	return nil
}

// expected are the values for an identifier.
func (wt *waiter) expected(identifier string) []string {
	return slices.Concat(wt.o.order.Values[identifier], wt.o.order.Values[""])
}

// passesByItself reports whether a finding says that something has not
// happened yet, rather than that something is wrong. A value that is there in
// the wrong form, or at the wrong place, was published already.
func passesByItself(f check.Finding) bool {
	switch f.Rule.ID {
	case "challenge-missing", "challenge-no-txt",
		"challenge-value-stale", "challenge-values-incomplete",
		// The record of its own goes before the wildcard once it is there.
		"challenge-wildcard-answer", "alias-from-wildcard",
		// A registration at acme-dns does not exist before its first value.
		"alias-dangling",
		// What stands there now need not be of this order.
		"challenge-value-is-hostname",
		"nameserver-silent", "nameserver-unreachable", "caa-lookup-timeout":
		return true
	case "delegation-lame", "alias-target-lame", "caa-lookup-failed":
		return f.Transient || silent(f)
	}
	return f.Transient
}

// silent reports whether nothing at all came back: a server that is down says
// nothing about what it will say.
func silent(f check.Finding) bool {
	return len(f.Evidence) > 0 && !slices.ContainsFunc(f.Evidence, func(x survey.Exchange) bool { return x.Rcode != "" })
}

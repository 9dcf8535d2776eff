package check

import (
	"fmt"
	"slices"

	"dns01/resolver/survey"
)

// An outcome is what one path comes to at the CA.
type outcome int

const (
	passes outcome = iota
	fails
	unsure // we could not see
)

// A tally says which outcomes are possible.
type tally struct{ pass, fail, unsure bool }

func (t *tally) add(o outcome) {
	switch o {
	case passes:
		t.pass = true
	case fails:
		t.fail = true
	case unsure:
		t.unsure = true
	}
}

// may reports whether it may pass, as far as we can see.
func (t tally) may() bool { return t.pass || t.unsure }

// verdict weighs every path that the CA may take: one end of the challenge
// lookup, and after it, where that passes, one end of the CAA climb.
func (az *authorization) verdict() Verdict {
	txt, caa := az.txtTally(), az.climb.tally()
	switch {
	case !txt.may():
		if all(az.txt.ends, func(e *end) bool { return az.validates(e) != fails || !az.begins(e).IsZero() || recovered(e.at) }) {
			return Retry
		}
		return Blocked
	case !caa.may():
		if az.climb.transient() {
			return Retry
		}
		return Blocked
	case txt.unsure || caa.unsure:
		return Unknown
	case az.wentDark():
		return Unknown
	case txt.fail || caa.fail:
		return AtRisk
	case az.unfinished():
		return Unknown
	}
	return Ready
}

// wentDark reports whether nobody was heard any more towards the end, however
// many servers were asked: what was to be found out then is not known.
func (az *authorization) wentDark() bool {
	return slices.ContainsFunc(az.s.Gaps, func(g survey.Gap) bool { return g.Reason == "line-dead" && g.Question == survey.Question{} })
}

// unfinished reports whether the run ended, guesses drowned what came, or this
// host had no way out, before everything was heard that the CA asks about the
// identifier: what did come passes, and of the rest nobody knows.
func (az *authorization) unfinished() bool {
	asked := map[survey.Question]bool{{Name: az.id.Challenge, Type: "TXT"}: true}
	for _, name := range az.id.CAA {
		asked[survey.Question{Name: name, Type: "CAA"}] = true
	}
	for _, r := range az.questions() {
		for _, s := range r.steps {
			asked[s.at.Question] = true
		}
	}
	return slices.ContainsFunc(az.s.Gaps, func(g survey.Gap) bool {
		ours := slices.Contains([]string{"deadline", "interrupted", "line-dead", "forged", "no-route"}, g.Reason)
		if g.Reason == "no-route" && az.s.Via != "" {
			return false // a resolver was asked in the place of whom there is no way to
		}
		return ours && (asked[g.Question] || g.Question == survey.Question{})
	})
}

func (az *authorization) txtTally() tally {
	var t tally
	for _, e := range az.txt.ends {
		t.add(az.validates(e))
	}
	return t
}

// endanger lowers a ready identifier with a warning: the paths seen pass, and
// something stands that a path not seen may fail on (a server to retry past,
// a limit of another resolver).
func endanger(id *IdentifierResult, ds []*draft) {
	if id.Verdict != Ready {
		return
	}
	for _, d := range ds {
		if d.Severity == Warning && slices.Contains(d.Identifiers, id.Identifier) {
			id.Verdict = AtRisk
		}
	}
}

// gravity orders verdicts, best first.
func gravity(v Verdict) int {
	return slices.Index([]Verdict{Ready, AtRisk, Retry, Unknown, Blocked}, v)
}

// conclude sets the order's verdict: its worst identifier's. An order without
// identifiers cannot be judged.
func (r *Result) conclude() {
	if len(r.Identifiers) == 0 {
		r.Verdict = Unknown
		return
	}
	r.Verdict = Ready
	for _, id := range r.Identifiers {
		if gravity(id.Verdict) > gravity(r.Verdict) {
			r.Verdict = id.Verdict
		}
		r.RetryAfter = max(r.RetryAfter, id.RetryAfter)
	}
	if r.Verdict != Retry {
		r.RetryAfter = 0
	}
}

// Check returns an error when verdicts and findings contradict each other:
//   - a blocked identifier, or one to retry, has an error that explains it and
//     the problem that the CA would return;
//   - one at risk has a warning and no error;
//   - a ready one has neither, and no predicted problem;
//   - an unknown one has no error.
//
// A result that breaks this is a fault of this package, whatever the survey.
func (r Result) Check() error {
	for _, id := range r.Identifiers {
		has := map[Severity]bool{}
		for _, f := range r.Findings {
			if slices.Contains(f.Identifiers, id.Identifier) {
				has[f.Severity] = true
			}
		}
		if err := agrees(id, has[Error], has[Warning]); err != nil {
			return fmt.Errorf("%s: %w", id.Identifier, err)
		}
	}
	return nil
}

func agrees(id IdentifierResult, hasError, hasWarning bool) error {
	switch id.Verdict {
	case Blocked, Retry:
		if !hasError {
			return fmt.Errorf("%s without an error", id.Verdict)
		}
		if len(id.Predicted) == 0 {
			return fmt.Errorf("%s without a predicted problem", id.Verdict)
		}
		return nil
	case AtRisk:
		if !hasWarning {
			return fmt.Errorf("at_risk without a warning")
		}
	case Ready:
		if hasWarning {
			return fmt.Errorf("ready with a warning")
		}
		if len(id.Predicted) > 0 {
			return fmt.Errorf("ready with a predicted problem")
		}
	}
	if hasError {
		return fmt.Errorf("%s with an error", id.Verdict)
	}
	return nil
}

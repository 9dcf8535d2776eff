package main

import (
	"dns01/check"
	"dns01/report"
)

// suppositions reads every --what-if.
func (f *flags) suppositions() ([]check.CAAChange, error) {
	changes, err := check.ParseCAAChanges(f.whatIf, normalize)
	if err != nil {
		return nil, usagef("%s: %v", f.source("what-if"), err)
	}
	return changes, nil
}

// suppose judges a report's survey again, as it would be with other CAA
// records, and keeps what it is without them.
func suppose(r *report.Report, changes []check.CAAChange) error {
	if len(changes) == 0 {
		return nil
	}
	s, err := check.Suppose(r.Survey, changes)
	if err != nil {
		return usagef("--what-if: %v", err)
	}
	r.Supposition = &report.Supposition{
		Changes: changes, Before: r.Result,
		ClimbsBefore: check.JudgeCAA(r.Survey, r.Order).Climbs, Climbs: check.JudgeCAA(s, r.Order).Climbs,
	}
	r.Survey, r.Result = s, check.Judge(s, r.Order)
	return nil
}

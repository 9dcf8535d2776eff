package check

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Refusal is the problem document with which the CA refuses a whole order.
type Refusal struct {
	Problem
	// Subproblems are per identifier, sorted, where more than one is refused
	// (RFC 8555 §6.7.1).
	Subproblems []Subproblem
}

// A Subproblem is what is wrong with one identifier of an order.
type Subproblem struct {
	Identifier string
	Type       string // as in [Problem]
	Detail     string
}

// refusal is the same with the sub-problems as a list.
func (r *NewOrderRefusal) refusal() *Refusal {
	all := &Refusal{Problem: r.Problem}
	for _, name := range slices.Sorted(maps.Keys(r.Subproblems)) {
		p := r.Subproblems[name]
		all.Subproblems = append(all.Subproblems, Subproblem{name, p.Type, p.Detail})
	}
	return all
}

// reuse is how long a validation may be used again, 0 when it cannot be or is
// not known. One that a standing record solved is never used again.
func (j *judge) reuse() time.Duration {
	if j.ca == nil || j.persistent() {
		return 0
	}
	p, _ := j.ca.Profile(j.o.Profile)
	return p.AuthorizationReuse.At(j.o.Now)
}

// rechecks reports whether an order may come to finalize with a validation so
// old that the CA looks CAA up again (Baseline Requirements §3.2.2.8: within
// eight hours).
func (j *judge) rechecks() bool {
	return j.ca != nil && j.ca.CAARecheckAfter > 0 && j.reuse() > j.ca.CAARecheckAfter
}

// finalizePrefix begins what the CA answers when CAA has turned against an
// authorization that it had already. Whatever it was, the type is caa.
const finalizePrefix = "Error finalizing order :: "

// rechecked tells what the CA would return at finalize on each path that
// fails, each text once.
func (az *authorization) rechecked() []Problem {
	if !az.rechecks() {
		return nil
	}
	var ps []Problem
	for _, e := range az.climb.ends {
		if e.outcome != fails {
			continue
		}
		p := Problem{"finalize", "caa", finalizePrefix + "rechecking caa: " + caaProblem(e, az.id.Name).Detail}
		if !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	return ps
}

// finalize is the answer to an order of which every authorization has to be
// rechecked: that of the one identifier that fails on every path, or a summary
// where there are several. Which of them the CA names first is chance; here it
// is the first by the alphabet.
func finalize(failing map[string]Problem) *Refusal {
	names := slices.Sorted(maps.Keys(failing))
	switch len(names) {
	case 0:
		return nil
	case 1:
		return &Refusal{Problem: failing[names[0]]}
	}
	r := &Refusal{Problem: Problem{"finalize", "caa", finalizePrefix + fmt.Sprintf(
		"Rechecking CAA for %q and %d more identifiers failed. Refer to sub-problems for more information", names[0], len(names)-1)}}
	for _, name := range names {
		r.Subproblems = append(r.Subproblems, Subproblem{name, failing[name].Type, failing[name].Detail})
	}
	return r
}

// atFinalize is the refusal of an order that reuses old authorizations.
func atFinalize(ids []IdentifierResult) *Refusal {
	failing := map[string]Problem{}
	for _, id := range ids {
		if may := id.CAA.Authorized; len(id.Rechecked) > 0 && may != nil && !*may {
			failing[id.Identifier] = id.Rechecked[0]
		}
	}
	return finalize(failing)
}

// recheckDue notes, before an order, that trouble with CAA alone strikes at
// finalize too: an authorization that is reused does not pass by it.
func (az *authorization) recheckDue() {
	ps, cause := az.rechecked(), az.caaTrouble()
	if len(ps) == 0 || cause == (place{}) || az.want.validation() || !az.txtTally().may() {
		return
	}
	// The text of each identifier is in IdentifierResult.Rechecked.
	f := finding("caa-recheck-due", cause.name, fmt.Sprintf(
		"%s may reuse a validation for %s, and looks CAA up again at finalize when it is older than %s. The answer then begins with \"%srechecking caa: \".",
		az.caName(), hours(az.reuse()), hours(az.ca.CAARecheckAfter), finalizePrefix))
	f.Fix = "Mend CAA before the order, also when the client says that no validation is needed."
	az.raise(f, cause)
}

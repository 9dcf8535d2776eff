package check

import (
	"fmt"
	"slices"
	"sync"
)

//go:generate go run ./internal/rulebook/gen.go ../docs/findings.md

// All returns every rule, causes first: a rule further down is often the
// consequence of one above it. Findings of the same severity are reported in
// this order. The list is the same at each call, and not to be changed.
func All() []*Rule { return allRules() }

var allRules = sync.OnceValue(func() []*Rule {
	return slices.Concat(
		nameRules,
		methodRules,
		rateRules,
		delegationRules,
		dnssecRules,
		probeRules,
		serverRules,
		aliasRules,
		challengeRules,
		persistRules,
		ttlRules,
		caaRules,
		networkRules,
		shutRules,
		viewsRules,
		horizonRules,
		perspectiveRules,
	)
})

// rule returns the rule of that id. A finding with an id that no rule
// describes is a fault of this package.
func rule(id string) *Rule {
	if r := Find(id); r != nil {
		return r
	}
	panic(fmt.Sprintf("check: no rule %q", id))
}

// Find returns the rule of that id, or nil.
func Find(id string) *Rule {
	for _, r := range All() {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// position is a rule's place in All.
func position(r *Rule) int { return slices.Index(All(), r) }

package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An OrderProblem is what is wrong with the identifiers of an order together.
type OrderProblem struct {
	RuleID      string
	Identifiers []string // those concerned, sorted
	Detail      string   // for refusals the CA's exact text, without prefix
}

// OrderProblems looks at the identifiers of one order together, each in the
// form of [NormalizeName]: given twice, more than maxNames (0 sets no limit),
// redundant beside a wildcard. What is wrong with one of them by itself is for
// [NameProblem].
func OrderProblems(ids []string, maxNames int) []OrderProblem {
	unique := uniqueNames(ids)
	problems := duplicates(ids, unique)
	if maxNames > 0 && len(unique) > maxNames {
		problems = append(problems, OrderProblem{"order-too-large", unique, tooLarge(maxNames)})
	}
	for _, name := range redundant(unique) {
		problems = append(problems, OrderProblem{"name-redundant-with-wildcard",
			[]string{wildcardOver(name), name}, redundantDetail(name)})
	}
	return problems
}

// uniqueNames is the identifiers as the CA handles them: sorted, each once.
func uniqueNames(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}

func duplicates(ids, unique []string) []OrderProblem {
	count := map[string]int{}
	for _, id := range ids {
		count[id]++
	}
	var problems []OrderProblem
	for _, id := range unique {
		if n := count[id]; n > 1 {
			problems = append(problems, OrderProblem{"order-duplicate-names", []string{id},
				fmt.Sprintf("%s is given %d times", id, n)})
		}
	}
	return problems
}

func tooLarge(maxNames int) string {
	return fmt.Sprintf("Order cannot contain more than %d identifiers", maxNames)
}

// redundant returns the names of an order that a wildcard of it covers, one
// level up and no more.
func redundant(unique []string) []string {
	var names []string
	for _, name := range unique {
		if strings.HasPrefix(name, "*") {
			continue
		}
		if _, ok := slices.BinarySearch(unique, wildcardOver(name)); ok {
			names = append(names, name)
		}
	}
	return names
}

// wildcardOver is the wildcard that covers a name.
func wildcardOver(name string) string {
	_, parent, ok := strings.Cut(name, ".")
	if !ok {
		return "*"
	}
	return "*." + parent
}

func redundantDetail(name string) string {
	return fmt.Sprintf("Domain name %q is redundant with a wildcard domain in the same request. Remove one or the other from the certificate request.", name)
}

// A NewOrderRefusal is the problem document with which the CA answers an order
// that it does not take.
type NewOrderRefusal struct {
	Problem
	// Subproblems are per identifier, when more than one is refused
	// (RFC 8555 §6.7.1).
	Subproblems map[string]Problem
}

// NewOrderProblem predicts what the CA answers to new-order for these
// identifiers, text and all, as far as it depends on the names alone; nil when
// it takes them. The whole order is refused if one name is. maxNames is the
// CA's limit, 0 for none; anyTLD is for worlds with top level domains of their
// own (see [NameProblemAnyTLD]).
//
// The order of events is the CA's: names that are not well formed, then too
// many, then redundant ones. With several of the last the CA names any one;
// here it is the first by the alphabet.
func NewOrderProblem(ids []string, maxNames int, anyTLD bool) *NewOrderRefusal {
	unique := uniqueNames(ids)
	if len(unique) == 0 {
		return newOrderRefusal("malformed", "NewOrder request did not specify any identifiers")
	}
	if unique[0] == "" {
		return newOrderRefusal("malformed", "NewOrder request included empty identifier")
	}
	suffix := icannSuffix
	if anyTLD {
		suffix = anySuffix
	}
	faults := map[string]*nameFault{}
	for _, name := range unique {
		if f := policyFault(name, suffix); f != nil {
			faults[name] = f
		}
	}
	if len(faults) > 0 {
		return malformedNames(faults)
	}
	if maxNames > 0 && len(unique) > maxNames {
		return newOrderRefusal("malformed", orderPrefix+tooLarge(maxNames))
	}
	if names := redundant(unique); len(names) > 0 {
		return newOrderRefusal("malformed", orderPrefix+redundantDetail(names[0]))
	}
	return nil
}

// The two halves of the CA that may refuse an order begin their texts so.
const (
	identifiersPrefix = "Invalid identifiers requested :: "
	orderPrefix       = "Error creating new order :: "
)

// malformedNames is the refusal of names that the policy does not take. The
// type of the whole is rejectedIdentifier whatever that of the parts is.
func malformedNames(faults map[string]*nameFault) *NewOrderRefusal {
	names := slices.Sorted(maps.Keys(faults))
	detail := fmt.Sprintf("Cannot issue for %q: %s", names[0], faults[names[0]].detail)
	if len(names) == 1 {
		return newOrderRefusal("rejectedIdentifier", identifiersPrefix+detail)
	}
	detail += fmt.Sprintf(" (and %d more problems. Refer to sub-problems for more information.)", len(names)-1)
	r := newOrderRefusal("rejectedIdentifier", identifiersPrefix+detail)
	r.Subproblems = make(map[string]Problem, len(names))
	for _, name := range names {
		f := faults[name]
		r.Subproblems[name] = Problem{"new-order", f.problem, identifiersPrefix + f.detail}
	}
	return r
}

func newOrderRefusal(typ, detail string) *NewOrderRefusal {
	return &NewOrderRefusal{Problem: Problem{"new-order", typ, detail}}
}

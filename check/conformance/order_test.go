package conformance

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"dns01/check"

	"github.com/google/go-cmp/cmp"
)

var orders = flag.Int("orders", 20000, "how many orders to compare")

// A name that the CA refuses at new-order is refused by dns01 in the same
// words, and no other is.
func TestOrders(t *testing.T) {
	for i := range uint64(*orders) {
		seed := *first + i
		names := GenerateOrder(seed)
		if diff := orderDisagreement(names); diff != "" {
			t.Errorf("order %d, %+q: -CA +dns01\n%s\nagain: go test . -run TestOrders -orders 1 -first %d", seed, names, diff, seed)
		}
	}
}

// orderDisagreement compares the answers to an order.
func orderDisagreement(names []string) string {
	if len(names) == 0 {
		return ""
	}
	ca, caSubs := NewOrder(names)
	var got *Problem
	var subs map[string]Problem
	if r := check.NewOrderProblem(names, 0, false); r != nil && !redundant(r) {
		got = &Problem{r.Type, r.Detail}
		for name, p := range r.Subproblems {
			if subs == nil {
				subs = map[string]Problem{}
			}
			subs[name] = Problem{p.Type, p.Detail}
		}
	}
	return cmp.Diff(ca, got) + cmp.Diff(caSubs, subs)
}

// redundant reports whether an order is refused for a name that a wildcard of
// it covers. That is decided behind Boulder's database and not compared.
func redundant(r *check.NewOrderRefusal) bool {
	return strings.Contains(r.Detail, " is redundant with a wildcard domain ")
}

// formerSuffixes were on the list, and copies of it have them still.
var formerSuffixes = []string{"ac.tj", "audnedaln.no", "cc.nd.us", "frei.no", "goo", "a.kh", "lib.nd.us", "wolterskluwer", "perso.sn"}

// Every public suffix is one to both, and so is nothing else: the names at,
// below and above each rule of the list.
func TestSuffixes(t *testing.T) {
	suffixes := slices.Clone(formerSuffixes)
	for _, rule := range suffixRules {
		for name, above := rule.Value, true; above; _, name, above = strings.Cut(name, ".") {
			suffixes = append(suffixes, name)
		}
	}
	slices.Sort(suffixes)
	var wrong []string
	for _, suffix := range slices.Compact(suffixes) {
		for _, prefix := range []string{"", "a.", "a.b.", "*.", "*.a."} {
			name := prefix + suffix
			if diff := orderDisagreement([]string{name}); diff != "" {
				wrong = append(wrong, name+"\n"+diff)
			}
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%d names: -CA +dns01\n%s", len(wrong), strings.Join(wrong, "\n"))
	}
}

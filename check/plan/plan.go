package plan

import (
	"slices"
	"time"

	"dns01/check"
	"dns01/check/known"
)

// A Request is what somebody wants to order.
type Request struct {
	CA        *known.CA
	Profile   string   // of the CA, "" for its default
	Challenge string   // "dns-01", "dns-account-01" or "dns-persist-01"
	Names     []string // identifiers, in the form of check.NormalizeName
	// Machines is how many order a certificate for all the names, each for
	// itself; Accounts how many ACME accounts they have between them. Less
	// than one counts as one; there are no more accounts than machines.
	Machines, Accounts int
	// Account is the URI of the account, where names or records depend on it.
	Account string
	// Targets are the aliases of challenge names, by challenge name.
	Targets map[string]string
	// Seen is what the DNS has, by identifier; nil when nobody has looked. It
	// goes before Targets.
	Seen map[string]check.ChallengeResult
	Now  time.Time
}

// A Plan is how it can be done.
type Plan struct {
	Request
	Challenges []Challenge
	Holders    []Holder
	// Works reports whether all machines may order at once, as asked for.
	Works bool
	// Orders are what each machine orders: one set of names, or several where
	// the names do not fit one order.
	Orders [][]string
	Rounds []Round
	Cost   check.Cost
	// Wait is how long the CA's limits spread the orders, from the first to
	// the last.
	Wait     time.Duration
	Findings []check.Finding
	Instead  []Instead
}

// Make makes the plan for a request.
func Make(r Request) Plan {
	r.Machines = max(1, r.Machines)
	r.Accounts = min(max(1, r.Accounts), r.Machines)
	if r.Challenge == "" {
		r.Challenge = dns01
	}
	p := Plan{Request: r}
	refused := p.refusals()
	orderable := slices.DeleteFunc(unique(r.Names), func(n string) bool { return refused[n] })
	p.Challenges = challenges(r, orderable)
	p.Holders = holders(r, p.Challenges)
	p.Orders = p.split(orderable)
	p.Rounds = p.schedule()
	p.Cost, p.Wait = p.cost()
	p.judge()
	p.Instead = p.instead()
	return p
}

// unique keeps the first of names that are given twice.
func unique(names []string) []string {
	var out []string
	for _, n := range names {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

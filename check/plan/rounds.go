package plan

import (
	"slices"
	"strings"
	"time"
)

// A Round is what may happen at the same time. The next begins when all of its
// validations have passed.
type Round struct {
	Orders   []int // indices into Plan.Orders
	Machines int   // how many place them now
	First    int   // the first of them, counted from 1
	// Values is how many values each name has to hold meanwhile, by holder;
	// none when the CA uses the validations of an earlier round.
	Values map[string]int
}

// split makes orders of the names: as few as the CA's limits, and the names
// that hold values, allow. A name goes into the first order that takes it.
func (p *Plan) split(names []string) [][]string {
	var orders [][]string
	for _, n := range names {
		i := slices.IndexFunc(orders, func(o []string) bool { return p.takes(o, n) })
		if i < 0 {
			orders = append(orders, []string{n})
			continue
		}
		orders[i] = append(orders[i], n)
	}
	return orders
}

// takes reports whether an order has room for one name more.
func (p *Plan) takes(order []string, name string) bool {
	if most := p.maxNames(); most > 0 && len(order) >= most {
		return false
	}
	for _, n := range order {
		if covers(n, name) || covers(name, n) {
			return false // the CA refuses a name beside the wildcard above it
		}
	}
	h := p.holderOf(name)
	return h == nil || h.Limit == Forever || p.valuesAt(h, order) < max(1, h.Capacity)
}

// covers reports whether a wildcard covers a name.
func covers(wildcard, name string) bool {
	base, ok := strings.CutPrefix(wildcard, "*.")
	_, parent, _ := strings.Cut(name, ".")
	return ok && parent == base && !strings.HasPrefix(name, "*.")
}

func (p *Plan) maxNames() int {
	if p.CA == nil {
		return 0
	}
	return p.CA.MaxNames(p.Profile)
}

// holderOf is the name that holds an identifier's value.
func (p *Plan) holderOf(identifier string) *Holder {
	for i := range p.Holders {
		if slices.Contains(p.Holders[i].Identifiers, identifier) {
			return &p.Holders[i]
		}
	}
	return nil
}

// valuesAt is how many values an order needs at a name.
func (p *Plan) valuesAt(h *Holder, order []string) int {
	n := 0
	for _, id := range order {
		if h.Limit != Forever && slices.Contains(h.Identifiers, id) {
			n++
		}
	}
	return n
}

// schedule says when which machine may place which orders. The first orders of
// each account need values; those that follow while the CA reuses validations
// need none, and may all come at once.
func (p *Plan) schedule() []Round {
	first := p.Machines
	if p.reuse() > 0 {
		first = p.Accounts
	}
	var rounds []Round
	for _, batch := range p.batches() {
		width := p.atOnce(batch, first)
		for done := 0; done < first; done += width {
			n := min(width, first-done)
			rounds = append(rounds, Round{Orders: batch, Machines: n, First: done + 1, Values: p.values(batch, n)})
		}
		if rest := p.Machines - first; rest > 0 {
			rounds = append(rounds, Round{Orders: batch, Machines: rest, First: first + 1})
		}
	}
	return rounds
}

// batches are orders that one machine may have open at the same time.
func (p *Plan) batches() [][]int {
	var batches [][]int
	for i := range p.Orders {
		j := slices.IndexFunc(batches, func(b []int) bool { return p.holds(append(slices.Clone(b), i)) })
		if j < 0 {
			batches = append(batches, []int{i})
			continue
		}
		batches[j] = append(batches[j], i)
	}
	return batches
}

// holds reports whether the values of some orders fit at the same time.
func (p *Plan) holds(orders []int) bool {
	return !slices.ContainsFunc(p.Holders, func(h Holder) bool { return p.valuesOf(&h, orders) > h.Capacity && h.Limit != Forever })
}

// valuesOf is how many values some orders need at a name.
func (p *Plan) valuesOf(h *Holder, orders []int) int {
	n := 0
	for _, i := range orders {
		n += p.valuesAt(h, p.Orders[i])
	}
	return n
}

// atOnce is how many machines may have some orders open at the same time.
func (p *Plan) atOnce(orders []int, most int) int {
	for i := range p.Holders {
		if n := p.valuesOf(&p.Holders[i], orders); n > 0 {
			most = min(most, p.sharing(max(1, p.Holders[i].Capacity/n)))
		}
	}
	return most
}

// sharing is how many machines may be at work when so many of them may be at
// one name: all accounts that many, where each has names of its own.
func (p *Plan) sharing(machines int) int {
	if p.Challenge == account01 {
		return machines * p.Accounts
	}
	return machines
}

// values is how many values each name has to hold meanwhile, nil for none.
func (p *Plan) values(orders []int, machines int) map[string]int {
	var values map[string]int
	for i := range p.Holders {
		if n := p.valuesOf(&p.Holders[i], orders); n > 0 {
			if values == nil {
				values = map[string]int{}
			}
			values[p.Holders[i].Name] = n * ((machines + p.sharing(1) - 1) / p.sharing(1))
		}
	}
	return values
}

// reuse is how long the CA uses a validation for further orders of the same
// account.
func (p *Plan) reuse() time.Duration {
	if p.CA == nil || p.Challenge == persist01 {
		return 0
	}
	profile, _ := p.CA.Profile(p.Profile)
	return profile.AuthorizationReuse.At(p.Now)
}

package plan

import (
	"fmt"
	"strings"
	"time"

	"dns01/check/known"
)

// An Instead is another way to get the same certificates.
type Instead struct {
	ID   string // permanent, kebab-case
	What string // to do, a sentence
	Gain string // what that changes, a sentence
	Now  bool   // it can be done today
}

// instead are the other ways that would help, the simplest first.
func (p *Plan) instead() []Instead {
	if len(p.Orders) == 0 || p.Works && p.Machines == 1 {
		return nil
	}
	var all []Instead
	add := func(useful bool, i Instead) {
		if useful {
			all = append(all, i)
		}
	}
	crowded := p.crowded()
	reuse := p.reuse()
	add(p.Machines > 1, Instead{"one-order",
		fmt.Sprintf("Let one machine order, and copy the certificate and its key to the %s.", others(p.Machines-1)), p.oneOrder(), true})
	add(p.Accounts > 1 && reuse > 0, Instead{"shared-account",
		"Let all machines use one ACME account.",
		fmt.Sprintf("The first order validates, and for %s the others need no value at all.", days(reuse)), true})
	for _, h := range p.Holders {
		add(len(h.Challenges) > 1 && !h.Fits(), Instead{"own-targets",
			fmt.Sprintf("Give each of the %d challenge names that lead to %s a target of its own.", len(h.Challenges), h.Name),
			fmt.Sprintf("Each target then holds %s for each machine.", count((h.PerOrder+len(h.Challenges)-1)/len(h.Challenges), "value")), true})
		add(h.Limit == Slots && !h.Fits(), Instead{"roomier-zone",
			p.elsewhere(h), p.inZone(h), true})
	}
	add(len(p.Orders) > 1 && p.oneOrderTakes() && reuse > 0, Instead{"validate-first",
		"Place these orders one after another with one ACME account, then one order for all names.",
		fmt.Sprintf("For %s the CA uses the validations again, so that the last order needs no value and has all names in one certificate.", days(reuse)), true})
	add(p.Cost.SameSet > p.sameSetLimit(), Instead{"own-name-each",
		"Add a name of its own to each machine's order.",
		fmt.Sprintf("The sets of names differ then, and the limit of %d for the same one does not count; the values do.", p.sameSetLimit()), true})
	add(crowded && p.Challenge == dns01 && p.Accounts > 1, Instead{"dns-account-01",
		"Use dns-account-01: each account has a challenge name, and a target, of its own.",
		p.offered(account01, "Accounts do not share a name any more, so that all may order at once."), p.offers(account01)})
	add(crowded && p.Challenge != persist01, Instead{"dns-persist-01",
		"Use dns-persist-01: one record for each name stands for all orders of an account.",
		p.offered(persist01, "Nothing is published for an order any more."), p.offers(persist01)})
	return all
}

// oneOrderTakes reports whether the CA would take all names in one order: then
// it is the values alone that part them.
func (p *Plan) oneOrderTakes() bool {
	var all []string
	for _, order := range p.Orders {
		all = append(all, order...)
	}
	if most := p.maxNames(); most > 0 && len(all) > most {
		return false
	}
	for _, a := range all {
		for _, b := range all {
			if covers(a, b) {
				return false
			}
		}
	}
	return true
}

// crowded reports whether some name cannot hold all values at once.
func (p *Plan) crowded() bool {
	for _, h := range p.Holders {
		if !h.Fits() && h.Limit != Forever {
			return true
		}
	}
	return false
}

func others(machines int) string {
	if machines == 1 {
		return "other"
	}
	return fmt.Sprintf("other %d", machines)
}

// oneOrder is what it takes when one machine orders for all.
func (p *Plan) oneOrder() string {
	what := count(len(p.Orders), "order")
	if n := p.perMachine(); n > 0 {
		what += " and " + count(n, "value")
	}
	return what + " in all, whatever the number of machines."
}

// perMachine is how many values one machine publishes for all of its orders.
func (p *Plan) perMachine() int {
	n := 0
	for _, h := range p.Holders {
		n += h.PerOrder
	}
	return n
}

// elsewhere says how to leave a name with few slots: by another alias, or,
// where there is none, with the domain.
func (p *Plan) elsewhere(h Holder) string {
	for _, c := range p.Challenges {
		if c.Target == c.Name && contains(h.Identifiers, c.Identifier) {
			return fmt.Sprintf("Host %s where a name may hold any number of values.", h.Name)
		}
	}
	return fmt.Sprintf("Let the challenge name lead to a zone whose names hold any number of values, in place of %s.", h.Name)
}

// inZone is what the values of all machines come to where only sizes count.
func (p *Plan) inZone(h Holder) string {
	switch {
	case h.Bytes > 4096:
		return fmt.Sprintf("It takes %d values at once within 4096 octets, in place of %d.", h.RoomAt[4096], h.Slots)
	case h.Bytes > 1232:
		return fmt.Sprintf("All %d values fit an answer of %d octets, which needs TCP.", h.AtOnce, h.Bytes)
	}
	return fmt.Sprintf("All %d values fit an answer of %d octets.", h.AtOnce, h.Bytes)
}

func (p *Plan) sameSetLimit() int {
	l, ok := known.RateLimitsOf(p.CA)
	if !ok || l.SameSetPerWeek == 0 {
		return p.Machines
	}
	return l.SameSetPerWeek
}

func (p *Plan) offers(method string) bool { return p.CA != nil && p.CA.Offers(method) }

// offered is what a method gains, or that the CA does not offer it.
func (p *Plan) offered(method, gain string) string {
	if p.offers(method) {
		return gain
	}
	ca := "The CA"
	if p.CA != nil {
		ca = p.CA.Name
	}
	return fmt.Sprintf("%s %s does not offer it today.", gain, strings.TrimSuffix(ca, "."))
}

// days is a duration in the unit that suits it.
func days(d time.Duration) string {
	if d >= 48*time.Hour {
		return count(int(d/(24*time.Hour)), "day")
	}
	return count(int(d/time.Hour), "hour")
}

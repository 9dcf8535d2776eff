package plan

import (
	"fmt"
	"slices"

	"dns01/check"
)

// add notes a finding with its rule's severity.
func (p *Plan) add(id, name string, identifiers []string, detail, fix string) {
	r := check.Find(id)
	p.Findings = append(p.Findings, check.Finding{
		Rule: r, Severity: r.Severity, Identifiers: identifiers, Name: name, Detail: detail, Fix: fix,
	})
}

// refusals notes what the CA refuses before it looks at the DNS, and returns
// the names that no order can have.
func (p *Plan) refusals() map[string]bool {
	refused := map[string]bool{}
	for _, n := range unique(p.Names) {
		if id, detail, found := check.NameProblem(n); found {
			refused[n] = true
			p.add(id, n, []string{n}, fmt.Sprintf("The CA refuses %s: %s.", n, check.Escape(detail)), "")
		}
	}
	most := 0
	if p.CA != nil {
		most = p.CA.MaxNames(p.Profile)
	}
	for _, o := range check.OrderProblems(p.Names, most) {
		switch o.RuleID {
		case "order-too-large":
			p.add(o.RuleID, "", nil, fmt.Sprintf("%d names do not fit one order, which takes %d.", len(o.Identifiers), most), "Place the orders of this plan.")
		case "name-redundant-with-wildcard":
			p.add(o.RuleID, "", o.Identifiers, o.Detail, "Leave the name out, or place the orders of this plan.")
		default:
			p.add(o.RuleID, "", o.Identifiers, o.Detail+".", "")
		}
	}
	return refused
}

// judge notes where the values do not fit, and whether all machines may order
// at once.
func (p *Plan) judge() {
	for _, h := range p.Holders {
		p.room(h)
	}
	if f, ok := check.RateFinding(p.CA, p.Cost); ok {
		p.Findings = append(p.Findings, f)
	}
	failing := slices.ContainsFunc(p.Findings, func(f check.Finding) bool { return f.Severity == check.Error })
	p.Works = !failing && !p.crowded() && len(p.Orders) == 1 && p.Wait == 0
	slices.SortStableFunc(p.Findings, func(a, b check.Finding) int { return rank(a) - rank(b) })
}

func rank(f check.Finding) int {
	return slices.Index([]check.Severity{check.Error, check.Warning, check.Note}, f.Severity)
}

// room notes what comes of all machines' values at one name.
func (p *Plan) room(h Holder) {
	who := fmt.Sprintf("%s need", count(p.Machines, "machine"))
	if p.Machines == 1 {
		who = "The order needs"
	}
	if t, ok := h.service(); ok && t.OperatorOnly {
		p.add("alias-foreign-operator", h.Name, h.Identifiers, fmt.Sprintf("%s is part of %s. %s", h.Name, t.Name, t.Trap),
			"Let the challenge name point elsewhere, or hold the value itself.")
	}
	switch {
	case h.Limit == Forever:
	case h.Limit == Slots && !h.Fits():
		t, _ := h.service()
		p.add("alias-slots-exceeded", h.Name, h.Identifiers,
			fmt.Sprintf("%s %s at %s at the same time, and %s keeps %d there.", who, count(h.AtOnce, "value"), h.Name, t.Name, h.Slots),
			"Order in the rounds of this plan, or do one of the things named instead.")
	case h.Limit == Slots:
	case h.Bytes > 65535:
		p.add("challenge-over-message-size", h.Name, h.Identifiers,
			fmt.Sprintf("%s %s at %s at the same time, which make an answer of %d octets.", who, count(h.AtOnce, "value"), h.Name, h.Bytes),
			"Order in the rounds of this plan.")
	case h.Bytes > 4096:
		p.add("challenge-over-4096", h.Name, h.Identifiers,
			fmt.Sprintf("%s %s at %s at the same time, which make an answer of %d octets.", who, count(h.AtOnce, "value"), h.Name, h.Bytes),
			"Order in the rounds of this plan.")
	case h.Bytes > 1232:
		p.add("challenge-needs-tcp", h.Name, h.Identifiers,
			fmt.Sprintf("%s %s at %s at the same time, which make an answer of %d octets; %d fit 1232.", who, count(h.AtOnce, "value"), h.Name, h.Bytes, h.RoomAt[1232]),
			"Keep TCP port 53 open on every server, or order in smaller groups.")
	}
}

// count gives a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

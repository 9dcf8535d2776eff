package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"dns01/check"
	"dns01/check/plan"
)

// A Planned is a plan, ready to be shown.
type Planned struct {
	Tool   Tool
	Plan   plan.Plan
	Looked bool // the DNS was asked what it has
	// Unread are the identifiers about which it could not be read in full.
	Unread []string
}

// PlanZone writes the records of a plan in zone-file form, for each machine
// and order what it publishes. The error is the writer's.
func PlanZone(w io.Writer, pl Planned) error {
	var b strings.Builder
	b.WriteString("; Records for the orders of this plan, in zone-file form. What stands in <>\n; is known once the order is placed.\n")
	order, machine := 0, 0
	for _, r := range pl.Plan.Records() {
		if r.Order != order || r.Machine != machine {
			order, machine = r.Order, r.Machine
			fmt.Fprintf(&b, "\n; order %d, machine %d: publish, wait for validation, remove\n", order, machine)
		}
		b.WriteString(visible(r.String()) + "\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing zone text: %w", err)
	}
	return nil
}

// PlanText writes a plan for a person. The error is the writer's.
func PlanText(w io.Writer, pl Planned, o TextOptions) error {
	p := newPage(w, o)
	writePlanHead(p, pl.Plan)
	writeFindings(p, check.Result{Findings: pl.Plan.Findings})
	writeHolders(p, pl.Plan)
	writePublished(p, pl.Plan)
	writeRounds(p, pl.Plan)
	writeInstead(p, pl.Plan)
	switch {
	case len(pl.Unread) > 0:
		p.blank()
		p.para(0, 0, fmt.Sprintf("The DNS could not be read in full for %s: the plan rests on what was seen. \"dns01 check\" says why.", some(each(pl.Unread, bare))))
	case !pl.Looked:
		p.blank()
		p.para(0, 0, "Nothing was looked up; --look reads what the DNS has, and --alias NAME=TARGET tells of aliases.")
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

func writePlanHead(p *page, pl plan.Plan) {
	what := fmt.Sprintf("%s for %s", count(pl.Machines*max(1, len(pl.Orders)), "certificate", "certificates"), some(each(pl.Names, bare)))
	if pl.Machines > 1 {
		what += fmt.Sprintf(", on %d machines with %s", pl.Machines, count(pl.Accounts, "account", "accounts"))
	}
	word, styled := "IN ROUNDS", p.style.yellow
	how := fmt.Sprintf("not at once; in %s one after another", count(len(pl.Rounds), "round", "rounds"))
	switch {
	case len(pl.Orders) == 0:
		word, styled, how = "IMPOSSIBLE", p.style.red, "no name that could be ordered"
	case pl.Works:
		word, styled, how = "FITS", p.style.green, "as asked for"
	case len(pl.Rounds) == 1 && pl.Wait > 0:
		word, how = "SPREAD", "the values fit at once; the CA's limits spread the orders"
	case len(pl.Rounds) == 1 && len(pl.Orders) > 1:
		word, how = "IN ORDERS", fmt.Sprintf("not in one order; in %d at the same time", len(pl.Orders))
	case len(pl.Rounds) == 1:
		word, how = "CHANGE", "see what has to change"
	}
	p.hanging(styled.Render(word), len(word)+2, 2, what+": "+how)
}

// writeHolders has a table of the names that hold values.
func writeHolders(p *page, pl plan.Plan) {
	if len(pl.Holders) == 0 {
		return
	}
	p.blank()
	for i, c := range pl.Challenges {
		if i == toldOneByOne && len(pl.Challenges) > toldOneByOne+1 && !p.Verbose {
			p.para(2, 4, fmt.Sprintf("… and %d more (-v shows them)", len(pl.Challenges)-i))
			break
		}
		line := fmt.Sprintf("%s is validated at %s", bare(c.Identifier), bare(c.Name))
		if c.Target != c.Name {
			line += ", which leads to " + bare(c.Target)
		}
		p.para(0, 2, line)
	}
	if pl.Challenge == "dns-persist-01" {
		return // what stands there is one record, whoever orders
	}
	p.blank()
	t := table{columns: []column{
		{title: "VALUES AT"}, {title: "AN ORDER", right: true, drop: 2}, {title: "AT ONCE", right: true},
		{title: "HOLDS", right: true}, {title: "OCTETS", right: true, drop: 1}, {title: "WHY", drop: 3},
	}}
	shown := holdersToShow(pl.Holders, p.Verbose)
	for _, h := range shown {
		t.rows = append(t.rows, []string{
			bare(h.Name), fmt.Sprint(h.PerOrder), fmt.Sprint(h.AtOnce), fmt.Sprint(h.Capacity), fmt.Sprint(h.Bytes), whyHolds(h),
		})
	}
	writeTable(p, t)
	if more := len(pl.Holders) - len(shown); more > 0 {
		p.para(2, 4, fmt.Sprintf("… and %d more%s (-v shows them)", more, moreHolders(pl.Holders, shown)))
	}
}

// toldOneByOne is how many names are told one by one before the others are
// counted.
const toldOneByOne = 8

// full reports whether a name is asked to hold more values than it can.
func full(h plan.Holder) bool { return h.AtOnce > h.Capacity }

// holdersToShow are the first few names that hold values; of those that are
// asked to hold too many as many as there is room for.
func holdersToShow(hs []plan.Holder, every bool) []plan.Holder {
	if every || len(hs) <= toldOneByOne+1 {
		return hs
	}
	hs = slices.Clone(hs)
	slices.SortStableFunc(hs, func(a, b plan.Holder) int {
		switch {
		case full(a) == full(b):
			return 0
		case full(a):
			return -1
		}
		return 1
	})
	return hs[:toldOneByOne]
}

// moreHolders tells whether the names that are not shown can hold their values.
func moreHolders(hs, shown []plan.Holder) string {
	tooMany := func(hs []plan.Holder) (n int) {
		for _, h := range hs {
			if full(h) {
				n++
			}
		}
		return n
	}
	if n := tooMany(hs) - tooMany(shown); n > 0 {
		return fmt.Sprintf(", %d of them with too many", n)
	}
	return ", with room for theirs"
}

func whyHolds(h plan.Holder) string {
	if h.Limit == plan.Slots {
		return h.Service
	}
	return "4096 octets"
}

// manyRecords is how many records are shown before the others are counted.
const manyRecords = 8

// writePublished has what is to be published: for one machine, since for the
// others it is alike.
func writePublished(p *page, pl plan.Plan) {
	var lines []string
	for _, r := range pl.Records() {
		if r.Machine < 2 {
			lines = append(lines, r.String())
		}
	}
	if len(lines) == 0 {
		return
	}
	p.blank()
	what := "To publish"
	if pl.Machines > 1 && pl.Challenge != "dns-persist-01" {
		what += ", for the first machine"
	}
	p.para(0, 2, what+" (--zone prints all):")
	for i, l := range lines {
		if i == manyRecords && !p.Verbose {
			p.para(2, 4, fmt.Sprintf("… and %d more", len(lines)-i))
			return
		}
		p.verbatim(2, l)
	}
}

// manyRounds is how many rounds are told one by one.
const manyRounds = 6

func writeRounds(p *page, pl plan.Plan) {
	if len(pl.Rounds) < 2 && len(pl.Orders) < 2 && pl.Wait == 0 {
		return
	}
	p.blank()
	switch {
	case len(pl.Rounds) < 2 && len(pl.Orders) < 2:
		writeSpread(p, pl)
		return
	case len(pl.Rounds) < 2:
		p.para(0, 2, "This works, all at the same time:")
	default:
		p.para(0, 2, "This works, each round once the validations of the one before have passed and its values are gone:")
	}
	for i, r := range pl.Rounds {
		if i == manyRounds-1 && len(pl.Rounds) > manyRounds && !p.Verbose {
			p.para(2, 4, fmt.Sprintf("… and %d rounds more like it (-v shows them)", len(pl.Rounds)-i))
			break
		}
		p.para(2, 4, fmt.Sprintf("%d. %s", i+1, roundSentence(pl, r)))
	}
	writeSpread(p, pl)
}

// writeSpread tells that the CA's limits are slower than the rounds.
func writeSpread(p *page, pl plan.Plan) {
	if pl.Wait > 0 {
		p.para(0, 2, fmt.Sprintf("The CA's limits spread the orders over %s.", about(pl.Wait)))
	}
}

func roundSentence(pl plan.Plan, r plan.Round) string {
	who := fmt.Sprintf("machine %d orders", r.First)
	switch {
	case pl.Machines == 1:
		who = "order"
	case r.Machines > 1:
		who = fmt.Sprintf("machines %d to %d order", r.First, r.First+r.Machines-1)
	}
	var names []string
	for _, i := range r.Orders {
		names = append(names, some(each(pl.Orders[i], bare)))
	}
	return fmt.Sprintf("%s %s (%s)", who, strings.Join(names, "; "), roundNeeds(pl, r))
}

// roundNeeds is how many values a round needs, or why none.
func roundNeeds(pl plan.Plan, r plan.Round) string {
	values := 0
	for _, n := range r.Values {
		values += n
	}
	switch {
	case values > 0:
		return count(values, "value", "values")
	case pl.Challenge == "dns-persist-01":
		return "no values: the records stand"
	}
	return "no values: the CA uses earlier validations"
}

func writeInstead(p *page, pl plan.Plan) {
	if len(pl.Instead) == 0 {
		return
	}
	p.blank()
	p.para(0, 2, "Instead of that:")
	for _, i := range pl.Instead {
		p.para(2, 4, "- "+cmp.Or(i.What, i.ID)+" "+i.Gain)
	}
}

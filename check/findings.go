package check

import (
	"cmp"
	"slices"
	"strings"
)

// A place is one fault at one name: what a consequence names as its cause.
type place struct{ rule, name string }

// A draft is a finding before the verdicts are known.
type draft struct {
	Finding
	cause place // zero when it is a cause itself
}

func (d *draft) place() place { return place{d.Rule.ID, d.Name} }

// same reports whether two drafts tell the same thing and may be one finding
// about several identifiers.
func (d *draft) same(e *draft) bool {
	return d.Rule == e.Rule && d.Severity == e.Severity && d.Name == e.Name &&
		d.Detail == e.Detail && d.Fix == e.Fix && d.cause == e.cause
}

// finding starts a finding with its rule's severity.
func finding(id, name, detail string) Finding {
	r := rule(id)
	return Finding{Rule: r, Severity: r.Severity, Name: name, Detail: detail}
}

// raise notes a finding about an identifier.
func (j *judge) raise(identifier string, f Finding, cause place) {
	f.Identifiers = []string{identifier}
	d := &draft{Finding: f, cause: cause}
	for _, e := range j.drafts {
		if !e.same(d) {
			continue
		}
		if !slices.Contains(e.Identifiers, identifier) {
			e.Identifiers = append(e.Identifiers, identifier)
		}
		return
	}
	j.drafts = append(j.drafts, d)
}

// fits is the worst severity that a finding may have beside a verdict: no
// refusal where none is seen (see [Result.Check]).
func fits(v Verdict, s Severity) Severity {
	if s == Error && v != Blocked && v != Retry {
		return Warning
	}
	return s
}

// fit lowers the severities that do not fit the replayed verdicts. A finding
// may be an error for one identifier and a warning for another one: then it
// becomes two.
func fit(ds []*draft, verdicts map[string]Verdict) []*draft {
	var out []*draft
	for _, d := range ds {
		by := map[Severity][]string{}
		for _, id := range d.Identifiers {
			s := fits(verdicts[id], d.Severity)
			by[s] = append(by[s], id)
		}
		for _, s := range []Severity{Error, Warning, Note} {
			if len(by[s]) == 0 {
				continue
			}
			e := *d
			e.Severity, e.Identifiers = s, by[s]
			out = append(out, &e)
		}
	}
	return out
}

// arrange puts the findings in order: worst first, causes before what follows
// from them, then by rule and name; each consequence right after its cause.
func arrange(ds []*draft) []Finding {
	following := map[*draft][]*draft{}
	var first []*draft
	for _, d := range ds {
		if c := causeOf(d, ds); c != nil {
			d.Because = c.Rule.ID
			following[c] = append(following[c], d)
			continue
		}
		first = append(first, d)
	}
	var out []Finding
	var put func(ds []*draft)
	put = func(ds []*draft) {
		slices.SortStableFunc(ds, func(a, b *draft) int { return compare(a, b, following) })
		for _, d := range ds {
			d.Detail = curtail(d.Detail)
			out = append(out, d.Finding)
			put(following[d])
		}
	}
	put(first)
	return out
}

// causeOf finds the draft that d names as its cause, about an identifier that
// d is about too; the worst one where there are two.
func causeOf(d *draft, ds []*draft) *draft {
	if d.cause == (place{}) {
		return nil
	}
	var found *draft
	for _, c := range ds {
		if c == d || c.place() != d.cause || !shares(c.Identifiers, d.Identifiers) {
			continue
		}
		if found == nil || rank(c.Severity) < rank(found.Severity) {
			found = c
		}
	}
	return found
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// rank orders severities, worst first.
func rank(s Severity) int { return slices.Index([]Severity{Error, Warning, Note}, s) }

// compare orders two findings that stand side by side. A cause counts as
// severe as the worst that follows from it.
func compare(a, b *draft, following map[*draft][]*draft) int {
	return cmp.Or(
		cmp.Compare(worst(a, following), worst(b, following)),
		cmp.Compare(position(a.Rule), position(b.Rule)),
		strings.Compare(a.Name, b.Name),
		strings.Compare(a.Detail, b.Detail),
		strings.Compare(strings.Join(a.Identifiers, " "), strings.Join(b.Identifiers, " ")),
	)
}

func worst(d *draft, following map[*draft][]*draft) int {
	w := rank(d.Severity)
	for _, f := range following[d] {
		w = min(w, worst(f, following))
	}
	return w
}

// foldSerials puts serials that differ under the difference that they explain.
func (j *judge) foldSerials() {
	for _, d := range j.drafts {
		if d.Rule.ID == "zone-serial-differs" {
			d.cause = j.differing[d.Name]
		}
	}
}

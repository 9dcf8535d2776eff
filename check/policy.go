package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// A refusal is the end of an identifier before any DNS is asked.
type refusal struct{ predicted []Problem }

// policy applies the CA's identifier policy: to each name, then to the order.
// A name that is refused makes the CA refuse the whole order; the others are
// judged all the same, since they can be ordered without it.
func (j *judge) policy() {
	ids := make([]string, 0, len(j.s.Identifiers))
	for _, id := range j.s.Identifiers {
		ids = append(ids, id.Name)
		j.namePolicy(id)
	}
	for _, p := range OrderProblems(ids, j.maxNames()) {
		f := j.orderFinding(p)
		for _, id := range p.Identifiers {
			j.raise(id, f, place{})
			if f.Severity == Error {
				j.refuse(id)
			}
		}
	}
	if len(j.refused) == 0 {
		return
	}
	if p := NewOrderProblem(ids, j.maxNames(), j.ownWorld(ids)); p != nil {
		j.newOrder = p.refusal()
		for id, r := range j.refused {
			if len(r.predicted) == 0 {
				j.refused[id] = refusal{[]Problem{p.Problem}}
			}
		}
	}
}

// orderFinding tells what is wrong with an order; a note when it cannot have
// been one order.
func (j *judge) orderFinding(p OrderProblem) Finding {
	f := finding(p.RuleID, "", sentence(p.Detail))
	switch {
	case f.Severity != Error:
	case j.ordered(p.Identifiers):
		f.Severity = Note
		f.Detail = fmt.Sprintf("In one order %s would refuse this: %s", j.caName(), f.Detail)
	default:
		f.Detail = fmt.Sprintf("%s refuses the order: %s", j.caName(), f.Detail)
	}
	return f
}

// Unasked returns those of an order's identifiers that no DNS has to be asked
// for: the CA refuses them at new-order for what they are called, or the order
// for what its names are together. A name below a top level domain that we do
// not know is not among them, since the root is asked whether there is one.
func Unasked(ids []string, o Order) []string {
	s := &survey.Survey{}
	for _, id := range ids {
		s.Identifiers = append(s.Identifiers, survey.Identifier{Name: id})
	}
	j := newJudge(s, o)
	j.policy()
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		_, refused := j.refused[id]
		rule, _, _ := NameProblem(id)
		return !refused || rule == "name-has-no-public-suffix"
	})
}

// ordered reports whether values are expected for all these identifiers: then
// the CA has taken the orders that the values come from, so they were several.
func (j *judge) ordered(ids []string) bool {
	return all(ids, func(id string) bool { return len(j.valuesOf(id))+len(j.o.Values[""]) > 0 })
}

func (j *judge) refuse(identifier string, predicted ...Problem) {
	if _, ok := j.refused[identifier]; !ok {
		j.refused[identifier] = refusal{predicted}
	}
}

func (j *judge) maxNames() int {
	if j.ca == nil {
		return 0
	}
	return j.ca.MaxNames(j.o.Profile)
}

// namePolicy applies the policy to one name.
func (j *judge) namePolicy(id survey.Identifier) {
	ruleID, detail, found := NameProblem(id.Name)
	if ruleID == "name-has-no-public-suffix" && j.delegatedTLD(id.Name) {
		j.raise(id.Name, j.unlistedTLD(id.Name), place{})
		ruleID, detail, found = NameProblemAnyTLD(id.Name)
	}
	switch {
	case found:
		j.raise(id.Name, finding(ruleID, id.Name, j.refusedName(id.Name, ruleID, detail)), j.whyRefused(id, ruleID))
		j.refuse(id.Name)
	case len(id.Challenge) > nameMax:
		ruleID, detail = tooLong(id.Challenge)
		j.raise(id.Name, finding(ruleID, id.Name, sentence(detail)), place{})
	case id.Invalid != "":
		j.raise(id.Name, finding("name-invalid", id.Name, sentence(fmt.Sprintf("%s cannot be looked up: %s", quote(id.Name), Escape(id.Invalid)))), place{})
	default:
		return
	}
	if ruleID == "name-too-long-for-challenge" || !found {
		j.refused[id.Name] = refusal{[]Problem{{"validation", "dns", lookupDetail(resolverFailure, "TXT", id.Challenge)}}}
	}
}

// refusedName tells whose words the detail is: the CA's, or ours.
func (j *judge) refusedName(name, ruleID, detail string) string {
	if ruleID == "name-too-long-for-challenge" {
		return sentence(detail)
	}
	return fmt.Sprintf("%s refuses %s: %s.", j.caName(), quote(name), Escape(detail))
}

// whyRefused is a top level domain that does not exist, when that is why the
// name has no public suffix.
func (j *judge) whyRefused(id survey.Identifier, ruleID string) place {
	if ruleID != "name-has-no-public-suffix" || len(id.CAA) == 0 {
		return place{}
	}
	az := j.authorization(id)
	name := az.unregistered()
	if name == "" || strings.Contains(name, ".") {
		return place{}
	}
	az.explainUnregistered()
	return place{"tld-does-not-exist", name}
}

// delegatedTLD reports whether the root that was walked from delegates the
// name's TLD: one that is newer than our list, or a root of one's own.
func (j *judge) delegatedTLD(name string) bool {
	tld := name[strings.LastIndex(name, ".")+1:]
	return strings.Contains(name, ".") && !known.SuffixesBelow(tld) && j.s.Zone(tld) != nil
}

// ownWorld reports whether every name whose TLD is not listed has one that is
// delegated.
func (j *judge) ownWorld(ids []string) bool {
	return all(ids, func(name string) bool {
		ruleID, _, _ := NameProblem(name)
		return ruleID != "name-has-no-public-suffix" || j.delegatedTLD(name)
	})
}

// unlistedTLD notes a TLD that exists and is not on our list.
func (j *judge) unlistedTLD(name string) Finding {
	tld := name[strings.LastIndex(name, ".")+1:]
	f := finding("name-has-no-public-suffix", name, fmt.Sprintf(
		"The list of public suffixes known here does not have %q, but the root servers asked delegate it; it is taken for one.", tld))
	f.Severity = Note
	f.Fix = fmt.Sprintf("Nothing, if %s is a new top level domain; in a DNS root of one's own, public CAs refuse it.", tld)
	return f
}

// sentence ends a text as a sentence does.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

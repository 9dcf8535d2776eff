package explain

import (
	"regexp"
	"strings"
)

// A prefix is what a CA puts before the text of an error.
type prefix struct {
	stage     Stage  // "" when it does not tell
	secondary bool   // a remote perspective
	caaFor    string // the identifier whose CAA records were looked at
}

// prefixes are the parts that Let's Encrypt puts together, in any order.
var prefixes = regexp.MustCompile(`(?i)(?:(?P<finalize>error finalizing order ?:: ?|error creating new cert ?:: ?|rechecking caa: ?)` +
	`|(?P<new>error creating new order ?:: ?|invalid identifiers requested ?:: ?|error creating new authz ?:: ?|disallowed identifier requested ?:: ?)` +
	`|(?P<secondary>during secondary validation: ?)` +
	`|(?P<update>unable to update challenge ?:: ?|retrieving txt records for dns-persist-01 challenge: ?|dns problem: ?)` +
	`|(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}): ?` +
	`|while processing caa for (?P<caa>[^\s:"'<>]+): ?)+$`)

// longestPrefix is how far before an error its prefixes may begin, in octets.
const longestPrefix = 480

// prefixAt reads what stands right before a place in the text.
func (t *text) prefixAt(at int) (p prefix) {
	before := t.flat[max(0, at-longestPrefix):at]
	if !strings.HasSuffix(strings.TrimRight(before, " "), ":") {
		return p
	}
	m := prefixes.FindStringSubmatch(before)
	if m == nil {
		return p
	}
	group := func(name string) string { return m[prefixes.SubexpIndex(name)] }
	switch {
	case group("finalize") != "":
		p.stage = Finalize
	case group("new") != "":
		p.stage = NewOrder
	case group("update") != "" || group("secondary") != "":
		p.stage = Validation
	}
	p.secondary = group("secondary") != ""
	p.caaFor = nameOf(group("caa"))
	return p
}

// stageOf is the stage that the prefixes of a CA tell, those before the error
// or, of a sub-problem, those of the problem that it is part of.
func (t *text) stageOf(e *event) Stage {
	if e.prefix.stage == Finalize || e.prefix.stage == NewOrder {
		return e.prefix.stage
	}
	for _, object := range t.objects(e.from) {
		object = asciiLower(object)
		i := strings.Index(object, `"subproblems"`)
		switch {
		case i < 0:
		case strings.Contains(object, "error finalizing order"):
			return Finalize
		case strings.Contains(object, "error creating new order") || strings.Contains(object, "invalid identifiers requested"):
			return NewOrder
		}
	}
	return e.m.stage
}

// stageWords tell the stage from the words around an error, the nearest ones
// first.
var stageWords = []struct {
	stage Stage
	words []string
}{
	{Finalize, []string{"error finalizing order", "finalize", "finalizing", "/acme/finalize", "sign failed"}},
	{NewOrder, []string{"new-order", "neworder", "new order", "creating new order", "create order"}},
	{Validation, []string{"challenge", "authz", "authorization for", "authorization failed", "validat", "verify error"}},
}

// stageNear tells the stage from the words up to so many octets before a place.
func (t *text) stageNear(at int) Stage {
	const reach = 300
	before := t.lower[max(0, at-reach):at]
	best, stage := -1, UnknownStage
	for _, s := range stageWords {
		for _, w := range s.words {
			if i := strings.LastIndex(before, w); i > best {
				best, stage = i, s.stage
			}
		}
	}
	return stage
}

package check

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"dns01/resolver/survey"
)

// maxRestarts is how often Unbound starts over at the target of an alias
// (max-query-restarts). It does so at every alias, also when the message goes
// on at the target: it believes only what stands at the name asked.
const maxRestarts = 11

// looped is the reason of a lame answer that came with a loop of aliases:
// some servers notice the loop and answer SERVFAIL.
const looped = "alias-loop"

// A kind is what a question came to.
type kind int

const (
	records  kind = iota // records of the type
	noData               // the name exists without the type
	nxDomain             // the name does not exist
	failed               // the resolver gives up: see end.failure
	unseen               // we could not look
)

// A failure is what the CA says when its resolver gave up.
type failure string

const (
	servfail        failure = "SERVFAIL"
	timedOut        failure = "query timed out"
	resolverFailure failure = "server failure at resolver"
	nameTooLong     failure = "YXDOMAIN" // a DNAME makes a name that is none (RFC 6672 §2.2)
)

// A trail is how a resolution came to a lookup.
type trail struct {
	chain    []string // names, the question's first, aliases followed
	aliases  []survey.Alias
	restarts int
}

// follow adds aliases. It reports whether they came back to a name that was
// there before.
func (t trail) follow(as []survey.Alias) (trail, bool) {
	again := false
	t.chain, t.aliases = slices.Clone(t.chain), slices.Clone(t.aliases)
	for _, a := range as {
		again = again || slices.Contains(t.chain, a.To)
		t.chain, t.aliases = append(t.chain, a.To), append(t.aliases, a)
	}
	return t, again
}

// An end is one way in which the resolution of a question may end at the CA.
// Answers that end the same way at the same place share one end.
type end struct {
	kind    kind
	failure failure // for failed
	loop    bool    // failed: the aliases loop
	long    bool    // failed: more aliases than the resolver follows
	bogus   bool    // failed: no server's answer validates
	// caseLost: failed, since letter case was lost and other servers say
	// something else, or are silent.
	caseLost bool
	blind    string // the rule that says why this denial denies nothing: see judge.blind
	open     bool   // a denial of which it is not known whether there is such a rule
	at       *survey.Lookup
	answers  []*survey.Answer // those that end here; for failed: those that failed
	trail
}

// owner is the name at the end of the aliases.
func (e *end) owner() string { return e.chain[len(e.chain)-1] }

// zone is where it ended, "" when nothing was asked.
func (e *end) zone() string {
	if e.at == nil {
		return ""
	}
	return e.at.Zone
}

// A step is a lookup on the way of a resolution.
type step struct {
	at    *survey.Lookup
	moves []move
}

// A move is where one server's answer leads: to another step or to an end.
// The answer is nil for the end that a lookup without usable answers has.
type move struct {
	answer *survey.Answer
	to     *step
	end    *end
}

// A resolution is every way that a question may take.
type resolution struct {
	question survey.Question
	steps    []*step // the first one where the question starts
	ends     []*end
}

// resolve replays a question as the CA's resolver asks it. At each zone the
// resolver picks one of the servers that the parent names and, when that one
// fails, another: so what may happen is whatever any usable server answers.
func (j *judge) resolve(q survey.Question) *resolution {
	if r, ok := j.resolved[q]; ok {
		return r
	}
	w := &walk{j: j, r: &resolution{question: q}, seen: map[visit]*step{}, ends: map[string]*end{}}
	t := trail{chain: []string{q.Name}}
	if l := j.start(q); l != nil {
		w.step(l, t)
	} else {
		w.end(nil, j.startless(q, t))
	}
	j.resolved[q] = w.r
	return w.r
}

// A visit tells steps apart: a lookup may be met again with fewer restarts
// left.
type visit struct {
	at       *survey.Lookup
	restarts int
}

// A walk is a resolution while it is made. It ends because restarts only grow
// and every visit is made once.
type walk struct {
	j    *judge
	r    *resolution
	seen map[visit]*step
	ends map[string]*end
}

// step follows every usable answer of a lookup.
func (w *walk) step(l *survey.Lookup, t trail) *step {
	v := visit{l, t.restarts}
	if s, ok := w.seen[v]; ok {
		return s
	}
	s := &step{at: l}
	w.seen[v] = s
	w.r.steps = append(w.r.steps, s)
	candidates := w.j.candidates(l)
	for _, a := range candidates {
		if w.j.takes(l, a) {
			if how := w.j.caseFailure(l, a, candidates); how != "" {
				s.moves = append(s.moves, move{answer: a, end: w.end(a, end{kind: failed, failure: how, caseLost: true, at: l, trail: t})})
				continue
			}
			if a.Unjudged() {
				s.moves = append(s.moves, move{answer: a, end: w.end(nil, end{kind: unseen, at: l, trail: t})})
				continue
			}
			s.moves = append(s.moves, w.move(l, a, t))
		}
	}
	switch {
	case len(s.moves) == 0:
		s.moves = append(s.moves, move{end: w.end(nil, w.j.silence(l, candidates, t))})
	case w.j.cutShort(l, candidates):
		s.moves = append(s.moves, move{end: w.end(nil, end{kind: unseen, at: l, trail: t})})
	}
	return s
}

// takes reports whether the CA's resolver takes an answer.
func (j *judge) takes(l *survey.Lookup, a *survey.Answer) bool {
	return validates(a) && !sideways(l, a) && !j.tooSlow(l, a)
}

// sideways reports whether an answer refers to a zone that is not below the
// one asked: a resolver does not go there.
func sideways(l *survey.Lookup, a *survey.Answer) bool {
	return a.Status == survey.Referral && (a.Child == l.Zone || !within(a.Child, l.Zone))
}

// move follows one usable answer.
func (w *walk) move(l *survey.Lookup, a *survey.Answer, t trail) move {
	t, again := t.follow(a.Aliases)
	switch a.Status {
	case survey.Referral:
		return w.onward(a, w.j.lookup(a.Child, l.Question), l, t)
	case survey.Aliased:
		if again {
			return move{answer: a, end: w.end(a, end{kind: failed, failure: servfail, loop: true, at: l, trail: t})}
		}
		next := w.j.start(survey.Question{Name: t.chain[len(t.chain)-1], Type: l.Type})
		t.restarts += len(a.Aliases)
		if t.restarts > maxRestarts {
			return move{answer: a, end: w.end(a, end{kind: failed, failure: servfail, long: true, at: l, trail: t})}
		}
		return w.onward(a, next, l, t)
	}
	e := terminal(l, a, t)
	e.blind, e.open = w.j.blind(l, a), w.j.open(l, a)
	return move{answer: a, end: w.end(a, e)}
}

// onward goes to the next lookup, or ends where the survey did not look.
func (w *walk) onward(a *survey.Answer, next, from *survey.Lookup, t trail) move {
	if next != nil {
		return move{answer: a, to: w.step(next, t)}
	}
	e := end{kind: unseen, at: from, trail: t}
	switch {
	case a.Status == survey.Aliased && from.Cut != "" && t.restarts == maxRestarts:
		// The survey gave up where the resolver is about to.
		e.kind, e.failure, e.long = failed, servfail, true
	case a.Status == survey.Aliased:
		e = w.j.startless(survey.Question{Name: e.owner(), Type: from.Type}, t)
	}
	return move{answer: a, end: w.end(a, e)}
}

// terminal is the end that an answer makes.
func terminal(l *survey.Lookup, a *survey.Answer, t trail) end {
	e := end{at: l, trail: t}
	switch a.Status {
	case survey.NXDomain:
		e.kind = nxDomain
	case survey.NoData:
		e.kind = noData
		if a.Rcode == string(nameTooLong) {
			e.kind, e.failure, e.long = failed, nameTooLong, true
		}
	default:
		e.kind = records
		if len(a.Records) == 0 {
			e.kind = noData
		}
		// One record whose RDATA does not parse spoils the whole message for
		// the CA's DNS library.
		if unparsable(a) {
			e.kind, e.failure = failed, resolverFailure
		}
	}
	return e
}

// unparsable reports whether a record's RDATA does not parse.
func unparsable(a *survey.Answer) bool {
	return slices.ContainsFunc(a.Records, func(r survey.Record) bool { return r.Bad != "" })
}

// end adds an end, or the answer to the end that is like it.
func (w *walk) end(a *survey.Answer, e end) *end {
	key := e.key(a)
	known, ok := w.ends[key]
	if !ok {
		known = &e
		w.ends[key] = known
		w.r.ends = append(w.r.ends, known)
	}
	if a != nil && !slices.Contains(known.answers, a) {
		known.answers = append(known.answers, a)
	}
	return known
}

// key is equal for ends that nobody at the CA could tell apart.
func (e *end) key(a *survey.Answer) string {
	where := ""
	if e.at != nil {
		where = e.at.Zone + " " + e.at.Name
	}
	k := fmt.Sprint(e.kind, e.failure, e.loop, e.long, e.caseLost, e.blind, e.open, " ", where, " ", e.owner())
	if a == nil || e.caseLost {
		return k
	}
	return k + " " + strings.Join(texts(a), " ")
}

// rdata is the RDATA of a record as text. Of one that does not parse the
// octets alone count, not how its owner was spelled (RFC 3597 §5).
func rdata(r survey.Record) string {
	if i := strings.Index(r.Text, `\#`); i > 0 && r.Bad != "" {
		return r.Text[i:]
	}
	return r.Text
}

// texts are the records of an answer as a set: RDATA, sorted. Servers rotate
// records and count TTLs down; neither is a difference.
func texts(a *survey.Answer) []string {
	ts := make([]string, 0, len(a.Records))
	for _, r := range a.Records {
		if a.Type == "TXT" {
			// However the value is split into strings, it is the same value.
			ts = append(ts, r.TXT)
			continue
		}
		ts = append(ts, rdata(r))
	}
	sort.Strings(ts)
	return slices.Compact(ts)
}

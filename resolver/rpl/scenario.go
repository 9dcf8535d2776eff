package rpl

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// A Scenario is one replay file.
type Scenario struct {
	Config Config
	Ranges []Range
	Steps  []Step
}

// A Range is what some servers answer from one step to another.
type Range struct {
	From, To int
	Addrs    []netip.Addr // none: all of them
	Entries  []*Entry
}

// A Step is what happens at a moment: a question to the resolver, the answer
// that it has to give, a reply that a server gives once, time that passes.
type Step struct {
	At    int
	Verb  string       // QUERY, CHECK_ANSWER, REPLY, TIME_PASSES, …
	Addrs []netip.Addr // of a REPLY
	Entry *Entry       // nil when the step has none
}

// An Entry is a message, and how it is meant.
type Entry struct {
	Match  []string // in lower case: what of a message has to be as it is here
	Adjust []string // in lower case: what is changed before it is sent
	Flags  []string // of the REPLY line: QR AA DO NXDOMAIN …
	Msg    *dns.Msg
	Raw    []byte // the whole message in the place of Msg, if it is given so
}

// Has reports whether the REPLY line has a flag.
func (e *Entry) Has(flag string) bool { return slices.Contains(e.Flags, flag) }

// Matches reports whether MATCH has a word.
func (e *Entry) Matches(word string) bool { return slices.Contains(e.Match, word) }

// EDE is the code of the extended error that a CHECK_ANSWER wants; ok is false
// when it does not say.
func (e *Entry) EDE() (code int, ok bool) {
	for _, m := range e.Match {
		if s, found := strings.CutPrefix(m, "ede="); found {
			n, err := strconv.Atoi(s)
			return n, err == nil
		}
	}
	return 0, false
}

// A Question is what is asked of the resolver at a step, and the answer that
// it has to give. Want is nil when the file does not say.
type Question struct {
	At    int // the step of the question
	Until int // the step of the answer
	Asked *Entry
	Want  *Entry
}

// Questions returns what is asked, in order. An answer belongs to the last
// question to the same name and type that has none yet.
func (s *Scenario) Questions() []Question {
	var qs []Question
	for _, step := range s.Steps {
		switch {
		case step.Entry == nil || len(step.Entry.Msg.Question) == 0:
		case step.Verb == "QUERY":
			qs = append(qs, Question{At: step.At, Until: step.At, Asked: step.Entry})
		case step.Verb == "CHECK_ANSWER":
			for i := range slices.Backward(qs) {
				if qs[i].Want == nil && sameQuestion(qs[i].Asked, step.Entry) {
					qs[i].Want, qs[i].Until = step.Entry, step.At
					break
				}
			}
		}
	}
	return qs
}

func sameQuestion(a, b *Entry) bool {
	q, p := a.Msg.Question[0], b.Msg.Question[0]
	return strings.EqualFold(q.Name, p.Name) && q.Qtype == p.Qtype && q.Qclass == p.Qclass
}

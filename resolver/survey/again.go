package survey

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// How often, and how far apart, a CAA question that nobody answers is asked
// again, each time of two addresses: to tell a hiccup from what lasts, with no
// more questions than a resolver would send.
const (
	roundsAgain = 3
	betweenThem = time.Second
	perRound    = 2
	mostFailing = 4 // lookups that are asked again in one run
)

// askAgain asks again what decides about CAA and was answered by nobody, as
// long as the servers answer something else. Each answer is kept in
// [Lookup.Again], in the order of the rounds, once wait has returned. Meanwhile
// other things may be looked at.
func (t *taker) askAgain() (wait func()) {
	var wg sync.WaitGroup
	for _, l := range t.undecided() {
		defect.Go(t.ctx, &wg, l.askAgain)
	}
	return wg.Wait
}

// askAgain begins the rounds a second apart, whether the one before has ended
// or not, until one has brought an answer. Silence has taken longer already
// than all of them would: one round is enough behind it.
func (l *lookup) askAgain() {
	rounds := make([][]*Answer, roundsAgain)
	if l.waited() > roundsAgain*betweenThem {
		rounds = rounds[:1]
	}
	answered, end := context.WithCancel(l.t.ctx)
	defer end()
	var wg sync.WaitGroup
	for i := range rounds {
		if !pause(answered, betweenThem) {
			l.Undecided = l.t.ctx.Err() != nil
			break
		}
		defect.Go(l.t.ctx, &wg, func() {
			rounds[i] = l.round()
			if slices.ContainsFunc(rounds[i], usableAnswer) {
				end()
			}
		})
	}
	wg.Wait()
	l.Again = slices.Concat(rounds...)
	l.Undecided = l.Undecided || !slices.ContainsFunc(l.Again, usableAnswer) && slices.ContainsFunc(rounds, allOurs)
	l.Again = slices.DeleteFunc(l.Again, func(a *Answer) bool { return a.Status.Ours() })
}

// allOurs reports whether a round says nothing of the servers: nobody was heard
// in it, or nothing could be sent.
func allOurs(round []*Answer) bool {
	return !slices.ContainsFunc(round, func(a *Answer) bool { return !a.Status.Ours() })
}

// waited is how long one of the answers, or its failure, was waited for.
func (l *lookup) waited() time.Duration {
	var longest time.Duration
	for _, a := range l.Answers {
		var all time.Duration
		for _, e := range a.Exchanges {
			all += e.RTT
		}
		longest = max(longest, all)
	}
	return longest
}

func usableAnswer(a *Answer) bool { return a.Status.Usable() }

// round asks the first addresses side by side.
func (l *lookup) round() []*Answer {
	first := l.failures()
	slices.SortFunc(first, func(a, b *Answer) int { return a.Addr.Compare(b.Addr) })
	first = first[:min(perRound, len(first))]
	answers := make([]*Answer, len(first))
	var wg sync.WaitGroup
	for i, a := range first {
		defect.Go(l.t.ctx, &wg, func() { answers[i] = l.once(a.Server, a.Addr) })
	}
	wg.Wait()
	return slices.DeleteFunc(answers, func(a *Answer) bool { return a == nil })
}

// once asks one address, over UDP and without anything to fall back on. It
// returns nil when nothing could be sent.
func (l *lookup) once(server string, addr netip.Addr) *Answer {
	o, sent := l.t.c.ProbeWatched(l.t.ctx, addr, resolver.Probe{Name: l.Name, Type: dns.StringToType[l.Type]})
	if !sent {
		return nil
	}
	a := l.answer(addr, o)
	return digest(l.Question, server, a, resolver.Read(l.Zone, a))
}

// answer is what one exchange about the question of a lookup came to.
func (l *lookup) answer(addr netip.Addr, o resolver.Observation) *resolver.Answer {
	return &resolver.Answer{
		Server: addr, Name: l.Name, Type: dns.StringToType[l.Type],
		Msg: o.Reply.Msg, Failure: resolver.FailureOf(o.Err),
		Size: o.Reply.Size, Transport: o.Query.Transport, RTT: o.Reply.RTT,
		Exchanges: []resolver.Observation{o},
	}
}

// undecided are the lookups of CAA at which a climb ends since no server has
// an answer to take, though there is one who answers, and those of challenges
// that every server failed at once.
func (t *taker) undecided() []*lookup {
	var failing []*lookup
	for _, id := range t.s.Identifiers {
		q := Question{id.Challenge, "TXT"}
		l := t.lookups[lookupKey{t.s.Starts[q], q}]
		if l != nil && l.usable() == 0 && len(failing) < mostFailing && !slices.Contains(failing, l) && servfails(l) && t.answersElse(l) {
			failing = append(failing, l)
		}
		for _, name := range id.CAA {
			l := t.lookups[lookupKey{t.s.Starts[Question{name, "CAA"}], Question{name, "CAA"}}]
			if l == nil || len(l.Answers) == 0 || allHaveRecords(l) {
				break
			}
			if l.usable() > 0 {
				continue
			}
			if len(failing) < mostFailing && !slices.Contains(failing, l) && worthAgain(l) && t.answersElse(l) {
				failing = append(failing, l)
			}
			break
		}
	}
	return failing
}

// allHaveRecords reports whether the climb ends at a lookup whatever server is
// asked.
func allHaveRecords(l *lookup) bool {
	return !slices.ContainsFunc(l.Answers, func(a *Answer) bool { return a.Status.Usable() && len(a.Records) == 0 }) && l.usable() > 0
}

// failures are the answers that failed at the servers. What did not come for a
// reason on our side says nothing of them.
func (l *lookup) failures() []*Answer {
	return slices.DeleteFunc(slices.Clone(l.Answers), func(a *Answer) bool { return a.Status.Ours() })
}

// worthAgain reports whether every failure may be one of the moment: silence
// or a refusal, and nothing that is the message's form.
func worthAgain(l *lookup) bool {
	failed := l.failures()
	return len(failed) > 0 && !slices.ContainsFunc(failed, func(a *Answer) bool {
		return a.Status != Timeout && a.Status != Lame || a.Lame == "alias-loop" || a.formed()
	})
}

// servfails reports whether every failure is a server's that says it is in
// trouble, as one does that is starting or loading a zone.
func servfails(l *lookup) bool {
	failed := l.failures()
	return len(failed) > 0 && !slices.ContainsFunc(failed, func(a *Answer) bool { return a.Status != Lame || a.Lame != "servfail" || a.formed() })
}

// formed reports whether it hung on the form of a question what came. An error
// without an OPT record, as older servers send it, tells nothing.
func (a *Answer) formed() bool { return a.EDNS != "" && a.EDNS != "absent" }

// answersElse reports whether some server of the zone answers another question
// than that: a registry's does where a zone below is known. With root servers
// that are silent it is our own network.
func (t *taker) answersElse(l *lookup) bool {
	if t.public(l.Zone) {
		return l.Zone != "."
	}
	for _, o := range t.lookups {
		if o.Zone == l.Zone && o.Type != l.Type && o.usable() > 0 {
			return true
		}
	}
	return false
}

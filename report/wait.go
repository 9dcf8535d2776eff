package report

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"dns01/check"
	"dns01/resolver/survey"
)

// An Ending is how a wait came to its end.
type Ending string

// The endings. Those after Never say nothing final about the values.
const (
	Arrived     Ending = "ready"   // the CA would pass, and every server has the set
	Never       Ending = "never"   // waiting does not help: something has to change
	NotYet      Ending = "not-yet" // time was over while values were still missing
	CannotLook  Ending = "unknown" // the last looks saw nothing that counts
	Interrupted Ending = "interrupted"
)

// A Wait is what came of looking again and again. Its Report is the last look.
type Wait struct {
	Report
	Ending   Ending
	Started  time.Time
	Waited   time.Duration
	Rounds   int // looks taken
	InRow    int // of the last ones, those that came to the same
	Settle   int // how many in a row it takes to believe
	States   []State
	Changes  []Change
	Estimate Estimate
	Blocker  *check.Finding // for Never: what has to change
	Sent     survey.Queries // in all rounds: Total, UDP and TCP
}

// A State is what one address of the servers that count said in a look.
type State struct {
	Target string // the name asked for TXT records, where aliases end
	Zone   string // that it lies in
	Server string
	Addr   netip.Addr
	Answer string  // in the words of the table of servers
	Serial *uint32 // nil when not seen
	Usable bool    // it answers, as far as a resolver takes it
	Ours   bool    // it was not asked, for a reason of ours
	Has    bool    // it has the whole set expected
}

// Key tells the addresses apart, from look to look.
func (s State) Key() string { return s.Target + " " + s.Addr.String() }

// Same reports whether two looks at an address saw the same.
func (s State) Same(t State) bool {
	return s.Answer == t.Answer && sameSerial(s.Serial, t.Serial)
}

// An Estimate says when something may happen: not before From, and by Until as
// a rule. Zero times are not known; Why is a sentence without its end.
type Estimate struct {
	From, Until time.Time
	Why         string
}

// States tells, for each address of the zones where the order's values are
// looked for, what it said in a report.
func States(r Report) []State {
	var all []State
	for _, t := range targetsOf(r) {
		l := lastLookup(r.Survey, survey.Question{Name: t.name, Type: "TXT"})
		zone, rows := rowsOf(r.Survey, t)
		for _, row := range rows {
			s := State{
				Target: bare(t.name), Zone: bare(zone), Server: row.server, Addr: row.addr,
				Answer: row.answer, Serial: row.outcome.serial, Ours: row.ours(),
			}
			for _, a := range answersFrom(l, row.addr) {
				found, _ := matching(a.Records, t.want)
				s.Usable = a.Status.Usable()
				s.Has = a.Status == survey.Answered && found == len(t.want)
			}
			all = append(all, s)
		}
	}
	return all
}

// tally counts the addresses that were asked, and those that have the set.
func tally(states []State) (have, asked int) {
	for _, s := range states {
		if !s.Ours {
			asked++
		}
		if s.Has {
			have++
		}
	}
	return have, asked
}

// HaveWords is how far the set has come: "3 of 4 addresses have what is
// expected", or of several names "97 of 100 names have what is expected on
// every server".
func HaveWords(states []State) string {
	if SeveralTargets(states) {
		names := targetsIn(states)
		return fmt.Sprintf("%d of %d names have what is expected on every server", len(names)-len(incomplete(states)), len(names))
	}
	have, asked := tally(states)
	return fmt.Sprintf("%d of %s what is expected", have, count(asked, "address has", "addresses have"))
}

// SeveralTargets reports whether states are about more than one name.
func SeveralTargets(states []State) bool {
	return slices.ContainsFunc(states, func(s State) bool { return s.Target != states[0].Target })
}

// WaitText writes how a wait ended, for a person: the outcome and its cause,
// what each server said last, and what changed when.
func WaitText(w io.Writer, x Wait, o TextOptions) error {
	if x.Survey == nil {
		x.Survey = &survey.Survey{}
	}
	p := newPage(w, o)
	writeEnding(p, x)
	writeFindings(p, x.telling(o.Verbose))
	if len(x.States) > 0 && (x.Ending != Arrived || o.Verbose || len(x.flips()) > 0) {
		p.blank()
		p.para(0, 2, "Servers, at the last look:")
		writeStates(p, x.States, x.most(o.Verbose))
	}
	writeChanges(p, x)
	if x.Ending != Arrived {
		writePredicted(p, x.Report)
	}
	p.blank()
	p.para(0, 0, fmt.Sprintf("%s, %s (%d UDP, %d TCP) in %s", count(x.Rounds, "look", "looks"),
		count(x.Sent.Total, "query", "queries"), x.Sent.UDP, x.Sent.TCP, elapsed(x.Waited)))
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// most is how many rows of a table are worth a reader's time; 0: all.
func (x Wait) most(verbose bool) int {
	if verbose {
		return 0
	}
	return 20
}

// telling is the result with the findings worth the reader's time: whoever has
// got what was waited for needs no notes.
func (x Wait) telling(verbose bool) check.Result {
	res := x.Result
	if x.Ending == Arrived && !verbose {
		res.Findings = slices.DeleteFunc(slices.Clone(res.Findings), func(f check.Finding) bool { return f.Severity == check.Note })
	}
	return res
}

func writeEnding(p *page, x Wait) {
	word, sentence := x.ending()
	styled := p.style.yellow.Render(word)
	switch x.Ending {
	case Arrived:
		styled = p.style.green.Render(word)
	case Never:
		styled = p.style.red.Render(word)
	}
	p.hanging(styled, len(word)+2, 2, orderName(x.Report)+": "+sentence)
}

// ending is the word and the sentence that a person reads first.
func (x Wait) ending() (word, sentence string) {
	switch x.Ending {
	case Arrived:
		if x.Result.Verdict == check.AtRisk {
			return "READY", fmt.Sprintf("%s would find the value, after %s; not every path is sound", caName(x.Order.CA), elapsed(x.Waited))
		}
		return "READY", fmt.Sprintf("every server has what is expected, after %s", elapsed(x.Waited))
	case Never:
		sentence = "waiting does not help"
		if f := x.Blocker; f != nil {
			sentence += " — " + f.Rule.Title
		}
		return "BLOCKED", sentence
	case NotYet:
		sentence = fmt.Sprintf("after %s, %s", elapsed(x.Waited), HaveWords(x.States))
		if x.Estimate.Why != "" {
			sentence += "; " + x.Estimate.Why
		}
		return "NOT YET", sentence
	case Interrupted:
		return "INTERRUPTED", fmt.Sprintf("after %s, %s", elapsed(x.Waited), HaveWords(x.States))
	}
	return "UNKNOWN", consequence(x.Report)
}

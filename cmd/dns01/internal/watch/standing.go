package watch

import (
	"slices"
	"time"

	"dns01/check"
	"dns01/report"
)

// A Damping says how much it takes to believe that a verdict has changed.
type Damping struct {
	// InRow is how many looks in a row have to give the new verdict.
	InRow int
	// Unknown is how long nothing can be seen before that is a change too.
	Unknown time.Duration
	// A verdict that has changed more than Most times within Window is
	// flapping: that is told once, and then nothing until it stayed the same
	// for half of Window.
	Most   int
	Window time.Duration
}

// A standing is what is believed of one order.
type standing struct {
	verdict check.Verdict // believed; "" as long as nothing is
	held    time.Time     // it was seen first
	told    check.Verdict // last

	candidate check.Verdict // seen last, where that contradicts the verdict
	since     time.Time     // candidate was seen first
	same      int           // looks in a row that gave the candidate
	against   int           // looks in a row that contradicted the verdict

	blind     time.Time // the first of the looks in a row that saw nothing
	blindness int       // how many they are

	changes  []time.Time // the last of them, at most Most
	flapping bool
}

// pending reports whether the last look contradicted what is believed.
func (s *standing) pending() bool {
	return s.against > 0 || s.blindness > 0 && s.verdict != check.Unknown
}

// like reports whether another watch would go on from both in the same way.
func (s *standing) like(o *standing) bool {
	return s.verdict == o.verdict && s.held.Equal(o.held) && s.told == o.told && s.candidate == o.candidate && (s.candidate == "" || s.since.Equal(o.since)) &&
		s.same == o.same && s.against == o.against && s.flapping == o.flapping && slices.EqualFunc(s.changes, o.changes, time.Time.Equal)
}

// shown is the verdict that people see: what is believed, or the first that
// was seen.
func (s *standing) shown() check.Verdict {
	if s.verdict == "" {
		return s.candidate
	}
	return s.verdict
}

// see takes in the verdict of a look. It reports what is to be told, if
// anything is.
func (s *standing) see(v check.Verdict, at time.Time, d Damping) (t report.Transition, tell bool) {
	if v == check.Unknown {
		return s.unseen(at, d)
	}
	s.blind, s.blindness = time.Time{}, 0
	if v == s.verdict {
		s.candidate, s.same, s.against = "", 0, 0
		return s.settle(at, d)
	}
	if v != s.candidate {
		s.candidate, s.since, s.same = v, at, 0
	}
	s.same++
	s.against++
	// One that is as it should be needs no second look the first time; one
	// that says something else each time is no less of a change.
	first := s.verdict == "" && v == check.Ready
	if !first && s.same < d.InRow && s.against < 2*d.InRow {
		return report.Transition{}, false
	}
	return s.believe(v, s.since, s.against, at, d)
}

// unseen takes in a look that saw nothing. It says nothing of the order, so
// that it neither confirms nor contradicts; when it lasts, that is a change.
func (s *standing) unseen(at time.Time, d Damping) (report.Transition, bool) {
	if s.blindness == 0 {
		s.blind = at
	}
	s.blindness++
	if s.verdict == "" && s.candidate == "" {
		s.candidate, s.since = check.Unknown, at
	}
	switch {
	case s.verdict == check.Unknown:
		s.candidate, s.same, s.against = "", 0, 0
		return s.settle(at, d)
	case s.blindness < d.InRow || at.Sub(s.blind) < d.Unknown:
		return report.Transition{}, false
	}
	return s.believe(check.Unknown, s.blind, s.blindness, at, d)
}

// believe makes a verdict the one that is believed.
func (s *standing) believe(v check.Verdict, since time.Time, looks int, at time.Time, d Damping) (report.Transition, bool) {
	first := s.verdict == ""
	s.verdict, s.held, s.candidate, s.same, s.against = v, since, "", 0, 0
	if first && v == check.Ready {
		s.told = v
		return report.Transition{}, false
	}
	t := report.Transition{Event: report.Changed, From: s.told, To: v, Since: since, At: at, Looks: looks}
	flapping := s.often(at, d)
	s.changes = append(s.changes, at)
	s.changes = s.changes[max(0, len(s.changes)-d.Most):]
	switch {
	case s.flapping:
		return report.Transition{}, false
	case flapping:
		s.flapping, t.Event = true, report.Flapping
	}
	s.told = v
	return t, true
}

// often reports whether one change more is one too many.
func (s *standing) often(at time.Time, d Damping) bool {
	return len(s.changes) >= d.Most && at.Sub(s.changes[0]) < d.Window
}

// settle ends flapping when the verdict has stayed the same for long enough.
func (s *standing) settle(at time.Time, d Damping) (report.Transition, bool) {
	if !s.flapping {
		return report.Transition{}, false
	}
	last := s.changes[len(s.changes)-1]
	if at.Sub(last) < d.Window/2 {
		return report.Transition{}, false
	}
	t := report.Transition{Event: report.Settled, From: s.told, To: s.verdict, Since: last, At: at, Looks: 1}
	s.flapping, s.changes, s.told = false, nil, s.verdict
	return t, true
}

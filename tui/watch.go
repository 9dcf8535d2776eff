package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dns01/report"
)

// A watch looks again and again: soon after something has changed, and later
// and later while nothing does, as "dns01 wait" does.
type watch struct {
	on    bool
	pause time.Duration
	next  time.Time // of the next run; zero while one is under way
	turn  int       // tells the timer that counts from those that do not
}

const (
	firstPause   = 2 * time.Second
	longestPause = 30 * time.Second
	maxFlips     = 200
)

// lookAgain is the message that it is time.
type lookAgain struct{ turn int }

// toggleWatch begins to watch, or ends it.
func toggleWatch(m Model) (Model, cmd) {
	m.watch.turn++
	m.watch.on = !m.watch.on
	m.watch.pause = firstPause
	m.watch.next = time.Time{}
	switch {
	case !m.watch.on:
		return m.say("watching ended"), nil
	case m.cfg.Look == nil:
		m.watch.on = false
		return m.say("this is a recorded run: nothing will change"), nil
	case m.running:
		return m.say("watching: looking again when this run is over"), nil
	}
	return m.start(m.names())
}

// next plans the next look after a run, when watching.
func (m Model) next() (Model, cmd) {
	if !m.watch.on {
		return m, nil
	}
	m.watch.turn++
	turn := m.watch.turn
	m.watch.next = m.cfg.Now().Add(m.watch.pause)
	return m, tea.Tick(m.watch.pause, func(time.Time) tea.Msg { return lookAgain{turn} })
}

// again looks again, if that is still wanted.
func (m Model) again(l lookAgain) (Model, cmd) {
	if !m.watch.on || l.turn != m.watch.turn || m.running {
		return m, nil
	}
	m.watch.next = time.Time{}
	return m.start(m.names())
}

// noteChanges compares what each address says with what it said before.
func (m Model) noteChanges() Model {
	before := m.states
	m.states = map[string]report.State{}
	done := map[*report.Report]bool{}
	for _, e := range m.entries {
		if e.report == nil || done[e.report] {
			continue
		}
		done[e.report] = true
		states := report.States(*e.report)
		for _, now := range states {
			m.states[now.Key()] = now
			if old, ok := before[now.Key()]; ok && !old.Same(now) {
				m = m.flipped(flip{at: e.report.Survey.Started, look: info,
					text: report.ChangeLine(report.Change{Before: old, Now: now}, report.SeveralTargets(states))})
			}
		}
	}
	return m
}

// paced sets the pace of watching after a run in which something changed, or
// nothing did.
func (m Model) paced(changed bool) Model {
	if changed {
		m.watch.pause = firstPause
	} else {
		m.watch.pause = min(max(m.watch.pause, firstPause)*3/2, longestPause)
	}
	return m
}

// flipped keeps a change, and the last ones of many.
func (m Model) flipped(f flip) Model {
	flips := append(append([]flip(nil), m.flips...), f)
	m.flips = flips[max(0, len(flips)-maxFlips):]
	return m
}

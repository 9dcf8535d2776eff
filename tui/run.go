package tui

import (
	"context"
	"maps"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/defect"
	"dns01/resolver/survey"
)

// happened are events of a run.
type happened struct {
	run    int
	events []survey.Event
}

// judged is the end of a run.
type judged struct {
	run    int
	report report.Report
}

// broken is the end of a run that panicked: a [*defect.Error].
type broken struct{ err error }

// tick makes the time of a run go on where nothing happens in it.
type tick struct{ run int }

// maxExchanges is how many exchanges of a run are kept for the screen.
const maxExchanges = 20000

// start begins a run over names, unless one is under way.
func (m Model) start(names []string) (Model, cmd) {
	switch {
	case m.cfg.Look == nil:
		return m.say("this is a recorded run: there is nobody to ask"), nil
	case m.running:
		return m.say("a run is under way; it will be over soon"), nil
	case len(names) == 0:
		return m, nil
	}
	m.run++
	m.running = true
	m.live = progress{began: m.cfg.Now()}
	m.exchanges = nil
	m.eng.queue.drain()
	m.eng.runs.Add(1)
	return m.refresh(), tea.Batch(m.look(names), m.listen(), m.ticking())
}

// look is the run itself. The order is the one at its start.
func (m Model) look(names []string) cmd {
	run, order, eng, look := m.run, m.order, m.eng, m.cfg.Look
	order.Now = m.cfg.Now()
	return func() (m tea.Msg) {
		defer eng.runs.Done()
		defer func() {
			if fault := recover(); fault != nil {
				m = broken{defect.Of(fault)}
			}
		}()
		r := look(eng.ctx, names, order, eng.queue.put)
		return judged{run, r}
	}
}

// listen waits for the next events.
func (m Model) listen() cmd {
	run, eng := m.run, m.eng
	return func() tea.Msg { return happened{run, eng.queue.take(eng.ctx)} }
}

const tickEvery = 250 * time.Millisecond

func (m Model) ticking() cmd {
	run := m.run
	return tea.Tick(tickEvery, func(time.Time) tea.Msg { return tick{run} })
}

// follow takes in events of the run under way, and waits for more.
func (m Model) follow(h happened) (Model, cmd) {
	switch {
	case h.run != m.run || m.eng.ctx.Err() != nil:
		return m, nil
	case !m.running: // they were under way when the run ended
		m = m.count(h.events)
		sortExchanges(m.exchanges)
		return m.refresh(), nil
	}
	return m.count(h.events), m.listen()
}

// count takes in events.
func (m Model) count(events []survey.Event) Model {
	for _, e := range events {
		m.live = m.live.with(e)
		if r, ok := e.(survey.Received); ok && len(m.exchanges) < maxExchanges {
			m.exchanges = append(m.exchanges, r)
		}
	}
	if m.view == viewExchanges && len(events) > 0 {
		return m.refresh()
	}
	return m
}

// finish takes in the end of a run. After the first the name that the verdict
// of the order comes from is shown, unless another was chosen meanwhile.
func (m Model) finish(j judged) (Model, cmd) {
	if j.run != m.run || !m.running {
		return m, nil
	}
	m = m.count(m.eng.queue.drain())
	m.running = false
	m.live.took = m.cfg.Now().Sub(m.live.began)
	sortExchanges(m.exchanges)
	flips := len(m.flips)
	first := m.subject().report == nil
	m = m.takeIn(j.report).noteChanges()
	m = m.paced(len(m.flips) > flips).refresh()
	if first && m.chosen == 0 {
		v := m.Verdict()
		m = m.choose(slices.IndexFunc(m.entries, func(e entry) bool { return e.result.Verdict == v }))
	}
	return m.next()
}

// takeIn makes a report the last word on the identifiers that it is about.
// What was ordered otherwise while it was made counts, too.
func (m Model) takeIn(r report.Report) Model {
	if r.Survey == nil {
		r.Survey = &survey.Survey{}
	}
	if !sameOrder(r.Order, m.order) {
		r = judgedAs(r, m.order)
	}
	m.entries = append([]entry(nil), m.entries...)
	for _, id := range r.Result.Identifiers {
		for i := range m.entries {
			e := &m.entries[i]
			if e.name != id.Identifier {
				continue
			}
			if e.report != nil && e.result.Verdict != id.Verdict {
				m = m.flipped(flip{at: r.Survey.Started, name: e.name, look: verdictLook(id.Verdict),
					text: e.name + ": " + report.VerdictWord(e.result.Verdict) + " -> " + report.VerdictWord(id.Verdict)})
			}
			e.report, e.result = &r, id
		}
	}
	m.hosts = hostsOf(r.Survey)
	return m
}

// sameOrder reports whether what was ordered is the same but for its time.
func sameOrder(a, b check.Order) bool {
	return a.CA == b.CA && a.Account == b.Account && a.Challenge == b.Challenge && a.Profile == b.Profile &&
		maps.EqualFunc(a.Values, b.Values, slices.Equal)
}

// judgedAs judges what a run saw for another order.
func judgedAs(r report.Report, o check.Order) report.Report {
	o.Now = r.Order.Now
	r.Order, r.Result = o, check.Judge(r.Survey, o)
	return r
}

// rejudge judges everything seen as the order is now.
func (m Model) rejudge() Model {
	m.entries = append([]entry(nil), m.entries...)
	done := map[*report.Report]*report.Report{}
	for i := range m.entries {
		e := &m.entries[i]
		if e.report == nil {
			continue
		}
		if done[e.report] == nil {
			r := judgedAs(*e.report, m.order)
			done[e.report] = &r
		}
		e.report = done[e.report]
		for _, id := range e.report.Result.Identifiers {
			if id.Identifier == e.name {
				e.result = id
			}
		}
	}
	return m.refresh()
}

// names are those of the whole order.
func (m Model) names() []string {
	var names []string
	for _, e := range m.entries {
		names = append(names, e.name)
	}
	return names
}

// quit ends the run under way and the program.
func (m Model) quit() (Model, cmd) {
	m.eng.cancel()
	return m, tea.Quit
}

// wait returns when no run goes on any more.
func (e *engine) wait(ctx context.Context) {
	done := make(chan struct{})
	go func() { e.runs.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

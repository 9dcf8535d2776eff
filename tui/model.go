package tui

import (
	"context"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

// cmd is what bubbletea runs beside the program.
type cmd = tea.Cmd

// A Model is the whole program. It is a value: every message makes a new one.
type Model struct {
	cfg Config
	eng *engine
	st  styles
	w,
	h int

	order   check.Order
	entries []entry
	chosen  int

	browsers []browser
	view     int

	running   bool
	run       int // number of the run under way, or of the last one
	live      progress
	exchanges []survey.Received // of the last run
	hosts     map[string]string
	flips     []flip
	states    map[string]report.State // what each address said last
	watch     watch

	prompt *prompt
	menu   *menu
	help   bool
	helpAt int
	note   string
	query  string
	kept   []string // printed when the program ends
	fault  error    // why it ended, when nobody wanted it to
}

// An engine is what goes on beside the model: runs and their events.
type engine struct {
	ctx    context.Context
	cancel context.CancelFunc
	runs   sync.WaitGroup
	queue  *queue
}

// The views, in the order of their number keys.
const (
	viewNames = iota
	viewPath
	viewServers
	viewCAA
	viewFindings
	viewExchanges
	viewAnswer
)

func panes() []pane {
	return []pane{namesPane{}, pathPane{}, serversPane{}, caaPane{}, findingsPane{}, exchangesPane{}, answerPane{}}
}

// New makes a model. Nothing is asked before [Model.Init]'s command runs, nor
// after ctx ends.
func New(ctx context.Context, cfg Config) Model {
	m := Model{
		cfg: cfg, st: newStyles(cfg.Renderer, cfg.ASCII),
		order: cfg.Order, view: viewFindings,
		states: map[string]report.State{}, hosts: map[string]string{},
	}
	m.eng = &engine{queue: newQueue()}
	m.eng.ctx, m.eng.cancel = context.WithCancel(ctx)
	for _, p := range panes() {
		m.browsers = append(m.browsers, browser{pane: p})
	}
	for _, n := range cfg.Names {
		if !slices.ContainsFunc(m.entries, func(e entry) bool { return e.name == n }) {
			m.entries = append(m.entries, entry{name: n})
		}
	}
	if cfg.Opened != nil {
		m = m.count(cfg.Told).takeIn(*cfg.Opened)
		sortExchanges(m.exchanges)
	}
	if cfg.Demo != nil {
		m.note = "World " + cfg.Demo.Name + ": " + cfg.Demo.Title
	}
	return m.refresh()
}

// Init starts the first run.
func (m Model) Init() tea.Cmd {
	if m.cfg.Look == nil {
		return nil
	}
	return func() tea.Msg { return begin{} }
}

// begin is the message that starts the first run.
type begin struct{}

// subject is what the views are about.
func (m Model) subject() subject {
	s := subject{
		order: m.order, entries: m.entries, exchanges: m.exchanges, hosts: m.hosts,
		flips: m.flips, marks: m.st.marks, ascii: m.cfg.ASCII,
	}
	if m.chosen < len(m.entries) {
		e := m.entries[m.chosen]
		s.name, s.report, s.result = e.name, e.report, e.result
	}
	return s
}

// refresh makes the rows of the view that is shown anew.
func (m Model) refresh() Model {
	m.browsers = slices.Clone(m.browsers)
	m.browsers[m.view] = m.browsers[m.view].show(m.subject())
	return m
}

// current is the browser that is shown.
func (m Model) current() browser { return m.browsers[m.view] }

// with puts a changed browser in place of the one shown. The names' cursor
// chooses the identifier.
func (m Model) with(b browser) Model {
	m.browsers = slices.Clone(m.browsers)
	m.browsers[m.view] = b
	if m.view == viewNames {
		if i := slices.IndexFunc(m.entries, func(e entry) bool { return nameKey+e.name == b.row().key }); i >= 0 && i != m.chosen {
			m.chosen = i
			m = m.refresh()
		}
	}
	return m
}

// show goes to another view.
func (m Model) show(view int) Model {
	m.view = (view + len(m.browsers)) % len(m.browsers)
	return m.refresh().onChosen()
}

// choose goes to another identifier.
func (m Model) choose(i int) Model {
	if n := len(m.entries); n > 0 {
		m.chosen = (i + n) % n
	}
	for i := range m.browsers {
		m.browsers[i].zoom = m.browsers[i].zoom && i == m.view
	}
	return m.onChosen().refresh()
}

// onChosen puts the cursor of the names on the one chosen, where they are shown.
func (m Model) onChosen() Model {
	if m.view != viewNames || m.chosen >= len(m.entries) {
		return m
	}
	b := m.browsers[viewNames]
	b.cursor = max(0, b.shown.index(nameKey+m.entries[m.chosen].name))
	return m.with(b)
}

// say shows a note in the status line until the next key.
func (m Model) say(text string) Model {
	m.note = text
	return m
}

// textOptions are how report draws text for a detail of w columns.
func (m Model) textOptions(w int) report.TextOptions {
	return report.TextOptions{Width: w, Color: m.colored(), ASCII: m.cfg.ASCII}
}

// Kept is what the user wants printed when the program has ended.
func (m Model) Kept() []string { return m.kept }

// Verdict is that of the order, "" when no run was over.
func (m Model) Verdict() check.Verdict { return worst(m.entries) }

// elapsed is how long the run under way has taken.
func (m Model) elapsed() time.Duration { return m.cfg.Now().Sub(m.live.began) }

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dns01/report"
)

// A progress tells on stderr how a wait goes: one line a change, and on a
// terminal the table of servers below it, drawn anew after each look. Nothing
// with --quiet.
type progress struct {
	p        *program
	silent   bool
	live     bool
	terminal bool
	height   int // of the terminal in lines; 0 when not known
	options  report.TextOptions
	drawn    int    // lines of the table on the screen
	why      string // the estimate told last
	stand    standing
}

func (p *program) newProgress(s settings) *progress {
	to := screen{}
	if f := fileOf(p.stderr); f != nil {
		to = screenOf(f)
	}
	o := p.textOptions(s)
	o.ASCII = !to.terminal || !p.unicode()
	if to.width > 0 {
		o.Width = to.width
	}
	return &progress{
		p: p, silent: s.quiet, options: o, terminal: to.terminal, height: to.height,
		live: to.terminal && !s.quiet && !s.verbose && p.env("TERM") != "dumb",
	}
}

// begin says what is waited for.
func (g *progress) begin(o waitOptions) {
	n := 0
	for _, vs := range o.order.Values {
		n += len(vs)
	}
	if o.either {
		n /= 2 // each stands for a name and for its wildcard
	}
	g.line("waiting for %s of %s, %s at most", plural(n, "value"), plural(len(o.shown()), "name"), about(o.total))
}

// shown are the names that the order is about, those of a hook once.
func (o waitOptions) shown() []string {
	if !o.either {
		return o.names
	}
	var names []string
	for _, n := range o.names {
		if !strings.HasPrefix(n, "*.") {
			names = append(names, n)
		}
	}
	return names
}

// round tells of one look.
func (g *progress) round(wt *waiter, pause time.Duration) {
	g.erase()
	several := report.SeveralTargets(wt.out.States)
	changes := wt.changes()
	flips := slices.DeleteFunc(slices.Clone(changes), func(c report.Change) bool { return c.Before.Answer == "" })
	groups := report.ChangeGroups(flips, several)
	for _, c := range groups[:min(len(groups), mostLines)] {
		g.line("%s +%s %s", wt.p.now().UTC().Format(time.TimeOnly), about(c.After), c.Line)
	}
	if more := len(groups) - mostLines; more > 0 {
		g.line("and %s more", plural(more, "change"))
	}
	if len(changes) > 0 {
		g.line("%s", report.HaveWords(wt.out.States))
	}
	if wt.stand != g.stand && (wt.stand == hopeless || wt.stand == unseen) {
		g.line("%s", standingWords[wt.stand])
	}
	g.stand = wt.stand
	if why := wt.estimate.Why; why != g.why && why != "" {
		g.line("%s", why)
		g.why = why
		g.tooShort(wt)
	}
	if g.live && pause > 0 {
		g.draw(wt, pause)
	}
}

// mostLines is how many changes of one look are told.
const mostLines = 20

// tooShort warns where the time allowed ends before the value can be expected.
func (g *progress) tooShort(wt *waiter) {
	if !wt.provider {
		return
	}
	end := wt.out.Started.Add(wt.o.total)
	if from := wt.estimate.From; from.After(end) {
		g.line("--for %s ends before that", about(wt.o.total))
	} else if until := wt.estimate.Until; until.After(end) {
		g.line("--for %s may be too short", about(wt.o.total))
	}
}

// standingWords tell what changes of standing mean.
var standingWords = map[standing]string{
	hopeless: "it looks as if waiting does not help; looking again to be sure",
	unseen:   "what counts could not be looked at; trying again",
}

// line writes one line that stays.
func (g *progress) line(format string, args ...any) {
	if g.silent {
		return
	}
	text := fmt.Sprintf("dns01: "+format, args...)
	if !g.terminal {
		g.p.say("%s", text)
		return
	}
	for _, l := range report.Wrapped(text, g.options) { // a terminal breaks words
		g.p.say("%s", l)
	}
}

// draw writes the table, and remembers how many lines to erase.
func (g *progress) draw(wt *waiter, pause time.Duration) {
	text := g.table(wt, pause)
	g.drawn = strings.Count(text, "\n")
	g.write(text)
}

// table is what stands below the lines that stay. What has scrolled away
// cannot be erased, so that it has to leave the screen some lines.
func (g *progress) table(wt *waiter, pause time.Duration) string {
	const spare = 3
	status := report.Wrapped(fmt.Sprintf("look %d after %s, %s, next in %s", wt.out.Rounds, about(wt.out.Waited),
		queries(wt.out.Survey.Queries.Total), about(pause)), g.options)
	for rows := g.height - spare; ; rows -= max(1, rows/4) {
		var b strings.Builder
		if report.StateTable(&b, wt.out.States, max(0, rows), g.options) != nil {
			return ""
		}
		text := b.String() + strings.Join(status, "\n") + "\n"
		if rows <= 1 || strings.Count(text, "\n") <= g.height-spare {
			return text
		}
	}
}

// write puts text on the screen as it is.
func (g *progress) write(text string) {
	g.p.chatter.Lock()
	defer g.p.chatter.Unlock()
	_, _ = io.WriteString(g.p.stderr, text)
}

// erase takes the table off the screen: up to its first line, and clear from
// there (ECMA-48 CPL and ED).
func (g *progress) erase() {
	if g.drawn == 0 {
		return
	}
	g.write(fmt.Sprintf("\x1b[%dF\x1b[J", g.drawn))
	g.drawn = 0
}

// end leaves the screen to the report.
func (g *progress) end() { g.erase() }

func queries(n int) string {
	if n == 1 {
		return "1 query"
	}
	return fmt.Sprintf("%d queries", n)
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

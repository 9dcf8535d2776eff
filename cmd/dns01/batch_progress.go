package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"dns01/check"
	"dns01/report"
)

// A batchProgress tells on stderr how far a batch is: on a terminal a line
// with a bar, drawn anew a few times a second, elsewhere a line now and then.
// At the end comes the summary. With --quiet there is neither.
type batchProgress struct {
	p      *program
	silent bool
	live   bool
	width  int
	size   int64 // of the list in octets; 0: not known
	begun  time.Time

	mu      sync.Mutex
	read    int64
	skipped int
	told    time.Time
}

func (p *program) newBatchProgress(o batchOptions, size int64) *batchProgress {
	to := screen{}
	if f := fileOf(p.stderr); f != nil {
		to = screenOf(f)
	}
	now := p.now()
	return &batchProgress{
		p: p, silent: o.quiet, size: size, begun: now, told: now,
		live:  to.terminal && !o.verbose && p.env("TERM") != "dumb",
		width: to.width,
	}
}

func (g *batchProgress) position(read int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read = read
}

func (g *batchProgress) skip() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.skipped++
}

// add tells of a result, not too often.
func (g *batchProgress) add(sum report.Batch) {
	g.mu.Lock()
	defer g.mu.Unlock()
	pause := 10 * time.Second
	if g.live {
		pause = 200 * time.Millisecond
	}
	now := g.p.now()
	if g.silent || now.Sub(g.told) < pause {
		return
	}
	g.told = now
	text := g.text(sum, now)
	if !g.live {
		g.p.say("dns01: %s", text)
		return
	}
	if g.width > 1 && len(text) >= g.width {
		text = text[:g.width-1]
	}
	g.p.chatter.Lock()
	defer g.p.chatter.Unlock()
	_, _ = io.WriteString(g.p.stderr, "\r\x1b[K"+text)
}

// text is one line: how many orders, how fast, how long it will still take,
// and how many would fail.
func (g *batchProgress) text(sum report.Batch, now time.Time) string {
	took := now.Sub(g.begun)
	parts := []string{fmt.Sprintf("%d orders", sum.Orders+g.skipped)}
	if took > 0 {
		parts = append(parts, fmt.Sprintf("%.0f/s", float64(sum.Orders)/took.Seconds()))
	}
	if share := g.share(); share > 0 {
		left := time.Duration(float64(took) * (1 - share) / share)
		parts = append(parts, fmt.Sprintf("%s %.0f %%, %s left", bar(share), 100*share, left.Round(time.Second)))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d blocked, %d unknown", sum.Verdicts[check.Blocked], sum.Verdicts[check.Unknown])), ", ")
}

// share is how much of the list has been read.
func (g *batchProgress) share() float64 {
	if g.size == 0 {
		return 0
	}
	return min(1, float64(g.read)/float64(g.size))
}

func bar(share float64) string {
	const width = 20
	n := int(share * width)
	return "[" + strings.Repeat("#", n) + strings.Repeat(".", width-n) + "]"
}

// end wipes the line and writes the summary.
func (g *batchProgress) end(sum report.Batch) {
	if g.silent {
		return
	}
	g.p.chatter.Lock()
	defer g.p.chatter.Unlock()
	if g.live {
		_, _ = io.WriteString(g.p.stderr, "\r\x1b[K")
	}
	if g.skipped > 0 {
		fmt.Fprintf(g.p.stderr, "%d orders had a result already\n", g.skipped)
	}
	_ = report.BatchText(g.p.stderr, sum, g.p.now().Sub(g.begun))
}

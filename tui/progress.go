package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"dns01/report"
	"dns01/resolver/survey"
)

// A progress is how far a run has come, as its events tell.
type progress struct {
	began time.Time
	took  time.Duration // when it is over
	stage survey.Stage

	sent, received [4]int // by the place of the stage in survey.Stages
	failed         int
	cuts, hops     []string // the last ones
	cutCount       int
	hopCount       int
	last           []survey.Received
}

// lastShown is how many of the last things are kept to be shown.
const lastShown = 8

func (p progress) with(e survey.Event) progress {
	at := max(0, slices.Index(survey.Stages(), p.stage))
	switch e := e.(type) {
	case survey.StageBegun:
		p.stage = e.Stage
	case survey.Sent:
		p.sent[at]++
	case survey.Received:
		p.received[p.awaited(at)]++
		if e.Rcode == "" {
			p.failed++
		}
		p.last = latest(p.last, e)
	case survey.CutFound:
		p.cutCount++
		p.cuts = latest(p.cuts, e.Zone)
	case survey.HopFollowed:
		p.hopCount++
		p.hops = latest(p.hops, e.From+" -> "+e.To)
	}
	return p
}

// awaited is the stage that a reply is counted for, which may come after the
// next one has begun: the first that lacks replies, up to the one under way.
func (p progress) awaited(at int) int {
	for i := range at {
		if p.received[i] < p.sent[i] {
			return i
		}
	}
	return at
}

// latest appends to a list of which the last few count.
func latest[T any](list []T, x T) []T {
	list = append(slices.Clone(list), x)
	return list[max(0, len(list)-lastShown):]
}

func sum(ns [4]int) (total int) {
	for _, n := range ns {
		total += n
	}
	return total
}

// underWay is how many queries have no reply yet.
func (p progress) underWay() int { return max(0, sum(p.sent)-sum(p.received)) }

// stageWords say what is done in each stage.
func stageWords(s survey.Stage) string {
	switch s {
	case survey.Resolving:
		return "every server, from the root"
	case survey.Seeking:
		return "values that went astray"
	case survey.Suspecting:
		return "servers that took a probe oddly"
	case survey.Caching:
		return "caches"
	}
	return string(s)
}

// lines draw the progress for a screen on which there is nothing else yet.
func (p progress) lines(s subject, st styles, elapsed time.Duration) []string {
	stages := survey.Stages()
	at := slices.Index(stages, p.stage)
	var out []string
	for i, g := range stages {
		state, l := "to come", faint
		switch {
		case i < at || p.took > 0:
			state, l = "done", good
		case i == at:
			state, l = "now", strong
		}
		out = append(out, st.draw(l, fmt.Sprintf("  %-8s %-32s %3d of %d answered", state, stageWords(g), p.received[i], p.sent[i])))
	}
	out = append(out, "", fmt.Sprintf("  %s, %d under way, %d without reply, %s", counted(sum(p.sent), "question"), p.underWay(), p.failed, report.Elapsed(elapsed)))
	if p.cutCount > 0 {
		out = append(out, s.clean(fmt.Sprintf("  %s: %s", counted(p.cutCount, "zone"), strings.Join(p.cuts, ", "))))
	}
	if p.hopCount > 0 {
		out = append(out, s.clean(fmt.Sprintf("  %s: %s", counted(p.hopCount, "alias"), strings.Join(p.hops, ", "))))
	}
	out = append(out, "")
	for i := range p.last {
		x := &p.last[i]
		out = append(out, s.clean(fmt.Sprintf("  %s %s %s: %s", serverName(s, x), strings.ToLower(x.Name), x.Type, report.ExchangeResult(x.Exchange))))
	}
	return out
}

// sortExchanges puts the exchanges in the order in which they were sent; those
// sent at one moment by what was asked of whom.
func sortExchanges(xs []survey.Received) {
	slices.SortStableFunc(xs, func(a, b survey.Received) int {
		return cmp.Or(a.At.Compare(b.At), a.Addr.Compare(b.Addr), strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)),
			strings.Compare(a.Type, b.Type), strings.Compare(a.Transport, b.Transport), a.At.Add(a.RTT).Compare(b.At.Add(b.RTT)), cmp.Compare(a.Bytes, b.Bytes))
	})
}

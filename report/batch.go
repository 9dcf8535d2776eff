package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"dns01/check"
	"dns01/resolver/survey"
)

// A BatchLine is one order of a batch and what became of it.
type BatchLine struct {
	Order  int // of the list, counted from 1
	Line   int // of the list, where the order begins
	ID     string
	Err    error // why it is no order; then there is no report
	Report Report
	// Perspective is where the agent stands that judged it, "" when it was
	// judged here.
	Perspective string
}

type jsonBatchLine struct {
	Schema          int                `json:"schema"`
	Order           int                `json:"order"`
	Line            int                `json:"line"`
	ID              string             `json:"id"`
	Error           string             `json:"error,omitempty"`
	Identifiers     []string           `json:"identifiers"`
	Verdict         check.Verdict      `json:"verdict,omitempty"`
	RetryAfterS     *int64             `json:"retry_after_s,omitempty"`
	Findings        []jsonBatchFinding `json:"findings"`
	PredictedErrors []jsonBatchProblem `json:"predicted_errors"`
	Queries         int                `json:"queries"`
	DurationMS      int64              `json:"duration_ms"`
	Perspective     string             `json:"perspective,omitempty"`
	Report          *jsonDocument      `json:"report,omitempty"`
}

type jsonBatchFinding struct {
	ID          string         `json:"id"`
	Severity    check.Severity `json:"severity"`
	Identifiers []string       `json:"identifiers"`
	Name        string         `json:"name"`
	Servers     []string       `json:"servers"`
	Because     string         `json:"because,omitempty"`
}

type jsonBatchProblem struct {
	Identifier string `json:"identifier"`
	jsonProblem
}

// JSONBatchLine is an order of a batch as one line of JSON with a final line
// feed: the verdict, the findings in short, and what the CA would answer. With
// full the whole document of [JSON] comes besides.
func JSONBatchLine(x BatchLine, full bool) ([]byte, error) {
	line := jsonBatchLine{
		Schema: Schema, Order: x.Order, Line: x.Line, ID: x.ID, Perspective: x.Perspective,
		Identifiers: []string{}, Findings: []jsonBatchFinding{}, PredictedErrors: []jsonBatchProblem{},
	}
	if x.Err != nil {
		line.Error = visible(x.Err.Error())
	} else {
		line.judged(x.Report)
		if full {
			d := document(x.Report)
			line.Report = &d
		}
	}
	var b strings.Builder
	enc := newEncoder(&b)
	if err := enc.Encode(line); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return []byte(b.String()), nil
}

func (l *jsonBatchLine) judged(r Report) {
	l.Verdict = r.Result.Verdict
	l.RetryAfterS = retrySeconds(r.Result.Verdict, r.Result.RetryAfter)
	for _, i := range distinct(r.Result.Identifiers) {
		d := identifier(i)
		l.Identifiers = append(l.Identifiers, d.Identifier)
		for _, p := range d.PredictedErrors {
			l.PredictedErrors = append(l.PredictedErrors, jsonBatchProblem{d.Identifier, p})
		}
	}
	for _, f := range r.Result.Findings {
		d := finding(f)
		l.Findings = append(l.Findings, jsonBatchFinding{d.ID, d.Severity, d.Identifiers, d.Name, d.Servers, d.Because})
	}
	if s := r.Survey; s != nil {
		l.Queries, l.DurationMS = s.Queries.Total, s.Took.Milliseconds()
	}
}

// A Batch sums up orders. The zero value is that of none.
type Batch struct {
	Orders   int
	Wrong    int // lines that were no orders
	Verdicts map[check.Verdict]int
	Findings map[string]int // orders with a finding, by rule
	Queries  int
	Slowest  []SlowZone // the ten whose servers took longest to answer, the slowest first
}

// A SlowZone is a zone with how long its slowest server took to answer.
type SlowZone struct {
	Zone string
	RTT  time.Duration
}

// Add takes in one order.
func (b *Batch) Add(x BatchLine) {
	var ids []string
	for _, f := range x.Report.Result.Findings {
		ids = append(ids, f.Rule.ID)
	}
	queries := 0
	if s := x.Report.Survey; s != nil {
		queries = s.Queries.Total
	}
	b.tally(x.Err != nil, x.Report.Result.Verdict, ids, queries)
	if x.Err == nil {
		b.AddSlow(SlowZones(x.Report.Survey))
	}
}

// AddRead takes in one order that was judged elsewhere.
func (b *Batch) AddRead(x BatchRead) { b.tally(x.Error != "", x.Verdict, x.Findings, x.Queries) }

// AddSlow takes in how long the servers of an order's zones took.
func (b *Batch) AddSlow(zones []SlowZone) {
	for _, z := range zones {
		b.slow(z)
	}
}

func (b *Batch) tally(wrong bool, v check.Verdict, ids []string, queries int) {
	b.Orders++
	if wrong {
		b.Wrong++
		return
	}
	if b.Verdicts == nil {
		b.Verdicts, b.Findings = map[check.Verdict]int{}, map[string]int{}
	}
	b.Verdicts[v]++
	b.Queries += queries
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		b.Findings[id]++
	}
}

// SlowZones are the zones of a survey whose servers were timed, with the
// slowest of each; those of registries are left out.
func SlowZones(s *survey.Survey) []SlowZone {
	var zones []SlowZone
	if s == nil {
		return nil
	}
	for _, z := range s.Zones {
		var rtt time.Duration
		for _, s := range z.Servers {
			if s.SOA != nil && s.SOA.Status.Usable() {
				rtt = max(rtt, s.SOA.RTT)
			}
		}
		if !z.Public && rtt > 0 {
			zones = append(zones, SlowZone{z.Name, rtt})
		}
	}
	return zones
}

// slow keeps the slowest zones.
func (b *Batch) slow(z SlowZone) {
	const most = 10
	if len(b.Slowest) == most && b.Slowest[most-1].RTT >= z.RTT {
		return
	}
	if i := slices.IndexFunc(b.Slowest, func(s SlowZone) bool { return s.Zone == z.Zone }); i >= 0 {
		b.Slowest[i].RTT = max(b.Slowest[i].RTT, z.RTT)
	} else {
		b.Slowest = append(b.Slowest, z)
	}
	slices.SortStableFunc(b.Slowest, func(a, c SlowZone) int { return cmp.Compare(c.RTT, a.RTT) })
	b.Slowest = b.Slowest[:min(most, len(b.Slowest))]
}

// BatchText writes the summary of a batch that took so long: verdicts, the
// commonest findings and the slowest zones.
func BatchText(w io.Writer, b Batch, took time.Duration) error {
	var t strings.Builder
	fmt.Fprintf(&t, "%s in %s, %s\n", count(b.Orders, "order", "orders"), elapsed(took), count(b.Queries, "query", "queries"))
	for _, v := range []check.Verdict{check.Ready, check.AtRisk, check.Retry, check.Blocked, check.Unknown} {
		if n := b.Verdicts[v]; n > 0 {
			fmt.Fprintf(&t, "  %-8s %d\n", v, n)
		}
	}
	if b.Wrong > 0 {
		fmt.Fprintf(&t, "  %-8s %d\n", "no order", b.Wrong)
	}
	ids := slices.SortedFunc(maps.Keys(b.Findings), func(x, y string) int {
		return cmp.Or(cmp.Compare(b.Findings[y], b.Findings[x]), cmp.Compare(x, y))
	})
	if len(ids) > 0 {
		t.WriteString("Findings, by the orders that have them:\n")
	}
	for _, id := range ids[:min(10, len(ids))] {
		fmt.Fprintf(&t, "  %6d  %s\n", b.Findings[id], visible(clip(id, 80))) // an agent may have made it up
	}
	if len(b.Slowest) > 0 {
		t.WriteString("Slowest zones:\n")
	}
	for _, z := range b.Slowest {
		fmt.Fprintf(&t, "  %4d ms  %s\n", z.RTT.Milliseconds(), visible(z.Zone))
	}
	_, err := io.WriteString(w, t.String())
	return err
}

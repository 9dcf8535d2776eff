package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"dns01/check"
	"dns01/resolver/survey"
)

// HTML writes reports as one page that a browser shows: no script, nothing
// loaded from anywhere, and whatever comes from the DNS or the user as text.
// The error is the writer's.
func HTML(w io.Writer, rs []Report) error {
	page := htmlPage{Title: "dns01: no order", Reports: each(rs, htmlOf)}
	if len(rs) > 0 {
		page.Title = visible("dns01: " + string(worst(rs)) + ": " + orderName(worstOf(rs)))
	}
	return writeHTML(w, "report", page)
}

// An Index is a page that lists orders, as watch serves it.
type Index struct {
	Title  string
	Lines  []string // what is to be said of all of them
	Counts map[check.Verdict]int
	Orders []IndexOrder
	From   int    // how many orders stand before these
	Total  int    // orders in all
	Query  string // of the links to further pages, without "from"
}

// An IndexOrder is one line of it.
type IndexOrder struct {
	Name        string
	Identifiers []string
	Verdict     check.Verdict // "" as long as nothing is known
	Text        string        // why
	Checked     time.Time
}

// IndexHTML writes a list of orders as a page. The error is the writer's.
func IndexHTML(w io.Writer, x Index) error {
	page := htmlIndex{Title: visible(x.Title), Lines: each(x.Lines, visible)}
	for _, o := range x.Orders {
		row := htmlRow{
			Name: visible(o.Name), Link: "report/" + url.PathEscape(o.Name),
			Verdict: "not yet checked", Class: "none", Text: visible(clip(o.Text, htmlSentence)),
			Names: visible(clip(strings.Join(o.Identifiers, " "), htmlSentence)),
		}
		if len(o.Identifiers) == 1 && o.Identifiers[0] == o.Name {
			row.Names = ""
		}
		if o.Verdict != "" {
			row.Verdict, row.Class = verdictWord(o.Verdict), string(o.Verdict)
		}
		if !o.Checked.IsZero() {
			row.Checked = o.Checked.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		page.Rows = append(page.Rows, row)
	}
	for _, v := range []check.Verdict{check.Blocked, check.Unknown, check.Retry, check.AtRisk, check.Ready} {
		if n := x.Counts[v]; n > 0 {
			page.Counts = append(page.Counts, htmlCount{n, verdictWord(v), string(v)})
		}
	}
	if len(x.Orders) > 0 {
		page.Shown = fmt.Sprintf("%d to %d of %s", x.From+1, x.From+len(x.Orders), count(x.Total, "order", "orders"))
	}
	link := func(from int) string { return "?" + x.Query + fmt.Sprintf("from=%d", from) }
	if x.From > 0 {
		page.Before = link(max(0, x.From-IndexSize))
	}
	if next := x.From + len(x.Orders); next < x.Total {
		page.After = link(next)
	}
	return writeHTML(w, "index", page)
}

// IndexSize is how many orders stand on one page of an index.
const IndexSize = 200

// HTMLPolicy is the Content-Security-Policy that the pages need: their own
// style sheet, and nothing else.
func HTMLPolicy() string {
	sum := sha256.Sum256([]byte(htmlStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

func writeHTML(w io.Writer, name string, page any) error {
	var b strings.Builder
	if err := htmlTemplates.ExecuteTemplate(&b, name, page); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	return nil
}

// The limits of a page keep that of any order within what a browser shows at
// once.
const (
	htmlSentence = 700  // characters of one sentence
	htmlRows     = 1000 // of one table
)

type htmlPage struct {
	Title   string
	Reports []htmlReport
}

type htmlReport struct {
	Verdict, Class, Headline string
	Identifiers              []htmlIdentifier
	Findings                 []htmlFinding
	Predicted                string // lines
	Would                    string
	Servers                  []htmlServers
	CAA                      []string
	Elsewhere                []htmlElsewhere
	Footer                   string
}

type htmlIdentifier struct{ Name, Verdict, Class string }

type htmlFinding struct {
	Severity, Class, ID, Title, Detail, Fix string
	Records, Evidence                       string // lines
	Hence                                   []string
}

type htmlServers struct {
	Caption string
	Rows    [][]string
	More    int
}

// htmlElsewhere is what one engine's perspectives saw.
type htmlElsewhere struct {
	Caption string
	Rows    [][]string
	More    int
	Lines   []string
}

type htmlIndex struct {
	Title, Shown, Before, After string
	Lines                       []string
	Counts                      []htmlCount
	Rows                        []htmlRow
}

type htmlCount struct {
	Orders         int
	Verdict, Class string
}

type htmlRow struct{ Name, Link, Names, Verdict, Class, Text, Checked string }

func htmlOf(r Report) htmlReport {
	if r.Survey == nil {
		r.Survey = &survey.Survey{}
	}
	x := htmlReport{
		Verdict: verdictWord(r.Result.Verdict), Class: string(r.Result.Verdict), Headline: visible(headline(r)),
		Predicted: strings.Join(each(predictedLines(r), visible), "\n"),
		Would:     visible(caName(r.Order.CA)) + " would answer",
		CAA:       each(caaReasons(r.Result.Identifiers), func(s string) string { return visible(clip(s, htmlSentence)) }),
		Footer:    visible(footerLine(r)),
	}
	if r.Result.Verdict == check.AtRisk {
		x.Would = visible(caName(r.Order.CA)) + " may answer"
	}
	for _, i := range distinct(r.Result.Identifiers) {
		x.Identifiers = append(x.Identifiers, htmlIdentifier{bare(i.Identifier), verdictWord(i.Verdict), string(i.Verdict)})
	}
	for _, c := range byCause(r.Result.Findings) {
		x.Findings = append(x.Findings, htmlFindingOf(c))
	}
	for _, t := range targetsOf(r) {
		if zone, rows := rowsOf(r.Survey, t); len(rows) > 0 {
			x.Servers = append(x.Servers, htmlServersOf(visible(clip(caption(zone, t, 0), htmlSentence)), rows))
		}
	}
	for _, v := range r.Survey.Vantages {
		x.Elsewhere = append(x.Elsewhere, htmlElsewhereOf(elsewhereOf(r, v, true)))
	}
	return x
}

func htmlElsewhereOf(e elsewhere) htmlElsewhere {
	word := func(s string) string { return visible(clip(s, htmlSentence)) }
	some := e.rows[:min(len(e.rows), htmlRows)]
	return htmlElsewhere{
		word(e.short), each(some, func(row []string) []string { return each(row, word) }),
		len(e.rows) - len(some), each(e.more[:min(len(e.more), htmlRows)], word),
	}
}

func htmlFindingOf(c cause) htmlFinding {
	words, records := parts(c.Fix)
	if words == "" {
		words = c.Rule.Fix
	}
	return htmlFinding{
		Severity: strings.ToUpper(string(c.Severity)), Class: string(c.Severity), ID: c.Rule.ID, Title: visible(c.Rule.Title),
		Detail: visible(c.Detail), Fix: visible(words),
		Records:  strings.Join(each(records, visible), "\n"),
		Evidence: strings.Join(each(seenWith(evidenceOf(c.Finding)), visible), "\n"),
		Hence: each(c.consequences, func(f *check.Finding) string {
			return visible(fmt.Sprintf("%s: %s (%s)", f.Severity, f.Rule.Title, f.Rule.ID))
		}),
	}
}

func htmlServersOf(caption string, rows []row) htmlServers {
	some := rows[:min(len(rows), htmlRows)]
	return htmlServers{caption, each(some, func(r row) []string {
		return each([]string{r.addr.String(), r.server, clip(r.answer, htmlSentence), serialWord(r.outcome.serial), rttWord(r.outcome)}, visible)
	}), len(rows) - len(some)}
}

// predictedLines are what the CA would answer, word for word.
func predictedLines(r Report) []string {
	var lines []string
	for _, i := range distinct(r.Result.Identifiers) {
		for _, p := range i.Predicted {
			lines = append(lines, fmt.Sprintf("%s (%s): %s: %s", bare(i.Identifier), p.Stage, p.Type, p.Detail))
		}
	}
	return lines
}

// footerLine says what a run has cost, and when it was.
func footerLine(r Report) string {
	q := r.Survey.Queries
	line := fmt.Sprintf("%s %s, %s (%d UDP, %d TCP) in %s", r.Tool.Name, r.Tool.Version,
		count(q.Total, "query", "queries"), q.UDP, q.TCP, elapsed(r.Survey.Took))
	if !r.Survey.Started.IsZero() {
		line += r.Survey.Started.UTC().Format(", 2006-01-02 15:04:05 UTC")
	}
	return strings.TrimSpace(line)
}

// htmlStyle is the whole style sheet. Colours say nothing that words do not.
const htmlStyle = `
:root { color-scheme: light dark; --line: #8886; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin: 0 0 .3rem; } p { margin: .4rem 0; }
pre { overflow-x: auto; overflow-wrap: normal; padding: .5rem; border: 1px solid var(--line); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); }
caption { text-align: left; padding: .3rem 0; }
section { border-left: .3rem solid var(--line); padding-left: .8rem; margin: 1rem 0; }
b { white-space: nowrap; }
.ready { color: #0a7d33; } .at_risk, .warning, .retry { color: #a15c00; } .blocked, .error { color: #c62828; } .unknown, .none, .note { color: #5a6472; }
@media (prefers-color-scheme: dark) { .ready { color: #56d364; } .at_risk, .warning, .retry { color: #e3b341; } .blocked, .error { color: #ff7b72; } .unknown, .none, .note { color: #9aa4b2; } }
footer { margin: 1.5rem 0; font-size: .85rem; border-top: 1px solid var(--line); }
`

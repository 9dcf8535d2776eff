package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"dns01/caa"
	"dns01/check"
	"dns01/check/known"
	"dns01/resolver/survey"
)

// A CAAReport is what CAA decides for some names at some CAs.
type CAAReport struct {
	Tool      Tool
	Survey    *survey.Survey
	Source    string // where the records come from: CAAFromDNS, …
	Challenge string
	Account   string
	Views     []CAAView // one a CA
	// Supposed are the records that take the place of published ones, or
	// stand beside them.
	Supposed []check.CAAChange
	// Intent is what was asked for in words, and Publish the records for it,
	// one set a name.
	Intent  string
	Publish []CAAPublish
	// Directory is what a CA says of itself; nil when that was not read.
	Directory *known.Directory
}

// Where the records come from.
const (
	CAAFromDNS    = "dns"
	CAAFromZone   = "zone-file"
	CAAFromIntent = "intent"
)

// A CAAView is one CA. Before is the judgement without what is supposed, nil
// when nothing is.
type CAAView struct {
	CA     *known.CA
	Now    check.CAAJudgement
	Before *check.CAAJudgement
}

// A CAAPublish is a set to publish at one name.
type CAAPublish struct {
	Owner   string
	Records []caa.Record
}

// Verdict is the worst of all names at all CAs.
func (r CAAReport) Verdict() check.Verdict {
	return check.Worst(each(r.Views, func(v CAAView) check.Verdict { return v.Now.Verdict })...)
}

// lines are the records in zone-file form.
func (p CAAPublish) lines() []string {
	return each(p.Records, func(r caa.Record) string {
		return fmt.Sprintf("%s. IN CAA %s", strings.TrimSuffix(visible(p.Owner), "."), visible(r.String()))
	})
}

// CAAText writes a CAA report for a person. The error is the writer's.
func CAAText(w io.Writer, r CAAReport, o TextOptions) error {
	p := newPage(w, o)
	writeCAAHead(p, r)
	writePublish(p, r)
	writeMatrix(p, r)
	writeSupposed(p, r)
	if r.Source != CAAFromIntent || p.Verbose { // there the words above have it all
		writeClimbs(p, r)
		writeCAAFindings(p, r)
	}
	writeLoads(p, r)
	writeDirectory(p, r)
	writeCAAFooter(p, r)
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// writeCAAHead has the verdict, and for one name at one CA the reason.
func writeCAAHead(p *page, r CAAReport) {
	v := r.Verdict()
	word := verdictWord(v)
	line := caaSubject(r) + ": " + caaConsequence(r, v)
	if ids := r.Views[0].Now.Identifiers; len(r.Views) == 1 && len(ids) == 1 && ids[0].CAA.Reason != "" {
		why := r.reason(ids[0])
		if f := leading(r.Views[0].Now.Result); f != nil && v == check.AtRisk && !hangsOnUs(r.Views[0].Now.Climbs[0]) {
			why = f.Rule.Title // what the set says may well be fine
		}
		line += " — " + why
	}
	p.hanging(p.style.verdict(v, word), len(word)+2, 2, line)
}

// hangsOnUs reports whether a decision hangs on an account or a method that was
// not told.
func hangsOnUs(c check.CAAClimb) bool { return len(c.Readings) > 0 && c.Readings[0].Unknown }

func caaSubject(r CAAReport) string {
	names := each(r.Views[0].Now.Identifiers, func(i check.IdentifierResult) string { return bare(i.Identifier) })
	if len(names) == 0 {
		return "no name"
	}
	return some(names)
}

// caaConsequence says what the CAs do as far as CAA goes.
func caaConsequence(r CAAReport, v check.Verdict) string {
	who := caName(r.Views[0].CA)
	if len(r.Views) > 1 {
		who = fmt.Sprintf("at the worst of %d CAs, the CA", len(r.Views))
	}
	switch v {
	case check.Ready:
		if len(r.Views) > 1 {
			who = "every one of these CAs"
		}
		return "CAA lets " + who + " issue"
	case check.AtRisk:
		return who + " may refuse for CAA"
	case check.Retry:
		return who + " would refuse for CAA now, and may not later"
	case check.Blocked:
		if r.unnamed() {
			return who + " would refuse the name itself"
		}
		return who + " would refuse for CAA"
	}
	return "could not find out whether CAA lets " + who + " issue"
}

// unnamed reports whether no refusal comes from CAA: the names are none that a
// CA takes.
func (r CAAReport) unnamed() bool {
	return !slices.ContainsFunc(r.Views, func(v CAAView) bool {
		for i, id := range v.Now.Identifiers {
			if id.Verdict == check.Blocked && len(v.Now.Climbs[i].Steps) > 0 {
				return true
			}
		}
		return false
	})
}

// writePublish has the records for an intent, ready to paste.
func writePublish(p *page, r CAAReport) {
	if len(r.Publish) == 0 {
		return
	}
	p.blank()
	p.para(0, 2, "To publish, in place of all CAA records there:")
	for _, set := range r.Publish {
		for _, l := range set.lines() {
			p.verbatim(2, l)
		}
	}
}

// word is the answer for one name at one CA.
func caaWord(i check.IdentifierResult) string {
	switch i.Verdict {
	case check.Ready:
		return "yes"
	case check.AtRisk:
		return "perhaps"
	case check.Retry:
		return "not now"
	case check.Blocked:
		return "no"
	}
	return "not seen"
}

// writeMatrix has names and CAs, unless there is one of each.
func writeMatrix(p *page, r CAAReport) {
	ids := r.Views[0].Now.Identifiers
	if len(r.Views) == 1 && len(ids) < 2 {
		return
	}
	p.blank()
	t := table{columns: []column{{title: "NAME"}}}
	for _, v := range r.Views {
		t.columns = append(t.columns, column{title: caID(v.CA)})
	}
	rows := 0
	for n, i := range ids {
		if rows == manyIdentifiers && !p.Verbose && alikeAbove(r, n) {
			continue
		}
		rows++
		row := []string{bare(i.Identifier)}
		for _, v := range r.Views {
			row = append(row, caaWord(v.Now.Identifiers[n]))
		}
		t.rows = append(t.rows, row)
	}
	if total(t.widths()) > p.Width {
		writeMatrixStacked(p, t)
	} else {
		writeTable(p, t)
	}
	if n := len(ids) - rows; n > 0 {
		p.para(2, 4, fmt.Sprintf("and %d more like these (-v shows them)", n))
	}
	writeReasons(p, r)
}

// alikeAbove reports whether a name fares everywhere as some name before it.
func alikeAbove(r CAAReport, n int) bool {
	for m := range n {
		if !slices.ContainsFunc(r.Views, func(v CAAView) bool {
			return v.Now.Identifiers[m].Verdict != v.Now.Identifiers[n].Verdict
		}) {
			return true
		}
	}
	return false
}

// writeMatrixStacked is for a page too narrow for the matrix.
func writeMatrixStacked(p *page, t table) {
	for _, row := range t.rows {
		p.para(2, 4, row[0])
		for i, cell := range row[1:] {
			p.para(4, 6, t.columns[i+1].title+": "+cell)
		}
	}
}

func caID(ca *known.CA) string {
	if ca == nil {
		return "CA"
	}
	return visible(ca.ID)
}

// writeReasons tells once why, for each CA, names with one reason together.
func writeReasons(p *page, r CAAReport) {
	type key struct{ ca, word, reason string }
	var order []key
	names := map[key][]string{}
	for _, v := range r.Views {
		for _, i := range v.Now.Identifiers {
			k := key{caName(v.CA), caaWord(i), r.reason(i)}
			if names[k] == nil {
				order = append(order, k)
			}
			names[k] = append(names[k], bare(i.Identifier))
		}
	}
	p.blank()
	for n, k := range order {
		if n == manyWhy && !p.Verbose {
			p.para(2, 4, fmt.Sprintf("… and %d more reasons (-v shows them)", len(order)-n))
			return
		}
		p.para(2, 4, fmt.Sprintf("%s: %s for %s: %s", k.ca, k.word, some(names[k]), k.reason))
	}
}

// reason is why a name fares as it does.
func (r CAAReport) reason(i check.IdentifierResult) string {
	if r.Source == CAAFromZone && i.Verdict == check.Unknown {
		return "it hangs on names outside of the zone text"
	}
	return cmp.Or(i.CAA.Reason, "the name itself is refused")
}

// writeCAAFindings has the findings of every CA, the same ones once.
func writeCAAFindings(p *page, r CAAReport) {
	var told []string
	for _, v := range r.Views {
		res := v.Now.Result
		res.Findings = slices.DeleteFunc(slices.Clone(res.Findings), func(f check.Finding) bool {
			key := f.Rule.ID + " " + f.Name + " " + f.Detail
			skip := slices.Contains(told, key) || r.Source == CAAFromZone && f.Rule.ID == "could-not-look"
			told = append(told, key)
			return skip
		})
		if len(res.Findings) > 0 && len(r.Views) > 1 {
			p.blank()
			p.para(0, 2, "For "+caName(v.CA)+":")
		}
		writeFindings(p, res)
		writeReadings(p, v)
	}
}

// writeReadings tells once where the RFC and the CA's software read a set
// differently.
func writeReadings(p *page, v CAAView) {
	var order []string
	names := map[string][]string{}
	for _, c := range v.Now.Climbs {
		if len(c.Readings) < 2 || c.Readings[0].Allowed == c.Readings[1].Allowed {
			continue
		}
		ca, rfc := c.Readings[0], c.Readings[1]
		text := fmt.Sprintf("RFC 8659 %s this (%s), and %s %s it (%s).", allows(rfc.Allowed), rfc.Detail, caName(v.CA), allows(ca.Allowed), ca.Detail)
		if len(c.Departures) > 0 {
			text += " There " + strings.Join(each(c.Departures, func(d caa.Departure) string { return d.Text }), ", and ") + "."
		}
		if names[text] == nil {
			order = append(order, text)
		}
		names[text] = append(names[text], bare(c.Identifier))
	}
	for _, text := range order {
		p.blank()
		p.para(0, 2, some(names[text])+": "+text)
	}
}

func allows(yes bool) string {
	if yes {
		return "allows"
	}
	return "refuses"
}

func writeCAAFooter(p *page, r CAAReport) {
	p.blank()
	switch r.Source {
	case CAAFromZone:
		p.para(0, 0, "Nothing was looked up: the zone text was judged. Registries' zones above it are taken to have no CAA record.")
		return
	case CAAFromIntent:
		p.para(0, 0, "Nothing was looked up: the records above were judged as if they were published.")
		return
	}
	q := r.survey().Queries
	p.para(0, 0, fmt.Sprintf("%s (%d UDP, %d TCP), %d of them for CAA, in %s", count(q.Total, "query", "queries"), q.UDP, q.TCP, q.CAA, elapsed(r.survey().Took)))
}

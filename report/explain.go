package report

import (
	"fmt"
	"io"
	"strings"

	"dns01/check"
	"dns01/check/explain"
)

// The text of an explanation is for a person at 01:00: what happened in one
// line, then whose it is, whether to try again, what to do, and the command to
// run. Everything else follows.

// ExplainText writes an explanation for a person. The error is the writer's.
func ExplainText(w io.Writer, x explain.Explanation, o TextOptions) error {
	p := newPage(w, o)
	writeExplainedHead(p, x)
	writeExplainedBody(p, x)
	writeExplainedOthers(p, "Also:", x.Others)
	writeExplainedOthers(p, "Earlier in the text:", x.Earlier)
	writeRecognised(p, x)
	if x.Truncated {
		p.blank()
		p.para(0, 0, fmt.Sprintf("Only the last %d MiB of the text were read.", explain.MaxText>>20))
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

func writeExplainedHead(p *page, x explain.Explanation) {
	word := strings.ToUpper(string(x.Category))
	styled := p.style.red
	switch {
	case x.Outcome == explain.Succeeded:
		word, styled = "SUCCEEDED", p.style.green
	case x.Outcome == explain.Waiting:
		word, styled = "WAITING", p.style.yellow
	case x.Outcome == explain.NoOutcome:
		word, styled = "NOT RECOGNISED", p.style.yellow
	case x.Retry != explain.No:
		styled = p.style.yellow
	}
	about := ""
	if names := x.About; len(names) > 0 {
		about = some(each(names, bare)) + ": "
	} else if len(x.Identifiers) > 0 && x.Category != explain.Unknown {
		about = some(each(x.Identifiers, bare)) + ": "
	}
	p.hanging(styled.Render(word), len(word)+2, 2, about+x.Summary)
}

// labelWidth is the width of the words before what an explanation says.
const labelWidth = 8

func writeExplainedBody(p *page, x explain.Explanation) {
	p.blank()
	said := func(label, text string) {
		if text != "" {
			p.hanging(p.style.faint.Render(label), labelWidth, labelWidth, text)
		}
	}
	if x.Outcome != explain.NoOutcome && x.Category != explain.Unknown || x.Stage != explain.UnknownStage {
		said("stage", stageSentences[x.Stage])
	}
	if q := x.LookedUp; q != nil {
		said("asked", bare(q.Name)+" "+visible(q.Type))
	}
	if x.Outcome == explain.Failed || x.Outcome == explain.Waiting {
		said("whose", culpritWords[x.Culprit])
		said("retry", retrySentence(x.Problem))
	}
	said("do", x.Advice)
	if len(x.Check) > 0 {
		p.blank()
		p.para(0, 2, "To see what the CA would say now:")
		p.command(2, flagsWithValues(each(x.Check, shellWord)))
	}
	if len(x.Findings) > 0 && x.Outcome != explain.Succeeded {
		p.blank()
		who := "It"
		if len(x.Check) == 0 {
			who = "dns01 check"
		}
		p.para(0, 2, who+" may report "+strings.Join(x.Findings, ", ")+" (see dns01 explain "+x.Findings[0]+").")
	}
	if x.Quote != "" {
		p.blank()
		p.para(0, 2, "Recognised: "+x.Quote)
	}
}

// stageSentences say how far an order came.
var stageSentences = map[explain.Stage]string{
	explain.NewOrder:     "new order: the CA refused it before any validation",
	explain.Validation:   "validation: the CA looked at the DNS, or at the server",
	explain.Finalize:     "finalize: the validations had passed, the certificate was refused",
	explain.BeforeCA:     "before the CA: the client stopped by itself",
	explain.UnknownStage: "not told by the text",
}

// culpritWords say who can mend it.
var culpritWords = map[explain.Culprit]string{
	explain.DomainOwner: "whoever keeps the records of the name",
	explain.DNSOperator: "whoever runs the name servers",
	explain.Registry:    "the registry above the domain, not you",
	explain.CA:          "the CA, not you",
	explain.Client:      "the ACME client, its settings or its use",
	explain.Network:     "the network where the client runs",
	explain.Somebody:    "the text does not tell",
}

// retrySentence says whether and when to try again.
func retrySentence(p explain.Problem) string {
	s := retryWords(p)
	if p.RetryNote != "" {
		s += "; " + p.RetryNote
	}
	return s
}

func retryWords(p explain.Problem) string {
	when := ""
	if p.RetryAfter != nil && *p.RetryAfter > 0 {
		when = ", in " + about(*p.RetryAfter)
	} else if p.RetryAfter != nil {
		when = ", now: the time to wait is over"
	}
	switch p.Retry {
	case explain.Yes:
		if when == "" {
			return "yes, in some minutes, with nothing changed"
		}
		return "yes" + when
	case explain.No:
		return "no: it will fail again until something is changed"
	}
	return "perhaps" + when + ", when the cause is gone"
}

func writeExplainedOthers(p *page, title string, ps []explain.Problem) {
	if len(ps) == 0 {
		return
	}
	p.blank()
	p.para(0, 2, title)
	for i, o := range ps {
		if i == manyRecords && !p.Verbose {
			p.para(2, 4, fmt.Sprintf("… and %d more (-v shows them)", len(ps)-i))
			return
		}
		about := ""
		if len(o.Identifiers) > 0 {
			about = some(each(o.Identifiers, bare)) + ": "
		}
		p.para(2, 4, "- "+about+string(o.Category)+", retry "+string(o.Retry)+". "+o.Summary)
	}
}

// writeRecognised tells what could be made out of a text that is not
// understood.
func writeRecognised(p *page, x explain.Explanation) {
	if x.Category != explain.Unknown {
		return
	}
	var parts []string
	if x.Client != "" {
		parts = append(parts, "client "+x.Client)
	}
	if x.CA != nil {
		parts = append(parts, "CA "+x.CA.Name)
	}
	if x.Challenge != "" {
		parts = append(parts, "challenge "+x.Challenge)
	}
	if len(x.Identifiers) > 0 {
		parts = append(parts, "names "+some(each(x.Identifiers, bare)))
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing")
	}
	p.blank()
	p.para(0, 2, "Made out: "+strings.Join(parts, "; ")+".")
}

// RulesText writes what is written of findings. The error is the writer's.
func RulesText(w io.Writer, rules []*check.Rule, o TextOptions) error {
	p := newPage(w, o)
	for _, r := range rules {
		p.blank()
		p.hanging(p.style.severity(r.Severity, string(r.Severity)), len(r.Severity)+2, 2, r.ID+": "+r.Title+".")
		if r.Otherwise != "" {
			p.para(0, 0, "It is "+r.Otherwise+".")
		}
		p.blank()
		p.para(0, 0, r.Why)
		p.blank()
		p.para(0, 0, "What to do: "+r.Fix)
		p.blank()
		p.para(0, 0, "Source: "+r.Source)
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// RuleList writes one line for each finding that can be made, under its
// subject. The error is the writer's.
func RuleList(w io.Writer, rules []*check.Rule, o TextOptions) error {
	p := newPage(w, o)
	subject := ""
	for _, r := range rules {
		if r.Subject != subject {
			subject = r.Subject
			p.blank()
			p.para(0, 0, strings.ToUpper(subject))
		}
		p.fill("  "+p.style.severity(r.Severity, fmt.Sprintf("%-7s", r.Severity))+"  ", len("  warning  "), 4, r.ID+": "+r.Title)
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// commandLine is a command as a shell takes it.
func commandLine(words []string) string { return strings.Join(each(words, shellWord), " ") }

package report

import (
	"fmt"
	"io"
	"time"

	"dns01/check"
	"dns01/check/explain"
)

// ExplainSchema is the version of the JSON documents of explain, which are
// ones of their own. Within it fields are added, never removed, renamed or
// given another type.
const ExplainSchema = 1

// jsonExplained is an explanation. CA and Client are "" when not known.
type jsonExplained struct {
	Schema int `json:"schema"`
	jsonExplainedProblem
	Outcome   explain.Outcome        `json:"outcome"`
	CA        string                 `json:"ca"`
	Client    string                 `json:"client"`
	Challenge string                 `json:"challenge"`
	Check     string                 `json:"check"`
	Others    []jsonExplainedProblem `json:"subproblems"`
	Earlier   []jsonExplainedProblem `json:"earlier"`
	Truncated bool                   `json:"truncated"`
	Tool      jsonTool               `json:"tool"`
}

// jsonExplainedProblem is one error.
type jsonExplainedProblem struct {
	Category    explain.Category `json:"category"`
	Stage       explain.Stage    `json:"stage"`
	Identifiers []string         `json:"identifiers"`
	LookedUp    *jsonAskedFor    `json:"looked_up"`
	Secondary   bool             `json:"secondary"`
	Retryable   explain.Retry    `json:"retryable"`
	RetryAfterS *int64           `json:"retry_after_s"`
	RetryNote   string           `json:"retry_note"`
	Culprit     explain.Culprit  `json:"culprit"`
	Summary     string           `json:"summary"`
	Advice      string           `json:"advice"`
	Findings    []string         `json:"findings"`
	ProblemType string           `json:"problem_type"`
	HTTPStatus  int              `json:"http_status"`
	Seen        string           `json:"seen"`
	Quote       string           `json:"quote"`
}

type jsonAskedFor struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// ExplainJSON writes an explanation as one document, with a final line feed.
// The error is the writer's.
func ExplainJSON(w io.Writer, t Tool, x explain.Explanation) error {
	d := jsonExplained{
		Schema: ExplainSchema, Tool: jsonTool(t), jsonExplainedProblem: explainedProblem(x.Problem),
		Outcome: x.Outcome, Client: visible(x.Client), Challenge: x.Challenge,
		Check: commandLine(x.Check), Truncated: x.Truncated,
		Others: each(x.Others, explainedProblem), Earlier: each(x.Earlier, explainedProblem),
	}
	if x.CA != nil {
		d.CA = x.CA.ID
	}
	return explainDocument(w, d)
}

func explainedProblem(p explain.Problem) jsonExplainedProblem {
	d := jsonExplainedProblem{
		Category: p.Category, Stage: p.Stage, Identifiers: each(p.Identifiers, bare), Secondary: p.Secondary,
		Retryable: p.Retry, RetryNote: visible(p.RetryNote), Culprit: p.Culprit, Summary: visible(p.Summary), Advice: visible(p.Advice),
		Findings: each(p.Findings, visible), ProblemType: visible(p.Type), HTTPStatus: p.Status,
		Seen: visible(p.Seen), Quote: visible(p.Quote),
	}
	if p.LookedUp != nil {
		d.LookedUp = &jsonAskedFor{bare(p.LookedUp.Name), visible(p.LookedUp.Type)}
	}
	if p.RetryAfter != nil {
		s := int64(*p.RetryAfter / time.Second)
		d.RetryAfterS = &s
	}
	return d
}

// jsonRule is a finding that can be made.
type jsonRule struct {
	ID        string         `json:"id"`
	Severity  check.Severity `json:"severity"`
	Subject   string         `json:"subject"`
	Title     string         `json:"title"`
	Otherwise string         `json:"otherwise"`
	Why       string         `json:"why"`
	Fix       string         `json:"fix"`
	Source    string         `json:"source"`
}

// RulesJSON writes what is written of findings. The error is the writer's.
func RulesJSON(w io.Writer, t Tool, rules []*check.Rule) error {
	return explainDocument(w, struct {
		Schema   int        `json:"schema"`
		Tool     jsonTool   `json:"tool"`
		Findings []jsonRule `json:"findings"`
	}{ExplainSchema, jsonTool(t), each(rules, func(r *check.Rule) jsonRule {
		return jsonRule{r.ID, r.Severity, r.Subject, r.Title, r.Otherwise, r.Why, r.Fix, r.Source}
	})})
}

func explainDocument(w io.Writer, d any) error {
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dns01/check"
)

// sarifSchema is where SARIF 2.1.0 (errata 01) is described.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// SARIF writes the findings of reports as a log of SARIF 2.1.0 with one run,
// for GitHub code scanning and others. A result lies where its identifier was
// named: in the names file, or else in a stand-in "dns/NAME", since results
// without a location are refused. Fingerprints do not depend on the run. The
// error is the writer's.
func SARIF(w io.Writer, rs []Report) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "dns01", Rules: []sarifRule{}}},
		Results:     []sarifResult{},
		Invocations: []sarifInvocation{},
		ColumnKind:  "unicodeCodePoints",
	}
	index := map[string]int{}
	for _, r := range rs {
		if run.Tool.Driver.Version == "" {
			run.Tool.Driver.Version = r.Tool.Version
		}
		run.Invocations = append(run.Invocations, sarifInvocationOf(r))
		for i := range r.Result.Findings {
			f := &r.Result.Findings[i]
			at, ok := index[f.Rule.ID]
			if !ok {
				at = len(run.Tool.Driver.Rules)
				index[f.Rule.ID] = at
				run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(f.Rule))
			}
			run.Results = append(run.Results, sarifResultOf(r, f, at))
		}
	}
	return encode(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}}, "  ")
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
	ColumnKind  string            `json:"columnKind"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string         `json:"id"`
	Short   sarifText      `json:"shortDescription"`
	Full    sarifText      `json:"fullDescription"`
	Help    sarifText      `json:"help"`
	Default sarifDefault   `json:"defaultConfiguration"`
	Bag     map[string]any `json:"properties"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifDefault struct {
	Level check.Severity `json:"level"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        check.Severity    `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Bag          map[string]any    `json:"properties"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
	Kind string `json:"kind"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Start         string              `json:"startTimeUtc,omitempty"`
	End           string              `json:"endTimeUtc,omitempty"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	Bag           map[string]any      `json:"properties"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

// sarifRuleOf documents a rule. GitHub shows the help beside each alert.
func sarifRuleOf(r *check.Rule) sarifRule {
	var text, markdown []string
	for _, part := range []struct{ title, words string }{{"Why", r.Why}, {"Change", r.Fix}, {"Source", r.Source}} {
		if part.words != "" {
			text = append(text, part.title+": "+part.words)
			markdown = append(markdown, "**"+part.title+"**: "+markdownWords(part.words))
		}
	}
	if len(text) == 0 {
		text, markdown = []string{r.Title}, []string{markdownWords(r.Title)}
	}
	full := r.Title + "."
	if r.Why != "" {
		full += " " + r.Why
	}
	return sarifRule{
		ID: r.ID, Short: sarifText{Text: r.Title}, Full: sarifText{Text: full},
		Help:    sarifText{strings.Join(text, "\n"), strings.Join(markdown, "\n\n")},
		Default: sarifDefault{r.Severity},
		Bag:     map[string]any{"tags": []string{"dns", "acme", r.Subject}},
	}
}

func sarifResultOf(r Report, f *check.Finding, index int) sarifResult {
	words, records := parts(fixOf(*f))
	if words == "" {
		words = f.Rule.Fix
	}
	lines := []string{said(f)}
	if words != "" {
		lines = append(lines, "Change: "+words)
	}
	lines = each(append(lines, records...), visible)
	return sarifResult{
		RuleID: f.Rule.ID, RuleIndex: index, Level: f.Severity,
		Message:      sarifText{Text: strings.Join(lines, "\n")},
		Locations:    sarifLocations(r, f),
		Fingerprints: map[string]string{"dns01/v1": fingerprint(r, f)},
		Bag: map[string]any{
			"identifiers": each(f.Identifiers, bare), "name": bare(f.Name), "servers": each(f.Servers, visible),
			"transient": f.Transient, "because": f.Because, "verdict": r.Result.Verdict,
		},
	}
}

// fingerprint is the same for one fault at one name, from run to run.
func fingerprint(r Report, f *check.Finding) string {
	ids := slices.Clone(f.Identifiers)
	slices.Sort(ids)
	ca := ""
	if r.Order.CA != nil {
		ca = r.Order.CA.ID
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{f.Rule.ID, f.Name, ca}, ids...), "\x00")))
	return hex.EncodeToString(sum[:16])
}

// sarifLocations is where the first of the finding's identifiers was named;
// GitHub shows an alert at one place only.
func sarifLocations(r Report, f *check.Finding) []sarifLocation {
	for _, n := range f.Identifiers {
		return []sarifLocation{sarifLocationOf(r.Places[n], bare(n))}
	}
	for _, i := range r.Result.Identifiers {
		return []sarifLocation{sarifLocationOf(r.Places[i.Identifier], bare(i.Identifier))}
	}
	return []sarifLocation{sarifLocationOf(Place{}, "order")}
}

func sarifLocationOf(p Place, name string) sarifLocation {
	l := sarifLocation{
		Physical: sarifPhysical{sarifArtifact{standIn(name)}, sarifRegion{1}},
		Logical:  []sarifLogical{{name, "resource"}},
	}
	if p.File != "" {
		l.Physical = sarifPhysical{sarifArtifact{fileURI(p.File)}, sarifRegion{max(p.Line, 1)}}
	}
	return l
}

// standIn is a file name for what was named in no file.
func standIn(name string) string { return (&url.URL{Path: "dns/" + name}).EscapedPath() }

// fileURI is a relative reference for a relative path, and an absolute one
// for an absolute path (RFC 8089).
func fileURI(file string) string {
	path := filepath.ToSlash(filepath.Clean(file))
	if filepath.IsAbs(file) {
		return (&url.URL{Scheme: "file", Path: path}).String()
	}
	return (&url.URL{Path: path}).String()
}

// sarifInvocationOf says whether the run could look. A verdict of unknown is
// the run's failure, not a result.
func sarifInvocationOf(r Report) sarifInvocation {
	i := sarifInvocation{
		Successful: r.Result.Verdict != check.Unknown,
		Bag:        map[string]any{"verdict": r.Result.Verdict, "summary": visible(headline(r))},
	}
	if r.Survey != nil && !r.Survey.Started.IsZero() {
		i.Start = r.Survey.Started.UTC().Format(time.RFC3339)
		i.End = r.Survey.Started.Add(r.Survey.Took).UTC().Format(time.RFC3339)
	}
	if !i.Successful {
		i.Notifications = []sarifNotification{{"error", sarifText{Text: visible(headline(r))}}}
	}
	return i
}

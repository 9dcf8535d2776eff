package report

import (
	"fmt"
	"io"
	"time"

	"dns01/caa"
	"dns01/check"
	"dns01/check/known"
)

// CAAJSON writes a CAA report as one document of its own, schema 1, with a
// final line feed. docs/caa.md describes it. Units stand in the keys, names
// carry no final dot, lists are never null. The error is the writer's.
func CAAJSON(w io.Writer, r CAAReport) error {
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(caaDocument(r)); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

type jsonCAADocument struct {
	Schema     int               `json:"schema"`
	Document   string            `json:"document"` // "caa"
	Tool       jsonTool          `json:"tool"`
	Source     string            `json:"source"`
	StartedAt  string            `json:"started_at,omitempty"`
	DurationMS int64             `json:"duration_ms"`
	Challenge  string            `json:"challenge"`
	Account    string            `json:"account"`
	Verdict    check.Verdict     `json:"verdict"`
	Supposed   []jsonSupposed    `json:"supposed"`
	Intent     string            `json:"intent,omitempty"`
	Publish    []string          `json:"publish"`
	CAs        []jsonCAAView     `json:"cas"`
	Climbs     []jsonClimb       `json:"climbs"`
	Directory  *jsonCADirectory  `json:"directory,omitempty"`
	Queries    jsonCAAOnlyCounts `json:"queries"`
}

type jsonSupposed struct {
	Owner   string   `json:"owner"`
	Mode    string   `json:"mode"` // "replace", "add", "drop"
	Records []string `json:"records"`
}

// jsonCAAView is one CA with its answer for every name.
type jsonCAAView struct {
	CA           string         `json:"ca"`
	Name         string         `json:"name"`
	Identities   []string       `json:"identities"`
	Reading      string         `json:"reading"`
	Verdict      check.Verdict  `json:"verdict"`
	Decisions    []jsonDecision `json:"decisions"`
	Findings     []jsonFinding  `json:"findings"`
	Labels       int            `json:"labels"`
	Perspectives int            `json:"perspectives"`
	Stated       bool           `json:"perspectives_stated"`
	Estimated    int            `json:"estimated_queries"`
	Zones        []jsonZoneLoad `json:"estimated_by_zone"`
}

type jsonZoneLoad struct {
	Zone      string `json:"zone"`
	Queries   int    `json:"queries"`
	Addresses int    `json:"addresses"` // 0: not known
}

type jsonDecision struct {
	Identifier      string        `json:"identifier"`
	Verdict         check.Verdict `json:"verdict"`
	RetryAfterS     *int64        `json:"retry_after_s,omitempty"`
	Authorized      *bool         `json:"authorized"`
	Reason          string        `json:"reason"`
	RelevantName    string        `json:"relevant_name"`
	Via             string        `json:"via"`
	Record          string        `json:"record"` // the one that decides, "" for none
	Readings        []jsonReading `json:"readings"`
	Departures      []string      `json:"departures"` // ids
	PredictedErrors []jsonProblem `json:"predicted_errors"`
	Without         *jsonWithout  `json:"without,omitempty"`
}

type jsonReading struct {
	Profile string `json:"profile"`
	Allowed bool   `json:"allowed"`
	Unknown bool   `json:"unknown"` // allowed hangs on an account or method not told
	Reason  string `json:"reason"`
	Detail  string `json:"detail"`
}

// jsonWithout is how a name fares without what is supposed.
type jsonWithout struct {
	Verdict  check.Verdict `json:"verdict"`
	Reason   string        `json:"reason"`
	TurnedBy string        `json:"turned_by"`
}

type jsonClimb struct {
	Identifier string     `json:"identifier"`
	Steps      []jsonStep `json:"steps"`
}

type jsonStep struct {
	Name     string        `json:"name"`
	Zone     string        `json:"zone"`
	Role     check.CAARole `json:"role"`
	Outcomes []jsonOutcome `json:"outcomes"`
}

type jsonOutcome struct {
	Kind    string           `json:"kind"`
	Failure string           `json:"failure,omitempty"`
	Via     string           `json:"via"`
	Servers []string         `json:"servers"`
	Records []jsonRecordRole `json:"records"`
}

// jsonRecordRole is a record with what the first CA makes of it.
type jsonRecordRole struct {
	Record   string `json:"record"`
	Relevant bool   `json:"relevant"`
	Allowed  bool   `json:"allowed"`
	Reason   string `json:"reason"`
	Detail   string `json:"detail"`
}

type jsonCADirectory struct {
	CAAIdentities   []string          `json:"caa_identities"`
	AccountRequired bool              `json:"external_account_required"`
	TermsOfService  string            `json:"terms_of_service"`
	Website         string            `json:"website"`
	Profiles        map[string]string `json:"profiles"`
}

type jsonCAAOnlyCounts struct {
	Total    int            `json:"total"`
	UDP      int            `json:"udp"`
	TCP      int            `json:"tcp"`
	CAA      int            `json:"caa"`
	ByServer map[string]int `json:"by_server"`
}

func caaDocument(r CAAReport) jsonCAADocument {
	s := r.survey()
	d := jsonCAADocument{
		Schema: Schema, Document: "caa", Tool: jsonTool(r.Tool), Source: r.Source,
		DurationMS: s.Took.Milliseconds(),
		Challenge:  r.Challenge, Account: visible(r.Account),
		Verdict:  r.Verdict(),
		Supposed: each(r.Supposed, supposedJSON),
		Intent:   visible(r.Intent), Publish: []string{},
		CAs:       each(r.Views, func(v CAAView) jsonCAAView { return caaViewJSON(r, v) }),
		Climbs:    each(r.Views[0].Now.Climbs, climbJSON),
		Directory: directoryJSON(r.Directory),
		Queries:   jsonCAAOnlyCounts{s.Queries.Total, s.Queries.UDP, s.Queries.TCP, s.Queries.CAA, map[string]int{}},
	}
	if !s.Started.IsZero() {
		d.StartedAt = s.Started.UTC().Format(time.RFC3339)
	}
	for a, n := range s.Queries.ByServer {
		d.Queries.ByServer[a] = n
	}
	for _, p := range r.Publish {
		d.Publish = append(d.Publish, p.lines()...)
	}
	return d
}

func supposedJSON(c check.CAAChange) jsonSupposed {
	mode := "replace"
	switch {
	case len(c.Records) == 0:
		mode = "drop"
	case c.Add:
		mode = "add"
	}
	return jsonSupposed{bare(c.Owner), mode, each(c.Records, func(r check.SupposedRecord) string { return visible(r.Text) })}
}

func caaViewJSON(r CAAReport, v CAAView) jsonCAAView {
	j := jsonCAAView{
		Verdict: v.Now.Verdict, Findings: each(v.Now.Findings, finding),
		Labels: v.Now.Load.Labels, Perspectives: v.Now.Load.Perspectives, Stated: v.Now.Load.Stated, Estimated: v.Now.Load.Queries,
		Zones:      each(v.Now.Load.Zones, func(z check.ZoneLoad) jsonZoneLoad { return jsonZoneLoad{bare(z.Zone), z.Queries, z.Servers} }),
		Decisions:  []jsonDecision{},
		Identities: []string{},
	}
	if v.CA != nil {
		j.CA, j.Name, j.Reading = visible(v.CA.ID), visible(v.CA.Name), v.CA.CAAReading
		j.Identities = each(v.CA.Identities, visible)
	}
	turned := map[string]Turn{}
	for _, t := range v.turns(r.Supposed) {
		turned[t.Identifier] = t
	}
	for i, id := range v.Now.Identifiers {
		d := decisionJSON(id, v.Now.Climbs[i])
		if v.Before != nil {
			b := v.Before.Identifiers[i]
			d.Without = &jsonWithout{b.Verdict, visible(b.CAA.Reason), visible(turned[id.Identifier].By)}
		}
		j.Decisions = append(j.Decisions, d)
	}
	return j
}

func decisionJSON(id check.IdentifierResult, c check.CAAClimb) jsonDecision {
	d := jsonDecision{
		Identifier: bare(id.Identifier), Verdict: id.Verdict, RetryAfterS: retrySeconds(id.Verdict, id.RetryAfter),
		Authorized: id.CAA.Authorized, Reason: visible(id.CAA.Reason),
		RelevantName: bare(id.CAA.RelevantName), Via: bare(id.CAA.Via),
		Readings: each(c.Readings, func(r check.CAAReading) jsonReading {
			return jsonReading{r.Profile, r.Allowed, r.Unknown, string(r.Reason), visible(r.Detail)}
		}),
		Departures:      each(c.Departures, func(d caa.Departure) string { return d.ID }),
		PredictedErrors: each(id.Predicted, func(p check.Problem) jsonProblem { return jsonProblem{p.Stage, p.Type, visible(p.Detail)} }),
	}
	if c.Responsible != nil {
		d.Record = visible(c.Responsible.String())
	}
	return d
}

func climbJSON(c check.CAAClimb) jsonClimb {
	return jsonClimb{bare(c.Identifier), each(c.Steps, func(s check.CAAStep) jsonStep {
		return jsonStep{bare(s.Name), bare(s.Zone), s.Role, each(s.Outcomes, outcomeJSON)}
	})}
}

func outcomeJSON(o check.CAAOutcome) jsonOutcome {
	return jsonOutcome{
		Kind: o.Kind, Failure: visible(o.Failure), Via: bare(o.Via), Servers: each(o.Servers, visible),
		Records: each(o.Records, func(r check.CAARecordOutcome) jsonRecordRole {
			if r.Bad != "" {
				return jsonRecordRole{Record: visible(r.Text), Relevant: true, Reason: "unparsable", Detail: visible(r.Bad)}
			}
			return jsonRecordRole{visible(r.Text), r.Relevant, r.Allowed, string(r.Reason), visible(r.Detail)}
		}),
	}
}

func directoryJSON(d *known.Directory) *jsonCADirectory {
	if d == nil {
		return nil
	}
	j := &jsonCADirectory{each(d.CAAIdentities, visible), d.AccountRequired, visible(d.TermsOfService), visible(d.Website), map[string]string{}}
	for name, text := range d.Profiles {
		j.Profiles[visible(name)] = visible(text)
	}
	return j
}

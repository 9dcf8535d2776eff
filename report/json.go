package report

import (
	"fmt"
	"io"
	"math"
	"time"

	"dns01/check"
	"dns01/resolver/survey"
)

//go:generate go run ./internal/jsonpage/gen.go ../docs/json.md ../docs/report-v1.schema.json

// Schema is the version of the JSON document. Within it fields are added,
// never removed, renamed or given another type.
const Schema = 1

// JSON writes r as one document of schema 1, with a final line feed. Units
// stand in the keys, names carry no final dot, lists are never null. The
// error is the writer's.
func JSON(w io.Writer, r Report) error {
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(document(r)); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

type jsonDocument struct {
	Schema      int              `json:"schema"`
	Tool        jsonTool         `json:"tool"`
	StartedAt   string           `json:"started_at"`
	DurationMS  int64            `json:"duration_ms"`
	Order       jsonOrder        `json:"order"`
	Verdict     check.Verdict    `json:"verdict"`
	RetryAfterS *int64           `json:"retry_after_s,omitempty"`
	Identifiers []jsonIdentifier `json:"identifiers"`
	Findings    []jsonFinding    `json:"findings"`
	Zones       []jsonZone       `json:"zones"`
	Queries     jsonQueries      `json:"queries"`
	Via         string           `json:"via,omitempty"` // the resolver asked in the servers' place
	OrderErrors []jsonRefusal    `json:"order_errors"`
	Supposed    []jsonSupposed   `json:"supposed,omitempty"` // by --what-if
	Without     []jsonWithoutOf  `json:"without,omitempty"`  // what is supposed

	Vantages     []jsonVantage     `json:"vantages,omitempty"`
	Perspectives []jsonPerspective `json:"perspectives,omitempty"`
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonOrder struct {
	CA        string     `json:"ca"`
	Challenge string     `json:"challenge"`
	Account   string     `json:"account"`
	Mode      check.Mode `json:"mode"`
}

type jsonIdentifier struct {
	Identifier      string        `json:"identifier"`
	Verdict         check.Verdict `json:"verdict"`
	RetryAfterS     *int64        `json:"retry_after_s,omitempty"`
	Challenge       jsonChallenge `json:"challenge"`
	CAA             jsonCAA       `json:"caa"`
	PredictedErrors []jsonProblem `json:"predicted_errors"`
	SecondaryErrors []jsonProblem `json:"secondary_errors"` // where remote perspectives alone fail
	RecheckErrors   []jsonProblem `json:"recheck_errors"`   // at finalize, where an old validation is reused

	Perspectives []jsonStanding `json:"perspectives,omitempty"`
}

type jsonChallenge struct {
	Name          string   `json:"name"`
	Target        string   `json:"target"`
	Chain         []string `json:"chain"`
	Values        []string `json:"values"`
	ResponseBytes int      `json:"response_bytes"`
	RoomForValues int      `json:"room_for_values"`

	RoomAt        map[int]int `json:"room_at"` // by limit in octets
	ValuesNeeded  int         `json:"values_needed"`
	ForecastBytes int         `json:"forecast_bytes"`
	Service       string      `json:"service"` // "" for none that is known
	Slots         int         `json:"slots"`   // 0: not limited, or not known
	ValueStrings  []int       `json:"value_strings"`
}

type jsonCAA struct {
	RelevantName string   `json:"relevant_name"`
	Via          string   `json:"via"`
	Records      []string `json:"records"`
	Authorized   *bool    `json:"authorized"` // null: not known
	Reason       string   `json:"reason"`
	Queries      int      `json:"queries"`
}

type jsonProblem struct {
	Stage  string `json:"stage"`
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// jsonRefusal is a problem of the whole order: at new-order, or at finalize
// when every validation is so old that CAA is looked up again.
type jsonRefusal struct {
	jsonProblem
	Subproblems []jsonSubproblem `json:"subproblems"`
}

type jsonSubproblem struct {
	Identifier string `json:"identifier"`
	Type       string `json:"type"`
	Detail     string `json:"detail"`
}

type jsonFinding struct {
	ID          string         `json:"id"`
	Severity    check.Severity `json:"severity"`
	Transient   bool           `json:"transient"`
	Identifiers []string       `json:"identifiers"`
	Name        string         `json:"name"`
	Servers     []string       `json:"servers"`
	Title       string         `json:"title"`
	Detail      string         `json:"detail"`
	Fix         string         `json:"fix"`
	Because     string         `json:"because,omitempty"`
	Evidence    []jsonEvidence `json:"evidence"`
}

// jsonEvidence is one exchange. Rcode is "" when nothing came, and Failure
// says how.
type jsonEvidence struct {
	Server    string  `json:"server"`
	Transport string  `json:"transport"`
	Question  string  `json:"question"`
	Rcode     string  `json:"rcode"`
	Flags     string  `json:"flags"`
	Bytes     int     `json:"bytes"`
	MS        float64 `json:"ms"`
	Dig       string  `json:"dig"`
	Failure   string  `json:"failure,omitempty"`
}

type jsonZone struct {
	Name    string       `json:"name"`
	Servers []jsonServer `json:"servers"`
}

// jsonServer is one address. Serial and RTTMS are null when it gave none.
type jsonServer struct {
	Name    string            `json:"name"`
	Address string            `json:"address"`
	Answers string            `json:"answers"`
	Serial  *uint32           `json:"serial"`
	RTTMS   *float64          `json:"rtt_ms"`
	Probes  map[string]string `json:"probes"`
}

type jsonQueries struct {
	Total    int            `json:"total"`
	UDP      int            `json:"udp"`
	TCP      int            `json:"tcp"`
	Probes   int            `json:"probes"`
	ByServer map[string]int `json:"by_server"`
	CAA      jsonCAAQueries `json:"caa"`
}

type jsonCAAQueries struct {
	Sent          int `json:"sent"`
	EstimatedAtCA int `json:"estimated_at_ca"`
}

// jsonOrders is several orders judged in one run.
type jsonOrders struct {
	Schema  int            `json:"schema"`
	Verdict check.Verdict  `json:"verdict"`
	Orders  []jsonDocument `json:"orders"`
}

// jsonErrorDocument stands in place of a report that could not be made.
type jsonErrorDocument struct {
	Schema int       `json:"schema"`
	Tool   jsonTool  `json:"tool"`
	Error  jsonError `json:"error"`
}

type jsonError struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Status  int    `json:"status"`
}

// jsonStart is the event at the beginning of an order.
type jsonStart struct {
	Schema      int      `json:"schema"`
	Event       string   `json:"event"`
	Tool        jsonTool `json:"tool"`
	At          string   `json:"at"`
	CA          string   `json:"ca"`
	Identifiers []string `json:"identifiers"`
}

// jsonSent is the event of one exchange.
type jsonSent struct {
	Schema    int     `json:"schema"`
	Event     string  `json:"event"`
	At        string  `json:"at"`
	Server    string  `json:"server"`
	Transport string  `json:"transport"`
	Question  string  `json:"question"`
	Rcode     string  `json:"rcode"`
	Flags     string  `json:"flags"`
	Bytes     int     `json:"bytes"`
	MS        float64 `json:"ms"`
	Failure   string  `json:"failure,omitempty"`
}

func document(r Report) jsonDocument {
	s := r.Survey
	if s == nil {
		s = &survey.Survey{}
	}
	d := jsonDocument{
		Schema:     Schema,
		Tool:       jsonTool(r.Tool),
		StartedAt:  s.Started.UTC().Format(time.RFC3339),
		DurationMS: s.Took.Milliseconds(),
		Order: jsonOrder{
			Challenge: r.Order.Challenge,
			Account:   visible(r.Order.Account),
			Mode:      r.Result.Mode,
		},
		Verdict:      r.Result.Verdict,
		Via:          visible(s.Via),
		RetryAfterS:  retrySeconds(r.Result.Verdict, r.Result.RetryAfter),
		Identifiers:  each(distinct(r.Result.Identifiers), identifier),
		Findings:     each(r.Result.Findings, finding),
		Zones:        each(s.Zones, func(z *survey.Zone) jsonZone { return zone(s, z) }),
		Queries:      queries(s.Queries, r.Result.CAAQueries),
		OrderErrors:  refusals(r.Result),
		Vantages:     each(s.Vantages, vantageJSON),
		Perspectives: each(s.Perspectives, func(p *survey.Perspective) jsonPerspective { return perspectiveJSON(r, p) }),
	}
	if s := r.Supposition; s != nil {
		d.Supposed, d.Without = each(s.Changes, supposedJSON), s.withoutJSON(r.Result)
	}
	if r.Order.CA != nil {
		d.Order.CA = r.Order.CA.ID
	}
	return d
}

func identifier(i check.IdentifierResult) jsonIdentifier {
	return jsonIdentifier{
		Identifier:  bare(i.Identifier),
		Verdict:     i.Verdict,
		RetryAfterS: retrySeconds(i.Verdict, i.RetryAfter),
		Challenge: jsonChallenge{
			Name:          bare(i.Challenge.Name),
			Target:        bare(i.Challenge.Target),
			Chain:         each(i.Challenge.Chain, bare),
			Values:        each(i.Challenge.Values, visible),
			ResponseBytes: i.Challenge.Bytes,
			RoomForValues: i.Challenge.Room,
			RoomAt:        roomAt(i.Challenge),
			ValuesNeeded:  i.Challenge.Needed,
			ForecastBytes: i.Challenge.Forecast,
			Service:       i.Challenge.Service,
			Slots:         i.Challenge.Slots,
			ValueStrings:  each(i.Challenge.Strings, func(n int) int { return n }),
		},
		CAA: jsonCAA{
			RelevantName: bare(i.CAA.RelevantName),
			Via:          bare(i.CAA.Via),
			Records:      each(i.CAA.Records, visible),
			Authorized:   i.CAA.Authorized,
			Reason:       visible(i.CAA.Reason),
			Queries:      i.CAA.Queries,
		},
		PredictedErrors: each(i.Predicted, problem),
		SecondaryErrors: each(i.Secondary, problem),
		RecheckErrors:   each(i.Rechecked, problem),
		Perspectives:    each(i.Perspectives, standing),
	}
}

func problem(p check.Problem) jsonProblem { return jsonProblem{p.Stage, p.Type, visible(p.Detail)} }

func refusals(r check.Result) []jsonRefusal {
	out := []jsonRefusal{}
	for _, f := range []*check.Refusal{r.NewOrder, r.Finalize} {
		if f == nil {
			continue
		}
		out = append(out, jsonRefusal{problem(f.Problem), each(f.Subproblems, func(s check.Subproblem) jsonSubproblem {
			return jsonSubproblem{bare(s.Identifier), s.Type, visible(s.Detail)}
		})})
	}
	return out
}

// roomAt is never null, as no list is.
func roomAt(c check.ChallengeResult) map[int]int {
	if c.RoomAt == nil {
		return map[int]int{}
	}
	return c.RoomAt
}

func finding(f check.Finding) jsonFinding {
	return jsonFinding{
		ID:          f.Rule.ID,
		Severity:    f.Severity,
		Transient:   f.Transient,
		Identifiers: each(f.Identifiers, bare),
		Name:        bare(f.Name),
		Servers:     each(f.Servers, visible),
		Title:       f.Rule.Title,
		Detail:      visible(f.Detail),
		Fix:         visibleLines(fixOf(f)),
		Because:     f.Because,
		Evidence:    each(evidenceOf(&f), evidence),
	}
}

func evidence(x survey.Exchange) jsonEvidence {
	return jsonEvidence{
		Server:    visible(serverOf(x)),
		Transport: x.Transport,
		Question:  bare(x.Name) + " " + x.Type,
		Rcode:     x.Rcode,
		Flags:     x.Flags,
		Bytes:     x.Bytes,
		MS:        milliseconds(x.RTT),
		Dig:       Dig(x),
		Failure:   x.Failure,
	}
}

func zone(s *survey.Survey, z *survey.Zone) jsonZone {
	return jsonZone{Name: bare(z.Name), Servers: each(z.Servers, func(v *survey.Server) jsonServer {
		o := outcomeOf(s, z, v)
		return jsonServer{
			Name:    bare(v.Name),
			Address: v.Addr.String(),
			Answers: o.word,
			Serial:  o.serial,
			RTTMS:   o.rttMS(),
			Probes:  probeWords(v),
		}
	})}
}

func queries(q survey.Queries, atCA int) jsonQueries {
	j := jsonQueries{
		Total: q.Total, UDP: q.UDP, TCP: q.TCP, Probes: q.Probes,
		ByServer: map[string]int{},
		CAA:      jsonCAAQueries{Sent: q.CAA, EstimatedAtCA: atCA},
	}
	for a, n := range q.ByServer {
		j.ByServer[a] = n
	}
	return j
}

// retrySeconds is nil unless the verdict is to wait.
func retrySeconds(v check.Verdict, d time.Duration) *int64 {
	if v != check.Retry || d <= 0 {
		return nil
	}
	return new(int64(math.Ceil(d.Seconds())))
}

// milliseconds is d to a tenth.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Millisecond)*10) / 10
}

// each maps a list; it is never nil.
func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"dns01/check"
	"dns01/resolver/survey"
)

// Prometheus writes reports in the text form that node_exporter's textfile
// collector reads. Every series carries the order it is of: its first name,
// with "#2" and so on when another order begins with the same. The error is
// the writer's.
func Prometheus(w io.Writer, rs []Report) error {
	m := metrics{orders: orderLabels(rs), reports: rs}
	m.perOrder("dns01_order_ready", "1 when the verdict of the order is ready or at_risk, else 0.", func(r Report) string {
		return truth(r.Result.Verdict == check.Ready || r.Result.Verdict == check.AtRisk)
	})
	m.verdicts()
	m.findings()
	m.perOrder("dns01_retry_after_seconds", "When to try again for the verdict retry, else 0.", func(r Report) string {
		if s := retrySeconds(r.Result.Verdict, r.Result.RetryAfter); s != nil {
			return strconv.FormatInt(*s, 10)
		}
		return "0"
	})
	m.perOrder("dns01_queries", "Queries sent for the order.", func(r Report) string { return strconv.Itoa(surveyOf(r).Queries.Total) })
	m.perOrder("dns01_caa_queries_at_ca", "CAA queries that the CA will send for the order, all perspectives together.", func(r Report) string {
		return strconv.Itoa(r.Result.CAAQueries)
	})
	m.perOrder("dns01_duration_seconds", "How long the run took.", func(r Report) string {
		return strconv.FormatFloat(surveyOf(r).Took.Seconds(), 'f', 3, 64)
	})
	m.perOrder("dns01_started_timestamp_seconds", "When the run began, as Unix time.", func(r Report) string {
		if t := surveyOf(r).Started; !t.IsZero() {
			return strconv.FormatInt(t.Unix(), 10)
		}
		return "0"
	})
	if _, err := io.WriteString(w, m.b.String()); err != nil {
		return fmt.Errorf("writing metrics: %w", err)
	}
	return nil
}

func surveyOf(r Report) *survey.Survey {
	if r.Survey == nil {
		return &survey.Survey{}
	}
	return r.Survey
}

func truth(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// orderLabels names each order by its first identifier.
func orderLabels(rs []Report) []string {
	used := map[string]int{}
	return each(rs, func(r Report) string {
		name := "none"
		if len(r.Result.Identifiers) > 0 {
			name = bare(r.Result.Identifiers[0].Identifier)
		}
		if used[name]++; used[name] > 1 {
			return fmt.Sprintf("%s#%d", name, used[name])
		}
		return name
	})
}

type metrics struct {
	b       strings.Builder
	orders  []string
	reports []Report
}

func (m *metrics) head(name, help string) {
	fmt.Fprintf(&m.b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
}

// sample writes one series. labels are name and value in turn.
func (m *metrics) sample(name, value string, labels ...string) {
	var pairs []string
	for i := 0; i+1 < len(labels); i += 2 {
		pairs = append(pairs, labels[i]+`="`+labelEscapes.Replace(visible(labels[i+1]))+`"`)
	}
	fmt.Fprintf(&m.b, "%s{%s} %s\n", name, strings.Join(pairs, ","), value)
}

// labelEscapes are those of label values in the text form.
var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (m *metrics) perOrder(name, help string, value func(Report) string) {
	m.head(name, help)
	for i, r := range m.reports {
		m.sample(name, value(r), "order", m.orders[i], "ca", caID(r.Order.CA))
	}
}

// verdicts has a series for each verdict that an identifier can have, of
// which one is 1: the others are there so that a change shows at once.
func (m *metrics) verdicts() {
	m.head("dns01_identifier_verdict", "1 for the verdict that the identifier has, 0 for the others.")
	for n, r := range m.reports {
		for _, i := range distinct(r.Result.Identifiers) {
			for _, v := range []check.Verdict{check.Ready, check.AtRisk, check.Retry, check.Unknown, check.Blocked} {
				m.sample("dns01_identifier_verdict", truth(v == i.Verdict),
					"order", m.orders[n], "ca", caID(r.Order.CA), "identifier", bare(i.Identifier), "verdict", string(v))
			}
		}
	}
}

func (m *metrics) findings() {
	m.head("dns01_findings", "Findings of the order, by rule and severity.")
	for n, r := range m.reports {
		type key struct{ id, severity string }
		var keys []key
		counts := map[key]int{}
		for _, f := range r.Result.Findings {
			k := key{f.Rule.ID, string(f.Severity)}
			if counts[k]++; !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		for _, k := range keys {
			m.sample("dns01_findings", strconv.Itoa(counts[k]), "order", m.orders[n], "ca", caID(r.Order.CA), "id", k.id, "severity", k.severity)
		}
	}
}

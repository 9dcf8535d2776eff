package watch

import (
	"github.com/prometheus/client_golang/prometheus"

	"dns01/check"
)

// verdicts are all that an order can have, best first.
var verdicts = []check.Verdict{check.Ready, check.AtRisk, check.Retry, check.Unknown, check.Blocked}

// counters only grow. Every series that there can be is there from the
// beginning, so that the first increase is one.
type counters struct {
	looks, queries, changes, reloads, notices *prometheus.CounterVec
	faults                                    prometheus.Counter
	took                                      prometheus.Histogram
}

func newCounters() *counters {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	c := &counters{
		looks:   vec("dns01_watch_checks_total", "Looks at orders that have ended, by what they saw.", "verdict"),
		queries: vec("dns01_watch_queries_total", "DNS queries sent.", "transport"),
		changes: vec("dns01_watch_verdict_changes_total", "Changes of a verdict that were told, by the verdict since.", "to"),
		reloads: vec("dns01_watch_list_reloads_total", "Times that the list was read.", "result"),
		notices: vec("dns01_watch_notifications_total", "Changes sent to the webhook or command, and what became of it.", "kind", "result"),
		faults: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dns01_watch_faults_total", Help: "Looks that ended in a fault of dns01 itself.",
		}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dns01_watch_check_duration_seconds", Help: "How long looks took.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60},
		}),
	}
	for _, v := range verdicts {
		c.looks.WithLabelValues(string(v))
		c.changes.WithLabelValues(string(v))
	}
	for _, transport := range []string{"udp", "tcp"} {
		c.queries.WithLabelValues(transport)
	}
	for _, result := range []string{"success", "failure"} {
		c.reloads.WithLabelValues(result)
	}
	return c
}

func (c *counters) all() []prometheus.Collector {
	return []prometheus.Collector{c.looks, c.queries, c.changes, c.reloads, c.notices, c.faults, c.took}
}

// add counts a look.
func (c *counters) add(s *seen) {
	c.looks.WithLabelValues(string(s.verdict)).Inc()
	c.queries.WithLabelValues("udp").Add(float64(s.queries.UDP))
	c.queries.WithLabelValues("tcp").Add(float64(s.queries.TCP))
	c.took.Observe(s.took.Seconds())
}

func (c *counters) notified(kind, result string) { c.notices.WithLabelValues(kind, result).Inc() }

// sinkOf makes the series of a sink.
func (c *counters) sinkOf(kind string) {
	for _, result := range []string{"delivered", "retried", "failed", "dropped"} {
		c.notices.WithLabelValues(kind, result)
	}
}

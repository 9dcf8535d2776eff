package watch

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"dns01/check"
)

// Registry holds everything that is measured, and nothing of other packages.
func (w *Watcher) Registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(w.count.all()...)
	r.MustRegister(gauges{w}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// gauges are what is known now, read all at once when somebody asks.
type gauges struct{ w *Watcher }

// mostFindings is how many different findings of one order have a series, the
// gravest first: a name cannot have them all, and a hostile one shall not try.
const mostFindings = 30

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Those of an order have the names and labels that "dns01 check --format
// prometheus" gives them, as far as that has them.
var (
	orderReady    = desc("dns01_order_ready", "1 when the verdict of the order is ready or at_risk, else 0.", "order", "ca")
	orderVerdict  = desc("dns01_order_verdict", "1 for the verdict that the order has, once it was seen often enough; 0 for the others.", "order", "ca", "verdict")
	orderSince    = desc("dns01_order_verdict_since_timestamp_seconds", "When that verdict was seen first, as Unix time.", "order", "ca")
	orderPending  = desc("dns01_order_verdict_pending", "1 when the last look contradicted the verdict, and others have to confirm it.", "order", "ca")
	orderFlapping = desc("dns01_order_flapping", "1 while the verdict changes so often that changes are not told.", "order", "ca")
	findings      = desc("dns01_findings", "Findings of the order, by rule and severity.", "order", "ca", "id", "severity")
	retryAfter    = desc("dns01_retry_after_seconds", "When to try again for the verdict retry, else 0.", "order", "ca")
	queries       = desc("dns01_queries", "Queries sent for the order.", "order", "ca")
	duration      = desc("dns01_duration_seconds", "How long the run took.", "order", "ca")
	started       = desc("dns01_started_timestamp_seconds", "When the run began, as Unix time.", "order", "ca")
	success       = desc("dns01_last_success_timestamp_seconds", "When a look at the order last saw enough to judge, as Unix time; 0 for never.", "order", "ca")
	sigLeft       = desc("dns01_signature_left_seconds", "Until the first signature ends, of those over what was asked in the zones of the order.", "order", "ca")
	sigLife       = desc("dns01_signature_life_seconds", "How long that signature lasts from its beginning to its end.", "order", "ca")

	listOrders   = desc("dns01_watch_orders", "Orders on the list, by verdict; none for those that were not looked at yet.", "verdict")
	listRejected = desc("dns01_watch_list_rejected_lines", "Lines of the list that are no orders.")
	listLoaded   = desc("dns01_watch_list_loaded_timestamp_seconds", "When the list was last read without an error, as Unix time.")
	listFine     = desc("dns01_watch_list_last_reload_successful", "1 when the list could be read the last time, else 0.")
	lastCheck    = desc("dns01_watch_last_check_timestamp_seconds", "When a look last ended, as Unix time; 0 for never.")
	lastSuccess  = desc("dns01_watch_last_success_timestamp_seconds", "When a look last saw enough to judge, as Unix time; 0 for never.")
	running      = desc("dns01_watch_checks_running", "Looks under way.")
	overdue      = desc("dns01_watch_overdue_seconds", "How late the order is that has waited longest for a look.")
	interval     = desc("dns01_watch_interval_seconds", "Time between two looks at an order.")
	healthy      = desc("dns01_watch_healthy", "1 when /healthz says so, else 0.")
	waiting      = desc("dns01_watch_notifications_waiting", "Changes that were not delivered yet.", "kind")
	stateSaved   = desc("dns01_watch_state_saved_timestamp_seconds", "When the state was last kept, as Unix time.")
	stateFine    = desc("dns01_watch_state_last_save_successful", "1 when the state could be kept the last time, else 0.")
	build        = desc("dns01_build_info", "1, with the version of the program.", "version")
)

// Describe implements [prometheus.Collector].
func (g gauges) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		orderReady, orderVerdict, orderSince, orderPending, orderFlapping, findings, retryAfter, queries, duration, started, success, sigLeft, sigLife,
		listOrders, listRejected, listLoaded, listFine, lastCheck, lastSuccess, running, overdue, interval, healthy, waiting, stateSaved, stateFine, build,
	} {
		c <- d
	}
}

// Collect implements [prometheus.Collector]. What is measured is gathered
// first: nobody who reads slowly holds up the watch.
func (g gauges) Collect(c chan<- prometheus.Metric) {
	for _, m := range g.gather() {
		c <- m
	}
}

// A gathering collects samples.
type gathering struct{ all []prometheus.Metric }

func (g *gathering) gauge(d *prometheus.Desc, value float64, labels ...string) {
	g.all = append(g.all, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...))
}

func (g gauges) gather() []prometheus.Metric {
	w, now := g.w, g.w.c.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	x := &gathering{}
	count := map[check.Verdict]int{}
	under, last := 0, time.Time{}
	for _, e := range w.order {
		count[e.shown()]++
		if !e.running.IsZero() {
			under++
		}
		if e.success.After(last) {
			last = e.success
		}
		x.order(e, now)
	}
	for _, v := range verdicts {
		x.gauge(listOrders, float64(count[v]), string(v))
	}
	x.gauge(listOrders, float64(count[""]), "none")
	x.gauge(listRejected, float64(w.wrong))
	x.gauge(listLoaded, stamp(w.loaded))
	x.gauge(listFine, truth(w.refused == ""))
	x.gauge(lastCheck, stamp(w.ended))
	x.gauge(lastSuccess, stamp(last))
	x.gauge(running, float64(under))
	x.gauge(overdue, w.overdue(now).Seconds())
	x.gauge(interval, w.c.Interval.Seconds())
	fine, _ := w.health(now)
	x.gauge(healthy, truth(fine))
	for _, o := range w.notices {
		x.gauge(waiting, float64(o.size()), o.sink.Kind)
	}
	if w.c.Save != nil {
		x.gauge(stateSaved, stamp(w.keeping.saved))
		x.gauge(stateFine, truth(w.keeping.failure == ""))
	}
	x.gauge(build, 1, w.c.Tool.Version)
	return x.all
}

// order adds the series of one order, once it was looked at.
func (x *gathering) order(e *entry, now time.Time) {
	s, shown := e.seen, e.shown()
	if shown == "" {
		return
	}
	labels := []string{e.Name, e.ca}
	x.gauge(orderReady, truth(shown == check.Ready || shown == check.AtRisk), labels...)
	for _, v := range verdicts {
		x.gauge(orderVerdict, truth(v == shown), e.Name, e.ca, string(v))
	}
	if !e.held.IsZero() {
		x.gauge(orderSince, stamp(e.held), labels...)
	}
	x.gauge(orderPending, truth(e.pending()), labels...)
	x.gauge(orderFlapping, truth(e.flapping), labels...)
	x.gauge(success, stamp(e.success), labels...)
	if s == nil { // a watch before this one has looked
		return
	}
	for _, k := range s.gravest() {
		x.gauge(findings, float64(s.findings[k]), e.Name, s.ca, k.id, string(k.severity))
	}
	var retry float64
	if s.verdict == check.Retry {
		retry = max(0, s.retryAfter-now.Sub(s.began)).Seconds()
	}
	x.gauge(retryAfter, retry, labels...)
	x.gauge(queries, float64(s.queries.Total), labels...)
	x.gauge(duration, s.took.Seconds(), labels...)
	x.gauge(started, stamp(s.began), labels...)
	if s.signed.life > 0 {
		x.gauge(sigLeft, (s.signed.left - now.Sub(s.began)).Seconds(), labels...)
		x.gauge(sigLife, s.signed.life.Seconds(), labels...)
	}
}

// gravest are the findings that have a series, errors first.
func (s *seen) gravest() []findingKey {
	rank := []check.Severity{check.Error, check.Warning, check.Note}
	keys := slices.SortedFunc(maps.Keys(s.findings), func(a, b findingKey) int {
		if a.severity != b.severity {
			return slices.Index(rank, a.severity) - slices.Index(rank, b.severity)
		}
		return strings.Compare(a.id, b.id)
	})
	return keys[:min(len(keys), mostFindings)]
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// stamp is a time in Unix seconds, 0 for none.
func stamp(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

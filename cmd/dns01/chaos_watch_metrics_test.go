package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"dns01/check"
)

// metricPage is what /metrics says.
type metricPage map[string]*metricFamily

type metricFamily struct{ *dto.MetricFamily }

// metrics reads the page; nil when it is none.
func (c *chaosWatch) metrics() metricPage {
	status, text := c.get("/metrics")
	p := expfmt.NewTextParser(model.UTF8Validation)
	all, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil || status != http.StatusOK {
		c.r.breaks("metrics are answered with %d: %v", status, err)
		return nil
	}
	m := metricPage{}
	for name, f := range all {
		m[name] = &metricFamily{f}
	}
	return m
}

// each calls do for each sample, with its labels.
func (f *metricFamily) each(do func(labels map[string]string, value float64)) {
	if f == nil {
		return
	}
	for _, x := range f.Metric {
		labels := map[string]string{}
		for _, l := range x.Label {
			labels[l.GetName()] = l.GetValue()
		}
		do(labels, x.GetGauge().GetValue()+x.GetCounter().GetValue())
	}
}

// of is the sum of the samples with a label.
func (f *metricFamily) of(label, value string) (sum float64) {
	f.each(func(labels map[string]string, v float64) {
		if labels[label] == value {
			sum += v
		}
	})
	return sum
}

func (m metricPage) sum(name string) (sum float64) {
	m[name].each(func(_ map[string]string, v float64) { sum += v })
	return sum
}

// healthy wants healthz to say what is so, by what was looked at and when.
func (c *chaosWatch) healthy(m metricPage) {
	status, text := c.get("/healthz")
	fine := status == http.StatusOK
	if fine != (m.sum("dns01_watch_healthy") == 1) {
		c.r.breaks("healthz says %d, and the metric %v", status, m.sum("dns01_watch_healthy"))
	}
	for _, s := range c.r.steps { // it is noticed within a minute
		if at := c.elapsed(); at >= s.after && at < s.after+2*time.Minute {
			return
		}
	}
	now, late := c.elapsed(), max(5*time.Minute, 2*c.deadline, min(c.interval/4, time.Hour))
	if longest := c.longest(now); fine && longest > 2*c.interval+late {
		c.r.breaks("after %s: no look for %s, and healthz says %q", now, longest, text)
	} else if !fine && longest < c.interval {
		c.r.breaks("after %s: every order was looked at within %s, and healthz says %q", now, longest, text)
	}
	if looks := m.sum("dns01_watch_checks_total"); looks > float64(c.count()) || len(c.lists) == 0 && looks != float64(c.count()) {
		c.r.breaks("%d looks have ended, and %v are counted", c.count(), looks)
	}
}

func (c *chaosWatch) count() (n int) {
	for _, l := range c.looks {
		n += len(l)
	}
	return n
}

// longest is how long the order waits that has waited longest for a look to
// begin, of those that are on the list for long enough.
func (c *chaosWatch) longest(now time.Duration) (longest time.Duration) {
	since := time.Duration(0)
	if len(c.lists) > 0 {
		since = c.lists[len(c.lists)-1]
	}
	for _, name := range c.list.orders {
		last := since
		for _, l := range c.looks[name] {
			last = max(last, l.began)
		}
		if at, ok := c.under[name]; ok {
			last = max(last, at)
		}
		longest = max(longest, now-last)
	}
	return longest
}

// visitOrder wants what is served of one order to agree, and to be what its
// last look saw.
func (c *chaosWatch) visitOrder(m metricPage, name string) {
	status, text := c.get("/report/" + name)
	if status != http.StatusOK {
		return // not on the list, or not yet looked at
	}
	var d chaosDocument
	if err := errors.Join(c.schema.check("report", []byte(text)), json.Unmarshal([]byte(text), &d)); err != nil {
		c.r.breaks("the report of %s: %v", name, err)
		return
	}
	looks := c.looks[name]
	i := len(looks) - 1
	if i < 0 {
		c.r.breaks("%s has a report and was not looked at", name)
		return
	}
	if !slices.ContainsFunc(looks, func(l watchedLook) bool { return l.verdict == d.Verdict }) {
		c.r.breaks("the report says that %s is %s, which no look saw", name, d.Verdict)
	}
	if looks[i].verdict != d.Verdict && len(c.lists) == 0 {
		c.r.breaks("the report says that %s is %s, and the last look %s", name, d.Verdict, looks[i].verdict)
	}
	c.truly(name, looks[i])
	c.sampled(m, name, d)
}

// truly holds a look against the plan. What orders share is remembered for a
// twentieth of the interval.
func (c *chaosWatch) truly(name string, l watchedLook) {
	from := max(0, l.began-c.interval/20-time.Second)
	sound := l.verdict == check.Ready || l.verdict == check.AtRisk
	switch {
	case sound && !c.allowed(name, from, l.ended):
		c.r.breaks("after %s: %s is %s, and in truth refused", l.ended, name, l.verdict)
	case c.r.ours && l.verdict == check.Blocked && !c.forbidden(name, from, l.ended):
		c.r.breaks("after %s: %s is blocked, in truth it is not, and all that is wrong is our own", l.ended, name)
	}
}

// sampled wants the metrics of an order to be those of its report.
func (c *chaosWatch) sampled(m metricPage, name string, d chaosDocument) {
	verdicts, shown := 0, ""
	m["dns01_order_verdict"].each(func(labels map[string]string, v float64) {
		if labels["order"] == name && v == 1 {
			verdicts++
			shown = labels["verdict"]
		}
	})
	sound := shown == "ready" || shown == "at_risk"
	pending := m["dns01_order_verdict_pending"].of("order", name) == 1
	switch {
	case verdicts != 1:
		c.r.breaks("%s has %d verdicts in the metrics", name, verdicts)
	case sound != (m["dns01_order_ready"].of("order", name) == 1):
		c.r.breaks("%s is %s, and its metric of readiness says otherwise", name, shown)
	case !pending && shown != string(d.Verdict):
		c.r.breaks("%s is %s in the metrics, with nothing to be confirmed, and its last report says %s", name, shown, d.Verdict)
	case m["dns01_queries"].of("order", name) != float64(d.Queries.Total):
		c.r.breaks("%v queries for %s in the metrics, %d in its report", m["dns01_queries"].of("order", name), name, d.Queries.Total)
	case m["dns01_findings"].of("order", name) != float64(len(d.Findings)):
		c.r.breaks("%v findings for %s in the metrics, %d in its report", m["dns01_findings"].of("order", name), name, len(d.Findings))
	}
}

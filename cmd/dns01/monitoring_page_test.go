package main

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.yaml.in/yaml/v3"

	"dns01/cmd/dns01/internal/watch"
)

var monitoring = filepath.Join(top, "docs", "monitoring")

// metricName is one of ours, as a page, a rule or a dashboard names it.
var metricName = regexp.MustCompile(`\bdns01_[a-z0-9_]+`)

// servedMetrics are the names of all metrics that a watch serves, with those
// of a histogram as Prometheus keeps them.
func servedMetrics(t *testing.T) (names, kept []string) {
	t.Helper()
	list := listOf(t, "a.com", "b.com")
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, list, "--state", filepath.Join(t.TempDir(), "state"))
		defer r.end()
		time.Sleep(25 * time.Hour) // something is found by then
		_, page := r.get("/metrics")
		for line := range strings.Lines(page) {
			words := strings.Fields(line)
			if !strings.HasPrefix(line, "# TYPE dns01_") {
				continue
			}
			names = append(names, words[2])
			kept = append(kept, words[2])
			if words[3] == "histogram" {
				kept = append(kept, words[2]+"_bucket", words[2]+"_sum", words[2]+"_count")
			}
		}
	})
	return names, kept
}

// What is measured has to be written down, and what is written down, asked for
// or alarmed on has to be measured: an alert on a metric that is not there
// never fires.
func TestMetricsArePromised(t *testing.T) {
	names, kept := servedMetrics(t)
	page := metricName.FindAllString(read(t, filepath.Join(top, "docs", "monitoring.md")), -1)
	for _, n := range names {
		if !slices.Contains(page, n) {
			t.Errorf("docs/monitoring.md does not tell of %s", n)
		}
	}
	for _, file := range []string{"../monitoring.md", "rules.yml", "rules_test.yml", "dashboard.json"} {
		for _, n := range metricName.FindAllString(read(t, filepath.Join(monitoring, file)), -1) {
			if !slices.Contains(kept, n) {
				t.Errorf("%s: nothing is measured as %s", file, n)
			}
		}
	}
}

func TestAlertRules(t *testing.T) {
	havePromtool(t)
	for _, args := range [][]string{{"check", "rules", "rules.yml"}, {"test", "rules", "rules_test.yml"}} {
		cmd := exec.Command("promtool", args...)
		cmd.Dir = monitoring
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// A rule that no test makes fire may never do so.
func TestEveryAlertFiresInATest(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert string }
		}
	}
	var tests struct {
		Tests []struct {
			Cases []struct {
				Alertname string
				Fires     []any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	for file, into := range map[string]any{"rules.yml": &rules, "rules_test.yml": &tests} {
		if err := yaml.Unmarshal([]byte(read(t, filepath.Join(monitoring, file))), into); err != nil {
			t.Fatal(err)
		}
	}
	fires := map[string]bool{}
	for _, x := range tests.Tests {
		for _, c := range x.Cases {
			fires[c.Alertname] = fires[c.Alertname] || len(c.Fires) > 0
		}
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			if !fires[r.Alert] {
				t.Errorf("no test makes %s fire", r.Alert)
			}
		}
	}
}

// Grafana would show an empty panel for a query that Prometheus does not take.
func TestDashboard(t *testing.T) {
	var dashboard struct {
		Title  string
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(monitoring, "dashboard.json"))), &dashboard); err != nil {
		t.Fatal(err)
	}
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var rules []rule
	stand := strings.NewReplacer("$__rate_interval", "5m", "$job", "dns01", "$order", ".*")
	had := map[int]bool{}
	for _, p := range dashboard.Panels {
		if had[p.ID] || p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d %q has no queries, no title, or another's number", p.ID, p.Title)
		}
		had[p.ID] = true
		for _, x := range p.Targets {
			rules = append(rules, rule{"x", stand.Replace(x.Expr)})
		}
	}
	havePromtool(t)
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "panels", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "panels.yml")
	write(t, file, string(text))
	if out, err := exec.Command("promtool", "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// What the page shows has to be so: the JSON of a webhook, YAML that is YAML,
// addresses that answer.
func TestMonitoringPage(t *testing.T) {
	page := read(t, filepath.Join(top, "docs", "monitoring.md"))
	for _, f := range fencesOf(page) {
		switch f.language {
		case "json":
			if s, err := watch.ReadState([]byte(f.text)); err == nil && s.Size() == 2 {
				continue
			}
			newReportSchema(t).holds(t, "transition", []byte(f.text))
		case "yaml":
			var any any
			if err := yaml.Unmarshal([]byte(f.text), &any); err != nil {
				t.Errorf("%v in\n%s", err, f.text)
			}
		case "csv":
			r := newOrderReader(strings.NewReader(f.text), batchOptions{file: "orders.csv"})
			for n := range 2 {
				if q, err := r.next(); err != nil || q.err != nil || q.id == "" {
					t.Errorf("line %d of the list: %v %+v", n, err, q)
				}
			}
		}
	}
	addresses := regexp.MustCompile(`curl http://127\.0\.0\.1:9953(\S+)`).FindAllStringSubmatch(page, -1)
	if len(addresses) < 4 {
		t.Errorf("only %d addresses on the page", len(addresses))
	}
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, "--demo", "propagation-slow")
		defer r.end()
		time.Sleep(time.Minute)
		for _, a := range addresses {
			if code, body := r.get(a[1]); code != http.StatusOK {
				t.Errorf("%s: %d %s", a[1], code, body)
			}
		}
	})
}

package report

import (
	"encoding/xml"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// everySample are the samples, and a report for each trick.
func everySample() map[string]Report {
	all := map[string]Report{"empty": {}}
	for _, s := range samples {
		all[s.name] = s.report
	}
	for _, trick := range tricks {
		all[trick] = tricked(trick)
	}
	return all
}

// GitHub refuses a log that is not as the standard has it.
func TestSARIFIsOfTheStandard(t *testing.T) {
	schema := compiled(t, filepath.Join("testdata", "sarif-2.1.0.schema.json"))
	for name, r := range everySample() {
		validate(t, schema, name, rendered(t, SARIF, r))
		validate(t, schema, name+", twice", rendered(t, SARIF, r, r))
	}
}

func compiled(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, name, document string) {
	t.Helper()
	d, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := schema.Validate(d); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// One fault is one alert, from run to run.
func TestFingerprintsStay(t *testing.T) {
	a, b := staleSecondary(), staleSecondary()
	b.Result.Findings[0].Detail = "the same, with another serial"
	if fingerprint(a, &a.Result.Findings[0]) != fingerprint(b, &b.Result.Findings[0]) {
		t.Error("a detail changes the fingerprint")
	}
	b.Result.Findings[0].Name = "example.org"
	if fingerprint(a, &a.Result.Findings[0]) == fingerprint(b, &b.Result.Findings[0]) {
		t.Error("another name does not")
	}
}

func TestFileURI(t *testing.T) {
	tests := []struct{ file, want string }{
		{"names.txt", "names.txt"},
		{"./dir/a b.txt", "dir/a%20b.txt"},
		{"/etc/names", "file:///etc/names"},
		{"a:b", "./a:b"},
	}
	for _, tt := range tests {
		if got := fileURI(tt.file); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.file, got, tt.want)
		}
	}
}

// The JUnit form has no standard. What Ant, Jenkins and GitLab read have in
// common is this: which elements stand in which, and with which attributes.
var junitForm = map[string]struct{ attributes, children string }{
	"testsuites": {"", "testsuite"},
	"testsuite":  {"name tests failures errors skipped time timestamp hostname id package", "properties testcase system-out system-err"},
	"properties": {"", "property"},
	"property":   {"name value", ""},
	"testcase":   {"name classname time", "skipped failure"},
	"skipped":    {"message", ""},
	"failure":    {"message type", ""},
	"system-out": {"", ""},
	"system-err": {"", ""},
}

func TestJUnitIsOfTheCommonForm(t *testing.T) {
	for name, r := range everySample() {
		out := rendered(t, func(w io.Writer, rs []Report) error { return JUnit(w, rs, JUnitOptions{}) }, r, r)
		var path []string
		for d := xml.NewDecoder(strings.NewReader(out)); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				within := "testsuites"
				if len(path) > 0 {
					within = junitForm[path[len(path)-1]].children
				}
				if !strings.Contains(" "+within+" ", " "+e.Name.Local+" ") {
					t.Errorf("%s: %s within %v", name, e.Name.Local, path)
				}
				var attributes []string
				for _, a := range e.Attr {
					attributes = append(attributes, a.Name.Local)
				}
				if got, want := strings.Join(attributes, " "), junitForm[e.Name.Local].attributes; got != want {
					t.Errorf("%s: attributes %s of %s, want %s", name, got, e.Name.Local, want)
				}
				path = append(path, e.Name.Local)
			case xml.EndElement:
				path = path[:len(path)-1]
			}
		}
	}
}

func TestJUnitCounts(t *testing.T) {
	tests := []struct {
		name                     string
		report                   Report
		warnings                 bool
		tests, failures, skipped int
	}{
		{"healthy", healthy(), false, len(subjects()), 0, 0},
		{"two identifiers", healthyWithValue(), false, 2 * len(subjects()), 0, 0},
		{"a warning", staleSecondary(), false, len(subjects()), 0, 0},
		{"a warning that counts", staleSecondary(), true, len(subjects()), 1, 0},
		{"two errors", lameZone(), false, len(subjects()), 2, 0},
		{"no network", noNetwork(), false, len(subjects()), 0, len(subjects()) - 2},
	}
	for _, tt := range tests {
		out := rendered(t, func(w io.Writer, rs []Report) error { return JUnit(w, rs, JUnitOptions{Warnings: tt.warnings}) }, tt.report)
		var doc junitSuites
		if err := xml.Unmarshal([]byte(out), &doc); err != nil {
			t.Fatal(err)
		}
		s := doc.Suites[0]
		if s.Tests != tt.tests || s.Failures != tt.failures || s.Skipped != tt.skipped || len(s.Cases) != s.Tests {
			t.Errorf("%s: %d tests, %d failures, %d skipped, %d cases", tt.name, s.Tests, s.Failures, s.Skipped, len(s.Cases))
		}
	}
}

// The textfile collector drops a file with one bad line.
func TestPrometheusParses(t *testing.T) {
	for name, r := range everySample() {
		out := rendered(t, Prometheus, r, r)
		p := expfmt.NewTextParser(model.UTF8Validation)
		families, err := p.TextToMetricFamilies(strings.NewReader(out))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
			continue
		}
		for family, f := range families {
			if !strings.HasPrefix(family, "dns01_") {
				t.Errorf("%s: %s", name, family)
			}
			seen := map[string]bool{}
			for _, m := range f.Metric {
				var labels []string
				for _, l := range m.Label {
					labels = append(labels, l.GetName()+"="+strconv.Quote(l.GetValue()))
				}
				key := strings.Join(labels, ",")
				if seen[key] {
					t.Errorf("%s: %s{%s} twice", name, family, key)
				}
				seen[key] = true
			}
		}
	}
}

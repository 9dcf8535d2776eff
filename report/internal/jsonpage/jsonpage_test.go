package jsonpage

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var (
	source  = filepath.Join("..", "..")
	docs    = filepath.Join("..", "..", "..", "docs")
	reports = filepath.Join("..", "..", "..", "testdata", "reports")
)

func TestDocsAreCurrent(t *testing.T) {
	for name, make := range map[string]func(string) ([]byte, error){"json.md": Page, "report-v1.schema.json": Schema} {
		want, err := make(source)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("docs/%s is not what the types say; run go generate ./report", name)
		}
	}
}

// The promise of schema 1. The list is kept by hand: a field that goes, or
// gets another type, breaks somebody's program.
func TestNoFieldComesOrGoesUnnoticed(t *testing.T) {
	got, err := Fields(source)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(reports, "v1", "fields.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for _, f := range want {
		if !slices.Contains(got, f) {
			t.Errorf("%s is gone, which schema 1 promises not to happen", f)
		}
	}
	for _, f := range got {
		if !slices.Contains(want, f) {
			t.Errorf("%s is new: add the line to testdata/reports/v1/fields.txt; it can never be taken back", f)
		}
	}
	if !t.Failed() && !slices.Equal(got, want) {
		t.Errorf("the order differs (-want +got):\n%s", cmp.Diff(want, got))
	}
}

func TestWordsAreOfFieldsThatExist(t *testing.T) {
	ts, err := read(source)
	if err != nil {
		t.Fatal(err)
	}
	for at := range words {
		typ, key, _ := strings.Cut(at, ".")
		fields, err := ts.fields(typ)
		if err != nil {
			t.Error(err)
		}
		if !slices.ContainsFunc(fields, func(f field) bool { return f.in == typ && f.key == key }) {
			t.Errorf("words.go explains %s, which is not there", at)
		}
	}
}

// Every report that we keep is one that a validator takes.
func TestReportsValidate(t *testing.T) {
	for _, dir := range []string{"v1", "worlds"} {
		files, err := filepath.Glob(filepath.Join(reports, dir, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no reports in %s, %v", dir, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(t, "report", text); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
}

func TestTheSchemaIsNotTooLenient(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(reports, "v1", "stale-secondary.json"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new string }{
		{"a verdict that is none", `"verdict": "at_risk"`, `"verdict": "fine"`},
		{"a number as a string", `"duration_ms": 312`, `"duration_ms": "312"`},
		{"another schema", `"schema": 1`, `"schema": 2`},
		{"a missing list", `"findings": [`, `"finds": [`},
		{"a list that is null", `"predicted_errors": [`, `"predicted_errors": null, "x": [`},
		{"a time that is none", `"started_at": "2026-11-25T01:00:00Z"`, `"started_at": "yesterday"`},
		{"a severity that is none", `"severity": "warning"`, `"severity": "fatal"`},
	}
	for _, tt := range tests {
		broken := bytes.ReplaceAll(text, []byte(tt.old), []byte(tt.new))
		if bytes.Equal(broken, text) {
			t.Errorf("%s: %s is not in the report", tt.name, tt.old)
		}
		if validate(t, "report", broken) == nil {
			t.Errorf("%s is taken", tt.name)
		}
	}
	if err := validate(t, "report", bytes.Replace(text, []byte(`"schema": 1`), []byte(`"schema": 1, "new": 0`), 1)); err != nil {
		t.Errorf("a field to come is refused: %v", err)
	}
}

// validate holds a document against one definition of the schema.
func validate(t *testing.T, def string, text []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(filepath.Join(docs, "report-v1.schema.json") + "#/$defs/" + def)
	if err != nil {
		t.Fatal(err)
	}
	d, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(d)
}

func TestNoTwoTypesShareADefinition(t *testing.T) {
	ts, err := read(source)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for typ := range ts {
		if other := names[def(typ)]; other != "" && strings.HasPrefix(typ, "json") {
			t.Errorf("%s and %s are both %q in the schema", typ, other, def(typ))
		}
		if strings.HasPrefix(typ, "json") {
			names[def(typ)] = typ
		}
	}
}

package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// reportSchema holds documents against the definitions of docs/.
type reportSchema map[string]*jsonschema.Schema

func newReportSchema(t *testing.T) reportSchema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s := reportSchema{}
	for _, def := range []string{"report", "orders", "error_document", "start", "exchange", "wait_document", "round", "transition", "batch_line"} {
		var err error
		if s[def], err = c.Compile(filepath.Join("..", "..", "docs", "report-v1.schema.json") + "#/$defs/" + def); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// holds wants each line, or the whole text, to be one of the definitions.
func (s reportSchema) holds(t *testing.T, def string, text []byte) {
	t.Helper()
	d, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Errorf("%v in %s", err, text)
		return
	}
	if err := s[def].Validate(d); err != nil {
		t.Errorf("%v in %s", err, text)
	}
}

// A program that parses our output meets a document of the schema on every
// path, also where something failed.
func TestJSONIsOfTheSchemaOnEveryPath(t *testing.T) {
	two := filepath.Join(t.TempDir(), "names.txt")
	write(t, two, "example.com\n\n*.example.com\n")
	tests := []struct {
		name, def string
		args      []string
	}{
		{"ready", "report", []string{"check", "--demo", "healthy", "--json"}},
		{"NXDOMAIN", "report", []string{"check", "--demo", "domain-not-registered", "--json"}},
		{"a top level domain that is none", "report", []string{"check", "--demo", "healthy", "--json", "example.nonsense"}},
		{"deadline", "report", []string{"check", "--demo", "healthy", "--deadline", "1ms", "--json"}},
		{"no network", "report", []string{"check", "--demo", "no-network", "--json"}},
		{"port 53 blocked", "report", []string{"check", "--demo", "port53-blocked", "--json"}},
		{"refused by policy", "report", []string{"check", "--demo", "healthy", "--json", "localhost.localdomain"}},
		{"what if", "report", []string{"check", "--demo", "caa-forbids", "--json", "--what-if", `www.example.com CAA 0 issue "letsencrypt.org"`}},
		{"two orders", "orders", []string{"check", "--demo", "healthy", "--json", "-f", two}},
		{"wrong usage", "error_document", []string{"check", "--json", "--nonsense"}},
		{"no names", "error_document", []string{"check", "--json"}},
		{"a wait", "wait_document", []string{"wait", "--demo", "stale-secondary", "--for", "10s", "--json"}},
	}
	schema := newReportSchema(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			schema.holds(t, tt.def, ranWith(t, nil, tt.args...).stdout.Bytes())
		})
	}
}

func TestJSONLinesAreOfTheSchema(t *testing.T) {
	tests := []struct{ args, middle, last string }{
		{"check --demo stale-secondary --format jsonl", "exchange", "report"},
		{"check --demo no-network --format jsonl", "exchange", "report"},
		{"wait --demo stale-secondary --for 10s --format jsonl", "round", "wait_document"},
	}
	schema := newReportSchema(t)
	for _, tt := range tests {
		lines := bytes.Split(bytes.TrimSpace(ranWith(t, nil, strings.Fields(tt.args)...).stdout.Bytes()), []byte("\n"))
		for n, l := range lines {
			switch {
			case n == 0 && tt.last == "report":
				schema.holds(t, "start", l)
			case n == len(lines)-1:
				schema.holds(t, tt.last, l)
			default:
				schema.holds(t, tt.middle, l)
			}
		}
	}
}

func TestLinesOfABatchAreOfTheSchema(t *testing.T) {
	const list = "example.com\nhttps://example.com/\nexample.nonsense\n"
	schema := newReportSchema(t)
	for _, full := range []string{"--full", "--full=false"} {
		p, stdout, _ := newProgram(t, "batch", "--demo", "stale-secondary", "-q", full)
		p.stdin = strings.NewReader(list)
		if got := p.run(t.Context()); got != statusUsage {
			t.Errorf("status %d", got)
		}
		lines := bytes.Split(bytes.TrimSpace(stdout.Bytes()), []byte("\n"))
		if len(lines) != 3 {
			t.Errorf("%d lines of 3: %s", len(lines), stdout)
		}
		for _, l := range lines {
			schema.holds(t, "batch_line", l)
		}
	}
}

func TestAnInterruptLeavesAWholeDocument(t *testing.T) {
	schema := newReportSchema(t)
	for _, format := range []string{"json", "jsonl"} {
		p, stdout, _ := newProgram(t, "example.com", "--format", format, "--timeout", "1h", "--deadline", "1h", "--resolvers", "none")
		w := silentWorld{make(chan struct{}, 1)}
		p.world.exchanger = w
		ctx, interrupt := context.WithCancel(t.Context())
		go func() {
			<-w.asked
			interrupt()
		}()
		if got := p.run(ctx); got != statusUnknown {
			t.Errorf("status %d", got)
		}
		document := stdout.Bytes()
		if format == "jsonl" {
			lines := bytes.Split(bytes.TrimSpace(document), []byte("\n"))
			document = lines[len(lines)-1]
		}
		schema.holds(t, "report", document)
		if !bytes.Contains(bytes.ReplaceAll(document, []byte(" "), nil), []byte(`"verdict":"unknown"`)) {
			t.Errorf("%s: %s", format, document)
		}
	}
}

package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestNoLineIsAWorkflowCommand(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		want   string
	}{
		{"a command", []string{"::stop-commands::x\n"}, "\\::stop-commands::x\n"},
		{"indented, with properties", []string{"a\n  ::error file=x,line=1::owned\n"}, "a\n  \\::error file=x,line=1::owned\n"},
		{"the old form", []string{"##[add-mask]x\n"}, "\\##[add-mask]x\n"},
		{"within a line", []string{"a ::error::b\n"}, "a ::error::b\n"},
		{"an address", []string{"::1  ns1\n"}, "::1  ns1\n"},
		{"a line in pieces", []string{"a", "::error::b", "\n", "::error::c\n"}, "a::error::b\n\\::error::c\n"},
	}
	for _, tt := range tests {
		var b bytes.Buffer
		w := &inert{Writer: &b}
		for _, s := range tt.writes {
			if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
				t.Errorf("%s: %d, %v", tt.name, n, err)
			}
		}
		if b.String() != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, b.String(), tt.want)
		}
	}
}

// What a zone says must not steer the runner that prints it.
func TestTextIsInertInActions(t *testing.T) {
	env := map[string]string{"GITHUB_ACTIONS": "true", "COLUMNS": "20"}
	const evil = "padding padding ::stop-commands::owned"
	run := ranWith(t, env, "demo", "healthy", "--value", evil, "-v")
	for line := range strings.Lines(run.stdout.String() + run.stderr.String()) {
		if strings.HasPrefix(strings.TrimLeft(line, " "), "::") {
			t.Errorf("a command: %s", line)
		}
	}
	if !strings.Contains(run.stdout.String(), `\::stop-commands::owned`) {
		t.Errorf("the value was not at the beginning of a line:\n%s", &run.stdout)
	}
	if run := ranWith(t, env, "demo", "healthy", "--format", "github"); !strings.HasPrefix(run.stdout.String(), "::notice ") {
		t.Errorf("our own commands are gone:\n%s", &run.stdout)
	}
}

func FuzzInert(f *testing.F) {
	f.Add("::error::x\n", 3)
	f.Add("a\n ##[x]\n", 2)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		cut = max(0, min(cut, len(text)))
		cut = strings.LastIndexByte(text[:cut], '\n') + 1
		var b bytes.Buffer
		w := &inert{Writer: &b}
		for _, part := range []string{text[:cut], text[cut:]} {
			if _, err := w.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
		}
		if workflowCommand.Match(b.Bytes()) {
			t.Errorf("%q", b.String())
		}
	})
}

package main

import (
	"bytes"
	"encoding/json"
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
		{"two of them", []string{"::a::x\n::b::y\n"}, "\\::a::x\n\\::b::y\n"},
		{"after a carriage return", []string{"a\r::error::owned\n"}, "a\r\\::error::owned\n"},
		{"after white space that is not seen", []string{"\u00a0\u3000\ufeff::error::owned\n"}, "\u00a0\u3000\ufeff\\::error::owned\n"},
		{"the old form", []string{"##[add-mask]x\n"}, `#\u0023[add-mask]x` + "\n"},
		{"the old form within a line", []string{"the value ##[add-mask]x\n"}, `the value #\u0023[add-mask]x` + "\n"},
		{"Azure Pipelines", []string{"a ##vso[task.setvariable variable=PATH]x\n"}, `a #\u0023vso[task.setvariable variable=PATH]x` + "\n"},
		{"TeamCity", []string{"a ##teamcity[buildStop]\n"}, `a #\u0023teamcity[buildStop]` + "\n"},
		{"the old form in pieces", []string{"a value that is long enough #", "#[add-mask]x\n"}, `a value that is long enough #\u0023[add-mask]x` + "\n"},
		{"a new one in pieces", []string{" :", ":error::x\n"}, " :\\:error::x\n"},
		{"a new one in other pieces", []string{"::error ", "file=x::y\n"}, "\\::error file=x::y\n"},
		{"hashes", []string{"## title #[a]\n"}, "## title #[a]\n"},
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
	for _, env := range []map[string]string{env, {"TF_BUILD": "True"}, {"TEAMCITY_VERSION": "2026.1"}} {
		run := ranWith(t, env, "demo", "healthy", "--value", "a ##vso[task.complete]", "--json")
		if strings.Contains(run.stdout.String(), "##vso[") || !json.Valid(run.stdout.Bytes()) {
			t.Errorf("%v: a command, or no JSON:\n%s", env, &run.stdout)
		}
	}
	if run := ranWith(t, env, "demo", "healthy", "--format", "github"); !strings.HasPrefix(run.stdout.String(), "::notice ") {
		t.Errorf("our own commands are gone:\n%s", &run.stdout)
	}
}

func FuzzInert(f *testing.F) {
	f.Add("::error::x\n", 3)
	f.Add("a\n ##[x]\n", 2)
	f.Add("a ##vso[x]\r::b::", 4)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		cut = max(0, min(cut, len(text)))
		var b bytes.Buffer
		w := &inert{Writer: &b}
		for _, part := range []string{text[:cut], text[cut:]} {
			if _, err := w.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
		}
		b.WriteString("\n")
		if lineCommand.Match(b.Bytes()) || innerCommand.Match(b.Bytes()) {
			t.Errorf("%q", b.String())
		}
	})
}

package main

import (
	"testing"

	"dns01/check"
)

func TestExitStatus(t *testing.T) {
	tests := []struct {
		verdict        check.Verdict
		status, strict int
	}{
		{check.Ready, 0, 0}, {check.AtRisk, 0, 1}, {check.Retry, 75, 75}, {check.Blocked, 1, 1}, {check.Unknown, 3, 3}, {"", 3, 3},
	}
	for _, tt := range tests {
		if got := statusOf(tt.verdict, false); got != tt.status {
			t.Errorf("%s: %d, want %d", tt.verdict, got, tt.status)
		}
		if got := statusOf(tt.verdict, true); got != tt.strict {
			t.Errorf("%s --strict: %d, want %d", tt.verdict, got, tt.strict)
		}
	}
}

func TestColor(t *testing.T) {
	tests := []struct {
		name     string
		when     string
		terminal bool
		env      map[string]string
		want     bool
	}{
		{"a terminal", "auto", true, nil, true},
		{"a pipe", "auto", false, nil, false},
		{"NO_COLOR", "auto", true, map[string]string{"NO_COLOR": "1"}, false},
		{"a dumb terminal", "auto", true, map[string]string{"TERM": "dumb"}, false},
		{"the flag over NO_COLOR", "always", false, map[string]string{"NO_COLOR": "1"}, true},
		{"never", "never", true, nil, false},
	}
	for _, tt := range tests {
		p := &program{screen: screen{terminal: tt.terminal}, env: func(v string) string { return tt.env[v] }}
		if got := p.colored(tt.when); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

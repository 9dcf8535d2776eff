package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Every flag has its variable, or a pipeline that sets one is not heard. Which
// flags there are, the help says; here each is set and has to arrive.
func TestEveryFlagHasItsVariable(t *testing.T) {
	commands := map[string]func() *flags{
		"check":  func() *flags { return newCheckFlags("check").flags },
		"wait":   func() *flags { return newWaitFlags().flags },
		"lookup": func() *flags { return newLookupFlags().flags },
		"plan":   func() *flags { return newPlanFlags().flags },
		"batch":  func() *flags { return newBatchFlags().flags },
		"agent":  func() *flags { return newAgentFlags().flags },
		"watch":  func() *flags { return newWatchFlags().flags },
	}
	texts := map[string]string{"bool": "true", "int": "7", "float64": "7", "stringArray": "one two", "string": "x"}
	for command, define := range commands {
		define().VisitAll(func(x *pflag.Flag) {
			if x.Name == "help" {
				return
			}
			f := define() // one given makes others of its group void
			text := texts[x.Value.Type()]
			name := "DNS01_" + strings.ToUpper(strings.ReplaceAll(x.Name, "-", "_"))
			err := f.readEnv(func(v string) string {
				if v == name {
					return text
				}
				return ""
			}, nil)
			got := strings.ReplaceAll(strings.Trim(f.Lookup(x.Name).Value.String(), `[]"`), ",", " ")
			if err != nil || got != text {
				t.Errorf("%s: %s=%s made --%s %q, %v", command, name, text, x.Name, got, err)
			}
		})
	}
}

// A flag given wins over a variable, and so does one of a group that excludes
// the others.
func TestVariablesOfAlternativesAreVoid(t *testing.T) {
	tests := []struct {
		name, variable, value string
		args                  []string
		want                  string // the standard output's beginning
	}{
		{"format over JSON", "DNS01_JSON", "1", []string{"--format", "nagios"}, "DNS01 OK"},
		{"Nagios over format", "DNS01_FORMAT", "sarif", []string{"--nagios"}, "DNS01 OK"},
		{"JSON over Nagios", "DNS01_NAGIOS", "1", []string{"--json"}, "{\n  \"schema\": 1"},
		{"the variable alone", "DNS01_FORMAT", "nagios", nil, "DNS01 OK"},
		{"an output by variable", "DNS01_OUTPUT", "nagios=-", nil, "DNS01 OK"},
	}
	for _, tt := range tests {
		run := ranWith(t, map[string]string{tt.variable: tt.value}, slices.Concat([]string{"check", "--demo", "healthy"}, tt.args)...)
		if !strings.HasPrefix(run.stdout.String(), tt.want) {
			t.Errorf("%s: status %d, stdout %.80q, stderr %s", tt.name, run.status, run.stdout.String(), &run.stderr)
		}
	}
}

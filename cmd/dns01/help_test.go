package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

func TestNear(t *testing.T) {
	known := []string{"caa-forbids-wildcard", "caa-forbids", "check", "demo", "version", "help"}
	tests := []struct {
		word string
		want []string
	}{
		{"caa-forbid", []string{"caa-forbids", "caa-forbids-wildcard"}},
		{"chek", []string{"check"}},
		{"chck", []string{"check"}},
		{"chekc", []string{"check"}},
		{"hlep", []string{"help"}},
		{"DEMO", []string{"demo"}},
		{"ver", []string{"version"}},
		{"xyzzy", nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, near(tt.word, known)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.word, diff)
		}
	}
}

func TestHelpTellsEveryFlag(t *testing.T) {
	pages := map[string]*pflag.FlagSet{"check": newCheckFlags("check").FlagSet, "lookup": newLookupFlags().FlagSet, "plan": newPlanFlags().FlagSet, "tui": newTUIFlags().FlagSet, "caa": newCAAFlags().FlagSet, "explain": newExplainFlags().FlagSet, "agent": newAgentFlags().FlagSet, "watch": newWatchFlags().FlagSet}
	d := demoFlags()
	own := pflag.NewFlagSet("demo", pflag.ContinueOnError)
	for _, name := range []string{"list", "serve", "help"} {
		own.AddFlag(d.Lookup(name))
	}
	pages["demo"] = own
	r := newReplayFlags()
	own = pflag.NewFlagSet("replay", pflag.ContinueOnError)
	for _, name := range []string{"look", "record", "help"} {
		own.AddFlag(r.Lookup(name))
	}
	pages["replay"] = own
	pages["diff"] = newDiffFlags().FlagSet
	for page, set := range pages {
		text, err := helpTexts.ReadFile("help/" + page + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		set.VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(string(text), "--"+f.Name) {
				t.Errorf("help %s does not tell of --%s", page, f.Name)
			}
			if f.Shorthand != "" && !strings.Contains(string(text), "-"+f.Shorthand+", --"+f.Name) {
				t.Errorf("help %s does not tell of -%s", page, f.Shorthand)
			}
		})
	}
}

func TestHelpFitsATerminal(t *testing.T) {
	for _, page := range commandNames {
		text, err := helpTexts.ReadFile("help/" + page + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimRight(line, "\n"); len(line) > 80 || strings.TrimRight(line, " ") != line || strings.Contains(line, "\t") {
				t.Errorf("help %s: %q", page, line)
			}
		}
	}
}

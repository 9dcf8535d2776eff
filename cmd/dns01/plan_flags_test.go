package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/check/plan"
)

func TestPlanTargets(t *testing.T) {
	r := plan.Request{Challenge: "dns-01", Names: []string{"example.com", "*.example.com", "www.example.com"}}
	both := map[string]string{"_acme-challenge.example.com": "v.example.net", "_acme-challenge.www.example.com": "v.example.net"}
	tests := []struct {
		name    string
		aliases []string
		want    map[string]string
	}{
		{"for all", []string{"V.example.net."}, both},
		{"by name", []string{"example.com=v.example.net"}, map[string]string{"_acme-challenge.example.com": "v.example.net"}},
		{"by wildcard", []string{"*.Example.com.=v.example.net"}, map[string]string{"_acme-challenge.example.com": "v.example.net"}},
		{"by challenge name", []string{"_acme-challenge.www.example.com=v.example.net"}, map[string]string{"_acme-challenge.www.example.com": "v.example.net"}},
		{"one and the others", []string{"v.example.net", "www.example.com=w.example.net"},
			map[string]string{"_acme-challenge.example.com": "v.example.net", "_acme-challenge.www.example.com": "w.example.net"}},
		{"none", nil, map[string]string{}},
	}
	for _, tt := range tests {
		f := newPlanFlags()
		f.aliases = tt.aliases
		got, err := f.targets(r)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n-want +got:\n%s", tt.name, err, diff)
		}
	}
}

// Whatever is given as an alias, it is a sentence or a target for a challenge
// of the plan.
func FuzzPlanTargets(f *testing.F) {
	for _, s := range []string{"", "=", "v.example.net", "example.com=v.example.net", "*.example.com=", "example.com=.", `a\000=b`, "b.example=x.example"} {
		f.Add(s)
	}
	r := plan.Request{Challenge: "dns-01", Names: []string{"example.com", "*.example.com"}}
	f.Fuzz(func(t *testing.T, alias string) {
		flags := newPlanFlags()
		flags.aliases = []string{alias}
		targets, err := flags.targets(r)
		if err != nil {
			return
		}
		if len(targets) != 1 || targets["_acme-challenge.example.com"] == "" {
			t.Errorf("%q became %v", alias, targets)
		}
	})
}

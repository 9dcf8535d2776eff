package main

import (
	"encoding/json"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// built is a release as the linker stamps it.
func built() *debug.BuildInfo {
	return &debug.BuildInfo{
		Main: debug.Module{Path: "dns01", Version: "v1.2.3"},
		Deps: []*debug.Module{
			{Path: "example.com/a", Version: "v1.0.0", Sum: "h1:aaaa"},
			{Path: "example.com/b", Version: "v2.0.0", Sum: "h1:bbbb", Replace: &debug.Module{Path: "example.org/fork", Version: "v2.0.1", Sum: "h1:cccc"}},
		},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
			{Key: "vcs.time", Value: "2026-11-30T10:00:00Z"},
			{Key: "vcs.modified", Value: "false"},
		},
	}
}

// What a report of a bug has to name: which sources, which modules, how old
// the facts are.
func TestVersionJSON(t *testing.T) {
	p, stdout, _ := newProgram(t, "version", "--json")
	p.build = built()
	if status := p.run(t.Context()); status != statusOK {
		t.Fatal(status)
	}
	var got map[string]any
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	data, _ := got["data"].(map[string]any)
	delete(got, "data")
	want := map[string]any{
		"schema": 1.0, "name": "dns01", "version": "v1.2.3",
		"commit": "0123456789abcdef0123456789abcdef01234567", "commit_time": "2026-11-30T10:00:00Z", "modified": false,
		"go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
		"modules": []any{
			map[string]any{"path": "example.com/a", "version": "v1.0.0", "sum": "h1:aaaa"},
			map[string]any{"path": "example.org/fork", "version": "v2.0.1", "sum": "h1:cccc"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, day := range []string{"root_hints", "cas_read", "providers_read", "resolvers_read"} {
		if s, _ := data[day].(string); !regexp.MustCompile(`^20\d\d-[01]\d-[0-3]\d$`).MatchString(s) {
			t.Errorf("data.%s is %q, no day", day, s)
		}
	}
	if tags, _ := data["root_trust_anchors"].([]any); !slices.Contains(tags, any(20326.0)) {
		t.Errorf("the root's key 20326 is not among the trust anchors %v", tags)
	}
	if n, _ := data["cas"].(float64); int(n) != len(caIDs()) {
		t.Errorf("%v CAs, want %d", n, len(caIDs()))
	}
}

// The line says the version, or the commit where there is none.
func TestVersionLine(t *testing.T) {
	end := " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
	devel := built()
	devel.Main.Version = "(devel)"
	changed := built()
	changed.Main.Version, changed.Settings[2].Value = "", "true"
	tests := []struct {
		name  string
		build *debug.BuildInfo
		want  string
	}{
		{"a release", built(), "dns01 v1.2.3"},
		{"a work tree", devel, "dns01 devel (0123456789ab)"},
		{"a work tree with changes", changed, "dns01 devel (0123456789ab, modified)"},
		{"unknown", nil, "dns01 devel"},
	}
	for _, tt := range tests {
		p, stdout, _ := newProgram(t, "version")
		p.build = tt.build
		if p.run(t.Context()); stdout.String() != tt.want+end {
			t.Errorf("%s: %q, want %q", tt.name, strings.TrimSpace(stdout.String()), tt.want)
		}
	}
}

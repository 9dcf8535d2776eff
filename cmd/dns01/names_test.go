package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNames(t *testing.T) {
	list := filepath.Join(t.TempDir(), "names")
	text := "one.example  *.one.example # both\n# comment\n\ntwo.example,three.example\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		in   string
		want []string
	}{
		{"arguments", []string{"Example.COM", `\*.example.com`}, "", []string{"example.com", "*.example.com"}},
		{"commas", []string{"a.example,b.example,", "c.example"}, "", []string{"a.example", "b.example", "c.example"}},
		{"a file after arguments", []string{"zero.example", "-f", list}, "",
			[]string{"zero.example", "one.example", "*.one.example", "two.example", "three.example"}},
		{"the standard input", []string{"-f", "-"}, "a.example\r\nb.example\r\n", []string{"a.example", "b.example"}},
	}
	for _, tt := range tests {
		f := newFlags("check")
		if err := f.parse(tt.args); err != nil {
			t.Fatal(err)
		}
		p, _, _ := newProgram(t)
		p.stdin = strings.NewReader(tt.in)
		got, err := p.names(f, f.Args())
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n-want +got:\n%s", tt.name, err, diff)
		}
	}
}

// A file that is far too large is not read into memory.
func TestRootsWithoutEndAreRefused(t *testing.T) {
	long := filepath.Join(t.TempDir(), "long")
	write(t, long, "")
	if err := os.Truncate(long, 1<<30); err != nil { // it takes no room
		t.Skip(err)
	}
	for _, flag := range []string{"--root-hints", "--trust-anchor"} {
		run := ranWith(t, nil, "check", "example.com", flag, long)
		if run.status != statusUsage || !strings.Contains(run.stderr.String(), "longer than") {
			t.Errorf("%s: status %d: %s", flag, run.status, &run.stderr)
		}
	}
}

func TestAListWithoutEndIsRefused(t *testing.T) {
	long := strings.NewReader(strings.Repeat("a.example\n", maxNameList/8))
	if _, err := namesIn(long, "it"); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("error %v", err)
	}
}

func TestValues(t *testing.T) {
	names := []string{"example.com", "*.example.com"}
	tests := []struct {
		name   string
		values []string
		want   map[string][]string
	}{
		{"for all", []string{"abc", "d_-f"}, map[string][]string{"": {"abc", "d_-f"}}},
		{"by name", []string{"example.com=abc", `\*.Example.com=def`, "example.com=x=y="},
			map[string][]string{"example.com": {"abc", "x=y="}, "*.example.com": {"def"}}},
		{"an equals sign within", []string{"a=b"}, map[string][]string{"": {"a=b"}}},
		{"quotes are part of it", []string{`"v=spf1 a.b=c"`}, map[string][]string{"": {`"v=spf1 a.b=c"`}}},
	}
	for _, tt := range tests {
		f := newFlags("check")
		f.values = tt.values
		got, err := f.expected(names)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n-want +got:\n%s", tt.name, err, diff)
		}
	}
}

func FuzzNameFrom(f *testing.F) {
	for _, s := range []string{"", "example.com", `\*.example.com`, "bücher.example", "https://x", "a b", "\x00", "xn--", strings.Repeat("a.", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := nameFrom(s)
		if err == nil && name == "" {
			t.Errorf("%q became the empty name", s)
		}
	})
}

func FuzzNamesIn(f *testing.F) {
	f.Add("a.example b.example # c\n*.d.example,e.example\n")
	f.Add("\x00,\n,,#")
	f.Fuzz(func(t *testing.T, s string) {
		names, err := namesIn(strings.NewReader(s), "it")
		if err == nil && len(names) == 0 {
			t.Error("neither names nor an error")
		}
	})
}

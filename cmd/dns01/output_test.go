package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

// formatWorlds are the worlds whose reports are kept in every format: each
// verdict, each stage of a refusal, and the odd ones.
var formatWorlds = []string{
	"healthy-preflight", "stale-secondary", "all-lame", "caa-forbids", "caa-forbids-wildcard", "tld-hiccup", "port53-blocked",
	"deadline-too-short", "dnssec-ds-stale", "name-is-public-suffix", "alias-slots-exceeded", "challenge-value-in-hexadecimal",
	"domain-not-registered", "silent-server", "healthy-unicode-name", "perspectives-two-fail",
}

var endings = map[string]string{
	"json": ".json", "markdown": ".md", "html": ".html", "junit": ".xml", "sarif": ".sarif", "github": ".github", "nagios": ".nagios", "prometheus": ".prom",
}

// Every format, of the program as a whole: what a pipeline reads.
func TestFormatsOfWorlds(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "reports", "worlds")
	for _, world := range formatWorlds {
		for format, ending := range endings {
			t.Run(world+ending, func(t *testing.T) {
				run := playedIn(t, world, "--format", format)
				golden(t, filepath.Join(dir, world+ending), run.stdout.Bytes())
				if run.stderr.Len() > 0 {
					t.Errorf("stderr: %s", &run.stderr)
				}
			})
		}
	}
}

// playedIn is a demo in virtual time, with nothing left to chance.
func playedIn(t *testing.T, world string, flags ...string) *played {
	t.Helper()
	return ranWith(t, nil, append([]string{"demo", world}, flags...)...)
}

// ranWith runs the program in virtual time.
func ranWith(t *testing.T, env map[string]string, args ...string) *played {
	t.Helper()
	var r played
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newProgram(t, args...)
		p.stdout, p.stderr = &r.stdout, &r.stderr
		p.env = func(v string) string { return env[v] }
		p.rand = unchanging()
		r.status = p.run(t.Context())
	})
	return &r
}

func TestExitStatusFollowsTheLimit(t *testing.T) {
	tests := []struct {
		flags                                  string
		ready, risk, retry, blocked, notLooked int
	}{
		{"", 0, 0, 75, 1, 3},
		{"--strict", 0, 1, 75, 1, 3},
		{"--fail-on error", 0, 0, 75, 1, 0},
		{"--fail-on warning", 0, 1, 75, 1, 0},
		{"--fail-on unknown", 0, 0, 75, 1, 3},
		{"--fail-on error,warning,unknown", 0, 1, 75, 1, 3},
		{"--fail-on never", 0, 0, 0, 0, 0},
		{"--nagios", 0, 1, 1, 2, 3},
		{"--nagios --strict", 0, 2, 2, 2, 3},
	}
	for _, tt := range tests {
		got := []int{}
		for _, world := range []string{"healthy", "stale-secondary", "tld-hiccup", "caa-forbids", "port53-blocked"} {
			got = append(got, playedIn(t, world, strings.Fields(tt.flags)...).status)
		}
		if want := []int{tt.ready, tt.risk, tt.retry, tt.blocked, tt.notLooked}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tt.flags, got, want)
		}
	}
}

func TestSeveralOrdersAreJudgedInOneRun(t *testing.T) {
	list := filepath.Join(t.TempDir(), "names.txt")
	write(t, list, "# ours\nexample.com\n*.example.com\n\nmissing.example.com # theirs\n")
	run := ranWith(t, nil, "check", "--demo", "caa-forbids", "--json", "-f", list)
	var d struct {
		Schema  int
		Verdict check.Verdict
		Orders  []struct {
			Verdict     check.Verdict
			Identifiers []struct{ Identifier string }
		}
	}
	if err := json.Unmarshal(run.stdout.Bytes(), &d); err != nil {
		t.Fatalf("%v\n%s", err, &run.stdout)
	}
	if d.Schema != 1 || d.Verdict != check.Blocked || len(d.Orders) != 2 || len(d.Orders[0].Identifiers) != 2 || run.status != statusBlocked {
		t.Errorf("status %d, %+v", run.status, d)
	}
	github := ranWith(t, nil, "check", "--demo", "caa-forbids", "--format", "github", "-f", list)
	for _, want := range []string{",line=2::", ",line=5::"} {
		if !strings.Contains(github.stdout.String(), want) {
			t.Errorf("%s is missing in:\n%s", want, &github.stdout)
		}
	}
	text := ranWith(t, nil, "check", "--demo", "caa-forbids", "-f", list)
	if n := strings.Count(text.stdout.String(), "\n\nBLOCKED ") + strings.Count(text.stdout.String()[:8], "BLOCKED "); n != 2 {
		t.Errorf("%d verdicts:\n%s", n, &text.stdout)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOutputsGoToTheirFiles(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.prom")
	write(t, old, "something longer than what comes, by far\n")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(old, link); err != nil {
		t.Fatal(err)
	}
	defer umask(umask(0o022))
	run := playedIn(t, "caa-forbids", "--output", "sarif="+dir+"/a.sarif", "--output", "prometheus="+link, "--output", "text="+dir+"/a=b.txt", "-q")
	if run.stdout.String() != "blocked\n" || run.status != statusBlocked || run.stderr.Len() > 0 {
		t.Errorf("status %d, stdout %q, stderr %q", run.status, &run.stdout, &run.stderr)
	}
	if !strings.Contains(read(t, dir+"/a.sarif"), `"version": "2.1.0"`) || !strings.HasPrefix(read(t, dir+"/a=b.txt"), "BLOCKED  ") {
		t.Error("the files do not hold what was asked for")
	}
	if !strings.HasPrefix(read(t, old), "# HELP dns01_") {
		t.Errorf("behind the link: %s", read(t, old))
	}
	if target, err := os.Readlink(link); err != nil || target != old {
		t.Errorf("the link became %q, %v", target, err)
	}
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"a.sarif", "a=b.txt", "link", "old.prom"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if info, err := os.Stat(dir + "/a.sarif"); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("another user could not read it: %v, %v", info.Mode(), err)
	}
}

func TestOneOutputMayBeTheStandardOutput(t *testing.T) {
	run := playedIn(t, "healthy", "--output", "nagios=-")
	if !strings.HasPrefix(run.stdout.String(), "DNS01 OK - ") || strings.Count(run.stdout.String(), "\n") != 1 {
		t.Errorf("stdout: %s", &run.stdout)
	}
}

func TestAnOutputThatFailsIsToldAndNoSuccess(t *testing.T) {
	dir := t.TempDir()
	full := filepath.Join(dir, "full")
	if err := os.Symlink("/dev/full", full); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	run := playedIn(t, "healthy", "--json", "--output", "sarif="+full, "--output", "junit="+dir+"/j.xml")
	if run.status != statusUnknown || !strings.Contains(run.stderr.String(), full) && !strings.Contains(run.stderr.String(), "/dev/full") {
		t.Errorf("status %d, stderr %s", run.status, &run.stderr)
	}
	if !json.Valid(run.stdout.Bytes()) || !strings.Contains(run.stdout.String(), `"verdict": "ready"`) {
		t.Errorf("the document on stdout is broken:\n%s", &run.stdout)
	}
	if !strings.Contains(read(t, dir+"/j.xml"), "<testsuites>") {
		t.Error("the other output was not written")
	}
}

func TestGitHubActionsGetSummaryAndVariables(t *testing.T) {
	dir := t.TempDir()
	env := map[string]string{"GITHUB_STEP_SUMMARY": dir + "/summary", "GITHUB_OUTPUT": dir + "/output"}
	write(t, env["GITHUB_OUTPUT"], "before=1\n")
	run := ranWith(t, env, "demo", "caa-forbids", "--format", "github")
	if run.status != statusBlocked || !strings.HasPrefix(run.stdout.String(), "::notice title=") {
		t.Errorf("status %d, stdout %s", run.status, &run.stdout)
	}
	if !strings.HasPrefix(read(t, env["GITHUB_STEP_SUMMARY"]), "### BLOCKED\n") {
		t.Errorf("summary: %s", read(t, env["GITHUB_STEP_SUMMARY"]))
	}
	form := regexp.MustCompile(`^before=1\nverdict<<dns01_[0-9a-f]{32}\nblocked\ndns01_[0-9a-f]{32}\nsummary<<`)
	if got := read(t, env["GITHUB_OUTPUT"]); !form.MatchString(got) {
		t.Errorf("variables: %s", got)
	}
	if run := ranWith(t, env, "demo", "healthy"); run.status != statusOK || strings.Contains(read(t, env["GITHUB_STEP_SUMMARY"]), "READY") {
		t.Error("a run in another format wrote a summary")
	}
}

func TestTheDelimiterCannotBeGuessed(t *testing.T) {
	p, _, _ := newProgram(t)
	if a, b := p.delimiter(), p.delimiter(); a == b {
		t.Errorf("%s twice", a)
	}
}

// Each line is a document; the last one is the report.
func TestJSONLinesStream(t *testing.T) {
	run := playedIn(t, "stale-secondary", "--format", "jsonl")
	lines := bytes.Split(bytes.TrimSuffix(run.stdout.Bytes(), []byte("\n")), []byte("\n"))
	events := map[string]int{}
	for _, l := range lines {
		var d struct {
			Schema  int
			Event   string
			Verdict check.Verdict
		}
		if err := json.Unmarshal(l, &d); err != nil || d.Schema != 1 {
			t.Fatalf("%v in %s", err, l)
		}
		events[d.Event+string(d.Verdict)]++
	}
	if events["start"] != 1 || events["at_risk"] != 1 || events["exchange"] != len(lines)-2 || len(lines) < 10 {
		t.Errorf("%v", events)
	}
	if !bytes.HasPrefix(lines[0], []byte(`{"schema":1,"event":"start"`)) || !bytes.Contains(lines[len(lines)-1], []byte(`"verdict":"at_risk"`)) {
		t.Errorf("first %s\nlast %s", lines[0], lines[len(lines)-1])
	}
}

func TestErrorsAreInTheFormatAskedFor(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		env    map[string]string
		status int
		want   string // beginning of stdout
	}{
		{"JSON", []string{"check", "--json", "--nonsense"}, nil, statusUsage, `{"schema":1,"tool":{"name":"dns01","version":"devel"},"error":{"kind":"usage","message":"unknown flag --nonsense`},
		{"JSON by format", []string{"--format", "json", ""}, nil, statusUsage, `{"schema":1,`},
		{"JSON lines", []string{"a.example", "--format=jsonl", "--ca", "x"}, nil, statusUsage, `{"schema":1,`},
		{"JSON by the environment", []string{"check"}, map[string]string{"DNS01_JSON": "1"}, statusUsage, `{"schema":1,`},
		{"JSON switched off", []string{"check", "--json=false"}, map[string]string{"DNS01_JSON": "1"}, statusUsage, ""},
		{"JSON after the flags end", []string{"check", "--", "--json", ""}, nil, statusUsage, ""},
		{"text", []string{"check"}, nil, statusUsage, ""},
		{"Nagios", []string{"--nagios", "--ca", "x|y", "a.example"}, nil, 3, `DNS01 UNKNOWN - --ca "x\124y" is not known`},
		{"JSON and Nagios", []string{"a.example", "--json", "--nagios"}, nil, 3, "DNS01 UNKNOWN - --json and --nagios contradict each other"},
		{"another command", []string{"lookup", "--json", ""}, nil, statusUsage, `{"schema":1,`},
	}
	for _, tt := range tests {
		run := ranWith(t, tt.env, tt.args...)
		if run.status != tt.status || !strings.HasPrefix(run.stdout.String(), tt.want) || tt.want == "" && run.stdout.Len() > 0 || run.stderr.Len() == 0 {
			t.Errorf("%s: status %d, stdout %q, stderr %q", tt.name, run.status, &run.stdout, &run.stderr)
		}
		if strings.HasPrefix(tt.want, "{") && !json.Valid(run.stdout.Bytes()) {
			t.Errorf("%s: no JSON: %s", tt.name, &run.stdout)
		}
	}
}

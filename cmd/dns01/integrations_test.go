package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// top is the top of the tree.
var top = filepath.Join("..", "..")

// inShell runs a script as a pipeline's runner does, with this test's binary
// as dns01, in a folder; the variables come on top of PATH alone.
func inShell(t *testing.T, dir string, env map[string]string, script string, args ...string) (status int, output string) {
	t.Helper()
	cmd := exec.Command("bash", append([]string{"--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(ownEnvironment(), "HOME="+dir)
	for k, v := range env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, string(out)
}

// An action is what its file says of itself.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
	}
	Outputs map[string]struct {
		Description string
		Value       string
	}
	Runs struct {
		Using string
		Steps []struct {
			ID, Uses, Shell, Run string
			Env                  map[string]string
		}
	}
}

// expression is ${{ inputs.NAME }} of a workflow.
var expression = regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+) \}\}`)

// runAction runs the last step of the action, in a folder, with inputs, as a
// runner does: expressions are replaced in the environment, and nowhere else.
func runAction(t *testing.T, dir string, inputs map[string]string) (status int, output string) {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join(top, ".github", "actions", "dns01"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(folder, "action.yml"))), &a); err != nil {
		t.Fatal(err)
	}
	step := a.Runs.Steps[len(a.Runs.Steps)-1]
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": folder, "RUNNER_TEMP": dir, "CI": "true",
		"GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
	}
	for name, value := range step.Env {
		env[name] = expression.ReplaceAllStringFunc(value, func(x string) string {
			input := expression.FindStringSubmatch(x)[1]
			if v, given := inputs[input]; given {
				return v
			}
			return a.Inputs[input].Default
		})
	}
	if v, given := inputs["DNS01_DEMO"]; given {
		env["DNS01_DEMO"] = v
	}
	program, err := exec.LookPath("dns01")
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Symlink(program, filepath.Join(dir, "dns01"))
	if step.Shell != "bash" || strings.Contains(step.Run, "${{") {
		t.Errorf("the step lets its inputs be run: %s", step.Run)
	}
	return inShell(t, dir, env, step.Run)
}

func TestTheActionChecksNames(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "names.txt"), "# ours\n\nwww.example.com\n")
	status, out := runAction(t, dir, map[string]string{"DNS01_DEMO": "caa-forbids", "file": "names.txt", "sarif": "a b.sarif", "junit": "j.xml"})
	if status != statusBlocked || !strings.Contains(out, "[caa-forbids],file=names.txt,line=3::") {
		t.Errorf("status %d:\n%s", status, out)
	}
	for file, want := range map[string]string{
		"output": "\nblocked\n", "summary": "### BLOCKED\n", "a b.sarif": `"uri": "names.txt"`, "j.xml": "<testsuites>",
	} {
		if got := read(t, filepath.Join(dir, file)); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", file, want, got)
		}
	}
}

func TestTheActionsInputs(t *testing.T) {
	tests := []struct {
		name   string
		inputs map[string]string
		status int
		want   string
	}{
		{"names over lines", map[string]string{"names": "example.com\n  *.example.com\n"}, 0, "READY"},
		{"more arguments", map[string]string{"names": "example.com", "args": "--challenge\ndns-01\n"}, 0, "READY"},
		{"another limit", map[string]string{"names": "missing.invalid", "fail-on": "never"}, 0, "BLOCKED"},
		{"no names", map[string]string{"DNS01_DEMO": ""}, 2, "no names given"},
		{"a name that looks like a flag", map[string]string{"names": "--output=sarif=owned"}, 1, `refuses "--output=sarif=owned"`},
		{"a name that looks like a variable", map[string]string{"names": "$HOME.invalid"}, 1, `refuses "$home.invalid"`},
		{"more arguments that look like commands", map[string]string{"names": "example.com", "args": "--account\n$(touch owned);`touch owned`"}, 2, `"$(touch owned);` + "`touch owned`"},
		{"a name that looks like a pattern", map[string]string{"names": "*.example.com"}, 0, "::*.example.com: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, given := tt.inputs["DNS01_DEMO"]; !given {
				tt.inputs["DNS01_DEMO"] = "healthy-preflight"
			}
			status, out := runAction(t, dir, tt.inputs)
			if status != tt.status || !strings.Contains(out, tt.want) {
				t.Errorf("status %d, want %d and %q:\n%s", status, tt.status, tt.want, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "owned")); err == nil {
				t.Error("an input was run")
			}
		})
	}
}

// What the action promises as outputs has to be what the program writes.
func TestTheActionsOutputs(t *testing.T) {
	var a action
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(top, ".github", "actions", "dns01", "action.yml"))), &a); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	env := map[string]string{"GITHUB_OUTPUT": filepath.Join(dir, "output")}
	ranWith(t, env, "demo", "healthy", "--format", "github")
	written := regexp.MustCompile(`(?m)^([a-z-]+)<<dns01_`).FindAllStringSubmatch(read(t, env["GITHUB_OUTPUT"]), -1)
	if len(written) != len(a.Outputs) || len(written) == 0 {
		t.Errorf("%d outputs written, %d described", len(written), len(a.Outputs))
	}
	for _, w := range written {
		if got, want := a.Outputs[w[1]].Value, "${{ steps.check.outputs."+w[1]+" }}"; got != want {
			t.Errorf("%s is %q, want %q", w[1], got, want)
		}
	}
}

// The action builds what it runs.
func TestTheActionBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	var a action
	folder, err := filepath.Abs(filepath.Join(top, ".github", "actions", "dns01"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(folder, "action.yml"))), &a); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	env := map[string]string{"GITHUB_ACTION_PATH": folder, "RUNNER_TEMP": dir}
	for _, v := range []string{"GOFLAGS", "GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GONOSUMDB", "GONOSUMCHECK", "GOSUMDB"} {
		out, err := exec.Command("go", "env", v).Output()
		if err != nil {
			t.Fatal(err)
		}
		env[v] = strings.TrimSpace(string(out))
	}
	for _, step := range a.Runs.Steps {
		if step.ID != "build" {
			continue
		}
		if status, out := inShell(t, dir, env, step.Run); status != 0 {
			t.Fatalf("status %d:\n%s", status, out)
		}
		if status, out := inShell(t, dir, nil, `"$0"/dns01 demo healthy -q`, dir); status != 0 || out != "ready\n" {
			t.Errorf("status %d: %s", status, out)
		}
	}
}

func TestTheGitLabJob(t *testing.T) {
	var jobs map[string]struct {
		Image, Stage string
		Variables    map[string]string
		BeforeScript []string `yaml:"before_script"`
		Script       []string
		AllowFailure struct {
			ExitCodes []int `yaml:"exit_codes"`
		} `yaml:"allow_failure"`
		Artifacts struct {
			When    string
			Paths   []string
			Reports struct{ JUnit string }
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(top, "docs", "ci", "gitlab-ci.yml"))), &jobs); err != nil {
		t.Fatal(err)
	}
	job := jobs["dns01"]
	tests := []struct {
		world  string
		status int
	}{{"healthy", 0}, {"caa-forbids", 1}, {"dnssec-not-yet-valid", 75}, {"no-network", 3}}
	for _, tt := range tests {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "names.txt"), "www.example.com\n")
		job.Variables["DNS01_DEMO"] = tt.world
		status, out := inShell(t, dir, job.Variables, strings.Join(job.Script, "\n"))
		if status != tt.status {
			t.Errorf("%s: status %d, want %d:\n%s", tt.world, status, tt.status, out)
		}
		for _, file := range append(job.Artifacts.Paths, job.Artifacts.Reports.JUnit) {
			if read(t, filepath.Join(dir, file)) == "" {
				t.Errorf("%s: %s is empty", tt.world, file)
			}
		}
	}
	if got := job.AllowFailure.ExitCodes; len(got) != 2 || got[0] != statusUnknown || got[1] != statusRetry {
		t.Errorf("allowed to fail: %v", got)
	}
}

func TestTheGitHook(t *testing.T) {
	hook, err := filepath.Abs(filepath.Join(top, "docs", "ci", "pre-commit"))
	if err != nil {
		t.Fatal(err)
	}
	const repository = `git init -q . && git config user.email a@b.example && git config user.name a &&
cp "$0" .git/hooks/pre-commit && mkdir -p "a b" && echo www.example.com >"a b/names.txt" && git add . && git commit -qm names`
	tests := []struct {
		world  string
		passes bool
	}{{"healthy", true}, {"caa-forbids", false}, {"no-network", true}}
	for _, tt := range tests {
		status, out := inShell(t, t.TempDir(), map[string]string{"DNS01_DEMO": tt.world}, repository, hook)
		if passes := status == 0; passes != tt.passes {
			t.Errorf("%s: status %d\n%s", tt.world, status, out)
		}
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "one"), "www.example.com\n")
	if status, out := inShell(t, dir, map[string]string{"DNS01_DEMO": "caa-forbids"}, `"$0" one`, hook); status != statusBlocked {
		t.Errorf("called with a file: status %d\n%s", status, out)
	}
}

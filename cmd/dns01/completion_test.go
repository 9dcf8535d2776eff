package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dns01/testdata"
)

// completions are what a shell has to offer at the end of a line: all of want,
// and nothing of not.
var completions = []struct {
	line      string
	want, not []string
}{
	{line: "dns01 ", want: []string{"check", "wait", "completion", "help"}, not: []string{"--json"}},
	{line: "dns01 ver", want: []string{"version"}, not: []string{"check"}},
	{line: "dns01 check --", want: []string{"--value", "--fail-on", "--json", "--demo"}, not: []string{"--print-hook", "--machines"}},
	{line: "dns01 example.com --no-", want: []string{"--no-probe", "--no-caches"}, not: []string{"--json"}},
	{line: "dns01 wait --print-hook ", want: []string{"certbot", "lego", "acme.sh"}, not: []string{"check"}},
	{line: "dns01 check --ca letsenc", want: []string{"letsencrypt", "letsencrypt-staging"}, not: []string{"zerossl"}},
	{line: "dns01 check --format ", want: []string{"sarif", "prometheus"}, not: []string{"auto"}},
	{line: "dns01 lookup --format ", want: []string{"text", "json"}, not: []string{"sarif"}},
	{line: "dns01 demo stale-", want: []string{"stale-secondary"}, not: []string{"healthy"}},
	{line: "dns01 caa --demo caa-for", want: []string{"caa-forbids"}, not: []string{"healthy"}},
	{line: "dns01 explain caa-for", want: []string{"caa-forbids"}},
	{line: "dns01 help ba", want: []string{"batch"}},
	{line: "dns01 replay run", want: []string{"run.txt"}},
	{line: "dns01 check --file na", want: []string{"names.txt"}},
	{line: "dns01 completion ", want: []string{"bash", "zsh", "fish", "powershell"}, not: []string{"check"}},
}

// completionShells load what "dns01 completion" prints for them and write what
// they offer at the end of each line of the standard input, one word a line,
// with "=" before the words of the next. PowerShell is not to be had from
// Debian: that its script loads nobody has tried here.
var completionShells = map[string]string{
	"bash": `source ./script
while IFS= read -r line; do
	read -ra COMP_WORDS <<<"$line"
	[[ $line != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_dns01
	printf '=\n'
	printf '%s\n' "${COMPREPLY[@]}"
done`,
	"fish": `source ./script
while read -l line
	echo =
	complete -C "$line"
end`,
	// A second zsh, with a terminal, completes; compadd tells what it offers.
	// The key that clears a line is one that the terminal leaves alone.
	"zsh": `zmodload zsh/zpty
zpty shell 'PS1= TERM=dumb zsh -f -i'
zpty -w shell 'autoload -Uz compinit; compinit -u -D; source ./script
compadd() {
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
	local -a __offered; builtin compadd -A __offered "$@"; print -rl -- $__offered >>offered
}
LISTMAX=0; zstyle ":completion:*" insert-tab false
bindkey "^I" complete-word; bindkey "^X" kill-whole-line'
settled() { zpty -w shell 'print o""k.'; zpty -r shell out '*ok.*'; }
settled
while IFS= read -r line; do
	print = >>offered
	zpty -w -n shell "$line"$'\t\030'
	settled
done
cat offered`,
}

func TestCompletionsLoadInTheirShells(t *testing.T) {
	var lines strings.Builder
	for _, c := range completions {
		lines.WriteString(c.line + "\n")
	}
	for shell, load := range completionShells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(needProgram(t, shell), "-c", load)
			cmd.Dir = completionFolder(t, shell)
			cmd.Env = append(os.Environ(), "HOME="+cmd.Dir, "XDG_CONFIG_HOME="+cmd.Dir)
			cmd.Stdin = strings.NewReader(lines.String())
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			offers := strings.Split(string(out), "=\n")[1:]
			if len(offers) != len(completions) {
				t.Fatalf("%d lines of %d answered:\n%s", len(offers), len(completions), out)
			}
			for i, c := range completions {
				offered := words(offers[i])
				for _, w := range c.want {
					if !slices.Contains(offered, w) {
						t.Errorf("%q: %s is not offered, but %q", c.line, w, offered)
					}
				}
				for _, w := range c.not {
					if slices.Contains(offered, w) {
						t.Errorf("%q: %s is offered", c.line, w)
					}
				}
			}
		})
	}
}

// words are the lines of a list, without what fish says about them.
func words(list string) []string {
	var ws []string
	for line := range strings.Lines(list) {
		word, _, _ := strings.Cut(strings.TrimRight(line, "\r\n "), "\t")
		ws = append(ws, word)
	}
	return ws
}

// completionFolder has the script of a shell, and files to complete.
func completionFolder(t *testing.T, shell string) string {
	t.Helper()
	dir := t.TempDir()
	p, stdout, stderr := newProgram(t, "completion", shell)
	if p.run(t.Context()) != statusOK {
		t.Fatal(stderr)
	}
	for name, text := range map[string][]byte{"script": stdout.Bytes(), "run.txt": nil, "names.txt": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// needProgram is where a program is. Without it the test is skipped, unless
// nothing may be missing.
func needProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("DNS01_REQUIRE_SERVERS") == "1" {
		t.Fatalf("%s is not installed", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// PowerShell's script can at least be held to have everything, and to close
// what it opens.
func TestCompletionForPowerShell(t *testing.T) {
	p, stdout, _ := newProgram(t, "completion", "pwsh")
	if p.run(t.Context()) != statusOK {
		t.Fatal("no completion")
	}
	text := stdout.String()
	for _, want := range append(slices.Clone(commandNames), testdata.Scenarios()...) {
		if !strings.Contains(text, "'"+want+"'") {
			t.Errorf("%s is missing", want)
		}
	}
	for _, pair := range []string{"{}", "()", "[]"} {
		bare := outsideQuotes(text)
		if open, closed := strings.Count(bare, pair[:1]), strings.Count(bare, pair[1:]); open != closed {
			t.Errorf("%d %c and %d %c", open, pair[0], closed, pair[1])
		}
	}
}

// outsideQuotes is a script without what stands between single quotes.
func outsideQuotes(text string) string {
	var bare strings.Builder
	for i, part := range strings.Split(text, "'") {
		if i%2 == 0 {
			bare.WriteString(part)
		}
	}
	return bare.String()
}

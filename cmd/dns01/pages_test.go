package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
	"dns01/resolver/lab"
)

// pageWorlds are the worlds that commands of the pages ask, as if each were the
// Internet; the others ask that of healthy-preflight.
var pageWorlds = map[string]string{
	"dns01 check example.com --value _uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8": "stale-secondary",
	"dns01 lookup _acme-challenge.example.com TXT":                                "healthy",
	"dns01 lookup example.com CAA --trace":                                        "healthy",
	"dns01 wait --value _uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8 example.com":  "propagation-slow",
	"dns01 check example.com www.example.com mail.example.com":                    "alias-slots-exceeded",
}

// pageStatus are commands of the pages that end with another status than 0.
var pageStatus = map[string]int{
	"dns01 replay run.txt --ca zerossl --account https://acme.zerossl.com/v2/DV90/account/1": statusBlocked,
	"dns01 demo challenge-misplaced":                           statusBlocked,
	"dns01 demo perspectives-two-fail":                         statusBlocked,
	"dns01 demo alias-third-value-lost":                        statusBlocked,
	"dns01 check example.com www.example.com mail.example.com": statusBlocked,
	"dns01 plan --machines 12 --alias d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example.net example.com '*.example.com'": statusBlocked,
}

// notTried are the commands of the pages that a test cannot run, by how they
// begin, and why.
var notTried = map[string]string{
	"go run ./cmd/dns01":              "TestREADME has the demo; .ci/run runs it as it stands",
	"go build":                        ".ci/run builds it",
	"go test":                         "it is this, or a part of it",
	"DNS01_REQUIRE_SERVERS=1 go test": "likewise",
	"go tool pprof":                   "it reads what a month of TestSoakWatch leaves",
	"go generate":                     ".ci/run runs it",
	".ci/run":                         "it runs this",
	"scripts/ratios":                  "it is BenchmarkLoad; TestRatios holds what is promised of it",
	"scripts/batch-memory":            "it is BenchmarkBatch, for many minutes",
	"scripts/soak":                    "it takes an hour and root; TestSoakRule holds its rule",
	"scripts/compare":                 "it measures, and takes root and a machine of its own",
	"scripts/fuzz":                    ".ci/run does, for a second a target",
	"apt-get":                         "it takes root and a network; .ci/run installs the same",
	"certbot":                         "TestRealHooks runs certbot",
	"EXEC_PATH":                       "TestRealHooks runs lego",
	"dehydrated":                      "TestRealHooks runs dehydrated",
	"acmetool":                        "TestRealHooks runs acmetool",
	"acme.sh":                         "there is no package of acme.sh; TestHookScripts calls the functions",
	"dns01 agent":                     "it takes a NATS server; TestCheckAppliesTheQuorumToAgents has one",
	"dns01 check --demo perspectives-two-fail": "likewise",
	"dns01 batch orders.txt --nats":            "likewise, TestBatchOverAgents",
	"dns01 check --vantage":                    "it takes an engine elsewhere; TestVantage has one",
	"DNS01_OPEN_MPIC_HEADER":                   "likewise",
	"dns01 tui":                                "it takes a terminal; TestTUIOnATerminal has one",

	"dns01 watch":                "it does not end; TestWatchProcess runs it",
	"curl http://127.0.0.1:9953": "TestMonitoringPage asks a watch the same",
}

// A fence is a block of code of a page.
type fence struct {
	language, text string
}

var fences = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

func fencesOf(page string) []fence {
	var fs []fence
	for _, m := range fences.FindAllStringSubmatch(page, -1) {
		fs = append(fs, fence{m[1], m[2]})
	}
	return fs
}

// commands are the lines of a block of shell commands, those that go on with a
// backslash joined, without comments.
func (f fence) commands() []string {
	var cs []string
	text := regexp.MustCompile(`\\\n\s*`).ReplaceAllString(f.text, "")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(regexp.MustCompile(`(^|\s+)#.*`).ReplaceAllString(line, ""))
		if line != "" {
			cs = append(cs, line)
		}
	}
	return cs
}

// pages are all that people read, by their paths.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(top, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no pages %s: %v", pattern, err)
		}
		for _, path := range paths {
			found[strings.TrimPrefix(path, top+"/")] = read(t, path)
		}
	}
	return found
}

// What the pages show has to be what the program prints: blocks "console" are
// a command after "$ " and its output.
func TestPagesShowWhatIsPrinted(t *testing.T) {
	for path, page := range pages(t) {
		t.Run(path, func(t *testing.T) { consoleBlocksHold(t, path, page) })
	}
}

// consoleBlock is a command after "$ " and what it prints.
var consoleBlock = regexp.MustCompile("(?m)^```console\n\\$ (.*)\n((?s:.*?))^```$")

// taken is what differs from run to run: how long it took, and how many
// queries all looks of a wait, where two may ask the same at the same moment.
var taken = regexp.MustCompile(`\b\d+ ms\b|\b\d+\.\d s\b|looks, \d+ queries \(\d+ UDP`)

func consoleBlocksHold(t *testing.T, path, page string) {
	anew := consoleBlock.ReplaceAllStringFunc(page, func(block string) string {
		m := consoleBlock.FindStringSubmatch(block)
		command, shown := m[1], m[2]
		printed := printedBy(t, command)
		if taken.ReplaceAllString(shown, "N") == taken.ReplaceAllString(printed, "N") {
			return block
		}
		if !*update {
			t.Errorf("%s (-page +printed, -update to accept):\n%s", command, cmp.Diff(shown, printed))
		}
		return "```console\n$ " + command + "\n" + printed + "```"
	})
	if *update && anew != page {
		if err := os.WriteFile(filepath.Join(top, path), []byte(anew), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// printedBy returns what a command line prints in its world.
func printedBy(t *testing.T, command string) string {
	t.Helper()
	if needsShell(command) {
		t.Fatalf("a block console shows a command of dns01 alone, and not %q; other blocks of commands are sh", command)
	}
	_, printed := runOfPage(t, command)
	return printed
}

// needsShell reports whether a line is more than one command of dns01.
func needsShell(line string) bool {
	outside := regexp.MustCompile(`'[^']*'`).ReplaceAllString(line, "")
	return !strings.HasPrefix(line, "dns01 ") || strings.ContainsAny(outside, "\"|<>$`;&*?~")
}

// runOfPage runs a command line in its world, in virtual time.
func runOfPage(t *testing.T, command string) (status int, printed string) {
	t.Helper()
	words := shellWords(command)
	world := worldOfPage(t, command)
	if words[1] == "wait" && !slices.Contains(words, "--print-hook") {
		run := waitIn(t, world, words[2:]...)
		return run.status, run.stderr.String() + run.stdout.String() // in this order in time
	}
	run := runIn(t, world, words[1:]...)
	return run.status, run.stderr.String() + run.stdout.String()
}

func worldOfPage(t *testing.T, command string) *lab.Scenario {
	t.Helper()
	name := pageWorlds[command]
	if name == "" {
		name = "healthy-preflight"
	}
	s, err := scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shellWords are the words of a line without any but single quotes.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 0 {
			words = append(words, strings.Fields(part)...)
			continue
		}
		words = append(words, part)
	}
	return words
}

// What a page tells people to run has to run: each line of a block "sh", in a
// world in place of the Internet and a folder with the files it names.
func TestCommandsOfPages(t *testing.T) {
	for path, page := range pages(t) {
		t.Run(path, func(t *testing.T) {
			dir := pageFiles(t)
			t.Chdir(dir)
			for _, f := range fencesOf(page) {
				if f.language != "sh" {
					continue
				}
				for _, command := range f.commands() {
					if strings.Contains(command, "| jq ") {
						t.Run("jq", func(t *testing.T) {
							needsJQ(t)
							tryCommand(t, dir, command)
						})
						continue
					}
					tryCommand(t, dir, command)
				}
			}
		})
	}
}

func tryCommand(t *testing.T, dir, command string) {
	t.Helper()
	for begin := range notTried {
		if strings.HasPrefix(command, begin) {
			return
		}
	}
	if !strings.Contains(command, "dns01 ") {
		t.Errorf("%q: tell in notTried why a test does not run it", command)
		return
	}
	here := strings.NewReplacer(" /etc/", " ./etc/", "=/var/", "=./var/").Replace(command)
	status, out := 0, ""
	if needsShell(command) {
		world := map[string]string{"DNS01_DEMO": worldOfPage(t, command).Name}
		status, out = inShell(t, dir, world, "PATH=$PWD/bin:$PATH\n"+here)
	} else {
		status, out = runOfPage(t, here)
	}
	if status != pageStatus[command] {
		t.Errorf("%s: status %d\n%s", command, status, out)
	}
}

// Every block says what it is, and no command stands outside of one: it would
// not be tried.
func TestEveryBlockIsMarked(t *testing.T) {
	languages := []string{"console", "sh", "yaml", "json", "hcl", "text", "ini", "promql", "mermaid", "csv"}
	loose := regexp.MustCompile(`(?m)^    (\$ )?(dns01|go|apt-get|\.ci/run|certbot|curl|docker|kubectl) .*$`)
	for path, page := range pages(t) {
		for _, f := range fencesOf(page) {
			if !slices.Contains(languages, f.language) {
				t.Errorf("%s: a block is marked %q; one of %q it has to be:\n%s", path, f.language, languages, f.text)
			}
		}
		outside := fences.ReplaceAllString(page, "")
		for _, line := range loose.FindAllString(outside, -1) {
			t.Errorf("%s: a command outside of a block sh: %s", path, line)
		}
	}
}

// What a page calls by its id has to be a finding, or "dns01 explain" does not
// know what the reader is after.
func TestIDsOfPages(t *testing.T) {
	subjects := map[string]bool{}
	for _, r := range check.All() {
		first, _, _ := strings.Cut(r.ID, "-")
		subjects[first] = true
	}
	token := regexp.MustCompile("`([a-z0-9]+(?:-[a-z0-9]+)+)`")
	for _, path := range []string{"docs/troubleshooting.md", "docs/many-machines.md", "docs/acme-dns.md", "docs/limits.md"} {
		for _, m := range token.FindAllStringSubmatch(read(t, filepath.Join(top, path)), -1) {
			if first, _, _ := strings.Cut(m[1], "-"); subjects[first] && check.Find(m[1]) == nil {
				t.Errorf("%s: there is no finding %s", path, m[1])
			}
		}
	}
}

// A link that leads nowhere leaves a reader in trouble alone.
func TestLinksOfPages(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	for path, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(fences.ReplaceAllString(page, ""), -1) {
			if _, err := os.Stat(filepath.Join(top, filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s: a link to nothing: %s", path, m[1])
			}
		}
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A pane is a shell in a tmux of its own: a real pseudo-terminal, and keys as
// a person types them.
type pane struct {
	t   *testing.T
	dir string // the shell's
}

// newPane starts a shell of so many columns and lines, in which the test
// binary goes by the names of its commands.
func newPane(t *testing.T, w, h int) *pane {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("DNS01_REQUIRE_SERVERS") == "1" {
			t.Fatal("tmux is required (DNS01_REQUIRE_SERVERS=1): install it")
		}
		t.Skip("tmux is not installed: the program is not tried on a terminal")
	}
	p := &pane{t: t, dir: t.TempDir()}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(p.dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dns01", "broken-tui"} {
		if err := os.Symlink(self, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	shell := []string{"-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h), "-c", p.dir, "env"}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "DNS01_") || slices.Contains([]string{"NO_COLOR", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"}, name) {
			shell = append(shell, "-u", name) // it tells the program of another place than this
		}
	}
	p.tmux(append(shell, "PATH="+bin+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8", "PS1=READY-FOR-KEYS$ ", "ENV=", "sh")...)
	t.Cleanup(func() { _ = p.command("kill-server").Run() })
	p.sees("READY-FOR-KEYS$")
	return p
}

// command is one of tmux, whose socket is in the folder of the shell; the name of
// a socket has no room for that of the folder.
func (p *pane) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-S", "tmux"}, args...)...)
	cmd.Dir = p.dir
	return cmd
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// keys presses keys by tmux's names; what is none is typed.
func (p *pane) keys(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.tmux("send-keys", k)
	}
}

func (p *pane) types(text string) {
	p.t.Helper()
	p.tmux("send-keys", "-l", text)
}

func (p *pane) screen() string {
	p.t.Helper()
	return p.tmux("capture-pane", "-p")
}

// sees waits until the screen has all of the texts, and returns it.
func (p *pane) sees(texts ...string) string {
	p.t.Helper()
	return p.until(fmt.Sprintf("%q", texts), func(screen string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(screen, text) })
	})
}

// until waits until the screen is as it should be, and returns it.
func (p *pane) until(what string, so func(screen string) bool) string {
	p.t.Helper()
	var screen string
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if screen = p.screen(); so(screen) {
			return screen
		}
	}
	p.t.Fatalf("the screen never shows %s:\n%s", what, screen)
	return ""
}

// A person starts, walks to the finding, opens its evidence, tries a CAA
// record, watches until the world mends itself, saves and leaves.
func TestTUIOnATerminal(t *testing.T) {
	p := newPane(t, 100, 30)
	p.types("dns01 tui --demo; echo STATUS $?")
	p.keys("Enter")
	p.sees("AT RISK  example.com", "[5 Findings]", "ns2.example.com (203.0.113.1", "zone transfer of example.com")
	p.keys("Enter")
	p.sees("dig @203.0.113.1 _acme-challenge.example.com TXT", "NXDOMAIN, flags aa", "Source: RFC 8555")
	p.keys("Escape", "c")
	p.sees("will be printed at the end")

	p.keys("4", "a", "C-u")
	p.types(`0 issue ";"`)
	p.keys("Enter")
	p.sees(`0 issue ";"`, "WHAT IF: not published. The answer stays YES")
	p.keys("u", "d")
	p.sees("move to a CAA record to drop it")
	p.keys("Down")
	p.keys("d")
	golden(t, filepath.Join("testdata", "tui-what-if.screen"), []byte(bodyOf(p.sees("no CAA record at example.com"))))

	p.keys("u", "1", "w")
	p.sees("watching")
	p.keys("e")
	p.sees("READY  example.com", "What changed", "example.com: AT RISK -> READY", "NXDOMAIN -> 1 of 1")
	p.keys("w")
	p.sees("watching ended")
	p.keys("s", "Enter", "C-u")
	p.types("run.json")
	p.keys("Enter")
	p.sees("saved run.json")
	p.keys("q")
	screen := p.sees("STATUS 0", "Wait until ns2.example.com")
	if strings.Contains(screen, "[1 Names]") {
		t.Errorf("the screen is not as it was before:\n%s", screen)
	}
	saved, err := os.ReadFile(filepath.Join(p.dir, "run.json"))
	if err != nil || !strings.Contains(string(saved), `"verdict": "ready"`) {
		t.Errorf("%v: %.200s", err, saved)
	}
}

// bodyOf is a screen without its status line, which tells how long it took,
// and the keys.
func bodyOf(screen string) string {
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	return strings.Join(lines[:len(lines)-2], "\n") + "\n"
}

// A recording saved on the screen opens there again, and elsewhere.
func TestTUISavesARecording(t *testing.T) {
	p := newPane(t, 80, 24)
	p.types("dns01 tui --demo caa-forbids --ascii --color never; echo STATUS $?")
	p.keys("Enter")
	p.sees("BLOCKED  www.example.com")
	p.keys("s", "G", "Enter", "C-u")
	p.types("run.rec")
	p.keys("Enter")
	p.sees("saved run.rec")
	p.keys("q")
	p.sees("STATUS 1")
	p.types("clear; dns01 replay run.rec -q; dns01 tui --replay run.rec")
	p.keys("Enter")
	p.sees("BLOCKED  www.example.com", "[5 Findings]")
	p.keys("6")
	p.sees("[6 Exchanges]", "CAA     com")
	p.keys("q")
	p.sees("blocked")
}

// breakDown is a terminal program that meets a fault of its own in a goroutine
// of its run.
func breakDown() {
	s, err := scenario("healthy")
	if err == nil {
		p := &program{
			args: []string{"tui", "example.com", "--resolvers", "none"}, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
			env: func(string) string { return "" }, now: time.Now, screen: screen{terminal: true, width: 100, height: 30},
		}
		p.world, err = labWorld(s)
		p.world.exchanger = oddWorld{p.world.exchanger, "_acme-challenge.example.com."}
		fmt.Println("ENDED WITH:", p.run(context.Background()))
	}
	if err != nil {
		fmt.Println(err)
	}
}

// After a panic the shell can be used as before, and it is told what to report.
func TestTUIRestoresTheTerminal(t *testing.T) {
	p := newPane(t, 100, 40)
	p.types("stty -g >before; broken-tui 2>said; stty -g >after; tail -n 1 said; cmp before after && echo THE-SAME")
	p.keys("Enter")
	p.sees("ENDED WITH: 3", "dns01 itself broke down", "(an odd answer)", "\nTHE-SAME")
	said, err := os.ReadFile(filepath.Join(p.dir, "said"))
	if err != nil || !strings.Contains(string(said), "oddWorld.Exchange") {
		t.Errorf("%v, said: %s", err, said)
	}
}

// Small terminals are told what is missing, and larger ones used at once. Both
// work on a runner, where a person has opened a terminal to look after a build.
func TestTUIFollowsTheSize(t *testing.T) {
	p := newPane(t, 40, 20)
	p.types("GITHUB_ACTIONS=true dns01 tui --demo; echo STATUS $?")
	p.keys("Enter")
	p.sees("AT RISK", "40 columns are too few by 20.")
	p.tmux("resize-window", "-x", "80", "-y", "24")
	p.sees("[5 Findings]")
	p.keys("q")
	p.sees("STATUS 0")
}

// lookTold is what a table says of a look that is neither the first nor the second.
var lookTold = regexp.MustCompile(`look ([3-9]|\d\d+) after`)

// The table of a wait is drawn anew in its place, on a small terminal too,
// and leaves the screen to the report; no word is broken at the edge.
func TestWaitOnATerminal(t *testing.T) {
	p := newPane(t, 40, 22)
	p.types("clear; dns01 wait --demo healthy-many-names --interval 300ms --for 1h --value " + waitValue)
	p.keys("Enter")
	// Which looks are seen is chance: one may be drawn over before it is.
	p.until("the table of one look after another", func(screen string) bool {
		return lookTold.MatchString(screen) && strings.Count(screen, "look ") == 1 && strings.Contains(screen, "_acme-challenge.")
	})
	p.keys("C-c")
	p.sees("READY-FOR-KEYS$", "interrupted")
}

//go:build linux

package rpl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An errand is a file for TestPlay, and what it needs to play it.
type errand struct {
	File    string
	Seed    uint64 // of a drawn world, when there is no file
	Unbound string // the program
	Dir     string // for its files
	Silent  bool   // servers say nothing where the file says nothing
	Fake    bool   // the program takes SHA-1 and DSA as they are
	Trace   string // a file to write all exchanges to, if any
}

// A played file: what its questions came to, or why it was left out.
type played struct {
	File    string
	Style   string
	Left    string
	Answers []answered
}

// An answered question was asked until both sides concluded the same, or often
// enough to know that they do not.
type answered struct {
	Step     int
	Question string
	Left     string
	Tries    []comparison
}

// A comparison is what a question came to on both sides.
type comparison struct{ Ours, Theirs conclusion }

// TestRealUnboundAgrees plays replay files to a real Unbound that is set up as
// the CA's, and to our resolver and validator. Of those in testdata, all must
// come out alike. DNS01_RPL_DIR names a folder of other people's, DNS01_RPL
// which of its files ("val_*.rpl"), and DNS01_RPL_SILENT=1 has servers be
// silent where a file says nothing: what differs there has to stand in
// testdata/foreign/unbound, with the reason. DNS01_UNBOUND is the program, if it is not the
// one installed: it has to be the newest release, to which those in
// testdata/newest belong. With DNS01_RPL_FAKE=1 it is one that takes signatures
// with SHA-1 and DSA as they are (fake_sha1 and fake_dsa in val_secalgo.c), and
// plays the files that need that alone. DNS01_RPL_TRACE is a file to add all exchanges to.
func TestRealUnboundAgrees(t *testing.T) {
	e := errand{Unbound: os.Getenv("DNS01_UNBOUND"), Silent: os.Getenv("DNS01_RPL_SILENT") == "1", Fake: os.Getenv("DNS01_RPL_FAKE") == "1", Trace: os.Getenv("DNS01_RPL_TRACE")}
	if e.Unbound == "" {
		e.Unbound = program(t, "unbound")
	}
	program(t, "ip")
	if os.Geteuid() != 0 {
		unavailable(t, "networks of their own for the servers need root")
	}
	files, foreign := replayFiles(t, os.Getenv("DNS01_UNBOUND") != "")
	leaving := t.Errorf
	if foreign {
		leaving = t.Logf
	}
	list, count := readKnown(t, "unbound"), map[string]int{}
	total, left := 0, 0
	for _, f := range playAll(t, e, files) {
		if f.Left != "" {
			left++
			leaving("left  %s: %s", f.File, f.Left)
			continue
		}
		for _, a := range f.Answers {
			switch {
			case a.Left != "":
				leaving("left  %s step %d: %s", f.File, a.Step, a.Left)
				continue
			case overlap(a.Tries):
				count["agree"]++
			default:
				if k := lookUp(list, f.Style, f.File, strconv.Itoa(a.Step)); foreign && k != nil {
					count[k.class]++
					break
				}
				c := a.Tries[0]
				t.Errorf("DIFFER %s step %d %s (-Unbound +dns01):\n%s", f.File, a.Step, a.Question, cmp.Diff(c.Theirs, c.Ours))
			}
			total++
		}
	}
	t.Logf("%d files, %d left out; %d questions: %v", len(files), left, total, count)
}

// program is where one is installed: servers lie where the PATH of a user may
// not lead.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name, "/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	unavailable(t, "%s is not installed", name)
	return ""
}

// unavailable ends a test that cannot run here: as skipped, or as failed where
// .ci/run says that all servers have to be there.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	why := fmt.Sprintf(format, args...)
	if os.Getenv("DNS01_REQUIRE_SERVERS") == "1" {
		t.Fatalf("real servers are required (DNS01_REQUIRE_SERVERS=1): %s", why)
	}
	t.Skipf("real servers are not available: %s", why)
}

// overlap reports whether, of one question asked several times, both concluded
// the same at some time each: which server is asked may be chance.
func overlap(cs []comparison) bool {
	return slices.ContainsFunc(cs, func(a comparison) bool {
		return slices.ContainsFunc(cs, func(b comparison) bool { return cmp.Equal(a.Ours, b.Theirs) })
	})
}

// networks is how many files are played side by side: most of the time both
// sides wait.
const networks = 12

func playAll(t *testing.T, e errand, files []string) []played {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var done []played
	next := make(chan string)
	for range min(networks, len(files)) {
		e := e
		e.Dir = t.TempDir()
		wg.Go(func() {
			for file := range next {
				e.File = file
				p, err := e.run()
				if err != nil {
					p.Left = err.Error()
				}
				p.File = filepath.Base(file)
				mu.Lock()
				done = append(done, p)
				mu.Unlock()
			}
		})
	}
	for _, f := range files {
		next <- f
	}
	close(next)
	wg.Wait()
	slices.SortFunc(done, func(a, b played) int { return strings.Compare(a.File, b.File) })
	return done
}

// run has a file played, by a process that has a network to itself.
func (e errand) run() (p played, err error) {
	in, err := json.Marshal(e)
	if err != nil {
		return p, err
	}
	self, err := os.Executable()
	if err != nil {
		return p, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(self, "-test.run=^TestPlay$")
	cmd.Env = []string{"DNS01_RPL_PLAY=1", "LC_ALL=C", "PATH=" + os.Getenv("PATH") + ":/usr/sbin:/sbin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return p, fmt.Errorf("%w: %s", err, &stderr)
	}
	return p, json.Unmarshal(stdout.Bytes(), &p)
}

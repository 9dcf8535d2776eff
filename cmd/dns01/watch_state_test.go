package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The program as a whole: what was told once is not told again by the next
// watch, and what changed meanwhile is.
func TestWatchGoesOnAfterARestart(t *testing.T) {
	list := listOf(t, "a.com *.a.com", "b.com")
	state := filepath.Join(t.TempDir(), "state.json")
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, watchedWorld, "--state", state, list)
		time.Sleep(26 * time.Hour)
		r.wantTold("a.com ready>blocked")
		r.end()
		if !strings.Contains(r.stderr.String(), "--state "+state+" is new: ") {
			t.Errorf("stderr: %s", r.stderr)
		}
		if info, err := os.Stat(state); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, mode %v", err, info.Mode())
		}

		r = watchIn(t, strings.ReplaceAll(watchedWorld, "-- after 24h zone", "-- after 0s zone"), "--state", state, list)
		time.Sleep(26 * time.Hour)
		r.wantTold()
		r.end()
		if !strings.Contains(r.stderr.String(), "--state "+state+": 2 orders known, as of ") {
			t.Errorf("stderr: %s", r.stderr)
		}

		r = watchIn(t, watchedWorld, "--state", state, list) // the world is as it was at first
		time.Sleep(12 * time.Hour)
		r.wantTold("a.com blocked>ready")
		r.end()
	})
}

// What is damaged does not keep the watch from looking; what is somebody
// else's is not written over.
func TestWatchStateThatIsNone(t *testing.T) {
	dir := t.TempDir()
	state, foreign, newer := filepath.Join(dir, "state"), filepath.Join(dir, "orders.csv"), filepath.Join(dir, "newer")
	write(t, foreign, "id,names\nx,a.com\n")
	write(t, newer, `{"watch_state":2}`)
	for _, text := range []string{"", `{"watch_state":1,"orders":[`} {
		write(t, state, text)
		synctest.Test(t, func(t *testing.T) {
			r := watchIn(t, watchedWorld, "--state", state, foreign)
			time.Sleep(time.Minute)
			r.end()
			if !strings.Contains(r.stderr.String(), "--state "+state+" cannot be used: it ") || !strings.Contains(read(t, state), `"order":"x"`) {
				t.Errorf("%q: %s\n%s", text, r.stderr, read(t, state))
			}
		})
	}
	for _, tt := range []struct{ file, want string }{
		{foreign, "it holds something else than the state of a watch; name another file, or remove this one"},
		{newer, "it is of a newer dns01, which writes schema 2; name another file, or remove this one"},
		{dir, "is a folder; name a file in it"},
		{os.DevNull, "is no regular file; name one, or one that is not there yet"},
		{filepath.Join(dir, "none", "state"), "cannot be written: no such file or directory"},
		{"-", "cannot be: what is kept is read again; name a file"},
	} {
		before := ""
		if tt.file == foreign || tt.file == newer {
			before = read(t, tt.file)
		}
		p, stdout, stderr := newProgram(t, "watch", "--demo", "healthy", "-q", "--listen", "127.0.0.1:0", "--state", tt.file)
		if got := p.run(t.Context()); got != statusUsage || stdout.Len() > 0 || !strings.HasSuffix(stderr.String(), tt.want+"\n") {
			t.Errorf("%s: status %d, %s", tt.file, got, stderr)
		}
		if before != "" && read(t, tt.file) != before {
			t.Errorf("%s was written over", tt.file)
		}
	}
}

// Two watches with one file would forget for each other.
func TestWatchStateOfTwo(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	var said []string
	s := &stateFile{file: state, flag: "--state", say: func(text string) { said = append(said, text) }}
	for i := range 4 {
		if err := s.save([]byte("{}")); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			write(t, state, "theirs")
			if err := os.Chtimes(state, time.Now(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(said) != 1 || !strings.HasPrefix(said[0], "another process writes to "+state+" too") {
		t.Errorf("said %q", said)
	}
}

// A watch that is killed leaves a whole state, and the next one runs the
// command for nothing that the command has heard of.
func TestWatchIsKilledAndGoesOn(t *testing.T) {
	dir := t.TempDir()
	script, heard, state := filepath.Join(dir, "changed"), filepath.Join(dir, "heard"), filepath.Join(dir, "state")
	write(t, script, "#!/bin/sh\necho \"$DNS01_CHANGE_ORDER $DNS01_CHANGE_FROM>$DNS01_CHANGE_TO\" >>\"$1\"\necho heard >&2\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	list := listOf(t, "example.com")
	start := func(world string) *watchProcess {
		return startWatch(t, dir, "--demo", world, "--interval", "1h", "--damping", "1", "--on-change", "./changed heard", "--state", state, list)
	}
	kill := func(w *watchProcess) {
		if err := w.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = w.cmd.Wait() // it was killed
	}
	w := start("caa-forbids")
	w.until("heard")
	for !strings.Contains(read(t, state), `"told":"blocked"`) {
		w.get("healthz")
	}
	kill(w)

	w = start("caa-forbids")
	for page := ""; !strings.Contains(page, `dns01_watch_checks_total{verdict="blocked"} 1`+"\n"); {
		_, _, page = w.get("metrics")
	}
	kill(w)

	w = start("healthy")
	w.until("heard")
	w.terminate()
	if got := read(t, heard); got != "example.com >blocked\nexample.com blocked>ready\n" {
		t.Errorf("the command has heard:\n%s", got)
	}
}

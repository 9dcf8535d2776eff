//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dns01/cmd/dns01/internal/watch"
)

// readers are the ways to name a file that is read once.
func readers(file string) [][]string {
	return [][]string{
		{"check", "--file", file},
		{"check", "--csr", file},
		{"check", "--cert", file},
		{"check", "--certbot", file},
		{"check", "--manifest", file},
		{"check", "--caddyfile", file},
		{"check", "--ca-directory", file, "example.com"},
		{"check", "--root-hints", file, "example.com"},
		{"check", "--trust-anchor", file, "example.com"},
		{"caa", "--zone-file", file, "example.com"},
		{"explain", "--file", file},
		{"batch", file},
		{"watch", "--listen", "127.0.0.1:0", file},
		{"replay", file},
		{"tui", "--replay", file},
		{"diff", file, "../../testdata/reports/v1/healthy.json"},
	}
}

// pipe makes a pipe with a name.
func pipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A device without end, given for any file, is refused rather than read, and so
// is a socket.
func TestADeviceIsNoFile(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "socket")
	defer listenAt(t, socket).Close()
	for _, args := range append(readers("/dev/zero"), []string{"check", "--file", socket}) {
		p, stdout, stderr := newProgram(t, slices.Clone(args)...)
		if got := p.run(t.Context()); got != statusUsage || stdout.Len() > 0 || !strings.HasSuffix(stderr.String(), "it is no file that ends; name a regular one\n") {
			t.Errorf("%v: status %d, %s", args, got, stderr)
		}
	}
}

// listenAt listens at a socket, in whose own name is no room for a long folder's.
func listenAt(t *testing.T, socket string) net.Listener {
	t.Helper()
	here, err := os.Getwd()
	if err == nil {
		err = os.Chdir(filepath.Dir(socket))
	}
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Base(socket))
	if err := errors.Join(err, os.Chdir(here)); err != nil {
		t.Fatal(err)
	}
	return l
}

// What a shell makes of <(command) is read as a file is, whether it has a name
// of its own or one below /dev/fd.
func TestPipesAreReadAsFiles(t *testing.T) {
	const wrong = "\x00 this is none of it\n"
	for _, args := range readers("PIPE") {
		file := filepath.Join(t.TempDir(), "file")
		write(t, file, wrong)
		named := pipe(t)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]string{}
		for _, source := range []string{file, named, fmt.Sprintf("/dev/fd/%d", r.Fd())} {
			p, stdout, stderr := newProgram(t, slices.Clone(args)...)
			for i := range p.args {
				p.args[i] = strings.ReplaceAll(p.args[i], "PIPE", source)
			}
			switch {
			case source == named:
				go os.WriteFile(named, []byte(wrong), 0) //nolint:errcheck // the test fails without it
			case source != file:
				if _, err := io.WriteString(w, wrong); err != nil {
					t.Fatal(err)
				}
				w.Close()
			}
			status := p.run(t.Context())
			said[source] = strings.ReplaceAll(fmt.Sprint(status, stdout, stderr), source, "SOURCE")
			if said[source] != said[file] {
				t.Errorf("%v of %s: %s\nof a file: %s", args, source, said[source], said[file])
			}
		}
		r.Close()
	}
}

// A pipe with nobody at its other end does not keep anybody waiting for ever,
// and leaves nothing that waits.
func TestAPipeOfNobodyIsGivenUp(t *testing.T) {
	for how, want := range map[int]string{os.O_RDONLY: "nobody writes to", os.O_WRONLY: "nobody reads from"} {
		f, err := openPipe(pipe(t), how, time.Millisecond)
		if err == nil {
			f.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
}

// Whatever somebody puts in the place of a watched list, the watch neither
// waits for it nor forgets the orders it has.
func TestAWatchedListStaysAFile(t *testing.T) {
	for what, replace := range map[string]func(file string) error{
		"it is no regular file, and it is read more than once; name one": func(file string) error { return syscall.Mkfifo(file, 0o600) },
		"it is no regular file, and":                                     func(file string) error { return os.Symlink("/dev/zero", file) },
		"is a folder":                                                    func(file string) error { return os.Mkdir(file, 0o700) },
		"no such file":                                                   func(string) error { return nil },
	} {
		file := listOf(t, "example.com")
		l := &watchedList{file: file, most: 10, make: ordersOfNames}
		if _, changed, err := l.load(true); err != nil || !changed {
			t.Fatal(changed, err)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := replace(file); err != nil {
			t.Fatal(err)
		}
		if _, changed, err := l.load(false); changed || err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%t, %v; want %q", changed, err, what)
		}
		if _, changed, err := l.load(false); changed || err != nil {
			t.Errorf("it is told again: %t, %v", changed, err)
		}
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		write(t, file, "example.com\nexample.org\n")
		if list, changed, err := l.load(true); err != nil || !changed || len(list.Orders) != 2 {
			t.Errorf("after that: %d orders, %t, %v", len(list.Orders), changed, err)
		}
	}
}

func ordersOfNames(q orderLine) watch.Order {
	return watch.Order{Identifiers: q.names, Mark: strings.Join(q.names, " ")}
}

// The state is not written to what was put in its place.
func TestWatchStateStaysAFile(t *testing.T) {
	s := &stateFile{file: pipe(t), flag: "--state", say: func(string) {}}
	if _, err := s.load(); err == nil || !strings.Contains(err.Error(), "is no regular file") {
		t.Errorf("read: %v", err)
	}
	if err := s.save([]byte("{}")); err == nil || !strings.Contains(err.Error(), "is no regular file any more") {
		t.Errorf("written: %v", err)
	}
}

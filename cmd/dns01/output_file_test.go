package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What a file is after it has been replaced: whole, with the permissions that
// it had, and nothing beside it.
func TestReplaceFile(t *testing.T) {
	tests := []struct {
		name         string
		before       fs.FileMode // 0: no file
		asked        fs.FileMode
		umask, after fs.FileMode
	}{
		{"a new report", 0, shared, 0o022, 0o644},
		{"a new report of a user who shares nothing", 0, shared, 0o077, 0o600},
		{"a report that others write, too", 0o664, shared, 0o022, 0o664},
		{"a report that nobody else reads", 0o600, shared, 0o022, 0o600},
		{"a new trace", 0, private, 0o022, 0o600},
		{"a trace over a file that all can read", 0o644, private, 0o022, 0o600},
	}
	if runtime.GOOS == "windows" {
		t.Skip("there are no permissions here")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer umask(umask(int(tt.umask)))
			file := filepath.Join(t.TempDir(), "report.json")
			if tt.before != 0 {
				if err := os.WriteFile(file, []byte("a longer text than the new one"), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(file, tt.before); err != nil {
					t.Fatal(err)
				}
			}
			if err := replaceFile(file, []byte("new"), tt.asked); err != nil {
				t.Fatal(err)
			}
			wantFile(t, file, "new", tt.after)
		})
	}
}

func wantFile(t *testing.T, file, content string, mode fs.FileMode) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil || string(text) != content {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != mode {
		t.Errorf("mode %v, %v; want %v", info.Mode().Perm(), err, mode)
	}
	if all, _ := os.ReadDir(filepath.Dir(file)); len(all) != 1 {
		t.Errorf("%d files in the folder", len(all))
	}
}

// One's own link is followed, as everywhere; what it leads to is replaced.
func TestReplaceFileBehindALink(t *testing.T) {
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "real")
	if err := os.Symlink(elsewhere, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if err := errors.Join(os.WriteFile(elsewhere, nil, 0o644), os.Chmod(elsewhere, 0o644)); err != nil { // whatever the umask
		t.Fatal(err)
	}
	if err := replaceFile(filepath.Join(dir, "link"), []byte("new"), shared); err != nil {
		t.Fatal(err)
	}
	wantFile(t, elsewhere, "new", 0o644)
}

// Somebody who puts a link into a folder that all may write to does not have
// us write over a file of ours.
func TestReplaceFileNotBehindALinkOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a link of another user")
	}
	dir, precious := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	link := filepath.Join(dir, "report.json")
	err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o644), os.Chmod(precious, 0o644))
	for _, step := range []func() error{
		func() error { return os.Symlink(precious, link) },
		func() error { return os.Lchown(link, 65534, 65534) },
		func() error { return os.Chmod(dir, 0o777|fs.ModeSticky) },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{shared, private} {
		if err := replaceFile(link, []byte("new"), mode); err == nil || !strings.Contains(err.Error(), "link") {
			t.Errorf("%v, want a complaint of the link", err)
		}
	}
	p, _, _ := newProgram(t)
	if _, _, err := p.openResults(batchOptions{output: link, resume: true}); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("batch: %v", err)
	}
	wantFile(t, precious, "precious", 0o644)
}

package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tree makes a folder with files, as a umask and a moment would have it.
func tree(t *testing.T, private bool, at time.Time) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "dns01_1.0.0")
	script, text := os.FileMode(0o755), os.FileMode(0o644)
	if private {
		script, text = 0o700, 0o600
	}
	for _, f := range []struct {
		name string
		mode os.FileMode
	}{{"man/dns01.1", text}, {"dns01", script}, {"README.md", text}} {
		name := filepath.Join(folder, f.name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("of "+f.name), f.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// Whoever builds the release again gets the same bytes, whenever and with
// whatever umask.
func TestTheSameBytes(t *testing.T) {
	at := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	for _, name := range []string{"out.tar.gz", "out.zip"} {
		var archives [2][]byte
		for i := range archives {
			out := filepath.Join(t.TempDir(), name)
			if err := create(out, at, tree(t, i == 1, at.Add(time.Duration(i)*time.Hour))); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			archives[i] = text
		}
		if !bytes.Equal(archives[0], archives[1]) {
			t.Errorf("%s: the same files gave other bytes", name)
		}
	}
}

func TestWhatIsInside(t *testing.T) {
	at := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	want := []string{
		"dns01_1.0.0/README.md -rw-r--r-- of README.md",
		"dns01_1.0.0/dns01 -rwxr-xr-x of dns01",
		"dns01_1.0.0/man/dns01.1 -rw-r--r-- of man/dns01.1",
	}
	folder := tree(t, false, at)
	var tarred, zipFile bytes.Buffer
	if err := tarball(&tarred, at, folder); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, untar(t, &tarred, at)); diff != "" {
		t.Errorf("tar.gz (-want +got):\n%s", diff)
	}
	if err := zipped(&zipFile, at, folder); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, unzip(t, zipFile.Bytes(), at)); diff != "" {
		t.Errorf("zip (-want +got):\n%s", diff)
	}
}

func untar(t *testing.T, r io.Reader, at time.Time) (files []string) {
	t.Helper()
	zr, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(at) || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%s: %v, owner %d %q", h.Name, h.ModTime, h.Uid, h.Uname)
		}
		if h.Typeflag == tar.TypeReg {
			text, _ := io.ReadAll(tr)
			files = append(files, fmt.Sprintf("%s %s %s", h.Name, h.FileInfo().Mode(), text))
		}
	}
}

func unzip(t *testing.T, data []byte, at time.Time) (files []string) {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range zr.File {
		if !f.Modified.Equal(at) {
			t.Errorf("%s: %v", f.Name, f.Modified)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(r)
		files = append(files, fmt.Sprintf("%s %s %s", f.Name, f.Mode(), text))
	}
	return files
}

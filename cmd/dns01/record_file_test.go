package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A recording tells who was asked about what: it is its owner's, whatever was
// there before, and a link in its place is replaced, not followed.
func TestARecordingIsItsOwners(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no permissions here")
	}
	defer umask(umask(0))
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(elsewhere, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "run")
	if err := os.Symlink(elsewhere, file); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--record", "--trace"} {
		file := filepath.Join(t.TempDir(), "run")
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if run := ranWith(t, nil, "demo", "healthy", "-q", flag, file); run.status != statusOK {
			t.Fatalf("%s: status %d: %s", flag, run.status, &run.stderr)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", flag, info.Mode().Perm(), err)
		}
	}
	ranWith(t, nil, "demo", "healthy", "-q", "--record", file)
	if text, err := os.ReadFile(elsewhere); err != nil || string(text) != "precious" {
		t.Errorf("a link was followed: %q, %v", text, err)
	}
}

// What an order is made of, besides what everybody sees in the DNS, is kept
// nowhere: a challenge's token, the thumbprint of the key, and the environment
// with whatever secrets are in it.
func TestNoSecretIsKept(t *testing.T) {
	const token, thumbprint = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
	env := map[string]string{
		"DNS01_TOKEN": token, "DNS01_THUMBPRINT": thumbprint, "CLOUDFLARE_API_TOKEN": "s3cret", "GITHUB_TOKEN": "s3cret", "HTTPS_PROXY": "http://me:s3cret@proxy.example",
	}
	dir := t.TempDir()
	args := []string{"demo", "healthy", "-v", "--record", filepath.Join(dir, "recording"), "--trace", filepath.Join(dir, "trace")}
	for _, format := range formats {
		args = append(args, "--output", format+"="+filepath.Join(dir, format))
	}
	run := ranWith(t, env, args...)
	written := map[string]string{"standard output": run.stdout.String(), "standard error": run.stderr.String()}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(formats)+2 {
		t.Fatalf("%d files, %v: %s", len(files), err, &run.stderr)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		written[f.Name()] = string(text)
	}
	for where, text := range written {
		for _, secret := range []string{token, thumbprint, "s3cret"} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds %s", where, secret)
			}
		}
	}
}

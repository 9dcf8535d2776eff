package main

import (
	"maps"
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
	for _, test := range []struct {
		name string
		env  map[string]string
		args []string
	}{
		{"in the environment", map[string]string{"DNS01_TOKEN": someToken, "DNS01_THUMBPRINT": someThumbprint}, nil},
		{"as arguments", nil, []string{"--token", someToken, "--thumbprint", someThumbprint}},
		{"as a value", nil, []string{"--value", someToken + "." + someThumbprint}},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{"CLOUDFLARE_API_TOKEN": "s3cret", "GITHUB_TOKEN": "s3cret", "HTTPS_PROXY": "http://me:s3cret@proxy.example"}
			maps.Copy(env, test.env)
			for where, text := range everythingWritten(t, env, append([]string{"demo", "healthy"}, test.args...)...) {
				for _, secret := range []string{someToken, someThumbprint, "s3cret"} {
					if strings.Contains(text, secret) {
						t.Errorf("the %s holds %s", where, secret)
					}
				}
			}
		})
	}
}

const (
	someToken      = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
	someThumbprint = "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
)

// everythingWritten is what a run writes when it writes all that it can.
func everythingWritten(t *testing.T, env map[string]string, args ...string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	args = append(args, "-v", "--record", filepath.Join(dir, "recording"), "--trace", filepath.Join(dir, "trace"))
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
	return written
}

// A token that is published in the place of the value is kept: what a replay
// finds hangs on it, and everybody can read it.
func TestAPublishedTokenIsKept(t *testing.T) {
	written := everythingWritten(t, nil, "demo", "value-is-token")
	if !strings.Contains(written["recording"], "\nvalue: \"\" ") || strings.Count(written["recording"], "\nvalue: ") != 1 {
		t.Fatal("no value")
	}
	for line := range strings.Lines(written["recording"]) {
		if strings.HasPrefix(line, "value: ") && len(strings.Fields(line)) != 5 {
			t.Errorf("how it is made is not kept: %s", line)
		}
	}
}

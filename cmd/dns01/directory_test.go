package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dns01/check/known"
)

// caServer serves an ACME directory, and what goes wrong with one.
func caServer(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/directory", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`{"newOrder":"https://` + r.Host + `/order","meta":{"caaIdentities":["ca.example"]}}`))
	})
	mux.HandleFunc("/missing", http.NotFound)
	mux.HandleFunc("/html", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) })
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(strings.Repeat(" ", known.MaxDirectory+2)))
	})
	mux.HandleFunc("/packed", func(w http.ResponseWriter, _ *http.Request) { // 32 KiB that unpack to 32 MiB
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		for range 32 {
			if _, err := z.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
				return // who asked has heard enough
			}
		}
	})
	mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) })
	mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/directory", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/directory", http.StatusFound)
	})
	s := httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// A directory is read over HTTPS, from public addresses unless others are
// allowed, and nothing else passes for one.
func TestDirectoryOverHTTPS(t *testing.T) {
	s := caServer(t)
	tests := []struct {
		name, path string
		private    bool
		want       string // "" for a directory
	}{
		{"at a private address", "/directory", false, "--allow-private allows it"},
		{"allowed", "/directory", true, ""},
		{"after a redirect", "/once", true, ""},
		{"redirected for ever", "/round", true, "redirects too often"},
		{"redirected to plain HTTP", "/plain", true, "not over HTTPS"},
		{"missing", "/missing", true, `"404 Not Found"`},
		{"a page", "/html", true, "no JSON document"},
		{"too long", "/long", true, "longer than"},
		{"too long once it is unpacked", "/packed", true, "longer than"},
		{"headers without end", "/headers", true, "header"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, _ := newProgram(t)
			p.tls = s.Client().Transport.(*http.Transport).TLSClientConfig
			f := newCAAFlags().flags
			f.caDirectory, f.allowPrivate = s.URL+tt.path, tt.private
			d, err := p.directory(t.Context(), f, p.world)
			switch {
			case tt.want == "" && (err != nil || len(d.CAAIdentities) != 1 || d.CAAIdentities[0] != "ca.example"):
				t.Errorf("%+v, %v", d, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), s.URL+tt.path)):
				t.Errorf("%v, want %q and the URL", err, tt.want)
			}
		})
	}
}

// A password in a URL would stand in reports, in the list of processes and in
// this complaint.
func TestDirectoryTakesNoPassword(t *testing.T) {
	for _, flag := range []string{"--ca-directory", "--ca"} {
		for _, url := range []string{"https://me:s3cret@ca.example/directory", "http://s3cret@ca.example", "https://me:s3cret@ca.example?x=%zz"} {
			run := ranWith(t, nil, "demo", "healthy", flag, url)
			if out := run.stdout.String() + run.stderr.String(); run.status != statusUsage || strings.Contains(out, "s3cret") {
				t.Errorf("%s %s: status %d: %s", flag, url, run.status, out)
			}
		}
	}
}

// A server without a certificate that is trusted is not believed.
func TestDirectoryNeedsTrust(t *testing.T) {
	s := caServer(t)
	p, _, _ := newProgram(t)
	f := newCAAFlags().flags
	f.caDirectory, f.allowPrivate = s.URL+"/directory", true
	if _, err := p.directory(t.Context(), f, p.world); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}

// What the document says wins over the table, for the CA that it is of, and
// for the one that --ca names.
func TestChosenCA(t *testing.T) {
	file := filepath.Join(t.TempDir(), "directory.json")
	doc := `{"newOrder":"https://acme-v02.api.letsencrypt.org/acme/new-order","meta":{"caaIdentities":["ca.example"]}}`
	if err := os.WriteFile(file, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"--ca-directory " + file:                                      "letsencrypt ca.example",
		"--ca digicert --ca-directory " + file:                        "digicert ca.example",
		"--ca https://acme-v02.api.letsencrypt.org/directory":         "letsencrypt letsencrypt.org",
		"--ca https://acme.zerossl.com/v2/DV90":                       "zerossl sectigo.com",
		"--ca HTTPS://acme-staging-v02.api.letsencrypt.org/directory": "letsencrypt-staging letsencrypt.org",
	} {
		p, _, _ := newProgram(t)
		f := newFlags("check")
		if err := f.parse(split(args)); err != nil {
			t.Fatal(err)
		}
		ca, err := p.chosenCA(t.Context(), f, p.world)
		if err != nil || ca.ID+" "+ca.Identities[0] != want {
			t.Errorf("%s: %+v, %v, want %s", args, ca, err, want)
		}
	}
}

package watch

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"dns01/check"

	"dns01/report"
)

// FuzzRequests asks a watch for whatever somebody may ask: it answers in a form
// that runs nothing, and repeats nothing of the question.
func FuzzRequests(f *testing.F) {
	for _, path := range []string{"/", "/metrics", "/healthz", "/report/a.example", "/report/none", "/report/", "/?verdict=blocked&from=1", "/?verdict=<script>", "/?from=-1", "/report/a.example?format=html", "/report/..%2f..", "//", "/%00"} {
		f.Add(path, "text/html", "127.0.0.1:9953")
	}
	f.Add("/", "*/*;q=x", "evil.example")
	f.Add("/", "", "[::1")
	w := watched(f)
	handler := NewHosts("127.0.0.1:9953", net.TCPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:9953")), nil).Guard(w.Handler())
	f.Fuzz(func(t *testing.T, path, accept, host string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		r := &http.Request{Method: http.MethodGet, URL: u, Host: host, Header: http.Header{"Accept": {accept}}, RequestURI: path}
		rw := httptest.NewRecorder()
		handler.ServeHTTP(rw, r)
		body := rw.Body.String()
		switch rw.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusMisdirectedRequest, http.StatusServiceUnavailable:
		case http.StatusMovedPermanently, http.StatusTemporaryRedirect: // of a path that is not clean, to itself
			if to := rw.Header().Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
				t.Errorf("%q leads to %q", path, to)
			}
			return
		default:
			t.Errorf("%q: status %d", path, rw.Code)
		}
		if rw.Code != http.StatusMisdirectedRequest && rw.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q: types may be guessed: %v", path, rw.Header())
		}
		if strings.Contains(body, "<script") || strings.ContainsFunc(body, func(r rune) bool { return r != '\n' && !report.Seen(r) }) {
			t.Errorf("%q: %q", path, body)
		}
		if rw.Code == http.StatusOK && strings.Contains(host, "evil") {
			t.Errorf("%q is answered to", host)
		}
	})
}

// watched is a watch that has looked.
func watched(f *testing.F) *Watcher {
	f.Helper()
	w, err := New(Config{
		Interval: time.Hour, Deadline: time.Minute, Jobs: 1, Damping: Damping{InRow: 1, Unknown: time.Hour, Most: 4, Window: time.Hour}, Now: time.Now, Say: func(string) {},
		Load: func(bool) (List, bool, error) {
			return List{Orders: []Order{{Name: "a.example", Identifiers: []string{"a.example"}}, {Name: "b.example"}}}, true, nil
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	w.finish(w.entries["a.example"], "", w.digest(resultOf("a.example", check.Blocked), time.Now()))
	return w
}

// FuzzWebhook reads the URL of a webhook. No complaint repeats a password.
func FuzzWebhook(f *testing.F) {
	for _, s := range []string{"https://chat.example.net/hook", "http://127.0.0.1/", "http://localhost:1", "https://user:s3cret@chat.example.net/", "https://169.254.169.254/", "https://[fe80::1%25eth0]/", "ftp://x", "https:x", "https://0x7f.1/", "https://127.1/"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, private bool) {
		h, err := NewWebhook(text, private)
		if err != nil {
			if strings.Contains(text, ":s3cret@") && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if h.URL.Host == "" || h.URL.User != nil || h.URL.Scheme == "http" && !private && !h.loopback() {
			t.Errorf("%q is taken: %+v", text, h.URL)
		}
	})
}

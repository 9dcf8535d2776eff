package web

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzRetryAfter reads what a server asks to wait: never less than nothing, nor
// longer than anybody would.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "120", "-1", "99999999999", " 5", "1e3", "Wed, 25 Nov 2026 01:00:30 GMT", "Wed, 25 Nov 1926 01:00:30 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "\x1b[2J"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		h := http.Header{"Retry-After": {text}}
		if d := RetryAfter(h, now); d < 0 || d > maxWait {
			t.Errorf("%q: %v", text, d)
		}
		if s := After(h); strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) || len(s) > 60 {
			t.Errorf("%q: %q", text, s)
		}
	})
}

// FuzzNew reads the URL of an engine. One that is taken is of a host, and no
// error repeats a password.
func FuzzNew(f *testing.F) {
	for _, s := range []string{"https://mpic.example.net", "http://127.0.0.1:8080/x", "http://localhost", "http://example.net", "https://user:s3cret@example.net", "https://user:s3cret@", "https://", "https://a/?s3cret", "https://[::1%25eth0]/", "https:s3cret", "HTTPS://A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := New(text, Options{})
		if err != nil {
			if strings.Contains(text, "s3cret@") && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if c.Host() == "" || strings.Contains(text, "@") && c.base.User != nil {
			t.Errorf("%q: host %q", text, c.Host())
		}
		if c.base.Scheme == "http" && !isLocal(c.base.Hostname()) {
			t.Errorf("%q goes over http", text)
		}
	})
}

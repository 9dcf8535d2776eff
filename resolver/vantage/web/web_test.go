package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// A name that leads to a private address must not be followed there: the
// metadata of a cloud's machine would answer.
func TestAdmit(t *testing.T) {
	for _, tt := range []struct {
		address        string
		local, private bool
		want           string // of the error; "" for none
	}{
		{"93.184.216.34:443", false, false, ""},
		{"169.254.169.254:80", false, false, "it is at 169.254.169.254, in a special range (link local, RFC 3927); --allow-private lets that be asked"},
		{"127.0.0.1:443", false, false, "it is at 127.0.0.1, in a special range (loopback, RFC 1122); --allow-private lets that be asked"},
		{"[::1]:443", false, false, "it is at ::1, in a special range"},
		{"[::ffff:10.0.0.1]:443", false, false, "it is at 10.0.0.1, in a special range (private use, RFC 1918)"},
		{"[fe80::1%eth0]:443", false, false, "it is at fe80::1, in a special range"},
		{"10.0.0.1:443", false, true, ""},
		{"127.0.0.1:443", true, false, ""},
		{"93.184.216.34:443", true, true, "it is at 93.184.216.34 and not on this machine, as its name says"},
		{"example.com:443", false, false, "ParseAddr"},
	} {
		d := Dialer(func(a netip.Addr) error { return admit(a, tt.local, tt.private) })
		err := d.Control("tcp", tt.address, nil)
		if (tt.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.address, err, tt.want)
		}
	}
}

// A server of this machine is asked under its own name alone.
func TestPrivateHost(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("{}")) }))
	defer s.Close()
	tls := s.Client().Transport.(*http.Transport).TLSClientConfig
	c, err := New(s.URL, Options{TLS: tls})
	if err != nil {
		t.Fatal(err)
	}
	var out struct{}
	if _, err := c.Get(t.Context(), "x", &out); err != nil {
		t.Error(err)
	}
	if c, err = New(s.URL, Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), "x", &out); err == nil || !strings.HasPrefix(err.Error(), "its certificate is not one to trust") {
		t.Errorf("with a certificate of nobody: %v", err)
	}
	if _, err := must(t, "https://10.255.255.1", Options{TLS: tls}).Get(t.Context(), "x", &out); err == nil || !strings.Contains(err.Error(), "special range (private use, RFC 1918)") {
		t.Errorf("a private address: %v", err)
	}
}

// What cannot be connected to says so without the URL, which may be long.
func TestNobodyThere(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	var out struct{}
	_, err := must(t, s.URL, Options{}).Get(t.Context(), "x", &out)
	if err == nil || err.Error() != "it cannot be connected to: connect: connection refused" {
		t.Error(err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999999999999999": 0, "999999": time.Hour,
		"Mon, 30 Nov 2026 12:00:05 GMT": 5 * time.Second, "Mon, 30 Nov 2026 11:00:05 GMT": 0,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func must(t *testing.T, url string, o Options) *Client {
	t.Helper()
	c, err := New(url, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

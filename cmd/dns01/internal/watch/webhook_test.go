package watch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What a URL may be, before anything is connected.
func TestWebhookURLs(t *testing.T) {
	tests := []struct {
		raw     string
		private bool
		want    string // a part of the complaint
	}{
		{"https://chat.example.net/hook?token=x", false, ""},
		{"http://localhost:8080/hook", false, ""},
		{"http://127.0.0.1:8080/hook", false, ""},
		{"http://[::1]/hook", false, ""},
		{"http://chat.example.net/hook", false, "https"},
		{"http://chat.lan/hook", true, ""},
		{"https://10.0.0.1/hook", false, "--allow-private-webhook"},
		{"https://10.0.0.1/hook", true, ""},
		{"https://[fd00::1]/hook", false, "--allow-private-webhook"},
		{"https://169.254.169.254/latest", false, "never"},
		{"https://169.254.169.254/latest", true, "never"},
		{"https://[fe80::1]/", true, "never"},
		{"https://224.0.0.1/", true, "never"},
		{"https://0.0.0.0/", true, "never"},
		{"https://[::ffff:169.254.169.254]/", true, "never"},
		{"https://[::ffff:10.0.0.1]/", false, "--allow-private-webhook"},
		{"ftp://chat.example.net/", false, "ftp"},
		{"chat.example.net/hook", false, "not a URL"},
		{"https:///hook", false, "not a URL"},
		{"https://user:secret@chat.example.net/", false, "DNS01_WEBHOOK_AUTHORIZATION"},
		{"javascript:alert(1)", false, "not a URL"},
		{"https://chat.example.net:x/", false, "not a URL"},
	}
	for _, tt := range tests {
		_, err := NewWebhook(tt.raw, tt.private)
		switch {
		case err == nil && tt.want != "":
			t.Errorf("%s is taken", tt.raw)
		case err != nil && (tt.want == "" || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %q", tt.raw, err, tt.want)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("the complaint holds the password: %v", err)
		}
	}
}

// The address decides that is connected to, whatever name the URL has: a name
// can be given any address by whoever runs its zone.
func TestWebhookAddresses(t *testing.T) {
	for address, want := range map[string][3]bool{ // by default, with private ones allowed, with this host named
		"203.0.114.1":      {true, true, true},
		"2a00::1":          {true, true, true},
		"127.0.0.1":        {false, false, true},
		"127.8.8.8":        {false, false, true},
		"::1":              {false, false, true},
		"::ffff:127.0.0.1": {false, false, true},
		"10.1.2.3":         {false, true, false},
		"172.16.0.1":       {false, true, false},
		"192.168.1.1":      {false, true, false},
		"100.64.0.1":       {false, true, false},
		"fd12::1":          {false, true, false},
		"::ffff:10.1.2.3":  {false, true, false},
		"169.254.169.254":  {false, false, false},
		"fe80::1%eth0":     {false, false, false},
		"0.0.0.0":          {false, false, false},
		"::":               {false, false, false},
		"224.0.0.1":        {false, false, false},
		"255.255.255.255":  {false, false, false},
		"ff02::1":          {false, false, false},
		"192.0.2.1":        {false, false, false},
	} {
		remote, local := &url.URL{Scheme: "https", Host: "chat.example.net"}, &url.URL{Scheme: "http", Host: "localhost:80"}
		var got [3]bool
		for i, h := range []*Webhook{{URL: remote}, {URL: remote, AllowPrivate: true}, {URL: local}} {
			got[i] = h.allows(netip.MustParseAddr(address)) == nil
		}
		if got != want {
			t.Errorf("%s: allowed %v, want %v", address, got, want)
		}
	}
}

// hook is a webhook to a server on this host that answers as told.
func hook(t *testing.T, answer http.HandlerFunc) *Webhook {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	h, err := NewWebhook(s.URL+"/hook?token=secret", false)
	if err != nil {
		t.Fatal(err)
	}
	h.Authorization, h.Agent = "Bearer xyz", "dns01/test"
	return h
}

var notice = Notice{ID: "1-1", Order: "a.example", From: "ready", To: "blocked", Body: []byte(`{"schema":1}`)}

func TestWebhookPosts(t *testing.T) {
	got := map[string]string{}
	h := hook(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got["request"], got["body"] = r.Method+" "+r.RequestURI, string(body)
		for _, name := range []string{"Authorization", "User-Agent", "Content-Type", "Idempotency-Key"} {
			got[name] = r.Header.Get(name)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err := h.Sink().Send(t.Context(), notice); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"request": "POST /hook?token=secret", "body": `{"schema":1}`, "Authorization": "Bearer xyz",
		"User-Agent": "dns01/test", "Content-Type": "application/json", "Idempotency-Key": "1-1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What may pass is tried again; what will not is not, and nobody is led
// elsewhere.
func TestWebhookAnswers(t *testing.T) {
	tests := []struct {
		status    int
		header    string
		permanent bool
		after     time.Duration
	}{
		{status: 301, permanent: true}, {status: 307, permanent: true}, {status: 400, permanent: true}, {status: 401, permanent: true},
		{status: 404, permanent: true}, {status: 410, permanent: true},
		{status: 408}, {status: 425}, {status: 500}, {status: 503},
		{status: 429, header: "30", after: 30 * time.Second}, {status: 429, header: "soon"}, {status: 503, header: "-1"}, {status: 503, header: "99999999999999999999"},
	}
	for _, tt := range tests {
		asked := 0
		h := hook(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.Header().Set("Location", "/elsewhere")
			w.Header().Set("Retry-After", tt.header)
			w.WriteHeader(tt.status)
		})
		err := h.Sink().Send(t.Context(), notice)
		_, permanent := errors.AsType[Permanent](err)
		busy, isBusy := errors.AsType[Busy](err)
		if err == nil || permanent != tt.permanent || isBusy == tt.permanent || busy.After != tt.after || asked != 1 {
			t.Errorf("%d %q: %v, permanent %v, after %v, asked %d times", tt.status, tt.header, err, permanent, busy.After, asked)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error holds the token: %v", err)
		}
	}
}

// A name that leads to this host, or to where a cloud keeps its credentials,
// gets nothing, and is not tried again.
func TestWebhookIsNotLedInside(t *testing.T) {
	reached := false
	h := hook(t, func(http.ResponseWriter, *http.Request) { reached = true })
	host, port, _ := net.SplitHostPort(h.URL.Host)
	h.URL.Host = net.JoinHostPort("chat.example.net", port)
	client := h.client()
	guarded := client.Transport.(*http.Transport).DialContext
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return guarded(ctx, network, net.JoinHostPort(host, port)) // what a hostile zone answers
	}
	err := h.post(t.Context(), client, notice)
	if _, ok := errors.AsType[Permanent](err); !ok || reached || !strings.Contains(err.Error(), "this host") {
		t.Errorf("reached %v, %v", reached, err)
	}
}

func TestWebhookThatIsAway(t *testing.T) {
	h, err := NewWebhook("http://127.0.0.1:1/hook?token=secret", false)
	if err != nil {
		t.Fatal(err)
	}
	err = h.Sink().Send(t.Context(), notice)
	if _, ok := errors.AsType[Permanent](err); err == nil || ok || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

// A body without end must not be read to it.
func TestWebhookReadsLittle(t *testing.T) {
	h := hook(t, func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	if err := h.Sink().Send(t.Context(), notice); err != nil {
		t.Error(err)
	}
}

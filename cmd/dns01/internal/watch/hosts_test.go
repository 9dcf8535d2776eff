package watch

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// A site that makes its name lead to this host must not read what a browser of
// this host can (DNS rebinding); whoever runs the watch still gets there by
// every name that is its own.
func TestOnlyItsOwnNamesAreAnsweredTo(t *testing.T) {
	tests := []struct {
		name, listen, bound string
		more                []string
		yes, no             []string
	}{
		{
			name: "this host", listen: "127.0.0.1:9953", bound: "127.0.0.1:9953",
			yes: []string{"127.0.0.1:9953", "127.0.0.1", "localhost:9953", "LOCALHOST.", "localhost:8080", "[::1]:9953", "127.0.0.53", ""},
			no: []string{"evil.example:9953", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0:9953",
				"[2001:db8::1]:9953", "evil.localhost", "127.0.0.1@evil.example", "a:b:c", "evil.example:9953, localhost"},
		},
		{
			name: "by a name of its own", listen: "watch.internal.example:9953", bound: "127.0.0.2:9953",
			yes: []string{"watch.internal.example:9953", "WATCH.internal.example.", "127.0.0.2:9953"},
			no:  []string{"evil.example", "internal.example"},
		},
		{
			name: "behind a proxy", listen: "[::1]:9953", bound: "[::1]:9953", more: []string{"Watch.example.net", "other.example:8443"},
			yes: []string{"watch.example.net", "watch.example.net:443", "other.example", "[::1]:9953"},
			no:  []string{"example.net", "evil.example"},
		},
		{
			name: "beyond this host", listen: ":9953", bound: "[::]:9953",
			yes: []string{"anything.example:9953", "192.0.2.1"},
		},
		{
			name: "beyond this host, by name", listen: "192.0.2.1:9953", bound: "192.0.2.1:9953", more: []string{"watch.example.net"},
			yes: []string{"watch.example.net", "192.0.2.1:9953", "localhost"},
			no:  []string{"evil.example", "192.0.2.2"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := NewHosts(test.listen, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(test.bound)), test.more).
				Guard(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { plain(rw, http.StatusOK, "the list") }))
			for _, host := range append(test.yes, test.no...) {
				want := http.StatusOK
				if slices.Contains(test.no, host) {
					want = http.StatusMisdirectedRequest
				}
				r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
				r.Host = host
				rw := httptest.NewRecorder()
				h.ServeHTTP(rw, r)
				if rw.Code != want || want != http.StatusOK && strings.Contains(rw.Body.String(), "the list") {
					t.Errorf("Host %q: %d, want %d", host, rw.Code, want)
				}
			}
		})
	}
}

package resolver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/google/go-cmp/cmp"
)

// txtQuery asks a recursive resolver.
func txtQuery(t Transport) Query {
	m := new(dns.Msg)
	m.SetQuestion("_acme-challenge.example.com.", dns.TypeTXT)
	m.SetEdns0(UDPSize, false)
	return Query{Transport: t, Msg: m, Timeout: long}
}

// withValue adds the TXT record that the tests ask for.
func withValue(m *dns.Msg) {
	rr, _ := dns.NewRR(`_acme-challenge.example.com. 60 TXT "value"`)
	m.Answer = []dns.RR{rr}
}

func txtOf(t *testing.T, r Reply, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Msg.Answer) != 1 {
		t.Fatalf("%d records", len(r.Msg.Answer))
	}
	return r.Msg.Answer[0].(*dns.TXT).Txt
}

func TestHTTPSServer(t *testing.T) {
	type seen struct {
		Method, Type, Accept string
		Major                int
		ID                   uint16
	}
	var got seen
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = seen{r.Method, r.Header.Get("Content-Type"), r.Header.Get("Accept"), r.ProtoMajor, binary.BigEndian.Uint16(body)}
		w.Header().Set("Content-Type", "application/dns-message; charset=utf-8")
		w.Write(reply(t, body, withValue))
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	s := &HTTPSServer{URL: srv.URL + "/dns-query", Client: srv.Client()}
	r, err := s.Exchange(t.Context(), txtQuery(DoH))
	if diff := cmp.Diff([]string{"value"}, txtOf(t, r, err)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(seen{"POST", dnsMessage, dnsMessage, 2, 0}, got); diff != "" {
		t.Error(diff)
	}
}

// What is not the answer of a DoH server fails, and says how.
func TestHTTPSServerFailures(t *testing.T) {
	other := func(m *dns.Msg) { m.Question[0].Name = "example.org." }
	tests := map[string]struct {
		status int
		kind   string
		change func(*dns.Msg)
		want   Failure
	}{
		"not found":        {404, dnsMessage, withValue, Malformed},
		"a login page":     {200, "text/html", withValue, Malformed},
		"another question": {200, dnsMessage, other, Mismatched},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				w.Header().Set("Content-Type", tt.kind)
				w.WriteHeader(tt.status)
				w.Write(reply(t, body, tt.change))
			}))
			defer srv.Close()
			s := &HTTPSServer{URL: srv.URL, Client: srv.Client()}
			if _, err := s.Exchange(t.Context(), txtQuery(DoH)); FailureOf(err) != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// Whom a resolver names in its place is not asked: it could be somebody who
// listens within this network only.
func TestHTTPSServerIsNotLedElsewhere(t *testing.T) {
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = true }))
	defer elsewhere.Close()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	defer srv.Close()
	s := &HTTPSServer{URL: srv.URL, Client: srv.Client()}
	if _, err := s.Exchange(t.Context(), txtQuery(DoH)); FailureOf(err) != Malformed || asked {
		t.Errorf("%v, want %s; asked elsewhere: %v", err, Malformed, asked)
	}
}

// A message is as long as it came: nothing is unpacked.
func TestHTTPSServerUnpacksNothing(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e := r.Header.Get("Accept-Encoding"); e != "" {
			t.Errorf("it is asked for %q", e)
		}
		w.Header().Set("X", strings.Repeat("x", 1<<20))
	}))
	defer srv.Close()
	s := NewHTTPSServer(srv.URL)
	s.Client.Transport.(*http.Transport).TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig
	if _, err := s.Exchange(t.Context(), txtQuery(DoH)); err == nil || !strings.Contains(err.Error(), "header") {
		t.Errorf("headers without end: %v", err)
	}
}

// A server whose certificate nobody vouches for is not believed.
func TestUntrustedCertificate(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	for name, x := range map[string]Exchanger{
		"https": NewHTTPSServer(srv.URL),
		"tls":   &TLSServer{Addr: srv.Listener.Addr().String()},
	} {
		if _, err := x.Exchange(t.Context(), txtQuery(DoH)); FailureOf(err) != Malformed {
			t.Errorf("%s: %v, want %s", name, err, Malformed)
		}
	}
}

func TestTLSServer(t *testing.T) {
	addr, roots := serveTLS(t, func(c net.Conn) {
		var n [2]byte
		io.ReadFull(c, n[:])
		q := make([]byte, binary.BigEndian.Uint16(n[:]))
		io.ReadFull(c, q)
		a := reply(t, q, withValue)
		c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(a))), a...))
	})
	s := &TLSServer{Addr: addr, Roots: roots}
	r, err := s.Exchange(t.Context(), txtQuery(DoT))
	if diff := cmp.Diff([]string{"value"}, txtOf(t, r, err)); diff != "" {
		t.Error(diff)
	}
}

// Silence after the handshake ends with the query's own time.
func TestTLSServerSilent(t *testing.T) {
	quit := make(chan struct{})
	addr, roots := serveTLS(t, func(net.Conn) { <-quit })
	defer close(quit)
	q := txtQuery(DoT)
	q.Timeout = 50 * time.Millisecond
	s := &TLSServer{Addr: addr, Roots: roots}
	if _, err := s.Exchange(t.Context(), q); FailureOf(err) != Timeout {
		t.Errorf("%v, want %s", err, Timeout)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Exchange(ctx, txtQuery(DoT)); FailureOf(err) != Canceled {
		t.Errorf("%v, want %s", err, Canceled)
	}
}

func TestTLSServerRefuses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	s := &TLSServer{Addr: addr}
	if _, err := s.Exchange(t.Context(), txtQuery(DoT)); FailureOf(err) != Unreachable {
		t.Errorf("%v, want %s", err, Unreachable)
	}
}

// serveTLS handles each connection to a loopback port, and says who vouches
// for it.
func serveTLS(t *testing.T, handle func(net.Conn)) (addr string, roots *x509.CertPool) {
	t.Helper()
	donor := httptest.NewTLSServer(http.NotFoundHandler())
	defer donor.Close()
	roots = x509.NewCertPool()
	roots.AddCert(donor.Certificate())
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: donor.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if c.(*tls.Conn).Handshake() == nil {
					handle(c)
				}
			}()
		}
	}()
	return l.Addr().String(), roots
}

package resolver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

// DoH is DNS over HTTPS (RFC 8484): the way to a recursive resolver that is
// named by a URL.
const DoH Transport = "https"

const dnsMessage = "application/dns-message"

// An HTTPSServer is a resolver that is asked by POST. The server of a [Query]
// counts for nothing.
type HTTPSServer struct {
	URL string
	// Client makes the requests; nil means one that speaks HTTP/2, heeds the
	// proxy variables of the environment and trusts this system's roots.
	Client *http.Client
}

// NewHTTPSServer returns the resolver at a URL.
func NewHTTPSServer(url string) *HTTPSServer {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ForceAttemptHTTP2 = true
	t.DisableCompression, t.MaxResponseHeaderBytes = true, 64<<10
	return &HTTPSServer{URL: url, Client: &http.Client{Transport: t}}
}

// Exchange sends q and waits for its reply. It implements [Exchanger].
func (s *HTTPSServer) Exchange(ctx context.Context, q Query) (Reply, error) {
	ctx, cancel := q.Context(ctx)
	defer cancel()
	m := q.Msg.Copy()
	m.Id = 0 // for caches on the way (RFC 8484 §4.1)
	wire, err := m.Pack()
	if err != nil {
		return Reply{}, &Error{Failure: Malformed, Err: err}
	}
	start := time.Now()
	body, err := s.post(ctx, wire)
	if err != nil {
		return Reply{}, err
	}
	got, ok, err := accept(m, body)
	if !ok {
		return Reply{}, &Error{Failure: Mismatched, Err: fmt.Errorf("%s answered another query", s.URL)}
	}
	return Reply{Msg: got, Size: len(body), Wire: body, RTT: time.Since(start)}, err
}

// post sends a message and returns the one that comes back.
func (s *HTTPSServer) post(ctx context.Context, wire []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(wire))
	if err != nil {
		return nil, &Error{Failure: NoRoute, Err: err}
	}
	req.Header.Set("Content-Type", dnsMessage)
	req.Header.Set("Accept", dnsMessage)
	resp, err := s.client().Do(req)
	if err != nil {
		return nil, tlsError(ctx, err)
	}
	defer resp.Body.Close()
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode != http.StatusOK || kind != dnsMessage {
		return nil, &Error{Failure: Malformed, Err: fmt.Errorf("%s answers %s with %q", s.URL, resp.Status, kind)}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 65536))
	if err != nil {
		return nil, ioError(ctx, err)
	}
	return body, nil
}

// client returns one that follows no redirect: the user has named the
// resolver, and nobody else may name another.
func (s *HTTPSServer) client() *http.Client {
	c := http.Client{}
	if s.Client != nil {
		c = *s.Client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

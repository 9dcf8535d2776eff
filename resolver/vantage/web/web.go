// Package web is how engines that look from elsewhere are asked over HTTP: JSON
// to one place and back, and no further.
//
// What stands in a URL is a stranger's word when a command line is made by a
// script, so a [Client] goes to nobody but the host it was made for: over HTTPS
// unless that is this machine, to no private address unless they are allowed,
// through no redirect, for no longer than the context lasts and for no more
// octets than [MaxBody]. A header that holds a key is sent and never shown.
package web

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dns01/resolver"
)

// MaxBody is how many octets of a reply are read.
const MaxBody = 4 << 20

// A Client asks one host.
type Client struct {
	base   *url.URL
	http   *http.Client
	header http.Header
}

// Options say how a client may ask. The zero value is for everybody.
type Options struct {
	// AllowPrivate lets the host have an address in a private range.
	AllowPrivate bool
	// Header is sent with every request.
	Header http.Header
	// TLS is for tests; nil for the usual.
	TLS *tls.Config
}

// New makes a client for a URL. The error is a clause that says what to write.
func New(base string, o Options) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("has no https URL; write https://HOST") // which one is not said: it may hold a password
	}
	local := isLocal(u.Hostname())
	switch {
	case u.User != nil:
		return nil, errors.New("has a password in its URL, which would be shown; give it in a header instead")
	case u.Scheme == "http" && !local:
		return nil, fmt.Errorf("would send names and keys to http://%s in the clear; write https://", u.Host)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("has a URL that goes on after its path; leave out what stands behind it")
	}
	dialer := Dialer(func(a netip.Addr) error { return admit(a, local, o.AllowPrivate) })
	transport := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSClientConfig: o.TLS.Clone(),
		MaxResponseHeaderBytes: 64 << 10, MaxConnsPerHost: 8,
	}
	return &Client{u, &http.Client{Transport: transport, CheckRedirect: stay}, o.Header.Clone()}, nil
}

// isLocal reports whether a host of a URL can be nothing but this machine.
func isLocal(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback() || host == "localhost"
}

// admit refuses addresses that a name must not lead to.
func admit(a netip.Addr, local, private bool) error {
	switch why := resolver.Special(a); {
	case local && !a.IsLoopback():
		return fmt.Errorf("it is at %s and not on this machine, as its name says", a)
	case why == "", private, local:
		return nil
	default:
		return fmt.Errorf("it is at %s, in a special range (%s); --allow-private lets that be asked", a, why)
	}
}

// stay refuses every redirect: what was asked for is asked of whom was named.
func stay(r *http.Request, _ []*http.Request) error {
	return fmt.Errorf("it redirects to %s://%s; give that address if you trust it", r.URL.Scheme, r.URL.Host)
}

// Host is the host that is asked, for messages.
func (c *Client) Host() string { return c.base.Host }

// A StatusError is a reply that is no success.
type StatusError struct {
	Status int
	Header http.Header
	Body   []byte // the first of it
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("it answers %d %s", e.Status, http.StatusText(e.Status))
}

// Post sends a document and reads the reply to it. The error is a
// *[StatusError] or a clause that says what is wrong.
func (c *Client) Post(ctx context.Context, path string, in, out any) (http.Header, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	return c.do(ctx, http.MethodPost, path, body, out)
}

// Get reads a document.
func (c *Client) Get(ctx context.Context, path string, out any) (http.Header, error) {
	return c.do(ctx, http.MethodGet, path, nil, out)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, out any) (http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "dns01")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, c.plain(ctx, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	switch {
	case err != nil:
		return nil, c.plain(ctx, err)
	case resp.StatusCode/100 != 2:
		return resp.Header, &StatusError{resp.StatusCode, resp.Header, text[:min(len(text), 4096)]}
	case len(text) > MaxBody:
		return resp.Header, fmt.Errorf("it answers with more than %d MiB, which no answer to this takes; see whether the address is right", MaxBody>>20)
	}
	if err := json.Unmarshal(text, out); err != nil {
		return resp.Header, fmt.Errorf("it answers with %s that is not what is expected here; see whether the address is right", kindOf(resp.Header))
	}
	return resp.Header, nil
}

// kindOf is what a body says it is.
func kindOf(h http.Header) string {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || t == "" {
		return "a document"
	}
	return t
}

// plain is an error of the HTTP library without the URL in it, which stands
// before it anyway.
func (c *Client) plain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("no answer came in the time there was; give more with --deadline")
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return fmt.Errorf("it cannot be connected to: %w", e.Err)
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("its certificate is not one to trust: %w", e.Err)
	}
	return fmt.Errorf("asking it failed: %s", strings.TrimPrefix(err.Error(), "net/http: "))
}

// maxWait bounds what a server may ask to wait.
const maxWait = time.Hour

// RetryAfter is how long a reply asks to wait, 0 when it does not say
// (RFC 9110 §10.2.3). Dates are read as of now.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, maxWait)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), maxWait)
	}
	return 0
}

// After says when to try again, as the end of a sentence; "" when it is not
// said.
func After(h http.Header) string {
	if n, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31); err == nil {
		return fmt.Sprintf("; try again in %d s", n)
	}
	return ""
}

package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"dns01/resolver"
	"dns01/resolver/vantage/web"
)

// A Webhook is a URL that changes are posted to.
//
// Where the post goes is decided when it is connected, by the address itself:
// the URL may come from somebody's configuration, and its name from anybody's
// DNS. Addresses of private networks need AllowPrivate; link-local ones, where
// clouds keep their credentials, are never posted to; this host itself only
// when the URL says so in so many words. Redirects are not followed, and no
// proxy is asked.
type Webhook struct {
	URL           *url.URL
	Authorization string // value of that header; "" for none
	Agent         string // value of User-Agent
	AllowPrivate  bool
}

// webhookTries is how often a post is tried: over about six minutes.
const webhookTries = 6

// webhookTimeout is how long one try may take.
const webhookTimeout = 10 * time.Second

// NewWebhook reads a URL. The error says what is wrong with it.
func NewWebhook(raw string, allowPrivate bool) (*Webhook, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, errors.New("it is not a URL; write https://host/path")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("%s is neither https nor http", u.Scheme)
	case u.User != nil:
		return nil, errors.New("it holds a password, which every list of processes shows; put it into DNS01_WEBHOOK_AUTHORIZATION")
	}
	h := &Webhook{URL: u, AllowPrivate: allowPrivate}
	if u.Scheme == "http" && !h.loopback() && !allowPrivate {
		return nil, errors.New("over http anybody on the way can read it; write https, or add --allow-private-webhook for a network of your own")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := h.allows(a); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// loopback reports whether the URL names this host in so many words.
func (h *Webhook) loopback() bool {
	host := strings.ToLower(strings.TrimSuffix(h.URL.Hostname(), "."))
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// allows says why an address must not be posted to, or nil.
func (h *Webhook) allows(a netip.Addr) error {
	a = a.Unmap().WithZone("")
	switch why := resolver.Special(a); {
	case a.IsLoopback() && h.loopback():
		return nil
	case a.IsLoopback():
		return fmt.Errorf("%s is this host, which the URL does not name; write localhost or the address", a)
	case a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified():
		return fmt.Errorf("%s is %s, which is never posted to", a, why)
	case private(a) && h.AllowPrivate, why == "":
		return nil
	case private(a):
		return fmt.Errorf("%s is %s; add --allow-private-webhook if it is yours", a, why)
	default:
		return fmt.Errorf("%s is %s, which is never posted to", a, why)
	}
}

// private reports whether an address is one of networks that somebody runs for
// himself: RFC 1918, RFC 4193, RFC 6598.
func private(a netip.Addr) bool {
	return a.IsPrivate() || netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10).Contains(a)
}

// Sink is where the watch tells changes.
func (h *Webhook) Sink() Sink {
	client := h.client()
	return Sink{Kind: "webhook", Name: "the webhook at " + h.URL.Host, Tries: webhookTries, Send: func(ctx context.Context, n Notice) error {
		return h.post(ctx, client, n)
	}}
}

func (h *Webhook) client() *http.Client {
	dialer := web.Dialer(func(a netip.Addr) error {
		if err := h.allows(a); err != nil {
			return Permanent{err}
		}
		return nil
	})
	dialer.Timeout = webhookTimeout
	return &http.Client{
		Timeout: webhookTimeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: webhookTimeout, ForceAttemptHTTP2: true,
			DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (h *Webhook) post(ctx context.Context, client *http.Client, n Notice) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL.String(), bytes.NewReader(n.Body))
	if err != nil {
		return Permanent{err}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", h.Agent)
	r.Header.Set("Idempotency-Key", n.ID)
	if h.Authorization != "" {
		r.Header.Set("Authorization", h.Authorization)
	}
	answer, err := client.Do(r)
	if err != nil {
		return unnamed(err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // nothing in it matters
	return answered(answer, time.Now())
}

// unnamed is an error of the client without its URL, which may hold a secret.
func unnamed(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[Permanent](err); ok {
		return e
	}
	return err
}

// answered reads the status.
func answered(a *http.Response, now time.Time) error {
	err := fmt.Errorf("the answer was %d %s", a.StatusCode, http.StatusText(a.StatusCode))
	switch {
	case a.StatusCode/100 == 2:
		return nil
	case a.StatusCode/100 == 3:
		return Permanent{fmt.Errorf("%w, a redirect, which is not followed; give the URL that it leads to", err)}
	case a.StatusCode == http.StatusRequestTimeout || a.StatusCode == http.StatusTooEarly,
		a.StatusCode == http.StatusTooManyRequests || a.StatusCode/100 == 5:
		return Busy{err, web.RetryAfter(a.Header, now)}
	}
	return Permanent{err}
}

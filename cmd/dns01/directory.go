package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"dns01/check/known"
	"dns01/resolver"
	"dns01/resolver/vantage/web"
)

// How a directory document is fetched.
const (
	directoryTimeout   = 10 * time.Second
	directoryRedirects = 3
)

// chosenCA is the CA of --ca, with what --ca-directory says of it in place of
// what is known here.
func (p *program) chosenCA(ctx context.Context, f *flags, w world) (*known.CA, error) {
	if f.caDirectory == "" {
		return f.knownCA(f.ca)
	}
	d, err := p.directory(ctx, f, w)
	if err != nil {
		return nil, err
	}
	if !f.Changed("ca") {
		return d.CA(f.caDirectory), nil
	}
	ca, err := f.knownCA(f.ca)
	if err != nil {
		return nil, err
	}
	return d.Over(ca), nil
}

// knownCA finds a CA by what --ca says.
func (f *flags) knownCA(word string) (*known.CA, error) {
	ca, ok := known.Find(word)
	switch {
	case ok:
		return ca, nil
	case hasPassword(word):
		return nil, usagef("%s is a URL with a user name before its host, which is no ACME directory that is known; those known are %s", f.source("ca"), strings.Join(caIDs(), ", "))
	case strings.Contains(word, "://"):
		return nil, usagef("%s %q is no ACME directory that is known; give it as --ca-directory %s, which reads it", f.source("ca"), word, word)
	}
	return nil, usagef("%s %q is not known; those known are %s%s", f.source("ca"), word, strings.Join(caIDs(), ", "), didYouMean(word, caIDs()))
}

// directory reads the document of --ca-directory.
func (p *program) directory(ctx context.Context, f *flags, w world) (d known.Directory, err error) {
	doc, err := p.directoryDocument(ctx, f, w)
	if err != nil {
		return d, err
	}
	if d, err = known.ParseDirectory(doc); err != nil {
		return d, usagef("%s %s cannot be used: %v", f.source("ca-directory"), f.caDirectory, err)
	}
	return d, nil
}

// directoryDocument gets the document from a file or an https URL.
func (p *program) directoryDocument(ctx context.Context, f *flags, w world) (doc []byte, err error) {
	what := f.source("ca-directory") + " " + f.caDirectory
	switch {
	case hasPassword(f.caDirectory):
		return nil, usagef("%s has a user name before its host: reports and the list of processes would show it; leave it out", f.source("ca-directory"))
	case !strings.Contains(f.caDirectory, "://"):
		doc, err = readDirectory(f.caDirectory)
	case !strings.HasPrefix(strings.ToLower(f.caDirectory), "https://"):
		return nil, usagef("%s is neither a file nor an https URL; ACME directories are served over HTTPS", what)
	case w.madeUp:
		return nil, usagef("%s lies outside this made-up world; give a file", what)
	default:
		doc, err = p.fetchDirectory(ctx, f.caDirectory, f.allowPrivate)
	}
	if err != nil {
		return nil, usagef("%s cannot be read: %s", what, reason(err))
	}
	return doc, nil
}

// hasPassword reports whether a URL has a user name or a password in it.
func hasPassword(text string) bool {
	_, rest, _ := strings.Cut(text, "://")
	authority, _, _ := strings.Cut(rest, "/")
	return strings.Contains(authority, "@")
}

func readDirectory(name string) ([]byte, error) {
	file, err := openInput(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, known.MaxDirectory+1))
}

// fetchDirectory gets a directory document. Redirects are few and stay with
// HTTPS, and unless private addresses are allowed none is connected to,
// whatever name led there.
func (p *program) fetchDirectory(ctx context.Context, url string, private bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, directoryTimeout)
	defer cancel()
	dialer := web.Dialer(func(a netip.Addr) error { return onlyPublic(a, private) })
	transport := &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSClientConfig: p.tls.Clone(), DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	client := &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		switch {
		case r.URL.Scheme != "https":
			return fmt.Errorf("it redirects to %s, which is not over HTTPS", r.URL.Redacted())
		case len(via) > directoryRedirects:
			return errors.New("it redirects too often")
		}
		return nil
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "dns01")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %q", response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, known.MaxDirectory+1))
}

// onlyPublic refuses special-purpose addresses, unless they are allowed.
func onlyPublic(a netip.Addr, private bool) error {
	if special := resolver.Special(a); special != "" && !private {
		return fmt.Errorf("%s is not asked (%s); --allow-private allows it", a, special)
	}
	return nil
}

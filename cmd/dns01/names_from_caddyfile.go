package main

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"dns01/report"
)

// namesOfCaddyfile reads the site addresses of a Caddyfile: what stands before
// a brace at the outermost level. Each name is an order, since Caddy orders a
// certificate for each. Snippets, the global options, sites over plain HTTP
// and ports without a host are passed over; what an import or a placeholder
// would bring is not read, and complained of when it is a site's address.
func (p *program) namesOfCaddyfile(file string) ([]asked, error) {
	text, err := p.fileText(file)
	if err != nil {
		return nil, err
	}
	c := caddyfile{file: file}
	for line := range strings.Lines(text) {
		c.n++
		if err := c.line(caddyWords(line)); err != nil {
			return nil, err
		}
		if c.whole {
			break
		}
	}
	if len(c.orders) == 0 {
		return nil, errors.New("holds no site with a host name")
	}
	return c.orders, nil
}

// A caddyfile is read line by line.
type caddyfile struct {
	file      string
	n, depth  int     // the line, and how many braces are open
	addresses []named // seen before the next brace
	orders    []asked
	whole     bool // it is one site without braces
}

func (c *caddyfile) line(words []string) error {
	switch {
	case len(words) == 0:
		return nil
	case c.depth == 0 && words[0] == "import":
		return nil
	case c.depth == 0:
		return c.outermost(words)
	case words[len(words)-1] == "{":
		c.depth++
	case words[0] == "}":
		c.depth--
	}
	return nil
}

// outermost reads addresses, up to a brace or, in a file of one site without
// braces, up to the end of the line.
func (c *caddyfile) outermost(words []string) error {
	opens := words[len(words)-1] == "{"
	for _, w := range words {
		if w != "{" && w != "}" {
			c.addresses = append(c.addresses, named{w, report.Place{File: c.file, Line: c.n}})
		}
	}
	if !opens && (len(c.addresses) == 0 || strings.HasSuffix(words[len(words)-1], ",")) {
		return nil
	}
	found, err := sites(c.addresses)
	c.orders, c.addresses = append(c.orders, found...), nil
	c.whole = !opens
	if opens {
		c.depth++
	}
	return err
}

// caddyWords are the words of a line, without its comment.
func caddyWords(line string) []string {
	var words []string
	for _, w := range strings.Fields(line) {
		if strings.HasPrefix(w, "#") {
			break
		}
		words = append(words, w)
	}
	return words
}

// sites makes orders of the addresses before one brace.
func sites(addresses []named) ([]asked, error) {
	var all []asked
	if len(addresses) > 0 && strings.HasPrefix(addresses[0].word, "(") {
		return nil, nil // a snippet
	}
	for _, a := range addresses {
		for w := range strings.SplitSeq(a.word, ",") {
			host := siteHost(w)
			switch {
			case strings.ContainsAny(host, "{}"):
				return nil, fmt.Errorf("%s:%d: %s is known to Caddy only; render it first (caddy adapt), or name the names", a.at.File, a.at.Line, w)
			case host == "" || !strings.Contains(host, ".") || net.ParseIP(host) != nil || strings.HasSuffix(host, ".localhost"):
				continue // no name that a public CA issues for, so Caddy asks none
			}
			all = append(all, asked{{host, a.at}})
		}
	}
	return all, nil
}

// siteHost is the host of a site's address, or "" for plain HTTP.
func siteHost(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	switch {
	case found && scheme != "https":
		return ""
	case !found:
		rest = address
	}
	host, _, _ := strings.Cut(rest, "/")
	if h, port, err := net.SplitHostPort(host); err == nil {
		if host = h; port == "80" && !found {
			return ""
		}
	}
	return host
}

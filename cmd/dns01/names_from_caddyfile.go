package main

import (
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
	var all []asked
	depth, n := 0, 0
	var addresses []named
	for line := range strings.Lines(text) {
		n++
		words := caddyWords(line)
		opens := len(words) > 0 && words[len(words)-1] == "{"
		if depth == 0 {
			for _, w := range words {
				if w != "{" && w != "}" {
					addresses = append(addresses, named{w, report.Place{File: file, Line: n}})
				}
			}
			ends := len(words) > 0 && !strings.HasSuffix(words[len(words)-1], ",")
			if opens || ends { // a file of one site may do without braces
				orders, err := sites(addresses)
				if err != nil {
					return nil, err
				}
				all, addresses = append(all, orders...), nil
				if !opens {
					break
				}
			}
		}
		switch {
		case opens:
			depth++
		case len(words) > 0 && words[0] == "}":
			depth = max(depth-1, 0)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("holds no site with a host name")
	}
	return all, nil
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
	if len(addresses) > 0 && strings.HasPrefix(addresses[0].word, "(") || len(addresses) > 0 && addresses[0].word == "import" {
		return nil, nil
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

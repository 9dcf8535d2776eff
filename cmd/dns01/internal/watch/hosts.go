package watch

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Hosts are the names that a watch answers to.
//
// A page of somebody else's site can make its own name lead to 127.0.0.1 and
// then read whatever a browser of this host gets there (DNS rebinding). Such a
// request still carries that name as its Host; so a watch that listens on this
// host alone answers to no name but its own.
type Hosts struct {
	every bool
	names []string
}

// NewHosts makes those of a watch that was told to listen at an address, and
// does so at bound; more are other names of it. Beyond this host every name
// is answered to unless there are more: who may ask is then up to a proxy.
func NewHosts(listen string, bound net.Addr, more []string) Hosts {
	at, err := netip.ParseAddrPort(bound.String())
	if len(more) == 0 && (err != nil || !at.Addr().Unmap().IsLoopback()) {
		return Hosts{every: true}
	}
	h := Hosts{names: []string{hostOf(bound.String())}}
	if name := hostOf(listen); name != "" {
		h.names = append(h.names, name)
	}
	for _, name := range more {
		h.names = append(h.names, hostOf(name))
	}
	return h
}

// Guard answers requests to other names with a word, and no more.
func (h Hosts) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !h.admit(r.Host) {
			plain(rw, http.StatusMisdirectedRequest, "this watch does not go by that name; ask for it by its address, or name it with --host NAME")
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// admit reports whether a Host header is one of the names, with whatever port:
// a tunnel or a proxy may have its own. HTTP/1.0 needs none; no browser leaves
// it out.
func (h Hosts) admit(host string) bool {
	name := hostOf(host)
	if h.every || name == "" || name == "localhost" || slices.Contains(h.names, name) {
		return true
	}
	a, err := netip.ParseAddr(name)
	return err == nil && a.Unmap().IsLoopback()
}

// hostOf is a host without its port, brackets and final dot, in lower case.
func hostOf(text string) string {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	return strings.ToLower(strings.TrimSuffix(text, "."))
}
